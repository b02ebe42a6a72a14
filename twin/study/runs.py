"""The runs that a comparison is made of: simulated, or screened by first order from fewer simulations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.site.site import Site
from twin.study.engine import Means, Progress, Sample, work_study
from twin.study.screening import screen
from twin.study.task import Outcome, Task
from twin.study.uncertain import Uncertain

QUARTER = 900.0
Names = Sequence[tuple[str, tuple[str, ...]]]
"""Scenarios: name and measures, the baseline first."""


@dataclass(frozen=True)
class Asked:
    """What a comparison asks for.

    Attributes
    ----------
    weather, step : by name, tick. [s] names : scenarios; extra : further ones, with the middle numbers only.
    numbers, values : uncertain numbers, and their values in each sample.
    swung : scenario whose saving each number is moved alone for, from its low to its high end; empty for none.
    """

    site: Site
    weather: str
    step: float
    names: Names
    extra: Names
    numbers: Uncertain
    values: Sequence[Mapping[str, float]]
    swung: str

    def middle(self) -> list[Task]:
        """With the middle numbers: all scenarios, and the baseline by the quarter of an hour."""
        every = list(dict([*self.names, *self.extra]).items())
        return [
            Task(self.site, self.weather, self.step, {}, every),
            Task(self.site, self.weather, QUARTER, {}, self.names[:1]),
        ]

    def ends(self) -> list[dict[str, float]]:
        """Each number alone at its low and its high end."""
        return [{q.place: end} for q in self.numbers.physical for end in (q.low, q.high)] if self.swung else []


@dataclass(frozen=True)
class Runs:
    """What came of them.

    Attributes
    ----------
    central : scenarios with the middle numbers. quarter : the baseline by the quarter of an hour. drawn : each sample.
    swung : (baseline, scenario) at each of `Asked.ends`. screening : what is to be known of a screen; None of simulations.
    """

    central: Sample
    quarter: Outcome
    drawn: Sequence[Sample]
    swung: Sequence[Sample]
    screening: dict[str, Any] | None = None


def simulated(asked: Asked, means: Means, progress: Progress | None) -> Runs:
    """Simulate every scenario of every sample.

    Raises
    ------
    TwinError
        When the baseline cannot be simulated, or the study cannot go on.
    """
    tasks = [
        Task(asked.site, asked.weather, asked.step, asked.numbers.of_runs(each), asked.names) for each in asked.values
    ]
    pairs = [each for each in asked.names if each[0] in (asked.names[0][0], asked.swung)]
    ends = asked.ends()
    tasks += [one for end in ends for one in asked.numbers.tasks(asked.site, asked.weather, asked.step, end, pairs)]
    answers = work_study([*asked.middle(), *tasks], means, progress)
    count = 2 + len(asked.values)
    return Runs(answers[0], answers[1][asked.names[0][0]], answers[2:count], answers[count:])


def screened(asked: Asked, seed: int, means: Means, progress: Progress | None) -> Runs:
    """Simulate about as many samples as there are numbers, and take all others from a fit to first order.

    Raises
    ------
    TwinError
        When the baseline cannot be simulated, or the study cannot go on.
    """
    fit = screen(asked.site, asked.weather, asked.step, asked.numbers.physical, asked.names, seed, means, progress)
    middle = work_study(asked.middle(), means, progress)
    told = {"runs": fit.runs, "scenarios": len(asked.names) * len(asked.values), "error": fit.error}
    return Runs(
        middle[0], middle[1][asked.names[0][0]], [fit.sample(each) for each in asked.values],
        [fit.sample(end) for end in asked.ends() for _ in (0, 1)], told,
    )  # fmt: skip
