"""The report as PDF: Chromium prints the page, without a window and without a network."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twin.dashboard.report.page import render

from twin.errors import TwinError
from twin.files import write_bytes

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage",
    "--no-first-run", "--no-pdf-header-footer", "--generate-pdf-document-outline",
)  # fmt: skip
PATIENCE = 180.0
"""How long Chromium may take to print. [s]"""


class PaperError(TwinError):
    """The report cannot be printed."""


def browser() -> str | None:
    """The Chromium of this machine, if any."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def write_pdf(study: Mapping[str, Any], path: Path, language: str = "both") -> None:
    """Print the report on A4; the file is there whole or not at all.

    Raises
    ------
    PaperError
        Where there is no Chromium, or it fails.
    StoreError
        When the file cannot be written.
    """
    program = browser()
    if program is None:
        raise PaperError(
            "--pdf: needs Chromium, which is not here; install it (Debian and Ubuntu: apt-get install chromium), or write --html, "
            "open it in any browser and print"
        )
    with tempfile.TemporaryDirectory(prefix="twin-report-", ignore_cleanup_errors=True) as folder:
        page, printed = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_text(render(study, language, whole=True), encoding="utf-8")
        command = [program, *FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}", page.as_uri()]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            raise PaperError(
                f"--pdf: Chromium did not finish in {PATIENCE:.0f} s; write --html and print that"
            ) from None
        if done.returncode or not printed.is_file():
            why = (done.stderr.strip().splitlines() or ["no word why"])[-1]
            raise PaperError(f"--pdf: Chromium failed ({why}); write --html and print that")
        write_bytes(printed.read_bytes(), path)
