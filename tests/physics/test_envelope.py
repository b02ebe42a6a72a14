"""The three-node zone keeps the laws of heat."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.envelope import free_air, settle

temperatures = st.floats(-20.0, 50.0)
ROOM = {"air_capacity": 1e6, "wall_capacity": 2e7, "mass_capacity": 3e7}


def advance(dt, air, wall, mass, outdoor, surface, gains, heat, direct=80.0, outside=60.0, inside=60.0, exchange=900.0):
    free, slope = free_air(
        dt, air, wall, mass, outdoor, surface, 1e6, 2e7, 3e7, direct, outside, inside, exchange, *gains
    )
    new = free + slope * heat
    walls = settle(dt, new, wall, mass, surface, 2e7, 3e7, outside, inside, exchange, gains[1], gains[2])
    return (new, *walls)


@settings(deadline=None, max_examples=100)
@given(
    st.floats(60.0, 3600.0),
    temperatures,
    temperatures,
    temperatures,
    temperatures,
    st.floats(-5e4, 5e4),
    st.floats(0, 1e4),
)
def test_energy_in_is_energy_out_plus_energy_kept(dt, air, wall, mass, outdoor, heat, gain):
    gains = (0.3 * gain, 0.1 * gain, 0.6 * gain)
    new = advance(dt, air, wall, mass, outdoor, outdoor + 3.0, gains, heat)
    kept = sum(c * (b - a) for c, a, b in zip(ROOM.values(), (air, wall, mass), new, strict=True)) / dt
    lost = 80.0 * (new[0] - outdoor) + 60.0 * (new[1] - outdoor - 3.0)
    scale = abs(heat) + gain + abs(lost) + sum(ROOM.values()) * 50.0 / dt
    assert abs(heat + gain - lost - kept) < 1e-9 * scale


@settings(deadline=None, max_examples=50)
@given(st.floats(-20.0, 19.0), st.floats(0.1, 0.99))
def test_a_better_insulated_room_never_needs_more_heat_without_sun(outdoor, share):
    def need(insulation):
        free, slope = free_air(
            900.0,
            20.0,
            15.0,
            20.0,
            outdoor,
            outdoor,
            1e6,
            2e7,
            3e7,
            80.0 * insulation,
            60.0 * insulation,
            60.0,
            900.0,
            0,
            0,
            0,
        )
        return max((20.0 - free) / slope, 0.0)

    assert need(share) <= need(1.0) + 1e-9


def test_a_room_without_cause_keeps_its_temperature():
    assert advance(900.0, 22.0, 22.0, 22.0, 22.0, 22.0, (0.0, 0.0, 0.0), 0.0) == pytest.approx(
        (22.0, 22.0, 22.0), abs=1e-12
    )
