"""Power curves, density and shear: published annual energies and the equations that define them."""

from __future__ import annotations

from math import gamma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.wind_turbine import annual_share, curve_share, hub_wind, normalised_wind

SPEEDS = tuple(float(speed) for speed in range(2, 21))
EXCEL_10 = (
    0,
    0.10,
    0.40,
    0.85,
    1.51,
    2.40,
    3.60,
    5.07,
    6.86,
    8.86,
    10.88,
    12.09,
    12.39,
    12.49,
    12.55,
    12.50,
    12.44,
    12.21,
    11.99,
)
"""Power [kW] of the Bergey Excel 10 at 2..20 m/s: manufacturer's performance sheet, "Excel 10 Grid-Intertie", 9 August 2016, by
AWEA 9.1-2009."""  # fmt: skip


def test_the_annual_energy_of_a_small_turbine_is_the_certified_one():
    # SWCC certificate of the Excel 10 (2011): AWEA rated annual energy 13,800 kWh at 5 m/s, Rayleigh
    energy = annual_share(5.0, 2.0, SPEEDS, EXCEL_10) * 8760.0
    assert energy == pytest.approx(13_800.0, rel=0.015)


def test_the_annual_energy_of_a_small_turbine_is_that_of_its_performance_sheet():
    # same sheet: 6.39 m/s at the hub, Weibull k = 2, bins of 1 m/s: 25,522 kWh
    energy = annual_share(6.39, 2.0, SPEEDS, EXCEL_10) * 8760.0
    assert energy == pytest.approx(25_522.0, rel=0.02)


@given(mean=st.floats(3.0, 10.0), shape=st.floats(1.5, 3.5))
def test_a_curve_that_always_gives_its_rating_gives_it_as_often_as_the_wind_is_within(mean, shape):
    scale = mean / gamma(1.0 + 1.0 / shape)
    within = np.exp(-((4.0 / scale) ** shape)) - np.exp(-((20.0 / scale) ** shape))
    assert annual_share(mean, shape, (4.0, 20.0), (1.0, 1.0)) == pytest.approx(within, abs=0.01)


@given(wind=st.floats(0.0, 40.0), density=st.floats(0.8, 1.4))
def test_normalised_wind_holds_the_power_of_the_wind(wind, density):
    found = float(normalised_wind(np.array([wind]), np.array([density]))[0])
    assert 1.225 * found**3 == pytest.approx(density * wind**3, rel=1e-9, abs=1e-9)


def test_wind_grows_with_height_and_stays_at_the_mast():
    assert hub_wind(np.array([4.0]), 10.0, 0.2)[0] == 4.0
    assert hub_wind(np.array([4.0]), 100.0, 0.2)[0] == pytest.approx(4.0 * 10.0**0.2)


def test_the_curve_is_off_below_cut_in_and_above_cut_out():
    assert curve_share(np.array([1.9, 25.1]), (2.0, 12.0, 25.0), (0.1, 1.0, 1.0)).tolist() == [0.0, 0.0]
