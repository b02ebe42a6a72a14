"""The command line: `twin sites | check | run | bill | study | report | abatement | ledger | measures | screen | validate | points | bacnet | live | serve | accounts | history | schema | catalogue`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from twin.commands import accounts, bacnet, desk, history, inventory
from twin.commands.abatement import abatement
from twin.commands.bill import bill
from twin.commands.ledger import ledger
from twin.commands.live import live
from twin.commands.measures import measures
from twin.commands.options import AsJson, Components, SiteText, Step, WeatherText, err, extend, progress_bar
from twin.commands.report import report
from twin.commands.serve import serve
from twin.commands.sites import sites
from twin.commands.study import study
from twin.errors import TwinError
from twin.tables import out, print_json, show_exam, show_run

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Energy twins of buildings and campuses.",
)
exams = typer.Typer(no_args_is_help=True, help="Exams of the field: the twin beside reference programs.")
app.add_typer(exams, name="validate")
app.add_typer(history.app, name="history")
app.add_typer(bacnet.app, name="bacnet")
app.add_typer(accounts.app, name="accounts")
app.command()(sites)
app.command()(bill)
app.command()(study)
app.command()(abatement)
app.command()(bacnet.points)
app.command()(live)
app.command()(measures)
app.command()(ledger)
app.command()(report)
app.command()(serve)
bacnet.app.command()(inventory.inventory)
bacnet.app.command("map")(inventory.map_points)
bacnet.app.command()(desk.desk)


@app.command()
def check(site: SiteText, components: Components = None, as_json: AsJson = False) -> None:
    """Check a site file and say what it holds; every problem is reported at once."""
    from collections import Counter

    from twin.sim.plan import Plan
    from twin.site.load import load

    extend(components)
    found = load(site)
    plan = Plan(list(found.components), found.wiring())
    kinds = Counter(type(c).kind for c in found.components)
    answer = {
        "site": found.name.get("en", ""),
        "path": str(found.path),
        "components": dict(sorted(kinds.items())),
        "generations": len({batch[0] for batch in plan.batches}),
        "numbers": len({q.place for q in found.quantities.values()}),
        "uncertain": len(found.assumptions()),
        "without_source": [f"{q.place}: {q.text}" for q in found.unsourced()],
        "measures": sorted(found.measures),
        "filled_in": {room: {w: v for (r, w), v in found.filled.items() if r == room} for room, _ in found.filled},
        "digest": found.digest(),
    }
    if as_json:
        print_json(answer)
        return
    out.print(f"[bold]{escape(str(answer['site']))}[/bold]: {len(found.components)} components, no problem found")
    table = Table("kind", "number")
    for kind, number in sorted(kinds.items()):
        table.add_row(kind, str(number))
    out.print(table)
    out.print(
        f"{answer['numbers']} numbers in the file, {answer['uncertain']} with a range, {len(found.unsourced())} without a source"
    )
    for line in answer["without_source"]:  # type: ignore[attr-defined]
        out.print(f"  no source: {escape(line)}")
    for (room, what), value in found.filled.items():
        out.print(f"  filled in: {escape(room)}.{what}: {escape(value)}")


@app.command()
def run(
    site: SiteText,
    weather: WeatherText = "",
    start: Annotated[
        datetime | None, typer.Option(help="First hour, local standard time.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
    ] = None,
    end: Annotated[
        datetime | None, typer.Option(help="End, not included.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
    ] = None,
    step: Step = 15,
    measure: Annotated[
        list[str] | None, typer.Option(help="A measure to apply, such as battery:capacity=4 MWh; may be repeated.")
    ] = None,
    table: Annotated[Path | None, typer.Option(help="Write every recorded tick to this .parquet or .csv file.")] = None,
    components: Components = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a site, by default its calendar year."""
    from twin.site.load import load

    extend(components)
    found = load(site)
    if measure:
        found = found.with_measures(*measure)
    from twin.study.runner import simulate
    from twin.weather.year import Weather

    with progress_bar() as bar:
        task = bar.add_task("preparing kernels", total=None)
        result = simulate(
            found,
            Weather.named(weather, found.year) if weather else None,
            start,
            end,
            step * 60.0,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if table:
        from twin.files import write_frame

        write_frame(result.frame(), table, "time")
    summary = result.summary()
    if as_json:
        print_json(summary)
        return
    show_run(summary)


@app.command()
def screen(
    site: SiteText, weather: WeatherText = "", step: Step = 15, components: Components = None, as_json: AsJson = False
) -> None:
    """Loads of every room told by surfaces, by linear models of few modes: fast, and within a tenth or so of the full physics."""
    from datetime import datetime

    from twin.site.load import load

    extend(components)
    found = load(site)
    from twin.screening.screen import screen as find_loads
    from twin.sim.scene import Clock, Scene
    from twin.weather.almanac import Almanac
    from twin.weather.year import Weather

    sky = Weather.named(weather or found.location.climate, found.year)
    start = datetime(found.year, 1, 1, tzinfo=sky.start.tzinfo)
    days = (start.replace(year=found.year + 1) - start).days
    clock = Clock(start, round(days * 1440 / step), step * 60.0)
    loads = find_loads(found, Scene(sky, Almanac(found.location.country)), clock)
    rows = {
        name: {k: v / 3.6e9 if k in ("heating", "cooling") else v for k, v in vars(each).items()}
        for name, each in loads.items()
    }
    if as_json:
        print_json(rows)
        return
    table = Table("room", "heating MWh", "cooling MWh", "peak heating kW", "peak cooling kW", "degC")
    for name, each in rows.items():
        table.add_row(
            escape(name), f"{each['heating']:.2f}", f"{each['cooling']:.2f}", f"{each['peak_heating'] / 1e3:.2f}",
            f"{each['peak_cooling'] / 1e3:.2f}", f"{each['coldest']:.1f} .. {each['warmest']:.1f}",
        )  # fmt: skip
    out.print(table)


@exams.command("ashrae140")
def ashrae140(
    cases: Annotated[Path, typer.Option(help="File of cases (JSON).")],
    reference: Annotated[Path, typer.Option(help="Results of the reference programs (CSV).")],
    weather: Annotated[Path, typer.Option(help="The standard's weather (.epw).")],
    case: Annotated[list[str] | None, typer.Option(help="A case to run; may be repeated; all when left out.")] = None,
    step: Step = 15,
    page: Annotated[Path | None, typer.Option(help="Also write a Markdown page and its plot here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run the thermal fabric cases of ANSI/ASHRAE Standard 140 beside the six reference programs."""
    from twin.validate import ashrae140 as exam
    from twin.validate.page import write
    from twin.validate.reference import beside, differences, read
    from twin.weather import Weather

    rows, chosen = read(reference), exam.choose(exam.cases(cases), case or ())
    sky = Weather.epw(weather)
    with progress_bar() as bar:
        task = bar.add_task("running cases", total=len(chosen))
        found = exam.examine(chosen, sky, step * 60.0, lambda done, total: bar.update(task, completed=done))
    values, gaps = beside(rows, found), differences(rows, found)
    if page:
        write(page, values, gaps, step)
    if as_json:
        print_json({"values": values, "differences": gaps})
        return
    show_exam(values, gaps)
    if page:
        out.print(f"page: {page}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of site files, for editors."""
    from twin.site.schema import schema as make

    print_json(make())


@app.command()
def catalogue(
    kind: Annotated[str, typer.Argument(help="One kind; all when left out.")] = "",
    components: Components = None,
    as_json: AsJson = False,
) -> None:
    """Describe the component kinds: parameters, signals, ports."""
    from twin.core import catalogue as kinds
    from twin.core.describe import describe, page

    extend(components)
    chosen = [kinds.kind(kind)] if kind else list(kinds.kinds().values())
    if as_json:
        print_json([describe(each) for each in chosen])
        return
    for each in chosen:
        sys.stdout.write(page(each) + "\n")


def main() -> None:
    """Run the command line; a problem the user can mend becomes one message and an exit code."""
    try:
        sys.exit(app(standalone_mode=False) or 0)  # typer hands an Exit's code back here
    except (typer.Abort, KeyboardInterrupt):
        err.print("stopped; nothing half-written is left")
        sys.exit(130)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except TwinError as problem:
        err.print(escape(str(problem)), soft_wrap=True, highlight=False)
        sys.exit(problem.exit_code)
    except Exception as problem:
        if type(problem).__module__.startswith(("click", "typer")) and hasattr(problem, "exit_code"):
            err.print(escape(problem.format_message()) if hasattr(problem, "format_message") else escape(str(problem)))
            sys.exit(problem.exit_code)
        raise
