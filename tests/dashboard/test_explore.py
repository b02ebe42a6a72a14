"""Explore without a browser: what every chart is made of, files, and what goes wrong."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from functools import partial

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard import shell
from twin.dashboard.address import Address, read
from twin.dashboard.data import Source
from twin.dashboard.explore import asked, history
from twin.dashboard.explore.view import show
from twin.dashboard.language import say
from twin.dashboard.pages import explore

from tests.dashboard.served import served
from tests.dashboard.studies import SITE
from tests.dashboard.waiting import settled
from twin.historian.store import open_store
from twin.historian.tidy import retain, tidy

ZONE = timezone(timedelta(hours=8))
NOON = datetime(2026, 3, 4, 12, tzinfo=ZONE)
MINUTES = pd.date_range("2026-02-26", "2026-03-04 12:00", freq="1min", tz=ZONE, inclusive="left")


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "fans"
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    return folder


@pytest.fixture
def store(tmp_path):
    folder = tmp_path / "store"
    with open_store(folder) as kept:
        values = 5000.0 + np.arange(len(MINUTES)) % 1440
        frame = pd.DataFrame({"grid.power": values, "room.air": 20.0 + values / 1e4}, index=MINUTES)
        frame.iloc[3000:3600, 0] = np.nan
        kept.append(frame)
        lost = pd.DataFrame(
            {"time": MINUTES[3000:3010], "point": "grid.power", "value": np.nan, "quality": "communication_lost"}
        )
        kept.append(lost)
        kept.append(pd.DataFrame({"time": MINUTES[3010:3012], "point": "grid.power", "value": 9e9, "quality": "fault"}))
        kept.describe("grid.power", "W", "Power from the grid")
        kept.describe("room.air", "degC", "Room")
    return folder


def at_work(source):
    """Wait until a source has read its site, its weather and the twin's year."""
    settled(*(partial(each, source.home) for each in (source.site, source.sky, source.run)))


def shown(site, store, query, wait=True):
    """The view of an address, when the twin's year is there."""
    source = Source(str(site), str(store), now=lambda: NOON)
    address = read("/explore", query, {"explore": asked.KEYS}, source.names, Address("explore", source.home))
    if wait:
        at_work(source)
    found = show(source, address)
    source.close()
    return found


def fetched(source, *queries):
    """Status, headers and text of files, once everything is worked out."""
    at_work(source)
    with served(source) as address:
        for query in queries:
            try:
                with urllib.request.urlopen(f"{address}/explore/samples.{query}") as told:
                    yield told.status, told.headers, told.read()
            except urllib.error.HTTPError as told:
                yield told.code, told.headers, told.read()


def numbers(packed, kind="f4"):
    return np.frombuffer(base64.b64decode(packed["bdata"]), f"<{kind}")


def test_a_trend_tells_gaps_and_qualities_and_its_figures_are_the_historians(site, store):
    view = shown(site, store, "?points=grid.power&twin=off")
    assert view.reading.state == "ready"
    with open_store(store) as kept:
        held = kept.query(["grid.power"], MINUTES[0], NOON, qualities=("good",))["value"]
    row = dict(zip(view.heads, view.rows[0], strict=True))
    words = say("en")
    assert row[words["explore_mean"]] == f"{held.mean() / 1e3:.5g} kW"
    assert row[words["explore_samples"]] == f"{len(held):,}"
    assert row[words["explore_gaps"]] == "1, together 10.0 h"
    assert "10 communication lost" in row[words["explore_quality"]]
    assert "2 fault" in row[words["explore_quality"]]
    line, odd = view.figure["data"][1], view.figure["data"][2]
    drawn = numbers(line["y"])
    assert np.isnan(drawn).sum() == 1
    assert np.nanmax(drawn) == np.float32(held.max() / 1e3)
    assert len(odd["text"]) == 12
    assert max(numbers(odd["y"])) < 10.0
    json.dumps(view.figure, allow_nan=False)


