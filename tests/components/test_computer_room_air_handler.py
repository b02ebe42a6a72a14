"""Air handlers of data halls on chilled water."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.components.hall import days, sky
from twin.components.computer_room_air_handler import ComputerRoomAirHandler

PLANT = """  crah: {kind: computer_room_air_handler, count: 5, capacity: 200 kW, fan: 6 kW, chilled_water: loop}
  loop: {kind: chilled_water_loop, design: 1 MW, pump: 25 kW, supply: 8 degC, chillers: chillers}
  chillers: {kind: chiller_plant, capacity: 1.2 MW, condenser_flow: 60 kg/s, condenser_pump: 15 kW, tower: towers}
  towers: {kind: cooling_tower, water_design: 60 kg/s, air_design: 50 kg/s, fan: 20 kW}
"""


def tell(share=1.0, **changed):
    told = {name: field.default for name, field in ComputerRoomAirHandler.parameters().items()}
    told |= {
        "wanted": 6e5,
        "water": 12.0,
        "count": 4.0,
        "capacity": 2.5e5,
        "fan": 8e3,
        "share": share,
        "setpoint": 22.0,
    } | changed
    for label in ("ask", "step"):
        kernel = ComputerRoomAirHandler.kernels[label]
        told |= dict(zip(kernel.tells, kernel(**{name: told[name] for name in kernel.told}), strict=True))
    return told


@settings(deadline=None)
@given(st.floats(0.0, 2e6), st.floats(5.0, 33.0), st.floats(0.0, 1.0))
def test_what_the_water_takes_is_the_halls_heat_and_the_fans(wanted, water, share):
    told = tell(share, wanted=wanted, water=water)
    assert told["given"] == pytest.approx(told["cooling"] + told["power"], abs=1e-6)
    assert told["cooling"] + told["rest"] == pytest.approx(wanted)
    assert told["coil"] <= 1.2 * 1e6


def test_half_the_heat_takes_an_eighth_of_the_fan_power():
    assert tell(wanted=5e5)["power"] == pytest.approx(tell(wanted=1e6)["power"] / 8.0)
    assert tell(wanted=1e4)["power"] == pytest.approx(4 * 8e3 * 0.3**3)
    assert tell(wanted=0.0)["power"] == 0.0


def test_a_coil_reaches_less_far_with_warm_water():
    assert tell(wanted=1.2e6, water=23.0)["coil"] == pytest.approx(1e6 * 11.0 / 22.0)
    assert tell(wanted=1e6, water=34.0)["coil"] == 0.0
    assert tell(wanted=1.2e6, water=23.0, setpoint=24.0)["coil"] == pytest.approx(1e6 * 13.0 / 22.0)


def test_a_hall_on_chilled_water_balances_and_is_cooled(tmp_path):
    run = days(tmp_path, PLANT, "crah", weather=sky(28.0, 20.0))
    assert max(run.balance.values()) < 1e-9
    assert run.notes == []
    assert 1.2 < run.indicators["pue"] < 1.5
    assert run.end_uses["fans"] / run.end_uses["it"] < 0.04


def test_temperatures_out_of_order_are_refused():
    with pytest.raises(ValidationError, match="water_design must be below supply"):
        ComputerRoomAirHandler(name="x", capacity=1.0, fan=0.0, supply=11.0)
