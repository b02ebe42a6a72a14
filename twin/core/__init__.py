"""The component contract: signals, kernels, ports, components and their catalogue."""

from twin.core.component import Component, Field
from twin.core.kernel import forcing, kernel, prepared
from twin.core.port import needs, serves
from twin.core.signal import Trail, command, constant, inlet, output, state

__all__ = [
    "Component",
    "Field",
    "Trail",
    "command",
    "constant",
    "forcing",
    "inlet",
    "kernel",
    "needs",
    "output",
    "prepared",
    "serves",
    "state",
]
