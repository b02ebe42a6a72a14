"""Serve a site as a virtual building: the simulation runs, its points are on the network, and accepted writes change it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from twin.bacnet.building import Building
from twin.bacnet.clock import Clock
from twin.bacnet.hours import Hours
from twin.bacnet.points import Point
from twin.bacnet.running import RunningSite
from twin.site.site import Site
from twin.weather.year import Weather


@dataclass(frozen=True)
class Service:
    """What is served, and how.

    Attributes
    ----------
    step : length of a tick. [s]
    factor : how many times as fast as the clock.
    address, port, mask : where the router is.
    writers : addresses that may write; nobody when empty.
    """

    site: Site
    points: Sequence[Point]
    weather: Weather
    start: datetime
    step: float
    factor: float
    address: str
    port: int
    mask: int
    writers: frozenset[str]


async def serve(
    service: Service, ready: Callable[[Building, RunningSite], None], stop: asyncio.Event | None = None
) -> None:
    """Serve until SIGTERM, SIGINT or `stop`.

    Parameters
    ----------
    ready : told once, when clients may ask.

    Raises
    ------
    BacnetError
        When the address cannot be had.
    """
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(ValueError, NotImplementedError):  # not the main thread, or no Unix
            loop.add_signal_handler(number, stop.set)
    running = await asyncio.to_thread(RunningSite, service.site, service.weather, service.start, service.step)

    def command(point: Point, value: float | None, priority: int, source: str) -> None:
        running.post(point.signal, value, priority, source)

    building = Building(
        service.points,
        command,
        service.site.name.get("en", "site"),
        service.address,
        service.port,
        service.mask,
        service.writers,
        Clock(lambda: running.moment),
        Hours.of(service.site, (service.start.year, service.start.year + 1)),
    )
    places = running.places([point.signal for point in building.points])
    ticked = asyncio.Event()

    async def show() -> None:
        while True:
            await ticked.wait()
            ticked.clear()
            building.put(running.values(places))
            await building.tell()

    building.put(running.values(places))
    tasks = [asyncio.create_task(show()), asyncio.create_task(running.pace(service.factor, ticked, stop))]
    try:
        ready(building, running)
        waiting = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()  # what broke is told, not swallowed
    finally:
        stop.set()
        await asyncio.wait([tasks[1]], timeout=1.0)
        tasks[0].cancel()
        await building.stop()
