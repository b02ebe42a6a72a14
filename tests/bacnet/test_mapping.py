"""Foreign objects become signals of a site: what is said to be sure is right, the rest is asked, and nothing is overwritten in silence."""

from __future__ import annotations

import dataclasses
import json
import math
from functools import cache

import pytest
from typer.testing import CliRunner

from tests.bacnet.test_inventory import Plain, surveyed
from twin.bacnet import points
from twin.bacnet.building.objects import CLASSES
from twin.bacnet.engineering_units import NAMES
from twin.bacnet.inventory import inventory as kept
from twin.bacnet.inventory import mapping, review, words
from twin.bacnet.inventory.inventory import Device, Item
from twin.cli import app
from twin.errors import BacnetError
from twin.site.load import load

FOREIGN = [
    ("plant", "CHWST", "AI", "degrees-fahrenheit", "", "plant/loop.water"),
    ("plant", "CHWRT", "AI", "degrees-fahrenheit", "", ""),
    ("plant", "CHWS-SP", "AV", "degrees-fahrenheit", "", "plant/loop.setpoint"),
    ("plant", "CHWP-KW", "AI", "kilowatts", "Chilled water pumps power", "plant/loop.power"),
    ("plant", "CHWP-ALM", "BI", "", "", ""),
    ("plant", "CH-CMPR-KW", "AI", "kilowatts", "", "plant/chillers.compressor"),
    ("plant", "CH-CLG-TONS", "AI", "tons-refrigeration", "Cooling done", "plant/chillers.cooling"),
    ("plant", "CT-LWT", "AI", "degrees-fahrenheit", "", "plant/towers.leaving"),
    ("plant", "CT-EWT", "AI", "degrees-fahrenheit", "", ""),
    ("plant", "CT-LWT-SP", "AV", "degrees-fahrenheit", "", "plant/towers.setpoint"),
    ("plant", "CT-FAN-SPD", "AO", "percent", "", "plant/towers.speed"),
    ("plant", "CT-FAN-KW", "AI", "kilowatts", "", "plant/towers.power"),
    ("plant", "CHW-FLOW", "AI", "us-gallons-per-minute", "", ""),
    ("plant", "MAIN-MTR-KW", "AI", "kilowatts", "Grid incomer", "grid.power"),
    ("plant", "MAIN-MTR-KWH", "AI", "kilowatt-hours", "", ""),
    ("plant", "OAT", "AI", "degrees-fahrenheit", "", "weather.dry_bulb"),
    ("plant", "OA-RH", "AI", "percent-relative-humidity", "", "weather.relative_humidity"),
    ("plant", "WIND-SPD", "AI", "kilometers-per-hour", "", "weather.wind_speed"),
    ("plant", "GHI", "AI", "watts-per-square-meter", "Global horizontal irradiance", "weather.global_horizontal"),
    ("S-LOW", "South Low AHU.SAT", "AI", "degrees-fahrenheit", "", "south/low/air.supply"),
    ("S-LOW", "South Low AHU.RAT", "AI", "degrees-fahrenheit", "", ""),
    ("S-LOW", "South Low AHU.MAT", "AI", "degrees-fahrenheit", "", ""),
    ("S-LOW", "South Low AHU.SF-ALM", "BI", "", "", ""),
    ("S-LOW", "South Low AHU.DA-P", "AI", "inches-of-water", "", ""),
    ("S-LOW", "SouthLowNorth.ZN-T", "AI", "degrees-fahrenheit", "", "south/low/north/zone.air"),
    ("S-LOW", "SouthLowNorth.CO2", "AI", "parts-per-million", "", "south/low/north/zone.carbon_dioxide"),
    ("S-LOW", "SouthLowNorth.FCU.CLGSP", "AV", "degrees-fahrenheit", "", "south/low/north/terminal.cooling_setpoint"),
    ("S-LOW", "SouthLowNorth.FCU.HTGSP", "AV", "degrees-fahrenheit", "", "south/low/north/terminal.heating_setpoint"),
    ("S-LOW", "SouthLowNorth.FCU.VLV", "AO", "percent", "", "south/low/north/terminal.valve"),
    ("S-LOW", "SouthLowNorth.LTG.KW", "AI", "kilowatts", "", "south/low/north/lights.power"),
    ("S-LOW", "SouthLowNorth.VOC", "AI", "parts-per-million", "", ""),
    ("S-LOW", "南塔低东 室内温度", "AI", "degrees-celsius", "", "south/low/east/zone.air"),
    ("S-LOW", "南塔低东 二氧化碳", "AI", "parts-per-million", "", "south/low/east/zone.carbon_dioxide"),
    ("S-LOW", "南塔低东 制冷设定值", "AV", "degrees-celsius", "", "south/low/east/terminal.cooling_setpoint"),
    ("S-LOW", "SouthLowInside.VAV.DMPR", "AO", "percent", "", "south/low/inside/terminal.damper"),
    ("S-LOW", "SouthLowInside.VAV.SA-FLOW", "AI", "cubic-feet-per-minute", "", ""),
    ("S-LOW", "ZN-T", "AI", "degrees-fahrenheit", "of some room", ""),
    ("S-LOW", "AI 17", "AI", "degrees-fahrenheit", "", ""),
    ("S-LOW", "SPARE-1", "AI", "no-units", "", ""),
]  # fmt: skip
"""Device, name, type, unit, description, and the signal that an engineer would say it is; empty where the site has none such."""


