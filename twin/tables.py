"""Tables in the terminal: a run, a study, and the streams of a building beside its twin."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

out = Console(width=None if sys.stdout.isatty() else 120)


def print_json(answer: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def readable(value: float | None) -> str:
    """A number for people: four digits, or all before the point where there are more."""
    return "" if value is None else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def show_run(summary: dict[str, Any]) -> None:
    """Print a run's summary as tables."""
    out.print(
        f"[bold]{escape(summary['site'])}[/bold]  {summary['start'][:10]} to {summary['end'][:10]}, weather {summary['weather']}"
    )
    total = summary["electricity_kwh"]
    table = Table("end use", "MWh", "share")
    for use, value in sorted(summary["end_uses_kwh"].items(), key=lambda pair: -pair[1]):
        table.add_row(use, f"{value / 1e3:,.0f}", f"{value / total:.1%}" if total else "-")
    table.add_row(
        "[bold]electricity[/bold]", f"[bold]{total / 1e3:,.0f}[/bold]", f"{summary['electricity_kwh_m2']:.1f} kWh/m2"
    )
    out.print(table)
    out.print(
        f"peak {summary['peak_kw']:,.0f} kW at {summary['peak_time']}; {summary['co2_t']:,.0f} tCO2e; {summary['cost_cny']:,.0f} CNY"
    )
    for line in _booked(summary):
        out.print(line)
    out.print(
        f"occupied outside the comfort band {summary['comfort_hours_outside']:.0f} h, unmet {summary['unmet_hours']:.0f} h (area-weighted)"
    )
    worst = max(summary["balance"].values(), default=0.0)
    out.print(
        f"energy balance closes to {worst:.0e} (worst of {len(summary['balance'])} media); {summary['wall_s']:.2f} s"
    )
    for note in summary["notes"]:
        out.print(f"note: {escape(note)}")


