"""One device that is polled: where it is, how gently it wants to be asked, and its points in groups of one period each."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from bacpypes3.pdu import Address

from twin.bacnet import engineering_units
from twin.bacnet.gateway import ask
from twin.bacnet.numbers import FAULT, NUMBERS, OUT_OF_SERVICE, OVERRIDDEN
from twin.bacnet.points import Point
from twin.bacnet.transactions import UNBROKEN

GOOD, STALE, FAULTY, OVERRIDE, RANGE, LOST = 0, 1, 2, 3, 4, 5
"""Codes of good, stale, fault, overridden, out_of_range and communication_lost in the historian."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Pauses before a silent device is asked again; each is twice the one before. [s]"""
WINDOW, LONGEST = 4, 1476
"""Requests under way to a device on BACnet/IP, and its longest APDU. ASHRAE 135, annex J."""
SERIAL_LONGEST = 480
"""Longest APDU on MS/TP; a device that takes no more is treated as if it were on such a line. ASHRAE 135, clause 9."""
Values = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]


class Group:
    """Points of one device that are polled together.

    Parameters
    ----------
    period : seconds between polls; 0 for the poller's own.

    Attributes
    ----------
    keys : object identifiers as numbers, in the order of the points.
    watched : whether a subscription tells a point's changes, so that it is polled seldom.
    sweep : monotonic second from which the next poll asks for the watched ones, too.
    """

    def __init__(self, points: Sequence[Point], period: float) -> None:
        self.points, self.period = list(points), period
        self.keys = np.array([NUMBERS[each.object] << 22 | each.instance for each in points], dtype=np.uint32)
        self.low = np.array([each.low if each.writable else -math.inf for each in points])
        self.high = np.array([each.high if each.writable else math.inf for each in points])
        scales = [engineering_units.scale(each.engineering_units, each.unit) for each in points]
        self.scale, self.offset = np.array(scales, dtype=np.float64).reshape(-1, 2).T
        self.watched = np.zeros(len(self.points), dtype=bool)
        self.sweep = -math.inf

    def due(self, now: float, safety: float) -> Places:
        """Places of the points that a poll at a monotonic second asks for."""
        if not self.watched.any():
            return np.arange(len(self.points))
        if now < self.sweep:
            return np.flatnonzero(~self.watched)
        self.sweep = now + safety
        return np.arange(len(self.points))

    def si(self, places: Places, values: Values) -> Values:
        """What a device counts, in the units of the points."""
        found: Values = values * self.scale[places] + self.offset[places]
        return found

    def worth(self, places: Places, values: Values, flags: Codes) -> Codes:
        """Quality of values in the units of the points, with their status flags."""
        outside = (values < self.low[places]) | (values > self.high[places])
        found = np.where(outside, np.uint8(RANGE), np.uint8(GOOD))
        found[flags & (OVERRIDDEN | OUT_OF_SERVICE) != 0] = OVERRIDE
        found[(flags & FAULT != 0) | ~np.isfinite(values)] = FAULTY
        return found


@dataclass(eq=False)
class Peer:
    """One device that is polled.

    Attributes
    ----------
    window : requests under way at a time: 4 on BACnet/IP, 1 behind MS/TP.
    longest : APDU that it takes.
    line : name of the serial line that it shares with others, which carries one request at a time; empty for none.
    online : whether it answered the last time; `pause` : seconds before it is asked again.
    alone : objects that are asked alone, and until when.
    heard : monotonic second of its last answer.
    polls, failures, samples : answered polls, batches that failed and values so far.
    wake : ends its pauses.
    """

    instance: int
    address: Address
    points: Sequence[Point]
    window: int = WINDOW
    longest: int = LONGEST
    line: str = ""
    online: bool = True
    pause: float = FIRST_PAUSE
    alone: dict[int, float] = field(default_factory=dict)
    heard: float = -math.inf
    polls: int = 0
    failures: int = 0
    samples: int = 0
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        periods = sorted({each.period for each in self.points})
        self.groups = [Group([each for each in self.points if each.period == period], period) for period in periods]
        self.most = ask.fit(self.longest)
        self.gate = asyncio.Semaphore(self.window)

    def settle(self, address: Address, longest: int, fast: frozenset[int] = frozenset()) -> None:
        """Take an address and what goes with it: the window, the line, and the length of batches.

        Parameters
        ----------
        fast : networks behind routers that are as fast as Ethernet; all others are taken for MS/TP lines.
        """
        serial = bool(address.addrNet) and address.addrNet not in fast
        self.line = f"{address.addrNet}@{address.addrRoute}" if serial else ""
        window = 1 if serial or longest <= SERIAL_LONGEST else WINDOW
        if window != self.window:
            self.window, self.gate = window, asyncio.Semaphore(window)
        self.address, self.longest = address, min(longest, UNBROKEN)
        self.most = ask.fit(self.longest)
