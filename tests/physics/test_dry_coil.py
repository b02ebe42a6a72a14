"""Finned coils: the crossflow relation against a grid of cells, limits and the search for the fan speed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.air import WATER_HEAT
from twin.physics.dry_coil import coil_conductance, coil_fan_share, coil_heat, coil_leaving, crossflow_effectiveness

WATER, AIR, UA = 100.0, 600.0, 5e5


def grid(units, ratio, count=150):
    """Effectiveness of a crossflow exchanger solved cell by cell, both streams unmixed, the smaller one from 1 to 0."""
    hot, cold = np.ones(count), np.zeros(count)
    out = np.empty(count)
    for row in range(count):
        warm = hot[row]
        for column in range(count):
            each = units / count * (warm - cold[column])  # for every cell: Cmin over count flows of each stream
            warm, cold[column] = warm - each, cold[column] + ratio * each
        out[row] = warm
    return 1.0 - out.mean()


@pytest.mark.parametrize("units", [0.5, 1.5, 3.0])
@pytest.mark.parametrize("ratio", [0.25, 0.75, 1.0])
def test_the_crossflow_relation_is_within_four_percent_of_a_grid_of_cells(units, ratio):
    assert crossflow_effectiveness(units, ratio) == pytest.approx(grid(units, ratio), rel=0.04)


@settings(deadline=None)
@given(st.floats(0.05, 1.0), st.floats(-20.0, 45.0), st.floats(0.2, 1.0))
def test_leaving_water_stays_above_the_air_and_balances_the_heat(load, outdoor, part):
    heat = load * 1e7
    cold = coil_leaving(heat, outdoor, WATER * part, AIR, part, UA)
    assert cold > outdoor - 1e-9
    hot = cold + heat / (WATER * part * WATER_HEAT)
    assert coil_heat(hot, outdoor, WATER * part, AIR, 1.0, part, UA) == pytest.approx(heat, rel=1e-9)
    assert coil_leaving(heat, outdoor + 1.0, WATER * part, AIR, part, UA) == pytest.approx(cold + 1.0)


@settings(deadline=None)
@given(st.floats(0.02, 0.99), st.floats(-20.0, 30.0))
def test_the_fan_speed_takes_exactly_the_heat(share, outdoor):
    heat = share * coil_heat(43.0, outdoor, WATER, AIR, 1.0, 1.0, UA)
    speed = coil_fan_share(heat, 43.0, outdoor, WATER, AIR, 1.0, UA)
    assert 0.0 < speed <= 1.0
    assert coil_heat(43.0, outdoor, WATER, AIR, speed, 1.0, UA) == pytest.approx(heat, rel=1e-6)


@settings(deadline=None)
@given(st.floats(0.1, 1.2), st.floats(0.1, 1.2))
def test_conductance_never_falls_with_either_flow(air, water):
    assert coil_conductance(1.0, air + 0.01, water) > coil_conductance(1.0, air, water)
    assert coil_conductance(1.0, air, water + 0.01) > coil_conductance(1.0, air, water)


def test_nothing_flows_from_cold_to_warm_and_too_much_heat_takes_full_speed():
    assert coil_heat(20.0, 25.0, WATER, AIR, 1.0, 1.0, UA) == 0.0
    assert coil_heat(40.0, 25.0, WATER, AIR, 0.0, 1.0, UA) == 0.0
    assert coil_fan_share(1e9, 40.0, 25.0, WATER, AIR, 1.0, UA) == 1.0


def test_a_catalogue_cooler_sized_by_its_rating_meets_it_and_a_colder_day():
    # BAC Trillium TDFS1238N-C60ET40B as LBNL Modelica Buildings has it: 2,931 kW at 35 degC air, water 46.11 to 40.55 degC,
    # equal capacity flows; the effectiveness of that point gives the conductance
    from scipy.optimize import brentq

    heat, water = 2.931e6, 2.931e6 / (WATER_HEAT * 5.56)
    air = water * WATER_HEAT / 1006.0
    conductance = brentq(lambda ua: coil_heat(46.11, 35.0, water, air, 1.0, 1.0, ua) - heat, 1e4, 1e7)
    assert coil_leaving(heat, 35.0, water, air, 1.0, conductance) == pytest.approx(40.55, abs=0.01)
    assert coil_leaving(heat, 10.0, water, air, 1.0, conductance) == pytest.approx(15.55, abs=0.01)
