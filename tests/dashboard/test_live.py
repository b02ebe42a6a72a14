"""Live values, figures of a period and what wants attention, without a browser: equal to the historian, and never blank."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard import app as program
from twin.dashboard import live
from twin.dashboard.data import Source
from twin.dashboard.language import own
from twin.dashboard.overview import standing
from twin.dashboard.packed import Packed

from tests.dashboard.studies import SITE
from tests.dashboard.test_screen import at_work, texts
from tests.dashboard.waiting import settled, soon
from twin.bacnet.points import mapped
from twin.historian.store import open_store
from twin.live import filling
from twin.site.load import load

ZONE = timezone(timedelta(hours=8))
NOON = datetime(2026, 3, 4, 12, tzinfo=ZONE)


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "fans"
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    return folder


def kept(folder, since=timedelta(days=2), until=NOON, power=7000.0, expected=8000.0):
    """A store with constant measurements and expectations."""
    with open_store(folder) as store:
        times = pd.date_range(until - since, until, freq="1min", inclusive="left")
        some = {"grid.power": np.full(len(times), power), "grid.power:expected": np.full(len(times), expected)}
        store.append(pd.DataFrame(some, index=times))
    return folder


def working(source, period="today"):
    return settled(lambda: source.period(source.home, period))


def test_a_new_sample_is_known_at_once_and_reading_ends_when_nobody_watches(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "PATIENCE", 5.0)
    folder = kept(tmp_path / "store")
    pulse = live.Pulse(str(folder), lambda: {"::history": 14})
    pulse.want(["grid.power", "nobody.knows", "::history"])
    soon(lambda: "grid.power" in pulse.newest(["grid.power"]))
    assert pulse.newest(["grid.power"])["grid.power"][:2] == [7000.0, "good"]
    assert pulse.newest(["::history"])["::history"][0] == 14
    assert pulse.newest(["nobody.knows"]) == {}
    before = pulse.version
    with open_store(folder) as store:
        store.append(
            pd.DataFrame(
                {
                    "time": [NOON, NOON],
                    "point": ["grid.power", "other"],
                    "value": [1.5, 2.5],
                    "quality": ["fault", "good"],
                }
            )
        )
    soon(lambda: pulse.version > before)
    assert pulse.newest(["grid.power"])["grid.power"] == [1.5, "fault", NOON.timestamp()]
    assert pulse._thread is not None
    monkeypatch.setattr(live, "PATIENCE", 0.0)
    soon(lambda: pulse._thread is None)
    monkeypatch.setattr(live, "PATIENCE", 20.0)
    assert pulse.newest(["grid.power"]) == {}
    pulse.want(["grid.power"])
    soon(lambda: pulse.newest(["grid.power"]))
    pulse.stop()


def test_what_a_browser_asks_for_is_checked_and_a_broken_store_is_told(tmp_path):
    assert live._checked(["a", 1, None, "x" * 400, {"b": 1}]) == ["a"]
    assert live._checked("grid.power") == []
    assert len(live._checked([str(each) for each in range(2000)])) == live.MOST
    (tmp_path / "tail.sqlite").write_bytes(b"this is no database" * 99)
    pulse = live.Pulse(str(tmp_path))
    pulse.want(["grid.power"])
    soon(lambda: pulse.alarm)
    assert "tail.sqlite" in live._message(pulse, ["grid.power"])["alarm"]
    pulse.stop()
    missing = live.Pulse(str(tmp_path / "none"))
    missing.want(["grid.power"])
    time.sleep(3 * live.BEAT)
    missing.stop()
    assert not (tmp_path / "none").exists()


def test_figures_of_a_period_are_those_of_the_historian(site, tmp_path):
    source = at_work(site, kept(tmp_path / "store"))
    found = working(source).value
    assert found.energy.measured == pytest.approx(84.0)
    assert found.energy.expected == pytest.approx(96.0)
    assert found.energy.before == pytest.approx(84.0)
    assert found.peak.measured == pytest.approx(7.0)
    assert found.cost.measured == pytest.approx(84.0 * 0.6)
    assert found.carbon.measured == pytest.approx(84.0 * 0.5 / 1e3)
    assert found.intensity.measured == pytest.approx(0.84)
    assert found.complete.measured == 1.0
    week = working(source, "week").value
    assert week.energy.measured == pytest.approx(48 * 7.0)
    assert week.energy.before is None
    assert week.complete.measured == pytest.approx(2 / 7, rel=0.01)
    screen = texts(program.screen(source, "/overview", "?lang=en")[0])
    assert " twin 96 kWh" in screen.replace("\\u00a0", " ").replace("\u00a0", " ")
    assert "twin on measured weather" in screen
    assert "Expected by midnight" in screen
    source.close()


def test_expectations_count_where_something_was_measured_alone(site, tmp_path):
    folder = kept(tmp_path / "store", timedelta(hours=6))
    with open_store(folder) as store:
        times = pd.date_range(NOON - timedelta(hours=12), NOON - timedelta(hours=6), freq="1min", inclusive="left")
        store.append(pd.DataFrame({"grid.power:expected": np.full(len(times), 9e9)}, index=times))
    found = working(at_work(site, folder)).value
    assert found.energy.measured == pytest.approx(42.0)
    assert found.energy.expected == pytest.approx(48.0)
    assert found.complete.measured == pytest.approx(0.5)


def test_a_period_with_too_little_says_so_and_nonsense_in_the_address_is_told(site, tmp_path):
    folder = kept(tmp_path / "store", timedelta(days=1), NOON - timedelta(days=3))
    source = at_work(site, folder)
    assert working(source).why == "overview_sparse"
    screen = texts(program.screen(source, "/overview", "?lang=zh&period=century")[0])
    assert "实测数据过少" in screen
    assert "period=century" in screen
    midnight = at_work(site, folder, NOON.replace(hour=0, minute=3))
    assert working(midnight).why == "overview_early"


def news(folder, **more):
    told = {
        "time": NOON.astimezone(UTC).isoformat(), "every_s": 5.0, "running": True, "missing": [], "alarms": [],
        "devices": [{"instance": 1203, "online": False, "heard": "2026-03-04T06:05:00+00:00", "points": 76}, {"instance": 7, "online": True}],
        "points": {"signal": ["a.b", "c.d"], "quality": ["stale", "good"], "age_s": [600.0, 2.0]}, **more,
    }  # fmt: skip
    (folder / standing.GATEWAY).write_text(json.dumps(told), encoding="utf-8")


def test_a_device_that_is_silent_is_named_with_the_moment_of_its_last_word(site, tmp_path):
    folder = kept(tmp_path / "store")
    news(folder, time=(NOON + timedelta(hours=3)).isoformat())
    source = at_work(site, folder, NOON + timedelta(hours=3))
    screen = texts(program.screen(source, "/overview", "?lang=en")[0])
    assert "No data since 14:05: device 1203 offline (76 points)." in screen
    assert "No news since 14:50 of 1 points: a.b." in screen
    assert "自 14:05 起无数据：设备 1203 离线（76 个测点）。" in texts(
        program.screen(source, "/overview", "?lang=zh")[0]
    )


def test_a_meter_whose_device_is_silent_says_which_device_that_is(site, tmp_path):
    folder, late = kept(tmp_path / "store"), NOON + timedelta(hours=3)
    device = next(each.device for each in mapped(load(site), site) if each.signal == "grid.power")
    news(folder, time=late.isoformat(), devices=[{"instance": device, "online": False, "heard": None, "points": 1}])
    source = at_work(site, folder, late)
    soon(lambda: source.mapped("fans").state == "ready")
    told = texts(program.screen(source, "/overview", "?lang=en")[0])
    assert f"No data since 2026-03-04 11:59: device {device} offline." in told
    assert "Check the gateway and the meter" not in told


def test_a_gateway_or_a_twin_that_stands_still_is_told(site, tmp_path):
    folder = kept(tmp_path / "store")
    news(folder, time=(NOON - timedelta(minutes=5)).isoformat())
    (folder / "live").mkdir()
    (folder / "live" / "twin.json").write_text(
        json.dumps(
            {
                "moment": (NOON - timedelta(hours=1)).isoformat(),
                "drifting": ["fans.power", "hours.value"],
                "worst": [
                    {"point": "grid.power", "residual": 99.0, "usual": 2.0, "unit": "W", "spreads": 9.0},
                    {"point": "fans.power", "residual": 12.0, "usual": 2.0, "unit": "W", "spreads": 4.0},
                    {"point": "hours.value", "residual": 0.3, "usual": 0.1, "unit": "1", "spreads": 2.9},
                ],
            }
        ),
        encoding="utf-8",
    )
    rows = standing.found(str(folder), load(site), NOON)
    assert [row.sort for row in rows] == ["gateway", "drift", "twin"]
    assert (rows[1].names, rows[1].count, rows[1].detail) == (("fans.power",), 1, "fans.power: +10 W")
    (folder / "live" / "twin.json").write_text("[1", encoding="utf-8")
    (folder / standing.GATEWAY).write_text("null", encoding="utf-8")
    assert standing.found(str(folder), load(site), NOON) == ()
    assert standing.found("postgresql://nobody@nowhere/x", load(site), NOON) == ()


def test_points_outside_their_limits_are_gathered_with_the_farthest_first(tmp_path):
    folder = load("binhai").path.parent
    zones = [
        line.split(",")[4]
        for line in (folder / "points.csv").read_text(encoding="utf-8").splitlines()
        if ".air," in line
    ]
    with open_store(tmp_path / "store") as store:
        store.append(
            pd.DataFrame({name: [33.0 + place] for place, name in enumerate(zones)}, index=pd.DatetimeIndex([NOON]))
        )
    rows = standing.found(str(tmp_path / "store"), load("binhai"), NOON)
    assert [(row.sort, row.count) for row in rows] == [("limit", len(zones))]
    assert rows[0].names[0] == zones[-1]
    assert rows[0].detail == f"{32 + len(zones)}.0 > 32 °C"
    assert standing.found(str(tmp_path / "store"), load("binhai"), NOON + timedelta(days=2)) == ()


def test_a_virtual_building_is_named_with_the_history_that_is_there(site, tmp_path):
    folder = kept(tmp_path / "store")
    filling.Progress(4, "far", 98, 365, "2026-01-01").keep(folder)
    source = at_work(site, folder)
    screen = texts(program.screen(source, "/overview", "?lang=en")[0])
    assert "seed 4" in screen
    assert '"98"' in screen
    assert "come from no real building" in screen
    filling.Progress(4, "near", 0, 14).keep(folder)
    assert program.screen(source, "/overview", "?lang=en")[1] == program.SOON
    real = at_work(site, kept(tmp_path / "real"))
    assert "no real building" not in texts(program.screen(real, "/overview", "?lang=en")[0])


def test_every_sort_of_alarm_has_its_words_in_both_languages():
    for language in ("en", "zh"):
        assert {f"overview_{what}_{sort}" for sort in standing.ORDER for what in ("sort", "do")} <= set(own(language))


def test_another_site_than_the_opened_one_has_no_measurements(site, tmp_path):
    source = Source(str(site), str(kept(tmp_path / "store")), now=lambda: NOON)
    assert not source.measures("binhai")
    assert source.period("binhai", "today").why == "no_historian"
    assert source.origin("binhai") is None
    source.close()


def test_files_are_packed_once_beside_the_loop_and_never_for_this_machine():
    content, asked = b"x" * 5000, []

    async def app(scope, receive, send):
        asked.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5000")]})
        await send({"type": "http.response.body", "body": content})

    async def get(packed, client="10.0.0.9", path="/assets/a.js"):
        told = []

        async def send(message):
            told.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "client": (client, 1),
            "headers": [(b"accept-encoding", b"gzip, br")],
        }
        await packed(scope, None, send)
        return dict(told[0]["headers"]).get(b"content-encoding"), b"".join(each["body"] for each in told[1:])

    async def go():
        packed = Packed(app)
        assert await get(packed) == (None, content)
        while packed._packing:
            await asyncio.sleep(0.01)
        how, body = await get(packed)
        assert how == b"gzip"
        assert gzip.decompress(body) == content
        assert await get(packed, "127.0.0.1") == (None, content)
        how, body = await get(packed, path="/_dash-update-component")
        assert gzip.decompress(body) == content
        assert len(asked) == 4

    asyncio.run(go())
