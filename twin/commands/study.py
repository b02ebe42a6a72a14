"""The command `twin study`: a site beside its retrofit measures, with the spread of every figure."""

from __future__ import annotations

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from twin.commands.options import (
    AsJson,
    Components,
    Dask,
    Economics,
    Mixed,
    SiteText,
    Step,
    StoreFolder,
    Workers,
    extend,
    progress_bar,
    study_means,
)
from twin.commands.sets import show_interactions, show_search
from twin.condition_tables import show_conditions
from twin.tables import out, print_json, show_study


class Design(StrEnum):
    """Which sets of measures a study runs."""

    alone = "alone"
    one_at_a_time = "one-at-a-time"
    factorial = "factorial"
    packages = "packages"


def study(
    site: SiteText,
    weather: Annotated[list[str] | None, typer.Option(help="City, .epw or .csv, each also with a change such as +2050-ssp245 or +2.0K; may be repeated; default is the site's typical year.")] = None,
    tariff: Annotated[list[str] | None, typer.Option(help="Tariff of the library or the site in place of the site's own; may be repeated.")] = None,
    carbon_year: Annotated[list[int] | None, typer.Option(help="Year of the grid's carbon factors; may be repeated.", min=1950, max=2100)] = None,
    scenarios: Annotated[Path | None, typer.Option(help="Scenarios that a file names; default is scenarios.yaml beside the site.")] = None,
    step: Step = 60,
    samples: Annotated[int, typer.Option(help="Samples of the uncertain numbers.", min=2)] = 30,
    seed: Annotated[int, typer.Option(help="Seed of the samples.")] = 0,
    workers: Workers = 0,
    design: Annotated[Design, typer.Option(help="Sets of measures: each alone, each also last in, all that go together, or packages.")] = Design.alone,
    measure: Annotated[list[str] | None, typer.Option(help="A measure to study, NAME:ARGUMENT=VALUE,...; may be repeated; the site's own when left out.")] = None,
    search: Annotated[bool, typer.Option("--search", help="Also find the sets that are best in cost and carbon.")] = False,
    screening: Annotated[bool, typer.Option("--screening", help="Take most samples from a fit to first order of fewer runs.")] = False,
    trials: Annotated[int, typer.Option(help="Sets that --search or a factorial design runs at most.", min=1)] = 256,
    store: StoreFolder = None,
    dask: Dask = "",
    mixed: Mixed = False,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    save: Annotated[Path | None, typer.Option(help="Keep the study as one JSON file, which `twin report` reads.")] = None,
    abatement: Annotated[bool | None, typer.Option("--abatement/--no-abatement", help="Also the abatement curve; by default with --report and --save.")] = None,
    bacnet: Annotated[bool, typer.Option("--bacnet", help="Also read two weeks from a virtual building over BACnet/IP.")] = False,
    sampling: Annotated[Literal["lhs", "sobol"], typer.Option(help="How samples are drawn.")] = "lhs",
    sensitivity: Annotated[Literal["morris", "sobol"] | None, typer.Option(help="Also rank what the spread comes from, by this method.")] = None,
    trajectories: Annotated[int, typer.Option(help="Of Morris' method; 0 takes 10.", min=0)] = 0,
    base_samples: Annotated[int, typer.Option(help="Of Sobol' indices, a power of two; 0 takes 64.", min=0)] = 0,
    of: Annotated[str, typer.Option(help="Measure or package whose sensitivities are wanted; the last when left out.")] = "",
    economics: Economics = None,
    components: Components = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Compare a site with its retrofit measures, with P10-P50-P90 on every saving."""
    from twin.site.load import load

    extend(components)
    from twin.answer import Question
    from twin.answer import answer as find_answer
    from twin.commands.uncertainty import aim
    from twin.study.across import cases_of
    from twin.study.design import choose

    found = choose(load(site), measure or ())
    means = study_means(workers, store, dask, mixed)
    cases = tuple(cases_of(found, weather or (), tariff or (), carbon_year or (), scenarios, design.value, trials))
    question = Question(
        found, cases, step * 60.0, samples, seed, bacnet, economics, means,
        sampling, aim(sensitivity or "", trajectories, base_samples, of), design.value, search, trials, screening,
        bool(report or save) if abatement is None else abatement, f"twin {shlex.join(sys.argv[1:])}",
    )  # fmt: skip
    with progress_bar() as bar:
        task = bar.add_task("preparing", total=None)
        answer = find_answer(
            question, report, lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
        )
    _tell(answer, {"report": report, "study": save}, as_json)


def _tell(answer: dict[str, Any], written: dict[str, Path | None], as_json: bool) -> None:
    """Keep a study where that was asked for, and print it as tables or as JSON."""
    from twin.commands.uncertainty import show_uncertainty
    from twin.files import write_text

    if written["study"]:
        write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", written["study"])
    if as_json:
        print_json(answer)
        return
    for show in (show_study, show_uncertainty, show_conditions, show_interactions, show_search):
        show(answer)
    for what, path in written.items():
        if path:
            out.print(f"{what}: {path}")
