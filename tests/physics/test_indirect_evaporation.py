"""Plates between hall and outdoor air: first and second law for any state, against psychrolib and a cell-by-cell exchanger."""

import psychrolib
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from twin.physics.air import AIR_HEAT, enthalpy, saturation_humidity, wet_bulb
from twin.physics.indirect_evaporation import (
    evaporated,
    exchange,
    exchanger_units,
    makeup,
    saturated_heat,
    saturated_temperature,
    secondary_share,
)
from twin.physics.tower import saturation_enthalpy

psychrolib.SetUnitSystem(psychrolib.SI)
SEA = 101325.0
HOT = st.floats(25.0, 45.0)
OUTDOOR = st.floats(-25.0, 45.0)
MOISTURE = st.floats(0.05, 1.0)
PRESSURE = st.floats(75e3, 103e3)
FLOW = st.floats(0.05, 2.0)


@settings(deadline=None)
@given(st.floats(0.01, 0.95), st.floats(0.05, 1.0))
def test_units_and_effectiveness_are_inverses(effectiveness, ratio):
    units = exchanger_units(effectiveness, ratio)
    heat = exchange(1.0, 0.0, units * ratio, ratio, 1.0)
    assert heat / ratio == pytest.approx(effectiveness, rel=1e-6)


@settings(deadline=None)
@given(HOT, OUTDOOR, FLOW, FLOW, st.floats(100.0, 5000.0))
def test_a_dry_exchanger_cools_no_further_than_the_dry_bulb_and_heats_no_further_than_the_hall(
    hot, cold, one, other, ua
):
    heat = exchange(hot, cold, ua, one * AIR_HEAT, other * AIR_HEAT)
    assert heat >= 0.0
    assert hot - heat / (one * AIR_HEAT) >= min(cold, hot) - 1e-9
    assert cold + heat / (other * AIR_HEAT) <= max(hot, cold) + 1e-9


@settings(deadline=None)
@given(HOT, OUTDOOR, MOISTURE, PRESSURE, FLOW, FLOW, st.floats(100.0, 5000.0))
def test_a_sprayed_exchanger_obeys_both_laws_at_any_state(hot, outdoor, relative, pressure, one, other, ua):
    humidity = relative * saturation_humidity(outdoor, pressure)
    bulb = wet_bulb(outdoor, humidity, pressure)
    assume(0.0 < bulb < hot - 0.5)
    heat = exchange(hot, bulb, ua, one * AIR_HEAT, other * saturated_heat(hot, bulb, pressure))
    assert hot - heat / (one * AIR_HEAT) >= bulb - 1e-9  # hall air stays above the wet bulb
    spent = enthalpy(outdoor, humidity) + heat / other
    assert spent <= saturation_enthalpy(hot, pressure) * (1.0 + 1e-9)  # outdoor air leaves no hotter than the hall's
    water = evaporated(heat, other, outdoor, humidity, hot, pressure)
    leaving = saturated_temperature(spent, max(hot, outdoor), pressure)
    assert water >= 0.0
    assert enthalpy(leaving, humidity + water / other) == pytest.approx(spent, rel=1e-6, abs=1.0)
    assert leaving <= max(hot, outdoor) + 1e-6


@settings(deadline=None)
@given(st.floats(24.0, 40.0), st.floats(5.0, 40.0), MOISTURE, st.floats(1e3, 2e4))
def test_water_agrees_with_psychrolib(hot, outdoor, relative, heat):
    humidity = psychrolib.GetHumRatioFromRelHum(outdoor, relative, SEA)
    start = psychrolib.GetMoistAirEnthalpy(outdoor, humidity)
    top = max(hot, outdoor)
    assume(start + heat < psychrolib.GetSatAirEnthalpy(top, SEA))
    leaving = brentq(lambda t: psychrolib.GetSatAirEnthalpy(t, SEA) - start - heat, -20.0, top + 1.0)
    full = psychrolib.GetSatHumRatio(leaving, SEA) - humidity
    # the heat of vapour that the enthalpy of twin.physics.air leaves out is worth at most 3 % of the water, or 0.2 g/kg
    assert evaporated(heat, 1.0, outdoor, humidity, hot, SEA) == pytest.approx(full, rel=0.03, abs=2e-4)


def cells(hot, bulb, ua, primary, air, count=400):
    """Heat of a sprayed counterflow exchanger, cell by cell, the air saturated at its own enthalpy."""

    def left(out):
        warm, spent = out, saturation_enthalpy(bulb, SEA)
        for _ in range(count):  # from the end where outdoor air enters and hall air leaves
            heat = ua / count * (warm - saturated_temperature(spent, 60.0, SEA))
            warm, spent = warm + heat / primary, spent + heat / air
        return warm - hot

    out = brentq(left, bulb, hot, xtol=1e-6)
    return primary * (hot - out)


@pytest.mark.parametrize(("bulb", "within"), [(5.0, 0.10), (12.0, 0.07), (19.0, 0.05), (25.0, 0.03)])
@pytest.mark.parametrize("air", [0.5, 1.0])
def test_one_chord_of_the_saturation_line_gives_a_little_more_than_many_cells(bulb, within, air):
    ua = AIR_HEAT * exchanger_units(0.7, AIR_HEAT / saturated_heat(36.0, 19.0, SEA))
    said = exchange(36.0, bulb, ua, AIR_HEAT, air * saturated_heat(36.0, bulb, SEA))
    assert 1.0 <= said / cells(36.0, bulb, ua, AIR_HEAT, air) < 1.0 + within


@settings(deadline=None)
@given(HOT, st.floats(-10.0, 24.0), st.floats(200.0, 4000.0), st.floats(0.02, 0.999))
def test_the_share_of_outdoor_air_takes_exactly_the_heat(hot, cold, ua, part):
    heat = part * exchange(hot, cold, ua, 1000.0, 1500.0)
    share = secondary_share(heat, hot, cold, ua, 1000.0, 1500.0)
    assert 0.0 < share <= 1.0
    assert exchange(hot, cold, ua, 1000.0, 1500.0 * share) == pytest.approx(heat, rel=1e-6)


def test_more_than_there_is_takes_full_air_and_nothing_takes_none():
    assert secondary_share(1e9, 36.0, 20.0, 1500.0, 1000.0, 1000.0) == 1.0
    assert secondary_share(0.0, 36.0, 20.0, 1500.0, 1000.0, 1000.0) == 0.0
    assert exchange(20.0, 30.0, 1500.0, 1000.0, 1000.0) == 0.0
    assert evaporated(0.0, 1.0, 30.0, 0.01, 36.0, SEA) == 0.0


@settings(deadline=None)
@given(st.floats(0.001, 10.0), st.floats(0.0, 0.1), st.floats(1.5, 10.0))
def test_make_up_covers_evaporation_and_keeps_the_concentration(evaporation, drift, cycles):
    water = makeup(evaporation, drift, cycles)
    gone = water - evaporation
    assert water >= evaporation * (1.0 + drift) - 1e-12
    if gone > evaporation * drift + 1e-9:  # salts in equal salts out
        assert water == pytest.approx(cycles * gone)
