"""Rock tunnels: warmth that soaks in against the exact solution, energy, and the draught of a shaft."""

from cmath import exp as complex_exp
from math import exp, pi, sin, sqrt

import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.tunnel import GRAVITY, LAYER_1, LAYER_2, LAYER_3, shaft_draught, soak, tunnel_air

psychrolib.SetUnitSystem(psychrolib.SI)
K, HELD = 2.2, 2320.0 * 810.0
LAYERS = (LAYER_1, LAYER_2, LAYER_3)
ROCK = (
    *(HELD * each for each in LAYERS), 2.0 * K / (LAYERS[0] + LAYERS[1]), 2.0 * K / (LAYERS[1] + LAYERS[2]), 2.0 * K / LAYERS[2],
)  # fmt: skip
T = st.floats(-10.0, 40.0)
QUIET = settings(deadline=None)


@QUIET
@given(st.floats(-500.0, 500.0), T, T, T, T, st.sampled_from([60.0, 900.0, 3600.0]))
def test_no_warmth_is_lost_in_the_rock(heat, first, second, third, deep, dt):
    new = soak(heat, first, second, third, deep, dt, *ROCK)
    kept = sum(held * (b - a) for held, a, b in zip(ROCK[:3], (first, second, third), new[:3], strict=True))
    assert kept == pytest.approx((heat - new[3]) * dt, abs=1e-3)


def swing(period, step, q=10.0):
    """Amplitude of the skin under a heat flow that swings with a period. [K]"""
    t, seen = [0.0, 0.0, 0.0], []
    for tick in range(int(6 * period / step)):
        heat = q * sin(2.0 * pi * (tick + 0.5) * step / period)
        t = list(soak(heat, *t, 0.0, step, *ROCK)[:3])
        if tick > 4 * period / step:
            seen.append(t[0])
    return 0.5 * (max(seen) - min(seen))


@pytest.mark.parametrize("days", [1.0, 7.0, 30.0, 365.0])
def test_three_layers_swing_like_a_half_space_within_fifteen_percent(days):
    # Carslaw and Jaeger, 2nd ed., 2.6: amplitude of the surface is q / sqrt(k rho c omega); the mean of the first layer
    # swings less than its surface, by (1 - exp(-(1+i) d/D)) / ((1+i) d/D)
    omega = 2.0 * pi / (days * 86400.0)
    depth = sqrt(2.0 * K / HELD / omega)
    ratio = complex(1.0, 1.0) * LAYERS[0] / depth
    exact = 10.0 / sqrt(K * HELD * omega) * abs((1.0 - complex_exp(-ratio)) / ratio)
    assert swing(days * 86400.0, 3600.0) == pytest.approx(exact, rel=0.15)


def test_hourly_and_quarter_hourly_ticks_give_the_same_day_within_five_percent():
    assert swing(86400.0, 3600.0) == pytest.approx(swing(86400.0, 60.0), rel=0.05)


@QUIET
@given(T, T, st.floats(0.0, 1e6), st.floats(1.0, 1e6))
def test_tunnel_air_ends_between_outdoors_and_rock(outdoor, skin, conductance, capacity):
    air = tunnel_air(outdoor, skin, conductance, capacity)
    assert min(outdoor, skin) - 1e-9 <= air <= max(outdoor, skin) + 1e-9
    assert air == pytest.approx(skin + (outdoor - skin) * exp(-conductance / capacity))


@QUIET
@given(st.floats(-10.0, 35.0), st.floats(5.0, 50.0))
def test_the_draught_is_the_weight_of_the_two_columns(outdoor, inside):
    outer, inner = (1.0 / psychrolib.GetDryAirVolume(t, 101325.0) for t in (outdoor, inside))
    assert shaft_draught(outdoor, inside, outer, 80.0) == pytest.approx(
        GRAVITY * 80.0 * (outer - inner), rel=1e-4, abs=1e-6
    )
