"""The command `twin bacnet status`: what a running gateway says of itself."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from twin.tables import out, print_json

SHOWN = 50
"""Devices in the table; those that are away or fail come first."""


def status(
    where: Annotated[str, typer.Argument(metavar="STORE|FILE", help="Folder of the historian, or the status file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
) -> None:
    """Show what a running `twin bacnet poll` reads, and what goes wrong; exit code 1 where it is not running."""
    from twin.bacnet.gateway import status as found

    told = found.read(where)
    old = found.trouble(told, time.time())
    if as_json:
        print_json(told | {"trouble": old})
    else:
        show(told)
        if old:
            out.print(f"[bold]{escape(old)}[/bold]", soft_wrap=True)
    if old:
        raise typer.Exit(1)


def show(told: dict[str, Any]) -> None:
    """Print a status as tables."""
    used = told["process"]
    out.print(
        f"since {told['since']}, up {_span(told['uptime_s'])}; process {used['number']}: {used['cpu_s']:g} s CPU, "
        f"{used['memory_mib']} MiB; period {told['period_s']:g} s",
        soft_wrap=True,
        highlight=False,
    )
    names = ("points", "batch", "alone", "subscribed", "polls", "failures", "samples", "oldest")
    table = Table("device", "address", "state", *(Column(name, justify="right") for name in names))
    devices = sorted(told["devices"], key=lambda each: (each["online"], -each["failures"], each["instance"]))
    for each in devices[:SHOWN]:
        state = "online" if each["online"] else f"silent since {each['heard'] or 'ever'}, pause {each['pause_s']:g} s"
        numbers = (each[name] for name in ("points", "batch", "alone", "subscriptions", "polls", "failures", "samples"))
        table.add_row(
            str(each["instance"]), escape(each["address"]), state, *(f"{number:,}" for number in numbers), _span(each["oldest_s"])
        )  # fmt: skip
    out.print(table)
    if len(devices) > SHOWN:
        out.print(f"and {len(devices) - SHOWN} more devices; --json lists all")
    table = Table("points", Column("number", justify="right"), Column("oldest good value", justify="right"))
    for name, held in told["qualities"].items():
        table.add_row(name, f"{held['points']:,}", _span(held["oldest_s"]))
    out.print(table)
    table = Table("counted", "what", Column("number", justify="right"))
    for part, held in told["counters"].items():
        for name, count in held.items():
            table.add_row(part, name.replace("_", " "), f"{count:,}")
    out.print(table)
    for each in told["alarms"]:
        out.print(f"[bold]alarm:[/bold] {escape(each['text'])} (since {each['since']})", soft_wrap=True)


def _span(seconds: float | None) -> str:
    """A number of seconds as people say it.

    >>> _span(12.34), _span(7200.0), _span(200000.0), _span(None)
    ('12.3 s', '2.0 h', '2.3 d', '-')
    """
    if seconds is None:
        return "-"
    for length, name in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2.0 * length:
            return f"{seconds / length:.1f} {name}"
    return f"{seconds:.1f} s"
