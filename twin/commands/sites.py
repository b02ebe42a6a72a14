"""The command `twin sites`: the shipped sites, and the figures reported of them beside the twin's own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from twin.commands.options import AsJson, Workers, progress_bar
from twin.tables import out, print_json, readable


def sites(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SITE]...", help="Sites; all shipped ones when left out.")] = None,
    reported: Annotated[bool, typer.Option("--reported", help="Reported figures beside the twin's P10-P50-P90.")] = False,
    samples: Annotated[int, typer.Option(help="Samples of the uncertain numbers of each site.", min=2)] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the samples.")] = 0,
    workers: Workers = 0,
    page: Annotated[Path | None, typer.Option(help="Also write the reported figures as a Markdown page.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """List the shipped sites, or show what was reported of them beside what the twin finds."""
    from twin.site.load import load, shipped

    found = {name: load(folder) for name, folder in ({n: n for n in names} if names else shipped()).items()}
    if not (reported or page):
        _list([_line(name, site) for name, site in found.items()], as_json)
        return
    from twin.study.engine import Means
    from twin.study.reported import examine

    with progress_bar() as bar:
        task = bar.add_task("running samples", total=None)
        rows = examine(
            found, samples=samples, seed=seed, means=Means(workers or None),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    if page:
        from twin.files import write_text

        titles = {name: site.name for name, site in found.items()}
        write_text(_page(titles, rows, f"`twin sites --reported --samples {samples} --seed {seed}`"), page)
    if as_json:
        print_json(rows)
        return
    _show(rows)


def _line(name: str, site: Any) -> dict[str, Any]:
    return {
        "name": name, "title": site.name, "province": site.location.province, "floor_area_m2": site.floor_area.value,
        "components": len(site.components), "measures": len(site.measures), "reported": len(site.reported),
    }  # fmt: skip


def _list(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    table = Table("site", "title", "province", "floor area m2", "components", "measures", "reported")
    for row in rows:
        title = f"{row['title'].get('en', '')} {row['title'].get('zh', '')}".strip()
        numbers = (str(row[k]) for k in ("components", "measures", "reported"))
        table.add_row(row["name"], escape(title), row["province"], f"{row['floor_area_m2']:,.0f}", *numbers)
    out.print(table)


def _page(titles: dict[str, dict[str, str]], rows: list[dict[str, Any]], command: str) -> str:
    """The reported figures as Markdown, a section for each site."""
    lines = ["# Shipped sites beside what was reported of them", "", f"Made by {command}: the twin's year by the hour, P10, P50 and P90 over the ranges of its numbers."]  # fmt: skip
    for name, title in titles.items():
        own = [row for row in rows if row["site"] == name]
        lines += ["", f"## {name}: {title.get('en', '')} {title.get('zh', '')}".rstrip(), ""]
        lines += [
            "| quantity | reported | P10 | P50 | P90 | unit | verdict | why | source |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for row in own:
            numbers = " | ".join(readable(row[k]) for k in ("reported", "p10", "p50", "p90"))
            lines.append(
                f"| {row['quantity']} | {numbers} | {row['unit']} | {row['verdict']} | {row['why']} | {row['source']} |"
            )
    return "\n".join(lines) + "\n"


def _show(rows: list[dict[str, Any]]) -> None:
    """A block for each site: the figures side by side, then one sentence why."""
    for name in dict.fromkeys(row["site"] for row in rows):
        own = [row for row in rows if row["site"] == name]
        table = Table(
            "quantity", "reported", "P10", "P50", "P90", "unit", "verdict", title=escape(name), title_justify="left"
        )
        for row in own:
            table.add_row(escape(row["quantity"]), *(readable(row[k]) for k in ("reported", "p10", "p50", "p90")), row["unit"], row["verdict"])  # fmt: skip
        out.print(table)
        for row in own:
            out.print(f"  {escape(row['quantity'])}: {escape(row['why'])} [dim]{escape(row['source'])}[/dim]")
    counts = Counter(row["verdict"] for row in rows)
    out.print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