@cache
def binhai():
    site = load("binhai")
    return site, points.derive(site)


def served():
    """The foreign building on a real network, surveyed."""

    def objects(device):
        found = []
        for n, (where, name, kind, unit, text, _) in enumerate(FOREIGN, 1):
            if where == device:
                told = (
                    {"units": unit, "covIncrement": 1.0, "presentValue": 1.0} if kind[0] == "A" else {"presentValue": 0}
                )
                found.append(CLASSES[points.KINDS[kind]](
                    objectIdentifier=(points.KINDS[kind], n), objectName=name, description=text, statusFlags=[0, 0, 0, 0], eventState="normal",
                    outOfService=False, reliability="no-fault-detected", **told,
                ))  # fmt: skip
        return found

    devices, _, _ = surveyed((Plain, lambda: objects("plant"), {}), (Plain, lambda: objects("S-LOW"), {}))
    return devices


def test_what_is_sure_is_right_and_most_is_found():
    site, declared = binhai()
    matches = mapping.propose(site, declared, served())
    truth = {name: signal for _, name, _, _, _, signal in FOREIGN}
    assert [match.item.name for match in matches] == list(truth)
    sure = [match for match in matches if match.confidence >= 0.8]
    assert [(match.item.name, match.signal) for match in sure if truth[match.item.name] != match.signal] == []
    wanted = [name for name, signal in truth.items() if signal]
    right = {match.item.name for match in matches if match.signal and truth[match.item.name] == match.signal}
    assert len(sure) >= 0.5 * len(wanted)
    assert len(right) >= 0.9 * len(wanted), sorted(set(wanted) - right)
    assert len({match.signal for match in matches if match.signal}) == sum(bool(match.signal) for match in matches)


def renamed(name):
    """Binhai's points as a device tells them, under other names."""
    _, declared = binhai()
    held = {}
    for point in declared:
        unit = NAMES[point.unit] if point.object.startswith("A") else ""
        held.setdefault(point.device, []).append(Item(point.object, point.instance, name(point), units=unit))
    return [Device(device, items=items) for device, items in held.items()], {
        (point.device, point.object, point.instance): point.signal for point in declared
    }


SHORT = {
    "air": "ZN-T", "humidity": "ZN-HUM", "carbon_dioxide": "CO2", "people": "PPL", "cooling_setpoint": "CLGSP", "heating_setpoint": "HTGSP",
    "valve": "VLV", "damper": "DMPR", "supply": "SAT", "power": "KW", "setpoint": "SP",
}  # fmt: skip
EQUIPMENT = {"air": "AHU", "terminal": "TU", "lights": "LTG", "devices": "PLUGS", "zone": "", "people": ""}


def abbreviated(point):
    """A signal's name as a controls contractor writes it: SOUTH-LOW-EAST-TU.CLGSP."""
    component, _, last = point.signal.rpartition(".")
    *place, equipment = component.split("/")
    parts = [*place, EQUIPMENT.get(equipment, equipment)]
    return f"{'-'.join(part for part in parts if part).upper()}.{SHORT.get(last, last.upper())}"


def test_a_site_maps_its_own_names_without_an_error():
    site, declared = binhai()
    devices, truth = renamed(lambda point: point.name)
    matches = mapping.propose(site, declared, devices)
    assert len(matches) == len(truth) == 749
    assert all(match.signal == truth[match.device, match.item.object, match.item.instance] for match in matches)
    assert {match.confidence for match in matches} == {1.0}


def test_abbreviated_names_of_a_whole_site_are_sure_only_where_they_are_right():
    site, declared = binhai()
    devices, truth = renamed(abbreviated)
    matches = mapping.propose(site, declared, devices)
    sure = [match for match in matches if match.confidence >= 0.8]
    assert all(match.signal == truth[match.device, match.item.object, match.item.instance] for match in sure)
    assert len(sure) > 0.8 * len(matches)


