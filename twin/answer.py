"""Answer a question about a site: compare its measures, read its building over BACnet, write the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.files import write_text
from twin.site.site import Site
from twin.study.abatement import abatement
from twin.study.across import Case, cases_of, compare_cases
from twin.study.design import MOST
from twin.study.detail import SCHEMA_VERSION, best_scenario, compared, detail, worth_a_curve
from twin.study.engine import ALL_CORES, Means
from twin.study.sampling import Sampling
from twin.study.sensitivity import Aim, sensitivity
from twin.study.task import run
from twin.study.terms import terms_of

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Question:
    """A site with its measures, the conditions, the tick [s], samples and their seed, BACnet or not, and what the study may use."""

    site: Site
    cases: tuple[Case, ...]
    """Conditions with the site under each; the site's own when empty."""
    step: float
    samples: int
    seed: int
    bacnet: bool
    economics: Path | None = None
    """Terms of the appraisal; those beside the site when None."""
    means: Means = ALL_CORES
    sampling: Sampling = "lhs"
    sensitivity: Aim | None = None
    """Global sensitivities, where they are wanted."""
    design: str = "alone"
    """Which sets of measures are run; see `twin.study.design`."""
    search: bool = False
    """Also look for the Pareto front of cost against carbon."""
    trials: int = MOST
    """Sets of measures that are tried at most."""
    screening: bool = False
    """Take most samples from a fit to first order."""
    abatement: bool = False
    """Also work out the abatement curve, where the site has few enough measures."""
    command: str = ""
    """What was typed, for the manifest."""


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
    cases = question.cases or tuple(cases_of(question.site, design=question.design, most=question.trials))
    step = question.step
    site, weather = cases[0].site, cases[0].condition.weather
    terms = terms_of(site, question.economics)
    if question.sensitivity:
        question.sensitivity.check(site)
    progress("compiling kernels (first time only)", 0, 1)
    central = run(site, weather, step, {}, ())
    found = compare_cases(
        cases, step, question.samples, question.seed, terms, question.means,
        lambda done, total: progress("comparing scenarios", done, total), question.sampling, question.design, question.screening,
    )  # fmt: skip
    manifest = {**central.manifest(), "seed": question.seed, "samples": question.samples, "command": question.command}
    found |= {"balance": central.balance, "notes": central.notes, "manifest": manifest, "bacnet": None}
    best = best_scenario(found["scenarios"])
    measures = next((tuple(row["measures"]) for row in found["scenarios"] if row["name"] == best), ())
    progress("running the best scenario once more", 0, 1)
    own = run(site, weather, step, {}, measures)
    found = {"schema_version": SCHEMA_VERSION, **found, "detail": detail(site, best, central, own, terms)}
    found["search"] = _searched(question, cases[0], progress) if question.search else None
    if question.abatement and not question.search and worth_a_curve(site):
        found["abatement"] = abatement(
            site, weather, step, terms=terms, means=question.means,
            progress=lambda done, total: progress("running measures on top of each other", done, total),
        )  # fmt: skip
    if question.sensitivity:
        found["sensitivity"] = sensitivity(
            site, question.sensitivity, weather, step, terms, question.seed, question.means,
            lambda done, total: progress("working out sensitivities", done, total),
        )  # fmt: skip
    if question.bacnet:
        from twin.live.comparison import compare_live

        found["bacnet"], frame = compare_live(
            site, lambda done, total: progress("reading the virtual building over BACnet/IP", done, total)
        )
        found["detail"]["bacnet"] = compared(frame)
    if report:
        from twin.dashboard.report.page import render

        write_text(render(found), report)
    return found


def _searched(question: Question, case: Case, progress: Progress) -> dict[str, Any]:
    """The best sets of measures under a condition, by the terms and with the samples of the study."""
    from twin.study.search import search

    terms = terms_of(question.site, question.economics)
    return search(
        case.site, case.condition.weather, question.step, question.samples, question.seed, terms,
        question.means, question.trials, lambda done, total: progress("searching sets of measures", done, total),
        question.sampling,
    )  # fmt: skip
