"""Walls of one mass between two resistances, and what follows for a zone over many ticks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics import envelope
from twin.physics.envelope import INNER_FILM, OUTER_FILM, free_air, settle, wall_split

KELVIN = st.floats(-20.0, 45.0)
HEAT = st.floats(-2e4, 5e4)
STATE = st.tuples(KELVIN, KELVIN, KELVIN, KELVIN, KELVIN)
GAINS = st.tuples(HEAT, HEAT, HEAT)
CAPACITY = st.tuples(st.floats(1e5, 1e8), st.floats(1e5, 1e9), st.floats(1e5, 1e10))
CONDUCTANCE = st.tuples(st.floats(0.0, 5e3), st.floats(1.0, 5e3), st.floats(1.0, 5e3), st.floats(1.0, 5e4))
STEP = st.sampled_from([60.0, 900.0, 3600.0])


def tick(dt, state, capacity, conductance, gains, heat):
    """One tick with a known heat to the air: new air, wall and mass temperature."""
    air, wall, mass, outdoor, surface = state
    direct, outside, inside, exchange = conductance
    free, slope = free_air(dt, air, wall, mass, outdoor, surface, *capacity, direct, outside, inside, exchange, *gains)
    new = free + slope * heat
    others = settle(dt, new, wall, mass, surface, capacity[1], capacity[2], outside, inside, exchange, *gains[1:])
    return (new, *others)


def both(one, two):
    return [a + b for a, b in zip(one, two, strict=True)]


@settings(deadline=None)
@given(STEP, STATE, CAPACITY, CONDUCTANCE, GAINS, HEAT)
def test_heat_stored_is_heat_in_less_heat_out_for_any_sizes(dt, state, capacity, conductance, gains, heat):
    new = tick(dt, state, capacity, conductance, gains, heat)
    stored = [c * (after - before) / dt for c, after, before in zip(capacity, new, state[:3], strict=True)]
    through = [conductance[0] * (state[3] - new[0]), conductance[1] * (state[4] - new[1])]
    scale = sum(abs(c * (abs(t) + 1.0) / dt) for c, t in zip(capacity, new, strict=True))
    scale += sum(map(abs, through)) + sum(map(abs, gains)) + abs(heat)
    assert abs(sum(stored) - sum(through) - sum(gains) - heat) <= 1e-9 * scale


@settings(deadline=None)
@given(STEP, STATE, STATE, CAPACITY, CONDUCTANCE, GAINS, GAINS, HEAT)
def test_two_causes_together_have_the_sum_of_their_effects(dt, one, two, capacity, conductance, first, second, heat):
    joint = tick(dt, both(one, two), capacity, conductance, both(first, second), heat)
    alone = tick(dt, one, capacity, conductance, first, heat)
    other = tick(dt, two, capacity, conductance, second, 0.0)
    assert joint == pytest.approx(both(alone, other), rel=1e-8, abs=1e-6)


def heating(transmittance, outdoors, step=900.0):
    """Heat that holds 20 degC through a run of outdoor temperatures. [J]"""
    outside, inside = wall_split(transmittance, 100.0, 0.5)
    air = wall = mass = 20.0
    total = 0.0
    for outdoor in outdoors:
        free, slope = free_air(
            step, air, wall, mass, outdoor, outdoor, 1e6, 2e7, 2e7, 20.0, outside, inside, 900.0, 0.0, 0.0, 0.0
        )
        need = max((20.0 - free) / slope, 0.0)
        air = free + slope * need
        wall, mass = settle(step, air, wall, mass, outdoor, 2e7, 2e7, outside, inside, 900.0, 0.0, 0.0)
        total += need * step
    return total


@settings(deadline=None, max_examples=30)
@given(st.floats(0.1, 3.0), st.floats(1.05, 4.0), st.floats(-20.0, 19.0))
def test_a_better_wall_never_needs_more_heat_through_a_steady_cold_month(good, worse, outdoor):
    month = [outdoor] * 2880
    assert heating(good, month) <= heating(good * worse, month)


@settings(deadline=None)
@given(st.floats(0.05, 5.8), st.floats(1.0, 1e4), st.floats(0.0, 1.0))
def test_the_two_halves_of_a_wall_in_series_are_the_wall(transmittance, area, depth):
    outer, inner = wall_split(transmittance, area, depth)
    assert 1.0 / (1.0 / outer + 1.0 / inner) == pytest.approx(transmittance * area, rel=1e-9)


def test_mass_behind_outside_insulation_is_coupled_to_the_room_by_the_film_alone():
    outer, inner = wall_split(0.3, 1.0, 1.0)
    assert inner == pytest.approx(1.0 / INNER_FILM)
    assert outer == pytest.approx(1.0 / (1.0 / 0.3 - INNER_FILM))
    assert wall_split(0.3, 1.0, 0.0)[0] == pytest.approx(1.0 / OUTER_FILM)


def test_a_thousand_days_end_at_the_steady_balance():
    new = (20.0, 20.0, 20.0)
    for _ in range(1000):
        new = tick(86400.0, (*new, 0.0, 0.0), (1e6, 1e7, 1e7), (100.0, 50.0, 50.0, 900.0), (0.0, 0.0, 0.0), 1250.0)
    assert new[0] == pytest.approx(1250.0 / (100.0 + 25.0), rel=1e-9)
    assert new[1] == pytest.approx(new[0] / 2.0, rel=1e-9)


def test_a_room_swings_less_through_a_day_the_heavier_the_class_of_its_walls():
    outside, inside = wall_split(0.8, 100.0, 0.5)

    def swing(capacity):
        air = wall = mass = 20.0
        course = []
        for hour in range(240):
            surface = 30.0 if hour % 24 in range(8, 20) else 10.0
            air, wall, mass = tick(
                3600.0, (air, wall, mass, 20.0, surface), (1e6, capacity * 100.0, 1e5), (20.0, outside, inside, 900.0),
                (0.0, 0.0, 0.0), 0.0,
            )  # fmt: skip
            course.append(air)
        return max(course[-24:]) - min(course[-24:])

    names = ("VERY_LIGHT", "LIGHT", "MEDIUM", "HEAVY", "VERY_HEAVY")
    swings = [swing(getattr(envelope, f"{name}_WALL")) for name in names]
    assert swings == sorted(swings, reverse=True)
    assert swings[0] > 2.0 * swings[-1]
