"""Data halls and the panel of a data centre: load, heat, power usage effectiveness."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.components.hall import HALL, HEAD, START, days, sky
from twin.components.data_centre import DataCentre
from twin.components.data_hall import DataHall
from twin.site.load import load
from twin.study.runner import simulate

CRAC = "  crac: {kind: computer_room_air_conditioner, count: 4, capacity: 250 kW, fan: 12 kW}\n"
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)  # fmt: skip


def ask(**changed):
    told = {name: field.default for name, field in DataHall.parameters().items()}
    told |= {"use": 0.3, "servers": 1000.0, "peak_power": 400.0, "idle_power": 200.0} | changed
    kernel = DataHall.kernels["ask"]
    return dict(zip(kernel.tells, kernel(**{name: told[name] for name in kernel.told}), strict=True))


def test_a_tenth_of_the_servers_power_is_a_tenth_of_the_it_energy_and_less_of_the_path():
    before, after = ask(), ask(power_management=0.1)
    assert after["it"] == pytest.approx(0.9 * before["it"])
    assert 0.9 * before["path"] < after["path"] < before["path"]
    assert after["rack"] == pytest.approx(0.9 * before["rack"])


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 0.5))
def test_all_power_becomes_heat_of_air_or_liquid(use, liquid, saved):
    told = ask(use=use, liquid=liquid, power_management=saved)
    assert told["to_air"] + told["to_liquid"] == pytest.approx(told["power"])
    assert told["it"] + told["path"] + told["lights"] == pytest.approx(told["power"])
    assert told["to_liquid"] == pytest.approx(liquid * told["it"])
    assert told["overload"] == 0.0


def test_no_servers_draw_nothing():
    assert set(ask(servers=0.0).values()) - {ask()["rack"]} == {0.0}


def test_the_day_swings_about_its_mean_and_is_highest_at_the_busiest_hour(tmp_path):
    run = days(tmp_path, CRAC, "crac", step=900.0, last=1.0)
    use = run.series("hall.use")
    assert use.mean() == pytest.approx(0.3, rel=1e-6)
    assert use.max() == pytest.approx(0.36, rel=1e-3)
    assert 19.0 <= np.argmax(use) / 4.0 <= 20.0


def test_a_schedule_takes_the_place_of_the_daily_swing(tmp_path):
    half = ", ".join(["0.5"] * 24)
    text = f"  always: {{kind: schedule, workday: [{half}], saturday: [{half}], holiday: [{half}]}}\n"
    run = days(tmp_path, CRAC + text, "crac", "schedule: always", last=1.0)
    assert run.series("hall.it") == pytest.approx(2500 * (200 + 200 * (1.0 - 0.5**1.4)))


def test_power_usage_effectiveness_is_all_energy_over_that_of_the_servers(tmp_path):
    run = days(tmp_path, CRAC, "crac")
    used = run.end_uses
    assert run.indicators["pue"] == pytest.approx(run.electricity / used["it"], rel=1e-12)
    assert run.ledger["facility"] / 3.6e6 == pytest.approx(run.electricity)
    assert run.indicators["cue_kg_kwh"] == pytest.approx(0.5 * run.indicators["pue"])
    mean = np.average(run.series("panel.pue"), weights=run.series("hall.it"))
    assert mean == pytest.approx(run.indicators["pue"])
    assert max(run.balance.values()) < 1e-12
    assert run.notes == []


@FEW
@given(st.floats(-10.0, 40.0), st.floats(0.1, 0.9), st.floats(0.0, 0.4), st.sampled_from([3600.0, 900.0, 60.0]))
def test_energy_closes_whatever_the_weather_the_use_and_the_step(tmp_path, outdoor, use, losses, step):
    panel = f"  panel: {{kind: data_centre, suppliers: grid, losses: {losses}}}\n"
    run = days(tmp_path, CRAC, "crac", f"busiest: {24 * use:.3f}", sky(outdoor, 0.0), step, 0.5, panel)
    assert max(run.balance.values()) < 1e-12


def test_a_hall_that_nobody_can_cool_says_so_and_still_balances(tmp_path):
    run = days(tmp_path, CRAC.replace("count: 4", "count: 1"), "crac")
    assert any("the heat of the data hall was not fully taken" in note for note in run.notes)
    assert max(run.balance.values()) < 1e-12


def test_liquid_without_cold_plates_is_heat_that_nobody_took(tmp_path):
    run = days(tmp_path, CRAC, "crac", "liquid: 0.5")
    assert any("the heat of the data hall was not fully taken" in note for note in run.notes)
    assert run.figure("hall.unserved") == pytest.approx(0.5 * run.ledger["it"])
    assert max(run.balance.values()) < 1e-12


def test_losses_of_the_panel_count_and_generators_behind_it_do_not_lower_the_energy_used():
    kernel = DataCentre.kernels["ask"]
    told = kernel(load=120.0, made=20.0, made_below=5.0, it_power=100.0, losses=0.02)
    assert told == (102.0, 122.0, 1.22, 2.0, 2.0, 25.0)
    assert kernel(load=1.0, made=0.0, made_below=0.0, it_power=0.0, losses=0.0)[2] == 0.0
    step = DataCentre.kernels["step"]
    assert step(net=-50.0, made=100.0, made_below=0.0, refused_share=0.2) == (pytest.approx(0.8), 0.0, -50.0)
    assert step(net=-50.0, made=0.0, made_below=40.0, refused_share=0.5)[:2] == (1.0, 0.5)


def test_several_halls_tell_the_panel_through_explicit_inputs(tmp_path):
    other = (HALL % ("crac_2", "")).replace("hall:", "hall_2:", 1)
    more = CRAC.replace("crac:", "crac_2:")
    panel = "  panel: {kind: data_centre, suppliers: grid, inputs: {it_power: [hall.it, hall_2.it]}}\n"
    (tmp_path / "site.yaml").write_text(HEAD + panel + HALL % ("crac", "") + CRAC + other + more)
    run = simulate(load(tmp_path), sky(20.0, 12.0), START, START + timedelta(days=1), 3600.0, warm_up=0)
    assert run.series("panel.pue") == pytest.approx(run.series("panel.facility") / (2.0 * run.series("hall.it")))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"idle_power": 500.0}, "idle_power must not be above"),
        ({"utilisation": 0.9}, "must not be above 1"),
        ({"liquid": 1.1}, "less than or equal to 1"),
        ({"servers": -1.0}, "greater than or equal to 0"),
    ],
)
def test_impossible_halls_are_refused(wrong, told):
    with pytest.raises(ValidationError, match=told):
        DataHall(**{"name": "hall", "servers": 10.0, "peak_power": 400.0, **wrong})
