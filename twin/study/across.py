"""A study under several conditions: the same samples under each, every scenario against the baseline of its own condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import SiteError
from twin.site.provenance import Quantity
from twin.site.site import Site
from twin.study.compare import compare
from twin.study.conditions import Condition, site_under, weather_of
from twin.study.design import DESIGNS, MOST, Scenario, named, scenarios
from twin.study.engine import ALL_CORES, Means, Progress
from twin.study.robust import robust
from twin.study.sampling import Floats, Sampling, placed, shares
from twin.study.scenario_file import FILE, read_scenarios
from twin.study.terms import Terms
from twin.study.uncertain import uncertain


@dataclass(frozen=True)
class Case:
    """A condition, the site under it, and the scenarios that are judged there, the baseline first."""

    condition: Condition
    site: Site
    chosen: tuple[Scenario, ...]


def cases_of(
    site: Site,
    weathers: Sequence[str] = (),
    tariffs: Sequence[str] = (),
    years: Sequence[int] = (),
    file: Path | None = None,
    design: str = DESIGNS[0],
    most: int = MOST,
) -> list[Case]:
    """The conditions of a study: all combinations of what is told, or those of a file of scenarios.

    Parameters
    ----------
    weathers, tariffs, years : by name; the site's own where none is told.
    design, most : which sets of measures are judged under each; see `twin.study.design.scenarios`.
    file : of scenarios; `scenarios.yaml` beside the site when None and nothing else is told.

    Raises
    ------
    TwinError
        For a weather, tariff or year that cannot be had, and a file beside conditions or a design.
    """
    told = bool(weathers or tariffs or years)
    if file and told:
        raise SiteError(
            f"{file}: states weather, tariff and carbon year of each scenario; leave --weather, --tariff and --carbon-year out"
        )
    beside = site.path.parent / FILE
    if file or (beside.is_file() and not told):
        if design != DESIGNS[0]:
            raise SiteError(
                f"{file or beside}: states the measures of each scenario; leave --design out, or say --weather to study a design instead"
            )
        return [Case(condition, under, chosen) for condition, under, chosen in read_scenarios(site, file or beside)]
    for name in weathers:
        weather_of(site, name)
    found = [
        Condition(*each) for each in product(weathers or (site.location.climate,), tariffs or ("",), years or (None,))
    ]
    return [
        Case(each, under := site_under(site, each), tuple(scenarios(under, design, most)))
        for each in dict.fromkeys(found)
    ]


def compare_cases(
    cases: Sequence[Case],
    step: float,
    samples: int,
    seed: int,
    terms: Terms,
    means: Means = ALL_CORES,
    progress: Progress | None = None,
    sampling: Sampling = "lhs",
    design: str = DESIGNS[0],
    screening: bool = False,
) -> dict[str, Any]:
    """Study every case: the answer of `twin.study.compare.compare` for the first, with all of them under `conditions`.

    A place in the site's files takes the same share of its distribution in a sample under every condition, and a place that only
    a later condition has is drawn apart, so that the first condition's answer is the one it has alone. What drives the spread is
    asked for the first condition only.

    Raises
    ------
    TwinError
        As `compare` does.
    """
    numbers = [uncertain(each.site, [*named(scenarios(each.site)), *named(each.chosen)], terms).all for each in cases]
    drawn = _shares([q.place for q in numbers[0]], samples, seed, sampling)
    later = dict.fromkeys(q.place for each in numbers[1:] for q in each if q.place not in drawn)
    drawn |= _shares(list(later), samples, (seed, 1), sampling)
    answers = [
        compare(
            case.site, case.condition.weather, step, samples, seed, progress, swing=not place, terms=terms, means=means,
            sampling=sampling, design=design, screening=screening, chosen=case.chosen, draws=_values(numbers[place], drawn, samples),
        )
        for place, case in enumerate(cases)
    ]  # fmt: skip
    found = {**answers[0], "conditions": [], "robust": None}
    if len(cases) > 1 or cases[0].condition != Condition(cases[0].condition.weather):
        found["conditions"] = [
            {
                **case.condition.shown(case.site),
                **{key: answer[key] for key in ("baseline", "scenarios", "interaction_kwh")},
            }
            for case, answer in zip(cases, answers, strict=True)
        ]
        found["robust"] = robust(found["conditions"])
    return found


def _values(numbers: Sequence[Quantity], drawn: Mapping[str, Floats], count: int) -> list[dict[str, float]]:
    """Values of some numbers in each sample, from the shares of their places."""
    return placed(numbers, np.column_stack([np.empty((count, 0)), *(drawn[each.place] for each in numbers)]))


def _shares(places: Sequence[str], count: int, seed: int | Sequence[int], sampling: Sampling) -> dict[str, Floats]:
    """Shares of the distributions of some places in each sample."""
    drawn = shares(len(places), count, seed, sampling)
    return {place: drawn[:, column] for column, place in enumerate(places)}
