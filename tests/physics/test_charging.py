"""Charging of fleets: what arrives is charged or waits, never faster than the points can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.charging import fleet_charge

ENERGY, POWER, TIME = st.floats(0.0, 1e9), st.floats(0.0, 1e6), st.sampled_from([60.0, 900.0, 3600.0])


@given(waiting=ENERGY, arriving=POWER, pace=st.floats(60.0, 3e4), limit=POWER, dt=TIME)
def test_what_arrives_is_charged_or_waits(waiting, arriving, pace, limit, dt):
    after, power = fleet_charge(waiting, arriving, pace, limit, dt)
    assert after - waiting == pytest.approx((arriving - power) * dt, abs=1e-3)
    assert after >= -1e-3
    assert -1e-3 <= power <= limit + 1e-3


@given(waiting=ENERGY, arriving=POWER, pace=st.floats(60.0, 3e4), limit=POWER)
def test_four_quarters_of_an_hour_charge_what_an_hour_charges(waiting, arriving, pace, limit):
    whole, _ = fleet_charge(waiting, arriving, pace, limit, 3600.0)
    for _ in range(4):
        waiting, _ = fleet_charge(waiting, arriving, pace, limit, 900.0)
    assert waiting == pytest.approx(whole, rel=1e-6, abs=1.0)


def test_a_queue_is_worked_off_at_the_points_power():
    assert fleet_charge(5e6, 0.0, 100.0, 1e3, 1000.0) == (4e6, pytest.approx(1e3))


def test_without_power_all_waits():
    assert fleet_charge(5e6, 100.0, 100.0, 0.0, 1000.0) == (5.1e6, 0.0)
