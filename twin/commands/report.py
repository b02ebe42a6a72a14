"""The command `twin report`: a kept study as a page, a workbook and paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from twin.commands.options import progress_bar
from twin.tables import out

Language = Literal["zh", "en", "both"]


def report(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="File that `twin study --save` wrote, or its --json output.")],
    html: Annotated[Path | None, typer.Option(help="Write one self-contained page here.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook with live formulas here.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Print the page here; needs Chromium.")] = None,
    language: Annotated[Language, typer.Option(help="Of the report; a page of both has a switch.")] = "both",
    folder: Annotated[Path | None, typer.Option("--out", help="Write all of them to this folder, the PDF where Chromium is present.")] = None,
) -> None:  # fmt: skip
    """Write a kept study as an HTML page, an Excel workbook and a PDF; beside the study as HTML where nothing is asked for."""
    from twin.study.kept import AGAIN, KeptError, read_study

    found = read_study(study)
    from twin.dashboard.report.page import render
    from twin.dashboard.report.paper import browser, write_pdf
    from twin.dashboard.report.workbook import write_workbook
    from twin.files import write_text

    wanted = {"html": html, "xlsx": xlsx, "pdf": pdf}
    if folder:
        wanted = {name: path or folder / f"{study.stem}.{name}" for name, path in wanted.items()}
        if pdf is None and browser() is None:
            wanted["pdf"] = None
            out.print("no PDF: needs Chromium (apt-get install chromium); or open the HTML and print")
    elif not any(wanted.values()):
        wanted["html"] = study.with_suffix(".html")
    writers: dict[str, Callable[[Path], None]] = {
        "html": lambda path: write_text(render(found, language), path),
        "xlsx": lambda path: write_workbook(found, path, language),
        "pdf": lambda path: write_pdf(found, path, language),
    }
    chosen = {name: path for name, path in wanted.items() if path}
    with progress_bar() as bar:
        task = bar.add_task("writing", total=len(chosen))
        for name, path in chosen.items():
            bar.update(task, description=f"writing {name}")
            try:
                writers[name](path)
            except (KeyError, IndexError, TypeError, ValueError, AttributeError) as problem:
                raise KeptError(f"{study}: a part is not as this program writes it ({type(problem).__name__}: {problem}); {AGAIN}") from problem  # fmt: skip
            bar.advance(task)
    for name, path in chosen.items():
        out.print(f"{name}: {path}", soft_wrap=True)
