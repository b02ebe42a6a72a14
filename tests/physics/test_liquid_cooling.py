"""Coolant distribution units: balance, limits and the search for the facility flow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.air import WATER_HEAT
from twin.physics.liquid_cooling import coolant_supply, facility_share

FLOW = st.floats(5.0, 200.0)


@settings(deadline=None)
@given(st.floats(0.0, 5e6), st.floats(5.0, 45.0), FLOW, FLOW, st.floats(1e4, 5e6))
def test_the_exchanger_obeys_both_laws(heat, entering, coolant, facility, conductance):
    supply = coolant_supply(heat, entering, coolant, facility, conductance)
    hot, leaving = supply + heat / (coolant * WATER_HEAT), entering + heat / (facility * WATER_HEAT)
    assert supply >= entering - 1e-9
    assert leaving <= hot + 1e-6
    ends = (supply - entering, hot - leaving)  # the log-mean difference carries the heat
    if heat > 1e3 and abs(ends[0] - ends[1]) > 0.01 * max(ends) and min(ends) > 1e-3:
        from math import log

        assert heat == pytest.approx(conductance * (ends[0] - ends[1]) / log(ends[0] / ends[1]), rel=0.01)


@settings(deadline=None)
@given(st.floats(1e5, 4e6), st.floats(5.0, 39.0))
def test_the_facility_flow_holds_the_supply_or_is_full(heat, entering):
    share = facility_share(heat, entering, 40.0, 60.0, 60.0, 8e5)
    supply = coolant_supply(heat, entering, 60.0, 60.0 * share, 8e5)
    assert supply == pytest.approx(40.0, abs=1e-3) if share < 1.0 else supply >= 40.0 - 1e-6
    assert facility_share(heat, entering + 0.5, 40.0, 60.0, 60.0, 8e5) >= share - 1e-6
