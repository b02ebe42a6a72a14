"""Qingpu: what trigeneration saves, against which grid, and that storage and steps of time are sound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twin.site.load import load
from twin.study.runner import simulate

HEAT = 3.6e6


@pytest.fixture(scope="module")
def qingpu():
    return load("qingpu")


@pytest.fixture(scope="module")
def runs(qingpu):
    return {name: simulate(qingpu.with_measures(*members)) for name, members in {"": (), **{n: (n,) for n in qingpu.measures}, **qingpu.packages}.items()}  # fmt: skip


def carbon(run):
    return (run.ledger["scope1"] + run.ledger["scope2"]) / 1e3


def break_even(before, after):
    """Grid factor at which the engine saves nothing. [kg/kWh]"""
    burnt = after.ledger["scope1"] - before.ledger["scope1"]
    return burnt / (before.ledger["bought"] - after.ledger["bought"]) * HEAT


def test_every_year_closes_its_balance_without_notes(runs):
    for name, run in runs.items():
        assert max(run.balance.values()) < 1e-6, name
        assert list(run.notes) == [], name


def test_trigeneration_saves_carbon_against_shanghai_s_grid_of_2022(runs):
    # P-07 reports 2,470 t; P-45 and P-46 put the break-even at 0.39 to 0.43 kg/kWh (sites/qingpu/site.yaml)
    assert 1_800.0 < carbon(runs[""]) - carbon(runs["trigeneration"]) < 2_700.0
    assert 0.39 < break_even(runs[""], runs["trigeneration"]) < 0.43


def test_the_saving_is_gone_where_the_grid_is_as_clean_as_the_break_even(qingpu, runs):
    factor = break_even(runs[""], runs["trigeneration"]) / HEAT
    grid = qingpu.quantities["grid", "emission_factor"]
    cleaner = qingpu.with_changes({("grid", "emission_factor"): replace(grid, value=factor)})
    before, after = (carbon(simulate(each)) for each in (cleaner, cleaner.with_measures("trigeneration")))
    assert after == pytest.approx(before, rel=1e-6)


def test_the_engine_s_heat_is_used_and_its_sheet_kept(runs):
    run = runs["trigeneration"]
    gas, power = run.figure("engine.fuel"), run.figure("engine.power")
    assert power / gas == pytest.approx(0.42, rel=1e-3)
    assert power / 2e6 / 3600.0 == pytest.approx(16 * (365 - 18), rel=0.01)
    used = run.figure("engine.heat") + run.figure("engine.vented")
    assert 0.97 * 0.43 < used / gas <= 0.43 * (1 + 1e-9)
    cold = run.figure("plant/exhaust_chiller.cooling") + run.figure("plant/absorption_chiller.cooling")
    assert 0.85 < cold / power < 1.23  # P-45 1.14, P-48 0.88..1.23; offices take a part in winter


def test_the_store_moves_power_out_of_peak_hours_and_pays(runs):
    assert runs["chilled_water_storage"].cost < runs[""].cost
    assert runs["chilled_water_storage"].electricity == pytest.approx(runs[""].electricity, rel=0.005)


def test_the_battery_costs_carbon_and_saves_money(runs):
    assert carbon(runs["battery"]) > carbon(runs[""])
    assert runs["battery"].cost < runs[""].cost


@pytest.mark.parametrize("measure", ["trigeneration", "chilled_water_storage"])
def test_ticks_of_an_hour_give_the_same_year(qingpu, runs, measure):
    hourly = simulate(qingpu.with_measures(measure), step=3600.0)
    assert hourly.ledger["bought"] == pytest.approx(runs[measure].ledger["bought"], rel=1e-3)
    assert hourly.ledger["scope1"] == pytest.approx(runs[measure].ledger["scope1"], rel=5e-3)