def test_names_that_say_nothing_are_never_sure():
    site, declared = binhai()
    devices, _ = renamed(lambda point: f"{point.object} {point.instance}")
    assert max(match.confidence for match in mapping.propose(site, declared, devices)) < 0.8


def test_a_unit_that_cannot_become_the_signals_is_never_proposed():
    site, declared = binhai()
    item = Item("AI", 1, "SouthLowNorth.ZN-T", units="kilowatts")
    (match,) = mapping.propose(site, declared, [Device(7, items=[item])])
    assert match.signal != "south/low/north/zone.air"
    (match,) = mapping.propose(site, declared, [Device(7, items=[dataclasses.replace(item, units="degrees-kelvin")])])
    assert match.signal == "south/low/north/zone.air"
    assert "degrees-kelvin becomes degC" in match.why


def test_two_objects_of_one_name_are_asked():
    site, declared = binhai()
    devices = [Device(7, items=[Item("AI", n, "grid.power", units="kilowatts") for n in (1, 2)])]
    matches = mapping.propose(site, declared, devices)
    assert sorted(match.signal for match in matches if match.confidence >= 0.8) == []


def run(*told):
    return CliRunner().invoke(app, ["bacnet", "map", "binhai", *map(str, told)])


def foreign(tmp_path):
    kept.write(served(), tmp_path / "inventory.csv")
    return tmp_path / "inventory.csv"


def test_a_review_is_made_edited_and_written_into_points(tmp_path):
    table, edited, listed = foreign(tmp_path), tmp_path / "review.csv", tmp_path / "points.csv"
    done = run("--inventory", table, "--review", edited, "--json")
    assert done.exit_code == 0, done.exception
    told = {each["name"]: each for each in json.loads(done.stdout)}
    assert told["CHWST"]["signal"] == "plant/loop.water"
    assert "degrees-fahrenheit becomes degC" in told["CHWST"]["why"]
    rows = edited.read_text("utf-8-sig").splitlines()
    assert rows[0] == ",".join(review.COLUMNS)
    answers = {"CHWST": "yes", "CHWS-SP": "Yes", "CHWP-KW": "no", "OAT": "yes", "South Low AHU.SAT": "no"}
    marked = [line + next((answer for name, answer in answers.items() if f",{name}," in line), "") for line in rows]
    edited.write_text("\n".join(marked), "utf-8")
    dry = json.loads(run("--review", edited, "--to", listed, "--json").stdout)
    assert (dry["accepted"], dry["written"], listed.exists()) == (3, False, False)
    assert run("--review", edited, "--to", listed, "--write").exit_code == 0
    found = {point.signal: point for point in points.read(listed)}
    assert set(found) == {"plant/loop.water", "plant/loop.setpoint", "weather.dry_bulb"}
    water, setpoint = found["plant/loop.water"], found["plant/loop.setpoint"]
    assert (water.device, water.object, water.name, water.unit) == (10, "AI", "CHWST", "degC")
    assert water.engineering_units == setpoint.engineering_units == "degrees-fahrenheit"
    assert setpoint.writable
    assert not water.writable
    more = json.loads(run("--review", edited, "--to", listed, "--above", "0.8", "--write", "--json").stdout)
    assert more["points"] > 10
    assert more["replaced"] == 0
    after = {point.signal: point for point in points.read(listed)}
    assert after["plant/chillers.cooling"].engineering_units == "tons-refrigeration"
    assert "plant/loop.power" not in after


def test_points_that_stand_are_replaced_only_when_asked(tmp_path):
    listed, edited = tmp_path / "points.csv", tmp_path / "review.csv"
    _, declared = binhai()
    points.write([point for point in declared if point.signal in ("grid.power", "lifts.power")], listed)
    review.write([mapping.Match(7, Item("AI", 3, "MAIN", units="kilowatts"), "grid.power", 0.9)], edited)
    refused = run("--review", edited, "--to", listed, "--above", "0.5", "--write")
    assert isinstance(refused.exception, BacnetError)
    assert "1 points stand there already and say something else (grid.power); add --replace" in str(refused.exception)
    assert {point.device for point in points.read(listed)} == {100001}
    assert run("--review", edited, "--to", listed, "--above", "0.5", "--write", "--replace").exit_code == 0
    assert {point.signal: point.device for point in points.read(listed)} == {"grid.power": 7, "lifts.power": 100001}
    assert run("--review", edited, "--to", listed, "--above", "0.5", "--write").exit_code == 0


