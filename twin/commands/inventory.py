"""The commands `twin bacnet inventory` and `twin bacnet map`: what a building holds, and which of it is which signal of a site."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from twin.commands.bacnet import AsJson, Networks, Own, Router, SiteText, Through, _online, _say
from twin.errors import BacnetError
from twin.tables import out, print_json


def inventory(
    router: Router = "", network: Networks = None, own: Own = "127.0.0.1", mask: int = 24, bbmd: Through = "",
    low: Annotated[int, typer.Option(help="Smallest instance.", min=0)] = 0,
    high: Annotated[int, typer.Option(help="Largest instance.", max=4_194_303)] = 4_194_303,
    rate: Annotated[float, typer.Option(help="Requests a second to one device.", min=0.1)] = 50.0,
    csv: Annotated[Path | None, typer.Option(help="Write a table with one row an object.")] = None,
    ede: Annotated[Path | None, typer.Option(help="Write the four tables of EDE 2.3 into a folder.")] = None,
    brick: Annotated[Path | None, typer.Option(help="Write a Brick model in Turtle.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """List what devices are and hold: every object with its name, unit and value. Nothing is ever written to a device."""
    from twin.bacnet.gateway import discover as search
    from twin.bacnet.inventory import brick as model
    from twin.bacnet.inventory import ede as exchange
    from twin.bacnet.inventory import inventory as kept
    from twin.bacnet.inventory.classes import brick_class
    from twin.bacnet.inventory.survey import survey

    async def go(client: Any, _stop: asyncio.Event) -> tuple[list[kept.Device], dict[int, Any]]:
        found, doubled = await search.discover(client, search.targets(router, network or []), low, high)
        if not found:
            raise BacnetError("nobody answers Who-Is; check address, mask and network")
        return await survey(client, found, _step, rate), doubled

    devices, doubled = asyncio.run(_online(own, mask, go, bbmd))
    for instance, held in doubled.items():
        _say(f"alarm: {instance} is at {', '.join(each.text for each in held)}; the first one was read")
    if csv:
        kept.write(devices, csv)
    if ede:
        exchange.write(devices, ede)
    if brick:
        model.write(devices, brick, brick_class)
    if as_json:
        print_json([_plain(asdict(each)) for each in devices])
        return
    table = Table("device", "name", "vendor", "model", "address", "objects", "problem")
    for each in devices:
        problem = each.problem or _unread(each)
        cells = (each.name, each.vendor, each.model, each.address)
        table.add_row(str(each.instance), *map(escape, cells), str(len(each.items)), escape(problem))
    out.print(table)
    out.print(f"{sum(len(each.items) for each in devices)} objects of {len(devices)} devices", highlight=False)
    for path in (csv, ede, brick):
        if path:
            out.print(f"written: {escape(str(path))}", soft_wrap=True, highlight=False)


def _step(text: str) -> None:
    from twin.commands.bacnet import err

    if err.is_terminal:
        err.print(escape(text), highlight=False)


def _unread(device: Any) -> str:
    bad = sum(bool(item.problem) for item in device.items)
    return f"{bad} objects could not be read in full" if bad else ""


def _plain(told: Any) -> Any:
    """The same without numbers that JSON does not know."""
    if isinstance(told, dict):
        return {name: _plain(each) for name, each in told.items()}
    if isinstance(told, (list, tuple)):
        return [_plain(each) for each in told]
    return None if isinstance(told, float) and told != told else told


def map_points(
    site: SiteText,
    inventory: Annotated[Path | None, typer.Option(help="Table of `twin bacnet inventory --csv`.")] = None,
    review: Annotated[Path | None, typer.Option(help="Review: made from the inventory, or read where none is given.")] = None,
    above: Annotated[float | None, typer.Option(help="Accept what is left open with at least this confidence.", min=0.0, max=1.0)] = None,
    write: Annotated[bool, typer.Option("--write", help="Write accepted rows into points.csv.")] = False,
    to: Annotated[Path | None, typer.Option(help="Another file than the site's points.csv.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace points, or a review, that stand there already.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Map the objects of a foreign building to the signals of a site, as a review to edit, and accepted rows to points.csv."""
    from twin.bacnet import points
    from twin.bacnet.inventory import inventory as kept
    from twin.bacnet.inventory import mapping
    from twin.bacnet.inventory import review as reviewed
    from twin.site.load import load

    if not inventory and not review:
        raise BacnetError(
            "give --inventory FILE to map, or --review FILE to go on with one; `twin bacnet inventory --csv` makes the first"
        )
    if inventory and write and not review:
        raise BacnetError("give --review FILE, too: nothing is written into points.csv that cannot be reviewed")
    loaded = load(site)
    declared = points.derive(loaded)
    if inventory:
        matches = mapping.propose(loaded, declared, kept.read(inventory))
        if review:
            reviewed.write(matches, review, replace)
        if not write:
            _show(matches, review, as_json)
            return
    assert review is not None
    rows = reviewed.read(review, (point.signal for point in declared))
    chosen = reviewed.accepted(rows, above)
    if not chosen:
        raise BacnetError(f"{review}: no row is accepted; write yes into the column accept, or give --above")
    new = reviewed.points(chosen, declared)
    path = to or loaded.path.parent / points.FILE
    listed, gone = reviewed.merged(points.read(path) if path.exists() else [], new, replace)
    points.check(listed)
    if write:
        points.write(listed, path)
    told = {
        "file": str(path),
        "written": write,
        "accepted": len(new),
        "replaced": gone,
        "points": len(listed),
        "rows": len(rows),
    }
    if as_json:
        print_json(told)
        return
    done = f"written to {path}" if write else "add --write to write them"
    out.print(
        f"{len(new)} of {len(rows)} rows accepted, {gone} points replaced; {escape(done)}",
        soft_wrap=True,
        highlight=False,
    )


def _show(matches: Any, review: Path | None, as_json: bool) -> None:
    """What was found, the least certain last."""
    if as_json:
        print_json([
            {"device": each.device, "object": each.item.object, "instance": each.item.instance, "name": each.item.name,
             "units": each.item.units, "signal": each.signal, "confidence": each.confidence, "why": each.why}
            for each in matches
        ])  # fmt: skip
        return
    table = Table("device", "object", "name", "signal", "confidence", "why")
    for each in sorted(matches, key=lambda each: -each.confidence):
        place = f"{each.item.object} {each.item.instance}"
        cells = (place, each.item.name, each.signal)
        table.add_row(str(each.device), *map(escape, cells), f"{each.confidence:.2f}", escape(each.why))
    out.print(table)
    where = f"review and edit {review}" if review else "add --review FILE to write the review"
    out.print(
        f"{sum(bool(each.signal) for each in matches)} of {len(matches)} objects have a signal; {escape(where)}",
        soft_wrap=True,
    )
