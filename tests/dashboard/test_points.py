"""The table of points says what the files and the historian say, and nothing is written that may not be."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.address import Address
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.pages import points as page
from twin.dashboard.points import detail, inventory, lent
from twin.dashboard.points.lending import Lending
from twin.dashboard.rights import account
from twin.dashboard.rights.account import Person

from tests.dashboard import studies
from tests.dashboard.waiting import settled
from twin.bacnet import points as listed
from twin.historian.store import open_store
from twin.site.load import load

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ALLOW = "signal,low,high,slot,hourly,role\nhours.value,0.2,0.9,12,20,operator\nfans.power,0,1,12,20,operator\n"
INVENTORY = """device,device_name,address,object,instance,name,description,units,present_value,status_flags,commandable,cov_increment,states,problem
100001,Main,10.0.0.5,AI,1,grid.power,Power,watts,4200,,no,,,
100001,Main,10.0.0.5,AV,1,hours.value,Use,no-units,0.5,,yes,,,
100001,Main,10.0.0.5,AI,77,=cmd|'/c calc'!A1,Stray,degrees-celsius,21.5,,no,,,
100001,Main,10.0.0.5,AI,78,Fan kW,Fans,kilowatts,5,,no,,,
"""
REVIEW = """device,object,instance,name,description,units,signal,confidence,why,accept
100001,AI,78,Fan kW,Fans,kilowatts,fans.power,0.610,quantity power; others fit nearly as well,
100001,AI,77,Stray,,degrees-celsius,,0,no name fits,no
"""


@pytest.fixture
def folder(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.yaml").write_text(studies.SITE, encoding="utf-8")
    (tmp_path / "allow.csv").write_text(ALLOW, encoding="utf-8")
    return site


def rows_of(folder):
    return inventory.inventory_of(load(folder))


@pytest.fixture
def source(folder, tmp_path):
    store = str(tmp_path / "store")
    with open_store(store) as kept:
        kept.append(pd.DataFrame({
            "time": [NOW - timedelta(seconds=30), NOW - timedelta(hours=3), NOW - timedelta(seconds=5)],
            "point": ["grid.power", "hours.value", "fans.power"], "value": [1234567.25, 0.5, 7.0], "quality": ["good", "good", "fault"],
        }))  # fmt: skip
    found = Source(str(folder), store, lambda: NOW)
    settled(lambda: found.points("site"))
    yield found
    found.close()


def here(**own):
    return Address("points", "site", own=tuple(own.items()))


def text_of(tree):
    return json.dumps(tree, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def test_rows_are_those_of_the_points(folder):
    found = rows_of(folder)
    site = load(folder)
    assert found.derived
    assert sorted(each for each in found.columns["signal"]) == sorted(
        each.signal for each in listed.mapped(site, folder)
    )
    row = found.row("hours.value")
    assert (row["device"], row["object"], row["component"], row["writable"], row["mark"]) == (
        100001,
        "AV 1",
        "hours",
        True,
        "",
    )
    assert found.row("100001-AV-1") == row
    assert found.row("weather.dry_bulb")["unit"] == "°C"
    assert found.row("nothing") is None


def test_rows_keep_the_numbers_of_points_csv_and_change_with_it(folder):
    site = load(folder)
    before = inventory.stamp(site)
    moved = list(listed.of(site, folder))[:2]
    listed.write([type(each)(**{**vars(each), "device": 7}) for each in moved], folder / listed.FILE)
    assert inventory.stamp(site) != before
    found = rows_of(folder)
    assert (not found.derived, found.devices, len(found)) == (True, [7], 2)


def test_uncertain_double_and_unmapped_objects_are_marked(folder):
    (folder / "inventory.csv").write_text(INVENTORY, encoding="utf-8")
    (folder / "review.csv").write_text(REVIEW, encoding="utf-8")
    found = rows_of(folder)
    assert found.problems == ()
    assert found.row("100001-AI-78")["mark"] == inventory.DOUBLE
    assert "fans.power (61%)" in found.row("100001-AI-78")["why"]
    assert found.row("100001-AI-77")["mark"] == inventory.UNMAPPED
    assert found.row("100001-AI-77")["surveyed"] == "21.5 degrees-celsius"
    assert found.row("weather.dry_bulb")["mark"] == inventory.ABSENT
    assert found.row("grid.power")["mark"] == inventory.FINE


def test_a_mapping_that_nobody_accepted_and_a_foreign_signal_are_marked(folder):
    site = load(folder)
    points = [each for each in listed.of(site, folder) if each.signal != "fans.power"]
    other = type(points[0])(**{**vars(points[0]), "instance": 900, "name": "boiler", "signal": "boiler.power"})
    listed.write([*points, other], folder / listed.FILE)
    (folder / "review.csv").write_text(REVIEW, encoding="utf-8")
    found = rows_of(folder)
    assert found.row("boiler.power")["mark"] == inventory.FOREIGN
    assert found.row("100001-AI-78")["mark"] == inventory.OPEN


@pytest.mark.parametrize("text", ["", "device,object\n1,AI\n", "\xff\xfe"])
def test_a_wrong_file_beside_is_told_and_left_out(folder, text):
    (folder / "inventory.csv").write_text(text, encoding="utf-16" if "\xff" in text else "utf-8")
    (folder / "review.csv").write_text("nonsense", encoding="utf-8")
    found = rows_of(folder)
    assert len(found.problems) == 2
    assert len(found) > 3


def test_a_wrong_points_file_is_told_on_the_page(folder):
    (folder / listed.FILE).write_text("device,object\n1,AI\n", encoding="utf-8")
    source = Source(str(folder))
    try:
        assert settled(lambda: source.points("site")).state == "error"
        assert "has no column" in text_of(page.build(here(), source))
    finally:
        source.close()


def values(source, **told):
    version = source.points("site").value.version
    octets, status = page._values(source, "site", told.get("version", version), told.get("rows"))
    assert status == 200
    return json.loads(gzip.decompress(octets))


def test_values_are_the_historians(source):
    found, told = source.points("site").value, values(source)
    signals = found.columns["signal"]
    with open_store(source.store) as store:
        held = store.last(["grid.power", "hours.value", "fans.power"])
    for name in ("grid.power", "hours.value", "fans.power"):
        at = signals.index(name)
        assert told["value"][at] == held["value"][name]
        assert told["time"][at] == held["time"][name].timestamp()
        assert page.QUALITIES[told["quality"][at]] == held["quality"][name]
    silent = signals.index("weather.dry_bulb")
    assert (told["value"][silent], told["time"][silent], told["quality"][silent]) == (None, None, -1)


@pytest.mark.parametrize(
    ("rows", "length"),
    [("0,2", 2), ("", 0), ("-1,x,9999999999,1e3,2", 1), ("5" * 4000, 0), (",".join(["1"] * 900), page.MOST)],
)
def test_any_rows_may_be_asked_for(source, rows, length):
    assert len(values(source, rows=rows)["value"]) == length


def test_rows_of_another_version_are_asked_for_again(source):
    assert values(source, version="old") == {"again": True}


def test_a_store_that_breaks_is_told(source, tmp_path):
    (tmp_path / "store" / "tail.sqlite").write_bytes(b"no database" * 100)
    assert "problem" in values(source, rows="0")
    assert "historian" in text_of(detail.panel(source, here(), "grid.power"))


def test_a_missing_store_means_no_values(folder, tmp_path):
    source = Source(str(folder), str(tmp_path / "nowhere"))
    try:
        settled(lambda: source.points("site"))
        assert set(values(source)["value"]) == {None}
        assert not (tmp_path / "nowhere").exists()
    finally:
        source.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_panel_says_value_age_and_place(source, language):
    words = say(language)
    told = text_of(detail.panel(source, Address("points", "site", language), "grid.power"))
    assert "1,234,567" in told
    assert words["points_quality_good"] in told
    assert words["points_quality_old"] in text_of(
        detail.panel(source, Address("points", "site", language), "hours.value")
    )
    assert words["points_quality_fault"] in text_of(
        detail.panel(source, Address("points", "site", language), "fans.power")
    )
    assert "nobody.there" in text_of(detail.panel(source, Address("points", "site", language), "nobody.there"))


def test_writing_is_off_without_a_list(source):
    with account.acting(Person("root", "admin")):
        assert "--allow-writes" in lent.standing(source, here())
        assert "points-prepare" not in text_of(detail.panel(source, here(), "hours.value"))
        assert "--allow-writes" in text_of(
            lent.write(source, here(), {"signal": "hours.value", "value": 0.5, "seconds": 60.0})
        )


class Recorded(Lending):
    """Lending without a process; remembers what it was asked."""

    def __init__(self, *told):
        super().__init__(*told)
        self.orders = []

    def ask(self, do, **told):
        self.orders.append((do, told))
        lease = {"signal": told.get("signal"), "value": told.get("value"), "slot": 12, "until": NOW.timestamp() + 60.0}
        return {"present": 0.5, "slots": [None] * 16, "address": "here", "lease": lease}


@pytest.fixture
def lending(source, tmp_path):
    source.lending = Recorded("site", tmp_path / "allow.csv", tmp_path / "writes.jsonl")
    return source.lending


ORDER = {"signal": "hours.value", "value": 0.5, "seconds": 60.0}


def test_an_operator_writes_in_the_role_of_the_list(source, lending):
    noted = []
    with account.acting(Person("li", "operator"), lambda *told: noted.append(told)):
        assert "state good" in text_of(lent.write(source, here(), ORDER))
    assert lending.orders == [("write", {**ORDER, "who": "li", "role": "operator"})]
    assert noted[0][:2] == ("li", "set-point written")


def test_an_admin_may_what_an_operator_may(source, lending):
    with account.acting(Person("root", "admin")):
        lent.write(source, here(), ORDER)
    assert lending.orders[0][1]["role"] == "operator"


@pytest.mark.parametrize("role", ["viewer", "engineer"])
def test_others_are_refused_and_nothing_is_ordered(source, lending, role):
    with account.acting(Person("wang", role)):
        assert "points-prepare" not in text_of(detail.panel(source, here(), "hours.value"))
        assert "operator" in text_of(lent.write(source, here(), ORDER))
        assert "operator" in lent.release(source, here(), "any")
        assert "operator" in text_of(lent.prepare(source, here(), "hours.value", 0.5, 1)[0])
    assert lending.orders == []


@pytest.mark.parametrize(
    "change",
    [
        {"value": 0.1}, {"value": 0.95}, {"value": float("nan")}, {"value": "0.5"}, {"value": None}, {"value": True}, {"seconds": 0.0}, {"seconds": 1e9},
        {"seconds": None}, {"signal": "fans.power"}, {"signal": "grid.power"}, {"signal": None}, {"signal": ["hours.value"]},
    ],
)  # fmt: skip
def test_what_the_list_or_the_point_does_not_allow_is_not_ordered(source, lending, change):
    with account.acting(Person("li", "operator")):
        assert "state error" in text_of(lent.write(source, here(), {**ORDER, **change}))
        assert "state error" in text_of(lent.write(source, here(), None))
    assert lending.orders == []


def test_the_change_is_repeated_before_it_is_done(source, lending):
    with account.acting(Person("li", "operator")):
        shown, order = lent.prepare(source, here(), "hours.value", 0.75, 30)
    assert order == {"signal": "hours.value", "value": 0.75, "seconds": 1800.0}
    told = text_of(shown)
    assert "0.5 → 0.75" in told
    assert "100001" in told
    assert [each[0] for each in lending.orders] == ["look"]


@pytest.mark.parametrize("minutes", [None, "", "soon", 0, -1, 1e6])
def test_a_loan_without_an_end_is_not_prepared(source, lending, minutes):
    with account.acting(Person("li", "operator")):
        shown, order = lent.prepare(source, here(), "hours.value", 0.75, minutes)
    assert order is None
    assert "state error" in text_of(shown)


@pytest.mark.parametrize("value", [0.0, 1.0, -0.5, 21.5, 1234567.25, 1e-6, 123456789.0])
def test_a_value_is_shown_to_seven_digits(value):
    assert float(inventory.shown(value).replace(",", "")) == pytest.approx(value, rel=1e-6)


def test_every_word_of_the_browser_is_there():
    for language in ("en", "zh"):
        assert all(f"points_{key}" in say(language) for key in page.SAID)
        assert all(f"points_head_{key}" in say(language) for key in page.HEADS)
        assert all(f"points_show_{key}" in say(language) for key in page.SHOWS)
