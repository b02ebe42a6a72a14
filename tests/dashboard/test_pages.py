"""Every page in a real browser: complete in both languages and on both grounds, silent, local, and right in its figures."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.data import Source
from twin.dashboard.language import CODES, say

from tests.dashboard import looks
from tests.dashboard.served import served
from twin import load, simulate


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    found = Source("binhai", studies=str(tmp_path_factory.mktemp("studies")))
    yield found
    found.close()


@pytest.fixture(scope="module")
def address(source):
    with served(source) as found:
        yield found


def number(text):
    return float(re.sub(r"[^\d.\-]", "", text))


def looked_at(page, address, key, language, theme, width):
    """Open a page and hold it to what every page owes."""
    size = looks.WIDTHS[width]
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{address}/{key}?site=binhai&lang={language}&theme={theme}")
    page.wait_for_selector(f"h1:has-text('{say(language)[f'page_{key}']}')")
    looks.settle(page)
    assert page.evaluate("document.documentElement.lang") == CODES[language]
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == theme
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate("window.shifted") < looks.STEADY
    assert not re.search(r"\b(NaN|None|undefined|null|Infinity)\b", page.inner_text("body"))
    assert page.witness.seen == []


@pytest.mark.parametrize(("key", "language", "theme", "width"), looks.PAIRWISE, ids=lambda text: text)
def test_a_page_is_whole_silent_and_local(page, address, key, language, theme, width):
    looked_at(page, address, key, language, theme, width)


@pytest.mark.nightly
@pytest.mark.parametrize(("key", "language", "theme", "width"), looks.ALL, ids=lambda text: text)
def test_a_page_is_whole_in_every_look(page, address, key, language, theme, width):
    looked_at(page, address, key, language, theme, width)


def test_every_two_settings_meet():
    assert looks.pairs(looks.PAIRWISE) == looks.pairs(looks.ALL)


def test_figures_on_the_overview_are_those_of_the_run(page, address):
    run = simulate(load("binhai"))
    page.goto(f"{address}/overview?site=binhai&lang=en")
    page.wait_for_selector("#kpi-electricity")
    assert number(page.inner_text("#kpi-electricity .value")) == pytest.approx(run.electricity / 1e6, rel=0.001)
    assert page.inner_text("#kpi-electricity .unit").strip() == "GWh"
    assert number(page.inner_text("#kpi-peak .value")) == round(run.peak)
    assert number(page.inner_text("#kpi-eui .value")) == round(run.summary()["electricity_kwh_m2"], 1)
    assert number(page.inner_text("#kpi-comfort .value")) == round(100 - 100 * run.zone_hours("outside") / run.zone_hours("occupied"), 1)  # fmt: skip


def test_language_and_ground_change_without_a_reload_and_going_back_undoes_it(page, address):
    page.goto(f"{address}/overview?site=qingpu&lang=en&theme=light")
    page.wait_for_selector("#kpi-electricity")
    page.evaluate("window.kept = 'still here'")
    page.click("#language")
    page.wait_for_selector("h1:has-text('总览')")
    page.click("#theme")
    page.wait_for_selector("html[data-mantine-color-scheme=dark]", state="attached")
    assert "site=qingpu" in page.url
    assert page.evaluate("window.kept") == "still here"
    page.go_back()
    page.wait_for_selector("html[data-mantine-color-scheme=light]", state="attached")
    page.go_back()
    page.wait_for_selector("h1:has-text('Overview')")
    assert page.evaluate("window.kept") == "still here"
    assert page.witness.seen == []


def test_the_menu_of_a_narrow_screen_opens_by_keyboard(page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/map?site=binhai")
    page.wait_for_selector("#menu")
    page.focus("#menu")
    page.keyboard.press("Enter")
    page.click(".entry:has-text('Sites')")
    page.wait_for_selector("#sites")
    assert page.witness.seen == []
