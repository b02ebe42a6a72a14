"""Boreholes: a single one has no neighbours, and fields that cannot be are refused."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from twin.components.ground_loop import GroundLoop

USUAL = {"name": "field", "flow": 1.0}


def cooling(count, spacing, hours=8760):
    """Cooling of the wall by 30 W/m after some hours. [K]"""
    ground = GroundLoop.preparations["ground"].function(3600.0, 24.0, 0.075, spacing, 2.0, 2.2e6, 100.0, count)
    decay, push, seen = ground[:3]
    amplitude = np.zeros(24)
    for _ in range(hours):
        amplitude = decay * amplitude + push * 30.0
    return float(seen @ amplitude)


def test_a_single_borehole_has_no_neighbours_whatever_the_spacing():
    assert cooling(1.0, 5.0) == cooling(1.0, 0.0) == cooling(100.0, 0.0)
    assert cooling(100.0, 5.0) > 1.5 * cooling(1.0, 5.0)


def test_boreholes_that_touch_and_half_rings_are_refused():
    for wrong, why in (({"spacing": 0.2}, "two diameters apart"), ({"modes": 7.5}, "whole number")):
        with pytest.raises(ValidationError, match=why):
            GroundLoop(**USUAL, **wrong)


def test_water_leaves_warmer_than_it_came_while_heat_is_drawn():
    step = GroundLoop.kernels["step"]
    zero, after = np.zeros(4), np.zeros(4)
    told = (zero, after, zero, zero, zero, 0.01, 100.0, 0.1, 14.0, 1.0, 50.0)
    leaving, power, warmth, _ = step(1000.0, *told)
    mean = 14.0 - 1000.0 / 100.0 * 0.11
    assert leaving == pytest.approx(mean + 500.0 / 4186.0)
    assert power == warmth == 50.0
    assert step(0.0, *told)[:2] == (14.0, 0.0)
