"""People, daylight and lamps against the tables they come from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.daylight import dimming, interior_illuminance
from twin.physics.people import (
    BASAL_RATE,
    OFFICE_LATENT,
    OFFICE_MET,
    OFFICE_METABOLISM,
    OFFICE_SENSIBLE,
    carbon_dioxide,
    latent_heat,
    sensible_heat,
)


def test_office_work_at_24_degrees_agrees_with_the_ashrae_table_within_five_watts():
    assert sensible_heat(OFFICE_METABOLISM, 24.0) == pytest.approx(OFFICE_SENSIBLE, abs=5.0)
    assert latent_heat(OFFICE_METABOLISM, 24.0) == pytest.approx(OFFICE_LATENT, abs=5.0)
    assert OFFICE_SENSIBLE + OFFICE_LATENT == OFFICE_METABOLISM


@settings(deadline=None)
@given(st.floats(70.0, 400.0), st.floats(16.0, 36.0))
def test_the_two_heats_make_up_the_metabolism_and_none_is_negative(metabolism, temperature):
    sensible, latent = sensible_heat(metabolism, temperature), latent_heat(metabolism, temperature)
    assert sensible >= 0.0
    assert latent >= 0.0
    assert sensible + latent == pytest.approx(metabolism, rel=1e-12)


@settings(deadline=None)
@given(st.floats(100.0, 300.0), st.floats(18.0, 33.0))
def test_a_warmer_room_leaves_less_sensible_heat(metabolism, temperature):
    assert sensible_heat(metabolism, temperature + 1.0) <= sensible_heat(metabolism, temperature)


def test_carbon_dioxide_of_office_work_is_that_of_persily_and_de_jonge_and_grows_with_activity():
    litres = (
        carbon_dioxide(OFFICE_MET, BASAL_RATE, -0.15, 101000.0) * 1000.0
    )  # told at 273 K and 101 kPa, as the paper does
    assert litres == pytest.approx(0.0048, abs=5e-5)
    assert carbon_dioxide(2.0 * OFFICE_MET, BASAL_RATE, -0.15, 101000.0) * 1000.0 == pytest.approx(2.0 * litres)


@settings(deadline=None)
@given(st.floats(0.0, 2000.0), st.floats(100.0, 800.0), st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_lamps_dim_between_full_and_least_power_and_never_rise_with_daylight(daylight, target, power, light):
    here, brighter = dimming(daylight, target, power, light), dimming(daylight + 50.0, target, power, light)
    assert power - 1e-12 <= brighter <= here + 1e-12 <= 1.0 + 2e-12


def test_average_daylight_factor_of_a_classroom_is_that_of_the_hand_formula():
    # 10 m2 of glass of 0.7, 65 degrees of sky, 200 m2 of surfaces of 0.5: DF = 0.7 * 10 * 65 / (200 * 0.75) = 3.03 %
    open_ground = 10000.0
    on_wall = open_ground * 65.0 / 2.0 / 100.0
    assert interior_illuminance(on_wall, 0.7, 10.0, 200.0, 0.5) == pytest.approx(open_ground * 0.03033, rel=1e-3)
