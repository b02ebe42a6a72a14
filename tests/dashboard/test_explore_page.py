"""The page Explore in a real browser: controls, address, going back, zoom, files, and what it says where there is nothing."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.data import Source

from tests.dashboard.served import served
from tests.dashboard.studies import SITE
from twin.historian.store import open_store

ZONE = timezone(timedelta(hours=8))
NOON = datetime(2026, 3, 4, 12, tzinfo=ZONE)
GO = """where => { window.history.pushState({}, "", where); window.dispatchEvent(new PopStateEvent("popstate")); }"""
"""Goes to another address as a link does."""
DRAWN = "#explore-frame:not(.hidden-graph) .scatterlayer .trace path.js-line"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A month of a sample a minute, and the outdoor temperature."""
    folder = tmp_path_factory.mktemp("history")
    times = pd.date_range("2026-02-01", "2026-03-04 12:00", freq="1min", tz=ZONE, inclusive="left")
    warm = 20.0 + 8.0 * np.sin(np.arange(len(times)) / 2000.0)
    power = np.round(5000.0 + 300.0 * np.maximum(0.0, warm - 18.0))
    with open_store(folder) as kept:
        kept.append(
            pd.DataFrame({"grid.power": power, "weather.dry_bulb": warm, "other, 50%": power / 2.0}, index=times)
        )
        kept.describe_all(
            [
                ("grid.power", "W", "Power from the grid", ""),
                ("weather.dry_bulb", "degC", "Outdoor air temperature", ""),
            ]
        )
    return folder


