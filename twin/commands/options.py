"""Options that several commands take, and the progress bar they show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

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
