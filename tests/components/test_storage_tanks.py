"""Chilled-water, ice and hot-water stores: analytic limits, first law, ticks, and stores that are not there."""

from __future__ import annotations

from datetime import datetime
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from twin.components.chilled_water_tank import ChilledWaterTank
from twin.components.hot_water_tank import HotWaterTank
from twin.components.ice_store import IceStore
from twin.core import Component, Field, inlet, kernel, needs, output, serves
from twin.physics.ice import ice_water
from twin.sim import balance
from twin.sim.plan import Plan
from twin.sim.scene import Clock
from twin.sim.simulation import Simulation
from twin.site.wiring import wire
from twin.units import Celsius, Watt

START = datetime(2019, 7, 1)
DAY = [-1.0] * 8 + [0.0] * 2 + [1.0] * 8 + [0.0] * 6
"""Charge at night, discharge from 10 to 18."""


class PlainColdUser(Component):
    """A constant cooling load."""

    load: Watt = Field(2e6, ge=0)
    """Heat to be removed."""
    supply: Celsius = 7.0
    """Water wanted."""
    chilled = needs("primary_chilled_water", heat="wanted", rest="unmet", water="water")
    unmet = inlet("W", "Heat that nobody took")
    wanted = output("W", "Heat to be removed")
    water = output("degC", "Water wanted")
    given = output("W", "Heat given", medium="primary_chilled_water", energy="out")
    source = output("W", "Heat that comes in", medium="people", energy="in")

    @kernel(tells=("wanted", "water"))
    def ask(load, supply):
        """Constant."""
        return load, supply

    @kernel(tells=("given", "source"))
    def step(wanted, unmet):
        """What is taken."""
        return wanted - unmet, wanted - unmet


class PlainColdSource(Component):
    """Chillers of a limited capacity."""

    rating: Watt = Field(3e6, ge=0)
    """Capacity."""
    users = serves("primary_chilled_water", heat="wanted", rest="rest", water="water")
    wanted = inlet("W", "Cooling asked for")
    water = inlet("degC", "Water to deliver")
    rest = output("W", "Cooling not done")
    cooling = output("W", "Cooling done", medium="primary_chilled_water", energy="in")
    dumped = output("W", "Heat", medium="outdoors", energy="out")

    @kernel(tells=("rest", "cooling", "dumped"))
    def step(wanted, rating):
        """Up to the rating."""
        done = min(wanted, rating)
        return wanted - done, done, done


class PlainHeatUser(Component):
    """A heat load that comes and goes with the hours told to it."""

    heating = needs("primary_heat", heat="wanted", rest="unmet", water="water", back="back")
    load = inlet("W", "Heat asked for")
    unmet = inlet("W", "Heat that nobody gave")
    wanted = output("W", "Heat asked for")
    water = output("degC", "Water wanted")
    back = output("degC", "Water that returns")
    taken = output("W", "Heat taken", medium="primary_heat", energy="in")
    dumped = output("W", "Heat to rooms", medium="outdoors", energy="out")

    @kernel(tells=("wanted", "water", "back"))
    def ask(load):
        """As told."""
        return load, 80.0, 60.0

    @kernel(tells=("taken", "dumped"))
    def step(wanted, unmet):
        """What is given."""
        return wanted - unmet, wanted - unmet


class PlainHeatSource(Component):
    """A source of a limited rating."""

    rating: Watt = Field(1e6, ge=0)
    """Most heat."""
    users = serves("primary_heat", heat="wanted", rest="rest", water="water", back="back")
    wanted = inlet("W", "Heat asked for")
    water = inlet("degC", "Water to deliver")
    back = inlet("degC", "Water that returns")
    rest = output("W", "Heat not given")
    heat = output("W", "Heat given", medium="primary_heat", energy="out")
    fuel = output("W", "Fuel", medium="fuel", energy="in")

    @kernel(tells=("rest", "heat", "fuel"))
    def step(wanted, rating):
        """Up to the rating."""
        done = min(wanted, rating)
        return wanted - done, done, done


def run_cold(store, step=900.0, days=4, rating=3e6, load=2e6, port="chillers"):
    ticks = round(days * 86400 / step)
    parts = [PlainColdUser(name="user", load=load), store, PlainColdSource(name="source", rating=rating)]
    given = {("store", "plan"): np.repeat(DAY * days, round(3600 / step)), ("store", "outdoor"): np.full(ticks, 28.0)}
    plan = Plan(parts, wire(parts, {("user", "chilled"): ["store"], ("store", port): ["source"]}, {}), frozenset(given))
    run = Simulation(plan, Clock(START, ticks, step), None, given)
    return run, run.advance()


