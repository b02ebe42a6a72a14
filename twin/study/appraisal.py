"""The money of a scenario: its cash flow with the middle numbers, and the same of every sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twin.site.measures import apply, with_needs
from twin.site.site import Site
from twin.study.cash_flow import CashFlow, Item, Yearly
from twin.study.task import BASELINE, Outcome
from twin.study.terms import Terms

SHOWN = ("npv", "irr", "payback_years", "discounted_payback_years", "lcc", "cost_of_saved_energy")


def amounts(site: Site, names: Sequence[str]) -> dict[str, float]:
    """How many units of cost each measure has on top of what it needs, which no sample changes."""
    return {name: site.measures[name].pieces(apply(site, with_needs(site, name)[:-1])) for name in names}


def items(site: Site, pieces: Mapping[str, float], values: Mapping[str, float]) -> list[Item]:
    """What measures buy, with the numbers of a sample; `pieces` as in `amounts`."""
    found = []
    for measure in (site.measures[name] for name in pieces):
        capital, upkeep, salvage = measure.money_of(pieces[measure.name], values)
        life = values.get(measure.lifetime.place, measure.lifetime.value)
        found.append(Item(measure.name, capital, life, upkeep, salvage))
    return found


def yearly(outcome: Outcome, terms: Terms) -> Yearly:
    """A year of running as the cash flow wants it."""
    emissions = {
        "scope1": outcome.emissions["scope1"],
        "scope2": outcome.emissions["scope2_market" if terms.scope2 == "market" else "scope2"],
        "scope3": outcome.emissions["scope3"],
    }
    return Yearly(outcome.costs, emissions, outcome.energy)


def cash_flow(
    site: Site, pieces: Mapping[str, float], base: Outcome, own: Outcome, terms: Terms, values: Mapping[str, float]
) -> CashFlow:
    """The cash flow of measures in one sample."""
    own_terms = terms.drawn(values)
    return CashFlow(items(site, pieces, values), yearly(base, own_terms), yearly(own, own_terms), own_terms)


def appraise(
    site: Site,
    name: str,
    measures: Sequence[str],
    central: Mapping[str, Outcome],
    drawn: Sequence[Mapping[str, Outcome]],
    values: Sequence[Mapping[str, float]],
    terms: Terms,
) -> dict[str, Any]:
    """Keys that money adds to a scenario of a study: the middle numbers, the cash flow, and the spread over the samples.

    Parameters
    ----------
    name : of the scenario; measures : that it applies. central : outcomes by scenario with the middle numbers.
    drawn, values : outcomes and numbers of each sample. terms : of the appraisal.
    """
    pieces = amounts(site, measures)
    middle = cash_flow(site, pieces, central[BASELINE], central[name], terms, {})
    samples = [
        cash_flow(site, pieces, each[BASELINE], each[name], terms, value).figures()
        for each, value in zip(drawn, values, strict=True)
    ]
    found = middle.figures()
    paid = [one["payback_years"] for one in samples]
    back = [one["discounted_payback_years"] for one in samples]
    return {
        **{key: found[key] for key in ("irr", "irr_why", "discounted_payback_years", "lcc", "lcc_baseline", "cost_of_saved_energy", "horizon_years")},
        "npv": spread([one["npv"] for one in samples]),
        "payback_years": found["payback_years"],
        "cash_flow": middle.table(),
        "money": {
            **{key: spread([one[key] for one in samples], low_is_good=key.startswith(("payback", "disc", "cost"))) for key in SHOWN},
            "probability": {
                "payback_limit_years": terms.payback_limit,
                "payback": _share(paid, terms.payback_limit),
                "discounted_payback": _share(back, terms.payback_limit),
                "npv_positive": float(np.mean([one["npv"] > 0.0 for one in samples])),
                "irr_exists": float(np.mean([one["irr"] is not None for one in samples])),
            },
            "samples": {key: [one[key] for one in samples] for key in SHOWN},
        },
    }  # fmt: skip


def _share(years: Sequence[float | None], limit: float) -> float:
    """Share of samples that are paid back within a limit; those that never are count as not."""
    return float(np.mean([each is not None and each <= limit for each in years]))


def spread(values: Sequence[float | None], *, low_is_good: bool = False) -> dict[str, float | None]:
    """P10, P50 and P90 over all samples; one that has no value stands at the bad end, and a percentile that falls there is None.

    >>> spread([1.0, 2.0, 3.0, None, None], low_is_good=True)
    {'p10': 1.4, 'p50': 3.0, 'p90': None}
    """
    worst = np.inf if low_is_good else -np.inf
    ordered = np.sort(np.array([worst if each is None else each for each in values], dtype=np.float64))
    found: dict[str, float | None] = {}
    for label, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        at = share * (ordered.size - 1)
        low, high = ordered[int(at)], ordered[min(int(at) + 1, ordered.size - 1)]
        between = (
            low if at == int(at) else low + (at - int(at)) * (high - low) if np.isfinite([low, high]).all() else worst
        )
        found[label] = float(between) if np.isfinite(between) else None
    return found
