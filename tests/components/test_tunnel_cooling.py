"""Cave data halls: laws, rock, draught, pads, and a year without compressors."""

import psychrolib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.components.hall import days, sky, year
from twin.components.tunnel_cooling import TunnelCooling

psychrolib.SetUnitSystem(psychrolib.SI)
CAVE = """  cave: {kind: tunnel_cooling, capacity: 1 MW, hall_fan: 25 kW, resistance: 400 Pa, height: 60 m, area: 4000 m2%s}
  crac: {kind: computer_room_air_conditioner, count: 4, capacity: 200 kW, fan: 9 kW}
"""
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)  # fmt: skip


def tell(outdoor=15.0, relative=0.6, **changed):
    told = {name: field.default for name, field in TunnelCooling.parameters().items()}
    pressure = changed.get("pressure", 101325.0)
    humidity = psychrolib.GetHumRatioFromRelHum(outdoor, relative, pressure)
    told |= {
        "dt": 900.0, "wanted": 7e5, "outdoor": outdoor, "humidity": humidity, "pressure": pressure, "skin": 15.0, "near": 15.0, "far": 15.0,
        "air_density": 1.0 / psychrolib.GetMoistAirVolume(outdoor, humidity, pressure), "capacity": 1e6, "hall_fan": 2.5e4, "resistance": 400.0,
        "height": 60.0, "area": 4000.0,
    } | changed  # fmt: skip
    told["setpoint"] = changed.get("setpoint", told["supply"])
    sizes = TunnelCooling.preparations["sizes"]
    told |= dict(zip(sizes.tells, sizes(900.0, **{n: told[n] for n in sizes.parameters}), strict=True))
    before = dict(told)
    for label in ("blow", "draw", "step"):
        kernel = TunnelCooling.kernels[label]
        answer = kernel(**{name: told[name] for name in kernel.told})
        told |= dict(zip(kernel.tells, answer, strict=True))
    return told | {"skin_before": before["skin"], "near_before": before["near"], "far_before": before["far"]}


@settings(deadline=None, max_examples=200)
@given(st.floats(-15.0, 40.0), st.floats(0.1, 1.0), st.floats(0.0, 1.5e6), st.floats(5.0, 30.0), st.sampled_from([0.0, 0.8]), st.sampled_from([60.0, 900.0, 3600.0]))  # fmt: skip
def test_the_first_law_closes_with_the_rock(outdoor, relative, wanted, skin, pads, dt):
    told = tell(outdoor, relative, wanted=wanted, skin=skin, pads=pads, pump=1e3, dt=dt)
    layers = (("skin", "held_first"), ("near", "held_second"), ("far", "held_third"))
    kept = sum(4000.0 * told[held] * (told[name] - told[f"{name}_before"]) for name, held in layers) / dt
    left = told["cooling"] + told["power"] - told["dumped"] - told["to_deep"] - kept
    assert left == pytest.approx(0.0, abs=1e-6 * (wanted + abs(kept) + abs(told["dumped"]) + 1.0))
    assert told["cooling"] + told["rest"] == pytest.approx(wanted)
    assert told["rest"] >= -1e-6


@settings(deadline=None, max_examples=200)
@given(st.floats(-15.0, 40.0), st.floats(0.1, 1.0), st.floats(1e4, 1e6), st.floats(5.0, 30.0))
def test_hall_air_is_not_cooled_below_the_tunnels_and_that_not_beyond_the_rock(outdoor, relative, wanted, skin):
    told = tell(outdoor, relative, wanted=wanted, skin=skin)
    assert min(outdoor, skin) - 1e-9 <= told["tunnel"] <= max(outdoor, skin) + 1e-9
    hot = told["setpoint"] + told["load"] / told["primary"]
    supplied = hot - told["heat"] / told["primary"]
    assert supplied >= min(told["tunnel"], hot) - 1e-6


def test_the_draught_of_the_shaft_relieves_the_fans_in_winter():
    assert tell(0.0)["tunnel_fans"] == 0.0
    assert tell(24.0)["tunnel_fans"] < tell(24.0, height=0.0)["tunnel_fans"]


def test_rock_cools_a_hot_day_and_warms_by_it():
    told = tell(32.0)
    assert told["tunnel"] < 32.0
    assert told["skin"] > 15.0
    assert told["rest"] < tell(32.0, area=1.0)["rest"]


def test_a_warmer_set_point_leaves_less_to_the_next_cooler():
    assert tell(30.0, setpoint=27.0)["rest"] < tell(30.0)["rest"]


def test_wet_pads_help_where_dry_air_does_not_do_and_take_water():
    dry, wet = tell(30.0, 0.4, area=10.0), tell(30.0, 0.4, area=10.0, pads=0.8, pump=1e3)
    assert wet["rest"] < dry["rest"]
    assert wet["makeup"] > 0.0 == dry["makeup"]
    assert wet["pumping"] == 1e3
    assert tell(5.0, 0.4, pads=0.8)["makeup"] == 0.0


def test_a_cold_day_leaves_nothing_for_compressors_and_an_idle_one_needs_none():
    assert (tell(5.0)["free"], tell(5.0)["rest"]) == (1.0, 0.0)
    assert tell(5.0)["damp"] == 0.0 < tell(28.0, 0.9)["damp"]
    off = tell(10.0, wanted=0.0)
    assert (off["power"], off["cooling"], off["free"]) == (0.0, 0.0, 1.0)


@FEW
@given(st.floats(-5.0, 36.0), st.floats(2.0, 20.0), st.sampled_from([3600.0, 900.0]))
def test_a_hall_in_a_cave_balances_in_any_weather(tmp_path, outdoor, below, step):
    weather = sky(outdoor, outdoor - below, swing=5.0)
    run = days(tmp_path, CAVE % ", pads: 0.8", "[cave, crac]", weather=weather, step=step, last=1.0)
    assert max(run.balance.values()) < 1e-9
    assert not any("not fully taken" in note for note in run.notes)


def test_a_year_in_guiyang_is_mostly_free_of_compressors_and_does_not_hang_on_the_step(tmp_path):
    fine = year(tmp_path, CAVE % "", "[cave, crac]")
    coarse = year(tmp_path, CAVE % "", "[cave, crac]", step=3600.0)
    padded = year(tmp_path, CAVE % ", pads: 0.8", "[cave, crac]", step=3600.0)
    cave = fine.site["cave"]
    free = fine.total(cave, "free") / 3600.0
    assert 0.55 * 8760.0 < free < padded.total(cave, "free") / 3600.0 < 8760.0
    assert 1.02 < fine.indicators["pue"] < 1.2
    assert coarse.electricity == pytest.approx(fine.electricity, rel=5e-3)
    assert coarse.total(cave, "free") / 3600.0 == pytest.approx(free, rel=0.02)
    assert max(fine.balance.values()) < 1e-9


def test_supply_at_or_above_the_return_is_refused():
    with pytest.raises(ValidationError, match="supply must be below returning"):
        TunnelCooling(name="x", capacity=1.0, hall_fan=0.0, resistance=1.0, area=1.0, supply=40.0)