def worst(run, record, step):
    return max(*balance.media(run.plan, record, step).values(), *balance.components(run.plan, record, step).values())


def tank(**changed):
    return ChilledWaterTank(**{"name": "store", "volume": 1500.0, "power": 2e6, "conductance": 150.0} | changed)


def ice(**changed):
    return IceStore(**{"name": "store", "capacity": 10e3 * 3.6e6, "power": 2e6, "losses": 60.0} | changed)


@pytest.mark.parametrize("store", [tank, ice])
@pytest.mark.parametrize("step", [900.0, 3600.0])
def test_cold_stores_serve_the_day_from_the_night_and_keep_all_energy(store, step):
    run, record = run_cold(store(), step)
    assert worst(run, record, step) < 1e-9
    assert run.read("user.unmet") == 0.0


@pytest.mark.parametrize("store", [tank, ice])
def test_ticks_of_15_and_60_minutes_move_nearly_the_same_cold(store):
    moved = []
    for step in (900.0, 3600.0):
        _, record = run_cold(store(), step, days=6)
        place = record.sum_places["store", "warmth"]
        passed = record.sums[:, record.sum_places["store", "passed"]].sum() * step
        moved.append((passed, record.sums[:, place].sum() * step))
    assert moved[0][0] == pytest.approx(moved[1][0], rel=2e-3)
    assert moved[0][1] == pytest.approx(moved[1][1], rel=0.05)


def test_a_tank_of_one_layer_without_charge_warms_up_as_a_mixed_tank_does():
    # 100 m3 at 4 degC, 0.5 MW at a return of 12 degC: the outlet rises linearly until it is 1 K above the 7 degC wanted
    store = tank(volume=100.0, layers=1.0, initial=4.0, conductance=0.0)
    ask, held = (
        ChilledWaterTank.kernels["ask"],
        ChilledWaterTank.preparations["sized"].function(900.0, 100.0, 1.0, 0.0)[0],
    )
    _, _, able = ask(900.0, np.array([store.initial]), 1.0, 9e9, 7.0, held, 9e9, 5.0, 5.0, 1.0)
    assert able * 900.0 == pytest.approx(held * (8.0 - 4.0), rel=1e-6)


def test_a_tank_fades_towards_outdoors_exponentially():
    store = tank(volume=100.0, initial=7.0, conductance=500.0)
    run, _ = run_cold(store, days=1, load=0.0, rating=0.0)
    rate = 500.0 / (100.0 * 1000.0 * 4186.0)
    assert run.vector[run.plan.many(store, "tank")] == pytest.approx(28.0 - 21.0 * exp(-rate * 86400.0))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.floats(4.5, 12.0), min_size=2, max_size=24), st.floats(-1.0, 1.0), st.floats(0.0, 5e6), st.floats(0.0, 1.0)
)  # fmt: skip
def test_no_cold_is_lost_whatever_the_chillers_do(layers, plan, wanted, some):
    before = np.array(sorted(layers, reverse=True))
    held, dt = 60.0 * 4.186e6, 900.0
    asked, _, able = ChilledWaterTank.kernels["ask"](dt, before, plan, wanted, 7.0, held, 2e6, 5.0, 5.0, 1.0)
    after = np.empty_like(before)
    rest, cooling, passed, charge, warmth, _ = ChilledWaterTank.kernels["step"](
        dt, before, after, wanted, asked, some * asked, 7.0, 28.0, able, held, 0.001, 5.0, 5.0
    )
    assert held * (after - before).sum() / dt == pytest.approx(cooling - passed + warmth, rel=1e-6, abs=1.0)
    assert rest + cooling == pytest.approx(wanted)
    assert -able - 1e-6 <= charge
    assert rest >= 0.0


@settings(deadline=None)
@given(st.floats(-1e10, 3.6e10), st.sampled_from([-1.0, -0.3, 0.0, 0.5, 1.0]), st.floats(0.0, 5e6), st.floats(0.0, 1.0))
def test_ice_is_neither_made_nor_melted_for_nothing(content, plan, wanted, some):
    size = 3.6e10
    asked, cold, able = IceStore.kernels["ask"](900.0, content, plan, wanted, 7.0, size, 1.0, 2e6, 5.0, -5.0, 3.4)
    assert cold == -5.0 if asked > wanted * (1 + 1e-9) + 1e-3 else cold in (-5.0, 7.0)
    told = IceStore.kernels["step"](900.0, content, wanted, asked, some * asked, 28.0, able, size, 50.0)
    after, rest, cooling, passed, _, warmth, share = told
    assert (content - after) / 900.0 == pytest.approx(cooling - passed + warmth, rel=1e-6, abs=1.0)
    assert rest + cooling == pytest.approx(wanted)
    assert 0.0 <= share <= 1.0
    assert after <= size * (1 + 1e-12)


