"""What a gateway does after an outage, its own or a device's: fill what was missed from the device's trend logs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial

import numpy as np

from twin.bacnet.gateway.announcements import Alarms
from twin.bacnet.gateway.backfill import Backfill
from twin.bacnet.gateway.peer import Peer
from twin.bacnet.gateway.poller import Poller
from twin.bacnet.points import Point
from twin.errors import BacnetError
from twin.historian.historian import Historian
from twin.historian.samples import USABLE, codes

HORIZON = timedelta(days=1)
"""Longest outage whose samples are fetched."""
SETTLED = 5.0
"""Seconds after a device has answered again until its first new samples are durable, so that the gap has its end."""
PAUSES = 2.5
"""Periods without a sample from which on something is missing."""


class Refill:
    """Fills gaps of devices that are there (again), one device after the other.

    Parameters
    ----------
    period : seconds between polls, where a point has no other.
    zone : of devices that tell no offset from UTC.
    """

    def __init__(
        self, poller: Poller, store: Historian, period: float, alarms: Alarms, zone: tzinfo | None = None
    ) -> None:
        self.poller, self.store, self.period, self.alarms = poller, store, period, alarms
        self.backfill = Backfill(poller.app, store, zone or datetime.now().astimezone().tzinfo or UTC)
        self._gate = asyncio.Semaphore(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, peer: Peer) -> None:
        """Look after a device, in the background."""
        task = asyncio.create_task(self._look(peer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _look(self, peer: Peer) -> None:
        await asyncio.sleep(SETTLED)
        about = f"trend logs of {peer.instance}"
        async with self._gate:
            self.backfill.turn = partial(self.poller.turn, peer)
            try:
                for group in peer.groups:
                    await self._fill(peer, group.points, group.period or self.period)
            except BacnetError as problem:
                self.backfill.counted["devices_not_filled"] += 1
                self.alarms.put(about, f"gaps of device {peer.instance} are not filled: {problem}")
            else:
                self.alarms.put(about, "")

    async def _fill(self, peer: Peer, points: Sequence[Point], period: float) -> None:
        """Gaps since the oldest of the points' last good samples before now, within a day."""
        now = datetime.now(UTC)
        start = await asyncio.to_thread(self._known_since, [point.signal for point in points], now)
        if start is not None:
            await self.backfill.fill(peer.instance, peer.address, points, start, now, PAUSES * period)

    def _known_since(self, signals: Sequence[str], now: datetime) -> datetime | None:
        """When the first of some points had its first good sample within the horizon; nothing where none had."""
        places = sorted(self.store.numbers(signals).values())
        if not places:
            return None
        limit = round(HORIZON.total_seconds() * 1e6)
        end = round(now.timestamp() * 1e6)
        held = self.store.raw(places, end - limit, end)
        times = held.time[np.isin(held.quality, codes(USABLE))]
        return datetime.fromtimestamp(int(times.min()) / 1e6, UTC) if len(times) else None
