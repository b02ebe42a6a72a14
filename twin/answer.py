"""Answer a question about a site: compare its measures, read its building over BACnet, write the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.files import write_text
from twin.site.site import Site
from twin.study.compare import compare
from twin.study.detail import (
    SCHEMA_VERSION,
    abatement_curve,
    best_scenario,
    compared,
    detail,
    manifest_of,
    worth_a_curve,
)
from twin.study.engine import Means
from twin.study.sampling import Sampling
from twin.study.sensitivity import Aim, sensitivity
from twin.study.task import run
from twin.study.terms import terms_of

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Question:
    """A site with its measures, the weather by name, the tick [s], samples and their seed, processes, BACnet or not, and what the study may use."""

    site: Site
    weather: str
    step: float
    samples: int
    seed: int
    workers: int | None
    bacnet: bool
    economics: Path | None = None
    """Terms of the appraisal; those beside the site when None."""
    means: Means | None = None
    sampling: Sampling = "lhs"
    sensitivity: Aim | None = None
    """Global sensitivities, where they are wanted."""
    abatement: bool = False
    """Also work out the abatement curve, where the site has few enough measures."""


def answer(question: Question, report: Path | None, progress: Progress) -> dict[str, Any]:
    """The study in the stable keys of `twin study --json`; also writes the report when a path is given.

    Parameters
    ----------
    progress : told (what is being done, steps done, steps in all).

    Raises
    ------
    TwinError
        When a run, the building or the report fails.
    """
    site, step = question.site, question.step
    terms = terms_of(site, question.economics)
    if question.sensitivity:
        question.sensitivity.check(site)
    progress("compiling kernels (first time only)", 0, 1)
    central = run(site, question.weather, step, {}, ())
    found = compare(
        site, question.weather, step, question.samples, question.seed, question.workers,
        lambda done, total: progress("comparing scenarios", done, total),
        means=question.means, terms=terms, sampling=question.sampling,
    )  # fmt: skip
    manifest = manifest_of(site, central, question.weather, step, question.samples, question.seed, question.sampling)
    found |= {"balance": central.balance, "notes": central.notes, "manifest": manifest, "bacnet": None}
    best = best_scenario(found["scenarios"])
    measures = next((tuple(row["measures"]) for row in found["scenarios"] if row["name"] == best), ())
    progress("running the best scenario once more", 0, 1)
    own = run(site, question.weather, step, {}, measures)
    found = {"schema_version": SCHEMA_VERSION, **found, "detail": detail(site, best, central, own, terms)}
    if question.abatement and worth_a_curve(site):
        progress("running measures on top of each other", 0, 1)
        means = question.means or Means(question.workers)
        found["abatement"] = abatement_curve(site, question.weather, step, terms, means)
    if question.sensitivity:
        found["sensitivity"] = sensitivity(
            site, question.sensitivity, question.weather, step, terms, question.seed, question.means,
            lambda done, total: progress("working out sensitivities", done, total),
        )  # fmt: skip
    if question.bacnet:
        from twin.live.comparison import compare_live

        found["bacnet"], frame = compare_live(
            site, lambda done, total: progress("reading the virtual building over BACnet/IP", done, total)
        )
        found["detail"]["bacnet"] = compared(frame)
    if report:
        from twin.dashboard.report import render

        write_text(render(found), report)
    return found
