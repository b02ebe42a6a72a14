"""Serve a source as a virtual building: it goes on, its points are on the network, and accepted writes reach it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from twin.bacnet.building.building import Building
from twin.bacnet.building.hours import Hours
from twin.bacnet.building.source import Source
from twin.bacnet.clock import Clock
from twin.bacnet.points import Point
from twin.historian.store import open_store, tended

LOG_INTERVAL = 60.0
"""Shortest interval of trend logs, in the building's time. [s]"""


@dataclass(frozen=True)
class Service:
    """What is served, and how.

    Attributes
    ----------
    source : makes what is shown; called once, in a thread.
    name : of the building.
    factor : how many times as fast as the clock; 0 for a building that waits to be stepped.
    address, port, mask : where the router is.
    writers : addresses that may write; nobody when empty.
    store : historian of the trend logs; a folder that is gone afterwards when left out.
    password : for device communication control; without one all of it is refused.
    bbmd : other BBMDs, where the router is one itself.
    hours : that the site keeps; its schedules and calendars show them.
    """

    source: Callable[[], Source]
    points: Sequence[Point]
    name: str
    factor: float
    address: str
    port: int
    mask: int
    writers: frozenset[str]
    store: Path | None = None
    password: str = ""
    bbmd: tuple[str, ...] | None = None
    hours: Hours | None = None


async def serve(service: Service, ready: Callable[[Building, Source], None], stop: asyncio.Event | None = None) -> None:
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
    source = await asyncio.to_thread(service.source)
    with contextlib.ExitStack() as held:
        folder = service.store or Path(held.enter_context(TemporaryDirectory(prefix="twin-trends-")))
        store = held.enter_context(open_store(folder))
        held.enter_context(tended(store))

        def command(point: Point, value: float | None, priority: int, sender: str) -> None:
            source.post(point.signal, value, priority, sender)

        building = Building(
            service.points, command, service.name, service.address, service.port, service.mask, service.writers,
            Clock(lambda: source.moment), store, max(LOG_INTERVAL, source.step), service.password, service.bbmd,
            None if service.factor else source, service.hours,
        )  # fmt: skip
        try:
            await _show(building, source, service.factor, ready, stop)
        finally:
            stop.set()
            await building.stop()


async def _show(
    building: Building, source: Source, factor: float, ready: Callable[[Building, Source], None], stop: asyncio.Event
) -> None:
    """Show every tick until stopped; what breaks is told, not swallowed."""
    places = source.places([point.signal for point in building.points])
    building.put(source.values(places))
    await building.log()
    await building.announce()
    ready(building, source)
    ticked = asyncio.Event()
    pacing = asyncio.create_task(pace(source, factor, ticked, stop) if factor else stop.wait())

    async def look() -> None:
        while True:
            await ticked.wait()
            ticked.clear()
            building.put(source.values(places))
            await building.log()
            await building.tell()

    looking = asyncio.create_task(look())
    try:
        done, _ = await asyncio.wait([pacing, looking], return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()
    finally:
        looking.cancel()


async def pace(source: Source, factor: float, told: asyncio.Event, stop: asyncio.Event) -> None:
    """Advance in step with the clock, `factor` times as fast, until stopped; every tick is told.

    A tick that comes late is not made up for: the next one waits its whole length again.
    """
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(source.step / factor):
                await stop.wait()
            return
        await asyncio.to_thread(source.advance)
        told.set()
