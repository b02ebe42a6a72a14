"""The map and a component's page in a real browser: drawn, silent and local, walked by mouse and keyboard, and told of new states."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import partial

import pandas as pd
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard import data
from twin.dashboard.data import Source
from twin.dashboard.graph import placement, signals
from twin.dashboard.language import say
from twin.dashboard.pages import site_map

from tests.dashboard.looks import STEADY
from tests.dashboard.served import served
from tests.dashboard.waiting import settled
from twin.historian.store import open_store

NOON = datetime(2026, 3, 4, 12, tzinfo=timezone(timedelta(hours=8)))
DRAWN = "document.getElementById('{page}-graph')._cyreg.cy"


def keep(store, moment, **values):
    """Samples of one moment."""
    with open_store(store) as kept:
        kept.append(pd.DataFrame({name.replace("__", "/").replace("_of_", "."): [value] for name, value in values.items()}, index=pd.DatetimeIndex([moment])))  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("map") / "store")
    for minute in range(60):
        keep(folder, NOON - timedelta(minutes=minute), plant__chillers_of_compressor=412_000.0, plant__chillers_of_running=2.0, south__low__east__zone_of_air=24.0)  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def address(store):
    held = pytest.MonkeyPatch()
    held.setattr(data, "FRESH", 0.2)
    held.setattr(site_map, "AGAIN", 400)
    held.setattr(signals, "AGAIN", 400)
    source = Source("binhai", store, now=lambda: NOON)
    asks = (source.site, source.structure, source.conditions, source.mapped, source.recent)
    settled(*(partial(ask, "binhai") for ask in asks))  # a screen that is not whole yet is built again under the hand
    with served(source) as found:
        yield found
    source.close()
    held.undo()


def nodes(page, key="map"):
    """What Cytoscape has drawn: where each node is on the screen."""
    page.wait_for_selector(f"#{key}-graph canvas")
    page.wait_for_selector(".state.loading", state="detached")
    page.wait_for_timeout(400)
    return page.evaluate(f"{DRAWN.format(page=key)}.nodes().map(n => ({{id: n.id(), box: n.renderedBoundingBox({{includeOverlays: false}}), state: n.data('state')}}))")  # fmt: skip


def press(page, key, name):
    """A click on a node that stands still, as a hand does it."""
    graph = page.locator(f"#{key}-graph")
    graph.scroll_into_view_if_needed()

    def place():
        box, frame = next(node["box"] for node in nodes(page, key) if node["id"] == name), graph.bounding_box()
        return frame["x"] + (box["x1"] + box["x2"]) / 2, frame["y"] + (box["y1"] + box["y2"]) / 2

    before, at = None, place()
    while at != before:
        page.wait_for_timeout(200)
        before, at = at, place()
    page.mouse.click(*at)


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1920), ("zh", "dark", 1920), ("zh", "light", 390), ("en", "dark", 390)])  # fmt: skip
@pytest.mark.parametrize(("key", "query"), [("map", "focus=south/low/"), ("component", "name=plant/chillers")])
def test_a_page_is_whole_silent_and_local(page, address, key, query, language, theme, width):
    page.set_viewport_size({"width": width, "height": 844 if width < 500 else 1080})
    page.goto(f"{address}/{key}?site=binhai&lang={language}&theme={theme}&{query}")
    page.wait_for_selector(f"#{key}-graph canvas")
    page.wait_for_selector(".state.loading", state="detached")
    words = say(language)
    assert words["page_map" if key == "map" else "map_kind_chiller_plant"].lower() in page.inner_text("h1").lower()
    frame = page.locator(f"#{key}-graph").bounding_box()
    boxes = [node["box"] for node in nodes(page, key)]
    assert all(box["x1"] >= 0 and box["y1"] >= 0 and box["x2"] <= frame["width"] and box["y2"] <= frame["height"] for box in boxes)  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.shifted") < STEADY
    assert not re.search(r"\b(NaN|None|undefined|null|Infinity)\b", page.inner_text("body"))
    assert page.witness.seen == []


def test_one_walks_from_the_site_to_a_component_and_back(page, address):
    page.goto(f"{address}/map?site=binhai&lang=en")
    press(page, "map", "south/")
    page.wait_for_selector(".crumbs .here:has-text('south')")
    press(page, "map", "south/low/")
    page.wait_for_selector(".crumbs .here:has-text('low')")
    press(page, "map", "south/low/air")
    page.wait_for_selector("h1:has-text('Air handling unit · south/low/air')")
    assert "name=south%2Flow%2Fair" in page.url
    press(page, "component", "plant/loop")
    page.wait_for_selector("h1:has-text('plant/loop')")
    for expected in (
        "h1:has-text('south/low/air')",
        ".crumbs .here:has-text('low')",
        ".crumbs .here:has-text('south')",
    ):
        page.go_back()
        page.wait_for_selector(expected)
    assert page.witness.seen == []


def test_the_list_leads_on_by_keyboard_and_buttons_bring_the_drawing_nearer(page, address):
    page.goto(f"{address}/map?site=binhai&lang=en")
    nodes(page)
    before = page.evaluate(f"{DRAWN.format(page='map')}.zoom()")
    page.focus("#map-farther")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    farther = page.evaluate(f"{DRAWN.format(page='map')}.zoom()")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert farther < before
    assert page.evaluate(f"{DRAWN.format(page='map')}.zoom()") == pytest.approx(before, rel=0.01)
    page.focus("#map-nodes a:has-text('plant')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#map-nodes a:has-text('chillers')")
    assert "focus=plant" in page.url
    assert page.witness.seen == []


def test_a_search_finds_while_one_types_is_kept_in_the_address_and_jumps(page, address):
    page.goto(f"{address}/map?site=binhai&lang=zh")
    page.fill("#map-search", "变风量 south low")
    page.wait_for_selector("#map-found a:has-text('south/low/inside/terminal')")
    assert "q=" in page.url
    page.reload()
    page.wait_for_selector("#map-found a:has-text('south/low/inside/terminal')")
    page.click("#map-found a:has-text('south/low/inside/terminal') >> nth=0")
    page.wait_for_selector(".crumbs .here:has-text('inside')")
    assert page.evaluate(f"{DRAWN.format(page='map')}.nodes('.mark').map(n => n.id())") == ["south/low/inside/terminal"]
    page.goto(f"{address}/component?site=binhai&lang=en")
    page.fill("#component-search", "cooling tower")
    page.wait_for_selector("#component-list tbody tr >> nth=0")
    page.wait_for_selector("#component-found p:has-text('1 components')")
    page.click("#component-list a")
    page.wait_for_selector("h1:has-text('plant/towers')")
    assert page.witness.seen == []


def test_new_states_and_values_come_without_building_the_page_anew(page, address, store):
    page.goto(f"{address}/map?site=binhai&lang=en&focus=south/low/east/")
    assert {node["id"]: node["state"] for node in nodes(page)}["south/low/east/zone"] == "fresh"
    page.evaluate("document.getElementById('map-graph').dataset.kept = 'still here'")
    keep(store, NOON, south__low__east__zone_of_air=39.0)
    page.wait_for_selector(".live-state[data-state=alarm]:has-text('limit passed')")
    assert {node["id"]: node["state"] for node in nodes(page)}["south/low/east/zone"] == "alarm"
    assert page.get_attribute("#map-graph", "data-kept") == "still here"
    page.goto(f"{address}/component?site=binhai&lang=en&name=plant/chillers")
    page.wait_for_selector("#card-compressor .value:text-is('412')")
    assert page.inner_text("#card-compressor .unit") == "kW"
    keep(store, NOON, plant__chillers_of_compressor=1_234_000.0)
    page.wait_for_selector("#card-compressor .value:text-is('1,234')")  # the live channel keeps the unit of the screen
    assert page.inner_text("#card-compressor .unit") == "kW"
    assert page.witness.seen == []


def test_one_medium_alone_and_all_components_are_a_link_away(page, address):
    page.goto(f"{address}/map?site=binhai&lang=en")
    page.click("#map .keys a:has-text('electricity')")
    page.wait_for_selector("#map .keys a.here:has-text('electricity')")
    nodes(page)
    faint = page.evaluate(f"{DRAWN.format(page='map')}.edges('.faint').length")
    assert 0 < faint < page.evaluate(f"{DRAWN.format(page='map')}.edges().length")
    page.click("#map-detail")
    page.wait_for_selector("#map-detail:has-text('Show groups')")
    page.wait_for_selector("#map-nodes tbody tr >> nth=342")
    boxes = [node["box"] for node in nodes(page)]
    assert len(boxes) == 343
    assert min(box["x2"] - box["x1"] for box in boxes) / placement.WIDE < 1.0
    assert page.witness.seen == []
