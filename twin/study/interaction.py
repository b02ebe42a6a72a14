"""What each measure of a package saves alone, and what it adds when it comes last: the two ends of its worth in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.site.site import Site
from twin.study.abatement import net_cost, tonnes
from twin.study.appraisal import amounts, items, yearly
from twin.study.cash_flow import CashFlow
from twin.study.design import Scenario
from twin.study.engine import Sample
from twin.study.sampling import percentiles
from twin.study.task import BASELINE
from twin.study.terms import Terms

FIGURES = ("kwh", "bought_kwh", "cost_cny", "t")


def interactions(
    site: Site, chosen: Sequence[Scenario], central: Sample, drawn: Sequence[Sample], terms: Terms
) -> dict[str, Any] | None:
    """Measures of a one-at-a-time study alone and last in; None for another design.

    Parameters
    ----------
    chosen : scenarios of the study. central : with the middle numbers. drawn : samples. terms : of the appraisal.

    Returns
    -------
    `package, measures[{measure, with, alone_kwh, last_kwh, alone_bought_kwh, last_bought_kwh, alone_cost_cny, last_cost_cny, alone_t,
    last_t, problem}], totals`, each of a year: electricity saved in use and net of sales at the grid [kWh], annualised net cost without
    the carbon price [CNY], carbon dioxide saved. [t]
    """
    lasts = [each for each in chosen if each.kind == "last-in"]
    if not lasts:
        return None
    whole = next(each for each in chosen if each.name == lasts[0].package)
    rows: list[dict[str, Any]] = []
    for last in lasts:
        name = next(each for each in whole.measures if last.name == f"{whole.name}-without-{each}")
        single = next(each for each in chosen if each.name == name)
        why = central.problem(name) or central.problem(whole.name, last.name)
        alone = _gain(site, central, BASELINE, name, single.measures, terms)
        adds = _gain(site, central, last.name, whole.name, last.less, terms)
        rows.append({
            "measure": name, "title": site.measures[name].title, "with": [each for each in last.less if each != name],
            **{f"alone_{key}": alone[key] for key in FIGURES}, **{f"last_{key}": adds[key] for key in FIGURES},
            "alone_kwh_range": _range(drawn, BASELINE, name), "last_kwh_range": _range(drawn, last.name, whole.name), "problem": why,
        })  # fmt: skip
    together = _gain(site, central, BASELINE, whole.name, whole.measures, terms)
    totals: dict[str, float | None] = {}
    for key in FIGURES:
        alone_sum, last_sum = (_sum([row[f"{way}_{key}"] for row in rows]) for way in ("alone", "last"))
        package = together[key]
        between = None if package is None or alone_sum is None else package - alone_sum
        totals |= {
            f"package_{key}": package,
            f"alone_{key}": alone_sum,
            f"last_{key}": last_sum,
            f"interaction_{key}": between,
        }
    return {"package": whole.name, "measures": rows, "totals": totals}


def _gain(
    site: Site, central: Sample, before: str, after: str, measures: Sequence[str], terms: Terms
) -> Mapping[str, float | None]:
    """What measures save and cost on top of a scenario; None where one of the two cannot be simulated."""
    if central.problem(before, after):
        return dict.fromkeys(FIGURES)
    base, own = central[before], central[after]
    flow = CashFlow(items(site, amounts(site, measures), {}), yearly(base, terms), yearly(own, terms), terms)
    return {
        "kwh": base.electricity - own.electricity, "bought_kwh": base.bought - own.bought, "cost_cny": net_cost(flow),
        "t": tonnes(base, terms) - tonnes(own, terms),
    }  # fmt: skip


def _range(drawn: Sequence[Sample], before: str, after: str) -> dict[str, float] | None:
    """Spread of the electricity saved over the samples that can be simulated."""
    saved = [each[before].electricity - each[after].electricity for each in drawn if not each.problem(before, after)]
    return percentiles(saved) if saved else None


def _sum(values: Sequence[float | None]) -> float | None:
    """A sum that is None where one value is."""
    return None if any(each is None for each in values) else sum(each for each in values if each is not None)
