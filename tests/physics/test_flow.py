"""Fans, pumps and exchangers: limits, known points and monotony."""

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics import exchanger, fan

SHARES = [fan.vav_fan_power_share, fan.variable_pump_power_share]


@pytest.mark.parametrize("share", [*SHARES, fan.affinity_power_share])
@settings(deadline=None)
@given(st.floats(0.0, 0.99))
def test_power_rises_with_flow_to_about_one_at_design(share, flow):
    assert 0.0 <= share(flow) <= share(flow + 0.01) + 1e-12
    assert share(1.0) == pytest.approx(1.0, abs=0.007)


@settings(deadline=None)
@given(st.floats(0.01, 8.0), st.floats(0.0, 1.0))
def test_effectiveness_lies_between_nothing_and_a_condensing_exchanger(units, ratio):
    kind = exchanger.counterflow_effectiveness
    assert 0.0 < kind(units, ratio) <= 1.0 - exp(-units) + 1e-9
    assert kind(units, ratio) <= kind(units * 1.1, ratio) + 1e-9


def test_counterflow_is_smooth_where_the_capacity_flows_meet():
    assert exchanger.counterflow_effectiveness(2.0, 0.9998) == pytest.approx(2.0 / 3.0, abs=1e-4)


@settings(deadline=None)
@given(st.floats(-20.0, 40.0), st.floats(18.0, 27.0), st.floats(0.0, 1.0), st.floats(0.1, 5.0), st.floats(0.0, 5.0))
def test_recovered_air_lies_between_outdoors_and_the_room_and_takes_no_more_than_the_exhaust_has(
    outdoor, exhaust, effectiveness, flow, back
):
    told = exchanger.recovered_temperature(outdoor, exhaust, effectiveness, flow, back)
    assert min(outdoor, exhaust) - 1e-9 <= told <= max(outdoor, exhaust) + 1e-9
    assert abs(flow * (told - outdoor)) <= back * abs(exhaust - outdoor) + 1e-9
