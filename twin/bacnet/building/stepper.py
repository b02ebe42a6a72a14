"""A building that waits to be stepped: a client writes the number of the tick it wants to see, so that no reading is torn."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from twin.bacnet.building.board import Board, WriteRefusedError
from twin.bacnet.building.source import Source
from twin.bacnet.points import Point

STEP, STEPS = 1, 2
"""Instances of the analog values on the router's device: the present tick, and how many there are (0: without end)."""
MOST = 10_000
"""Ticks that one write may bring."""


def points(device: int) -> list[Point]:
    """The two points on the router's device."""
    return [
        Point(device, "AV", STEP, "step", "step", "1", "Tick that is shown; write the one you want to see", 0.0, 0.0, 2.0**24),
        Point(device, "AV", STEPS, "steps", "steps", "1", "Number of ticks; 0 without end", 0.0, math.nan, math.nan),
    ]  # fmt: skip


class Stepper:
    """Brings a source to the tick that somebody has asked for.

    Parameters
    ----------
    show : shows the source's values to the network.
    """

    def __init__(self, source: Source, show: Callable[[], None]) -> None:
        self.source, self.show = source, show
        self._busy = asyncio.Lock()

    def check(self, value: float | None) -> int:
        """The tick that a write asks for.

        Raises
        ------
        WriteRefusedError
            When there is none such.
        """
        if value is None or value != int(value):
            raise WriteRefusedError("property", "value-out-of-range")
        tick, now, ticks = int(value), self.source.tick, self.source.ticks
        if (ticks and not 0 <= tick < ticks) or (not ticks and not now <= tick <= now + MOST):
            raise WriteRefusedError("property", "value-out-of-range")
        return tick

    async def go(self, tick: int) -> None:
        """Bring the source to a tick and show it: all values change before the next request is looked at."""
        async with self._busy:
            await asyncio.to_thread(self.source.seek, tick)
            self.show()

    def told(self, board: Board) -> None:
        """Show the tick on the router's board."""
        board.value[:] = [self.source.tick, self.source.ticks]
