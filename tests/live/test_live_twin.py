"""The live twin: driven by measurements, restartable, honest about what it replaced, and watchful."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.study.test_live import SMALL
from twin.bacnet import points as listed
from twin.bacnet.building.running import RunningSite
from twin.historian.store import open_store
from twin.live.residuals import LEARNING, Residuals
from twin.live.snapshot import FILE
from twin.live.twin import LiveTwin
from twin.site.load import load
from twin.weather.year import Weather

START = datetime(2026, 7, 1, 8)
STEP = 60.0


class Stage:
    """A building that runs, a historian that it fills, and twins that follow."""

    def __init__(self, folder, text=SMALL):
        (folder / "site.yaml").write_text(text)
        self.folder, self.site = folder, load(folder)
        self.points = listed.derive(self.site)
        self.names = [point.signal for point in self.points]
        self.running = RunningSite(self.site, Weather.named("shenzhen", 2019), START, STEP)
        self.places = self.running.places(self.names)
        self.store = open_store(folder / "history")
        self.told = []

    def run(self, ticks, change=lambda frame: frame):
        """So many ticks of the building, measured; gives the moment at their end."""
        rows, times = [], []
        for _ in range(ticks):
            self.running.advance()
            rows.append(self.running.values(self.places))
            times.append(self.running.moment)
        self.store.append(change(pd.DataFrame(rows, pd.DatetimeIndex(times), self.names)))
        return times[-1]

    def twin(self, site=None, home="state"):
        climate = Weather.named("beijing", 2019)  # another climate, so that measured weather has to do the work
        return LiveTwin(
            site or self.site,
            self.points,
            self.store,
            climate,
            STEP,
            self.folder / home,
            told=self.told.append,
        )

    def samples(self, point, quality=None):
        found = self.store.query(
            [point], pd.Timestamp(START, tz="Asia/Shanghai") - pd.Timedelta("30D"), pd.Timestamp("2027-01-01", tz="UTC")
        )
        return found if quality is None else found[found["quality"] == quality]


@pytest.fixture
def stage(tmp_path):
    made = Stage(tmp_path)
    yield made
    made.store.close()


def test_measured_weather_and_schedules_drive_the_twin_to_what_the_building_does(stage):
    end = stage.run(24 * 60)
    twin = stage.twin()
    twin.advance(end - timedelta(hours=23))
    twin.advance(end)
    expected, measured = stage.samples("room.air:expected"), stage.samples("room.air")
    both = expected.merge(measured, on="time")
    off = (both["value_x"] - both["value_y"]).abs()
    assert len(both) == 23 * 60
    assert (
        off.iloc[-60:].max() < 0.25
    )  # [K]; the station measures global sun, split by Erbs; Beijing's own July day is several kelvin away
    assert twin.status()["inputs_measured"] == 7
    assert twin.status()["substituted"] == 0


def test_a_twin_that_stops_goes_on_as_if_it_had_not(stage, tmp_path):
    first = stage.run(90)
    whole = stage.twin()
    whole.advance(first - timedelta(minutes=30))
    whole.advance(first)
    whole.save()
    shutil.copytree(tmp_path / "state", tmp_path / "kept")
    last = stage.run(95)
    whole.advance(last)
    again = stage.twin(home="kept")
    assert again.advance(last) == 95
    assert again.counted["ticks_caught_up"] == 94
    assert again.moment == whole.moment
    assert again.status()["worst"] == whole.status()["worst"]
    np.testing.assert_array_equal(again.residuals.total, whole.residuals.total)
    times = stage.samples("room.air:expected")["time"]
    assert times.is_unique
    assert times.diff().dropna().eq(pd.Timedelta("1min")).all()


def test_a_damaged_state_starts_anew_and_a_changed_site_keeps_its_temperatures(stage, tmp_path):
    end = stage.run(60)
    twin = stage.twin()
    twin.advance(end)
    twin._now.vector[twin.plan.slot["room", "air"]] = 41.0
    twin.save()
    other = stage.site.with_values({q.place: q.high for q in stage.site.assumptions()})
    changed = stage.twin(other)
    changed.advance(end)
    assert changed._now.vector[changed.plan.slot["room", "air"]] == 41.0
    (tmp_path / "state" / FILE).write_bytes(b"PK\x03\x04 cut")
    fresh = stage.twin()
    fresh.advance(end)
    assert fresh._now.vector[fresh.plan.slot["room", "air"]] < 40.0


def test_a_point_that_turns_bad_is_replaced_by_the_twins_value_and_flagged(stage):
    start = stage.run(60)
    twin = stage.twin()
    twin.advance(start)

    def broken(frame):
        told = frame.melt(ignore_index=False, var_name="point").rename_axis("time").reset_index()
        return told.assign(quality=np.where(told["point"] == "room.air", "fault", "good"))

    end = stage.run(10, broken)
    twin.advance(end)
    instead = stage.samples("room.air", "substituted")
    expected = stage.samples("room.air:expected").set_index("time")["value"]
    assert len(instead) == 7  # a value may be three ticks old before it is missed
    assert (instead["value"].to_numpy() == expected.loc[instead["time"]].to_numpy()).all()
    assert twin.status()["substituted"] == 1
    stage.run(1)
    twin.advance(end + timedelta(minutes=1))
    assert twin.status()["substituted"] == 0
    hours = stage.store.query(["room.air"], end - timedelta(minutes=5), end, every="5min")
    assert hours["room.air"].isna().all()  # aggregates are of the building alone


def test_a_lost_input_is_held_for_an_hour_and_then_told_by_the_model(stage):
    twin = stage.twin()
    twin.advance(stage.run(30))
    end = stage.run(90, lambda frame: frame.drop(columns=["weather.dry_bulb", "hours.value"]))
    twin.advance(end - timedelta(minutes=31))
    assert twin.status()["inputs_of_the_model"] == []
    twin.advance(end)
    assert twin.status()["inputs_of_the_model"] == ["hours.value", "weather.dry_bulb"]
    assert np.isnan(twin._now.vector[twin.plan.override["hours", "value"]])


def test_a_clock_that_jumps_is_told_and_survived(stage):
    end = stage.run(120)
    twin = stage.twin()
    twin.advance(end)
    assert twin.advance(end - timedelta(minutes=20)) == 0
    assert twin.counted["clock_set_back"] == 1
    assert twin.advance(end) == 0
    twin.advance(end - timedelta(minutes=90))
    assert twin.moment == end - timedelta(minutes=90)
    twin.advance(end + timedelta(days=30))
    assert twin.moment == end + timedelta(days=30)
    assert twin.counted["started_anew"] == 2
    assert [text[:5] for text in stage.told] == ["alarm", "alarm"]
    notes = stage.store.notes()
    assert len(notes) == 2
    assert notes["text"].str.contains("starts anew").all()


def test_a_drift_is_found_in_hours_and_noise_is_not_taken_for_one():
    random = np.random.default_rng(11)
    held = Residuals(np.full(40, 1e-6))

    def hour(shift):
        held.take(3.0 + random.standard_normal(40) + shift, 3600.0)
        return held.turn()

    for _ in range(LEARNING):
        assert not len(hour(0.0)[0])
    assert held.learned.all()
    assert held.mean == pytest.approx(np.full(40, 3.0), abs=0.4)
    assert held.spread == pytest.approx(np.ones(40), abs=0.25)
    quiet = sum(len(hour(0.0)[0]) for _ in range(48))
    assert quiet <= 12  # 40 points x 48 hours, one in some 465 hours each
    held.high[:], held.low[:] = 0.0, 0.0
    shift = np.where(np.arange(40) < 20, 2.0, 0.0)
    found = np.zeros(40)
    for _ in range(12):
        found[hour(shift)[0]] = 1.0
    assert found[:20].all()
    assert (held.alarm[:20] == 1.0).all()
    assert found[20:].sum() <= 6


def test_a_building_that_drifts_is_noted_in_the_historian(stage, monkeypatch):
    monkeypatch.setattr("twin.live.residuals.LEARNING", 6)
    twin = stage.twin()
    twin.advance(stage.run(60))
    twin.advance(stage.run(8 * 60))
    twin.advance(stage.run(4 * 60, lambda frame: frame.assign(**{"room.air": frame["room.air"] + 3.0})))
    assert "room.air" in twin.status()["drifting"]
    notes = stage.store.notes().set_index("point")
    assert "drifts above the twin" in notes.loc["room.air", "text"]


def test_points_that_the_twin_does_not_know_are_left_alone(stage):
    foreign = replace(stage.points[0], signal="other.thing", name="other", instance=99)
    stage.points.append(foreign)
    twin = stage.twin()
    assert "other.thing" not in {point.signal for point in twin.points}
    stage.points.pop()


def test_a_full_store_is_told_once_and_nothing_expected_is_lost(stage, monkeypatch):
    start = stage.run(60)
    twin = stage.twin()
    twin.advance(start)
    before = len(stage.samples("room.air:expected"))
    monkeypatch.setattr(stage.store, "reserve", 2**60)
    stage.store.reserve, held = 0, stage.store.reserve
    end = stage.run(10)
    stage.store.reserve = held
    twin.advance(end - timedelta(minutes=5))
    twin.advance(end)
    told = [text for text in stage.told if "kept in reserve" in text]
    # the disk's free space may move between the telling and now
    assert [re.sub(r"\d+ MiB free", "", text) for text in told] == ["alarm: " + re.sub(r"\d+ MiB free", "", twin.alarm)]
    assert twin.status()["alarm"]
    stage.store.reserve = 0
    stage.run(1)
    twin.advance(end + timedelta(minutes=1))
    assert twin.alarm == ""
    assert len(stage.samples("room.air:expected")) == before + 11