def _study_columns(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Cells of a study's table by heading; figures that are nought for every measure are left out."""

    def amounts(key: str, part: str = "p50") -> list[float]:
        return [row[key][part] if isinstance(row[key], dict) else row[key] for row in rows]

    def shown(values: list[float], small: str, large: str, many: float = 1e6) -> tuple[str, list[str]]:
        unit, scale = (large, 1e6) if max(map(abs, values)) >= many * 1e3 else (small, 1e3)
        return unit, [f"{value / scale:,.0f}" for value in values]

    unit, middle = shown(amounts("saving_kwh"), "MWh", "GWh", 1e5)
    scale = 1e6 if unit == "GWh" else 1e3
    ends = {end: [f"{value / scale:,.0f}" for value in amounts("saving_kwh", end)] for end in ("p10", "p90")}
    columns = {f"P10 {unit}": ends["p10"], "P50": middle, "P90": ends["p90"]}
    if any(abs(b - u) > 1.0 for b, u in zip(amounts("saving_bought_kwh"), amounts("saving_kwh"), strict=True)):
        columns[f"bought {unit}"] = [f"{value / scale:,.0f}" for value in amounts("saving_bought_kwh")]
    if any(abs(value) > 1.0 for value in amounts("saving_water_m3")):
        columns["water m3"] = [f"{value:,.0f}" for value in amounts("saving_water_m3")]
    tonnes, whole = amounts("saving_co2_t"), amounts("saving_inventory_t")
    mass, cells = (
        ("kt", [f"{t / 1e3:,.0f}" for t in tonnes + whole])
        if max(map(abs, tonnes + whole)) >= 1e5
        else ("t", [f"{t:,.0f}" for t in tonnes + whole])
    )
    columns[f"{mass}CO2e"] = cells[: len(rows)]
    if any(abs(i - c) > 1.0 for i, c in zip(whole, tonnes, strict=True)):
        columns[f"inventory {mass}"] = cells[len(rows) :]
    money = amounts("capex") + amounts("npv")
    cny, cells = shown(money, "k CNY", "M CNY")
    columns |= {f"cost {cny}": cells[: len(rows)], "NPV": cells[len(rows) :]}
    columns["years"] = [f"{row['payback_years']:.1f}" if row["payback_years"] is not None else "-" for row in rows]
    for heading, key in (("out h", "comfort_hours_outside"), ("unmet h", "unmet_hours")):
        if any(amounts(key)):
            columns[heading] = [f"{value:.0f}" for value in amounts(key)]
    return columns


def _booked(summary: dict[str, Any]) -> list[str]:
    """What a run booked besides its electricity, in a line each."""
    books = {name: each["value"] for name, each in summary["ledger"].items()}
    lines = []
    if books["generation"] or books["sold"]:
        lines.append(f"generation {books['generation'] / 1e3:,.0f} MWh; bought {books['bought'] / 1e3:,.0f}, sold {books['sold'] / 1e3:,.0f} MWh")  # fmt: skip
    if summary["indicators"]:
        shown = summary["indicators"]
        lines.append(f"PUE {shown['pue']:.3f}, WUE {shown['wue_l_kwh']:.2f} L/kWh, CUE {shown['cue_kg_kwh']:.3f} kg/kWh, energy reused {shown['erf']:.1%}")  # fmt: skip
    if books["heat"] or books["fuel"]:
        lines.append(f"heat delivered {books['heat'] / 1e3:,.0f} MWh; fuel burnt {books['fuel'] / 1e3:,.0f} MWh")
    if books["water"]:
        lines.append(f"water used {books['water']:,.0f} m3, of it from the mains {books['mains_water']:,.0f} m3")
    if books["scope1"] or books["scope3"] or books["matched"] or books["avoided"]:
        scopes = f"scope 1 {books['scope1']:,.0f} t, scope 2 {books['scope2']:,.0f} t location-based and {books['scope2_market']:,.0f} t market-based"
        lines.append(
            f"{scopes}, scope 3 {books['scope3']:,.0f} t; power sold avoids {books['avoided']:,.0f} t elsewhere"
        )
    return lines


def show_study(answer: dict[str, Any]) -> None:
    """Print a study as tables; what the building measured comes first, so that the answer stands last."""
    if answer["bacnet"]:
        show_streams(answer["bacnet"])
    base = answer["baseline"]
    out.print(
        f"[bold]{escape(answer['site'].get('en', ''))}[/bold]  {answer['period']}, weather {answer['weather']}, {answer['samples']} samples"
    )
    out.print(
        f"baseline {base['electricity_kwh'] / 1e3:,.0f} MWh ({base['electricity_kwh_m2']:.1f} kWh/m2), peak {base['peak_kw']:,.0f} kW, "
        f"{base['co2_t']:,.0f} tCO2e, {base['cost_cny'] / 1e6:,.1f} M CNY; at 15 minutes {base['fifteen_minute']['electricity_kwh'] / 1e3:,.0f} MWh; "
        f"{base['comfort_hours_outside']:.0f} h outside the comfort band, {base['unmet_hours']:.0f} h unmet"
    )
    show_scenarios(answer["scenarios"], answer["samples"])
    out.print(
        "saving of a year (P10, P50, P90), cost and net present value, simple payback; occupied hours outside the comfort band and "
        "off the set-point, area-weighted; carbon dioxide location-based, inventory market-based with scope 3"
    )
    if answer["interaction_kwh"]:
        out.print(
            f"interaction: the package saves {answer['interaction_kwh'] / 1e3:+,.0f} MWh against the sum of its measures"
        )
    for each in answer["reported"]:
        out.print(
            f"{each['what']}: {readable(each['value'])} {each['unit']}, [italic]{escape(each['label'])}[/italic] ({escape(each['source'])})"
        )
        if "explained" in each:
            out.print(f"  {escape(each['explained']['en'])}")
    if answer["drivers"]:
        named = ", ".join(f"{d['parameter']} {d['share']:.0%}" for d in answer["drivers"][:5])
        out.print(f"the spread comes from: {escape(named)}")


def show_scenarios(rows: list[dict[str, Any]], samples: int) -> None:
    """Print scenarios as a table, and why some cannot be simulated."""
    table = Table(Column("measure", min_width=24), box=box.SIMPLE, pad_edge=False, collapse_padding=True)
    sound = [row for row in rows if row["central"] and row["design"]["kind"] != "last-in"]
    columns = _study_columns(sound) if sound else {}
    for heading in columns:
        table.add_column(heading.replace(" ", "\n"), justify="right")
    for place, row in enumerate(sound):
        table.add_row(escape(row["title"].get("en", row["name"])), *(cells[place] for cells in columns.values()))
    out.print(table)
    for row in rows:
        if row["problem"]:
            failed = f"{row['failed_samples']} of {samples} samples"
            out.print(
                f"[bold]{escape(row['title'].get('en', row['name']))}[/bold]: {failed} cannot be simulated: {escape(row['problem'])}"
            )


def show_streams(answer: dict[str, Any]) -> None:
    """Print how far each measured stream is from the twin."""
    out.print(
        f"virtual building {answer['device']}: {answer['points']} points, {answer['rows']} readings over BACnet/IP"
    )
    table = Table("point", "unit", *(Column(name, justify="right") for name in ("CV(RMSE)", "NMBE", "bias", "n")))
    for each in answer["streams"]:
        unit, scale = {"W": ("kW", 1e3), "1": ("-", 1.0)}.get(each["unit"], (each["unit"], 1.0))
        table.add_row(
            escape(each["point"]), unit, f"{each['cv_rmse']:.1%}", f"{each['nmbe']:+.1%}", f"{each['bias'] / scale:+,.3g}",
            str(each["n"]),
        )  # fmt: skip
    out.print(table)
    for each in answer["explanations"]:
        out.print(
            f"explains it equally well: {escape(each['parameter'])} {escape(each['change'])} "
            f"(mean RMSE over spread {each['misfit_before']:.3f} -> {each['misfit_after']:.3f})"
        )


def show_exam(values: list[dict[str, Any]], differences: list[dict[str, Any]]) -> None:
    """Print results beside the reference programs, and what stands outside their range."""
    for title, rows in (("case", values), ("difference", differences)):
        programs = list(dict.fromkeys(name for row in rows for name in row["programs"]))
        table = Table(Column(title, no_wrap=True), Column("quantity", no_wrap=True), box=None, padding=(0, 1, 0, 0))
        for name in ("twin", *(program[:6] for program in programs), "min", "max"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("")
        for row in rows:
            numbers = [row["value"], *(row["programs"].get(name) for name in programs), row["min"], row["max"]]
            shown = ["" if number is None else f"{number:.4g}" for number in numbers]
            quantity = f"{row['quantity'].removeprefix('annual_transmitted_').removeprefix('window_')} [{row['unit']}]"
            table.add_row(row["case"], escape(quantity), *shown, "" if row["inside"] else "out")
        out.print(table)
        inside = sum(row["inside"] for row in rows)
        out.print(f"{inside} of {len(rows)} within the range of the reference programs")
