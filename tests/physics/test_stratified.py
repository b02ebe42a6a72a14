"""Layers of a tank: the mixed and the plug-flow limit, and the first law."""

from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.stratified import leaving_after, refill, volumes_for, volumes_until, warmed_after

ORDERED = st.lists(st.floats(5.0, 12.0), min_size=1, max_size=24).map(sorted).map(lambda t: np.array(t)[::-1])


@given(st.floats(0.01, 3.0))
def test_one_layer_is_a_mixed_tank(volumes):
    tank = np.array([6.0])
    assert leaving_after(tank, 0.0, 12.0, volumes) == pytest.approx(12.0 - 6.0 * exp(-volumes))


def test_many_layers_approach_plug_flow():
    for layers, late in ((10, 0.62), (40, 0.80), (400, 0.94)):
        tank = np.full(layers, 6.0)
        share = volumes_until(tank, 0.0, 12.0, 6.6) / layers  # a tenth of the step has come through
        assert share == pytest.approx(late, abs=0.01)
        assert leaving_after(tank, 0.0, 12.0, 2.0 * layers) == pytest.approx(12.0, abs=0.3)


@settings(deadline=None)
@given(ORDERED, st.floats(0.0, 30.0), st.sampled_from([0.0, 1.0]))
def test_the_heat_found_is_the_heat_the_layers_hold_afterwards(tank, volumes, upward):
    entering = 4.0 if upward else 13.0
    warming = warmed_after(tank, upward, entering, volumes)
    after = np.empty_like(tank)
    moved = refill(tank, after, upward, entering, warming)
    assert (after - tank).sum() == pytest.approx(warming, abs=1e-9)
    if abs(warming) < 0.95 * abs((entering - tank).sum()):
        assert moved == pytest.approx(volumes, rel=1e-4, abs=1e-4)
    assert (np.diff(after) <= 1e-6).all()


@settings(deadline=None)
@given(ORDERED, st.floats(0.1, 2.0), st.floats(0.1, 2.0))
def test_two_short_flows_are_one_long_flow(tank, one, two):
    after, half, whole = np.empty_like(tank), np.empty_like(tank), np.empty_like(tank)
    refill(tank, half, 0.0, 13.0, warmed_after(tank, 0.0, 13.0, one))
    refill(half, after, 0.0, 13.0, warmed_after(half, 0.0, 13.0, two))
    refill(tank, whole, 0.0, 13.0, warmed_after(tank, 0.0, 13.0, one + two))
    assert after == pytest.approx(whole, abs=1e-3)


def test_a_tank_that_is_stale_already_moves_nothing():
    assert volumes_until(np.array([12.0, 9.0]), 0.0, 12.0, 8.0) == 0.0
    assert volumes_for(np.array([12.0]), 0.0, 12.0, 1.0) == 0.0
