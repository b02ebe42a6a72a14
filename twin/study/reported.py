"""Figures that somebody reported beside the twin's own, with its P10, P50 and P90 and a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from math import isnan
from typing import Any

from twin.errors import RunError
from twin.site.claims import Reported
from twin.site.measures import with_needs
from twin.site.site import Site
from twin.study.engine import ALL_CORES, Means, Progress, Sample, work_study
from twin.study.sampling import draw, percentiles
from twin.study.task import BASELINE, Outcome, Task
from twin.study.uncertain import uncertain

ROUNDING = 0.02
"""Reported figures are rounded: this share of them widens the twin's range."""
NOT_COMPARABLE = "not comparable"
NOTHING: dict[str, float | None] = {"p10": None, "p50": None, "p90": None}


def scenarios(site: Site) -> dict[str, tuple[str, ...]]:
    """Measures and packages by name, as the measures they apply."""
    return {**{name: with_needs(site, name) for name in site.measures}, **site.packages}


def examine(
    sites: Mapping[str, Site], step: float = 3600.0, samples: int = 20, seed: int = 0, means: Means = ALL_CORES, progress: Progress | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of `twin sites --reported`: every reported figure of every site.

    Parameters
    ----------
    sites : by name. step : tick. [s] samples : of the uncertain numbers of each site; seed : of the samples.
    means : what the runs may use. progress : told (runs done, runs in all).

    Raises
    ------
    TwinError
        When a scenario that a figure needs cannot be simulated, naming the site.
    """
    tasks = [task for site in sites.values() for task in drawn(site, step, samples, seed)]
    answers = zip(tasks, work_study(tasks, means, progress), strict=True)
    rows = []
    for name, site in sites.items():
        claimed = any(each.claim for each in site.reported)
        outcomes = [_whole(name, *each) for each in islice(answers, samples if claimed else 0)]
        rows += [{"site": name, **row(each, outcomes)} for each in site.reported]
    return rows


def drawn(site: Site, step: float = 3600.0, samples: int = 20, seed: int = 0) -> list[Task]:
    """What is run for the reported figures of one site: a task a sample; none where no figure needs a run."""
    if not any(each.claim for each in site.reported):
        return []
    known = scenarios(site)
    wanted = dict.fromkeys(each.claim.scenario for each in site.reported if each.claim and each.claim.scenario)
    runs = [(BASELINE, ()), *((name, known[name]) for name in wanted)]
    values = draw(uncertain(site, runs).all, samples, seed)
    return [Task(site, site.location.climate, step, each, runs) for each in values]


def _whole(site: str, task: Task, sample: Sample) -> dict[str, Outcome]:
    names = [name for name, _ in task.scenarios]
    problem = sample.problem(*names)
    if problem:
        raise RunError(f"{site}: {problem}")
    return {name: sample[name] for name in names}


def row(each: Reported, outcomes: Sequence[Mapping[str, Outcome]]) -> dict[str, Any]:
    """One reported figure beside the twin's; `outcomes` are scenarios by name, one mapping a sample."""
    own = spread(each, outcomes) if each.claim else NOTHING
    return {
        "quantity": each.what, "reported": each.value, **own, "unit": each.unit, "source": each.source,
        "verdict": verdict(each, own), "why": each.why.get("en", each.label), "why_zh": each.why.get("zh", each.label),
    }  # fmt: skip


def spread(each: Reported, outcomes: Sequence[Mapping[str, Outcome]]) -> Mapping[str, float | None]:
    """P10, P50 and P90 of the twin's figure, in the reported unit, over the samples that have one; None where none has."""
    assert each.claim is not None
    figures = [{name: one.figures for name, one in sample.items()} for sample in outcomes]
    values = [value for one in figures if not isnan(value := each.claim.value(one, BASELINE))]
    return percentiles(values) if values else NOTHING


def verdict(each: Reported, own: Mapping[str, float | None]) -> str:
    """Whether the reported figure lies in the twin's range, widened by its rounding; `not comparable` where the site says so.

    A ceiling is met where some of the range is below it, a floor where some is above it.
    """
    low, high = own["p10"], own["p90"]
    if not each.comparable or low is None or high is None:
        return NOT_COMPARABLE
    slack = ROUNDING * abs(each.value)
    above, below = low - slack <= each.value, each.value <= high + slack
    met = {"at most": above, "at least": below}.get(each.bound, above and below)
    return "consistent" if met else "inconsistent"
