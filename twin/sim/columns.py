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
        self._laid: list[tuple[str, str, int, int]] = []
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
        kind = type(members[0]).kind
        stride, count, base = self.stride[kind], len(members), len(self.values)
        column = _column(members, name, stride)
        for place, each in enumerate(members):
            self.slot[each.name, name] = base + place
        self.values.frombytes(column.tobytes())
        self._laid.append((kind, name, base, len(column)))
        if stride > count:
            self._spare += [(base + row * stride + count - 1, base + (row + 1) * stride) for row in range(len(column))]

    def renew(self, components: Sequence[Component], vector: Floats) -> None:
        """Write the first values of components of the same names, kinds and sizes in the place of these."""
        members: dict[str, list[Component]] = {kind: [] for kind in self.members}
        for each in components:
            members[type(each).kind].append(each)
        for kind, name, base, rows in self._laid:
            cls, stride = type(members[kind][0]), self.stride[kind]
            signal = cls.signals.get(name)
            if signal is None or isinstance(signal.start, str):
                column = _column(members[kind], name, stride)
                vector[base : base + rows * stride] = column.reshape(-1)
                if signal is not None and signal.role == "state":
                    vector[base + self.states : base + self.states + rows * stride] = column.reshape(-1)

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


def _column(members: Sequence[Component], name: str, stride: int) -> Floats:
    """Values before the first tick, (values an instance, places): of a parameter its own, of a signal one number for all or one
    each from a parameter; what starts from a constant is written with the constants. Places behind the last instance follow it.
    """
    cls = type(members[0])
    source: Any = name if name not in cls.signals else cls.signals[name].start
    if source in cls.signals:
        source = 0.0
    told = [getattr(each, source) for each in members] if isinstance(source, str) else [source] * len(members)
    if cls.is_series(name):
        sizes = [each.size(name) for each in members]
        column = np.zeros((max(sizes), len(members)))
        for place, (size, values) in enumerate(zip(sizes, told, strict=True)):
            column[:size, place] = values
    else:
        column = np.array([told], dtype=np.float64)
    return np.hstack((column, np.repeat(column[:, -1:], stride - len(members), axis=1)))


def _stride(count: int) -> int:
    if count == 1:
        return 1
    lanes = -(-count // LANES) * LANES
    return lanes + LANES if lanes >= LONG and lanes % (2 * LANES) == 0 else lanes
