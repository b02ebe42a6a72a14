"""Gas engines: what leads them, when they start and stop, and trigeneration without an energy loop."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from twin.components.absorption_chiller import AbsorptionChiller
from twin.components.chiller_plant import ChillerPlant
from twin.components.cooling_tower import CoolingTower
from twin.components.exhaust_chiller import ExhaustChiller
from twin.components.gas_engine import GasEngine
from twin.components.grid import Grid
from twin.components.switchboard import Switchboard
from twin.core import Component, Field, inlet, kernel, needs, output, serves
from twin.sim import balance
from twin.sim.plan import Plan
from twin.sim.scene import Clock
from twin.sim.simulation import Simulation
from twin.site.wiring import wire
from twin.units import Watt

START = datetime(2019, 7, 1)
SIZE = {"rating": 2e6, "efficiency": 0.42, "jacket": 0.226, "exhaust": 0.2405}
STEP = {
    **SIZE, "water": 85.0, "back": 70.0, "recovery": 1.0, "warmest": 90.0, "minimum": 0.5, "restart": 0.6, "emission_factor": 56.1e-9,
    "running": 1.0, "available": 1.0, "planned": 1.0, "missing": 0.0,
}  # fmt: skip
TOLD = GasEngine.kernels["step"].tells


def step(**told):
    return dict(zip(TOLD, GasEngine.kernels["step"](**{**STEP, **told}), strict=True))


class PlainHall(Component):
    """A constant cooling load and a constant electric load."""

    cooling: Watt = Field(3e6, ge=0)
    """Heat to be removed."""
    electricity = needs("electricity", power="power")
    chilled = needs("primary_chilled_water", heat="wanted", rest="unmet", water="water")
    unmet = inlet("W", "Heat that nobody took")
    wanted = output("W", "Heat to be removed")
    water = output("degC", "Water wanted", start=9.0)
    power = output("W", "Power", medium="electricity", energy="in", end_use="hall")
    given = output("W", "Heat given to the chillers", medium="primary_chilled_water", energy="out")
    left = output("W", "Heat that stays", medium="outdoors", energy="out")

    @kernel(tells=("wanted", "water", "power"))
    def ask(cooling):
        """All power becomes heat."""
        return cooling, 6.5, cooling

    @kernel(tells=("given", "left"))
    def step(wanted, unmet):
        """What is taken."""
        return wanted - unmet, unmet


class PlainNetwork(Component):
    """Hot water between an engine and its users."""

    users = serves("heating_water", heat="load", share="granted", water="supply")
    sources = needs("primary_heat", heat="wanted", rest="rest", water="supply", back="returning")
    load = inlet("W", "Heat asked for")
    rest = inlet("W", "Heat that nobody gave")
    wanted = output("W", "Heat asked of the sources")
    supply = output("degC", "Supply", start=90.0)
    returning = output("degC", "Return", start=75.0)
    granted = output("1", "Share granted", start=1.0)
    taken = output("W", "Heat taken", medium="primary_heat", energy="in")
    given = output("W", "Heat given", medium="heating_water", energy="out")

    @kernel(tells=("supply", "returning"))
    def plan():
        """Constant temperatures."""
        return 90.0, 75.0

    @kernel(tells=("wanted",))
    def ask(load):
        """No losses."""
        return load

    @kernel(tells=("granted", "taken", "given"))
    def step(load, rest):
        """Share what comes."""
        return 1.0 - rest / load if load > 0.0 else 1.0, load - rest, load - rest


def trigeneration(order=("exhaust", "single", "electric"), ticks=96, **engine):
    """A plant in which engine heat cools, electric chillers do the rest, and all power meets one switchboard."""
    pumps = {"condenser_flow": 60.0, "condenser_pump": 20e3}
    parts = [
        PlainHall(name="hall"),
        ExhaustChiller(name="exhaust", capacity=1.4e6, **pumps),
        AbsorptionChiller(name="single", capacity=0.8e6, **pumps),
        ChillerPlant(name="electric", capacity=4e6, condenser_flow=200.0, condenser_pump=90e3),
        CoolingTower(name="tower", water_design=320.0, air_design=260.0, fan=90e3),
        PlainNetwork(name="network"),
        GasEngine(name="engine", rating=2e6, maintenance=(0.0,) * 12, **engine),
        Switchboard(name="board"),
        Grid(name="grid", energy_price=1e-7, emission_factor=1.6e-7, market_factor=0.0),
    ]
    links = {
        ("hall", "chilled"): list(order), ("single", "heating"): ["network"], ("exhaust", "gas"): ["engine"],
        ("network", "sources"): ["engine"], ("board", "suppliers"): ["grid"],
        **{(n, "tower"): ["tower"] for n in ("exhaust", "single", "electric")},
        **{(n, "electricity"): ["board"] for n in ("hall", "exhaust", "single", "electric", "tower", "engine")},
    }  # fmt: skip
    inputs = {("engine", "load"): ["board.meter"], ("single", "offered"): ["engine.offered"]}
    given = {
        ("tower", "wet_bulb"): 24.0,
        ("tower", "humidity"): 0.0187,
        ("grid", "price"): 1e-7,
        ("single", "enabled"): 1.0,
    }
    given |= {("engine", "planned"): 1.0, ("engine", "available"): 1.0}
    plan = Plan(parts, wire(parts, links, inputs), frozenset(given))
    return Simulation(plan, Clock(START, ticks, 900.0), None, {k: np.full(ticks, v) for k, v in given.items()})


@pytest.mark.parametrize("dispatch", ["heat", "power"])
def test_engine_heat_cools_and_electric_chillers_do_the_rest_without_an_energy_loop(dispatch):
    run = trigeneration(dispatch=dispatch)
    record = run.advance()
    assert run.read("engine.part") == pytest.approx(1.0, abs=1e-6)
    assert run.read("engine.unused") < 1e3
    done = [run.read(f"{name}.cooling") for name in ("exhaust", "single", "electric")]
    assert sum(done) == pytest.approx(3e6, rel=1e-9)
    gas = 2e6 / 0.42
    assert run.read("exhaust.heat") == pytest.approx(0.2405 * gas, rel=1e-6)
    assert run.read("single.heat") == pytest.approx(0.226 * gas, rel=1e-6)
    assert (
        0.9 < (done[0] + done[1]) / 2e6 < 1.25
    )  # P-48: a 2,000 kWe engine drives 1,760..2,460 kW of absorption cooling
    assert run.read("board.net") == pytest.approx(run.read("grid.power"))
    for errors in (balance.media(run.plan, record, 900.0), balance.components(run.plan, record, 900.0)):
        assert max(errors.values()) < 1e-9


def test_a_power_led_engine_covers_the_meter_and_what_it_gave_before():
    decide = GasEngine.kernels["decide"]
    told = {
        "running": 1.0,
        "available": 1.0,
        "planned": 1.0,
        "mode": 1.0,
        "rating": 2e6,
        "minimum": 0.5,
        "restart": 0.6,
    }
    assert decide(load=0.2e6, before=1.4e6, **told) == (0.8, 0.8)
    assert decide(load=9e6, before=2e6, **told) == (1.0, 1.0)
    assert decide(load=-0.7e6, before=1.4e6, **told) == (0.0, 0.0)
    assert decide(load=1.1e6, before=0.0, **told | {"running": 0.0}) == (0.0, 0.0)
    assert decide(load=1.3e6, before=0.0, **told | {"running": 0.0}) == (0.65, 0.65)


def test_a_scheduled_engine_keeps_to_the_clock_and_its_heat_is_dumped():
    decide = GasEngine.kernels["decide"]
    told = {"running": 0.0, "before": 0.0, "load": 0.0, "mode": 2.0, "rating": 2e6, "minimum": 0.5, "restart": 0.6}
    assert decide(available=1.0, planned=0.8, **told) == (0.8, 0.8)
    assert decide(available=1.0, planned=0.0, **told) == (0.0, 0.0)
    assert decide(available=0.0, planned=1.0, **told) == (0.0, 0.0)
    now = step(mode=2.0, least=1.0, most=1.0, wanted=0.0, drawn=0.0)
    assert now["unused"] == pytest.approx((0.226 + 0.2405) * 2e6 / 0.42)
    assert now["lost"] == pytest.approx(0.58 * 2e6 / 0.42)


def test_a_heat_led_engine_starts_and_stops_with_a_hysteresis():
    full = (0.226 + 0.2405) * 2e6 / 0.42
    told = {"mode": 0.0, "least": 0.0, "most": 0.0, "drawn": 0.0}
    assert step(wanted=0.60 * full, running=0.0, **told)["running"] == 0.0
    assert step(wanted=0.70 * full, running=0.0, **told)["running"] == 1.0
    on = {"mode": 0.0, "least": 0.5, "most": 1.0, "drawn": 0.0}
    assert step(wanted=0.60 * full, **on)["running"] == 1.0
    low = step(wanted=0.30 * full, **on)
    assert (low["running"], low["part"], low["rest"]) == (0.0, 0.5, 0.0)
    assert low["unused"] > 0.0


def test_cooling_water_of_90_degrees_warms_only_its_part_of_the_way_to_110():
    now = step(mode=2.0, least=1.0, most=1.0, wanted=1e6, drawn=0.0, water=110.0, back=70.0, recovery=0.0)
    assert now["heat"] == pytest.approx(0.5e6)
    assert now["rest"] == pytest.approx(0.5e6)


@given(
    st.sampled_from([0.0, 1.0, 2.0]), st.floats(0.5, 1.0), st.floats(0.0, 4e6), st.floats(0.0, 1e6), st.floats(60.0, 110.0),
    st.floats(0.0, 1.0),
)  # fmt: skip
def test_gas_becomes_power_heat_and_losses(mode, level, wanted, drawn, water, recovery):
    least = 0.5 if mode == 0.0 else level
    missing, offered = GasEngine.kernels["vent"](most=level, drawn=drawn, recovery=recovery, **SIZE)
    now = step(mode=mode, least=least, most=level, wanted=wanted, drawn=drawn, missing=missing, water=water, recovery=recovery)  # fmt: skip
    assert now["fuel"] == pytest.approx(now["potential"] + now["heat"] + now["vented"] + now["lost"])
    assert now["vented"] == pytest.approx(drawn - missing, rel=1e-9, abs=1e-3)
    assert now["heat"] <= offered * (1 + 1e-9) + 1e-3
    assert now["unused"] >= -1e-3
    assert now["lost"] > now["unused"] - 1e-3
    assert now["carbon"] * 3.6e6 == pytest.approx(0.2020 * now["fuel"], rel=1e-3)


def test_no_rating_is_no_engine():
    assert GasEngine.kernels["decide"](1.0, 0.0, 1.0, 1.0, 5e6, 1.0, 0.0, 0.5, 0.6) == (0.0, 0.0)
    now = step(rating=0.0, mode=1.0, least=0.0, most=0.0, wanted=5e5, drawn=0.0)
    assert now["rest"] == 5e5
    assert now["fuel"] == now["heat"] == now["potential"] == 0.0


def test_power_that_nobody_takes_is_told():
    power, refused, cost = GasEngine.kernels["settle"](potential=2e6, kept=0.9, fuel=5e6, gas_price=1e-7, upkeep=2e-8)
    assert (power, refused) == (pytest.approx(1.8e6), pytest.approx(0.2e6))
    assert cost == pytest.approx(0.5 + 0.04)


def test_words_and_hours_that_make_no_sense_are_refused():
    for wrong in ({"dispatch": "price"}, {"hours": (1.0,) * 23}, {"maintenance": (32.0,) * 12}):
        with pytest.raises(ValidationError):
            GasEngine(name="engine", rating=1e6, **wrong)


def test_more_heat_and_power_than_gas_is_refused():
    for wrong in ({"jacket": 0.4, "exhaust": 0.4}, {"efficiency": 0.5, "jacket": 0.26, "exhaust": 0.25}):
        with pytest.raises(ValidationError, match="more than the gas burnt"):
            GasEngine(name="engine", rating=0.0, **wrong)


def test_a_clock_that_wants_less_than_the_minimum_is_refused():
    hours = (0.3,) + (1.0,) * 23
    GasEngine(name="engine", rating=1e6, hours=hours)
    with pytest.raises(ValidationError, match=r"below the minimum of 0\.5"):
        GasEngine(name="engine", rating=1e6, hours=hours, dispatch="schedule")


def test_it_stands_still_for_two_days_in_nine_months():
    days = np.arange(1, 366)
    month = np.array(
        [datetime(2019, 1, 1).fromordinal(datetime(2018, 12, 31).toordinal() + int(d)).month for d in days]
    )

    class Calendar:
        day = days

    Calendar.month = month
    run = GasEngine.forcings["overhaul"](Calendar, GasEngine.model_fields["maintenance"].default)
    assert (run == 0.0).sum() == 18
    assert (run[:2] == 0.0).all()
    assert run[2] == 1.0


def test_every_chiller_of_the_chain_is_told_the_water_wanted():
    run = trigeneration(ticks=4)
    run.advance()
    assert [run.read(f"{name}.water") for name in ("exhaust", "single", "electric")] == [6.5] * 3
