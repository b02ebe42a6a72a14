"""Walk through a building that waits to be stepped: read every point at every tick, none of them torn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import ObjectIdentifier, Real

from twin.bacnet.application import free_port
from twin.bacnet.building.building import NETWORK
from twin.bacnet.building.stepper import STEP, STEPS
from twin.bacnet.gateway.discover import Client, targets
from twin.bacnet.gateway.gateway import find
from twin.bacnet.gateway.peer import FAULTY
from twin.bacnet.gateway.poller import Poller
from twin.bacnet.points import Point
from twin.errors import BacnetError

UNHURRIED = 1e6
"""Requests a second: a stepped building has nothing else to do than to answer."""
OWN = 4_194_000
Progress = Callable[[int, int], None]


def walk(target: str, points: Sequence[Point], progress: Progress | None = None) -> pd.DataFrame:
    """Step a building from its first tick to its last and read all points at each.

    Parameters
    ----------
    target : `address:port` of the building's router.
    progress : told (ticks read, ticks in all).

    Returns
    -------
    One row a tick, at the times of the building's own clock, one column a point.

    Raises
    ------
    BacnetError
        When it is no stepped building, an answer is wrong, or a device goes away.
    """
    return asyncio.run(_walk(target, points, progress))


async def _walk(target: str, points: Sequence[Point], progress: Progress | None) -> pd.DataFrame:
    own = target.partition(":")[0] if target.startswith("127.") else "127.0.0.1"
    app = Client.start(own, free_port(own), OWN, "campus twin reader", mask=8)
    assert isinstance(app, Client)
    try:
        return await _read(app, target, points, progress)
    finally:
        await app.stop()


async def _read(app: Client, target: str, points: Sequence[Point], progress: Progress | None) -> pd.DataFrame:
    peers = await find(app, points, targets(target, [NETWORK]), lambda text: None, frozenset({NETWORK}))
    router = Address(target)
    try:
        rows = int(await _property(app, router, ("analog-value", STEPS), "present-value"))
    except BacnetError as problem:
        raise BacnetError(f"{target}: is no building that waits to be stepped; serve it with --stepped") from problem
    column = {point.signal: place for place, point in enumerate(points)}
    values = np.full((rows, len(points)), np.nan)
    row = 0

    def took(
        some: Sequence[Point], told: npt.NDArray[np.float64], quality: npt.NDArray[np.uint8], _when: float
    ) -> None:
        values[row, [column[point.signal] for point in some]] = np.where(quality == FAULTY, np.nan, told)

    poller = Poller(app, peers, took, UNHURRIED, UNHURRIED)
    times: dict[int, datetime] = {}
    for row in range(rows):
        request = app.write_property(
            router, ObjectIdentifier(("analog-value", STEP)), "present-value", Real(float(row))
        )
        await app.timed(request, f"{target}: WriteProperty of the step")
        for peer in peers:
            if not await poller.poll(peer):
                raise BacnetError(f"{target}: device {peer.instance} does not answer any more")
        if row in (0, 1, rows - 1):
            times[row] = await _clock(app, peers[0].address, peers[0].instance)
        if progress and (row % 16 == 0 or row + 1 == rows):
            progress(row + 1, rows)
    index = pd.date_range(times[0], times[rows - 1], rows)
    if rows > 1 and index[1] != times[1]:
        raise BacnetError(f"{target}: the building does not step its clock evenly")
    return pd.DataFrame(values, index, [point.signal for point in points])


async def _property(app: Client, address: Address, identifier: tuple[str, int], name: str) -> Any:
    asked = app.read_property(address, ObjectIdentifier(identifier), name)
    return await app.timed(asked, f"{address}: ReadProperty of {identifier[0]} {identifier[1]} {name}")


async def _clock(app: Client, address: Address, instance: int) -> datetime:
    """A device's local standard time, aware by its UTC offset (BACnet counts it positive to the west)."""
    device = ("device", instance)
    date, time, offset = [await _property(app, address, device, n) for n in ("local-date", "local-time", "utc-offset")]
    try:
        year, month, day, _ = date
        hour, minute, second, hundredth = time
        zone = timezone(timedelta(minutes=-int(offset)))
        return datetime(1900 + year, month, day, hour, minute, second, 10_000 * hundredth, zone)
    except (TypeError, ValueError) as problem:
        raise BacnetError(f"{address}: device {instance} has no valid clock: {date} {time} {offset}") from problem
