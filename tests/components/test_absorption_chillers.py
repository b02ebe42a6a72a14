"""Absorption and exhaust chillers: first law, what limits them, and machines that are not there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from twin.components.absorption_chiller import AbsorptionChiller
from twin.components.exhaust_chiller import ExhaustChiller

PUMPS = {"auxiliary": 0.01, "condenser_flow": 60.0, "condenser_pump": 20e3}
SINGLE = {"capacity": 1e6, "cop": 0.7, "generator": 90.0, "slope": 0.035, "minimum": 0.15}
EXHAUST = {"capacity": 1e6, "cop": 1.2, "minimum": 0.15}


def single(wanted, share=1.0, offered=1e12, reserved=0.0, hot=90.0, water=6.67, entering=29.44, enabled=1.0, **changed):
    asks = AbsorptionChiller.kernels["ask"]
    told = dict(zip(asks.tells, asks(wanted=wanted, water=water, entering=entering, hot=hot, offered=offered, reserved=reserved, enabled=enabled, **{**SINGLE, **changed}), strict=True))  # fmt: skip
    steps = AbsorptionChiller.kernels["step"]
    size = changed.get("capacity", 1e6)
    done = steps(wanted, told["able"], told["ratio"], told["driving"], share, size, **PUMPS)
    return told | dict(zip(steps.tells, done, strict=True))


def exhaust(wanted, missing=0.0, water=6.67, entering=29.44, **changed):
    asks = ExhaustChiller.kernels["ask"]
    told = dict(
        zip(asks.tells, asks(wanted=wanted, water=water, entering=entering, **{**EXHAUST, **changed}), strict=True)
    )
    steps = ExhaustChiller.kernels["step"]
    size = changed.get("capacity", 1e6)
    done = steps(wanted, told["able"], told["ratio"], told["driving"], missing, size, **PUMPS)
    return told | dict(zip(steps.tells, done, strict=True))


def test_full_load_has_the_rated_ratio_of_cooling_to_heat():
    assert single(1e6)["cooling"] / single(1e6)["heat"] == pytest.approx(0.70)
    assert exhaust(1e6)["cooling"] / exhaust(1e6)["heat"] == pytest.approx(1.2)


@pytest.mark.parametrize("machine", [single, exhaust])
@given(st.floats(0.0, 2e6), st.floats(0.0, 1.0), st.floats(4.5, 8.8), st.floats(21.2, 34.0))
def test_what_goes_in_comes_out_as_reject_heat(machine, wanted, some, water, entering):
    limit = {"share": some} if machine is single else {"missing": some * 0.5e6}
    now = machine(wanted, water=water, entering=entering, **limit)
    assert now["reject"] == pytest.approx(now["cooling"] + now["heat"] + now["power"])
    assert now["cooling"] + now["rest"] == pytest.approx(wanted)
    assert 0.0 <= now["cooling"] <= now["able"] * (1 + 1e-9) + 1e-6
    assert (
        now["cooling"] <= now["ratio"] * now["heat"] * 1.25 + 1e-6
    )  # the exhaust machine's curve is a fifth better at a fifth of its load


@pytest.mark.parametrize("machine", [single, exhaust])
def test_a_machine_of_no_capacity_or_too_small_a_load_is_off(machine):
    for now in (machine(1e6, capacity=0.0), machine(0.05e6)):
        assert now["cooling"] == now["heat"] == now["driving"] == now["power"] == now["off_curve"] == 0.0
        assert now["rest"] > 0.0


def test_cooler_hot_water_leaves_less_capacity():
    assert single(2e6, hot=80.0)["able"] == pytest.approx(0.65 * single(2e6)["able"])
    assert single(2e6, hot=40.0)["cooling"] == 0.0


def test_it_asks_for_no_more_than_the_engine_offers_and_not_out_of_season():
    assert single(1e6, offered=0.6e6)["driving"] == 0.6e6
    assert single(1e6, offered=0.9e6, reserved=0.3e6)["driving"] == pytest.approx(0.6e6)
    assert single(1e6, offered=0.05e6)["driving"] == 0.0
    assert single(1e6, enabled=0.0)["driving"] == 0.0


def test_half_the_heat_does_about_half_the_cooling():
    assert single(1e6, share=0.5)["cooling"] == pytest.approx(0.52e6, rel=0.05)
    assert exhaust(1e6, missing=0.5 * exhaust(1e6)["driving"])["cooling"] == pytest.approx(0.56e6, rel=0.05)


def test_water_outside_the_curves_is_noted():
    assert exhaust(1e6, entering=18.0)["off_curve"] == 1.0
    assert single(1e6, water=3.0)["off_curve"] == 1.0


@pytest.mark.parametrize("machine", [single, exhaust])
def test_brine_is_left_to_other_chillers(machine):
    now = machine(1e6, water=-5.0)
    assert (now["rest"], now["cooling"], now["driving"]) == (1e6, 0.0, 0.0)


def test_months_are_twelve_zeros_and_ones():
    with pytest.raises(ValidationError, match="a year has 12"):
        AbsorptionChiller(name="single", capacity=1e6, condenser_flow=1.0, condenser_pump=1.0, months=(1.0,) * 11)
