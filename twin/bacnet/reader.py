"""Read a BACnet/IP device: every request has a deadline, every reply is checked against what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pandas as pd
from bacpypes3.apdu import ConfirmedRequestPDU
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import ObjectIdentifier, Real

from twin.bacnet import codec
from twin.bacnet.application import SafeApplication, free_port
from twin.errors import BacnetError

PATIENCE = (1, 2, 4)
"""Waits for answers to Who-Is, which a busy network may lose. [s]"""
BATCH = 60
"""Objects in one ReadPropertyMultiple: 60 present values are 963 octets of an APDU of 1,476, with room for errors."""
WINDOW = 4
"""Requests outstanding to a device; 257 stop bacpypes3 0.0.110 for ever."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Point:
    """One object of a device."""

    identifier: tuple[str, int]
    name: str
    unit: str
    description: str


class Reader:
    """A client on its own loopback port; use it as an asynchronous context manager."""

    def __init__(self, target: str, address: str = "127.0.0.1") -> None:
        self.target, self.address = target, address
        self.window = asyncio.Semaphore(WINDOW)

    async def __aenter__(self) -> Reader:
        self.app = SafeApplication.start(self.address, free_port(self.address), 4_194_000, "campus twin reader", mask=8)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.app.stop()

    async def discover(self) -> int:
        """Device instance behind the target address, by a directed Who-Is.

        Raises
        ------
        BacnetError
            When nobody answers, or more than one device does.
        """
        instances: list[int] = []
        for wait in PATIENCE:
            found = await self.app.timed(
                self.app.who_is(address=Address(self.target), timeout=wait), f"{self.target}: Who-Is"
            )
            instances = sorted({int(each.iAmDeviceIdentifier[1]) for each in found})
            if instances:
                break
        if not instances:
            raise BacnetError(f"{self.target}: nobody answers Who-Is; check the address and that the device is running")
        if len(instances) > 1:
            raise BacnetError(f"{self.target}: devices {instances} answer at one address; give each its own")
        return instances[0]

    async def inventory(self, instance: int) -> list[Point]:
        """All points of a device: name, unit and description of every analog object."""
        listed = await self._read(("device", instance), "object-list")
        points = []
        for each in listed:
            if str(each[0]) in ("analog-input", "analog-value"):
                identifier = (str(each[0]), int(each[1]))
                texts = [await self._read(identifier, name) for name in ("object-name", "units", "description")]
                points.append(Point(identifier, *(str(text) for text in texts)))
        return points

    async def clock(self, instance: int) -> datetime:
        """The device's own local standard time, aware by its UTC offset (BACnet counts it positive to the west)."""
        device = ("device", instance)
        date, time, offset = [await self._read(device, name) for name in ("local-date", "local-time", "utc-offset")]
        try:
            year, month, day, _ = date
            hour, minute, second, hundredth = time
            zone = timezone(timedelta(minutes=-int(offset)))
            return datetime(1900 + year, month, day, hour, minute, second, 10_000 * hundredth, zone)
        except (TypeError, ValueError) as problem:
            raise BacnetError(
                f"{self.target}: device {instance} has no valid clock: {date} {time} {offset}"
            ) from problem

    async def values(self, points: Sequence[Point]) -> list[float]:
        """Present values, in the order of the points; NaN where an object answers with an error.

        Raises
        ------
        BacnetError
            When the device does not answer in time, or answers for other objects than asked.
        """
        parts = [points[first : first + BATCH] for first in range(0, len(points), BATCH)]
        return [value for part in await asyncio.gather(*map(self._batch, parts)) for value in part]

    async def _batch(self, points: Sequence[Point]) -> list[float]:
        asked = [point.identifier for point in points]
        request = ConfirmedRequestPDU(codec.READ_MULTIPLE, destination=Address(self.target))
        request.put_data(codec.encode_values(asked))
        async with self.window:
            answer = await self.app.ask(request, octets=True)
        try:
            return codec.decode_values(bytes(answer.pduData), asked)
        except ValueError as problem:
            raise BacnetError(f"{self.target}: the answer to ReadPropertyMultiple is wrong: {problem}") from problem

    async def write(self, identifier: tuple[str, int], value: float) -> None:
        """Write a present value.

        Raises
        ------
        BacnetError
            When the device refuses or does not answer.
        """
        request = self.app.write_property(
            Address(self.target), ObjectIdentifier(identifier), "present-value", Real(value)
        )
        await self.app.timed(request, f"{self.target}: WriteProperty of {identifier[0]} {identifier[1]}")

    async def _read(self, identifier: tuple[str, int], name: str) -> Any:
        request = self.app.read_property(Address(self.target), ObjectIdentifier(identifier), name)
        return await self.app.timed(request, f"{self.target}: ReadProperty of {identifier[0]} {identifier[1]} {name}")


async def _collect(target: str, progress: Progress | None) -> tuple[int, list[Point], pd.DataFrame]:
    async with Reader(target) as reader:
        instance = await reader.discover()
        points = await reader.inventory(instance)
        by_name = {point.name: point for point in points}
        for needed in ("replay step", "replay rows"):
            if needed not in by_name:
                raise BacnetError(f"{target}: device {instance} has no object {needed!r}; it is no replay of trends")
        step, count = by_name.pop("replay step"), by_name.pop("replay rows")
        sensors = list(by_name.values())
        rows = int((await reader.values([count]))[0])
        samples, times = [], {}
        for row in range(rows):
            await reader.write(step.identifier, float(row))
            samples.append(await reader.values(sensors))
            if row in (0, 1, rows - 1):
                times[row] = await reader.clock(instance)
            if progress and (row % 16 == 0 or row + 1 == rows):
                progress(row + 1, rows)
        index = pd.date_range(times[0], times[rows - 1], rows)
        if rows > 1 and index[1] != times[1]:
            raise BacnetError(f"{target}: device {instance} does not step its clock evenly")
        return instance, sensors, pd.DataFrame(samples, index, [point.name for point in sensors])


def collect(target: str, progress: Progress | None = None) -> tuple[int, list[Point], pd.DataFrame]:
    """Discover the replaying device at an address and read all its rows.

    Parameters
    ----------
    target : `address:port`.
    progress : told (rows read, rows in all).

    Returns
    -------
    Device instance, its points, and one row of values per step, at the times of the device's own clock.

    Raises
    ------
    BacnetError
        When nobody answers, an answer is wrong, or the device goes away.
    """
    return asyncio.run(_collect(target, progress))
