"""Walls, glass and films against exact solutions and published tables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.conduction import modes
from twin.physics.convection import gap_conductance, natural_factors, natural_film, outside_film, pane_film, pane_turn
from twin.physics.glazing import GASES, window

LIGHT = ([0.009, 0.066, 0.012], [0.14, 0.04, 0.16], [530.0, 12.0, 950.0], [900.0, 840.0, 840.0])
"""Wood siding, fibreglass and plasterboard of ANSI/ASHRAE 140 case 600."""
WALLS = st.lists(
    st.tuples(st.floats(0.005, 0.3), st.floats(0.03, 2.0), st.sampled_from([0.0, 30.0, 800.0, 2300.0]), st.floats(800.0, 1500.0)),
    min_size=1, max_size=4,
)  # fmt: skip


def march(wall, out, inn, steps, amplitude=None, before=(0.0, 0.0)):
    """Mean fluxes and amplitudes over steps with given surface temperatures."""
    amplitude = np.zeros(len(wall.decay)) if amplitude is None else amplitude
    fluxes = []
    for _ in range(steps):
        fluxes.append(
            (
                wall.own_out * out + wall.cross * inn - wall.seen_out @ amplitude - wall.rest_out * before[0] - wall.rest_cross * before[1],
                wall.cross * out + wall.own_in * inn - wall.seen_in @ amplitude - wall.rest_cross * before[0] - wall.rest_in * before[1],
            )
        )  # fmt: skip
        amplitude = wall.decay * amplitude + wall.push_out * out + wall.push_in * inn
        before = (out, inn)
    return np.array(fluxes), amplitude


@settings(deadline=None, max_examples=60)
@given(WALLS, st.sampled_from([60.0, 900.0, 3600.0]), st.integers(1, 8))
def test_steady_heat_through_any_wall_is_that_of_its_resistance(layers, dt, count):
    columns = list(zip(*layers, strict=True))
    wall = modes(dt, count, *columns)
    fluxes, _ = march(wall, 10.0, 0.0, round(60 * 86400.0 / dt) if dt > 100.0 else 40_000)
    slowest = sum(t / k for t, k, *_ in layers) * sum(t * d * c for t, _, d, c in layers)
    if slowest < 4 * 86400.0:
        through = 10.0 / sum(t / k for t, k, *_ in layers)
        assert fluxes[-1] == pytest.approx((through, -through), rel=1e-3)


@settings(deadline=None, max_examples=60)
@given(WALLS, st.sampled_from([60.0, 900.0, 3600.0]), st.integers(1, 8), st.floats(-20.0, 40.0), st.floats(-20.0, 40.0))
def test_every_wall_holds_just_what_went_in(layers, dt, count, out, inn):
    wall = modes(dt, count, *zip(*layers, strict=True))
    fluxes, amplitude = march(wall, out, inn, 50)
    held = wall.held @ amplitude + wall.held_out * out + wall.held_in * inn
    assert held == pytest.approx(fluxes.sum() * dt, rel=1e-9, abs=1e-3)


def test_a_slab_warms_like_the_exact_solution():
    # both sides of 10 cm of concrete go from 0 to 1: mean 1 - sum 8 / (odd pi)^2 exp(-odd^2 pi^2 Fo), Carslaw and Jaeger 3.3
    thick, conducts, heavy, heat = 0.1, 0.51, 1400.0, 1000.0
    wall = modes(900.0, 6, [thick], [conducts], [heavy], [heat])
    fluxes, _ = march(wall, 1.0, 1.0, 8)
    fourier = conducts / (heavy * heat) * 7200.0 / thick**2
    exact = 1.0 - sum(8.0 / (n * math.pi) ** 2 * math.exp(-((n * math.pi) ** 2) * fourier) for n in range(1, 40, 2))
    assert fluxes.sum() * 900.0 / (thick * heavy * heat) == pytest.approx(exact, rel=0.005)


def test_more_modes_do_not_change_a_light_wall():
    few, many = (march(modes(900.0, count, *LIGHT), 10.0, 20.0, 12)[0] for count in (3, 12))
    assert few == pytest.approx(many, rel=1e-3, abs=1e-3)


def test_double_clear_glass_is_that_of_the_standards_table():
    # ANSI/ASHRAE 140-2020, window of case 600: transmittance at 0, 40, 60, 70 and 80 degrees and for diffuse light
    glass = window([0.834, 0.834], [0.075, 0.075], [0.075, 0.075])
    assert [glass.passed[angle] for angle in (0, 40, 60, 70, 80)] == pytest.approx(
        [0.703, 0.678, 0.577, 0.438, 0.208], abs=0.008
    )
    assert glass.passed_diffuse == pytest.approx(0.601, abs=0.003)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.1, 0.9), st.floats(0.02, 0.4), st.floats(0.02, 0.4)).filter(lambda p: p[0] + max(p[1:]) < 0.98), min_size=1, max_size=3)
)  # fmt: skip
def test_panes_never_make_light(panes):
    glass = window(*zip(*panes, strict=True))
    total = glass.passed + glass.absorbed.sum(axis=0)
    assert (total <= 1.0 + 1e-9).all()
    assert glass.passed.min() >= -1e-9
    assert glass.passed_back + glass.absorbed_back.sum() <= 1.0 + 1e-9


def test_a_12_millimetre_air_gap_conducts_as_in_the_standard():
    # ANSI/ASHRAE 140-2020: 12 mm of air, emittance 0.84 on both sides, 5.208 W/m2K at its winter temperatures
    exchange = 1.0 / (1.0 / 0.84 + 1.0 / 0.84 - 1.0)
    assert gap_conductance(2.0, -5.0, 0.012, 2.0, *GASES["air"], exchange, 83000.0) == pytest.approx(5.208, rel=0.03)


def film(surface, air, up):
    return natural_film(surface, air, *natural_factors(up))


def test_films_are_stronger_where_warm_air_rises_and_with_wind():
    assert film(30.0, 20.0, 1.0) > film(30.0, 20.0, 0.0) > film(30.0, 20.0, -1.0) > 0.0
    assert film(10.0, 20.0, -1.0) == film(30.0, 20.0, 1.0)
    assert (
        outside_film(20.0, 10.0, 1.31, 1.31, 20.0, 1.67)
        > outside_film(20.0, 10.0, 1.31, 1.31, 20.0, 1.0)
        > outside_film(20.0, 10.0, 1.31, 1.31, 0.0, 1.0)
    )
    assert 1.0 < pane_film(5.0, 20.0, 90.0, 2.0, 101325.0, 1.0, pane_turn(90.0)) < 4.0
