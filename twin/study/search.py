"""Find the sets of measures that are best in cost and carbon: all of them run where they are few, an optimiser where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twin.errors import RunError, SiteError
from twin.site.site import Site
from twin.study.abatement import curve, net_cost, tonnes
from twin.study.appraisal import amounts, items, yearly
from twin.study.bench import Bench
from twin.study.cash_flow import CashFlow
from twin.study.compare import FEWEST, HOURLY
from twin.study.design import MOST, named, scenarios
from twin.study.engine import ALL_CORES, Means, Progress, Sample, work_study
from twin.study.front import Point, knee, pareto, spread_out
from twin.study.genetic import Aims, Members, explore, package
from twin.study.sampling import Sampling, draw, percentiles
from twin.study.sets import Sets
from twin.study.task import BASELINE, Outcome, Task
from twin.study.terms import Terms, terms_of
from twin.study.uncertain import uncertain

SAMPLED = 20
"""Sets of the front that are run with all samples."""
KNEE = "farthest below the line between the ends of the front (Das, Structural Optimization 18, 1999)"
SILENT = ("cost_cny_range", "saving_co2_t_range", "npv", "payback_probability", "discounted_payback_probability", "npv_positive_probability", "failed_samples")  # fmt: skip


def search(
    site: Site,
    weather: str = "",
    step: float = HOURLY,
    samples: int = 30,
    seed: int = 0,
    terms: Terms | None = None,
    means: Means = ALL_CORES,
    trials: int = MOST,
    progress: Progress | None = None,
    sampling: Sampling = "lhs",
) -> dict[str, Any]:
    """The Pareto front of annualised net cost against carbon dioxide over all sets of a site's measures.

    Where no more sets go together than `trials`, all are run. Else NSGA-II tries so many, beginning with those of the marginal
    abatement curve and the neighbours of the best ends, so that no set of the curve beats the front.

    Parameters
    ----------
    site : with its measures. weather : by name; empty for the site's own. step : tick. [s]
    samples, seed : of the uncertain numbers of the sets on the front; the seed also of NSGA-II.
    terms : of the appraisal; those beside the site when None. means : what may be used, and the store that keeps the runs.
    trials : sets run at most. progress : told (runs done, runs of this call). sampling : of the numbers, `lhs` or `sobol`.

    Raises
    ------
    TwinError
        When the site has no measures, the baseline cannot be run, or a package is missing.
    """
    if not site.measures:
        raise SiteError(f"{site.path}: has no measures to search; state them in measures.yaml or choose with --measure")
    terms, sets = terms or terms_of(site), Sets(site)
    bench = Bench(site, weather, step, means, progress, sets)
    feasible = sets.count()
    exact = feasible <= trials or not package()
    (base, *_) = bench(sets.all() if exact else [()])
    if isinstance(base, str):
        raise RunError(f"the baseline cannot be run: {base}")
    score = _Score(site, terms, base)
    steps = curve(site, list(sets.names), bench, terms)
    if not exact:
        _settle(bench, score, trials)
        _explore(bench, score, trials, seed)
    ran = {sets.ordered(each): found for each, found in bench.known.items()}
    front = pareto(points := _points(bench, score))
    best, beaten = knee(front), [point for point in points if point not in front]
    spreads = _spreads(bench, score, spread_out(front, SAMPLED), samples, seed, sampling)
    return {
        "method": "exact" if exact else "nsga2", "sets_feasible": feasible, "sets_run": len(ran), "trials": trials,
        "front": [
            {**score.row(point, ran[point.measures]), "knee": point is best, **spreads.get(point, dict.fromkeys(SILENT))}
            for point in front
        ],
        "dominated_count": len(beaten),
        "dominated": [{"measures": list(p.measures), "cost_cny": p.cost, "co2_t": p.tonnes} for p in beaten],
        "knee_rule": KNEE if best else None, "scope2": terms.scope2, "payback_limit_years": terms.payback_limit,
        "left_out": _left_out(sets, ran), "curve": steps,
    }  # fmt: skip


def _left_out(sets: Sets, ran: Mapping[tuple[str, ...], Outcome | str]) -> list[dict[str, Any]]:
    """Pairs that do not go together, sets that could not be simulated, and why."""
    pairs = {sets.ordered(pair): why for pair, why in sets.apart.items()}
    failed = {members: why for members, why in ran.items() if isinstance(why, str)}
    return [{"measures": list(members), "why": why} for members, why in {**pairs, **failed}.items()]


class _Score:
    """What sets of measures cost and emit by the terms of the appraisal; `base` is the outcome without measures."""

    def __init__(self, site: Site, terms: Terms, base: Outcome) -> None:
        self.site, self.terms, self.base = site, terms, base
        self._pieces = amounts(site, list(site.measures))

    def flow(self, members: Sequence[str], base: Outcome, own: Outcome, values: Mapping[str, float]) -> CashFlow:
        """The cash flow of a set in one sample."""
        terms = self.terms.drawn(values)
        bought = items(self.site, {name: self._pieces[name] for name in members}, values)
        return CashFlow(bought, yearly(base, terms), yearly(own, terms), terms)

    def point(self, members: tuple[str, ...], own: Outcome) -> Point:
        """A set with the middle numbers."""
        return Point(members, net_cost(self.flow(members, self.base, own, {})), tonnes(own, self.terms))

    def row(self, point: Point, own: Outcome | str) -> dict[str, Any]:
        """What the middle numbers say of a set on the front."""
        assert isinstance(own, Outcome)
        flow = self.flow(point.measures, self.base, own, {})
        return {
            "measures": list(point.measures), "cost_cny": point.cost, "lcc": flow.lcc, "lcc_baseline": flow.baseline_lcc,
            "horizon_years": flow.horizon, "capital_cny": flow.capital, "co2_t": point.tonnes,
            "saving_co2_t": tonnes(self.base, self.terms) - point.tonnes, "saving_kwh": self.base.electricity - own.electricity,
        }  # fmt: skip


def _settle(bench: Bench, score: _Score, trials: int) -> None:
    """Walk from the ends of the front to their neighbours until none is better, so that both ends are at least locally the best."""
    while True:
        front = pareto(_points(bench, score))
        near = [each for end in (front[0], front[-1]) for each in bench.sets.neighbours(end.measures)]
        fresh = [each for each in dict.fromkeys(near) if each not in bench.known][: max(trials - len(bench.known), 0)]
        if not fresh:
            return
        bench(fresh)


def _points(bench: Bench, score: _Score) -> list[Point]:
    """All sets that were run and could be."""
    found = ((bench.sets.ordered(each), own) for each, own in bench.known.items())
    return [score.point(members, own) for members, own in found if isinstance(own, Outcome)]


def _explore(bench: Bench, score: _Score, trials: int, seed: int) -> None:
    """Let NSGA-II try what is left of the trials, from all that was run for the curve."""

    def evaluate(sets: list[Members]) -> list[Aims | None]:
        return [
            None if isinstance(found, str) else score.point(bench.sets.ordered(each), found).place
            for each, found in zip(sets, bench(sets), strict=True)
        ]

    known = [each for each, found in bench.known.items() if isinstance(found, Outcome)]
    explore(bench.sets.names, known, evaluate, bench.sets.broken, trials - len(bench.known), seed)


def _spreads(
    bench: Bench, score: _Score, chosen: Sequence[Point], samples: int, seed: int, sampling: Sampling
) -> dict[Point, dict[str, Any]]:
    """P10, P50 and P90 of sets, over the samples that can be simulated."""
    numbers = uncertain(bench.site, named(scenarios(bench.site)), score.terms)
    values = draw(numbers.all, samples, seed, sampling)
    sets = [(BASELINE, ()), *((str(place), point.measures) for place, point in enumerate(chosen))]
    tasks = [Task(bench.site, bench.weather, bench.step, numbers.of_runs(each), sets) for each in values]
    drawn = work_study(tasks, bench.means, bench.progress)
    return {point: _spread(score, point, str(place), drawn, values) for place, point in enumerate(chosen)}


def _spread(
    score: _Score, point: Point, name: str, drawn: Sequence[Sample], values: Sequence[Mapping[str, float]]
) -> dict[str, Any]:
    flows, saved = [], []
    for sample, each in zip(drawn, values, strict=True):
        if not sample.problem(BASELINE, name):
            base, own = sample[BASELINE], sample[name]
            flows.append(score.flow(point.measures, base, own, each))
            saved.append(tonnes(base, score.terms) - tonnes(own, score.terms))
    failed = len(drawn) - len(flows)
    if len(flows) < FEWEST:
        return {**dict.fromkeys(SILENT), "failed_samples": failed}
    told, limit = [flow.figures() for flow in flows], score.terms.payback_limit
    return {
        "cost_cny_range": percentiles([net_cost(flow) for flow in flows]),
        "saving_co2_t_range": percentiles(saved),
        "npv": percentiles([flow.npv for flow in flows]),
        "payback_probability": _share(told, "payback_years", limit),
        "discounted_payback_probability": _share(told, "discounted_payback_years", limit),
        "npv_positive_probability": sum(flow.npv > 0.0 for flow in flows) / len(flows),
        "failed_samples": failed,
    }


def _share(told: Sequence[Mapping[str, Any]], key: str, limit: float) -> float:
    """Share of samples that are paid back within a limit."""
    return float(np.mean([each[key] is not None and each[key] <= limit for each in told]))
