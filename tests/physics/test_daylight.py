"""Daylight and lamps against the formulas they come from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.daylight import dimming, interior_illuminance


@settings(deadline=None)
@given(st.floats(0.0, 2000.0), st.floats(100.0, 800.0), st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_lamps_dim_between_full_and_least_power_and_never_rise_with_daylight(daylight, target, power, light):
    here, brighter = dimming(daylight, target, power, light), dimming(daylight + 50.0, target, power, light)
    assert power - 1e-12 <= brighter <= here + 1e-12 <= 1.0 + 2e-12


def test_average_daylight_factor_of_a_classroom_is_that_of_the_hand_formula():
    # 10 m2 of glass of 0.7, 65 degrees of sky, 200 m2 of surfaces of 0.5: DF = 0.7 * 10 * 65 / (200 * 0.75) = 3.03 %
    open_ground = 10000.0
    on_wall = open_ground * 65.0 / 2.0 / 100.0
    assert interior_illuminance(on_wall, 0.7, 10.0, 200.0, 0.5) == pytest.approx(open_ground * 0.03033, rel=1e-3)
