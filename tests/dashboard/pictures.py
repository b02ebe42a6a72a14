"""Pictures of every page for the documents; `python -m tests.dashboard.pictures FOLDER [STORE]`, with the store of a `twin serve` that runs."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright
from twin.dashboard.data import Source
from twin.dashboard.shell import MENU

from tests.dashboard.looks import settle
from tests.dashboard.served import served

WIDE, NARROW = (1440, 900), (390, 844)
DRAWN = 2_500
"""How long charts may take to be drawn. [ms]"""
PATIENCE = 300_000
"""How long a page may take. [ms]"""
EXTRA = (("overview-zh-dark", "overview", "zh", "dark", WIDE), ("overview-narrow", "overview", "zh", "light", NARROW))
"""Further looks: name, page, language, ground, size."""
CHOSEN = {"component": "&name=plant/chillers", "explore": "&points=grid.power"}
"""What stands in the address of pages that show something chosen."""


def take(folder: Path, site: str = "binhai", store: str = "", pages: tuple[str, ...] = MENU) -> list[Path]:
    """A picture of each page in English on light ground, and the further looks of those that are asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [*((page, page, "en", "light", WIDE) for page in pages), *(each for each in EXTRA if each[1] in pages)]
    source, found = Source(site, store), []
    with served(source) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        for name, page, language, theme, (width, height) in chosen:
            tab = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
            tab.set_default_timeout(PATIENCE)
            tab.goto(f"{address}/{page}?site={site}&lang={language}&theme={theme}{CHOSEN.get(page, '')}")
            settle(tab)
            tab.wait_for_timeout(DRAWN)
            found.append(folder / f"{name}.png")
            tab.screenshot(path=found[-1])
            tab.close()
        browser.close()
    source.close()
    return found


if __name__ == "__main__":
    for each in take(Path(sys.argv[1]), store="".join(sys.argv[2:])):
        sys.stdout.write(f"{each}\n")
