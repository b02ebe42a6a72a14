"""The ground around boreholes and boilers: held to the line source and to catalogue points."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from scipy.special import exp1

from twin.physics.boiler import boiler_efficiency
from twin.physics.borehole import cell_radius, rings, wall_resistance

GROUND, HEAT, RADIUS = 2.0, 2.2e6, 0.075


def wall(hours, dt, count=40, outside=60.0):
    """Cooling of the wall by 1 W/m after some hours. [K]"""
    ground = rings(dt, count, RADIUS, outside, GROUND, HEAT)
    amplitude = np.zeros(count)
    for _ in range(round(hours * 3600.0 / dt)):
        amplitude = ground.decay * amplitude + ground.push
    return float(ground.seen @ amplitude) + wall_resistance(RADIUS, outside, count, GROUND)


@pytest.mark.parametrize(("hours", "within"), [(24.0, 0.05), (168.0, 0.01), (8760.0, 0.01), (87600.0, 0.01)])
def test_the_wall_follows_the_infinite_line_source(hours, within):
    # Carslaw and Jaeger: 1 / (4 pi k) E1(r^2 / 4 a t); at a day the wall is a cylinder yet, and colder by 4 %
    line = exp1(RADIUS**2 * HEAT / (4.0 * GROUND * hours * 3600.0)) / (4.0 * pi * GROUND)
    assert wall(hours, 3600.0 if hours < 1e4 else 86400.0) == pytest.approx(line, rel=within)


def test_the_step_does_not_matter():
    assert wall(96.0, 900.0) == pytest.approx(wall(96.0, 3600.0), rel=1e-9)


def test_a_dense_field_cools_as_a_whole():
    outside = cell_radius(5.0)
    year = wall(8760.0, 3600.0, outside=outside)
    mean = 8760.0 * 3600.0 / (pi * (outside**2 - RADIUS**2) * HEAT)
    assert mean < year < mean + 1.0


def test_a_condensing_boiler_gains_from_cold_returns_and_part_load():
    # Viessmann's 75/60 against 40/30 degC: about 8..10 points
    gain = boiler_efficiency(0.5, 30.0, 0.92, 1.0) - boiler_efficiency(1.0, 60.0, 0.92, 1.0)
    assert 0.05 < gain < 0.11
    assert boiler_efficiency(0.5, 30.0, 0.9, 0.0) == boiler_efficiency(0.5, 80.0, 0.9, 0.0)
    assert 0.89 < boiler_efficiency(0.3, 60.0, 0.9, 0.0) < 0.93