def test_many_samples_become_means_and_extremes_that_match_the_historian(site, store, monkeypatch):
    monkeypatch.setattr(history, "RAW", 1000)
    view = shown(site, store, "?points=grid.power&twin=off")
    assert any("least to the greatest" in note for note in view.notes)
    few = shown(site, store, "?points=grid.power&twin=off&zoom=2026-03-01T00:00~2026-03-01T06:00")
    assert not any("least to the greatest" in note for note in few.notes)
    with open_store(store) as kept:
        held = kept.query(["grid.power"], MINUTES[0], NOON, qualities=("good",))["value"]
    row = dict(zip(view.heads, view.rows[0], strict=True))
    assert row[say("en")["explore_mean"]] == f"{held.mean() / 1e3:.5g} kW"
    assert row[say("en")["explore_most"]] == f"{held.max() / 1e3:g} kW"
    assert "2 fault" in row[say("en")["explore_quality"]]
    extremes = numbers(view.figure["data"][0]["y"])
    assert np.nanmax(extremes) == np.float32(held.max() / 1e3)
    assert np.nanmin(extremes) == np.float32(held.min() / 1e3)


@pytest.mark.parametrize(("name", "again"), [("room.air", 0), ("grid.power", 1)], ids=["all count", "some do not"])
def test_a_zoom_takes_its_part_of_what_was_read_where_all_samples_count(site, store, monkeypatch, name, again):
    monkeypatch.setattr(history, "RAW", 100)
    hour, asked_for = 3_600_000_000, []
    first = round(MINUTES[2880].timestamp() * 1e6) // hour * hour
    sources = [Source(str(site), str(store), now=lambda: NOON) for _ in range(2)]
    remembers, forgets = (each.history(each.home) for each in sources)
    whole = remembers.read([name], first, first + 24 * hour, 96)[0]
    assert whole.step == hour // 4
    sums = remembers.store().sums
    monkeypatch.setattr(remembers.store(), "sums", lambda *told: asked_for.append(told) or sums(*told))
    part = remembers.read([name], first + hour, first + 7 * hour, 24)[0]
    assert bool(asked_for) == bool(again)
    fresh = forgets.read([name], first + hour, first + 7 * hour, 24)[0]
    assert len(part) == len(fresh) > 0
    for field in ("time", "value", "least", "most", "count", "odd_time", "odd_value"):
        np.testing.assert_array_equal(getattr(part, field), getattr(fresh, field), field)
    for each in sources:
        each.close()


def test_old_samples_of_which_only_sums_are_left_are_still_drawn(site, tmp_path):
    folder = tmp_path / "old"
    times = pd.date_range("2025-01-01", "2025-02-01", freq="1min", tz=ZONE, inclusive="left")
    with open_store(folder) as kept:
        kept.append(pd.DataFrame({"grid.power": np.full(len(times), 7000.0)}, index=times))
        for _ in range(3):
            tidy(kept, hot=0)
        retain(kept, "100D")
        kept.append(pd.DataFrame({"grid.power": np.ones(60)}, index=MINUTES[:60]))
    view = shown(site, folder, "?points=grid.power&twin=off&from=2025-01-02&to=2025-01-03")
    assert view.reading.state == "ready"
    assert view.rows[0][1] == "7 kW"


def test_the_twins_year_stands_in_where_nothing_is_measured(site):
    view = shown(site, "", "?points=grid.power")
    assert view.reading.state == "ready"
    assert len(view.rows) == 1
    assert "grid.power" in view.notes[0]
    assert "typical weather" in view.notes[1]
    source = Source(str(site), now=lambda: NOON)
    run = settled(lambda: source.run("fans")).value
    first = round((datetime(2026, 2, 26, tzinfo=ZONE) - run.clock.start).total_seconds() / run.clock.step)
    drawn = numbers(view.figure["data"][1]["y"])
    assert drawn == pytest.approx(run.series("grid.power")[first : first + 7 * 96] / 1e3)
    source.close()


def test_a_point_without_a_unit_has_the_one_of_its_twin(site, tmp_path):
    folder = tmp_path / "plain"
    with open_store(folder) as kept:
        kept.append(pd.DataFrame({"grid.power": np.full(len(MINUTES), 7000.0)}, index=MINUTES))
    view = shown(site, folder, "?points=grid.power")
    assert [row[1].split()[1] for row in view.rows] == ["kW", "kW"]


