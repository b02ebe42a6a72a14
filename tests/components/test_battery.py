"""Batteries: dispatch, limits, round trip, ageing, and the first law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.components.battery import Battery
from twin.errors import SiteError
from twin.physics.battery import converter_terms
from twin.site.load import load
from twin.study.runner import simulate

KWH = 3.6e6
ONES = ", ".join(["1"] * 24)
SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 32 deg, longitude: 118.8 deg, country: CN, province: Jiangsu, climate: nanjing}}
floor_area: 100 m2
year: 2019
suppliers: {{electricity: switchboard}}
components:
  grid: {{kind: grid, energy_price: 1 CNY/kWh, emission_factor: 0.5 kg/kWh}}
  battery: {{kind: battery, capacity: 200 kWh, rating: 100 kW, {battery}}}
  switchboard: {{kind: switchboard, suppliers: [battery, grid]}}
  roof: {{kind: photovoltaic, rating: {roof} kW, electricity: switchboard}}
  always: {{kind: schedule, workday: [{ones}], saturday: [{ones}], holiday: [{ones}]}}
  load: {{kind: base_load, rating: 40 kW, base: {base}, schedule: always, electricity: switchboard}}
"""
NIGHT = "[" + ", ".join(["1"] * 6 + ["0"] * 11 + ["-1"] * 5 + ["0"] * 2) + "]"


def site(tmp_path, battery="", roof=0, base=1.0):
    (tmp_path / "site.yaml").write_text(SITE.format(battery=battery, roof=roof, base=base, ones=ONES))
    return load(tmp_path)


def begin(**changes):
    """Arguments of one tick of an hour at half charge."""
    parameters = {n: f.default for n, f in Battery.parameters().items() if n not in ("hours", "efficiency_full", "efficiency_tenth", "initial")}  # fmt: skip
    idle, square = converter_terms(0.97, 0.95)
    told = {**parameters, "capacity": 200 * KWH, "rating": 100e3, "dt": 3600.0, "load": 0.0, "request": 0.0}
    told |= {
        "energy": 100 * KWH,
        "health": 1.0,
        "calendar": 0.0,
        "cycling": 0.0,
        "top": 0.5,
        "bottom": 0.5,
        "depth": 0.0,
    }
    told |= {"clock": 0.0, "idle": idle, "square": square, **changes}
    return {n: told[n] for n in Battery.kernels["step"].told}


def tick(**changes):
    """What one tick tells, by name."""
    return dict(zip(Battery.kernels["step"].tells, Battery.kernels["step"](**begin(**changes)), strict=True))


def years(count, hours, **changes):
    """Capacity left after years of days with one request for every hour."""
    told = begin(standby=0.0, self_discharge=0.0, **changes)
    for hour in range(count * 8760):
        told["request"] = hours[hour % 24]
        told["load"] = 1e9 if told["request"] < 0.0 else 0.0
        answer = dict(zip(Battery.kernels["step"].tells, Battery.kernels["step"](**told), strict=True))
        told |= {name: answer[name] for name in told if name in answer}
    return answer


def test_cells_age_as_the_model_they_are_taken_from():
    # NREL BLAST-Lite, Lfp_Gr_250AhPrismatic: capacity left 0.9786 after 1 year and 0.8921 after 10 years of one cycle between 15 and
    # 90 % a day at 25 degC
    daily = [-1.0] * 12 + [1.0] * 12
    limits = {"lowest": 0.15, "highest": 0.9, "energy": 180 * KWH, "idle": 0.0, "square": 0.0, "efficiency_cells": 1.0}
    slow = {"rating": 0.75 * 200e3 / 12.0}
    assert years(1, daily, **limits, **slow)["health"] == pytest.approx(0.9786, abs=0.002)
    assert years(10, daily, **limits, **slow)["health"] == pytest.approx(0.8921, abs=0.004)


def test_a_battery_at_rest_ages_less_when_it_is_cold_and_empty():
    rest = [0.0] * 24
    warm = years(1, rest, energy=180 * KWH, room=35.0)["health"]
    mild = years(1, rest, energy=180 * KWH)["health"]
    empty = years(1, rest, energy=40 * KWH)["health"]
    assert warm < mild < empty < 1.0


def test_one_cycle_a_day_returns_what_the_technology_baseline_says(tmp_path):
    # NREL Annual Technology Baseline 2023, commercial battery storage: round-trip efficiency 85 %
    run = simulate(site(tmp_path, f"hours: {NIGHT}, self_consumption: 0"), step=900.0, more=("battery.*",), warm_up=30)
    power = run.series("battery.power")
    change = run.series("battery.energy")[-1] - run.series("battery.energy")[0]
    taken, given = -power[power < 0].sum() * 900.0, power[power > 0].sum() * 900.0
    assert given / (taken - change) == pytest.approx(0.85, abs=0.03)
    assert max(run.balance.values()) < 1e-9


