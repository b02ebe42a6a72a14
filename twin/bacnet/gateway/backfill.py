"""Fill gaps in a historian from the trend logs of the devices: once, without doubles, and accounted for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

import numpy as np
import pandas as pd
from bacpypes3.apdu import ReadRangeRequest
from bacpypes3.basetypes import DateTime, PropertyIdentifier, Range, RangeByTime
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import Date, ObjectIdentifier, Time

from twin.bacnet.application import SafeApplication
from twin.bacnet.gateway import records
from twin.bacnet.numbers import FAULT, NUMBERS, OUT_OF_SERVICE, OVERRIDDEN, PRESENT_VALUE, TREND_LOG
from twin.bacnet.points import Point
from twin.errors import BacnetError
from twin.historian.historian import Historian
from twin.historian.samples import QUALITIES, Samples, microseconds

PAGE = 500
"""Records asked for at a time; a device tells as many of them as fit."""
PAGES = 200
"""Answers taken for one gap, at most."""
SKEW = timedelta(hours=1)
"""A device's clock may be off by that much; its records are moved by what it is off. One that is further off is not believed."""
CLOSE = timedelta(seconds=90)
"""A clock that is off by less is taken to be right."""
LONGEST_LIST = 20_000


@dataclass
class Backfill:
    """Fills gaps of some points of devices.

    Attributes
    ----------
    turn : the right to ask for one thing.
    logs : by device, the trend log of each object; read once.
    tried : gaps whose logs had nothing (more) to tell.
    counted : gaps, gaps_filled, samples_filled, gaps_left, points_without_log, logs_failed.
    """

    app: SafeApplication
    store: Historian
    zone: tzinfo
    turn: Callable[[], AbstractAsyncContextManager[Any]] = nullcontext
    logs: dict[int, dict[tuple[int, int], int]] = field(default_factory=dict)
    tried: set[tuple[str, int, int]] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)

    async def fill(
        self, device: int, address: Address, points: Sequence[Point], start: datetime, end: datetime, longer: float
    ) -> int:
        """Fill what is missing of a device's points between two moments; gives the number of samples.

        Parameters
        ----------
        longer : shortest pause that counts as a gap. [s]

        Raises
        ------
        BacnetError
            When the device does not answer, or its clock cannot be believed.
        """
        named = [point.signal for point in points]
        known = await asyncio.to_thread(self.store.numbers, named)
        frame = await asyncio.to_thread(
            self.store.gaps, [name for name in named if name in known], start, end, pd.Timedelta(seconds=longer)
        )
        ends = zip(frame["point"], frame["start"], frame["end"], strict=True)
        gaps = [(str(name), microseconds(first), microseconds(last)) for name, first, last in ends]
        gaps = [gap for gap in gaps if gap not in self.tried]
        if not gaps:
            return 0
        self.counted["gaps"] += len(gaps)
        skew, zone = await self._clock(device, address)
        if device not in self.logs:
            self.logs[device] = await self._find_logs(device, address)
        by_name = {point.signal: point for point in points}
        total = 0
        for gap in gaps:
            point = by_name[gap[0]]
            log = self.logs[device].get((NUMBERS[point.object], point.instance))
            if log is None:
                self.counted["points_without_log"] += 1
                self.tried.add(gap)
                continue
            total += await self._fill(device, address, point, log, gap, skew, zone)
        return total

    async def _fill(
        self, device: int, address: Address, point: Point, log: int, gap: tuple[str, int, int], skew: timedelta, zone: tzinfo
    ) -> int:  # fmt: skip
        """One gap of one point."""
        name, first, last = gap
        held: dict[int, records.Record] = {}
        reference = first
        for _ in range(PAGES):
            local = datetime.fromtimestamp(reference / 1e6, zone) + skew
            page = await self._page(address, log, local)
            times = [microseconds(each.time.replace(tzinfo=zone) - skew) for each in page.records]
            held.update({t: each for t, each in zip(times, page.records, strict=True) if first < t < last})
            if page.last or not page.count or not times or max(times) >= last or max(times) <= reference:
                break
            reference = max(times)
        self.tried.add(gap)
        if not held:
            self.counted["gaps_left"] += 1
            return 0
        await asyncio.to_thread(self._keep, point, held)
        self.counted["gaps_filled"] += 1
        self.counted["samples_filled"] += len(held)
        text = f"{len(held)} samples filled from trend log {log} of device {device}"
        await asyncio.to_thread(self.store.annotate, text, _utc(first), _utc(last), name, "gateway")
        return len(held)

    def _keep(self, point: Point, held: dict[int, records.Record]) -> None:
        number = self.store.numbers([point.signal], make=True)[point.signal]
        value = np.array([each.value for each in held.values()])
        quality = np.array([_worth(each) for each in held.values()], dtype=np.uint8)
        time = np.array(list(held), dtype=np.int64)
        self.store.append_samples(Samples(np.full(len(held), number, np.int32), time, value, quality))

    async def _page(self, address: Address, log: int, after: datetime) -> records.Page:
        """Records behind a moment of the device's local time."""
        reference = DateTime(date=Date(after.date()), time=Time(after.time()))
        request = ReadRangeRequest(
            objectIdentifier=ObjectIdentifier(("trend-log", log)), propertyIdentifier=PropertyIdentifier("log-buffer"),
            range=Range(byTime=RangeByTime(referenceTime=reference, count=PAGE)), destination=address,
        )  # fmt: skip
        async with self.turn():
            answer = await self.app.ask(request, octets=True)
        try:
            return records.page(bytes(answer.pduData))
        except ValueError as problem:
            self.counted["logs_failed"] += 1
            raise BacnetError(f"{address}: trend log {log}: the answer to ReadRange {problem}") from problem

    async def _clock(self, device: int, address: Address) -> tuple[timedelta, tzinfo]:
        """How far a device's clock is ahead, and its zone; the gateway's own where the device tells none.

        Raises
        ------
        BacnetError
            When it is too far off.
        """
        date, time = [await self._read(address, ("device", device), name) for name in ("local-date", "local-time")]
        zone = self.zone
        try:
            zone = timezone(timedelta(minutes=-int(await self._read(address, ("device", device), "utc-offset"))))
        except BacnetError:
            self.counted["devices_without_zone"] += 1
        try:
            year, month, day, _ = date
            hour, minute, second, hundredth = time
            there = datetime(1900 + year, month, day, hour, minute, second, 10_000 * hundredth, zone)
        except (TypeError, ValueError) as problem:
            raise BacnetError(
                f"device {device} has no valid clock: {date} {time}; set it before its logs are used"
            ) from problem
        skew = there - datetime.now(zone)
        if abs(skew) > SKEW:
            raise BacnetError(f"device {device}: its clock is {skew} ahead; set it before its logs are used")
        return (skew if abs(skew) > CLOSE else timedelta()), zone

    async def _find_logs(self, device: int, address: Address) -> dict[tuple[int, int], int]:
        """The trend log of each object of a device that has one."""
        found: dict[tuple[int, int], int] = {}
        for identifier in await self._objects(device, address):
            if int(identifier[0]) != TREND_LOG:
                continue
            try:
                told: Any = await self._read(address, tuple(identifier), "log-device-object-property")
            except BacnetError:
                self.counted["logs_failed"] += 1
                continue
            owner = getattr(told, "deviceIdentifier", None)
            if int(told.propertyIdentifier) == PRESENT_VALUE and (owner is None or int(owner[1]) == device):
                logged = told.objectIdentifier
                found[int(logged[0]), int(logged[1])] = int(identifier[1])
        return found

    async def _objects(self, device: int, address: Address) -> list[Any]:
        """The object list, one by one where it does not come in one piece."""
        try:
            return list(await self._read(address, ("device", device), "object-list"))
        except BacnetError:
            count = int(await self._read(address, ("device", device), "object-list", 0))
        return [
            await self._read(address, ("device", device), "object-list", at)
            for at in range(1, min(count, LONGEST_LIST) + 1)
        ]

    async def _read(self, address: Address, identifier: Any, name: str, index: int | None = None) -> Any:
        async with self.turn():
            asked = self.app.read_property(address, ObjectIdentifier(identifier), name, index)
            return await self.app.timed(asked, f"{address}: {identifier[0]} {identifier[1]} {name}")


def _worth(record: records.Record) -> int:
    if record.flags & FAULT or record.value != record.value:
        return QUALITIES.index("fault")
    return QUALITIES.index("overridden" if record.flags & (OVERRIDDEN | OUT_OF_SERVICE) else "good")


def _utc(time: int) -> pd.Timestamp:
    return pd.Timestamp(time, unit="us", tz="UTC")
