"""Where values of components stand in the vector: one column for each value of a kind, one place in it for each instance."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.core.component import NEXT, Component
from twin.site.wiring import Address

Floats = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int32]
LANES = 4
"""Instances that a kernel may work on at a time, double numbers in a 256-bit register; columns are filled up to a multiple."""
LONG = 64
"""From this many instances on, columns start at odd multiples of 32 octets, so that the cache keeps many of them at once."""


class Columns:
    """Places of states, constants, parameters and outputs.

    Attributes
    ----------
    values : the vector before the first tick; whoever needs more places adds them behind.
    slot : (component, name) -> place of its first value.
    members : components of each kind, in the order of their places.
    stride : kind -> length of its columns; values of an array stand so far apart.
    states : number of places of states; their next values stand right behind.
    """

    def __init__(self, components: Sequence[Component]) -> None:
        self.values = array("d")
        self.slot: dict[Address, int] = {}
        self.members: dict[str, list[Component]] = {}
        for each in components:
            self.members.setdefault(type(each).kind, []).append(each)
        self.stride = {kind: _stride(len(members)) for kind, members in self.members.items()}
        self._spare: list[tuple[int, int]] = []
        self._lay_all(("state",))
        self.states = len(self.values)
        self.values.extend(self.values)
        self._lay_all(("constant", "parameter", "output"))

    def _lay_all(self, roles: tuple[str, ...]) -> None:
        for members in self.members.values():
            cls = type(members[0])
            told = {name for kernel in cls.kernels.values() for name in kernel.told}
            for name, signal in cls.signals.items():
                if signal.role in roles:
                    self._lay(members, name)
            for name in cls.parameters() if "parameter" in roles else ():
                if (cls.is_series(name) and name in told) or (cls.unit(name) and not cls.is_series(name)):
                    self._lay(members, name)

    def _lay(self, members: Sequence[Component], name: str) -> None:
        stride, count = self.stride[type(members[0]).kind], len(members)
        column = np.zeros((max(each.size(name) for each in members), stride))
        base = len(self.values)
        for place, each in enumerate(members):
            first = first_values(each, name)
            column[: len(first), place] = first
            self.slot[each.name, name] = base + place
        column[:, count:] = column[:, count - 1 : count]
        self.values.frombytes(column.tobytes())
        if stride > count:
            self._spare += [(base + row * stride + count - 1, base + (row + 1) * stride) for row in range(len(column))]

    def new(self, value: float) -> int:
        """One more place, for a value that stands in no column."""
        self.values.append(value)
        return len(self.values) - 1

    def slots(self, each: Component, name: str) -> slice:
        """Places of all values of an array, or of one value."""
        first, stride = self.slot[each.name, name.removesuffix(NEXT)], self.stride[type(each).kind]
        return slice(first, first + each.size(name) * stride, stride)

    def fill(self, vector: Floats) -> None:
        """Have the places at the ends of columns, which stand for nobody, follow the last instance."""
        for last, end in self._spare:
            vector[last + 1 : end] = vector[last]


def first_values(each: Component, name: str) -> list[float]:
    """Values before the first tick: of a parameter its own, of a signal one number for all or one each from an array; what
    starts from a constant is written with the constants.
    """
    signal = type(each).signals.get(name)
    found: Any = getattr(each, name) if signal is None else signal.start
    if signal is not None and isinstance(found, str):
        found = 0.0 if found in type(each).signals else getattr(each, found)
    return [float(v) for v in (found if isinstance(found, tuple) else [found] * each.size(name))]


def _stride(count: int) -> int:
    if count == 1:
        return 1
    lanes = -(-count // LANES) * LANES
    return lanes + LANES if lanes >= LONG and lanes % (2 * LANES) == 0 else lanes
