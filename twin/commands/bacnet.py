"""The commands `twin bacnet` and `twin points`: the site on a BACnet network."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from twin.commands.status import status
from twin.errors import BacnetError, SiteError
from twin.tables import out, print_json

app = typer.Typer(no_args_is_help=True, help="A site on a BACnet/IP network.")
app.command()(status)
err = Console(stderr=True)
Answer = TypeVar("Answer")
SiteText = Annotated[
    str, typer.Argument(metavar="SITE", help="Folder or file of a site, or the name of a shipped one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]


def points(
    site: SiteText,
    write: Annotated[
        bool, typer.Option("--write", help="Write points.csv into the site's folder; numbers there never move.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the points of a site: which signal is which BACnet object."""
    from twin.bacnet import points as found
    from twin.site.load import load

    loaded = load(site)
    listed = found.of(loaded, loaded.path.parent)
    if write:
        found.write(listed, loaded.path.parent / found.FILE)
    if as_json:
        rows = [{name: None if value != value else value for name, value in vars(each).items()} for each in listed]
        print_json(rows)
        return
    table = Table("device", "objects", "writable", "first", "last")
    for device in dict.fromkeys(each.device for each in listed):
        held = [each for each in listed if each.device == device]
        writable = sum(each.writable for each in held)
        table.add_row(str(device), str(len(held)), str(writable), escape(held[0].name), escape(held[-1].name))
    out.print(table)
    where = (
        f"written to {escape(str(loaded.path.parent / found.FILE))}" if write else "add --write to keep their numbers"
    )
    out.print(f"{len(listed)} points; {where}")


Address = Annotated[str, typer.Option(help="Address of this machine to serve on.")]
Port = Annotated[int, typer.Option(help="UDP port.", min=1, max=65535)]
Mask = Annotated[int, typer.Option(help="Bits of the network's part of the address.", min=1, max=32)]
Factor = Annotated[float, typer.Option(help="How many times as fast as the clock.")]
Stepped = Annotated[
    bool,
    typer.Option(
        "--stepped", help="Wait for a client to write the tick it wants to see: analog value 1 of device 100000."
    ),
]
Writers = Annotated[
    list[str] | None,
    typer.Option("--allow-writes-from", help="Address that may write; may be repeated. Nobody may when left out."),
]
Kept = Annotated[
    Path | None,
    typer.Option("--store", help="Historian of the trend logs; a folder that is gone afterwards when left out."),
]
Bbmd = Annotated[bool, typer.Option("--bbmd", help="Be a BBMD: take foreign devices.")]
Others = Annotated[list[str] | None, typer.Option("--bbmd-peer", help="Another BBMD, address:port; may be repeated.")]
PASSWORD = "TWIN_BACNET_PASSWORD"
"""Environment variable with the password for device communication control."""


@app.command()
def serve(
    site: SiteText, address: Address = "127.0.0.1", port: Port = 47808, mask: Mask = 24, factor: Factor = 1.0, stepped: Stepped = False,
    step: Annotated[int, typer.Option(help="Length of a tick in seconds; must divide the hour.", min=1, max=3600)] = 60,
    start: Annotated[datetime | None, typer.Option(help="Local standard time to start from; now when left out.")] = None,
    weather: Annotated[str | None, typer.Option(help="City, .epw or .csv; default is the site's typical year.")] = None,
    allow_writes_from: Writers = None, store: Kept = None, bbmd: Bbmd = False, bbmd_peer: Others = None,
    seed: Annotated[int, typer.Option(help="Draws a building that its site file does not quite describe: other true numbers, another year's weather; 0: as the file says.", min=0)] = 0,
) -> None:  # fmt: skip
    """Run a site and show it as a virtual building: a router, and a device for every controller behind it.

    Device communication control needs the password in the environment variable TWIN_BACNET_PASSWORD; without one it is refused.
    """
    from twin.bacnet import points as found
    from twin.bacnet.building.hours import Hours
    from twin.live.pretence import pretended
    from twin.site.load import load
    from twin.weather.year import Weather

    loaded = load(site)
    building, sky = pretended(loaded, seed)
    sky = Weather.named(weather, loaded.year) if weather else sky
    moment = start or datetime.now(sky.start.tzinfo)
    listed = found.served(loaded, loaded.path.parent)

    def source() -> Any:
        from twin.bacnet.building.running import RunningSite

        return RunningSite(building, sky, moment, float(step))

    told = _place(address, port, mask, allow_writes_from, store, bbmd, bbmd_peer)
    hours = Hours.of(loaded, (moment.year, moment.year + 1))
    _serve(source, listed, loaded.name.get("en", "site"), factor, stepped, told, hours)


