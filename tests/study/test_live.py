"""The twin beside a virtual building: whole fortnights over BACnet/IP, and what explains the difference."""

from __future__ import annotations

import pytest

from twin.live.comparison import compare_live
from twin.site.load import load

SMALL = """schema_version: 1
name: {en: One room}
location: {latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}
floor_area: 100 m2
suppliers: {electricity: grid}
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}
  hours: {kind: schedule}
  room: {kind: zone, area: 100 m2, facade: 40 m2, window_ratio: 0.4}
  devices:
    kind: plug_load
    area: 100 m2
    room: room
    schedule: hours
    density: 12 W/m2 [6 .. 20] assumed
"""


def test_the_one_doubtful_number_of_a_room_is_found_over_bacnet(tmp_path):
    (tmp_path / "site.yaml").write_text(SMALL)
    answer, power = compare_live(load(tmp_path))
    assert answer["rows"] == 14 * 96
    assert len(power) == 14 * 96
    assert {stream["point"] for stream in answer["streams"]} == {"grid.power", "room.air"}
    (found,) = answer["explanations"]
    assert found["parameter"] == "plug_load.density"
    assert found["misfit_after"] < 0.2 * found["misfit_before"]


@pytest.mark.nightly
def test_binhai_is_read_whole_and_the_explanations_bring_the_twin_closer():
    answer, _ = compare_live(load("binhai"))
    assert 60 <= answer["points"] <= 120
    assert answer["rows"] == 14 * 96
    assert all(stream["n"] == 14 * 96 for stream in answer["streams"])
    assert answer["explanations"]
    assert all(each["misfit_after"] < each["misfit_before"] for each in answer["explanations"])
    assert max(abs(stream["nmbe"]) for stream in answer["streams"]) < 0.25
