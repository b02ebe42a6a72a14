"""A browser, and a page in it that tells what went wrong."""

from __future__ import annotations

import shutil

import pytest

PATIENCE = 180_000
"""How long a page may take where the twin's kernels are compiled for the first time on a busy machine. [ms]"""


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium; a module's own, because what it runs in lets no other loop run beside it."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with playwright.sync_playwright() as play:
        found = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture
def page(browser, address):
    """A page of somebody who was never here, on the module's dashboard; its `witness` has what went wrong."""
    from tests.dashboard.served import Witness

    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    found = context.new_page()
    found.set_default_timeout(PATIENCE)
    found.witness = Witness(found, address)
    yield found
    context.close()
