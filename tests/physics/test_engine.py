"""Gas engines against the data sheet of their curves, against another maker's, and the laws of heat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.engine import engine_heat, engine_part, engine_water_heat

# MTU 20V4000L62, TB 46218 (kW): power, gas, cooling water, second mixture cooler
SHEET = [(1948.0, 4843.0, 1244.0, 99.0), (1461.0, 3713.0, 922.0, 72.0), (972.0, 2600.0, 650.0, 49.0)]
# Jenbacher JMS 620 GS-N.L, 3,356 kW, technical description of 20.04.2018 (kW): power, gas, intercooler + oil + jacket
OTHER = [(3356.0, 7507.0, 1834.0), (2509.0, 5758.0, 1312.0), (1658.0, 4008.0, 914.0)]
ENGINE = {"rating": 1948.0, "electric": 1948 / 4843, "jacket": 1244 / 4843, "exhaust": 0.24}


@pytest.mark.parametrize(("power", "gas", "water", "cool"), SHEET)
def test_the_curves_meet_the_points_of_the_data_sheet(power, gas, water, cool):
    fuel, hot, exhaust = engine_heat(power / 1948.0, **ENGINE)
    assert fuel == pytest.approx(gas, rel=1e-6)
    assert hot == pytest.approx(water, rel=1e-6)
    full = 1 - sum(SHEET[0][i] for i in (0, 2, 3)) / SHEET[0][1]
    assert exhaust / 0.24 * full == pytest.approx(gas - power - water - cool, rel=1e-6)


@pytest.mark.parametrize(("power", "gas", "water"), OTHER)
def test_another_maker_s_engine_keeps_to_the_same_curves(power, gas, water):
    fuel, hot, _ = engine_heat(power / 3356.0, 3356.0, 3356 / 7507, 1834 / 7507, 0.2)
    assert fuel == pytest.approx(gas, rel=0.005)
    assert hot == pytest.approx(water, rel=0.05)


@given(st.floats(0.5, 1.0))
def test_power_and_heat_never_exceed_the_gas(part):
    fuel, hot, exhaust = engine_heat(part, 2e6, 0.42, 0.226, 0.2405)
    assert part * 2e6 + hot + exhaust < fuel


@given(st.floats(0.5, 0.99), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_part_load_found_just_meets_the_heat(part, drawn_share, recovery):
    _, hot, gas = engine_heat(part, 2e6, 0.42, 0.226, 0.2405)
    drawn = drawn_share * gas
    wanted = engine_water_heat(hot, 1e12, gas, drawn, recovery)
    assert engine_part(wanted, drawn, 1e12, 2e6, 0.42, 0.226, 0.2405, recovery) == pytest.approx(part, rel=1e-6)


def test_an_engine_that_stands_still_burns_nothing():
    assert engine_heat(0.0, 2e6, 0.42, 0.226, 0.2405) == (0.0, 0.0, 0.0)
