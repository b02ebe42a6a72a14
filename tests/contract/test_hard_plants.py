"""The hard plants stay solvable: limited heat with backup, meter-led engine, curtailment, chains of one kind, real loops."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from tests.contract import plants as p
from twin.errors import PlanError, RunError
from twin.sim import balance
from twin.sim.plan import Plan
from twin.sim.scene import Clock
from twin.sim.simulation import Simulation
from twin.site.wiring import wire

START = datetime(2019, 1, 1)


def simulation(components, links, inputs=None, ticks=96, processes=()):
    plan = Plan(components, wire(components, links, inputs or {}))
    return Simulation(plan, Clock(START, ticks, 900.0), None, processes=processes)


def test_limited_waste_heat_is_used_first_and_the_boiler_makes_the_rest():
    parts = [
        p.PlainLoad(name="hall", rating=4e5), p.PlainMachine(name="chiller"), p.PlainHeatPump(name="pump", rating=1e6),
        p.PlainBoiler(name="boiler"), p.PlainOffices(name="offices", demand=9e5), p.PlainSink(name="tower"), p.PlainGrid(name="grid"),
    ]  # fmt: skip
    links = {
        ("hall", "cold"): ["chiller"], ("pump", "waste"): ["chiller"], ("offices", "heating"): ["pump", "boiler"],
        ("tower", "waste"): ["pump"], **{(n, "electricity"): ["grid"] for n in ("hall", "chiller", "pump")},
    }  # fmt: skip
    run = simulation(parts, links)
    record = run.advance()
    assert run.read("pump.heat") == pytest.approx(5e5 / 0.75)  # 500 kW of waste heat at COP 4
    assert run.read("boiler.heat") == pytest.approx(9e5 - 5e5 / 0.75)
    assert run.read("offices.unmet") == 0.0
    assert max(balance.media(run.plan, record, 900.0).values()) < 1e-12
    assert max(balance.components(run.plan, record, 900.0).values()) < 1e-12


def test_two_machines_of_one_kind_in_series_share_a_load_in_the_site_order():
    parts = [
        p.PlainLoad(name="hall", rating=1e6),
        p.PlainMachine(name="second"),
        p.PlainMachine(name="first", rating=7e5),
    ]
    run = simulation(parts, {("hall", "cold"): ["first", "second"]})
    run.advance()
    assert (run.read("first.cooling"), run.read("second.cooling"), run.read("second.rest")) == (7e5, 3e5, 0.0)


def test_an_engine_led_by_a_meter_follows_the_last_tick_and_the_grid_takes_the_rest():
    parts = [
        p.PlainLoad(name="hall", rating=3e5), p.PlainMachine(name="chiller"), p.PlainMeter(name="meter"), p.PlainEngine(name="engine"),
        p.PlainGrid(name="grid"),
    ]  # fmt: skip
    links = {("hall", "cold"): ["chiller"], **{(n, "electricity"): ["grid"] for n in ("hall", "chiller", "engine")}}
    run = simulation(parts, links, {("meter", "load"): ["hall.power"], ("engine", "load"): ["meter.last"]}, ticks=2)
    run.advance(1)
    assert (run.read("engine.power"), run.read("grid.power")) == (0.0, 375e3)
    run.advance(1)
    assert (run.read("engine.power"), run.read("grid.power")) == (3e5, 75e3)


def test_power_over_the_export_limit_is_curtailed_in_the_same_tick():
    parts = [
        p.PlainLoad(name="hall", rating=4e5),
        p.PlainMachine(name="chiller"),
        p.PlainSolar(name="roof"),
        p.PlainGrid(name="grid"),
    ]
    links = {("hall", "cold"): ["chiller"], **{(n, "electricity"): ["grid"] for n in ("hall", "chiller", "roof")}}
    run = simulation(parts, links)
    record = run.advance()
    assert run.read("grid.power") == -1e5
    assert run.read("roof.power") == pytest.approx(4e5 + 1e5 + 1e5)
    assert balance.media(run.plan, record, 900.0)["electricity"] < 1e-12


def test_a_loop_without_storage_is_refused_with_its_path():
    parts = [
        p.PlainLoad(name="hall"),
        p.PlainMachine(name="chiller"),
        p.PlainEngine(name="engine"),
        p.PlainGrid(name="grid"),
    ]
    links = {("hall", "cold"): ["chiller"], **{(n, "electricity"): ["grid"] for n in ("hall", "chiller", "engine")}}
    wiring = wire(parts, links, {("engine", "load"): ["grid.load"]})
    with pytest.raises(PlanError, match=r"energy loop without storage: .*engine\.step.*put a storage component in it"):
        Plan(parts, wiring)


def test_a_planted_leak_shows_in_the_balance():
    parts = [p.PlainBoiler(name="boiler"), p.PlainStore(name="store", loss=0.01)]
    told = ("boiler", "wanted")
    plan = Plan(parts, wire(parts, {}, {("store", "inflow"): ["boiler.heat"]}), frozenset({told}))
    run = Simulation(plan, Clock(START, 96, 900.0), None, {told: np.full(96, 5e5)})
    record = run.advance()
    heat, flows = balance.media(run.plan, record, 900.0)["heat"], 5e5 * 96 * 900.0
    kept = record.stores[-1][run.plan.slot["store", "content"]]
    assert heat < 1e-12
    assert kept == pytest.approx(0.99 * flows)
    assert balance.components(run.plan, record, 900.0)["store"] == pytest.approx(0.01 / 1.99, rel=1e-6)


def test_identical_copies_count_as_often_as_they_stand():
    parts = [p.PlainLoad(name="hall", rating=1e5, multiplier=5.0), p.PlainMachine(name="chiller")]
    run = simulation(parts, {("hall", "cold"): ["chiller"]})
    record = run.advance()
    assert run.read("chiller.cooling") == 5e5
    assert balance.media(run.plan, record, 900.0)["cold"] == 0.0


def test_a_restored_run_gives_the_same_bits_as_an_unbroken_one():
    def parts():
        return [
            p.PlainLoad(name="hall"),
            p.PlainMachine(name="chiller"),
            p.PlainBoiler(name="boiler"),
            p.PlainStore(name="store"),
        ]

    def make():
        links = {("hall", "cold"): ["chiller"]}
        run = simulation(parts(), links, {("store", "inflow"): ["chiller.reject"]}, ticks=200)
        run.post("hall.level", 0.5, at=900.0 * 150)
        return run

    whole = make()
    expected = whole.advance()
    broken = make()
    broken.advance(77)
    kept = broken.snapshot()
    broken.advance(50)
    broken.restore(kept)
    found = broken.advance()
    assert np.array_equal(found.sums, expected.sums)
    assert np.array_equal(broken.vector, whole.vector, equal_nan=True)


def test_a_write_takes_effect_at_the_next_tick_by_priority_and_relinquish_restores():
    def operator(run):
        yield run.env.timeout(900.0 * 2 + 1.0)
        run.post("hall.level", 0.5, priority=8)
        run.post("hall.level", 0.9, priority=16)
        yield run.env.timeout(900.0 * 4)
        run.post("hall.level", None, priority=8)

    run = simulation(
        [p.PlainLoad(name="hall"), p.PlainMachine(name="chiller")], {("hall", "cold"): ["chiller"]}, ticks=10
    )
    run = Simulation(run.plan, run.clock, None, processes=(operator,), more=("hall.power",))
    record = run.advance()
    powers = record.ticks[:, record.places["hall", "power"]]
    assert powers.tolist() == [1e6] * 3 + [5e5] * 4 + [9e5] * 3


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_write_that_is_no_number_is_refused(value):
    run = simulation(
        [p.PlainLoad(name="hall"), p.PlainMachine(name="chiller")], {("hall", "cold"): ["chiller"]}, ticks=10
    )
    with pytest.raises(RunError, match=r"hall\.level: .* is not a finite number"):
        run.post("hall.level", value)
