"""Tables in the terminal: a run, a study, and the streams of a building beside its twin."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

out = Console(width=None if sys.stdout.isatty() else 120)


def print_json(answer: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


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
    out.print(
        f"occupied outside the comfort band {summary['comfort_hours_outside']:.0f} h, unmet {summary['unmet_hours']:.0f} h (area-weighted)"
    )
    worst = max(summary["balance"].values(), default=0.0)
    out.print(
        f"energy balance closes to {worst:.0e} (worst of {len(summary['balance'])} media); {summary['wall_s']:.2f} s"
    )
    for note in summary["notes"]:
        out.print(f"note: {escape(note)}")


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
    table = Table(
        "measure",
        *(
            Column(name, justify="right")
            for name in ("P10 MWh", "P50", "P90", "tCO2e", "k CNY", "NPV", "years", "out h", "unmet h")
        ),
    )
    for row in answer["scenarios"]:
        saving = row["saving_kwh"]
        years = f"{row['payback_years']:.1f}" if row["payback_years"] is not None else "-"
        table.add_row(
            row["title"].get("en", row["name"]), *(f"{saving[p] / 1e3:,.0f}" for p in ("p10", "p50", "p90")),
            f"{row['saving_co2_t']['p50']:,.0f}", f"{row['capex'] / 1e3:,.0f}", f"{row['npv']['p50'] / 1e3:,.0f}", years,
            f"{row['comfort_hours_outside']:.0f}", f"{row['unmet_hours']:.0f}",
        )  # fmt: skip
    out.print(table)
    out.print(
        "saving of a year (P10, P50, P90), cost and net present value, simple payback; occupied hours outside the comfort band and "
        "off the set-point, area-weighted"
    )
    out.print(
        f"interaction: the package saves {answer['interaction_kwh'] / 1e3:+,.0f} MWh against the sum of its measures"
    )
    for each in answer["reported"]:
        out.print(
            f"{each['what']}: {each['value']} {each['unit']}, [italic]{escape(each['label'])}[/italic] ({escape(each['source'])})"
        )
        if "explained" in each:
            out.print(f"  {escape(each['explained']['en'])}")
    if answer["drivers"]:
        named = ", ".join(f"{d['parameter']} {d['share']:.0%}" for d in answer["drivers"][:5])
        out.print(f"the spread comes from: {escape(named)}")


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
