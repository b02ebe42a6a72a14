"""The command `twin study`: a site beside its retrofit measures, with the spread of every figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from twin.commands.options import (
    AsJson,
    Components,
    Economics,
    SiteText,
    Step,
    Workers,
    err,
    extend,
    progress_bar,
)
from twin.condition_tables import show_conditions
from twin.tables import out, print_json, show_study


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
    store: Annotated[Path | None, typer.Option(help="Folder that keeps every finished run; the user's cache when left out.")] = None,
    dask: Annotated[str, typer.Option(help="Address of a Dask scheduler whose workers do the work.")] = "",
    mixed: Annotated[bool, typer.Option("--mixed", help="Take workers whose processor or packages differ.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    save: Annotated[Path | None, typer.Option(help="Keep the study as one JSON file, which `twin report` reads.")] = None,
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
    found = load(site)
    from twin.answer import Question
    from twin.answer import answer as find_answer
    from twin.commands.uncertainty import aim
    from twin.files import write_text
    from twin.stock import cache_folder
    from twin.study.across import cases_of
    from twin.study.engine import Means

    means = Means(
        workers or None, store or cache_folder() / "studies", dask, mixed,
        lambda line: err.print(escape(line), soft_wrap=True, highlight=False),
    )  # fmt: skip
    cases = tuple(cases_of(found, weather or (), tariff or (), carbon_year or (), scenarios))
    question = Question(
        found, cases, step * 60.0, samples, seed, workers or None, bacnet, economics, means,
        sampling, aim(sensitivity or "", trajectories, base_samples, of),
    )  # fmt: skip
    with progress_bar() as bar:
        task = bar.add_task("preparing", total=None)
        answer = find_answer(
            question, report, lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
        )
    if save:
        write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", save)
    if as_json:
        print_json(answer)
        return
    _show(answer, {"report": report, "study": save})


def _show(answer: dict[str, Any], written: dict[str, Path | None]) -> None:
    """Print a study as tables, and which files were written."""
    from twin.commands.uncertainty import show_uncertainty

    for show in (show_study, show_uncertainty, show_conditions):
        show(answer)
    for what, path in written.items():
        if path:
            out.print(f"{what}: {path}")
