"""The gateway's reading side: find the devices of some points, poll them, and keep every sample with its quality."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.bacnet.discover import Client, discover
from twin.bacnet.points import Point
from twin.bacnet.poller import Peer, Poller
from twin.errors import BacnetError, StoreError
from twin.historian.historian import Historian
from twin.historian.samples import QUALITIES, Samples

FLUSH = 1.0
"""Longest time that a sample waits before it is durable. [s]"""


class Keeper:
    """Collects what polls bring and makes it durable, in a thread so that the network never waits for the disk."""

    def __init__(self, store: Historian, points: Sequence[Point]) -> None:
        self.store = store
        self.counted: Counter[str] = Counter()
        self._numbers = store.numbers([point.signal for point in points], make=True)
        for point in points:
            store.describe(
                point.signal, point.unit, point.description, f"device {point.device} {point.object} {point.instance}"
            )
        self._waiting: list[Samples] = []
        self.alarm = ""

    def take(
        self, points: Sequence[Point], values: npt.NDArray[np.float64], quality: npt.NDArray[np.uint8], when: float
    ) -> None:
        """Remember a poll until the next flush."""
        places = np.array([self._numbers[point.signal] for point in points], dtype=np.int32)
        time = np.full(len(places), round(when * 1e6), dtype=np.int64)
        self._waiting.append(Samples(places, time, values, quality))

    async def flush(self) -> None:
        """Make what waits durable; where the store is full, it goes on waiting and the alarm says why."""
        if not self._waiting:
            return
        held, self._waiting = self._waiting, []
        columns = zip(*((each.point, each.time, each.value, each.quality) for each in held), strict=True)
        samples = Samples(*(np.concatenate(column) for column in columns))
        try:
            await asyncio.to_thread(self.store.append_samples, samples)
        except StoreError as problem:
            self.alarm = str(problem)
            self._waiting = held + self._waiting
            self.counted["store_refused"] += 1
            return
        self.alarm = ""
        self.counted["samples"] += len(samples)


async def find(app: Client, points: Sequence[Point], where: Sequence[Any], told: Callable[[str], None]) -> list[Peer]:
    """The devices of some points, ready to be polled.

    Raises
    ------
    BacnetError
        When none of the devices answers, or one instance is on several devices.
    """
    wanted = sorted({point.device for point in points})
    found, doubled = await discover(app, where, min(wanted), max(wanted))
    clash = {instance: held for instance, held in doubled.items() if instance in wanted}
    if clash:
        listed = "; ".join(f"{i} at {', '.join(each.text for each in held)}" for i, held in clash.items())
        raise BacnetError(f"several devices have one instance: {listed}; give each its own before polling")
    here = {each.instance: each for each in found}
    missing = [instance for instance in wanted if instance not in here]
    if len(missing) == len(wanted):
        raise BacnetError(
            f"none of the devices {', '.join(map(str, wanted[:5]))} answers Who-Is; check address and network"
        )
    if missing:
        told(f"not found: devices {', '.join(map(str, missing))}")
    return [
        Peer(i, here[i].address, [point for point in points if point.device == i], longest=min(here[i].longest, 1476))
        for i in wanted
        if i in here
    ]


@dataclass(frozen=True)
class Reading:
    """What one point says: its value in SI units, and its quality; both empty where its device is not found."""

    point: Point
    value: float
    quality: str


async def validate(
    app: Client, points: Sequence[Point], where: Sequence[Any], told: Callable[[str], None]
) -> list[Reading]:
    """Read every point once.

    Raises
    ------
    BacnetError
        As for `find`.
    """
    found: dict[Point, Reading] = {point: Reading(point, math.nan, "communication_lost") for point in points}

    def take(
        some: Sequence[Point], values: npt.NDArray[np.float64], quality: npt.NDArray[np.uint8], _when: float
    ) -> None:
        for point, value, code in zip(some, values.tolist(), quality.tolist(), strict=True):
            found[point] = Reading(point, value, QUALITIES[code])

    peers = await find(app, points, where, told)
    poller = Poller(app, peers, take)
    await asyncio.gather(*(poller.poll(peer) for peer in peers))
    return list(found.values())


async def gather(
    app: Client, points: Sequence[Point], where: Sequence[Any], store: Historian, period: float, stop: asyncio.Event,
    told: Callable[[str], None],
) -> Counter[str]:  # fmt: skip
    """Poll points until stopped, and keep them.

    Parameters
    ----------
    where : addresses to send Who-Is to.
    told : told what people should know: devices that are missing or doubled.

    Raises
    ------
    BacnetError
        When none of the devices answers, or one instance is on several devices.
    """
    peers = await find(app, points, where, told)
    keeper = Keeper(store, points)
    poller = Poller(app, peers, keeper.take)
    polling = asyncio.create_task(poller.run(period, stop))
    while not polling.done():
        await asyncio.wait([polling], timeout=FLUSH)
        await keeper.flush()
        if keeper.alarm:
            told(keeper.alarm)
    await keeper.flush()
    polling.result()
    return poller.counted + keeper.counted + app.counted
