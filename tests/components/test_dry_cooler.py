"""Dry coolers: set-point, floating, pads and the first law."""

import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.components.dry_cooler import DryCooler
from twin.physics.air import WATER_HEAT

psychrolib.SetUnitSystem(psychrolib.SI)


def step(**changed):
    told = {name: field.default for name, field in DryCooler.parameters().items()}
    told |= {
        "outdoor": 20.0, "wet_bulb": 15.0, "heat": 1e6, "flow": 40.0, "setpoint": 35.0, "water_design": 40.0, "air_design": 160.0, "exchange": 2.5e5,
        "fan": 4e4,
    } | changed  # fmt: skip
    kernel = DryCooler.kernels["step"]
    return dict(zip(kernel.tells, kernel(**{name: told[name] for name in kernel.told}), strict=True))


@settings(deadline=None)
@given(st.floats(1e4, 2e6), st.floats(-20.0, 45.0), st.floats(4.0, 60.0), st.floats(0.0, 0.9))
def test_water_never_leaves_colder_than_the_air_that_meets_the_coil(heat, outdoor, flow, pads):
    bulb = outdoor - 6.0
    told = step(heat=heat, outdoor=outdoor, wet_bulb=bulb, flow=flow, pads=pads)
    coldest = outdoor - pads * 6.0 * told["wetted"]
    assert told["leaving"] >= min(coldest, 35.0) - 1e-9
    assert told["dumped"] == pytest.approx(heat + told["power"])
    assert told["leaving"] == pytest.approx(35.0) or told["speed"] == 1.0
    assert 0.0 <= told["speed"] <= 1.0


def test_the_set_point_is_held_with_a_fan_that_slows_as_the_air_gets_cold():
    cold, mild, warm, hot = (step(outdoor=t) for t in (0.0, 15.0, 25.0, 36.0))
    assert cold["power"] < mild["power"] < warm["power"] <= 4e4
    assert hot["leaving"] > 36.0


def test_water_of_the_pads_is_what_brings_the_air_to_its_new_state():
    told = step(outdoor=36.0, wet_bulb=22.0, pads=0.8)
    assert told["wetted"] == 1.0
    before = psychrolib.GetHumRatioFromTWetBulb(36.0, 22.0, 101325.0)
    after = psychrolib.GetHumRatioFromTWetBulb(36.0 - 0.8 * 14.0, 22.0, 101325.0)
    assert told["makeup"] == pytest.approx(160.0 * told["speed"] * (after - before) * 4.0 / 3.0, rel=0.05)
    assert step(outdoor=10.0, pads=0.8)["makeup"] == 0.0


def test_no_heat_needs_no_fan():
    told = step(heat=0.0, flow=0.0)
    assert (told["power"], told["dumped"], told["leaving"]) == (0.0, 0.0, 35.0)


def test_the_heat_is_what_the_water_lost():
    told = step(outdoor=33.0, setpoint=20.0)
    assert told["leaving"] + 1e6 / (40.0 * WATER_HEAT) > told["leaving"] > 33.0
