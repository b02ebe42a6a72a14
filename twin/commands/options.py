"""Options that several commands take, and the progress bar they show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from twin.study.engine import Means

err = Console(stderr=True)

SiteText = Annotated[
    str, typer.Argument(metavar="SITE", help="Folder or file of a site, or the name of a shipped one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
WeatherText = Annotated[
    str,
    typer.Option(
        help="City, .epw or .csv, each also with a change such as +2050-ssp245; default is the site's typical year."
    ),
]
Step = Annotated[int, typer.Option(help="Length of a tick in minutes; must divide the hour.", min=1, max=60)]
Measures = Annotated[list[str] | None, typer.Option(help="A measure to apply; may be repeated.")]
Workers = Annotated[int, typer.Option(help="Processes; 0 takes all cores.", min=0)]
Economics = Annotated[
    Path | None, typer.Option(help="Terms of the appraisal; default is economics.yaml beside the site.")
]
StoreFolder = Annotated[
    Path | None, typer.Option(help="Folder that keeps every finished run; the user's cache when left out.")
]
Dask = Annotated[str, typer.Option(help="Address of a Dask scheduler whose workers do the work.")]
Mixed = Annotated[bool, typer.Option("--mixed", help="Take workers whose processor or packages differ.")]
Components = Annotated[Path | None, typer.Option(help="Folder with component files of your own.")]


def progress_bar() -> Progress:
    """A bar with the time left on standard error that is silent where nobody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def extend(folder: Path | None) -> None:
    """Take component files of the user's own."""
    if folder:
        from twin.core import catalogue

        catalogue.load_folder(folder)


def study_means(workers: int, store: Path | None, dask: str, mixed: bool) -> Means:
    """What a study may use, as the options say it; what the user should know goes to standard error."""
    from twin.stock import cache_folder
    from twin.study.engine import Means

    return Means(
        workers or None, store or cache_folder() / "studies", dask, mixed,
        lambda line: err.print(escape(line), soft_wrap=True, highlight=False),
    )  # fmt: skip
