"""Global sensitivities of a study: which uncertain numbers make the spread of a baseline, a saving and its net present value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from twin.site.measures import with_needs
from twin.site.problems import Problems
from twin.site.provenance import Quantity
from twin.site.site import Site
from twin.study import indices
from twin.study.appraisal import amounts, cash_flow
from twin.study.engine import ALL_CORES, Means, Progress, work_study
from twin.study.indices import RANKED, SMALL, Design, Indices, Method, SensitivityError
from twin.study.sampling import placed
from twin.study.task import BASELINE
from twin.study.terms import Terms
from twin.study.uncertain import Uncertain, uncertain

Floats = npt.NDArray[np.float64]
TRAJECTORIES, BASE = 10, 64
MANY = 20
"""Numbers beyond which Morris' screening comes before Sobol', and that it leaves at most."""
OUTPUTS = {
    "baseline_electricity_kwh": "kWh", "saving_kwh": "kWh", "saving_cost_cny": "CNY", "saving_inventory_t": "t", "npv": "CNY",
}  # fmt: skip
MAIN = "saving_kwh"
"""The output whose rows stand first."""


@dataclass(frozen=True)
class Aim:
    """What is asked: the method, how much of it, and of which measure or package; the last one when empty.

    Attributes
    ----------
    trajectories : of Morris' method, also where it screens. base_samples : of Sobol', a power of two.
    """

    method: Method
    trajectories: int = TRAJECTORIES
    base_samples: int = BASE
    of: str = ""

    def check(self, site: Site) -> None:
        """Refuse what cannot be worked out, before anything is run.

        Raises
        ------
        SensitivityError
            For a wrong word or number, and when the extra is missing.
        SiteError
            When the site has no such measure or package.
        """
        if self.method not in get_args(Method):
            raise SensitivityError(f"--sensitivity {self.method}: must be {' or '.join(get_args(Method))}")
        if self.trajectories < indices.FEWEST:
            raise SensitivityError(f"--trajectories {self.trajectories}: must be at least {indices.FEWEST}")
        if self.base_samples < 4 or self.base_samples & (self.base_samples - 1):
            near = max(4, 1 << round(float(np.log2(max(self.base_samples, 1)))))
            raise SensitivityError(f"--base-samples {self.base_samples}: must be a power of two, such as {near}")
        known = (*site.measures, *site.packages)
        if self.of and self.of not in known:
            problems = Problems()
            problems.unknown(str(site.path.parent / "measures.yaml"), f"--of {self.of}", self.of, known)
            problems.check()
        indices.salib("util")

    def scenario(self, site: Site) -> tuple[str, tuple[str, ...]] | None:
        """The scenario in question; None where the site has no measures."""
        name = self.of or next(reversed([*site.measures, *site.packages]), "")
        if not name:
            return None
        return name, site.packages[name] if name in site.packages else with_needs(site, name)


@dataclass(frozen=True)
class Model:
    """The figures of a site and a scenario as a function of uncertain numbers, worked by the engine of studies."""

    site: Site
    weather: str
    step: float
    scenario: tuple[str, tuple[str, ...]] | None
    terms: Terms
    means: Means

    @cached_property
    def scenarios(self) -> list[tuple[str, tuple[str, ...]]]:
        """The baseline, and the scenario in question."""
        return [(BASELINE, ()), *([self.scenario] if self.scenario else [])]

    @cached_property
    def numbers(self) -> Uncertain:
        """Numbers that the outputs depend on."""
        return uncertain(self.site, self.scenarios, self.terms if self.scenario else None)

    @property
    def outputs(self) -> list[str]:
        """Names of the outputs."""
        return list(OUTPUTS) if self.scenario else list(OUTPUTS)[:1]

    def __call__(
        self, rows: Sequence[dict[str, float]], progress: Progress | None = None
    ) -> tuple[dict[str, Floats], set[str]]:
        """Outputs for each row of values, none where a run cannot be simulated, and the keys of all runs.

        Rows that differ in prices, lifetimes and terms share their runs.
        """
        tasks = [
            each for row in rows for each in self.numbers.tasks(self.site, self.weather, self.step, row, self.scenarios)
        ]
        answers = work_study(tasks, self.means, progress)
        wide, found = len(self.scenarios), np.full((len(rows), len(self.outputs)), np.nan)
        pieces = amounts(self.site, self.scenario[1]) if self.scenario else {}
        for place, row in enumerate(rows):
            runs = answers[wide * place : wide * (place + 1)]
            if any(run.problem(name) for run, (name, _) in zip(runs, self.scenarios, strict=True)):
                continue
            base = runs[0][BASELINE]
            found[place, 0] = base.electricity
            if self.scenario:
                own = runs[1][self.scenario[0]]
                worth = cash_flow(self.site, pieces, base, own, self.terms, row).npv
                saved = (base.electricity - own.electricity, base.cost - own.cost, base.inventory - own.inventory)
                found[place, 1:] = (*saved, worth)
        keys = {key for each in answers.keys for key in each}
        return dict(zip(self.outputs, found.T, strict=True)), keys


def sensitivity(
    site: Site,
    aim: Aim,
    weather: str,
    step: float,
    terms: Terms,
    seed: int = 0,
    means: Means = ALL_CORES,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Global sensitivities in the stable keys of `twin study --json`, `sensitivity`.

    Parameters
    ----------
    aim : method and scenario. weather : by name. step : tick. [s] terms : of the appraisal. seed : of the designs.
    means : what the runs may use, and the store that keeps them. progress : told (runs done, runs in all) of those to do.

    Raises
    ------
    TwinError
        When nothing is uncertain, too few runs can be simulated, or the runs cannot go on.
    """
    aim.check(site)
    model = Model(site, weather, step, aim.scenario(site), terms, means)
    asked = model.numbers.all
    if not asked:
        raise SensitivityError(f"{site.path}: no number has a range, so that nothing makes a spread; write some as '10 kW [8 .. 12] assumed'")  # fmt: skip
    frozen: list[dict[str, Any]] = []
    runs, points = set[str](), 0
    if aim.method == "sobol" and len(asked) > MANY:
        first = indices.morris(len(asked), aim.trajectories, seed)
        figures, keys = model(placed(asked, first.points), progress)
        runs, points = keys, len(first.points)
        asked, frozen = _screened(asked, first, figures, model.numbers.names)
    make: Callable[[int, int, int], Design] = indices.morris if aim.method == "morris" else indices.sobol
    design = make(len(asked), aim.trajectories if aim.method == "morris" else aim.base_samples, seed)
    figures, keys = model(placed(asked, design.points), progress)
    told = [_told(name, indices.analyse(design, figures[name]), asked, model.numbers, aim.method) for name in figures]
    main = next((each for each in told if each["output"] == MAIN), told[0])
    return {
        "method": aim.method, "of": model.scenario[0] if model.scenario else None, "seed": seed,
        "trajectories": aim.trajectories if aim.method == "morris" or frozen else None,
        "base_samples": aim.base_samples if aim.method == "sobol" else None,
        "points": points + len(design.points), "runs": len(runs | keys), **main,
        "others": [each for each in told if each is not main], "frozen": frozen,
    }  # fmt: skip


