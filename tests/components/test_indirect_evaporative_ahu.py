"""Indirect evaporative units: laws for any input, the choice of modes, water, and a year of a hall."""

import psychrolib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.components.hall import days, sky, year
from twin.components.indirect_evaporative_ahu import IndirectEvaporativeAhu
from twin.physics.air import VAPORISATION, wet_bulb

psychrolib.SetUnitSystem(psychrolib.SI)
AHU = "  ahu: {kind: indirect_evaporative_ahu, count: 5, capacity: 200 kW, hall_fan: 6 kW, outdoor_fan: 6 kW, pump: 1 kW%s}\n"  # fmt: skip
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)  # fmt: skip


def tell(outdoor=20.0, relative=0.5, pressure=101325.0, **changed):
    """All kernels of five units in their order, as plain Python."""
    told = {name: field.default for name, field in IndirectEvaporativeAhu.parameters().items()}
    humidity = psychrolib.GetHumRatioFromRelHum(outdoor, relative, pressure)
    told |= {
        "wanted": 6e5, "outdoor": outdoor, "humidity": humidity, "pressure": pressure,
        "wet_bulb": min(wet_bulb(outdoor, humidity, pressure), outdoor), "count": 5.0, "capacity": 2e5, "hall_fan": 6e3, "outdoor_fan": 6e3,
        "pump": 1e3,
    } | changed  # fmt: skip
    told["setpoint"] = changed.get("setpoint", told["supply"])
    sizes = IndirectEvaporativeAhu.preparations["plates"]
    told |= dict(zip(sizes.tells, sizes(900.0, **{n: told[n] for n in sizes.parameters}), strict=True))
    for label in ("blow", "dry", "wet", "step"):
        kernel = IndirectEvaporativeAhu.kernels[label]
        answer = kernel(**{name: told[name] for name in kernel.told})
        told |= dict(zip(kernel.tells, answer, strict=True))
    return told


ANY = {
    "outdoor": st.floats(-30.0, 48.0), "relative": st.floats(0.05, 1.0), "pressure": st.floats(75e3, 103e3), "wanted": st.floats(0.0, 1.5e6),
    "compressor_capacity": st.sampled_from([0.0, 5e4, 3e5]), "wet_effectiveness": st.sampled_from([0.0, 0.6, 0.8]), "outdoor_air": st.floats(0.6, 1.5),
    "water_worth": st.sampled_from([0.0, 3e4, 1e7]),
}  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.fixed_dictionaries(ANY))
def test_first_law_heat_and_power_leave_outdoors_for_any_input(state):
    told = tell(**state)
    assert told["cooling"] + told["rest"] == pytest.approx(state["wanted"])
    assert told["rest"] >= 0.0
    assert told["dumped"] == pytest.approx(told["cooling"] + told["power"])
    parts = told["hall_fans"] + told["outdoor_fans"] + told["pumping"] + told["compressor"]
    assert told["power"] == pytest.approx(parts)
    assert told["supplied"] >= told["supply"] - 1e-9


@settings(deadline=None, max_examples=300)
@given(st.fixed_dictionaries(ANY))
def test_second_law_air_is_not_cooled_below_the_dry_bulb_or_sprayed_below_the_wet_bulb(state):
    told = tell(**state | {"compressor_capacity": 0.0})
    if not told["mode"]:
        return
    coldest = told["wet_bulb"] if told["mode"] == 2.0 else told["outdoor"]
    assert told["supplied"] >= min(coldest, told["hot"]) - 1e-6
    assert told["dry_heat"] <= told["primary"] * max(told["hot"] - told["outdoor"], 0.0) * (1.0 + 1e-9)
    assert told["wet_heat"] <= told["primary"] * max(told["hot"] - told["wet_bulb"], 0.0) * (1.0 + 1e-9)


@settings(deadline=None, max_examples=300)
@given(st.fixed_dictionaries(ANY))
def test_water_is_spent_on_sprays_alone_and_carries_no_more_than_heat_and_warm_air_give(state):
    told = tell(**state)
    assert (told["makeup"] > 0.0) <= (told["sprayed"] == 1.0)
    if told["sprayed"]:
        evaporated = told["makeup"] * 0.75  # four cycles; drift is less than the blow-down
        air = 1e6 / 12.0 * told["outdoor_air"] / 1006.0 * told["wet_speed"]
        given_off = told["wet_heat"] + air * 1006.0 * max(told["outdoor"] - told["wet_bulb"] + 1.0, 0.0)
        assert evaporated * VAPORISATION <= given_off * 1.001 + 1.0


@settings(deadline=None, max_examples=200)
@given(st.floats(-20.0, 40.0), st.floats(0.1, 0.95), st.floats(1e5, 9e5))
def test_drier_air_and_less_heat_never_take_more_power(outdoor, relative, wanted):
    told = tell(outdoor, relative, wanted=wanted, compressor_capacity=3e5)
    drier = tell(outdoor, relative * 0.9, wanted=wanted, compressor_capacity=3e5)
    less = tell(outdoor, relative, wanted=wanted * 0.95, compressor_capacity=3e5)
    assert drier["power"] <= told["power"] * (1.0 + 1e-3) + 1.0
    assert less["power"] <= told["power"] * (1.0 + 1e-3) + 1.0


