"""A room described surface by surface in a site file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from tests.study.test_live import SMALL
from twin.errors import SiteError
from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather

ROOM = SMALL.replace(
    "  room: {kind: zone, area: 100 m2, facade: 40 m2, window_ratio: 0.4}\n",
    """  room: {kind: enclosure, area: 100 m2, volume: 280 m3, infiltration: 0.2 1/h}
  loads: {kind: ideal_loads, room: room, cooling: 25 degC}
  south:
    kind: wall
    room: room
    area: 24 m2
    thickness: [20 mm, 80 mm, 200 mm]
    conductivity: [0.9 W/m/K, 0.035 W/m/K, 1.7 W/m/K]
    density: [1800 kg/m3, 30 kg/m3, 2300 kg/m3]
    specific_heat: [0.84 kJ/kg/K, 1.4 kJ/kg/K, 0.92 kJ/kg/K]
  glass: {kind: window, room: room, area: 16 m2, tall: 1.6 m}
  floor: {kind: wall, room: room, area: 100 m2, tilt: 180 deg, exposed: 0, catches: 1}
  roof: {kind: wall, room: room, area: 100 m2, tilt: 0 deg}
""",
)


def test_a_room_of_walls_and_glass_closes_its_balance_and_is_cooled(tmp_path):
    (tmp_path / "site.yaml").write_text(ROOM)
    run = simulate(load(tmp_path), step=900.0)
    assert max(run.balance.values()) < 1e-9
    assert run.series("loads.cold").sum() * 900.0 / 3.6e9 > 1.0
    assert run.hourly("room.air").max() < 25.01


def test_insulation_outside_saves_heating_and_a_dark_roof_costs_cooling(tmp_path):
    (tmp_path / "site.yaml").write_text(ROOM)
    site = load(tmp_path)

    def loads(**changes):
        roof = site["roof"].model_copy(update=changes)
        other = type(site)(
            **{**vars(site), "components": tuple(roof if c.name == "roof" else c for c in site.components)}
        )
        run = simulate(other, step=3600.0)
        return run.series("loads.heat").sum(), run.series("loads.cold").sum()

    bare, dark = loads(), loads(absorptance=0.95)
    packed = loads(
        thickness=(0.1, 0.2), conductivity=(0.04, 0.5), density=(30.0, 1400.0), specific_heat=(1400.0, 1000.0)
    )
    assert packed[0] < bare[0]
    assert packed[1] < bare[1] < dark[1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("area: 24 m2", "area: 0 m2", "south.area: 0 m2: must be greater than 0"),
        ("0.035 W/m/K", "-0.035 W/m/K", "south.conductivity: -0.035 W/m/K: must be greater than 0"),
        ("thickness: [20 mm, 80 mm, 200 mm]", "thickness: []", "south: a wall needs at least one layer"),
        ("thickness: [20 mm, 80 mm, 200 mm]", "thickness: [20 mm]", "south: has 1 thickness but 3 conductivity; one of each a layer"),
        ("tall: 1.6 m", "tall: 1.6 m, transmittance: [0.8]", "glass: has 1 transmittance but 2 front; one of each a pane"),
        ("exposed: 0, catches: 1}", "exposed: 0, ground: [20 degC, 21 degC]}", "floor: ground has 2 temperatures; a year has 12 months"),
        ("tall: 1.6 m", "tall: 1.6 m, corners: [0 m, 0 m, 0 m]", "glass: corners has 3 numbers; a four-cornered shape has twelve"),
        ("tall: 1.6 m", "tall: 1.6 m, corners: [0 m, 0 m, 0 m, 1 m, 0 m, 0 m, 1 m, 0 m, 1 m, 0 m, 0 m, 1 m]", "glass: corners spans 1.00 m2, less than the area of 16.00 m2; make both agree"),
        ("tall: 1.6 m", "tall: 1.6 m, corners: [0 m, 0 m, 0 m, 9 m, 0 m, 0 m, 9 m, 5 m, 9 m, 0 m, 0 m, 9 m]", "glass: corners is not flat: corner"),
        ("tall: 1.6 m", "tall: 1.6 m, gas: helium", "glass: 'helium' is no gas of a window; write air, argon, krypton or xenon"),
        ("tall: 1.6 m", "tall: 1.6 m, transmittance: [0.9, 0.98]", "glass: pane 2 passes and reflects more than falls on it"),
    ],
)  # fmt: skip
def test_surfaces_that_cannot_be_are_told_with_the_way_out(tmp_path, old, new, said):
    (tmp_path / "site.yaml").write_text(ROOM.replace(old, new))
    with pytest.raises(SiteError) as caught:
        load(tmp_path)
    assert said in str(caught.value)


SUN_SPACE = (
    ROOM
    + """  space: {kind: enclosure, area: 40 m2, volume: 110 m3, start: 10 degC}
  between:
    kind: partition
    front: room
    rear: space
    area: 30 m2
    thickness: [100 mm]
    conductivity: [%s]
    density: [%s]
    specific_heat: [1 kJ/kg/K]
  outer: {kind: wall, room: space, area: 30 m2}
  slab: {kind: wall, room: space, area: 40 m2, tilt: 180 deg, exposed: 0, catches: 1}
  cover: {kind: wall, room: space, area: 40 m2, tilt: 0 deg}
  panes: {kind: window, room: space, area: 20 m2}
