"""Compile a text with Numba to object code for this processor; only what was never compiled here loads this module."""

from __future__ import annotations

import math
from typing import Any

import llvmlite.binding as llvm

from twin.sim.link import NAME, machine

_held: list[Any] = []
"""Functions whose addresses were handed out must outlive them."""


def object_code(text: str) -> bytes:
    """Object code of a text, optimised; its function is called `NAME`. Nothing where it needs the compiler while it runs."""
    made = _function(text)
    module = llvm.parse_assembly(made.inspect_llvm())
    module.get_function(made.native_name).name = NAME
    if not all(
        each.name.startswith("llvm.") or hasattr(math, each.name) for each in module.functions if each.is_declaration
    ):
        return b""
    return bytes(machine().emit_object(module))


def address(text: str) -> int:
    """Address of a text compiled in this very process, for where object code cannot be kept or linked."""
    _held.append(_function(text))
    return int(_held[-1].address)


def _function(text: str) -> Any:
    space: dict[str, Any] = {"__name__": NAME}
    exec(compile(text, f"<{NAME}>", "exec"), space)
    return space[NAME]