@pytest.fixture(scope="module")
def source(store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "fans"
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    found = Source(str(folder), str(store), now=lambda: NOON)
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


def test_the_meter_of_seven_days_comes_first_beside_what_the_twin_expects(page, address, store):
    page.goto(f"{address}/explore?site=fans")
    page.wait_for_selector("#explore-table tr:nth-child(2) th:has-text('twin')")
    page.wait_for_selector(DRAWN)
    with open_store(store) as kept:
        held = kept.query(["grid.power"], datetime(2026, 2, 26, tzinfo=ZONE), NOON)
    told = page.locator("#explore-table tbody tr").first.locator("td").all_inner_texts()
    assert told[0] == f"{held['value'].mean() / 1e3:.4f} kW".replace("0 kW", " kW")
    assert told[2] == f"{held['value'].max() / 1e3:g} kW"
    assert told[5] == f"{len(held):,}"
    assert not re.search(r"\b(NaN|None|undefined|null|Infinity)\b", page.inner_text("body"))


def test_what_is_clicked_is_in_the_address_and_going_back_undoes_it(page, address):
    page.goto(f"{address}/explore?site=fans&lang=en")
    page.wait_for_selector(DRAWN)
    page.click("text=Carpet")
    page.wait_for_selector("#explore-title:has-text('Carpet')")
    assert "chart=carpet" in page.url
    page.click("text=This month")
    page.wait_for_selector("#explore-title:has-text('2026-03-31')")
    page.click("#explore-back")
    page.wait_for_selector("#explore-title:has-text('2026-02-01 – 2026-02-28')")
    assert "from=2026-02-01T00%3A00" in page.url
    page.go_back()
    page.wait_for_selector("#explore-title:has-text('2026-03-31')")
    page.go_back()
    page.wait_for_selector("#explore-title:has-text('2026-03-04')")
    page.go_back()
    page.wait_for_selector("#explore-title:has-text('Trend')")
    assert "chart" not in page.url


def test_points_are_found_by_their_words_and_shared_by_the_address(page, address):
    page.goto(f"{address}/explore?site=fans&twin=off")
    page.wait_for_selector(DRAWN)
    page.fill("#explore-points", "air outdoor")
    page.click("[role=option]:has-text('weather.dry_bulb')")
    page.wait_for_selector("#explore-table tr:nth-child(2) th:has-text('weather.dry_bulb')")
    page.fill("#explore-points", "50%")
    page.click("[role=option]:has-text('other, 50%')")
    page.wait_for_selector("#explore-table tr:nth-child(3) th:has-text('other, 50%')")
    shared = page.url
    page.goto("about:blank")
    page.goto(shared)
    page.wait_for_selector("#explore-table tr:nth-child(3) th:has-text('other, 50%')")
    page.click("#language")
    page.wait_for_selector("#explore-title:has-text('趋势')")
    page.wait_for_selector("#explore-table tr:nth-child(3) th:has-text('other, 50%')")


def test_a_zoom_brings_finer_samples_and_stays_in_the_address(page, address):
    page.goto(f"{address}/explore?site=fans&twin=off&from=2026-02-01&to=2026-03-02")
    page.wait_for_selector(DRAWN)
    box = page.locator("#explore-graph .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 0.40 * box["width"], box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.50 * box["width"], box["y"] + 105, steps=5)
    page.mouse.up()
    page.wait_for_url("**zoom=2026-02-1**")
    page.wait_for_selector("#explore-table td:has-text('43,200')", state="detached")
    samples = int(page.locator("#explore-table tbody td").nth(5).inner_text().replace(",", ""))
    assert 4_000 < samples < 4_700
    shared = page.url
    page.goto("about:blank")
    page.goto(shared)
    page.wait_for_selector(DRAWN)
    assert abs(int(page.locator("#explore-table tbody td").nth(5).inner_text().replace(",", "")) - samples) <= 1


def test_files_hold_the_samples_that_are_shown(page, address, store):
    page.goto(f"{address}/explore?site=fans&twin=off&period=yesterday")
    page.wait_for_selector(DRAWN)
    with page.expect_download() as told:
        page.click("#explore-csv")
    rows = list(csv.DictReader(io.StringIO(told.value.path().read_text(encoding="utf-8-sig"))))
    with open_store(store) as kept:
        held = kept.query(["grid.power"], datetime(2026, 3, 3, tzinfo=ZONE), datetime(2026, 3, 4, tzinfo=ZONE))
    assert [float(row["value"]) for row in rows] == held["value"].tolist()
    assert rows[0]["time"] == "2026-03-03T00:00:00+08:00"
    with page.expect_download() as told:
        page.click("#explore-png")
    assert told.value.path().read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_shown_is_told_with_what_to_do(page, address):
    page.goto(f"{address}/explore?site=fans")
    page.wait_for_selector(DRAWN, state="attached")
    for query, words in (
        ("points=nobody", "Nobody knows nobody"),
        ("from=2026-03-03&to=2026-03-01", "ends before it begins"),
        ("from=2026-02-30&to=2026-03-01", "no such moment"),
        ("from=2019-02-01&to=2019-03-01", "No samples in"),
        ("period=custom", "no beginning or no end"),
        ("chart=scatter", "needs two points"),
        ("chart=pie", "chart=pie"),
    ):
        page.evaluate(GO, f"{address}/explore?site=fans&{query}")
        page.wait_for_selector(f".state:has-text('{words}')")
        assert page.locator("#explore-points").is_visible()


@pytest.mark.parametrize(
    ("chart", "look"),
    [
        ("trend", "lang=en&theme=light"),
        ("carpet", "lang=zh&theme=dark"),
        ("duration", "lang=en&theme=dark"),
        ("signature", "lang=zh&theme=light"),
        ("scatter", "lang=en&theme=light"),
    ],
)
def test_every_chart_fits_a_phone(page, address, chart, look):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(
        f"{address}/explore?site=fans&{look}&chart={chart}&points=grid.power,weather.dry_bulb&from=2026-02-01&to=2026-03-03"
    )
    page.wait_for_selector("#explore-frame:not(.hidden-graph) .main-svg")
    page.wait_for_selector("#explore-table")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not re.search(r"\b(NaN|None|undefined|null|Infinity)\b", page.inner_text("body"))
