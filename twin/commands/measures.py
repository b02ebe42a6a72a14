"""The library of measures as a command, `twin measures`, and what of it a site can use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from twin.errors import SiteError
from twin.tables import out, print_json

if TYPE_CHECKING:
    from twin.site.measures import Measure
    from twin.site.site import Site


def measures(
    site: Annotated[
        str, typer.Argument(metavar="[SITE]", help="Folder or file of a site, or the name of a shipped one.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
) -> None:
    """List the library of measures; with a site its own, and those of the library that change something there."""
    from twin.site.load import load
    from twin.site.measures import library

    found = load(site) if site else None
    shared = library()
    rows = [_row(each, found, True) for name, each in shared.items() if not found or name not in found.measures]
    if found:
        rows = [_row(each, found, False) for each in found.measures.values()] + rows
    if as_json:
        print_json(rows)
        return
    table = Table("measure", "title", "cost per unit CNY", "per", *(["investment CNY"] if found else []))
    for row in rows:
        if row.get("applies", True):
            money = [f"{row['capital_cny']:,.0f}"] if found else []
            title = escape(row["title"].get("en", ""))
            table.add_row(row["name"], title, f"{row['cost']:,.0f}", row["per"], *money)
    out.print(table)


def _row(measure: Measure, site: Site | None, shared: bool) -> dict[str, Any]:
    """One measure, and whether it changes anything of a site."""
    row: dict[str, Any] = {
        "name": measure.name, "title": measure.title, "help": measure.help, "from_library": shared,
        "cost": measure.cost.value, "per": measure.per, "lifetime_years": measure.lifetime.value,
        "maintenance": measure.maintenance.text if measure.maintenance else None,
        "salvage": measure.salvage.text if measure.salvage else None,
        "start": str(measure.start) if measure.start else None,
        "needs": list(measure.needs), "excludes": list(measure.excludes),
        "arguments": {
            name: {
                "unit": each.unit, "default": each.default.text, "least": each.least, "most": each.most,
                "words": list(each.words),
            }
            for name, each in measure.arguments.items()
        },
        "saving": [measure.saving.low, measure.saving.high] if measure.saving else None,
        "saving_of": measure.saving_of,
    }  # fmt: skip
    if site is None:
        return row
    try:
        capital, upkeep, _ = measure.money_of(measure.pieces(site), {})
        site.with_measures(*measure.needs, measure.name)
    except SiteError as problem:
        return {**row, "capital_cny": None, "maintenance_cny": None, "applies": False, "why_not": str(problem)}
    return {**row, "capital_cny": capital, "maintenance_cny": upkeep, "applies": True, "why_not": ""}