def test_frost_makes_no_more_ice_than_there_is_water():
    step, size = IceStore.kernels["step"], 3.6e10
    after, _, _, _, _, warmth, share = step(900.0, size - 1.0, 0.0, 0.0, 0.0, -20.0, 0.0, size, 50.0)
    assert (after, share, warmth) == (size, 1.0, pytest.approx(-1.0 / 900.0, rel=1e-3))


def test_a_small_store_without_ice_settles_at_outdoor_temperature_whatever_the_tick():
    # 1 kWh is 10.8 kg of water, which 60 W/K bring to outdoor temperature within minutes
    content, size = -1.0, 3.6e6
    for _ in range(50):
        content = IceStore.kernels["step"](3600.0, content, 0.0, 0.0, 0.0, 28.0, 0.0, size, 60.0)[0]
    assert ice_water(content, size) == pytest.approx(28.0)


def test_brine_that_leaves_the_coils_above_freezing_is_refused():
    with pytest.raises(ValidationError, match="below 0 degC"):
        ice(charging=-3.0)


def test_less_ice_gives_less_cold():
    ask = IceStore.kernels["ask"]
    full, half, none = (ask(900.0, share * 3.6e10, 1.0, 9e9, 7.0, 3.6e10, 1.0, 9e9, 5.0, -5.0, 3.4)[2] for share in (0.95, 0.5, 0.05))  # fmt: skip
    assert full > half > none > 0.0


def test_a_hot_tank_keeps_what_a_source_gives_too_early_and_covers_the_peak():
    parts = [
        PlainHeatUser(name="user"),
        HotWaterTank(name="store", volume=100.0, power=2e6, conductance=60.0, initial=60.0),
        PlainHeatSource(name="source", rating=1e6),
    ]
    load = np.tile(np.repeat([0.2e6, 1.6e6], 48), 4)
    given = {("user", "load"): load, ("store", "plan"): np.full(384, -1.0), ("store", "outdoor"): np.full(384, 5.0)}
    links = {("user", "heating"): ["store"], ("store", "sources"): ["source"]}
    plan = Plan(parts, wire(parts, links, {}), frozenset(given))
    run = Simulation(plan, Clock(START, 384, 900.0), None, given)
    record = run.advance()
    assert worst(run, record, 900.0) < 1e-9
    taken = record.sums[:, record.sum_places["user", "taken"]].sum() * 900.0
    missed, alone = load.sum() * 900.0 - taken, 0.6e6 * 192 * 900.0
    full = 3 * 100.0 * 972.0 * 4186.0 * 30.0  # three nights before three whole days, from 60 to 90 degC
    assert alone - full * 1.1 < missed < alone - full * 0.75


@pytest.mark.parametrize("store", [tank(volume=0.0), ice(capacity=0.0)])
def test_no_store_passes_everything_through(store):
    run, record = run_cold(store)
    assert run.read("store.passed") == run.read("user.given") == 2e6
    assert run.read("store.charge") == 0.0
    assert worst(run, record, 900.0) < 1e-12


def test_no_hot_tank_passes_everything_through():
    none = np.array([60.0, 60.0])
    asked, hot, returning, able = HotWaterTank.kernels["ask"](
        900.0, none, -1.0, 5e5, 80.0, 60.0, 0.0, 1e6, 90.0, 10.0, 3.0
    )
    assert (asked, hot, returning, able) == (5e5, 80.0, 60.0, 0.0)
    told = HotWaterTank.kernels["step"](900.0, none, none.copy(), 5e5, 5e5, 1e5, 60.0, 5.0, 0.0, 0.0, 0.0, 90.0)
    assert told == (1e5, 4e5, 4e5, 0.0, 0.0, 0.0)


def test_hours_are_shares_of_the_power():
    for kind, more in (
        (ChilledWaterTank, {"volume": 1.0}),
        (HotWaterTank, {"volume": 1.0}),
        (IceStore, {"capacity": 1.0}),
    ):
        with pytest.raises(ValidationError, match="less than or equal to 1"):
            kind(name="store", power=1e6, hours=(2.0,) * 24, **more)
    with pytest.raises(ValidationError, match="whole number"):
        tank(layers=2.5)
