"""Tables in the terminal of a study under several conditions: the scenarios of each, and how they do under all of them."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Column, Table

from twin.tables import out, show_scenarios


def show_conditions(answer: dict[str, Any]) -> None:
    """Print what each further condition gives, and the robust view where every condition has the same scenarios."""
    conditions = answer["conditions"]
    if conditions:
        out.print(f"all above: [bold]{escape(conditions[0]['label'])}[/bold]{_factors(conditions[0])}")
    for each in conditions[1:]:
        base = each["baseline"]
        out.print(
            f"\n[bold]{escape(each['label'])}[/bold]{_factors(each)}: baseline {base['electricity_kwh'] / 1e3:,.0f} MWh, "
            f"peak {base['peak_kw']:,.0f} kW, {base['co2_t']:,.0f} tCO2e, {base['cost_cny'] / 1e6:,.1f} M CNY, "
            f"{base['comfort_hours_outside']:.0f} h outside the comfort band, {base['unmet_hours']:.0f} h unmet"
        )
        show_scenarios(each["scenarios"], answer["samples"])
    if answer["robust"]:
        _show_robust(answer["robust"], len(conditions))


def _factors(condition: dict[str, Any]) -> str:
    """What the grid's electricity carries, and by which tariff it is billed."""
    told = [f"{name} {each['kg_kwh']:.4g} kg/kWh" for name, each in condition["emission_factors"].items()]
    told += [f"{name} by {each.partition(',')[0]}" for name, each in condition["tariffs"].items()]
    return f" ({escape('; '.join(told))})" if told else ""


def _show_robust(found: dict[str, Any], count: int) -> None:
    """Print worst and best of each scenario over the conditions, and its regret."""
    headings = ("worst NPV k CNY", "best", "regret k CNY", "worst MWh", "best")
    out.print(f"\n[bold]over {count} conditions[/bold]")
    table = Table("measure", *(Column(name, justify="right") for name in headings), "regret under")
    for row in found["scenarios"]:
        money = (row["npv"]["worst"], row["npv"]["best"], row["regret_cny"])
        saved = (row["saving_kwh"]["worst"], row["saving_kwh"]["best"])
        table.add_row(
            escape(row["title"].get("en", row["name"])), *(f"{value / 1e3:,.0f}" for value in (*money, *saved)),
            escape(row["regret_condition"] or "-"),
        )  # fmt: skip
    out.print(table)
    out.print(
        f"least regret: {found['least_regret'] or '-'}; best worst case: {found['best_worst_case'] or '-'}; doing nothing may be "
        f"regretted by {found['nothing_regret_cny'] / 1e3:,.0f} k CNY. {found['definition']['en']}"
    )
    for name in found["left_out"]:
        out.print(f"{name}: cannot be simulated under every condition, so that it is left out here")
