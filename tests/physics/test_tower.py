"""The cooling tower: its design point, its limits and its search."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from twin.physics.air import VAPORISATION, WATER_HEAT, saturation_humidity
from twin.physics.fan import affinity_power_share
from twin.physics.tower import AIR_FLOW_POWER, tower_air_share, tower_evaporation, tower_heat, tower_leaving
from twin.physics.tower import saturation_enthalpy as saturated

SEA = 101325.0
WATER = 250.0
AIR = 200.0
DESIGN = WATER * WATER_HEAT * 5.0
UNITS = brentq(lambda units: tower_heat(37.0, 28.0, WATER, AIR, units, SEA) - DESIGN, 0.1, 20.0, xtol=1e-14)


def test_a_tower_sized_for_32_and_37_degrees_at_28_wet_bulb_meets_its_design_point():
    assert tower_heat(37.0, 28.0, WATER, AIR, UNITS, SEA) == pytest.approx(DESIGN, rel=1e-9)
    assert tower_leaving(DESIGN, 28.0, WATER, AIR, UNITS, SEA) == pytest.approx(32.0, abs=1e-6)
    assert tower_air_share(DESIGN * 0.999999, 37.0, 28.0, WATER, AIR, UNITS, SEA) == pytest.approx(1.0, abs=1e-4)


@settings(deadline=None)
@given(st.floats(0.01, 1.2), st.floats(0.0, 30.0))
def test_leaving_water_stays_above_the_wet_bulb_and_balances_the_heat(share, wet_bulb):
    heat = share * DESIGN
    leaving = tower_leaving(heat, wet_bulb, WATER, AIR, UNITS, SEA)
    assert leaving > wet_bulb
    inlet = leaving + heat / (WATER * WATER_HEAT)
    assert tower_heat(inlet, wet_bulb, WATER, AIR, UNITS, SEA) == pytest.approx(heat, rel=1e-6)


@settings(deadline=None)
@given(st.floats(0.05, 1.0), st.floats(0.0, 27.0))
def test_a_drier_day_never_gives_warmer_water(share, wet_bulb):
    dry = tower_leaving(share * DESIGN, wet_bulb, WATER, AIR, UNITS, SEA)
    wet = tower_leaving(share * DESIGN, wet_bulb + 1.0, WATER, AIR, UNITS, SEA)
    assert dry < wet


@settings(deadline=None)
@given(st.floats(0.1, 0.95), st.floats(5.0, 24.0))
def test_the_fan_share_that_holds_a_set_point_takes_exactly_the_heat(share, wet_bulb):
    heat = share * DESIGN
    inlet = 30.0 + heat / (WATER * WATER_HEAT)
    fan = tower_air_share(heat, inlet, wet_bulb, WATER, AIR, UNITS, SEA)
    assert 0.0 < fan <= 1.0
    if fan < 1.0:
        taken = tower_heat(inlet, wet_bulb, WATER, AIR * fan, UNITS * fan**AIR_FLOW_POWER, SEA)
        assert taken == pytest.approx(heat, rel=1e-3)
        assert affinity_power_share(fan) < fan


def test_water_at_the_wet_bulb_or_a_tower_without_flow_gives_no_heat():
    assert tower_heat(20.0, 25.0, WATER, AIR, UNITS, SEA) == 0.0
    assert tower_heat(35.0, 25.0, 0.0, AIR, UNITS, SEA) == 0.0
    assert tower_heat(35.0, 25.0, WATER, 0.0, UNITS, SEA) == 0.0


def merkel_number(inlet, leaving, wet_bulb):
    """Merkel's integral of dh / (hs - h) up the tower, by the trapezoidal rule."""
    water = np.linspace(leaving, inlet, 400)
    air = saturated(wet_bulb, SEA) + WATER * WATER_HEAT / AIR * (water - leaving)
    drive = np.array([saturated(float(each), SEA) for each in water]) - air
    return float(np.trapezoid(WATER * WATER_HEAT / AIR / drive, water))


@pytest.mark.parametrize("wet_bulb", [28.0, 24.0, 18.0, 10.0, 2.0])
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_leaving_water_is_within_three_tenths_of_a_kelvin_of_merkels_integral(wet_bulb, share):
    number = merkel_number(37.0, 32.0, 28.0)
    found = tower_leaving(share * DESIGN, wet_bulb, WATER, AIR, UNITS, SEA)
    # colder water needs a larger tower, so the integral's solution lies between these two
    assert merkel_number(found + 0.3 + 5.0 * share, found + 0.3, wet_bulb) < number
    assert merkel_number(found - 0.3 + 5.0 * share, found - 0.3, wet_bulb) > number


def test_a_tower_evaporates_about_a_percent_of_its_water_for_seven_kelvin():
    """ASHRAE Handbook HVAC Systems and Equipment 2020, ch. 40, recalled: 1 % of the water for each 7 K of range."""
    heat = 100.0 * WATER_HEAT * 7.0
    evaporated = tower_evaporation(heat, 25.0, 0.0180, 100.0 / 1.25, 101325.0)
    assert evaporated == pytest.approx(1.0, rel=0.15)


@given(st.floats(1e3, 1e7), st.floats(-5.0, 28.0), st.floats(0.2, 1.0), st.floats(20.0, 200.0))
def test_evaporation_takes_at_most_what_saturated_air_can_hold_and_balances_the_heat(heat, bulb, dryness, air):
    air = max(air, heat / 1e5)  # leaving air below 60 degC
    humidity = dryness * saturation_humidity(bulb, 101325.0)
    water = tower_evaporation(heat, bulb, humidity, air, 101325.0)
    assert water >= air * (saturation_humidity(bulb, 101325.0) - humidity) * (1.0 - 1e-9)
    drying = saturation_humidity(bulb, 101325.0) - humidity
    assert water * VAPORISATION <= (heat + air * VAPORISATION * drying) * (1.0 + 1e-9)
