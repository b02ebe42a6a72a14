"""What Explore is made of: periods, names in an address, thinned samples with their gaps, and the fitted line."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard.address import Address, read
from twin.dashboard.explore import asked
from twin.dashboard.explore.period import Period, UnfitError, between, named
from twin.dashboard.explore.series import Series
from twin.dashboard.explore.signature import fit
from twin.dashboard.language import say

ZONE = timezone(timedelta(hours=8))
NOON = datetime(2026, 3, 4, 12, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("key", "first", "last", "before"),
    [
        ("today", "2026-03-04", "2026-03-05", "2026-03-03"),
        ("yesterday", "2026-03-03", "2026-03-04", "2026-03-02"),
        ("week", "2026-02-26", "2026-03-05", "2026-02-19"),
        ("month", "2026-03-01", "2026-04-01", "2026-02-01"),
        ("year", "2026-01-01", "2027-01-01", "2025-01-01"),
    ],
)
def test_a_named_period_is_of_the_sites_calendar_and_so_is_the_one_before(key, first, last, before):
    period = named(key, NOON)
    assert (f"{period.start:%Y-%m-%d}", f"{period.end:%Y-%m-%d}") == (first, last)
    assert period.start.utcoffset() == timedelta(hours=8)
    assert period.shifted(-1).start == datetime.fromisoformat(before).replace(tzinfo=ZONE)
    assert period.shifted(-1).end == period.start
    assert period.shifted(-1).shifted(1) == period


def test_the_last_day_of_a_chosen_period_is_within_it():
    period = between("2026-03-01", "2026-03-07", ZONE)
    assert period == Period(datetime(2026, 3, 1, tzinfo=ZONE), datetime(2026, 3, 8, tzinfo=ZONE))
    assert period.text == "2026-03-01 – 2026-03-07"


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2026-03-02", "2026-03-01T12:00", "explore_reversed"),
        ("2026-03-02T00:00", "2026-03-02T00:00", "explore_reversed"),
        ("2026-02-30", "2026-03-01", "explore_no_moment"),
        ("", "2026-03-01", "explore_open"),
        ("0001-01-01", "2026-03-01", "explore_years"),
    ],
)
def test_a_period_that_is_none_is_refused_with_the_reason(start, end, why):
    with pytest.raises(UnfitError) as refused:
        between(start, end, ZONE)
    assert refused.value.why == why
    for language in ("en", "zh"):
        assert "{" not in say(language)[why].format(detail=refused.value.detail)


def test_an_odd_step_at_the_edge_of_the_calendar_is_refused():
    with pytest.raises(UnfitError):
        Period(datetime(1970, 1, 1), datetime(1970, 2, 1)).shifted(-1)
    with pytest.raises(UnfitError):
        Period(datetime(2000, 1, 1, 1), datetime(2199, 1, 1)).shifted(100)


def test_names_with_commas_and_signs_survive_the_address():
    names = ["a,b", "50%", "%2C", "冷机/功率", "a&b=c"]
    address = Address("explore", "fans", own=(("points", asked.joined(names)),))
    found = read(
        "/explore", address.to().partition("?")[2], {"explore": asked.KEYS}, ["fans"], Address("explore", "fans")
    )
    assert asked.points(found.get("points")) == names


def test_thinning_keeps_every_extreme_and_breaks_at_gaps():
    time_of = np.arange(100_000, dtype=np.int64) * 1_000_000
    value = np.sin(time_of / 1e9)
    value[[777, 54_321]] = 99.0, -99.0
    kept = np.ones(100_000, dtype=bool)
    kept[30_000:31_000] = False
    series = Series("a", "", "", "measured", time_of[kept], value[kept])
    at, told = series.thin(1000)
    assert len(at) < 1010
    assert np.nanmax(told) == 99.0
    assert np.nanmin(told) == -99.0
    gap = np.flatnonzero(np.isnan(told))
    assert len(gap) == 1
    assert (at[gap[0] - 1], at[gap[0] + 1]) == (29_999_000_000, 31_000_000_000)
    assert (np.diff(at) > 0).all()
    assert series.gaps(0, 100_000_000_000) == [(29_999_000_000, 31_000_000_000)]


def test_a_series_of_intervals_shows_the_range_of_its_samples():
    series = Series(
        "a", "W", "", "measured", np.array([0, 60, 180]) * 1_000_000, np.array([2.0, 3.0, 4.0]), 60_000_000,
        np.array([1.0, 2.0, 3.0]), np.array([5.0, 6.0, 70.0]), np.array([60, 60, 30]),
    )  # fmt: skip
    at, told = series.range()
    assert told[~np.isnan(told)].tolist() == [1.0, 5.0, 2.0, 6.0, 3.0, 70.0]
    assert np.isnan(told[4])
    assert (series.lowest, series.highest, series.samples) == (1.0, 70.0, 150)
    assert series.mean == pytest.approx((2 * 60 + 3 * 60 + 4 * 30) / 150)
    assert series.integral == pytest.approx(9.0 * 60.0)
    assert len(at) == 7


@pytest.mark.parametrize(
    ("form", "heating", "cooling", "cold", "warm"),
    [
        ("heating", 30.0, 0.0, 15.0, 15.0),
        ("cooling", 0.0, 20.0, 22.0, 22.0),
        ("both", 30.0, 20.0, 10.0, 22.0),
        ("flat", 0.0, 0.0, 0.0, 0.0),
    ],
)
def test_the_fitted_line_finds_what_the_demand_was_made_of(form, heating, cooling, cold, warm):
    random = np.random.default_rng(3)
    x = random.uniform(-5.0, 35.0, 300)
    y = 500.0 + heating * np.maximum(0.0, cold - x) + cooling * np.maximum(0.0, x - warm) + random.normal(0.0, 5.0, 300)
    found = fit(x, y)
    assert found.form == form
    assert found.base == pytest.approx(500.0, rel=0.05)
    assert found.heating == pytest.approx(heating, rel=0.1)
    assert found.cooling == pytest.approx(cooling, rel=0.1)
    assert form == "flat" or found.determined > 0.9
    assert form in ("flat", "cooling") or found.cold == pytest.approx(cold, abs=2.0)


def test_a_line_is_not_fitted_to_a_few_values_or_one_temperature():
    assert fit(np.arange(9.0), np.arange(9.0)) is None
    assert fit(np.full(50, 20.0), np.arange(50.0)) is None
    assert fit(np.full(50, np.nan), np.arange(50.0)) is None
