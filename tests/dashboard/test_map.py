"""The map and the pages of components without a browser: what is drawn where, how states come about, and that no component is left out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard import app as program
from twin.dashboard.address import Address
from twin.dashboard.data import Source
from twin.dashboard.graph import anatomy, network, placement, signals, structure
from twin.dashboard.graph.condition import Conditions, look
from twin.dashboard.graph.recent import STEP, points_of
from twin.dashboard.graph.structure import Structure
from twin.dashboard.language import say
from twin.dashboard.pages import component, site_map
from twin.dashboard.report.drawing import length

from tests.dashboard.studies import SITE
from tests.dashboard.waiting import soon
from twin import load
from twin.core.catalogue import kinds
from twin.historian.samples import QUALITIES, Samples, microseconds
from twin.historian.store import open_store
from twin.site.load import shipped

ZONE = timezone(timedelta(hours=8))
NOON = datetime(2026, 3, 4, 12, tzinfo=ZONE)
CROWDED = [("binhai", focus, whole) for focus in ("", "south/", "south/low/", "hours/") for whole in (False, True)]
NONSENSE = r"(?<!\w)(?:NaN|nan|None|undefined|inf)(?![\w ])"


@pytest.fixture(scope="module")
def binhai():
    return Structure(load("binhai"))


@pytest.fixture(scope="module")
def sources():
    found = {name: Source(name, now=lambda: NOON) for name in ("binhai", "huailai", "qingpu")}
    yield found
    for each in found.values():
        each.close()


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "fans"
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    return folder


def told(part):
    """All words of a screen."""
    return json.dumps(part, default=lambda each: each.to_plotly_json(), ensure_ascii=False, allow_nan=False)


def settled(source, query, page="component"):
    """A screen that waits for nothing any more."""

    def whole():
        built, again, _ = program.screen(source, f"/{page}", query)
        return again != program.SOON and told(built)

    return soon(whole)


def measured(folder, values, until=NOON, quality="good"):
    """A historian with an hour of steady values of some points."""
    with open_store(folder) as store:
        times = pd.date_range(until - timedelta(hours=1), until, freq="1min")
        frame = pd.DataFrame(values, index=times)
        if quality == "good":
            store.append(frame)
        else:
            numbers = store.numbers(list(values), make=True)
            for name, value in values.items():
                moments = np.array([microseconds(each) for each in times])
                store.append_samples(Samples(np.full(len(times), numbers[name], np.int32), moments, np.full(len(times), float(value)), np.full(len(times), QUALITIES.index(quality), np.uint8)))  # fmt: skip
    return str(folder)


def test_groups_open_from_the_site_to_buildings_systems_and_components(binhai):
    top = binhai.view()
    assert [node.key for node in top.nodes if node.group] == [
        "hours/",
        "plant/",
        "water/",
        "south/",
        "north/",
        "podium/",
    ]
    assert sum(len(node.members) for node in top.nodes) == len(binhai.kinds)
    south = binhai.view("south/")
    assert {node.key for node in south.nodes if not node.outside} == {f"south/{band}/" for band in ("low", "middle", "upper", "top")}  # fmt: skip
    assert {node.key for node in south.nodes if node.outside} == {"grid", "plant/loop", "hours/"}
    low = binhai.view("south/low/")
    assert all(not node.group for node in low.nodes if not node.outside)
    assert len([node for node in low.nodes if not node.outside]) == len(binhai.members("south/low/"))


def test_connections_are_counted_and_none_is_lost_or_made(binhai):
    site = load("binhai")
    whole = binhai.view(whole=True)
    assert sum(flow.count for flow in whole.flows) == len(site.wiring().edges)
    assert {flow.medium for flow in whole.flows} == {medium for *_, medium in site.wiring().edges}
    grid = {flow.target: flow.count for flow in binhai.view().flows if flow.source == "grid"}
    assert grid["south/"] == sum(1 for a, b, medium in site.wiring().edges if a == "grid" and b.startswith("south/"))


def test_power_flows_from_what_generates_it_and_heat_into_the_room(binhai):
    huailai = Structure(load("huailai"))
    assert ("sun", "board", "electricity") in huailai.edges
    assert ("grid", "board", "electricity") in huailai.edges
    assert ("south/low/east/lights", "south/low/east/zone", "room") in binhai.edges


@pytest.mark.parametrize(("name", "focus", "whole"), [*CROWDED, *((name, "", True) for name in shipped())])
def test_nodes_stand_apart_their_labels_fit_and_the_place_is_always_the_same(name, focus, whole):
    found = Structure(load(name))
    view = found.view(focus, whole)
    drawn = network.elements(view, Conditions(), Address("map", name, "zh"))
    assert drawn == network.elements(Structure(load(name)).view(focus, whole), Conditions(), Address("map", name, "zh"))
    for look_at in ("wide", "narrow"):
        places = sorted(tuple(node[look_at]) for node in drawn["nodes"])
        for place, (x, y) in enumerate(places):
            near = [other for other in places[place + 1 :] if abs(other[0] - x) < placement.WIDE]
            assert all(abs(other[1] - y) >= placement.TALL for other in near)
    lines = [line for node in drawn["nodes"] for line in node["data"]["label"].split("\n")]
    assert max(length(line, network.FONT * 0.92) for line in lines) <= placement.WIDE


def test_what_supplies_stands_before_what_it_supplies_unless_that_is_a_circle():
    rows = placement.layers(["d", "c", "b", "a"], [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")])
    assert rows == [["a"], ["b"], ["c"], ["d"]]
    assert placement.layers([], []) == []
    wide = placement.wide(placement.layers(["x", "y"], [("y", "x")]))
    assert wide["y"][0] < wide["x"][0]


def test_no_more_is_drawn_than_there_is_room_for_and_the_rest_is_counted(binhai, monkeypatch, sources):
    monkeypatch.setattr(structure, "LIMIT", 100)
    view = binhai.view(whole=True)
    assert (len(view.nodes), view.left) == (100, 243)
    assert {end for flow in view.flows for end in (flow.source, flow.target)} <= {node.key for node in view.nodes}
    assert "243 more parts are not drawn" in settled(sources["binhai"], "?site=binhai&detail=all", "map")


def test_words_of_both_languages_find_components(binhai):
    assert binhai.search("chill") == ["plant/loop", "plant/chillers"]
    assert binhai.search("south low air")[0].startswith("south/low/")
    assert binhai.search("冷水机组", titles=network.kind_titles(binhai, say("zh"))) == ["plant/chillers"]
    assert binhai.search("nothing like this") == []
    assert set(binhai.search("", "zone", "south/low/")) == {name for name in binhai.members("south/low/") if name.endswith("/zone")}  # fmt: skip


def test_states_tell_alarms_from_old_values_drifts_and_what_is_fine(site, tmp_path):
    points = points_of(str(site))
    power, share = points["grid.power"], replace(points["hours.value"], alarm_low=0.0, alarm_high=1.0)
    store = measured(tmp_path / "store", {"grid.power": 7000.0, "grid.power:expected": 5000.0, "hours.value": 2.0})
    with open_store(store) as kept:
        kept.annotate("drifts above the twin: usually +1 W off, now +2000", NOON - timedelta(hours=3), point="grid.power", author="twin")  # fmt: skip
    found = look(store, [power, share], NOON).value
    assert found.components == {"grid": "drift", "hours": "alarm"}
    assert found.samples["grid.power"].expected == 5000.0
    assert [note.author for note in found.notes["grid"]] == ["twin"]
    assert look(store, [power, share], NOON + timedelta(minutes=16)).value.components == {"grid": "stale", "hours": "stale"}  # fmt: skip
    assert found.of("fans") == "simulated"


def test_a_drift_is_over_once_the_newest_value_is_on_the_other_side(site, tmp_path):
    store = measured(tmp_path / "store", {"grid.power": 4000.0, "grid.power:expected": 5000.0})
    with open_store(store) as kept:
        kept.annotate("drifts above the twin: usually +1 W off", NOON - timedelta(hours=3), point="grid.power", author="twin")  # fmt: skip
        kept.annotate("drifts below, I think", NOON - timedelta(hours=2), point="grid.power", author="Wang")
    assert look(store, list(points_of(str(site)).values()), NOON).value.of("grid") == "fresh"


@pytest.mark.parametrize("quality", ["fault", "communication_lost", "substituted", "stale"])
def test_a_sample_that_is_not_good_is_no_measurement_however_new(site, tmp_path, quality):
    store = measured(tmp_path / "store", {"grid.power": 7000.0}, quality=quality)
    assert look(store, list(points_of(str(site)).values()), NOON).value.of("grid") == "stale"


def test_a_group_has_the_gravest_state_of_what_is_in_it(binhai):
    conditions = Conditions(components={"plant/chillers": "drift", "plant/towers": "fresh"})
    plant = next(node for node in binhai.view().nodes if node.key == "plant/")
    assert network.state_of(plant, conditions) == "drift"
    assert network.counts(plant, conditions) == [("drift", 1), ("fresh", 1), ("simulated", 1)]
    assert "≠1" in network.label(plant, conditions, say("en"))


@pytest.mark.parametrize("name", ["binhai", "huailai", "qingpu"])
def test_every_component_has_a_whole_page_in_both_languages(sources, name):
    source = sources[name]
    settled(source, f"?site={name}&name={load(name).components[0].name}")
    wanted, seen = load(name).components, set()
    for each in wanted:
        seen.add(type(each).kind)
        language = "zh" if len(seen) % 2 else "en"
        address = Address("component", name, language, own=(("name", each.name),))
        text = told(component.build(address, source))
        assert not re.search(NONSENSE, text), each.name
        assert f"· {each.name}" in text
        assert all(f'"card-{part.name}"' in text for part in anatomy.parts(each, {}) if part.hint), each.name
    assert source.recent(name).state == "ready"


def test_every_kind_of_every_site_has_a_name_and_its_cards_have_words_in_chinese():
    words = say("zh")
    assert {kind for kind in kinds() if kinds()[kind].__module__.startswith("twin.components")} - {key.removeprefix("map_kind_") for key in words} == set()  # fmt: skip
    for name in shipped():
        for each in load(name).components:
            for part in anatomy.parts(each, {}):
                if part.hint:
                    assert re.search(r"[\u4e00-\u9fff]", signals.title(part, words)), part.address
    own = [kind for kind in kinds().values() if kind.__module__.startswith("twin.components")]
    media = {port.medium for kind in own for port in kind.ports.values()}
    assert {medium for medium in media if f"map_medium_{medium}" not in words} == set()


def test_a_parameter_says_its_value_its_range_and_the_line_that_states_it():
    site = load("binhai")
    lines = (site.path).read_text(encoding="utf-8").splitlines()
    rows = {each.name: each for each in anatomy.parameters(site, site["plant/chillers"])}
    capacity = rows["capacity"]
    assert (capacity.value, capacity.spread, capacity.kind) == ("4.5 MW", "3.6 MW … 5.4 MW", "derived")
    assert capacity.exact == "4500000.0 W"
    file, _, line = capacity.place.rpartition(":")
    assert file == "site.yaml"
    assert lines[int(line) - 1].strip().startswith("capacity: 4.5 MW [3.6 .. 5.4] derived")
    assert rows["staging"].kind == "default"
    for each in site.components:
        for row in anatomy.parameters(site, each):
            assert row.value
            if row.place.startswith("site.yaml:"):
                assert 0 < int(row.place.rpartition(":")[2]) <= len(lines)


def test_a_card_and_its_trend_have_the_historians_numbers_and_gaps_stay_gaps(site, tmp_path):
    store = measured(tmp_path / "store", {"grid.power": 7123.0, "grid.power:expected": 5000.0})
    source = Source(str(site), store, now=lambda: NOON)
    text = settled(source, "?site=fans&name=grid")
    assert '"data-exact": "7123.0 W"' in text
    assert '"7.123"' in text
    assert "the twin expects 5 kW" in text
    trend = source.trend("fans", "grid.power", 1).value
    assert trend.live
    assert [each for each in trend.measured if each is not None] == pytest.approx([7123.0] * 4)
    assert trend.measured[:-5] == (None,) * (len(trend.measured) - 5)
    assert len(trend.measured) == len(trend.expected) == timedelta(days=1) // STEP
    source.close()


def test_without_a_historian_values_are_the_twins_own_and_say_so(site):
    source = Source(str(site), now=lambda: NOON)
    text = settled(source, "?site=fans&name=fans")
    recent = source.recent("fans").value
    power = recent.at("fans.power", NOON)
    assert f'"data-exact": "{power!r} W"' in text
    assert "the twin, typical weather" in text
    assert recent.at("fans.nothing", NOON) is None
    assert recent.between("fans.power", NOON - timedelta(days=40), NOON - timedelta(days=40) + STEP) == (None,)
    source.close()


def test_the_last_days_reach_over_the_turn_of_the_year(site):
    source = Source(str(site), now=lambda: datetime(2026, 1, 3, 12, tzinfo=ZONE))
    settled(source, "?site=fans&name=fans")
    recent = source.recent("fans").value
    assert recent.start.date().isoformat() == "2025-12-20"
    assert all(each is not None for each in recent.between("fans.power", recent.start, datetime(2026, 1, 4, tzinfo=ZONE)))  # fmt: skip
    source.close()


def test_the_last_days_of_yesterday_are_let_go(site):
    moment = [NOON]
    source = Source(str(site), now=lambda: moment[0])
    settled(source, "?name=fans")
    first = source.recent("fans").value.start
    moment[0] += timedelta(days=1)
    settled(source, "?name=fans")
    assert source.recent("fans").value.start - first == timedelta(days=1)
    assert len([key for key in source._answers._kept if key[0] == "recent"]) == 1
    source.close()


def test_an_old_point_says_since_when_and_from_which_device(site, tmp_path):
    store = measured(tmp_path / "store", {"grid.power": 7123.0, "hours.value": 2.0}, NOON - timedelta(hours=2))
    source = Source(str(site), store, now=lambda: NOON)
    device = points_of(str(site))["grid.power"].device
    text = settled(source, "?name=grid")
    assert f"grid.power: last sample at 2026-03-04 10:00 (good), from device {device}." in text
    source.close()


@pytest.mark.parametrize(
    ("page", "query", "says"),
    [
        ("map", "?focus=nowhere/", "There is nothing called “nowhere”"),
        ("map", "?mark=nothing", "There is nothing called “nothing”"),
        ("map", "?detail=some&medium=a%20b", "detail=some, medium=a b"),
        ("map", "?medium=electricity", "Show all media again"),
        ("map", "?q=zzzz", "Nothing is called “zzzz”"),
        ("component", "?name=fens", "There is no component “fens”"),
        ("component", "?name=fans&signal=nonsense", "There is no signal “nonsense”"),
        ("component", "?name=fans&days=9999", "days=9999"),
        ("component", "?kind=nokind", "0 components"),
        ("component", "?group=nogroup/", "0 components"),
    ],
)
def test_nonsense_in_the_address_is_told_and_something_useful_is_shown(site, page, query, says):
    source = Source(str(site), now=lambda: NOON)
    text = settled(source, query, page)
    assert says in text.replace("\\u201c", "“")
    assert "could not be built" not in text
    assert "fans" in text
    source.close()


def test_a_historian_that_is_missing_or_broken_leaves_the_map_with_the_reason(site, tmp_path):
    missing = Source(str(site), str(tmp_path / "none"), now=lambda: NOON)
    assert say("en")["store_missing"].format(detail=tmp_path / "none").split("`")[0] in settled(missing, "", "map")
    assert not (tmp_path / "none").exists()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "tail.sqlite").write_bytes(b"this is no database" * 99)
    source = Source(str(site), str(broken), now=lambda: NOON)
    assert "cannot be read" in settled(source, "", "map")
    assert '"map-nodes"' in settled(source, "", "map")
    assert "could not be built" not in settled(source, "?name=grid")
    open_store(tmp_path / "bare").close()
    assert "has no sample of any point" in settled(Source(str(site), str(tmp_path / "bare"), now=lambda: NOON), "", "map")  # fmt: skip


def test_a_points_file_that_is_wrong_is_told_on_the_page(site):
    (site / "points.csv").write_text("device,object\n1,AI\n", encoding="utf-8")
    source = Source(str(site), now=lambda: NOON)
    assert "points.csv" in settled(source, "?name=grid")
    source.close()


def test_new_states_and_values_are_told_without_building_the_page_anew(site, tmp_path):
    store = measured(tmp_path / "store", {"grid.power": 7123.0})
    source = Source(str(site), store, now=lambda: NOON)
    settled(source, "?name=grid")
    told_now = site_map.states(Address("map", "fans"), source)
    assert told_now["states"]["grid"] == "fresh"
    assert told_now["nodes"]["grid"][1].startswith("grid\n●")
    assert site_map.states(Address("map", "fans", own=(("focus", "gone/"),)), source) == {}
    texts = signals.values(Address("component", "fans", own=(("name", "grid"),)), source)["texts"]
    assert texts["grid.power"] == ("7.123", "kW")
    assert signals.values(Address("component", "fans", own=(("name", "gone"),)), source) == {}
    source.close()
