"""Chillers against the data set their curves come from, and the laws of part load."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics import chiller
from twin.physics.curve import biquadratic

ROWS = [
    ("FIXED", "ElectricEIRChiller_York_YT_1758kW_6_28COP_Vanes", 6.32),
    ("VARIABLE", "ElectricEIRChiller_Trane_CVHE_1442kW_6_61COP_VSD", 5.98),
]
MACHINES = [chiller.fixed_speed_chiller, chiller.variable_speed_chiller]
SIZE, COP = 4.5e6, 5.9


def numbers(prefix, name, count):
    return [getattr(chiller, f"{prefix}_{name}_{i + 1}") for i in range(count)]


@pytest.mark.parametrize(("prefix", "name", "rated"), ROWS)
def test_constants_are_those_of_the_published_row(shared_data, prefix, name, rated):
    rows = json.loads((shared_data("chiller_curves") / "chillers.json").read_text(encoding="utf-8"))["eir"]
    row = next(each for each in rows if each["name"] == name)
    assert numbers(prefix, "CAPACITY", 6) == row["capFunT"]
    assert numbers(prefix, "EIR", 6) == row["EIRFunT"]
    assert numbers(prefix, "PART", 3) == row["EIRFunPLR"]
    assert getattr(chiller, f"{prefix}_SMALLEST") == row["PLRMin"]
    edges = [chiller.COLDEST_LEAVING, chiller.WARMEST_LEAVING]
    edges += [getattr(chiller, f"{prefix}_COOLEST"), getattr(chiller, f"{prefix}_HOTTEST")]
    published = [row[key] - 273.15 for key in ("TEvaLvgMin", "TEvaLvgMax", "TConEntMin", "TConEntMax")]
    assert edges == pytest.approx(published, abs=0.006)
    eir = biquadratic(chiller.RATED_LEAVING, chiller.RATED_ENTERING, *row["EIRFunT"])
    assert row["COP_nominal"] / eir / sum(row["EIRFunPLR"]) == pytest.approx(rated, abs=0.006)


@pytest.mark.parametrize("machine", MACHINES)
def test_full_load_at_the_rating_point_has_the_rated_cop(machine):
    done, power, outside = machine(SIZE, SIZE, COP, chiller.RATED_LEAVING, chiller.RATED_ENTERING)
    assert done == pytest.approx(SIZE)
    assert done / power == pytest.approx(COP)
    assert outside == 0.0


@pytest.mark.parametrize("machine", MACHINES)
@settings(deadline=None)
@given(st.floats(0.05, 1.0), st.floats(4.5, 8.8), st.floats(18.0, 28.0))
def test_warmer_condenser_water_never_needs_less_power(machine, share, leaving, entering):
    load = share * 0.85 * SIZE
    cool, warm = (machine(load, SIZE, COP, leaving, entering + more)[1] for more in (0.0, 1.0))
    assert 0.0 < cool <= warm * 1.02  # capacity peaks near 20 degC, so part load shifts a little


@pytest.mark.parametrize("machine", MACHINES)
@settings(deadline=None)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_load_never_needs_less_power_and_no_load_needs_none(machine, one, two):
    less, more = sorted((one, two))
    assert machine(less * SIZE, SIZE, COP, 6.67, 29.44)[1] <= machine(more * SIZE, SIZE, COP, 6.67, 29.44)[1] + 1e-6
    assert machine(0.0, SIZE, COP, 6.67, 29.44)[:2] == (0.0, 0.0)


@pytest.mark.parametrize("machine", MACHINES)
def test_water_outside_the_curves_is_told(machine):
    assert machine(1e6, SIZE, COP, 12.0, 25.0)[2] == 1.0
    assert machine(1e6, SIZE, COP, 6.67, 38.0)[2] == 1.0


def test_variable_speed_beats_inlet_vanes_at_half_load_and_cool_water():
    vanes, speed = (machine(0.5 * SIZE, SIZE, COP, 6.67, 20.0)[1] for machine in MACHINES)
    assert speed < vanes


@pytest.mark.parametrize("machine", MACHINES)
@settings(deadline=None)
@given(st.floats(-8.0, 4.4), st.floats(18.0, 30.0))
def test_brine_costs_capacity_and_efficiency_below_the_curves(machine, leaving, entering):
    done, power, outside = machine(1e9, SIZE, COP, leaving, entering)
    edge, usual, _ = machine(1e9, SIZE, COP, chiller.COLDEST_LEAVING, entering)
    assert done < edge
    assert done / power < edge / usual
    assert outside == 1.0


def test_brine_at_5_degrees_below_zero_leaves_about_seven_tenths_of_capacity_and_efficiency():
    # an ice-making chiller is usually put at 0.65 of the efficiency at 7 degC
    done, power, _ = chiller.fixed_speed_chiller(1e9, SIZE, COP, -5.0, 24.0)
    usual, spent, _ = chiller.fixed_speed_chiller(1e9, SIZE, COP, 7.0, 24.0)
    assert done / usual == pytest.approx(0.67, abs=0.05)
    assert (done / power) / (usual / spent) == pytest.approx(0.65, abs=0.06)
