"""The live values of one device's points, as a switchboard: what is measured now, and who commands what at which priority."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.bacnet.numbers import FAULT, NUMBERS, OUT_OF_SERVICE
from twin.bacnet.points import Point

PRIORITIES = range(1, 17)
MINIMUM_ON_OFF = 6
"""Reserved for minimum on and off times; nobody writes there. ASHRAE 135, 19.2.3."""
LEAST_PRIORITY = 16
Command = Callable[[Point, float | None, int, str], None]
"""Told (point, value or None, priority, source) of every accepted write."""


class WriteRefusedError(Exception):
    """A write that is not done: BACnet's error class and code say why."""

    def __init__(self, error_class: str, error_code: str) -> None:
        super().__init__(error_class, error_code)
        self.error_class, self.error_code = error_class, error_code


@dataclass
class Slots:
    """The priority array of one point."""

    held: dict[int, float]
    default: float


class Board:
    """Live values of points.

    Parameters
    ----------
    points : of one device.
    command : told of every accepted write.

    Attributes
    ----------
    value : present values, in the order of the points. [float32]
    flags : status flags as bits. [uint8]
    row : (number of the type, instance) -> place.
    further : told a row, give further properties of its object.
    """

    def __init__(self, points: Sequence[Point], command: Command) -> None:
        self.points = list(points)
        self.command = command
        self.value: npt.NDArray[np.float32] = np.zeros(len(self.points), dtype=np.float32)
        self.flags: npt.NDArray[np.uint8] = np.zeros(len(self.points), dtype=np.uint8)
        self.row = {(NUMBERS[each.object], each.instance): place for place, each in enumerate(self.points)}
        self.by_name = {each.name: place for place, each in enumerate(self.points)}
        self.slots: dict[int, Slots] = {}
        self.further: list[Callable[[int], dict[str, Any]]] = []

    def put(self, values: npt.NDArray[np.float64]) -> None:
        """Take new values of all points; those out of service or commanded keep theirs, and what is no number is a fault.

        A command counts from the moment it is written, and the values may be those of a tick that had begun before.
        """
        good = np.isfinite(values) & (self.flags & OUT_OF_SERVICE == 0)
        good[[row for row, slots in self.slots.items() if slots.held]] = False
        self.value[good] = values[good]
        self.flags = np.where(np.isfinite(values), self.flags & (255 - FAULT), self.flags | FAULT)

    def priorities(self, row: int) -> list[float | None]:
        """The priority array of a point, slot 1 first."""
        held = self.slots[row].held if row in self.slots else {}
        return [held.get(slot) for slot in PRIORITIES]

    def default(self, row: int) -> float:
        """The relinquish default: the value that the model had when the first command came, its present value before."""
        return self.slots[row].default if row in self.slots else float(self.value[row])

    def write(self, row: int, value: float | None, priority: int | None, source: str) -> None:
        """Command a point, or relinquish it with None.

        Raises
        ------
        WriteRefusedError
            When the point is not writable, the slot is reserved, or the value is none or out of range.
        """
        point = self.points[row]
        slot = LEAST_PRIORITY if priority is None else priority
        if not point.writable:
            raise WriteRefusedError("property", "write-access-denied")
        if slot not in PRIORITIES:
            raise WriteRefusedError("services", "parameter-out-of-range")
        if slot == MINIMUM_ON_OFF:
            raise WriteRefusedError("property", "write-access-denied")
        if value is not None and not math.isfinite(value):
            raise WriteRefusedError("property", "value-out-of-range")
        if value is not None and not point.low <= value <= point.high:
            raise WriteRefusedError("property", "value-out-of-range")
        held = self.slots.setdefault(row, Slots({}, float(self.value[row]))).held
        if value is None:
            held.pop(slot, None)
        else:
            held[slot] = value
        self.command(point, value, slot, source)
        if held:
            self.value[row] = held[min(held)]
        elif row in self.slots:
            self.value[row] = self.slots.pop(row).default
