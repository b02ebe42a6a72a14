"""Direct-expansion coolers of data halls."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.components.hall import days, sky
from twin.components.computer_room_air_conditioner import ComputerRoomAirConditioner

CRAC = "  crac: {kind: computer_room_air_conditioner, count: 4, capacity: 250 kW, fan: 12 kW}\n"


def step(**changed):
    told = {name: field.default for name, field in ComputerRoomAirConditioner.parameters().items()}
    told |= {"wanted": 6e5, "outdoor": 30.0, "count": 4.0, "capacity": 2.5e5, "fan": 1e4, "setpoint": 22.0} | changed
    kernel = ComputerRoomAirConditioner.kernels["step"]
    return dict(zip(kernel.tells, kernel(**{name: told[name] for name in kernel.told}), strict=True))


@settings(deadline=None)
@given(st.floats(0.0, 2e6), st.floats(-30.0, 50.0), st.floats(0.0, 10.0))
def test_heat_and_power_leave_outdoors_and_nothing_beyond_the_capacity_is_taken(wanted, outdoor, count):
    told = step(wanted=wanted, outdoor=outdoor, count=count)
    assert told["cooling"] + told["rest"] == pytest.approx(wanted)
    assert told["dumped"] == pytest.approx(told["cooling"] + told["power"])
    assert told["cooling"] + told["fans"] <= count * 2.5e5 * (1.0 + 1e-9)


def test_power_rises_with_heat_and_weather_and_is_nothing_when_off():
    assert step()["power"] < step(wanted=7e5)["power"] < step(wanted=7e5, outdoor=35.0)["power"]
    assert step(setpoint=26.0)["power"] < step()["power"]
    off = step(wanted=0.0)
    assert (off["power"], off["running"], off["rest"]) == (0.0, 0.0, 0.0)
    assert step(count=0.0)["rest"] == 6e5


def test_a_year_of_a_hall_on_compressors_alone_draws_a_third_or_so_on_top(tmp_path):
    run = days(tmp_path, CRAC, "crac", weather=sky(30.0, 20.0))
    # 22 degC supply, 30 degC outdoors: COP 0.40 x 285/30 = 3.8, fans about 1 %
    assert run.end_uses["chillers"] / run.end_uses["it"] == pytest.approx(1.05 / 3.8, rel=0.05)
    assert max(run.balance.values()) < 1e-12
    assert run.notes == []