def test_a_carpet_has_a_row_a_day_of_the_local_clock_in_both_ways(site, store):
    upright = shown(site, store, "?points=grid.power&twin=off&chart=carpet").figure["data"]
    turned = shown(site, store, "?points=grid.power&twin=off&chart=carpet&turn=hours").figure["data"]
    assert (upright[0]["z"]["shape"], turned[0]["z"]["shape"]) == ("96, 7", "7, 96")
    one, other = numbers(upright[0]["z"]).reshape(96, 7), numbers(turned[0]["z"]).reshape(7, 96)
    assert np.array_equal(one, other.T, equal_nan=True)
    assert one[0, 0] == np.float32((5000.0 + 7.0) / 1e3)
    assert np.isnan(one[60, 6])
    free = numbers(upright[1]["z"])
    assert free.tolist() == [
        0.0,
        0.0,
        0.0,
        1.0,
        0.0,
        0.0,
        0.0,
    ]  # Saturday the 28th is a workday in China's calendar of 2026


def test_a_duration_curve_falls_and_counts_the_hours(site, store):
    view = shown(site, store, "?points=grid.power&twin=off&chart=duration&grain=hour&before=on")
    curve = view.figure["data"][0]
    values = numbers(curve["y"])
    assert (np.diff(values) <= 0).all()
    assert numbers(curve["x"])[-1] == 6 * 24 + 12 - 10
    assert len(view.figure["data"]) == 1


def test_a_signature_needs_an_outdoor_temperature_and_says_how_to_get_one(site, store):
    view = shown(site, store, "?points=grid.power&twin=off&chart=signature")
    assert (view.reading.state, view.reading.why) == ("empty", "explore_no_weather")
    over = shown(site, store, "?points=grid.power&twin=off&chart=signature&against=room.air&grain=hour")
    assert over.reading.state == "ready"
    equation = over.rows[0][1]
    assert "max(0, T" in equation
    twin = shown(site, "", "?points=grid.power&chart=signature&period=year")
    assert "kWh/d" in twin.rows[0][1]


def test_a_scatter_puts_the_first_point_across(site, store):
    view = shown(site, store, "?points=room.air,grid.power&twin=off&chart=scatter&grain=hour")
    cloud = view.figure["data"][0]
    x, y = numbers(cloud["x"]), numbers(cloud["y"])
    assert x == pytest.approx(20.0 + y * 1e3 / 1e4, rel=1e-5)


def test_three_units_are_two_axes_and_a_word_about_the_third(site, store):
    with open_store(store) as kept:
        kept.append(pd.DataFrame({"valve": np.full(len(MINUTES), 0.5)}, index=MINUTES))
        kept.describe("valve", "1")
    view = shown(site, store, "?points=grid.power,room.air,valve&twin=off")
    assert {each["yaxis"] for each in view.figure["data"]} == {"y", "y2"}
    assert any("two axes" in note for note in view.notes)


def test_a_search_over_fifty_thousand_names_is_quick_and_takes_words_in_any_order(site):
    source = Source(str(site), now=lambda: NOON)
    found = source.history("fans")
    entries = {
        name: history.Entry(name, "W", f"Power of room {place}", "measured", 0, 1, 1) for place in range(50_000) for name in (f"tower/floor{place % 40}/room{place}.power",)
    }  # fmt: skip
    found.measured = lambda fresh=False: entries
    found.search("x", 1)
    began = time.perf_counter()
    rows, count = found.search("ROOM4999 tower", 50)
    assert time.perf_counter() - began < 0.5
    assert (len(rows), count) == (11, 11)
    assert found.search("no such thing", 50) == ([], 0)
    offer = explore.offered(source, Address("explore", "fans"), "floor7", ["grid.power"])
    assert offer[0]["value"] == "grid.power"
    assert len(offer) == explore.OFFERED + 1
    source.close()


def test_a_store_that_is_missing_empty_corrupt_or_held_is_told(site, store, tmp_path, monkeypatch):
    assert shown(site, tmp_path / "none", "?points=room.air&twin=off").reading.why == "explore_unknown"
    assert not (tmp_path / "none").exists()
    open_store(tmp_path / "bare").close()
    assert shown(site, tmp_path / "bare", "?points=room.air&twin=off").reading.why == "explore_unknown"
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "tail.sqlite").write_bytes(b"this is no database" * 99)
    told = shown(site, broken, "?points=grid.power")
    assert (told.reading.state, told.reading.why) == ("error", "explore_store_fails")
    monkeypatch.setattr(history, "PATIENCE", 0.3)
    held = sqlite3.connect(store / "tail.sqlite", isolation_level=None, check_same_thread=False)
    held.execute("begin exclusive")
    try:
        told = shown(site, store, "?points=grid.power")
    finally:
        held.execute("rollback")
        held.close()
    assert (told.reading.state, told.reading.why) == ("error", "explore_busy")


