"""The command `twin abatement`: what the next tonne costs, each measure run on top of those before it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from twin.commands.options import (
    AsJson,
    Dask,
    Economics,
    Mixed,
    SiteText,
    Step,
    StoreFolder,
    WeatherText,
    Workers,
    progress_bar,
    study_means,
)
from twin.tables import out, print_json


def abatement(
    site: SiteText,
    measure: Annotated[list[str] | None, typer.Option(help="A measure to order; may be repeated; all when left out.")] = None,
    weather: WeatherText = "",
    step: Step = 60,
    economics: Economics = None,
    workers: Workers = 0,
    store: StoreFolder = None,
    dask: Dask = "",
    mixed: Mixed = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Order measures into a marginal abatement curve, each measure's cost and saving run on top of those before it."""
    from twin.site.load import load
    from twin.study.abatement import abatement as order
    from twin.study.design import choose
    from twin.study.terms import terms_of

    found = choose(load(site), measure or ())
    with progress_bar() as bar:
        task = bar.add_task("running measures on top of each other", total=None)
        answer = order(
            found, weather, step * 60.0, terms=terms_of(found, economics), means=study_means(workers, store, dask, mixed),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
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
