"""One import for the equations of machines: curves, fans, pumps and exchangers."""

from twin.physics.curve import biquadratic, cubic, quadratic
from twin.physics.exchanger import counterflow_effectiveness
from twin.physics.fan import variable_pump_power_share, vav_fan_power_share

__all__ = [
    "biquadratic",
    "counterflow_effectiveness",
    "cubic",
    "quadratic",
    "variable_pump_power_share",
    "vav_fan_power_share",
]