@app.command()
def replay(
    trends: Annotated[Path, typer.Argument(metavar="TRENDS", help="CSV or Parquet file: one row a moment, one column a point.")],
    points_file: Annotated[Path | None, typer.Option("--points", help="A points.csv whose signals name columns; the other columns are analog inputs of one device.")] = None,
    zone: Annotated[str, typer.Option(help="Time zone of times that name none.")] = "UTC",
    address: Address = "127.0.0.1", port: Port = 47808, mask: Mask = 24, factor: Factor = 1.0, stepped: Stepped = False,
    allow_writes_from: Writers = None, store: Kept = None, bbmd: Bbmd = False, bbmd_peer: Others = None,
) -> None:  # fmt: skip
    """Show measured trends as a virtual building, row after row, at their own pace, faster, or stepped."""
    from twin.bacnet import points as found
    from twin.bacnet.building import replay as played

    frame = played.read(trends, zone)
    listed = played.derive(frame, found.read(points_file) if points_file else ())
    told = _place(address, port, mask, allow_writes_from, store, bbmd, bbmd_peer)
    _serve(lambda: played.Replay(frame), listed, trends.stem, factor, stepped, told)


def _place(
    address: str, port: int, mask: int, writers: list[str] | None, store: Path | None, bbmd: bool, others: list[str] | None
) -> dict[str, Any]:  # fmt: skip
    """Where and to whom something is served."""
    return {
        "address": address, "port": port, "mask": mask, "writers": frozenset(writers or ()), "store": store,
        "bbmd": tuple(others or ()) if bbmd else None,
    }  # fmt: skip


def _serve(
    source: Callable[[], Any], listed: list[Any], name: str, factor: float, stepped: bool, told: dict[str, Any], hours: Any = None
) -> None:  # fmt: skip
    try:
        from twin.bacnet.building.serve import Service
        from twin.bacnet.building.serve import serve as go
    except ImportError as problem:
        raise BacnetError("BACnet needs its stack: pip install 'campus-twin[bacnet]'") from problem
    if not 0.0 < factor < math.inf:
        raise SiteError(f"factor {factor:g}: must be greater than 0")
    if stepped and not told["writers"]:
        raise SiteError("a stepped building waits for writes: say with --allow-writes-from whose")
    service = Service(
        source, listed, name, 0.0 if stepped else factor, **told, password=os.environ.get(PASSWORD, ""),
        hours=hours,
    )  # fmt: skip

    def ready(building: object, running: object) -> None:
        devices = len({each.device for each in listed})
        writers = ", ".join(sorted(told["writers"]))
        out.print(
            f"ready: {len(listed)} points of {devices} devices behind the router at {told['address']}:{told['port']}, network 2001; "
            f"{'writes from ' + writers if writers else 'nobody may write'}{'; waits to be stepped' if stepped else ''}; Ctrl-C stops",
            soft_wrap=True,
        )

    asyncio.run(go(service, ready))


Router = Annotated[str, typer.Option(help="Address of a device or router to ask; the whole network when left out.")]
Own = Annotated[
    str, typer.Option(help="Address of this machine to ask from; with :PORT where the network's is not 47808.")
]
Through = Annotated[
    str, typer.Option("--bbmd", help="BBMD of another network, address or address:port, to be a foreign device of.")
]
Networks = Annotated[list[int] | None, typer.Option("--network", help="Network behind the router; may be repeated.")]
FastNetworks = Annotated[list[int] | None, typer.Option(help="Network behind a router that is as fast as Ethernet, not an MS/TP line; may be repeated.")]  # fmt: skip