"""
)


@pytest.mark.parametrize("layer", [("0.5 W/m/K", "1400 kg/m3"), ("0.04 W/m/K", "30 kg/m3"), ("0.5 W/m/K", "0 kg/m3")])
@pytest.mark.parametrize("step", [300.0, 3600.0])
def test_a_sun_space_gives_its_heat_through_any_wall_and_none_is_lost(tmp_path, layer, step):
    (tmp_path / "site.yaml").write_text(SUN_SPACE % layer)
    run = simulate(load(tmp_path), step=step, start=datetime(2019, 1, 1), end=datetime(2019, 2, 1), warm_up=3)
    assert max(run.balance.values()) < 1e-9
    assert -10.0 < run.hourly("space.air").min() < run.hourly("space.air").max() < 70.0


def test_two_alike_rooms_stay_alike(tmp_path):
    (tmp_path / "site.yaml").write_text(
        SMALL.split("  room:")[0]
        + """  one: {kind: enclosure, area: 20 m2, volume: 60 m3}
  two: {kind: enclosure, area: 20 m2, volume: 60 m3}
  between: {kind: partition, front: one, rear: two, area: 30 m2}
  roof one: {kind: wall, room: one, area: 20 m2, tilt: 0 deg}
  roof two: {kind: wall, room: two, area: 20 m2, tilt: 0 deg}
