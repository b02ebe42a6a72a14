"""Who is told what: the rest of a supplier goes to one only, and an amount goes down a chain once."""

from __future__ import annotations

import pytest

from twin.errors import SiteError
from twin.site.load import load, shipped

SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 31 deg, longitude: 121 deg, country: CN, province: Shanghai, climate: shanghai}}
floor_area: 100 m2
year: 2023
suppliers: {{electricity: grid, condenser_water: cooler}}
components:
  grid: {{kind: grid, energy_price: 1 CNY/kWh, emission_factor: 0.5 kg/kWh}}
{more}
"""
HALL = "  {name}: {{kind: data_hall, servers: 100, peak_power: 400 W, air: {air}}}"
CRAC = "  {name}: {{kind: computer_room_air_conditioner, count: 4, capacity: 20 kW, fan: 1 kW}}"


def wired(tmp_path, *lines):
    (tmp_path / "site.yaml").write_text(SITE.format(more="\n".join(lines)))
    return load(tmp_path).wiring()


def halls(*chains):
    coolers = dict.fromkeys(name for chain in chains for name in chain)
    return [
        *(HALL.format(name=f"hall_{place}", air=f"[{', '.join(chain)}]") for place, chain in enumerate(chains)),
        *(CRAC.format(name=name) for name in coolers),
    ]


@pytest.mark.parametrize(
    ("chains", "shared"),
    [
        ((["one"], ["one"]), "one"),  # both halls would be told all that is left
        ((["one", "two"], ["one", "two"]), "two"),
        ((["one", "two"], ["one", "three"]), "one"),  # two coolers would each take all that is left
        ((["one", "two"], ["one"]), "one"),
    ],
)
def test_two_halls_on_one_chain_of_coolers_are_refused_with_the_way_out(tmp_path, chains, shared):
    told = (
        f"hall_1.air: hall_0.air is told, too, what {shared} leaves of hall_cooling, and it would count twice; "
        f"give each a computer_room_air_conditioner of its own"
    )
    with pytest.raises(SiteError, match=told):
        wired(tmp_path, *halls(*chains))


def test_two_loops_on_one_plant_of_chillers_are_refused(tmp_path):
    lines = [
        "  cooler: {kind: cooling_tower, water_design: 100 kg/s, air_design: 80 kg/s, units: 2, fan: 20 kW}",
        "  plant: {kind: chiller_plant, tower: cooler, count: 2, capacity: 1 MW, cop: 5, condenser_flow: 50 kg/s, condenser_pump: 10 kW}",
        *(f"  {name}: {{kind: chilled_water_loop, chillers: plant, design: 1 MW, pump: 10 kW}}" for name in ("east", "west")),
    ]  # fmt: skip
    with pytest.raises(
        SiteError, match=r"west\.chillers: east\.chillers is told, too, what plant leaves of primary_chil"
    ):
        wired(tmp_path, *lines)


def test_halls_with_coolers_of_their_own_are_wired(tmp_path):
    wires = wired(tmp_path, *halls(["one", "two"], ["three", "four"])).wires
    for hall, first, second in (("hall_0", "one", "two"), ("hall_1", "three", "four")):
        assert [each.signal for each in wires[first, "wanted"]] == [(hall, "to_air")]
        assert [each.signal for each in wires[second, "wanted"]] == [(first, "rest")]
        assert [each.signal for each in wires[hall, "air_rest"]] == [(second, "rest")]


def test_many_users_of_water_may_share_a_tank_and_the_mains(tmp_path):
    lines = [
        "  hours: {kind: schedule}",
        "  mains: {kind: mains_water, price: 4 CNY/m3}",
        "  rain: {kind: rainwater, catchment: 100 m2, rain: [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]}",
        *(f"  {name}: {{kind: water_use, rating: 1 m3/h, schedule: hours, water: [rain, mains]}}" for name in ("taps", "garden")),
    ]  # fmt: skip
    wires = wired(tmp_path, *lines).wires
    assert [each.signal for each in wires["rain", "wanted"]] == [("taps", "makeup"), ("garden", "makeup")]
    assert [each.signal for each in wires["mains", "flow"]] == [("rain", "rest")]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_site_tells_each_rest_to_one(name):
    assert load(name).wiring().wires
