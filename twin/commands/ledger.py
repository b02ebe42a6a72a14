"""The command `twin ledger`: a site's carbon by the GHG Protocol, restated with other factors, exported, and its road to later years."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Column, Table

from twin.commands.options import AsJson, Components, Measures, SiteText, Step, WeatherText, extend, progress_bar
from twin.tables import out, print_json

Method = Literal["market", "location"]


def ledger(
    site: SiteText,
    year: Annotated[int | None, typer.Option(help="Calendar year of the run; the site's own when left out.", min=1950, max=2100)] = None,
    method: Annotated[Method, typer.Option(help="How scope 2 counts in rows and total.")] = "market",
    factors: Annotated[list[str] | None, typer.Option(help="Restate with grid factors of a year (2023) or place and year ('Guangdong 2023'), or with a table (ar6, ipcc2006); may be repeated.")] = None,
    measure: Measures = None,
    weather: WeatherText = "",
    step: Step = 15,
    csv: Annotated[Path | None, typer.Option(help="Write all rows, scope 2 by both methods, to this .csv.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook with live formulas to this .xlsx.")] = None,
    pathway: Annotated[bool, typer.Option("--pathway", help="The wedge table of the site's pathway.yaml instead.")] = False,
    trail: Annotated[bool, typer.Option("--trail", help="Rows with scope, category, component, signal and the factor's row.")] = False,
    workers: Annotated[int, typer.Option(help="Processes of a pathway; 0 takes all cores.", min=0)] = 0,
    components: Components = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Carbon of a site by the GHG Protocol: scopes 1, 2 (location- and market-based) and 3, each figure with activity and factor."""
    from dataclasses import replace

    from twin.errors import SiteError
    from twin.site.load import load

    if pathway and (year or factors or csv or xlsx):
        raise SiteError(
            "--pathway: says its own years and factors and prints a table; leave out --year, --factors, --csv and --xlsx"
        )
    extend(components)
    found = load(site)
    if measure:
        found = found.with_measures(*measure)
    if pathway:
        _pathway(found, weather, step * 60.0, workers, as_json)
        return
    from twin.site.factors import version
    from twin.study.ledger import ledger as make
    from twin.study.restate import restate
    from twin.study.runner import simulate
    from twin.weather.year import Weather

    found = replace(found, year=year) if year else found
    made = make(simulate(found, Weather.named(weather, found.year) if weather else None, step=step * 60.0))
    again = restate(made, factors) if factors else None
    if csv or xlsx:
        _export(made, again, csv, xlsx)
    answer = made.answer(method)
    if trail:
        answer["rows"] = [row.full() for row in made.listed(method)]
        answer |= {"factor_tables": version(), "manifest": made.manifest}
    if again:
        answer["restated"] = again.answer(method)
    if as_json:
        print_json(answer)
        return
    _show(found.name.get("en", ""), made, answer, method)


def _export(made: Any, again: Any, csv: Path | None, xlsx: Path | None) -> None:
    from twin.study.ledger_files import write_csv, write_xlsx

    if csv:
        write_csv(made, csv, again)
    if xlsx:
        write_xlsx(made, xlsx, again)


def _show(title: str, made: Any, answer: dict[str, Any], method: Method) -> None:
    numbers = (Column(name, justify="right", no_wrap=True) for name in ("amount", "factor", "tCO2e"))
    table = Table("", "activity", *numbers, "from", "method, quality", box=None, padding=(0, 1, 0, 0))
    for row in made.listed(method):
        table.add_row(
            row.scope[0], escape(f"{row.component}: {row.what}"), f"{row.amount:,.0f} {escape(row.unit)}", f"{row.factor:.5g}",
            f"{row.co2 / 1e3:,.1f}", escape(row.name or row.factor_source), f"{row.method}, {row.quality}",
        )  # fmt: skip
    out.print(table)
    out.print(
        f"[bold]{escape(title)}[/bold] {answer['year']}: scope 1 {answer['scope1_t']:,.1f} t, scope 2 {answer['scope2_location_t']:,.1f} t "
        f"location-based and {answer['scope2_market_t']:,.1f} t market-based, scope 3 {answer['scope3_t']:,.1f} t"
    )
    out.print(
        f"total [bold]{answer['total_t']:,.1f} tCO2e[/bold] with scope 2 {method}-based; data quality {made.score(method):.1f} (1 best, 5 poorest)"
    )
    for name, value in answer["scope3_categories"].items():
        out.print(f"  {escape(name)}: {value:,.1f} t ({value / answer['scope3_t']:.1%} of scope 3)")
    if "restated" in answer:
        _show_restated(answer["restated"])
    for note in made.notes:
        out.print(f"note: {escape(note)}")


def _show_restated(found: dict[str, Any]) -> None:
    table = Table("restated", *(Column(name, justify="right") for name in ("before t", "after t", "difference t")))
    for row in found["rows"]:
        before, after = row["co2_t_before"], row["co2_t_after"]
        name = f"{row['activity']} ({row['factor_before']:.5g} -> {row['factor_after']:.5g}, {row['factor_source']})"
        table.add_row(escape(name), f"{before:,.1f}", f"{after:,.1f}", f"{after - before:+,.1f}")
    for key, value in found["before"].items():
        table.add_row(key, f"{value:,.1f}", f"{found['after'][key]:,.1f}", f"{found['difference'][key]:+,.1f}")
    out.print(table)
    for note in found["notes"]:
        out.print(f"note: {escape(note)}")


def _pathway(site: Any, weather: str, step: float, workers: int, as_json: bool) -> None:
    from twin.study.engine import Means
    from twin.study.pathway import load_pathway, wedges

    plan = load_pathway(site)
    with progress_bar() as bar:
        task = bar.add_task("running years", total=None)
        rows = wedges(
            site,
            plan,
            weather,
            step,
            Means(workers or None),
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        print_json({"site": site.name, "pathway": rows})
        return
    names = [each["measure"] for each in rows[0]["wedges"]]
    lines = {"business as usual": [row["business_as_usual_t"] for row in rows]}
    for place, name in enumerate(names):
        title = site.measures[name].title.get("en", name) if name in site.measures else "the grid's own factor"
        lines[title] = [-row["wedges"][place]["co2_t"] for row in rows]
    lines |= {"residual": [row["residual_t"] for row in rows], "offset": [-row["offsets_t"] for row in rows], "net": [row["net_t"] for row in rows]}  # fmt: skip
    large = max(lines["business as usual"]) >= 1e5
    table = Table(
        f"{'kt' if large else 't'} CO2e", *(Column(str(row["year"]), justify="right") for row in rows), box=None
    )
    for title, values in lines.items():
        table.add_row(escape(title), *(f"{round(value / (1e3 if large else 1.0)):,}" for value in values))
    money = (("energy, million CNY", "cost_cny"), ("put in place, million CNY", "capital_cny"), ("offsets, million CNY", "offsets_cny"))  # fmt: skip
    for title, key in money:
        table.add_row(title, *(f"{row[key] / 1e6:,.0f}" for row in rows))
    out.print(table)
    out.print("scope 2 market-based; each line is a run with all lines above it, so that the column adds up")