def test_a_command_on_an_object_that_only_tells_is_not_writable():
    _, declared = binhai()
    row = review.Row(7, Item("AI", 1, "SP", units="degrees-celsius"), "plant/loop.setpoint", 1.0, "", "yes")
    (point,) = review.points([row], declared)
    assert math.isnan(point.low)
    assert point.engineering_units == ""


HEAD = ",".join(review.COLUMNS)
GOOD = "7,AI,1,CHWST,,degrees-fahrenheit,plant/loop.water,0.9,,yes"
INVENTORY = "device,object,instance,name\n"
BAD = [
    ("inventory", None, "cannot be read"),
    ("inventory", "", "has no column device"),
    ("inventory", "device,object\n7,AI\n", "has no column instance, name"),
    ("inventory", INVENTORY, "holds no rows"),
    ("inventory", INVENTORY + "seven,AI,1,a\n", "inventory.csv:2: invalid literal"),
    ("inventory", INVENTORY + "7,XY,1,a\n", "'XY' is no object type"),
    ("inventory", INVENTORY + "7,AI,1,a\n7,analog-input,1,b\n", "inventory.csv:3: device 7 AI 1 stands twice"),
    ("inventory", INVENTORY + "7,AI,99999999,a\n", "instances are 0 to"),
    ("review", None, "cannot be read"),
    ("review", "a,b\n1,2\n", "has no column device"),
    ("review", f"{HEAD}\n{GOOD.replace('yes', 'maybe')}\n", "review.csv:2: accept is 'maybe': write yes or no"),
    ("review", f"{HEAD}\n{GOOD.replace('loop.water', 'loop.wine')}\n", "plant/loop.wine is no signal of the site"),
    ("review", f"{HEAD}\n{GOOD.replace('plant/loop.water', '')}\n", "is accepted without a signal"),
    ("review", f"{HEAD}\n{GOOD}\n{GOOD.replace(',1,', ',2,')}\n", "is accepted for another object, too"),
    ("review", f"{HEAD}\n{GOOD.replace('degrees-fahrenheit', 'kilowatts')}\n", "kilowatts is no degC"),
    ("review", f"{HEAD}\n{GOOD.replace('degrees-fahrenheit', 'currency1')}\n", "'currency1' is unknown"),
    ("review", f"{HEAD}\n{GOOD.replace('AI', 'trend-log')}\n", "is not one of AI"),
    ("review", f"{HEAD}\n{GOOD.replace('0.9', 'nan')}\n", "the confidence is not 0 to 1"),
    ("review", f"{HEAD}\n{GOOD.replace('yes', 'no')}\n", "no row is accepted"),
    ("review", f"{HEAD}\n{GOOD}\n{GOOD.replace('loop.water', 'towers.leaving')}\n", "its place is taken"),
]  # fmt: skip


@pytest.mark.parametrize(("which", "text", "told"), BAD)
def test_wrong_input_gets_one_message_and_nothing_is_written(tmp_path, which, text, told):
    path, listed = tmp_path / f"{which}.csv", tmp_path / "points.csv"
    if text is not None:
        path.write_text(text, "utf-8")
    done = run(f"--{which}", path, "--to", listed, *(["--write"] if which == "review" else []))
    assert isinstance(done.exception, BacnetError), done.exception
    assert told in str(done.exception)
    assert not listed.exists()


def test_what_is_asked_for_must_make_sense(tmp_path):
    table = foreign(tmp_path)
    (tmp_path / "review.csv").write_text("mine")
    for told, says in (
        ([], "give --inventory FILE to map"),
        (["--inventory", table, "--write"], "give --review FILE, too"),
        (["--inventory", table, "--review", tmp_path / "review.csv"], "may hold somebody's review"),
        (["--inventory", table, "--review", tmp_path / "review.csv" / "review.csv"], "cannot be written"),
    ):
        assert says in str(run(*told).exception)
    assert (tmp_path / "review.csv").read_text() == "mine"
    (tmp_path / "gbk.csv").write_bytes("device,object,instance,name\n7,AI,1,温度\n".encode("gbk"))
    assert "cannot be read" in str(run("--inventory", tmp_path / "gbk.csv").exception)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("CHWSTSP", ("chwst", "sp")), ("AHU-01_SAT", ("ahu", "1", "sat")), ("ZoneCO2", ("zone", "co2")), ("ZN1CO2", ("zn", "1", "co2")),
        ("3层送风温度设定", ("3", "层", "送风温度", "设定")), ("XQJ-9", ("xqj", "9")), ("", ()),
    ],
)  # fmt: skip
def test_names_come_apart_as_engineers_read_them(name, told):
    assert words.split(name) == told
