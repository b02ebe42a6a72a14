"""A browser, a page in it that tells what went wrong, and a small site with a place for its what-if studies."""

from __future__ import annotations

import shutil

import pytest

from tests.dashboard.waiting import PATIENCE


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
    from tests.dashboard.looks import WATCH
    from tests.dashboard.served import Witness

    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    found = context.new_page()
    found.set_default_timeout(PATIENCE * 1000)
    found.add_init_script(WATCH)
    found.witness = Witness(found, address)
    yield found
    context.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Folder of a site of fans with measures."""
    from tests.dashboard.asking import make_site

    return make_site(tmp_path_factory.mktemp("sites") / "fans")


@pytest.fixture
def source(site, tmp_path):
    """What the dashboard knows of that site, with its studies in a folder of the test."""
    from tests.dashboard.asking import opened

    found = opened(site, tmp_path / "studies")
    yield found
    found.close()


@pytest.fixture
def asleep(monkeypatch):
    """Jobs that nobody begins."""
    from twin.dashboard.what_if.jobs import Jobs

    monkeypatch.setattr(Jobs, "_begin", lambda *_: False)
