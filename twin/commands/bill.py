"""The command `twin bill`: what a year costs, month by month and period by period, with the formula of every amount."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from twin.commands.options import AsJson, Measures, SiteText, Step, WeatherText
from twin.tables import out, print_json


def bill(
    site: SiteText,
    measure: Measures = None,
    month: Annotated[int, typer.Option(help="Only this month of the year; 0 shows all.", min=0, max=12)] = 0,
    weather: WeatherText = "",
    step: Step = 15,
    as_json: AsJson = False,
) -> None:
    """Bill a simulated year: kilowatt-hours by period, demand, feed-in, heat, gas and water, every amount with its formula."""
    from twin.site.load import load

    found = load(site)
    if measure:
        found = found.with_measures(*measure)
    from twin.sim.invoice import invoice
    from twin.study.runner import simulate
    from twin.weather.year import Weather

    answer = invoice(simulate(found, Weather.named(weather, found.year) if weather else None, step=step * 60.0))
    if month:
        for each in answer["connections"]:
            each["months"] = [one for one in each["months"] if int(one["month"][5:]) == month]
    if as_json:
        print_json(answer)
        return
    show_bill(answer)


def show_bill(answer: dict[str, Any]) -> None:
    """Print a bill: a row for each month and period, then what each month comes to."""
    out.print(f"[bold]{escape(answer['site'])}[/bold]  {answer['start'][:10]} to {answer['end'][:10]}")
    for each in answer["connections"]:
        out.print(f"{escape(each['connection'])}: tariff {escape(each['tariff'])}")
        table = Table("month", "item", *(Column(name, justify="right") for name in ("kWh or kW", "price", "CNY")))
        for one in each["months"]:
            for row in one["rows"]:
                price = f"{row['floating']:.4f} x {row['ratio']:g} + {row['adders']:.4f} = {row['price']:.4f}"
                table.add_row(one["month"], row["period"], f"{row['kwh']:,.0f}", price, f"{row['amount']:,.2f}")
            need, feed = one["demand"], one["feed_in"]
            label = f"demand, {need['mode']}" + (f", {need['excess_kw']:,.1f} kW over" if need["excess_kw"] else "")
            table.add_row(
                one["month"], label, f"{need['billed_kw']:,.1f}", f"{need['charge']:.2f}", f"{need['amount']:,.2f}"
            )
            if feed["kwh"]:
                table.add_row(one["month"], "feed-in", f"{feed['kwh']:,.0f}", f"{feed['price']:.4f}", f"{feed['amount']:,.2f}")  # fmt: skip
            table.add_row(one["month"], "[bold]total[/bold]", f"{one['kwh']:,.0f}", "", f"[bold]{one['total']:,.2f}[/bold]", end_section=True)  # fmt: skip
        out.print(table)
    for row in answer["others"]:
        out.print(f"{escape(row['component'])} ({row['carrier']}): {escape(row['formula'])}")
    closes = "the same as the run books" if answer["closes"] else f"the run books {answer['run_cost']:,.2f}: prices come from elsewhere"  # fmt: skip
    out.print(f"[bold]{answer['total']:,.2f} CNY[/bold] in the whole period, {closes}")
