"""The command `twin live`: the twin beside its building, on live points."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from twin.errors import BacnetError, StoreError
from twin.tables import out, print_json

err = Console(stderr=True)
Where = tuple[str, list[int], str, int, str, list[int], str, bool, bool]
"""Router, networks, own address, mask, store, fast networks, BBMD, whether to subscribe to changes, and whether to fetch what was missed."""


def live(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Folder or file of a site, or the name of a shipped one.")],
    store: Annotated[str, typer.Option(help="Historian: folder, or postgresql://user@host/database.")],
    router: Annotated[str, typer.Option(help="Address of a device or router to ask; the whole network when left out.")] = "",
    network: Annotated[list[int] | None, typer.Option("--network", help="Network behind the router; may be repeated.")] = None,
    fast_network: Annotated[list[int] | None, typer.Option(help="Network behind a router that is as fast as Ethernet, not an MS/TP line; may be repeated.")] = None,
    own: Annotated[str, typer.Option(help="Address of this machine to ask from.")] = "127.0.0.1",
    bbmd: Annotated[str, typer.Option(help="BBMD of another network, address or address:port, to be a foreign device of.")] = "",
    mask: Annotated[int, typer.Option(help="Bits of the network's part of the address.", min=1, max=32)] = 24,
    period: Annotated[float, typer.Option(help="Seconds between polls.", min=0.1)] = 60.0,
    step: Annotated[int, typer.Option(help="Length of the twin's tick in seconds; must divide the hour.", min=1, max=3600)] = 60,
    weather: Annotated[str | None, typer.Option(help="City, .epw or .csv that stands in for what no station measures; default is the site's typical year.")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of the twin's state; default is `live` in the historian's folder.")] = None,
    cov: Annotated[bool, typer.Option("--cov", help="Subscribe to changes of points with an increment, beside the polls.")] = False,
    refill: Annotated[bool, typer.Option("--refill/--no-refill", help="After an outage of at most a day, fetch what was missed from the devices' trend logs.")] = True,
    gateway: Annotated[bool, typer.Option("--gateway/--no-gateway", help="Poll the building, or follow a historian that another gateway fills.")] = True,
    seconds: Annotated[float | None, typer.Option(help="Stop after so many seconds; Ctrl-C and SIGTERM stop, too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document at the end.")] = False,
) -> None:  # fmt: skip
    """Let the twin go along with its building: measured weather and commands drive it, its expectation is kept beside every point."""
    from twin.bacnet import points as listed
    from twin.historian.store import open_store, tended
    from twin.live.twin import LiveTwin
    from twin.site.load import load
    from twin.weather.year import Weather

    loaded = load(site)
    points = listed.mapped(loaded, loaded.path.parent)
    sky = Weather.named(weather or loaded.location.climate, loaded.year)
    folder = home or _home(store)
    with open_store(store) as kept, open_store(store) as own_store, tended(kept):
        twin = LiveTwin(loaded, points, own_store, sky, float(step), folder, 2.0 * period + step, _say)
        where = (router, network or [], own, mask, store, fast_network or [], bbmd, cov, refill)
        counted = asyncio.run(_run(twin, points, kept, where, period, gateway, seconds))
    found = {**twin.status(), "gateway": counted}
    if as_json:
        print_json(found)
        return
    out.print(
        f"at {escape(str(found['moment']))}: {found.get('ticks', 0)} ticks, {found['points']} points beside the twin, "
        f"{found['substituted']} of them replaced by its values, {found['inputs_measured']} of {found['inputs']} inputs measured, "
        f"{len(found['drifting'])} drifting",
        soft_wrap=True,
    )


async def _run(
    twin: Any, points: list[Any], store: Any, where: Where, period: float, gateway: bool, seconds: float | None
) -> dict[str, int]:  # fmt: skip
    """The gateway and the twin side by side; when one fails the other stops, too, and keeps its state."""
    from twin.live.follow import follow

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if seconds:
        loop.call_later(seconds, stop.set)
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(follow(twin, stop))]
    if gateway:
        tasks.append(asyncio.create_task(_gather(points, store, where, period, stop)))
    _say(
        f"ready: {len(twin.points)} points beside the twin, {len(twin.inputs.weather)} of the weather, {len(twin.inputs.commands)} commands"
    )
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await asyncio.wait(tasks)
    found = [task.result() for task in tasks]
    return dict(found[1]) if gateway else {}


async def _gather(
    points: list[Any],
    store: Any,
    where: Where,
    period: float,
    stop: asyncio.Event,
) -> Any:
    try:
        from twin.bacnet.gateway import discover, status
        from twin.bacnet.gateway.gateway import Options, gather
        from twin.bacnet.gateway.poller import SAFETY
    except ImportError as problem:
        raise BacnetError("BACnet needs its stack: pip install 'campus-twin[bacnet]'") from problem
    router, networks, own, mask, folder, fast, bbmd, cov, refill = where
    client = discover.Client.on(own, mask, bbmd)
    try:
        await client.registered()
        return await gather(
            client,
            points,
            discover.targets(router, networks),
            store,
            period,
            stop,
            lambda text: _say(f"alarm: {text}"),
            Options(
                frozenset(fast),
                cov="unconfirmed" if cov else "",
                safety=period if cov else SAFETY,
                refill=refill,
                cache=status.beside(folder, status.ADDRESSES),
                status=status.beside(folder, status.FILE),
            ),
        )
    finally:
        await client.stop()


def _home(store: str) -> Path:
    """Folder of the twin's state.

    Raises
    ------
    StoreError
        When the historian is no folder, and none was given.
    """
    if re.match(r"postgres(ql)?://", store):
        raise StoreError("the historian is a database: say with --home where the twin shall keep its state")
    return Path(store) / "live"


def _say(text: str) -> None:
    (err if text.startswith("alarm") else out).print(escape(text), soft_wrap=True, highlight=False)
