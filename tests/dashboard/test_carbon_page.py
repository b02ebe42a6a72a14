"""The pages of carbon and of sites in a real browser: what is opened, chosen, sorted and asked for by clicks, and kept in the address."""

from __future__ import annotations

import csv
import io
import re
from functools import partial

import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.amounts import intensity
from twin.dashboard.language import say

from tests.dashboard.inventories import Alone, make_site
from tests.dashboard.served import served
from tests.dashboard.waiting import settled
from twin.site.load import load
from twin.study.reported import examine

LOOKS = (("zh", "dark", 390), ("en", "light", 1920))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = make_site(tmp_path_factory.mktemp("sites") / "fans")
    found = Alone(folder, folder.parent / "store")
    for ask in (found.inventory, found.pathway, found.reported):
        settled(partial(ask, "fans"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def address(source):
    with served(source) as found:
        yield found


@pytest.fixture
def page(page):
    """A page on which nothing may go wrong."""
    yield page
    assert page.witness.seen == []


def number(text):
    return float(re.sub(r"[^\d.\-]", "", text))


@pytest.mark.parametrize("key", ["carbon", "portfolio"])
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_page_with_all_its_parts_is_whole_on_a_phone_and_on_a_wall(page, address, key, language, theme, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{address}/{key}?lang={language}&theme={theme}&factors=2023&open=scope3-1")
    page.wait_for_selector({"carbon": "#pathway .main-svg", "portfolio": "#reported-fans"}[key])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    text = page.inner_text("body")
    assert not re.search(r"\b(NaN|None|undefined|null|Infinity)\b|\{\w+\}", text)
    assert say(language)[{"carbon": "carbon_pathway_table", "portfolio": "portfolio_standard"}[key]] in text


def test_a_figure_opens_to_its_rows_by_keyboard_and_a_link_shows_the_same(page, address, source):
    page.goto(f"{address}/carbon")
    line = page.locator("#scopes summary").first
    line.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**open=scope1**")
    own = source.inventory("fans").value
    assert number(page.inner_text("#scopes details[open] .tonnes")) == pytest.approx(own.ledger.total("scope1"), abs=0.05)  # fmt: skip
    page.goto(page.url)
    page.wait_for_selector("#scopes details[open] td:has-text('meter of 2025')")
    page.click("#scopes summary >> nth=0")
    page.wait_for_selector("#scopes details[open]", state="detached")
    page.wait_for_url(lambda url: "open=" not in url)


def test_other_factors_are_chosen_without_building_the_page_anew_and_going_back_undoes_it(page, address, source):
    page.goto(f"{address}/carbon?lang=en")
    page.wait_for_selector("#carbon-factors")
    page.evaluate("window.kept = 'still here'")
    page.click("#carbon-factors label:has-text('2023')")
    page.wait_for_selector("#restated-totals")
    assert "factors=2023" in page.url
    again = source.restated("fans", "2023").value
    shown = page.inner_text("#restated-totals tr:has-text('Scope 2, location-based') td >> nth=1")
    assert number(shown) == pytest.approx(again.after.total("scope2"), abs=0.05)
    assert "factors=2023" in page.get_attribute("#download-csv", "href")
    assert "factors=2023" in page.get_attribute("#unit", "href")
    page.go_back()
    page.wait_for_selector("#restated-totals", state="detached")
    assert "factors" not in page.get_attribute("#download-csv", "href")
    assert page.evaluate("window.kept") == "still here"


def test_the_ledger_is_downloaded_as_it_is_on_the_page(page, address, source):
    page.goto(f"{address}/carbon?factors=2023")
    page.wait_for_selector("#download-csv")
    with page.expect_download() as waiting:
        page.click("#download-csv")
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8-sig"))))
    own = source.inventory("fans").value.ledger.rows
    assert [float(row["co2_t"]) for row in rows] == [row.co2 / 1e3 for row in own]
    assert [row["restated_factor_row"] for row in rows if row["category"] == ""] == ["grid/Guangdong/2023", "grid/residual/2023"]  # fmt: skip


def test_the_unit_of_energy_changes_everywhere_and_stays_on_the_next_page(page, address, source):
    year = source.year("fans").value
    page.goto(f"{address}/portfolio?lang=en")
    page.wait_for_selector("#sites td")
    for unit in ("kgce", "kBtu", "kWh"):
        page.click("#unit")
        text, name = intensity(year.intensity, unit)
        page.wait_for_selector(f"#sites th:has-text('{name}')")
        assert page.inner_text("#sites td >> nth=0").strip() == text
    page.click("#unit")
    page.wait_for_url("**unit=kgce**")
    page.click(".entry:has-text('Overview')")
    page.wait_for_selector("#kpi-eui:has-text('kgce/(m²·a)')")
    assert page.inner_text("#kpi-eui .value") == intensity(year.intensity, "kgce")[0]


def test_sites_are_sorted_by_the_head_that_is_clicked(page, address):
    page.goto(f"{address}/portfolio?lang=en")
    assert page.get_attribute("#sites th[aria-sort]", "aria-sort") == "descending"
    page.click("#sites th a:has-text('Peak')")
    page.wait_for_selector("#sites th[aria-sort=descending]:has-text('Peak')")
    page.click("#sites th a:has-text('Peak')")
    page.wait_for_selector("#sites th[aria-sort=ascending]:has-text('Peak')")
    assert "sort=peak-up" in page.url


def test_reported_figures_are_compared_once_somebody_asks(page, address, source):
    page.goto(f"{address}/portfolio?lang=zh")
    assert "尚未比较" in page.inner_text("#reported-fans")
    page.click("#portfolio-work")
    page.wait_for_selector("#reported-fans b:has-text('不一致')")
    (first, _) = examine({"fans": load(source.site("fans").value.path)}, samples=8)
    assert number(page.inner_text("#reported-fans tr:nth-child(2) td >> nth=2")) == pytest.approx(first["p50"], rel=1e-3)  # fmt: skip
    assert page.locator("#portfolio-work").count() == 0