@settings(deadline=None, max_examples=200)
@given(st.fixed_dictionaries(ANY))
def test_no_other_mode_takes_less_energy_for_the_same_heat(state):
    told = tell(**state | {"water_worth": 0.0})
    dry = tell(**state | {"water_worth": 0.0, "wet_effectiveness": 0.0})
    assert told["rest"] <= dry["rest"] + 1e-6
    if told["rest"] == pytest.approx(dry["rest"], abs=1e-3):
        assert told["power"] <= dry["power"] * (1.0 + 1e-9)


def test_the_stated_effectivenesses_are_met_at_full_flow():
    dry = tell(10.0, 0.5, wanted=1e9, hall_fan=0.0, wet_effectiveness=0.0)
    assert (dry["hot"] - dry["supplied"]) / (dry["hot"] - 10.0) <= 0.60 + 1e-9
    hot = tell(30.0, 0.5, wanted=1e9, hall_fan=0.0, wet_effectiveness=0.0)
    assert (hot["hot"] - hot["supplied"]) / (hot["hot"] - 30.0) == pytest.approx(0.60)
    # a wet bulb of 19 degC at 36 degC return air and sea level is where the wet-bulb effectiveness is stated
    humidity = psychrolib.GetHumRatioFromTWetBulb(40.0, 19.0, 101325.0)
    wet = tell(40.0, psychrolib.GetRelHumFromHumRatio(40.0, humidity, 101325.0), wanted=1e6, hall_fan=0.0, wet_effectiveness=0.6)  # fmt: skip
    assert (wet["hot"] - wet["supplied"]) / (wet["hot"] - wet["wet_bulb"]) == pytest.approx(0.6, abs=2e-3)


@pytest.mark.parametrize(
    ("outdoor", "relative", "mode"), [(-5.0, 0.5, 1.0), (14.0, 0.5, 2.0), (25.0, 0.5, 2.0), (35.0, 0.75, 4.0)]
)
def test_modes_follow_the_weather(outdoor, relative, mode):
    assert tell(outdoor, relative, compressor_capacity=3e5, wanted=9e5)["mode"] == mode


def test_water_that_is_worth_more_is_sprayed_later():
    assert tell(14.0, 0.5, water_worth=0.0, wanted=9e5)["mode"] == 2.0
    assert tell(14.0, 0.5, water_worth=1e6, wanted=9e5)["mode"] == 1.0


def test_a_warmer_set_point_takes_less_power_at_the_same_flow():
    cold, warm = tell(28.0, 0.6, compressor_capacity=1e5), tell(28.0, 0.6, compressor_capacity=1e5, setpoint=27.0)
    assert warm["primary"] == cold["primary"]
    assert warm["hot"] == pytest.approx(cold["hot"] + 3.0)
    assert warm["power"] < cold["power"]


def test_off_units_and_no_units_take_and_draw_nothing():
    assert tell(wanted=0.0)["power"] == 0.0
    none = tell(count=0.0)
    assert (none["power"], none["rest"], none["mode"]) == (0.0, 6e5, 0.0)


@FEW
@given(st.floats(-15.0, 38.0), st.floats(1.0, 20.0), st.sampled_from([3600.0, 900.0]))
def test_a_hall_balances_in_any_weather(tmp_path, outdoor, below, step):
    weather = sky(outdoor, outdoor - below, swing=5.0)
    run = days(tmp_path, AHU % ", compressor_capacity: 60 kW", "ahu", weather=weather, step=step, last=1.0)
    assert max(run.balance.values()) < 1e-12


def test_a_year_in_guiyang_is_near_what_makers_say_and_does_not_hang_on_the_step(tmp_path):
    sized = AHU % ", compressor_capacity: 60 kW"
    fine, coarse = year(tmp_path, sized, "ahu"), year(tmp_path, sized, "ahu", step=3600.0)
    it = fine.end_uses["it"]
    cooling = sum(fine.end_uses[use] for use in ("fans", "pumps", "chillers")) / it
    # Dunnavant, ASHRAE Journal, March 2011: 996.9 MWh a year for 1,500 kW in Chicago, 7.6 %; 3..8 % are usual (assumed)
    assert 0.02 < cooling < 0.08
    assert 0.2 < fine.indicators["wue_l_kwh"] < 1.5  # assumed usual range, L/kWh
    assert fine.indicators["pue"] < 1.15
    assert coarse.electricity == pytest.approx(fine.electricity, rel=2e-3)
    assert coarse.ledger["water"] == pytest.approx(fine.ledger["water"], rel=2e-2)
    assert fine.notes == []


def test_supply_at_or_above_the_return_is_refused():
    with pytest.raises(ValidationError, match="supply must be below returning"):
        IndirectEvaporativeAhu(name="x", capacity=1.0, hall_fan=0.0, outdoor_fan=0.0, pump=0.0, supply=36.0)