def _screened(
    asked: Sequence[Quantity], design: Design, figures: dict[str, Floats], names: Any
) -> tuple[list[Quantity], list[dict[str, Any]]]:
    """Numbers that matter for some output, at most `MANY`, and those that are frozen at their middle value.

    A number is frozen where its mean absolute effect is below 5 % of the largest one, in every output.
    """
    share, part = np.zeros(len(asked)), np.zeros(len(asked))
    for values in figures.values():
        found = indices.analyse(design, values).values
        if found:
            share = np.maximum(share, found["mu_star"] / found["mu_star"].max())
            power = found["mu"] ** 2 + found["sigma"] ** 2
            part = np.maximum(part, power / power.sum())
    order = np.argsort(-share, kind="stable")
    kept = {int(each) for each in order[:MANY] if share[each] >= SMALL} or {int(order[0])}
    frozen = [
        {"parameter": names[asked[at].place], "place": _line(asked[at]), "mu_star_share": float(share[at]), "square_share": float(part[at])}
        for at in map(int, order) if at not in kept
    ]  # fmt: skip
    return [q for at, q in enumerate(asked) if at in kept], frozen


def _told(output: str, found: Indices, asked: Sequence[Quantity], numbers: Uncertain, method: Method) -> dict[str, Any]:
    """One output: its indices from the largest to the smallest, their sums, and what to know of them."""
    names = [numbers.names[q.place] for q in asked]
    money = {q.place for q in numbers.money}
    values, ranked = found.values, RANKED[method]
    doubt = indices.doubtful(found, method) if values else np.zeros(len(asked), dtype=bool)
    rows = []
    for at, q in enumerate(asked):
        own = {name: float(values[name][at]) if values else 0.0 for name in indices.SHOWN[method]}
        rows.append({
            "parameter": names[at], "place": _line(q), "unit": q.unit, "value": q.value, "low": q.low, "high": q.high,
            "stated": q.show(q.value), "range": f"{q.show(q.low)} .. {q.show(q.high)}", "kind": q.kind, "source": q.source,
            "money": q.place in money, **own, "matters": own[ranked] > 0.0, "doubtful": bool(doubt[at]),
        })  # fmt: skip
    said = indices.remark(found, method, names)
    sums = {f"sum_{name}": float(values[name].sum()) if values else 0.0 for name in ("S1", "ST") if method == "sobol"}
    return {
        "output": output, "output_unit": OUTPUTS[output], "mean": found.mean, "deviation": found.deviation,
        "rows": sorted(rows, key=lambda row: -float(row[ranked])), **sums, "note": said["en"], "note_zh": said["zh"],
    }  # fmt: skip


def _line(quantity: Quantity) -> str:
    """File and line that state a number."""
    return quantity.place.rpartition("/")[2]
