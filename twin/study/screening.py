"""Linear screening of studies: each scenario to first order in its uncertain numbers, sets of measures as sums, from few runs.

References
----------
Saltelli et al., Global Sensitivity Analysis: The Primer, 2008, 1.2.5 (standardised regression); Allen, The relationship between
variable selection and data augmentation and a method for prediction, Technometrics 16(1), 1974 (leave-one-out residuals).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import numpy.typing as npt

from twin.errors import RunError
from twin.site.provenance import Quantity
from twin.site.site import Site
from twin.study.engine import Means, Progress, Sample, work_study
from twin.study.sampling import draw
from twin.study.task import BASELINE, Outcome, Task

Floats = npt.NDArray[np.float64]
Sets = Sequence[tuple[str, tuple[str, ...]]]
"""Scenarios: name and measures."""
SPARE, SHARE = 8, 4
"""Runs beyond the number of coefficients: at least so many, and a run for every so many numbers."""
MOST = 40
"""Scenarios up to which each is fitted; of more, those of one measure are, and the others are sums of their savings."""
TOLD = ("electricity", "cost", "inventory")
"""Figures whose savings say how far the screen can be trusted."""


@dataclass(frozen=True)
class Response:
    """A scenario to first order.

    Attributes
    ----------
    centre : figures where all numbers are in their middle, by the fit. slopes : (numbers, figures) change over the whole range of each.
    residuals : (runs, figures) of runs that the fit had not seen.
    """

    centre: Floats
    slopes: Floats
    residuals: Floats

    def at(self, moved: Floats) -> Floats:
        """Figures where numbers are moved by shares of their range."""
        return self.centre + moved @ self.slopes


class Sketch(Sample):
    """Scenarios of one sample, worked out from responses when asked for."""

    def __init__(self, screen: Screen, values: Mapping[str, float]) -> None:
        self._screen, self._moved = screen, screen.moved(values)

    def __getitem__(self, name: str) -> Outcome:
        """Figures of a scenario.

        Raises
        ------
        RunError
            When it, or a measure of it, could not be simulated.
        """
        why = self.problem(name)
        if why:
            raise RunError(f"{name}: {why}")
        return self._screen.layout.outcome(self._screen.figures(name, self._moved))

    def problem(self, *names: str) -> str:
        """Why the first of some scenarios that cannot be screened cannot be; empty where all can."""
        return next((why for name in names if (why := self._screen.problem(name))), "")

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._screen.sets if not self.problem(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Layout:
    """Where the figures of an outcome stand in one row of numbers."""

    def __init__(self, examples: Sequence[Outcome]) -> None:
        self.names: list[tuple[str, str]] = []
        for field in fields(Outcome):
            values = [getattr(each, field.name) for each in examples]
            if isinstance(values[0], dict):
                self.names += [(field.name, key) for key in dict.fromkeys(key for each in values for key in each)]
            else:
                self.names.append((field.name, ""))

    def row(self, outcome: Outcome) -> Floats:
        """An outcome as numbers."""
        told = asdict(outcome)
        return np.array([told[name].get(key, 0.0) if key else told[name] for name, key in self.names], dtype=np.float64)

    def outcome(self, row: Floats) -> Outcome:
        """Numbers as an outcome."""
        found: dict[str, object] = {}
        for (name, key), value in zip(self.names, row.tolist(), strict=True):
            if key:
                found.setdefault(name, {})[key] = value  # type: ignore[index]
            else:
                found[name] = value
        dicts: dict[str, object] = {field.name: {} for field in fields(Outcome) if field.name not in found}
        return Outcome(**{**dicts, **found})  # type: ignore[arg-type]


class Screen:
    """Responses of a site's scenarios.

    Attributes
    ----------
    runs : simulations that the fit took. sets : measures by scenario. error : of each fitted scenario's savings, as root mean square of
        runs that the fit had not seen over the mean saving.
    """

    def __init__(
        self, numbers: Sequence[Quantity], names: Sets, central: Sample, drawn: Sequence[Sample], values: Sequence[Mapping[str, float]]
    ) -> None:  # fmt: skip
        self._numbers, self.sets = list(numbers), dict(names)
        self._problems: dict[str, str] = {}
        self._responses: dict[str, Response] = {}
        sound = {name: sample for name in (name for name, _ in names) if (sample := self._sound(name, central, drawn))}
        if BASELINE not in sound:
            raise RunError(
                f"the baseline cannot be screened: {self._problems.get(BASELINE, 'it is not among the scenarios')}"
            )
        self.layout = Layout([central[name] for name in sound])
        moved = np.array([self.moved(each) for each in values]).reshape(len(values), len(self._numbers))
        for name in sound:
            rows = np.array([self.layout.row(each[name]) for each in drawn])
            self._responses[name] = _fit(moved, rows, self.layout.row(central[name]))
        self.runs = len(sound) * (len(drawn) + 1)
        self.error = {name: self._error(name) for name in sound if name != BASELINE}

    def _sound(self, name: str, central: Sample, drawn: Sequence[Sample]) -> bool:
        """Whether a scenario ran with every sample; it may not have been asked for."""
        try:
            why = next((why for each in (central, *drawn) if (why := each.problem(name))), "")
        except KeyError:
            return False
        if why:
            self._problems[name] = why
        return not why

    def _error(self, name: str) -> dict[str, float | None]:
        base, own = self._responses[BASELINE], self._responses[name]
        found: dict[str, float | None] = {}
        for label in TOLD:
            place = self.layout.names.index((label, ""))
            saving = float(base.centre[place] - own.centre[place])
            off = base.residuals[:, place] - own.residuals[:, place]
            found[label] = float(np.sqrt(np.mean(off**2)) / abs(saving)) if off.size and saving else None
        return found

    def moved(self, values: Mapping[str, float]) -> Floats:
        """How far numbers are from their middle, as shares of their range."""
        return np.array([(values.get(q.place, q.value) - q.value) / (q.high - q.low) for q in self._numbers])

    def sample(self, values: Mapping[str, float]) -> Sketch:
        """All scenarios with other numbers."""
        return Sketch(self, values)

    def problem(self, name: str) -> str:
        """Why a scenario cannot be screened."""
        if name in self._responses:
            return ""
        if name in self._problems:
            return self._problems[name]
        if name not in self.sets:
            return "is not a scenario of this study"
        lacking = [each for each in self.sets[name] if each not in self._responses]
        return (
            f"its measure {lacking[0]} could not be run alone: {self._problems.get(lacking[0], 'not asked for')}"
            if lacking
            else ""
        )

    def figures(self, name: str, moved: Floats) -> Floats:
        """Figures of a scenario; of a set that was not run, the baseline less what each measure saves by itself."""
        if name in self._responses:
            return self._responses[name].at(moved)
        base = self._responses[BASELINE].at(moved)
        return base + sum((self._alone(each, moved, base) for each in self.sets[name]), np.zeros_like(base))

    def _alone(self, measure: str, moved: Floats, base: Floats) -> Floats:
        """What a measure adds to those that it needs."""
        needed = [each for each in self.sets[measure] if each != measure]
        own = self._responses[measure].at(moved) - base
        return own - sum((self._alone(each, moved, base) for each in needed), np.zeros_like(base))


def _fit(moved: Floats, rows: Floats, centre: Floats) -> Response:
    """Least squares through all runs; `centre` is the run of the middle numbers, for where there is nothing to fit."""
    if moved.shape[1] == 0:
        return Response(centre, np.zeros((0, len(centre))), np.zeros((0, len(centre))))
    told = np.column_stack((np.ones(len(moved)), moved))
    inverse = np.linalg.pinv(told)
    found = inverse @ rows
    leverage = np.minimum(np.einsum("ij,ji->i", told, inverse), 1.0 - 1e-9)
    return Response(found[0], found[1:], (rows - told @ found) / (1.0 - leverage)[:, None])


def screen(
    site: Site, weather: str, step: float, numbers: Sequence[Quantity], names: Sets, seed: int, means: Means, progress: Progress | None = None
) -> Screen:  # fmt: skip
    """Fit scenarios to first order in uncertain numbers, from about as many runs of each as there are numbers.

    Parameters
    ----------
    site, weather, step : as in `compare`. [s] numbers : uncertain numbers that runs depend on. names : scenarios, the baseline
        first. seed : of the runs' samples. means, progress : as in `work_study`.

    Raises
    ------
    RunError
        When the baseline cannot be simulated.
    """
    fitted = [each for each in names if len(names) <= MOST or each[0] == BASELINE or each[0] in each[1]]
    count = len(numbers) + 1 + max(SPARE, len(numbers) // SHARE) if numbers else 0
    values = draw(numbers, count, seed)
    tasks = [Task(site, weather, step, each, fitted) for each in ({}, *values)]
    answers = work_study(tasks, means, progress)
    return Screen(numbers, names, answers[0], answers[1:], values)
