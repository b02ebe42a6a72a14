"""Tables of sets of measures: what each adds alone and last in, and the front of cost against carbon."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Column, Table

from twin.commands.abatement import show_curve
from twin.tables import out


def show_interactions(answer: dict[str, Any]) -> None:
    """Print what each measure of the package saves alone and last in, where the design asked for it."""
    found = answer["interactions"]
    if not found:
        return
    headings = ("alone MWh", "last in", "alone CNY a year", "last in", "alone t", "last in")
    table = Table(Column(f"measure of {found['package']}"), *(Column(name, justify="right") for name in headings))
    for row in found["measures"]:
        also = f" with {', '.join(row['with'])}" if row["with"] else ""
        table.add_row(escape(row["title"].get("en", row["measure"]) + also), *_cells(row))
    totals = found["totals"]
    table.add_section()
    table.add_row("sum", *_cells(totals))
    package = {key: totals[f"package_{key}"] for key in ("kwh", "cost_cny", "t")}
    table.add_row("package", *_cells({f"{way}_{key}": package[key] for way in ("alone", "last") for key in package}))
    out.print(table)
    for row in found["measures"]:
        if row["problem"]:
            out.print(f"  {escape(row['measure'])}: cannot be simulated: {escape(row['problem'])}")
    if totals["interaction_kwh"] is not None:
        out.print(
            f"interaction of {escape(found['package'])}: {totals['interaction_kwh'] / 1e3:+,.1f} MWh, {totals['interaction_cost_cny']:+,.0f} CNY and "
            f"{totals['interaction_t']:+,.1f} t a year against the sum of its measures alone; cost is annualised and net of what is saved"
        )


def _cells(row: dict[str, Any]) -> list[str]:
    """Six figures, alone and last in; a dash where nothing can be said."""
    cells = []
    for key, scale, form in (("kwh", 1e3, ",.1f"), ("cost_cny", 1.0, ",.0f"), ("t", 1.0, ",.1f")):
        for way in ("alone", "last"):
            value = row[f"{way}_{key}"]
            cells.append("-" if value is None else format(value / scale, form))
    return cells


def show_search(answer: dict[str, Any]) -> None:
    """Print the front of cost against carbon and the curve, where they were looked for."""
    found = answer["search"]
    if not found:
        return
    how = "all of them" if found["method"] == "exact" else "by NSGA-II"
    out.print(
        f"[bold]best sets of measures[/bold]: {found['sets_run']:,} of {found['sets_feasible']:,} sets that go together were run, {how}; "
        f"{len(found['front'])} are best in cost and carbon, {found['dominated_count']:,} are dominated"
    )
    headings = ("k CNY a year", "P10 .. P90", "saves t", "P10 .. P90", "NPV k CNY", f"paid {found['payback_limit_years']:g} years")  # fmt: skip
    table = Table("", Column("measures", min_width=20), *(Column(name, justify="right") for name in headings))
    for row in found["front"]:
        npv, chance = row["npv"], row["payback_probability"]
        table.add_row(
            "knee" if row["knee"] else "", escape(", ".join(row["measures"]) or "none"), f"{row['cost_cny'] / 1e3:,.1f}",
            _between(row["cost_cny_range"], 1e3), f"{row['saving_co2_t']:,.1f}", _between(row["saving_co2_t_range"], 1.0),
            f"{npv['p50'] / 1e3:,.0f}" if npv else "-", "-" if chance is None else f"{chance:.0%}",
        )  # fmt: skip
    out.print(table)
    for each in found["left_out"][:5]:
        out.print(f"  left out: {escape(', '.join(each['measures']))}: {escape(each['why'])}")
    if len(found["left_out"]) > 5:
        out.print(f"  and {len(found['left_out']) - 5} more")
    show_curve(found["curve"])


def _between(spread: dict[str, float] | None, scale: float) -> str:
    """Two ends of a spread."""
    return f"{spread['p10'] / scale:,.0f} .. {spread['p90'] / scale:,.0f}" if spread else "-"