@app.command()
def discover(
    router: Router = "", network: Networks = None, own: Own = "127.0.0.1", mask: int = 24, bbmd: Through = "",
    low: Annotated[int, typer.Option(help="Smallest instance.", min=0)] = 0,
    high: Annotated[int, typer.Option(help="Largest instance.", max=4_194_303)] = 4_194_303,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Find devices; two devices with one instance are told."""
    from twin.bacnet.gateway import discover as search

    async def go(client: Any, _stop: asyncio.Event) -> Any:
        return await search.discover(client, search.targets(router, network or []), low, high)

    found, doubled = asyncio.run(_online(own, mask, go, bbmd))
    rows = [{"instance": each.instance, "address": each.text, "max_apdu": each.longest, "segmentation": each.segmentation,
             "vendor": each.vendor, "doubled": each.instance in doubled} for each in found]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    table = Table("device", "address", "max APDU", "segmentation", "vendor")
    for each in found:
        table.add_row(str(each.instance), escape(each.text), str(each.longest), each.segmentation, str(each.vendor))
    out.print(table)
    for instance, held in doubled.items():
        out.print(
            f"[bold]doubled:[/bold] {instance} is at {escape(', '.join(each.text for each in held))}; give each its own instance"
        )
    if not found:
        raise BacnetError("nobody answers Who-Is; check address, mask and network")


@app.command()
def poll(
    site: SiteText,
    store: Annotated[str, typer.Option(help="Historian: folder, or postgresql://user@host/database.")],
    router: Router = "", network: Networks = None, own: Own = "127.0.0.1", mask: int = 24, bbmd: Through = "",
    period: Annotated[float, typer.Option(help="Seconds between polls, where points.csv says no others.", min=0.1)] = 60.0,
    seconds: Annotated[float | None, typer.Option(help="Stop after so many seconds; Ctrl-C stops, too.")] = None,
    fast_network: FastNetworks = None,
    cov: Annotated[bool, typer.Option("--cov", help="Subscribe to changes of points with an increment, and poll them seldom.")] = False,
    confirmed: Annotated[bool, typer.Option("--confirmed", help="Ask for confirmed notifications.")] = False,
    lifetime: Annotated[int, typer.Option(help="Seconds that a subscription lasts unless renewed.", min=300, max=28_800)] = 600,
    most_subscriptions: Annotated[int, typer.Option(help="Subscriptions to one device.", min=1)] = 100,
    safety: Annotated[float, typer.Option(help="Seconds after which subscribed points are polled all the same.", min=1.0)] = 600.0,
    stale: Annotated[float, typer.Option(help="Periods without a good value after which a point is stale.", min=1.0)] = 3.0,
    refill: Annotated[bool, typer.Option("--refill/--no-refill", help="After an outage of at most a day, fetch what was missed from the devices' trend logs.")] = True,
    cache: Annotated[Path | None, typer.Option(help="File of known addresses; in the store's folder when left out.")] = None,
    status_file: Annotated[Path | None, typer.Option("--status", help="File that `twin bacnet status` reads; in the store's folder when left out.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Read all points of a site's points.csv, again and again, into a historian. Nothing is ever written to a device."""
    from twin.bacnet.gateway import discover as search
    from twin.bacnet.gateway import status as news
    from twin.bacnet.gateway.gateway import Options, gather
    from twin.historian.store import open_store, tended

    listed = _points(site)
    options = Options(
        frozenset(fast_network or ()), ("confirmed" if confirmed else "unconfirmed") if cov else "", float(lifetime),
        most_subscriptions, safety, stale, refill, cache or news.beside(store, news.ADDRESSES), status_file or news.beside(store, news.FILE),
    )  # fmt: skip

    async def go(client: Any, stop: asyncio.Event) -> dict[str, int]:
        if seconds:
            asyncio.get_running_loop().call_later(seconds, stop.set)
        with open_store(store) as held, tended(held):
            where = search.targets(router, network or [])
            return dict(
                await gather(client, listed, where, held, period, stop, lambda text: _say(f"alarm: {text}"), options)
            )

    counted = asyncio.run(_online(own, mask, go, bbmd))
    if as_json:
        print_json(counted)
        return
    for name, value in counted.items():
        out.print(f"{name.replace('_', ' ')}: {value:,}", highlight=False)


@app.command()
def validate(
    site: SiteText, router: Router = "", network: Networks = None, own: Own = "127.0.0.1", mask: int = 24, bbmd: Through = "",
    fast_network: FastNetworks = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Read every point of a site's points.csv once, and say which are not good."""
    from twin.bacnet.gateway import discover as search
    from twin.bacnet.gateway import gateway

    listed = _points(site)

    async def go(client: Any, _stop: asyncio.Event) -> list[gateway.Reading]:
        return await gateway.validate(
            client, listed, search.targets(router, network or []), lambda text: _say(f"alarm: {text}"),
            frozenset(fast_network or ()),
        )  # fmt: skip

    found = asyncio.run(_online(own, mask, go, bbmd))
    bad = [each for each in found if each.quality != "good"]
    if as_json:
        print_json([
            {"signal": each.point.signal, "device": each.point.device, "object": each.point.object, "instance": each.point.instance,
             "value": each.value if each.value == each.value else None, "unit": each.point.unit, "quality": each.quality}
            for each in found
        ])  # fmt: skip
    else:
        table = Table("point", "device", "object", "value", "unit", "quality")
        for each in bad:
            where = f"{each.point.object} {each.point.instance}"
            table.add_row(
                escape(each.point.signal),
                str(each.point.device),
                where,
                f"{each.value:g}",
                each.point.unit,
                each.quality,
            )
        if bad:
            out.print(table)
        out.print(f"{len(found) - len(bad)} of {len(found)} points are good")
    if bad:
        raise typer.Exit(1)


Journalled = Annotated[Path, typer.Option(help="Journal and audit record of all writes; one JSON line each.")]


@app.command()
def write(
    site: SiteText,
    point: Annotated[str, typer.Argument(help="Signal of a point: component.signal.")],
    value: Annotated[float, typer.Argument(help="Value in SI units.")],
    allow: Annotated[Path, typer.Option(help="Allow-list: CSV with signal, low, high, slot, hourly, role.")],
    role: Annotated[str, typer.Option(help="Your role; the list says whose a point is.")],
    who: Annotated[str, typer.Option(help="Your name, for the record.")],
    seconds: Annotated[float, typer.Option(help="Length of the lease; NULL is written when it ends, and on Ctrl-C.")] = 900.0,
    journal: Journalled = Path("writes.jsonl"),
    router: Router = "", network: Networks = None, own: Own = "127.0.0.1", mask: int = 24, bbmd: Through = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the list and find the device, and send nothing.")] = False,
) -> None:  # fmt: skip
    """Write one value on loan: allowed by a list, read back, journalled, and given back by NULL when the lease ends or this stops."""
    from twin.bacnet.gateway import discover as search
    from twin.bacnet.gateway import leases
    from twin.bacnet.gateway.loan import Loan, lend

    listed = _points(site)
    allowed, kept = leases.rules(allow), leases.Journal(journal)
    loan = Loan(point, value, seconds, who, role, dry_run)

    async def go(client: Any, stop: asyncio.Event) -> None:
        await lend(client, listed, allowed, kept, loan, search.targets(router, network or []), stop, _say)

    with contextlib.nullcontext() if dry_run else kept.held():
        asyncio.run(_online(own, mask, go, bbmd))


@app.command()
def release(
    site: SiteText, journal: Journalled = Path("writes.jsonl"), own: Own = "127.0.0.1", mask: int = 24, bbmd: Through = "",
) -> None:  # fmt: skip
    """Give back every lease that an earlier run has left in a building."""
    from twin.bacnet.gateway.leases import Journal
    from twin.bacnet.gateway.loan import give_back

    listed, kept = _points(site), Journal(journal)

    async def go(client: Any, _stop: asyncio.Event) -> None:
        await give_back(client, listed, kept, _say)

    with kept.held():
        asyncio.run(_online(own, mask, go, bbmd))


def _say(text: str) -> None:
    (err if text.startswith("alarm") else out).print(escape(text), soft_wrap=True, highlight=False)


def _points(site: str) -> list[Any]:
    from twin.bacnet import points as found
    from twin.site.load import load

    loaded = load(site)
    return found.mapped(loaded, loaded.path.parent)


async def _online(own: str, mask: int, go: Callable[[Any, asyncio.Event], Awaitable[Answer]], bbmd: str = "") -> Answer:
    """Do something with a client of our own, which SIGTERM and SIGINT ask to stop."""
    from twin.bacnet.gateway.discover import Client

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = Client.on(own, mask, bbmd)
    try:
        await client.registered()
        return await go(client, stop)
    finally:
        await client.stop()
