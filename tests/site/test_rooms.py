"""Rooms told as boxes and archetypes become the surfaces they stand for."""

from __future__ import annotations

import pytest

from twin.components.partition import Partition
from twin.components.wall import Wall
from twin.components.window import Window
from twin.errors import SiteError
from twin.site.library import construction, shelf, u_value
from twin.site.load import load
from twin.study.runner import simulate

SITE = """schema_version: 1
name: {en: Two rooms}
location: {latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}
floor_area: 110 m2
suppliers: {electricity: grid}
constructions:
  thick: {layers: [cement_mortar 20 mm, rock_wool 30 mm, clay_brick 370 mm], insulation: rock_wool}
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}
  extra: {kind: wall, room: store, area: 4 m2, azimuth: 90 deg, construction: brick_insulated, u_value: 0.5 W/m2/K}
rooms:
  office: {use: office, width: 10 m, depth: 6 m, sides: {north: store, west: same}, windows: {south: 0.5}, above: outdoors, below: ground}
  store: {width: 10 m, depth: 5 m, sides: {south: office}, windows: 0.2, wall: thick, wall_u: 0.6 W/m2/K, glazing: triple_low_e}
"""


def written(folder, text=SITE):
    (folder / "site.yaml").write_text(text)
    return load(folder)


def test_a_box_has_the_area_of_its_dimensions_and_its_windows(tmp_path):
    site = written(tmp_path)
    assert site["office"].volume == pytest.approx(180.0)
    assert (site["office/south"].area, site["office/south/window"].area) == pytest.approx((15.0, 15.0))
    assert site["office/east"].area == pytest.approx(18.0)
    assert {each.name for each in site.components if isinstance(each, Window) and each.name.startswith("office")} == {
        "office/south/window"
    }
    assert site["office/east"].azimuth == pytest.approx(90.0)
    assert site["store/north"].azimuth == pytest.approx(0.0)


def test_a_wall_between_rooms_stands_once_and_a_neighbour_alike_takes_no_heat(tmp_path):
    site = written(tmp_path)
    between = {each.name: each.area for each in site.components if isinstance(each, Partition)}
    assert between == pytest.approx({"office/north": 30.0, "office/west": 9.0, "store/slab": 50.0})
    assert site.links["office/north", "rear"] == ("store",)
    assert site.links["office/west", "rear"] == ("office",)


def test_u_values_are_those_asked_for_by_name_by_code_or_by_number(tmp_path):
    site = written(tmp_path)

    def u(wall):
        return u_value({"thickness": wall.thickness, "conductivity": wall.conductivity})

    assert u(site["store/north"]) == pytest.approx(0.6)
    assert u(site["office/east"]) == pytest.approx(0.7)
    assert u(site["office/roof"]) == pytest.approx(0.4)
    assert u(site["extra"]) == pytest.approx(0.5)
    assert len(site["store/north/window"].transmittance) == 3


def test_what_was_filled_in_is_told_with_its_source(tmp_path):
    filled = written(tmp_path).filled
    assert filled["office", "wall_u"] == "0.70 W/m2/K typical GB 55015-2021 recalled"
    assert filled["office", "lighting"].startswith("8 W/m2 typical GB 55015-2021 C.0.6")
    assert filled["store", "below"] == "same"
    assert ("office", "width") not in filled


def test_rooms_run_and_close_their_balance(tmp_path):
    run = simulate(written(tmp_path), step=3600.0, more=("office/outdoor_air.value",))
    assert max(run.balance.values()) < 1e-9
    assert run.series("office/loads.cold").sum() > run.series("store/loads.cold").sum() > 0.0
    assert run.series("office/outdoor_air.value").max() == pytest.approx(6 * 30 / 3600)


def test_older_archetypes_need_more_heat_and_cold(tmp_path):
    loads = {}
    for vintage in ("gb_55015_2021", "gb_50189_2015", "before_2005"):
        text = SITE.replace("use: office,", f"use: office, climate: cold, vintage: {vintage},").replace(
            "shenzhen", "beijing"
        )
        run = simulate(written(tmp_path, text), step=3600.0)
        loads[vintage] = run.series("office/loads.heat").sum()
    assert 2.0 * max(loads["gb_55015_2021"], loads["gb_50189_2015"]) < loads["before_2005"]


