"""What a write tells, decoded strictly: one whole value of the type that is wanted, or the standard's error."""

from __future__ import annotations

import math
from typing import Any

from bacpypes3.primitivedata import Boolean, Real, Unsigned

from twin.bacnet.building.board import WriteRefusedError

BRACKETS = 2
"""Opening and closing tag around a written value. ASHRAE 135, 21 (WriteProperty-Request)."""


def is_null(value: Any) -> bool:
    """Whether a write tells NULL and nothing else."""
    told = value.tagList.tagList[1:-1]
    return len(told) == 1 and (int(told[0].tag_class), int(told[0].tag_number)) == (0, 0)


def decoded(value: Any, wanted: Any) -> Any:
    """The value that a write tells.

    Raises
    ------
    WriteRefusedError
        When it is of another type, or more than one value.
    """
    try:
        found = value.cast_out(wanted)
        whole = len(found.encode().tagList) == len(value.tagList.tagList) - BRACKETS
    except Exception as problem:  # a decoder complains in many ways
        raise WriteRefusedError("property", "invalid-data-type") from problem
    if not whole:
        raise WriteRefusedError("property", "invalid-data-type")
    return found


def number(value: Any, low: float, high: float = math.inf) -> float:
    """A REAL within limits, and never infinite."""
    found = float(decoded(value, Real))
    return _within(found, low, high) if math.isfinite(found) else _within(math.nan, low, high)


def whole(value: Any, low: int, high: int) -> int:
    """An Unsigned within limits."""
    return int(_within(int(decoded(value, Unsigned)), low, high))


def flag(value: Any) -> bool:
    """A Boolean."""
    return bool(decoded(value, Boolean))


def flags(value: Any, wanted: Any, count: int) -> int:
    """A bit string of just so many bits, the first one lowest."""
    found = decoded(value, wanted)
    if len(found) != count:
        raise WriteRefusedError("property", "value-out-of-range")
    return sum(1 << place for place in range(count) if found[place])


def not_indexed(index: int | None) -> None:
    """Refuse an array index of what is no array."""
    if index is not None:
        raise WriteRefusedError("property", "property-is-not-an-array")


def _within(found: float, low: float, high: float) -> float:
    if not low <= found <= high:
        raise WriteRefusedError("property", "value-out-of-range")
    return found
