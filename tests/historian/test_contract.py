"""What every historian promises, whatever it keeps its samples in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twin.errors import StoreError
from twin.historian.embedded import Embedded
from twin.historian.tidy import tidy

START = pd.Timestamp("2019-07-01", tz="Asia/Shanghai")
YEAR = (pd.Timestamp("2019-01-01", tz="UTC"), pd.Timestamp("2020-01-01", tz="UTC"))


def wide(rows=4, every="15min", start=START, **columns):
    index = pd.date_range(start, periods=rows, freq=every)
    return pd.DataFrame(columns or {"ahu/supply": np.arange(rows, dtype=float)}, index=index)


def settle(store):
    """Into files, where there are files."""
    if isinstance(store, Embedded):
        tidy(store, hot=0)


def test_what_was_written_is_read_back_with_its_time_zone(store):
    store.append(wide(a=[1.0, 2.0, np.nan, 4.0], b=[5.0, 6.0, 7.0, 8.0]))
    back = store.query(["b", "a"], START, START + pd.Timedelta("1h"), zone="Asia/Shanghai")
    assert back[back["point"] == "b"]["value"].tolist() == [5.0, 6.0, 7.0, 8.0]
    assert back[back["point"] == "a"]["value"].tolist() == [1.0, 2.0, 4.0]
    assert back["time"].iloc[0] == START
    assert str(back["time"].dt.tz) == "Asia/Shanghai"
    assert set(back["quality"]) == {"good"}
    assert store.points()["samples"].to_dict() == {"a": 3, "b": 4}


@pytest.mark.parametrize("settled", [False, True])
def test_a_time_written_twice_keeps_its_latest_value(store, settled):
    store.append(wide())
    if settled:
        settle(store)
    store.append(wide(rows=1, **{"ahu/supply": [9.0]}))
    assert store.query(["ahu/supply"], *YEAR)["value"].tolist() == [9.0, 1.0, 2.0, 3.0]
    assert store.query(["ahu/supply"], *YEAR, every="1h", how="sum")["ahu/supply"].sum() == 15.0
    settle(store)
    assert store.query(["ahu/supply"], *YEAR)["value"].tolist() == [9.0, 1.0, 2.0, 3.0]


def test_the_later_row_of_one_frame_counts(store):
    times = [START, START, START]
    store.append(pd.DataFrame({"time": times, "point": "a", "value": [1.0, 2.0, 3.0]}))
    assert store.query(["a"], *YEAR)["value"].tolist() == [3.0]


def test_samples_may_come_late_and_out_of_order(store):
    held = wide(rows=96)
    shuffled = held.sample(frac=1.0, random_state=1)
    store.append(shuffled.iloc[:50])
    settle(store)
    store.append(shuffled.iloc[50:])
    back = store.query(["ahu/supply"], *YEAR)
    assert back["value"].tolist() == held["ahu/supply"].tolist()
    assert back["time"].is_monotonic_increasing


def test_qualities_are_kept_and_chosen(store):
    values = [1.0, np.nan, 3.0, 40.0, 5.0]
    quality = ["good", "communication_lost", "overridden", "fault", "substituted"]
    times = pd.date_range(START, periods=5, freq="10min")
    store.append(pd.DataFrame({"time": times, "point": "a", "value": values, "quality": quality}))
    back = store.query(["a"], *YEAR)
    assert back["quality"].tolist() == quality
    assert np.isnan(back["value"].iloc[1])
    assert store.query(["a"], *YEAR, qualities=["good", "fault"])["value"].tolist() == [1.0, 40.0]
    assert store.query(["a"], *YEAR, every="1h", how="mean")["a"].dropna().tolist() == [2.0]
    assert store.query(["a"], *YEAR, every="1h", how="max", qualities=["fault"])["a"].max() == 40.0


@pytest.mark.parametrize("settled", [False, True])
def test_intervals_are_those_of_pandas(store, settled):
    random = np.random.default_rng(3)
    held = wide(rows=3000, every="37min", a=random.standard_normal(3000).cumsum(), b=random.standard_normal(3000))
    store.append(held.iloc[:2000])
    if settled:
        settle(store)
    store.append(held.iloc[2000:])
    end = held.index[-1] + pd.Timedelta("1us")
    for how in ("mean", "min", "max", "sum", "count", "first", "last"):
        for every in ("15min", "1h", "6h", "1D", "MS"):
            found = store.query(["b", "a"], START, end, every=every, how=how, zone="Asia/Shanghai")
            wanted = getattr(held.resample(every), how)()[["b", "a"]].astype(float)
            if how == "sum":
                wanted = wanted.where(held.resample(every).count()[["b", "a"]] > 0)
            pd.testing.assert_frame_equal(found, wanted, check_freq=False, check_index_type=False, rtol=1e-9)


def test_days_of_a_zone_with_summer_time_have_23_and_25_hours(store):
    index = pd.date_range("2019-01-01", "2019-12-31 23:00", freq="1h", tz="Europe/London")
    store.append(pd.DataFrame({"meter": 1.0}, index=index))
    days = store.query(["meter"], index[0], index[-1] + pd.Timedelta("1h"), every="1D", how="sum", zone="Europe/London")
    assert days.loc["2019-03-31", "meter"] == 23.0
    assert days.loc["2019-10-27", "meter"] == 25.0
    assert days["meter"].sum() == 8760.0
    assert len(days) == 365


def test_previous_values_are_shown_until_they_are_too_old(store):
    times = [START, START + pd.Timedelta("50min")]
    store.append(pd.DataFrame({"time": times, "point": "a", "value": [1.0, 2.0]}))
    end = START + pd.Timedelta("3h")
    found = store.query(["a"], START + pd.Timedelta("10min"), end, every="30min", how="previous", limit="1h")
    assert found["a"].fillna(-1.0).tolist() == [1.0, 1.0, 2.0, 2.0, -1.0, -1.0]


def test_last_is_the_newest_by_time_wherever_it_is(store):
    store.append(wide(rows=4, a=[1.0, 2.0, 3.0, 4.0], b=[5.0, 6.0, 7.0, 8.0]))
    settle(store)
    store.append(wide(rows=1, start=START + pd.Timedelta("1D"), a=[9.0]))
    store.append(wide(rows=1, start=START - pd.Timedelta("1D"), b=[0.0]))
    last = store.last(["b", "a"], zone="Asia/Shanghai")
    assert last["value"].to_dict() == {"b": 8.0, "a": 9.0}
    assert last.loc["a", "time"] == START + pd.Timedelta("1D")
    settle(store)
    assert store.last(["b", "a"])["value"].to_dict() == {"b": 8.0, "a": 9.0}


def test_gaps_are_pauses_longer_than_usual_and_samples_without_a_value(store):
    held = wide(rows=96, every="15min")
    store.append(held.drop(held.index[20:30]))
    lost = pd.DataFrame(
        {"time": held.index[20:30], "point": "ahu/supply", "value": np.nan, "quality": "communication_lost"}
    )
    store.append(lost)
    gaps = store.gaps(["ahu/supply"], START, START + pd.Timedelta("2D"))
    assert gaps["start"].tolist() == [held.index[19], held.index[95]]
    assert gaps["end"].tolist() == [held.index[30], START + pd.Timedelta("2D")]
    assert gaps["missing"].tolist() == [10, 96]
    assert store.gaps(["ahu/supply"], START, held.index[-1], longer="4h").empty


def test_points_are_described_and_keep_what_was_said(store):
    store.append(wide(a=[1.0] * 4))
    store.describe("a", unit="degC", description="Supply air")
    store.describe("a", source="device 1001 analog-input 3")
    row = store.points().loc["a"]
    assert (row["unit"], row["description"], row["source"]) == ("degC", "Supply air", "device 1001 analog-input 3")
    assert row["first"] == START
    assert row["last"] == START + pd.Timedelta("45min")


def test_notes_are_found_by_time(store):
    store.append(wide(a=[1.0] * 4))
    store.annotate("filters changed", START, START + pd.Timedelta("2h"), point="a", author="Li")
    store.annotate("power cut", START + pd.Timedelta("1D"))
    assert store.notes()["text"].tolist() == ["filters changed", "power cut"]
    found = store.notes(START + pd.Timedelta("1h"), START + pd.Timedelta("3h"))
    assert found[["point", "text", "author"]].to_numpy().tolist() == [["a", "filters changed", "Li"]]
    assert found["end"].iloc[0] == START + pd.Timedelta("2h")


def test_an_empty_store_answers(store):
    assert store.points().empty
    assert store.notes().empty
    store.append(wide().iloc[:0])
    store.append(pd.DataFrame({"time": pd.DatetimeIndex([], tz="UTC"), "point": [], "value": []}))
    store.describe("later")
    assert store.query(["later"], *YEAR).empty
    assert store.query(["later"], *YEAR, every="1D")["later"].isna().all()
    assert store.last(["later"])["time"].isna().all()
    assert store.query([], *YEAR).empty


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda s: s.append(pd.DataFrame({"a": [1.0]}, index=pd.DatetimeIndex(["2019-07-01"]))), "time zone"),
        (lambda s: s.append(pd.DataFrame({"a": ["on"]}, index=[START])), "numbers"),
        (lambda s: s.append(pd.DataFrame({"time": pd.DatetimeIndex([pd.NaT], tz="UTC"), "point": "a", "value": 1.0})), "no time"),
        (lambda s: s.append(pd.DataFrame({"time": [START], "point": [None], "value": [1.0]})), "no point"),
        (lambda s: s.append(pd.DataFrame({"time": [START], "point": "a", "value": 1.0, "quality": "great"})), "unknown quality great"),
        (lambda s: s.query(["b"], *YEAR), "no samples of b yet"),
        (lambda s: s.query("a", *YEAR), "list of names"),
        (lambda s: s.query(["a"], "2019-07-01", "2019-07-02"), "time zone"),
        (lambda s: s.query(["a"], "yesterday-ish", "2019-07-02"), "no moment"),
        (lambda s: s.query(["a"], *YEAR, every="fortnight"), "no frequency"),
        (lambda s: s.query(["a"], *YEAR, every="1h", how="mode"), "is not one of"),
        (lambda s: s.query(["a"], *YEAR, every="1h", zone="Asia/Atlantis"), "no time zone"),
        (lambda s: s.query(["a"], *YEAR, qualities=["great"]), "unknown quality"),
        (lambda s: s.annotate("x", START, START - pd.Timedelta("1h")), "ends before it starts"),
        (lambda s: s.annotate("x", START, point="nobody"), "no samples of nobody"),
    ],
)  # fmt: skip
def test_wrong_input_gets_one_clear_message(store, ask, told):
    store.append(wide(a=[1.0] * 4))
    with pytest.raises(StoreError, match=told):
        ask(store)
    assert store.query(["a"], *YEAR)["value"].tolist() == [1.0] * 4
