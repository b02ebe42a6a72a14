"""The command `twin abatement`: what the next tonne costs, each measure run on top of those before it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from twin.tables import out, print_json

err = Console(stderr=True)


def abatement(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Folder or file of a site, or the name of a shipped one.")],
    measure: Annotated[list[str] | None, typer.Option(help="A measure to order; may be repeated; all when left out.")] = None,
    weather: Annotated[str, typer.Option(help="City, .epw or .csv; default is the site's typical year.")] = "",
    step: Annotated[int, typer.Option(help="Length of a tick in minutes; must divide the hour.", min=1, max=60)] = 60,
    economics: Annotated[Path | None, typer.Option(help="Terms of the appraisal; default is economics.yaml beside the site.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; 0 takes all cores.", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
) -> None:  # fmt: skip
    """Order measures into a marginal abatement curve, each measure's cost and saving run on top of those before it."""
    from twin.site.load import load

    found = load(site)
    for name in measure or ():
        found.with_measures(name)
    from twin.study.abatement import abatement as order
    from twin.study.terms import terms_of

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("running measures on top of each other", total=None)
        answer = order(
            found, weather, step * 60.0, measure, terms_of(found, economics), workers or None,
            lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    if as_json:
        print_json(answer)
        return
    show_curve(answer)


def show_curve(answer: dict[str, Any]) -> None:
    """Print the curve as a table, from left to right."""
    out.print(f"[bold]{escape(answer['site'].get('en', ''))}[/bold]  baseline {answer['baseline_t']:,.0f} tCO2e a year")
    headings = ("abates t", "in all t", "cost CNY a year", "CNY per t", "alone t")
    table = Table("measure", *(Column(name, justify="right") for name in headings), "ranked by")
    for row in answer["rows"]:
        per = "-" if row["cost_per_t"] is None else f"{row['cost_per_t']:,.0f}"
        alone = "-" if row["alone_t"] is None else f"{row['alone_t']:,.1f}"
        numbers = (f"{row['abated_t']:,.1f}", f"{row['cumulative_t']:,.1f}", f"{row['cost_cny']:,.0f}", per, alone)
        table.add_row(escape(row["title"].get("en", row["name"])), *numbers, row["ranked_by"])
    out.print(table)
    out.print(
        f"together {answer['total_t']:,.1f} t for {answer['total_cost_cny']:,.0f} CNY a year; interaction "
        f"{answer['interaction_t']:+,.1f} t against the sum of each alone; {answer['method']}"
    )
    for each in answer["left_out"]:
        out.print(f"  left out: {escape(each['name'])}: {escape(each['why'])}")
