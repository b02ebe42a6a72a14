"""Heat pumps from waste heat, ground and air in a heated district."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.components.heating import HALL, MUNICIPAL, district, energy
from twin.components.air_source_heat_pump import AirSourceHeatPump
from twin.components.heat_recovery_heat_pump import HeatRecoveryHeatPump
from twin.components.water_source_heat_pump import WaterSourceHeatPump
from twin.study.runner import simulate

RECOVERY = "recovery: {kind: heat_recovery_heat_pump, capacity: %s, cop: 4.9}"


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    def year(capacity):
        folder = tmp_path_factory.mktemp("year")
        return simulate(district(folder, "[recovery, municipal]", MUNICIPAL, RECOVERY % capacity, *HALL), step=3600.0)

    return year("0 kW"), year("700 kW")


def test_waste_heat_replaces_bought_heat_and_relieves_the_chillers(years):
    without, recovery = years
    heat, power = energy(recovery, "recovery.heat"), energy(recovery, "recovery.power")
    assert energy(recovery, "municipal.heat") == pytest.approx(energy(without, "municipal.heat") - heat, abs=1.0)
    assert recovery.end_uses["chillers"] < without.end_uses["chillers"]
    assert energy(recovery, "chillers.cooling") == pytest.approx(energy(without, "chillers.cooling") - heat + power, rel=1e-6)  # fmt: skip
    assert recovery.ledger["reuse"] == pytest.approx(heat * 3.6e6)
    assert 3.5 < heat / power < 4.2  # rated 4.9 at 45 degC; 3.9 at 55 degC by the curves, less at part load
    assert [
        note for note in recovery.notes if "curves" not in note
    ] == []  # 10 degC are 1.1 K beyond the chillers' curves


def test_temperatures_reach_every_supplier_of_a_chain(tmp_path):
    run = simulate(
        district(tmp_path, "[recovery, municipal]", MUNICIPAL, RECOVERY % "300 kW", *HALL), step=3600.0, warm_up=0,
        more=("municipal.hot", "recovery.hot", "chillers.water"),
    )  # fmt: skip
    assert (run.series("municipal.hot") == run.series("recovery.hot")).all()
    assert (run.series("chillers.water") == 10.0).all()


def test_a_capacity_of_zero_is_no_machine(years):
    without, _ = years
    assert energy(without, "recovery.heat") == 0.0
    assert "heat_pumps" not in without.end_uses or without.end_uses["heat_pumps"] == 0.0


def test_nothing_is_lost(years):
    assert max(max(run.balance.values()) for run in years) < 1e-9


@given(
    st.floats(0.0, 3e6), st.floats(0.0, 3e6), st.floats(5.0, 20.0), st.floats(35.0, 60.0), st.just(0.0) | st.floats(1.0, 2e6),
)  # fmt: skip
def test_heat_is_bound_by_wish_offer_and_capacity(offered, wanted, chilled, hot, capacity):
    left, missing, cooling, power, heat, factor, _ = HeatRecoveryHeatPump.kernels["step"](
        offered, chilled, wanted, hot, capacity, 4.9, 10.0, 45.0, 0.2, 0.95
    )
    assert cooling + power == pytest.approx(heat)
    assert left + cooling == pytest.approx(offered)
    assert missing + heat == pytest.approx(wanted)
    assert left >= 0.0
    assert missing >= 0.0
    assert power >= 0.0
    assert factor == 0.0 or 1.0 < factor < 15.0
    if heat > 0.0:  # one of the three binds: the wish, the offer, or the capacity at these temperatures
        assert missing < 1e-6 or left < 1e-6 or heat > 0.7 * capacity


@pytest.mark.parametrize("offered", [1e3, 5e3, 20e3, 200e3, 1e6])
def test_a_little_cooling_makes_a_little_heat_at_the_cop_of_that_little(offered):
    def step(offered, wanted):
        return HeatRecoveryHeatPump.kernels["step"](offered, 10.0, wanted, 50.0, 2e6, 4.9, 10.0, 45.0, 0.2, 0.95)

    left, _, cooling, power, heat, *_ = step(offered, 2.5e6)
    assert (left, cooling) == (0.0, offered)
    assert step(1e9, heat)[3] == pytest.approx(power, rel=1e-3)  # as where the wish of that heat binds


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (HeatRecoveryHeatPump, {"rated_source": 10.0, "rated_sink": 45.0}),
        (WaterSourceHeatPump, {"rated_source": 10.0, "rated_sink": 45.0}),
        (AirSourceHeatPump, {"rated_air": 10.0, "rated_sink": 45.0}),
    ],
)
def test_a_machine_near_carnot_is_refused(kind, more):
    # 0.9 x 318.15 K over 35 K is 8.18
    kind(name="pump", capacity=1e6, cop=8.1, **more)
    for wrong, why in (({"cop": 8.2}, "8.18 is the most"), ({"rated_sink": 10.0}, "rated_sink must be above rated_")):
        with pytest.raises(ValidationError, match=why):
            kind(**{"name": "pump", "capacity": 1e6, "cop": 8.1, **more, **wrong})


def test_a_ground_loop_serves_a_winter_and_an_hour_gives_what_a_quarter_gives(tmp_path):
    more = (
        "geo: {kind: water_source_heat_pump, capacity: 450 kW, cop: 4.6, ground: field}",
        "field: {kind: ground_loop, count: 100, depth: 100 m, spacing: 6 m, flow: 25 kg/s, pump: 5 kW}",
    )
    hourly = simulate(district(tmp_path, "[geo, municipal]", MUNICIPAL, *more), step=3600.0)
    quarter = simulate(district(tmp_path, "[geo, municipal]", MUNICIPAL, *more))
    assert energy(hourly, "geo.heat") == pytest.approx(energy(quarter, "geo.heat"), rel=2e-3)
    assert hourly.end_uses["heat_pumps"] == pytest.approx(quarter.end_uses["heat_pumps"], rel=2e-3)
    leaving = hourly.series("field.leaving")
    assert 0.0 < leaving.min() < 8.0
    assert leaving[:24].mean() > leaving[24 * 70] - 1e-6  # the winter cools the ground
    assert max(hourly.balance.values()) < 1e-9
    assert max(quarter.balance.values()) < 1e-9


def test_air_gives_less_when_it_is_colder_and_costs_more_where_frost_forms():
    def step(outdoor, frost):
        return AirSourceHeatPump.kernels["step"](
            400e3, outdoor, frost, 45.0, 500e3, 30e3, 4.0, 7.0, 35.0, -20.0, 0.3, 0.9
        )

    missing, drawn, power, heat, _, off = step(5.0, 0.0)
    assert (missing, off) == (0.0, 0.0)
    assert drawn + power == pytest.approx(heat)
    assert step(-12.0, 0.0)[0] > 0.0
    assert step(-12.0, 0.0)[4] < step(5.0, 0.0)[4]
    assert step(2.0, 1.0)[2] > 1.02 * step(2.0, 0.0)[2]
    assert step(-25.0, 0.0)[:4] == (400e3, 0.0, 0.0, 0.0)
    assert step(-18.0, 0.0)[5] == 1.0


def test_air_and_a_boiler_share_a_winter(tmp_path):
    more = (
        "air: {kind: air_source_heat_pump, capacity: 400 kW, cop: 4.2}",
        "boiler: {kind: boiler, capacity: 700 kW, price: 0.36 CNY/kWh, condensing: 1, efficiency: 0.92}",
    )
    run = simulate(district(tmp_path, "[air, boiler]", *more), step=3600.0)
    burned = run.ledger["fuel"] / 3.6e6
    assert 0.9 < energy(run, "boiler.heat") / burned < 1.02
    assert run.ledger["scope1"] == pytest.approx(burned * 3.6e6 * 55.54e-9)
    assert 1.5 < energy(run, "air.heat") / energy(run, "air.power") < 3.0
    assert max(run.balance.values()) < 1e-9