@pytest.mark.parametrize("name", list(shelf("constructions")["constructions"]))
def test_every_construction_of_the_library_is_a_wall(name):
    layers = {k: tuple(v) if isinstance(v, list) else v for k, v in construction(name).items()}
    assert 0.2 < u_value(layers) < 6.0
    assert Wall(name="wall", area=1.0, **layers)


@pytest.mark.parametrize("name", list(shelf("glazings")["glazings"]))
def test_every_glazing_of_the_library_is_a_window(name):
    panes = {k: tuple(v) if isinstance(v, list) else v for k, v in shelf("glazings")["glazings"][name].items()}
    assert Window(name="window", area=1.0, **panes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("width: 10 m, depth: 6 m", "width: 0 m, depth: 6 m", "office.width: 0 m: must be greater than 0"),
        ("windows: {south: 0.5}", "windows: {south: 1.5}", "office.windows: 1.5: a window cannot be larger than its wall; give a share from 0 to 1"),
        ("windows: {south: 0.5}", "windows: {north: 0.5}", "office.windows.north: is no side outdoors; sides outdoors: south, east"),
        ("use: office,", "use: ofice,", "'ofice' is no use of the library; did you mean 'office'?"),
        ("use: office,", "use: office, climate: tropic,", "office.climate: tropic: no such climate; write one of ashrae_1"),
        ("use: office,", "use: office, vintage: ashrae_90_1_2019,", "office.vintage: 'ashrae_90_1_2019' is not told for hot_summer_warm_winter; write one of gb_55015_2021"),
        ("sides: {south: office}", "sides: {south: ofice}", "store.sides.south: 'ofice' is no room; write outdoors, same, or one of office, store"),
        ("sides: {south: office}", "sides: {down: office}", "store.sides.down: no such side; write south, west, north or east"),
        ("width: 10 m, depth: 5 m", "width: 9 m, depth: 5 m", "store: its partition to office has 27.0 m2, but office has it with 30.0 m2; make both alike"),
        ("below: ground", "below: sky", "office.below: 'sky' is no room; write same, outdoors, ground, or one of office, store"),
        ("above: outdoors", "above: ground", "office.above: 'ground' does not lie there; write same, another room, or outdoors"),
        ("wall: thick", "wall: thin", "store: 'thin' is no construction of the library; did you mean 'thick'?"),
        ("[cement_mortar 20 mm, rock_wool 30 mm, clay_brick 370 mm]", "[]", "construction 'thick' has no layers; write layers: [cement_mortar 20 mm, ...]"),
        ("clay_brick 370 mm", "clay_brick -370 mm", "construction 'thick', layer 'clay_brick -370 mm': its thickness must be greater than 0"),
        ("clay_brick 370 mm", "clay_brik 370 mm", "'clay_brik' is no material of the library; did you mean 'clay_brick'?"),
        ("wall_u: 0.6 W/m2/K", "wall_u: 3 W/m2/K", "construction 'thick': has 1.57 W/m2/K without insulation, so 3 cannot be had"),
        ("glazing: triple_low_e", "glazing: quadruple", "store: 'quadruple' is no glazing of the library"),
        ("u_value: 0.5 W/m2/K", "u_value: 9 W/m2/K", "extra: construction 'brick_insulated': has 2.01 W/m2/K without insulation, so 9 cannot be had"),
        ("sides: {south: office}", "sides: 4", "store.sides: is '4'; write for instance {north: outdoors, west: same}"),
        ("use: office,", "use: office, colour: red,", "office.colour: unknown field"),
    ],
)  # fmt: skip
def test_a_wrong_room_is_refused_with_its_place_and_the_way_out(tmp_path, old, new, message):
    assert old in SITE
    with pytest.raises(SiteError) as caught:
        written(tmp_path, SITE.replace(old, new))
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "site.yaml") + ":")


def test_rooms_without_names_are_refused(tmp_path):
    with pytest.raises(SiteError, match="rooms: is a list; a mapping of names is wanted"):
        written(tmp_path, SITE.split("rooms:", maxsplit=1)[0].replace("room: store", "room: grid") + "rooms: [a, b]\n")