def test_a_surplus_is_kept_for_the_evening(tmp_path):
    without = simulate(site(tmp_path, "charge_limit: 0, discharge_limit: 0", roof=150, base=0.5), warm_up=0)
    kept = simulate(site(tmp_path, "", roof=150, base=0.5), warm_up=0)
    assert kept.ledger["sold"] < 0.8 * without.ledger["sold"]
    assert kept.ledger["bought"] < without.ledger["bought"]
    for run in (without, kept):
        assert max(run.balance.values()) < 1e-9
        use = run.electricity - (run.ledger["bought"] + run.ledger["generation"] - run.ledger["sold"]) / KWH
        assert abs(use) <= 200.0  # no more than the store held


def test_battery_power_is_not_exported_unless_allowed():
    assert tick(request=-1.0, load=10e3)["rest"] == pytest.approx(0.0, abs=1e-6)
    assert tick(request=-1.0, load=-20e3)["discharging"] == 0.0
    assert tick(request=-1.0, load=10e3, exports=1.0)["rest"] < -50e3


def test_a_peak_is_held_as_long_as_the_charge_lasts():
    held = tick(load=120e3, request=0.0, self_consumption=0.0, peak=80e3)
    assert held["rest"] == pytest.approx(80e3)
    empty = tick(load=120e3, self_consumption=0.0, peak=80e3, energy=20 * KWH)
    assert empty["rest"] == pytest.approx(120.3e3)
    assert empty["missed"] == pytest.approx(40.3e3)
    assert tick(load=60e3, request=1.0, peak=80e3)["rest"] == pytest.approx(80e3)


def test_a_request_to_charge_without_the_grid_takes_surplus_alone():
    assert tick(load=50e3, request=1.0, grid_charging=0.0)["charging"] == 0.0
    assert tick(load=-30.3e3, request=0.01, grid_charging=0.0)["charging"] == pytest.approx(30e3)
    assert tick(load=-30.3e3, request=0.001)["charging"] == pytest.approx(30e3)
    assert tick(load=50e3, request=0.001)["charging"] == 0.0  # less than the converter's idle loss starts nothing


def test_a_battery_of_nothing_does_nothing():
    told = tick(capacity=0.0, rating=0.0, energy=0.0, load=7e3, request=-1.0)
    assert (told["rest"], told["power"], told["loss"]) == (7e3, 0.0, 0.0)


def test_a_self_discharge_of_next_to_nothing_is_none():
    for request in (1.0, -1.0):
        none, faint = (tick(load=30e3, request=request, self_discharge=rate) for rate in (0.0, 1e-20))
        assert faint["energy"] == pytest.approx(none["energy"])
        assert faint["power"] == pytest.approx(none["power"])


def test_fast_cycles_are_told(tmp_path):
    assert tick(request=1.0, rating=300e3, dt=900.0)["fast"] == 1.0
    assert tick(request=1.0, dt=900.0)["fast"] == 0.0


def test_quarters_of_an_hour_and_hours_give_nearly_the_same_year(tmp_path):
    runs = [simulate(site(tmp_path, f"hours: {NIGHT}", roof=150), step=step) for step in (900.0, 3600.0)]
    for account in ("bought", "sold"):
        assert runs[1].ledger[account] == pytest.approx(runs[0].ledger[account], rel=0.02)
    assert runs[1].series("battery.health")[-1] == pytest.approx(runs[0].series("battery.health")[-1], abs=0.001)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hours: [1, 0]", "a day has 24"), (f"hours: [{', '.join(['2'] * 24)}]", "less than or equal to 1"),
        ("lowest: 0.9, highest: 0.5", "lowest must be below highest"), ("efficiency_full: 0.96, efficiency_tenth: 0.999", "negative loss"),
    ],
)  # fmt: skip
def test_a_battery_that_cannot_be_is_refused(tmp_path, text, told):
    with pytest.raises(SiteError, match=told):
        site(tmp_path, text)


@settings(max_examples=300)
@given(
    load=st.floats(-3e5, 3e5), request=st.floats(-1.0, 1.0), charge=st.floats(0.1, 0.95), peak=st.sampled_from([0.0, 5e4, 1.5e5]),
    dt=st.sampled_from([60.0, 900.0, 3600.0]), self_consumption=st.floats(0.0, 1.0), exports=st.floats(0.0, 1.0),
)  # fmt: skip
def test_the_first_law_and_the_limits_hold_in_every_tick(load, request, charge, peak, dt, self_consumption, exports):
    told = tick(load=load, request=request, energy=charge * 200 * KWH, peak=peak, dt=dt, self_consumption=self_consumption, exports=exports)  # fmt: skip
    change = told["energy"] - charge * 200 * KWH
    assert change == pytest.approx(-(told["power"] + told["loss"]) * dt, abs=1e-3)
    assert told["rest"] + told["power"] == pytest.approx(load, abs=1e-6)
    assert told["loss"] >= -1e-6
    assert 0.0 <= max(told["charging"], told["discharging"]) <= 100e3 + 1e-6
    assert min(told["charging"], told["discharging"]) == 0.0
    assert told["energy"] <= 0.95 * 200 * KWH * (1 + 1e-9)
    assert told["energy"] >= min(0.1, charge) * 200 * KWH * np.exp(-dt * 1e-8) - 1.0
    assert told["health"] < 1.0
