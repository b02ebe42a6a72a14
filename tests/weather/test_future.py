"""Future weather moves monthly means as stated, stays physical, and says what it cannot do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import WeatherError
from twin.weather import Weather, moist, projections
from twin.weather.future import month_of, morphed, parts
from twin.weather.measured import clear_sky
from twin.weather.projections import REFERENCE, SEASONS, WARMING, changes, region_at, warming
from twin.weather.typical import cities


@cache
def present(city="shenzhen"):
    return Weather.named(city)


def monthly(weather, values):
    return np.array([values[month_of(weather) == month].mean() for month in range(1, 13)])


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(-5.0, 12.0), min_size=12, max_size=12), st.sampled_from(["shenzhen", "huailai"]))
def test_every_month_is_warmer_by_what_was_stated_and_the_air_stays_possible(months, city):
    base = present(city)
    found = morphed(base, "test", months, "a test")
    assert monthly(found, found.dry_bulb) - monthly(base, base.dry_bulb) == pytest.approx(months, abs=1e-10)
    assert (found.dew_point <= found.dry_bulb).all()
    before, after = (
        moist.saturation_pressure(w.dew_point) / moist.saturation_pressure(w.dry_bulb) for w in (base, found)
    )
    assert after == pytest.approx(
        np.clip(before, 0.01, 1.0), rel=2e-3
    )  # ice and water meet at 0 degC with a small kink
    assert np.isfinite(found.infrared).all()
    assert (found.infrared > 0.0).all()
    for kept in ("pressure", "wind_speed", "global_horizontal", "direct_normal", "diffuse_horizontal"):
        assert getattr(found, kept) is getattr(base, kept)
    # within a month the hours keep their course
    first = month_of(base) == 1
    assert np.diff(found.dry_bulb[first]) == pytest.approx(np.diff(base.dry_bulb[first]), abs=1e-10)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.1, 5.0), st.floats(0.1, 5.0))
def test_a_warmer_future_is_warmer_damper_and_has_a_warmer_sky(less, more):
    base = present()
    small, large = (morphed(base, "test", (kelvin,) * 12, "a test") for kelvin in sorted((less, less + more)))
    assert (large.dry_bulb > small.dry_bulb).all()
    assert (large.dew_point > small.dew_point).all()
    assert (large.infrared > small.infrared).all()
    assert large.digest() != small.digest() != base.digest()


def test_no_change_is_the_present_but_for_its_name():
    base, found = present(), Weather.named("shenzhen+0K")
    assert found.dry_bulb == pytest.approx(base.dry_bulb)
    assert found.dew_point == pytest.approx(base.dew_point, abs=1e-6)
    assert found.infrared == pytest.approx(base.infrared)


def test_the_cloudiness_of_the_sky_stays():
    base, found = present(), Weather.named("shenzhen+3K")
    clouds = [w.infrared / clear_sky(w.dry_bulb, w.dew_point) for w in (base, found)]
    assert clouds[1] == pytest.approx(clouds[0])


def test_a_name_with_a_change_says_what_it_is_and_seeds_stay():
    found = Weather.named("shenzhen:3+2050-ssp245", 2022)
    assert (found.name, found.start.year) == ("shenzhen:3+2050-ssp245", 2022)
    assert "1.15 K of the globe from 1995-2014, 1.16 times in south China" in found.source
    assert "relative humidity, wind and sun kept" in found.notes[-1]
    base = Weather.named("shenzhen:3", 2022)
    assert found.dry_bulb.mean() - base.dry_bulb.mean() == pytest.approx(1.15 * 1.16, rel=2e-3)
    assert parts("weather/a+b.epw") == ("weather/a+b.epw", "")


def test_a_file_can_be_warmed_and_keeps_the_hours_of_its_stamps(shared_data):
    path = shared_data("weather") / "CHN_Beijing.Beijing.545110_CSWD.epw"
    base, found = Weather.named(str(path)), Weather.named(f"{path}+2080-ssp585-high")
    wanted = changes(base.latitude, base.longitude, "ssp585", 2080, "high")
    assert monthly(found, found.dry_bulb) - monthly(base, base.dry_bulb) == pytest.approx(wanted, abs=1e-9)
    assert (month_of(base)[743], month_of(base)[744], found.offset) == (1, 2, 1.0)


def test_the_table_holds_together():
    # IPCC AR6 WG1 Table SPM.1 less 0.85 K (figure SPM.8)
    assert REFERENCE.value == 0.85
    assert warming("ssp585", 2090) == pytest.approx(3.55)
    assert warming("ssp126", 2050) == pytest.approx(0.85)
    assert np.mean(SEASONS) == pytest.approx(1.0, abs=1e-9)
    for scenario, periods in WARMING.items():
        for each in periods.values():
            assert each.low < each.value < each.high
        assert warming(scenario, 2050) <= warming(scenario, 2080) <= warming(scenario, 2090)
        for year in projections.YEARS:
            assert warming(scenario, year, "low") < warming(scenario, year) < warming(scenario, year, "high")


@pytest.mark.parametrize("city", cities())
def test_every_embedded_city_lies_in_a_region(city):
    weather = present(city)
    assert region_at(weather.latitude, weather.longitude).name == (
        "north China" if city in ("beijing", "tianjin", "huailai") else "south China"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("shenzhen+2050-ssp999", "years: 2030, 2050, 2080, 2090; scenarios: ssp126, ssp245, ssp585; each also with -low or -high"),
        ("shenzhen+2055-ssp245", r"shenzhen\+2055-ssp245: no projection 2055-ssp245"),
        ("shenzhen+2050_ssp245", r"is no change of the climate; did you mean '2050-ssp245'\? write for instance"),
        ("shenzhen+warm", r"'warm' is no change of the climate; write for instance shenzhen\+2050-ssp245"),
        ("shenzhen+40K", "a change of 40 K; at most 15 K is taken for meant"),
        ("shenzen+2K", "did you mean 'shenzhen'?"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_had_says_what_can(text, told):
    with pytest.raises(WeatherError, match=told):
        Weather.named(text)


def test_a_place_outside_the_table_is_told_and_may_state_its_own_change():
    away = replace(present(), name="singapore", latitude=1.35, longitude=103.8)
    from twin.weather.future import warmer

    with pytest.raises(
        WeatherError, match=r"no projection for 1\.35 N, 103\.80 E; the table has south China: .* such as \+2\.0K"
    ):
        warmer(away, "2050-ssp245")
    assert warmer(away, "2.0K").dry_bulb.mean() - away.dry_bulb.mean() == pytest.approx(2.0)
