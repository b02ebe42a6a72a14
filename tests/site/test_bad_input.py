"""Wrong site files get one clear message with place, rule and way out, and never a traceback."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from twin.errors import SiteError
from twin.site.load import load

GOOD = """schema_version: 1
name: {en: Test}
location: {latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}
floor_area: 100 m2
suppliers: {electricity: grid}
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}
  hours: {kind: schedule}
  lifts:
    kind: base_load
    schedule: hours
    rating: 10 kW [8 .. 12] assumed
"""


def problem(tmp_path, text) -> str:
    path = tmp_path / "site.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SiteError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(str(path), "site.yaml")


def test_the_good_file_is_good(tmp_path):
    (tmp_path / "site.yaml").write_text(GOOD)
    site = load(tmp_path)
    assert site.quantities["lifts", "rating"].low == 8000.0
    assert site["lifts"].rating == 10000.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema_version: 1\n", "", "site.yaml:1:1: schema_version: is missing; this program reads version 1"),
        (
            "rating: 10 kW",
            "rating: 10 m2",
            "site.yaml:12:13: lifts.rating: 'm2' is not a unit of 'W'; write for instance '1 W'",
        ),
        ("rating: 10 kW", "rating: 10", "lifts.rating: '10' has no unit; write for instance '10 W'"),
        (
            "rating: 10 kW [8 .. 12]",
            "rating: -1 kW",
            "site.yaml:12:13: lifts.rating: -1 kW assumed: must be greater than 0 W",
        ),
        ("rating: 10 kW [8 .. 12]", "rating: nan W", "is not a number with a unit"),
        ("[8 .. 12]", "[11 .. 12]", "lifts.rating: '10 kW' is outside its own range 11 .. 12"),
        ("rating: 10", "ratng: 10", "site.yaml:12:5: lifts.ratng: unknown field; did you mean 'rating'?"),
        ("kind: base_load", "kind: base_lod", "lifts.kind: unknown kind 'base_lod'; did you mean 'base_load'?"),
        ("suppliers: {electricity: grid}", "", "lifts: needs a supplier of electricity; name one under 'electricity:'"),
        ("schedule: hours", "schedule: grid", "lifts.schedule: grid supplies electricity, not schedule"),
        ("schedule: hours", "schedule: hour", "lifts.schedule: 'hour': unknown field; did you mean 'hours'?"),
        ("  lifts:", "  hours:", "'hours' stands twice; the first is at site.yaml:8:3"),
        ("floor_area: 100 m2", "floor_area: 0 m2", "site.yaml:4:13: floor_area: 0 m2: must be greater than 0"),
        ("latitude: 22.5 deg", "latitude: 122 deg", "location.latitude: must be from -90 to 90 deg"),
        ("{kind: schedule}", "{kind: schedule, workday: [1, 2]}", "has 2 values; a day has 24"),
        ("{kind: schedule}", "[1, 2", "is not YAML"),
    ],
)
def test_each_wrong_line_is_told_with_its_place(tmp_path, old, new, said):
    assert said in problem(tmp_path, GOOD.replace(old, new))


def test_all_problems_are_told_at_once(tmp_path):
    said = problem(
        tmp_path, GOOD.replace("rating: 10 kW", "rating: 10 m2").replace("100 m2", "-1 m2").replace("CN,", "CN, x: 1,")
    )
    assert "lifts.rating" in said
    assert "floor_area" in said


def test_files_that_are_no_site_files_are_refused(tmp_path):
    assert "is empty" in problem(tmp_path, "")
    assert "not UTF-8" in problem(tmp_path, b"\x80\x81" * 100)
    assert "a site file is a mapping" in problem(tmp_path, "- 1\n- 2\n")
    assert "nested deeper than 50 levels" in problem(tmp_path, "[" * 60 + "]" * 60)


def test_garbage_huge_files_and_bombs_are_refused_quickly(tmp_path):
    began = time.perf_counter()
    assert "site.yaml" in problem(tmp_path, "x%&/(=?:{[" * 100_000)
    assert "100 MB is too large for a site file" in problem(tmp_path, b"a" * 100_000_000)
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)
    )
    assert "more than 200000 values after aliases are expanded" in problem(tmp_path, bomb)
    assert time.perf_counter() - began < 20.0


def test_the_command_line_says_the_same_without_a_traceback(tmp_path):
    (tmp_path / "site.yaml").write_text(GOOD.replace("10 kW", "10 m2"))
    done = subprocess.run(
        [sys.executable, "-m", "twin", "check", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "lifts.rating: 'm2' is not a unit of 'W'" in done.stderr
    assert "Traceback" not in done.stderr


HEATED = (
    GOOD
    + """  office: {kind: heated_buildings, area: 1000 m2, heating: pipes}
  annex: {kind: heated_buildings, area: 1000 m2, heating: more_pipes}
  pipes: {kind: heat_network, design: 60 kW, length: 50 m, diameter: 50 mm, pump: 1 kW, sources: [tank]}
  more_pipes: {kind: heat_network, design: 60 kW, length: 50 m, diameter: 50 mm, pump: 1 kW, sources: [boiler]}
  tank: {kind: hot_water_tank, volume: 5 m3, power: 50 kW, sources: [stove]}
  stove: {kind: boiler, capacity: 100 kW, price: 0.3 CNY/kWh}
  boiler: {kind: boiler, capacity: 100 kW, price: 0.3 CNY/kWh}
"""
)
"""Two networks with a boiler of their own each."""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "sources: [boiler]",
            "sources: [stove]",
            "site.yaml:17:3: tank.sources: more_pipes.sources is told, too, what stove leaves of primary_heat",
        ),
        (
            "sources: [stove]",
            "sources: [tank]",
            "site.yaml:17:3: tank.sources: names itself as a supplier of primary_heat",
        ),
        (
            "sources: [tank]",
            "sources: [tank], back: 80 degC",
            "pipes: back must be below supply_design and supply_mild",
        ),
    ],
)
def test_a_chain_that_cannot_work_is_told_in_one_line(tmp_path, old, new, said):
    (tmp_path / "site.yaml").write_text(HEATED)
    load(tmp_path)
    found = problem(tmp_path, HEATED.replace(old, new))
    assert said in found
    assert len(found.splitlines()) == 1
