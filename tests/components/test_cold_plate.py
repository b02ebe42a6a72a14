"""Cold plates and dry coolers: limits, laws, and a hall that gives most of its heat to water."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.components.hall import days, sky
from twin.components.cold_plate import ColdPlate

PLANT = """  crac: {kind: computer_room_air_conditioner, count: 4, capacity: 100 kW, fan: 4 kW}
  plates: {kind: cold_plate, capacity: 700 kW, coolant: 18 kg/s, facility: 18 kg/s, exchange: 120 kW/K, pump: 5 kW, facility_pump: 3 kW, condenser_water: cooler}
  cooler: {kind: dry_cooler, water_design: 18 kg/s, air_design: 75 kg/s, exchange: 120 kW/K, fan: 25 kW%s}
"""


def step(**changed):
    told = {name: field.default for name, field in ColdPlate.parameters().items()}
    told |= {
        "wanted": 5e5, "entering": 30.0, "capacity": 7e5, "coolant": 18.0, "facility": 18.0, "exchange": 1.2e5, "pump": 5e3, "facility_pump": 3e3,
    } | changed  # fmt: skip
    kernel = ColdPlate.kernels["step"]
    return dict(zip(kernel.tells, kernel(**{name: told[name] for name in kernel.told}), strict=True))


@settings(deadline=None)
@given(st.floats(0.0, 1.2e6), st.floats(5.0, 60.0))
def test_heat_and_pump_power_go_to_the_facility_water_which_stays_cooler_than_the_coolant(wanted, entering):
    told = step(wanted=wanted, entering=entering)
    assert told["cooling"] + told["rest"] == pytest.approx(wanted)
    assert told["reject"] == pytest.approx(told["cooling"] + told["power"])
    assert told["cooling"] <= 7e5
    if told["cooling"]:
        assert entering < told["supplied"] <= 50.0 + 1e-6
        returned = told["supplied"] + (told["cooling"] + 5e3) / (18.0 * 4186.0)
        assert entering + (told["cooling"] + 5e3) / (told["flow"] * 4186.0) <= returned + 1e-6


def test_cold_facility_water_is_pumped_less_and_hot_water_leaves_heat():
    assert step(entering=20.0)["flow"] < step(entering=30.0)["flow"] < 18.0
    assert step(entering=30.0)["supplied"] == pytest.approx(40.0, abs=1e-3)
    hot = step(entering=48.0)
    assert hot["rest"] > 0.0
    assert hot["supplied"] == pytest.approx(50.0)


def test_no_units_take_nothing_and_cost_nothing():
    none = step(capacity=0.0, coolant=0.0, facility=0.0, exchange=0.0)
    assert (none["rest"], none["power"], none["reject"], none["flow"]) == (5e5, 0.0, 0.0, 0.0)
    with pytest.raises(ValidationError, match="where there is capacity"):
        ColdPlate(name="x", capacity=1e5, coolant=0.0, facility=1.0, exchange=1.0, pump=0.0, facility_pump=0.0)


@pytest.mark.parametrize("outdoor", [-10.0, 20.0, 34.0])
def test_a_hall_gives_seven_tenths_to_water_and_balances(tmp_path, outdoor):
    run = days(tmp_path, PLANT % "", "crac", "liquid: 0.7, plates: plates", sky(outdoor, 0.0), 900.0, more=("hall.carried",))  # fmt: skip
    assert max(run.balance.values()) < 1e-9
    assert run.notes == []
    assert run.series("hall.carried").mean() / run.series("hall.it").mean() == pytest.approx(0.7)
    assert run.end_uses["pumps"] / run.end_uses["it"] < 0.02


def test_pads_help_in_hot_weather_and_take_water(tmp_path):
    hot = sky(38.0, 15.0)
    dry = days(tmp_path, PLANT % "", "crac", "liquid: 0.7, plates: plates", hot, 900.0)
    wet = days(tmp_path, PLANT % ", pads: 0.85", "crac", "liquid: 0.7, plates: plates", hot, 900.0)
    assert wet.series("cooler.leaving").mean() < dry.series("cooler.leaving").mean() - 2.0
    assert dry.ledger["water"] == 0.0 < wet.ledger["water"]
    assert max(wet.balance.values()) < 1e-9