def test_a_store_that_is_replaced_is_read_anew(site, store):
    source = Source(str(site), str(store), now=lambda: NOON)
    kept = source.history("fans")
    assert "room.air" in kept.measured()
    (store / "tail.sqlite").rename(store / "gone.sqlite")
    assert kept.measured() == {}
    with open_store(store) as other:
        other.append(pd.DataFrame({"new": [1.0]}, index=MINUTES[:1]))
    assert set(kept.measured()) == {"new"}
    source.close()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_has_every_sample_with_its_quality(site, store, kind, tmp_path):
    source = Source(str(site), str(store), now=lambda: NOON)
    ((status, headers, content),) = fetched(source, f"{kind}?site=fans&points=grid.power&twin=off")
    assert status == 200
    assert "attachment" in headers["content-disposition"]
    path = tmp_path / f"got.{kind}"
    path.write_bytes(content)
    frame = pd.read_csv(path) if kind == "csv" else pd.read_excel(path) if _excel() else None
    if frame is not None:
        with open_store(store) as kept:
            held = kept.query(["grid.power"], MINUTES[0], MINUTES[-1] + timedelta(minutes=1))
        assert frame["quality"].tolist() == held["quality"].tolist()
        assert frame["value"].fillna(-1).tolist() == held["value"].fillna(-1).tolist()
    source.close()


def _excel():
    try:
        import openpyxl  # noqa: F401
    except ImportError:
        return False
    return True


def test_a_file_that_would_be_too_long_or_of_nothing_is_refused_in_the_readers_language(site, store, monkeypatch):
    from twin.dashboard.explore import export

    monkeypatch.setattr(export, "EXCEL_ROWS", 100)
    source = Source(str(site), str(store), now=lambda: NOON)
    queries = (
        "xlsx?lang=zh&points=grid.power&twin=off",
        "csv?points=nobody",
        "csv?points=grid.power&twin=off&chart=carpet",
        "csv?from=2026-03-02&to=2026-03-01",
    )
    long, nobody, carpet, reversed_ = fetched(source, *queries)
    assert (long[0], "行数超出" in long[2].decode()) == (400, True)
    assert (nobody[0], reversed_[0]) == (400, 400)
    lines = carpet[2].decode().splitlines()
    assert lines[0].endswith("grid.power [W]")
    assert len(lines) == 1 + 4 * (6 * 24 + 12)
    source.close()


def test_a_name_that_is_a_formula_is_none_in_a_file(site, tmp_path):
    folder = tmp_path / "store"
    with open_store(folder) as kept:
        kept.append(pd.DataFrame({"=1+1": np.ones(len(MINUTES))}, index=MINUTES))
    source = Source(str(site), str(folder), now=lambda: NOON)
    ((_, _, content),) = fetched(source, "csv?points=%3D1%2B1&twin=off")
    assert ",'=1+1," in content.decode().splitlines()[1]
    source.close()


def test_readers_in_many_threads_get_the_same_answer(site, store):
    source = Source(str(site), str(store), now=lambda: NOON)
    at_work(source)
    address = Address("explore", "fans", own=(("points", "grid.power"), ("twin", "off")))
    found = []
    threads = [threading.Thread(target=lambda: found.append(show(source, address).rows)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8
    assert all(each == found[0] for each in found)
    source.close()


def test_every_word_of_the_page_is_in_both_catalogues():
    folder = shell.MENU and explore.__file__.rpartition("/pages/")[0]
    from pathlib import Path

    told = "".join(each.read_text(encoding="utf-8") for each in Path(folder).rglob("*.py"))
    used = set(re.findall(r'"(explore_[a-z_]+)"', told)) - {"explore_quality_"}
    used |= (
        {f"explore_chart_{each}" for each in asked.CHARTS}
        | {f"explore_period_{each}" for each in explore.PERIODS}
        | {f"explore_grain_{each}" for each in ("auto", *asked.GRAINS)}
    )
    used |= {f"explore_quality_{each}" for each in history.QUALITIES[1:]}
    for language in ("en", "zh"):
        assert used - set(say(language)) == set()
