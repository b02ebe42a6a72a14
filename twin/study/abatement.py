"""What each measure's tonne costs on top of the measures before it: a marginal abatement curve made by real runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twin.errors import RunError
from twin.site.site import Site
from twin.study.appraisal import amounts, items, yearly
from twin.study.bench import Bench
from twin.study.cash_flow import CashFlow, Yearly
from twin.study.engine import ALL_CORES, Means, Progress
from twin.study.task import Outcome
from twin.study.terms import Terms, terms_of

Evaluate = Callable[[list[tuple[str, ...]]], list["Outcome | str"]]
"""Outcomes of sets of measures in their order; a text says why a set cannot be run."""
MOST_GREEDY = 12
"""Measures up to which every step tries all that are left: n (n + 1) / 2 runs; beyond, they are ordered once by themselves."""
GREEDY = "every step tries all measures that are left"
ORDERED = "ordered once by what each is worth alone"
SMALLEST = 1e-6
"""Carbon dioxide a year that is no more than rounding. [t]"""


@dataclass(frozen=True)
class Step:
    """A measure on top of others: what it saves and costs a year, over its own life."""

    name: str
    tonnes: float
    """Saved a year. [t]"""
    cost: float
    """Annualised net cost: what it costs less what it saves, carbon price left out. [CNY/year]"""
    flow: CashFlow
    after: Outcome

    @property
    def per_tonne(self) -> float | None:
        """Cost of a tonne [CNY/t]; None where nothing is abated."""
        return self.cost / self.tonnes if self.tonnes > SMALLEST else None


def rank(steps: Sequence[Step]) -> list[Step]:
    """Steps from the most to the least worth doing.

    Measures that save both money and carbon come first, by Pareto fronts of money and tonnes and by money within a front: by
    cost per tonne a measure would fall behind for saving more carbon at the same profit. Then those that cost money, by cost
    per tonne. Then those that abate nothing, by money.

    References
    ----------
    Taylor, The ranking of negative-cost emissions reduction measures, Energy Policy 48, 2012, pp. 430-438.
    """
    gains = [s for s in steps if s.tonnes > SMALLEST and s.cost <= 0.0]
    found: list[Step] = []
    while gains:
        front = [s for s in gains if not any(_beats(other, s) for other in gains)]
        found += sorted(front, key=lambda s: (s.cost, -s.tonnes, s.name))
        gains = [s for s in gains if s not in front]
    dear = [s for s in steps if s.tonnes > SMALLEST and s.cost > 0.0]
    found += sorted(dear, key=lambda s: (s.cost / s.tonnes, s.name))
    return found + sorted((s for s in steps if s.tonnes <= SMALLEST), key=lambda s: (s.cost, s.name))


def _beats(one: Step, other: Step) -> bool:
    """Whether one saves at least as much money and carbon as the other, and more of either."""
    return (
        one.cost <= other.cost and one.tonnes >= other.tonnes and (one.cost, one.tonnes) != (other.cost, other.tonnes)
    )


def abatement(
    site: Site,
    weather: str = "",
    step: float = 3600.0,
    names: Sequence[str] | None = None,
    terms: Terms | None = None,
    progress: Progress | None = None,
    means: Means = ALL_CORES,
) -> dict[str, Any]:
    """The marginal abatement curve of a site's measures, each run on top of those before it.

    Parameters
    ----------
    site : with its measures. weather : by name; empty for the site's own. step : tick. [s]
    names : measures to order; all when None. terms : of the appraisal; those beside the site when None.
    progress : told (runs done, runs of this step). means : what may be used, and the store that keeps the runs.

    Raises
    ------
    TwinError
        When the baseline cannot be run.
    """
    bench = Bench(site, weather, step, means, progress)
    return curve(site, list(names if names is not None else site.measures), bench, terms or terms_of(site))


def curve(site: Site, names: list[str], evaluate: Evaluate, terms: Terms) -> dict[str, Any]:
    """Order measures by what they are worth on top of those before them.

    Returns
    -------
    `baseline_t, terms, method, rows[], left_out[], total_t, total_cost_cny, alone_t, interaction_t`: the sum of what each saves
    alone stands beside what they save together.
    """
    (start,) = evaluate([()])
    if isinstance(start, str):
        raise RunError(f"the baseline cannot be run: {start}")
    plain = replace(terms, carbon_price={}, numbers={})
    alone, why = _steps(site, (), names, start, evaluate, plain)
    by_itself = {each.name: each for each in alone}
    greedy = len(names) <= MOST_GREEDY
    waiting = [each.name for each in rank(alone)] + list(why)
    chosen: tuple[str, ...] = ()
    rows: list[dict[str, Any]] = []
    before, steps = start, alone
    while waiting and steps:
        best = rank(steps)[0] if greedy else next(s for name in waiting for s in steps if s.name == name)
        chosen, before = (*chosen, best.name), best.after
        waiting.remove(best.name)
        rows.append(_row(site, best, by_itself.get(best.name), rows))
        steps = []
        for group in [waiting] if greedy else [[name] for name in waiting]:
            steps, why = _steps(site, chosen, group, before, evaluate, plain)
            if steps:
                break
    if waiting:  # every one that is left was refused, each for its own reason
        _, why = _steps(site, chosen, waiting, before, evaluate, plain)
    summed = sum(by_itself[name].tonnes for name in chosen if name in by_itself)
    together = sum(row["abated_t"] for row in rows)
    return {
        "site": site.name, "baseline_t": tonnes(start, terms), "baseline_cost_cny": start.cost, "scope2": terms.scope2,
        "terms": terms.shown(), "method": GREEDY if greedy else ORDERED, "rows": rows,
        "left_out": [{"name": name, "why": why[name]} for name in waiting], "total_t": together,
        "total_cost_cny": sum(row["cost_cny"] for row in rows), "alone_t": summed, "interaction_t": together - summed,
    }  # fmt: skip


def _steps(
    site: Site, chosen: tuple[str, ...], names: Sequence[str], before: Outcome, evaluate: Evaluate, terms: Terms
) -> tuple[list[Step], dict[str, str]]:
    """Each measure on top of the chosen ones, and why some cannot be."""
    found, why = [], {}
    for name, after in zip(names, evaluate([(*chosen, name) for name in names]), strict=True):
        if isinstance(after, str):
            why[name] = after
            continue
        flow = CashFlow(items(site, amounts(site, (name,)), {}), yearly(before, terms), yearly(after, terms), terms)
        saved = tonnes(before, terms) - tonnes(after, terms)
        found.append(Step(name, saved, net_cost(flow), flow, after))
    return found, why


def net_cost(flow: CashFlow) -> float:
    """Annualised cost of what is bought, less what is saved, without the carbon price. [CNY/year]

    Where the terms have no horizon each thing is annualised over its own life, so that the cost of a set is that of its steps.
    """
    terms = replace(flow.terms, carbon_price={})
    plain, nothing = replace(flow, terms=terms), Yearly({}, {})
    each = [plain] if terms.horizon else [CashFlow([item], nothing, nothing, terms) for item in flow.items]
    saved = (
        0.0
        if terms.horizon
        else sum(part @ plain.factors for name, part in plain.parts.items() if name.startswith("energy."))
    )
    return float(sum(-one.npv / one.annuity for one in each) - saved / plain.annuity)


def tonnes(outcome: Outcome, terms: Terms) -> float:
    """Emission of a year by the scopes of the terms. [t]"""
    return sum(yearly(outcome, terms).emissions.values())


def _row(site: Site, step: Step, alone: Step | None, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One measure as a bar of the curve."""
    before = rows[-1]["cumulative_t"] if rows else 0.0
    gain = step.tonnes > SMALLEST and step.cost <= 0.0
    by = "money and carbon saved" if gain else "cost per tonne" if step.tonnes > SMALLEST else "money, abates nothing"
    return {
        "name": step.name, "title": site.measures[step.name].title, "on_top_of": [row["name"] for row in rows],
        "abated_t": step.tonnes, "from_t": before, "cumulative_t": before + step.tonnes, "cost_cny": step.cost,
        "cost_per_t": step.per_tonne, "capital_cny": step.flow.capital, "npv": step.flow.npv,
        "saving_cny": step.flow.first_year, "saving_kwh": step.flow.base.energy - step.flow.own.energy,
        "negative_cost": gain, "ranked_by": by, "alone_t": alone.tonnes if alone else None,
        "alone_cost_cny": alone.cost if alone else None,
    }  # fmt: skip
