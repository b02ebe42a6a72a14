"""What looks wrong with measured series is found, and what does not is left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twin.historian.quality import examine, report

ZONE = "Europe/London"


def load(days=60, base=40.0, seed=1, start="2017-02-20"):
    """An office's hourly load by the local clock, with noise."""
    index = pd.date_range(start, periods=24 * days, freq="1h", tz="UTC")
    local = index.tz_convert(ZONE)
    open_hours = ((local.hour >= 8) & (local.hour < 18) & (local.day_of_week < 5)).astype(float)
    noise = np.random.default_rng(seed).normal(0.0, 1.5, len(index))
    return pd.Series(base + 60.0 * open_hours + noise, index)


def kinds(series, zone=ZONE):
    return [each.kind for each in examine(series, zone)]


def test_a_sound_series_has_no_findings():
    assert kinds(load()) == []


def test_a_gap_tells_how_many_samples_are_missing():
    found = examine(load().drop(load().index[100:130]), ZONE)
    assert [(each.kind, each.samples) for each in found] == [("gap", 30)]


def test_a_spike_is_far_beyond_what_the_point_ever_shows():
    series = load()
    series.iloc[500] = 900.0
    (found,) = examine(series, ZONE)
    assert (found.kind, found.samples, found.start) == ("spike", 1, series.index[500])


def test_a_value_that_stands_still_for_a_day_is_stuck():
    series = load()
    series.iloc[300:340] = 77.7
    (found,) = examine(series, ZONE)
    assert (found.kind, found.samples) == ("stuck", 40)


def test_a_set_point_may_stand_still():
    index = pd.date_range("2019-01-01", periods=2000, freq="15min", tz="UTC")
    assert kinds(pd.Series(np.where((index.hour > 7) & (index.hour < 19), 21.0, 16.0), index)) == []


def test_zeros_mean_missing_where_there_is_a_base_load():
    series = load()
    series.iloc[700:712] = 0.0
    (found,) = examine(series, ZONE)
    assert (found.kind, found.samples) == ("zeros", 12)


def test_zeros_of_a_plant_that_rests_are_no_finding():
    series = (load(base=0.0) - 20.0).clip(lower=0.0)
    assert "zeros" not in kinds(series)


@pytest.mark.parametrize(("factor", "name"), [(1000.0, "k -> 1"), (0.001, "1 -> k"), (3.6, "kWh -> MJ")])
def test_a_change_of_unit_is_named(factor, name):
    index = pd.date_range("2019-01-01", periods=24 * 60, freq="1h", tz="UTC")
    flow = pd.Series(50.0 + np.random.default_rng(2).normal(0.0, 1.0, len(index)), index)
    flow.iloc[24 * 30 :] *= factor
    slips = [each for each in examine(flow, "UTC") if each.kind == "unit slip"]
    assert len(slips) == 1
    assert name in slips[0].detail
    assert slips[0].start == index[24 * 30]


def test_times_of_a_local_clock_that_claim_utc_are_found():
    right = load(days=300)
    claimed = right.index.tz_convert(ZONE).tz_localize(None).tz_localize("UTC")
    wrong = right[~claimed.duplicated()].set_axis(claimed[~claimed.duplicated()])
    assert "a local clock's" in next(each for each in examine(wrong, ZONE) if each.kind == "clock shift").detail
    assert "clock shift" not in kinds(right)


def test_times_without_summer_time_are_found():
    right = load(days=300)
    claimed = right.index.tz_localize(None).tz_localize(ZONE, ambiguous="NaT", nonexistent="NaT")
    wrong = right[claimed.notna()].set_axis(claimed[claimed.notna()])
    assert "without summer time" in next(each for each in examine(wrong, ZONE) if each.kind == "clock shift").detail


def test_a_real_archive_shows_its_known_traps(shared_data):
    path = shared_data("cambridge_meters") / "developer_example_2015_2018.csv.gz"
    frame = pd.read_csv(path, index_col=0)
    frame.index = pd.to_datetime(frame.index, utc=True)
    found = report(frame[[name for name in frame.columns if "elec" in name]], ZONE)
    zeros = found[found["kind"] == "zeros"].groupby("point")["samples"].sum()
    for name in ("b24_elec_kwh", "b96_elec_kwh", "b5_elec_kwh"):
        longest = (frame[name] == 0.0).sum()
        assert 0.8 * longest <= zeros[name] <= longest
    assert set(found[found["kind"] == "clock shift"]["point"]) == {"b7_elec_kwh", "b96_elec_kwh"}
    assert "unit slip" not in set(found["kind"])