"""
    )
    run = simulate(load(tmp_path), step=900.0, start=datetime(2019, 7, 1), end=datetime(2019, 7, 8), warm_up=1)
    assert run.hourly("one.air") == pytest.approx(run.hourly("two.air"), abs=1e-9)


def test_an_operative_thermostat_holds_the_mean_of_air_and_surfaces(tmp_path):
    (tmp_path / "site.yaml").write_text(ROOM.replace("cooling: 25 degC", "cooling: 25 degC, operative: 0.5"))
    run = simulate(
        load(tmp_path), step=900.0, start=datetime(2019, 7, 1), end=datetime(2019, 7, 8),
        more=("room.air_now", "room.radiant_now"),
    )  # fmt: skip
    cooled = run.series("loads.cold") > 1.0
    felt = 0.5 * (run.series("room.air_now") + run.series("room.radiant_now"))
    assert cooled.mean() > 0.5
    assert felt[cooled] == pytest.approx(25.0, abs=1e-6)
    assert (run.series("room.air_now")[cooled] < 25.0).all()


def test_a_mirrored_building_under_a_mirrored_sky_gives_mirrored_results(tmp_path):
    (tmp_path / "site.yaml").write_text(ROOM)
    site = load(tmp_path)
    weather = Weather.typical("shenzhen")

    def cooled(turn):
        parts = tuple(
            c.model_copy(update={"azimuth": (turn * c.azimuth) % 360.0}) if type(c).kind in ("wall", "window") else c
            for c in (x.model_copy(update={"azimuth": 150.0}) if x.name == "glass" else x for x in site.components)
        )
        grid = weather.on_grid(0.0, 450.0, 4000)
        mirrored = grid if turn > 0 else replace(grid, azimuth=(-grid.azimuth) % 360.0, planes={}, kept={})
        glass = next(c for c in parts if c.name == "glass")
        forced = type(glass).forcings["shine"]
        return forced.function(mirrored, *(getattr(glass, name) for name in forced.parameters))

    for one, other in zip(cooled(1), cooled(-1), strict=True):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-9)


def test_a_floor_on_warm_ground_saves_heating_and_ends_at_its_temperature(tmp_path):
    months = ", ".join(["24 degC"] * 12)
    loads = {}
    for name, floor in (
        ("air", "exposed: 0, catches: 1}"),
        ("ground", f"exposed: 0, catches: 1, ground: [{months}]}}"),
    ):
        (tmp_path / "site.yaml").write_text(ROOM.replace("exposed: 0, catches: 1}", floor))
        run = simulate(load(tmp_path), step=3600.0, more=("floor.outside",))
        assert max(run.balance.values()) < 1e-9
        loads[name] = run.series("loads.heat").sum()
    assert run.series("floor.outside") == pytest.approx(24.0, abs=0.02)
    assert loads["ground"] < loads["air"]


def test_a_shade_that_goes_down_in_the_sun_saves_cooling_and_an_operator_may_lower_it(tmp_path):
    loads = {}
    for name, shade in (("none", ""), ("open", ", shade: 0.15"), ("own", ", shade: 0.15, shade_above: 150 W/m2")):
        (tmp_path / "site.yaml").write_text(ROOM.replace("tall: 1.6 m", f"tall: 1.6 m{shade}"))
        run = simulate(load(tmp_path), step=3600.0, more=("glass.clear", "glass.fallen"))
        assert max(run.balance.values()) < 1e-9
        loads[name] = run.series("loads.cold").sum()
    assert loads["none"] == loads["open"]
    assert loads["own"] < 0.95 * loads["none"]
    sun = run.series("glass.fallen") > 150.0
    assert run.series("glass.clear")[sun] == pytest.approx(0.15)
    assert run.series("glass.clear")[~sun] == pytest.approx(1.0)

    def lowered(simulation):
        simulation.post("glass.shade_down", 1.0)
        yield simulation.env.timeout(1.0)

    down = simulate(load(tmp_path), step=3600.0, processes=(lowered,))
    assert down.series("loads.cold").sum() < loads["own"]


def test_cracks_draw_more_air_when_it_is_windy_or_cold_outdoors(tmp_path):
    flows = {}
    for name, cracks in (("steady", ""), ("blast", ", steady: 0.606, stack: 0.03636 1/K, wind: 0.1177 s/m")):
        (tmp_path / "site.yaml").write_text(ROOM.replace("infiltration: 0.2 1/h", f"infiltration: 0.2 1/h{cracks}"))
        more = ("room.drawn", "room.outdoor", "room.wind_speed")
        run = simulate(load(tmp_path), step=3600.0, more=more)
        assert max(run.balance.values()) < 1e-9
        flows[name] = run.series("room.drawn")
    design = 280.0 * 0.2 / 3600.0
    assert flows["steady"] == pytest.approx(design)
    wind = run.series("room.wind_speed")
    assert (flows["blast"] >= design * (0.606 + 0.1177 * wind) * (1.0 - 1e-12)).all()
    assert flows["blast"][wind > 6.0].mean() > flows["blast"][wind < 1.0].mean()
