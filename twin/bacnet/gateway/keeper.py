"""What polls and notifications bring, on its way into a historian: collected, made durable every second, and bounded while there is no room."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import numpy as np

from twin.bacnet.gateway.ages import Ages
from twin.bacnet.gateway.peer import STALE, Codes, Values
from twin.bacnet.points import Point
from twin.errors import StoreError
from twin.historian.historian import Historian
from twin.historian.samples import Samples, joined

MOST_WAITING = 5_000_000
"""Samples that wait for room in the store, about 100 MiB; beyond, the oldest are dropped and counted."""


class Keeper:
    """Collects samples and makes them durable, in a thread so that the network never waits for the disk.

    Attributes
    ----------
    ages : how old each point's last good value is.
    alarm : why the store did not take the last samples, or an empty text.
    """

    def __init__(self, store: Historian, points: Sequence[Point], ages: Ages | None = None) -> None:
        self.store = store
        self.ages = Ages(points, 60.0) if ages is None else ages
        self.counted: Counter[str] = Counter()
        numbers = store.numbers([point.signal for point in points], make=True)
        self._numbers = np.array([numbers[point.signal] for point in self.ages.points], dtype=np.int32)
        store.describe_all([point.story for point in points])
        self._waiting: list[Samples] = []
        self.alarm = ""

    def take(self, points: Sequence[Point], values: Values, quality: Codes, when: float) -> None:
        """Remember what has come in at a second since 1970 until the next flush."""
        rows = self.ages.rows(points)
        self.ages.take(rows, values, quality, when)
        time = np.full(len(rows), round(when * 1e6), dtype=np.int64)
        self._waiting.append(Samples(self._numbers[rows], time, values, quality))

    def mark(self, now: float) -> int:
        """Say once of points without news that they are stale, with their last value; tells how many at this second since 1970."""
        rows = self.ages.overdue(now)
        if len(rows):
            time = np.full(len(rows), round(now * 1e6), dtype=np.int64)
            quality = np.full(len(rows), STALE, dtype=np.uint8)
            self._waiting.append(Samples(self._numbers[rows], time, self.ages.value[rows], quality))
            self.counted["stale"] += len(rows)
        return len(rows)

    async def flush(self) -> None:
        """Make what waits durable; where the store is full, it goes on waiting and the alarm says why."""
        if not self._waiting:
            return
        held, self._waiting = joined(self._waiting), []
        try:
            await asyncio.to_thread(self.store.append_samples, held)
        except StoreError as problem:
            self.alarm = str(problem)
            self.counted["store_refused"] += 1
            lost = max(0, len(held) - MOST_WAITING)
            self.counted["samples_dropped"] += lost
            self._waiting.insert(0, held.chosen(slice(lost, None)))
            return
        self.alarm = ""
        self.counted["samples"] += len(held)
