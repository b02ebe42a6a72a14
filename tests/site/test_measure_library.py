"""The library of measures: every one works on a shipped site, costs something known, and says where its saving is from."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from twin.cli import app
from twin.errors import SiteError
from twin.sim.plan import Plan
from twin.site import shelf
from twin.site.load import load, shipped
from twin.site.measures import library

SOURCES = (next(iter(shipped().values())).parent / "measures" / "sources.md").read_text(encoding="utf-8")
UNSUITED = re.compile(
    "selects no component|there is no component 'plant/chillers'|would count twice|needs a supplier of electricity"
)
"""What a site is told that a measure is not for."""


@pytest.fixture(scope="module")
def bare():
    """The shipped sites without measures of their own, so that the library's are found."""
    found = {name: load(name) for name in shipped()}
    for site in found.values():
        object.__setattr__(site, "measures", {})
    return found


def test_the_library_has_what_offices_campuses_and_data_centres_do():
    wanted = "led_lighting daylight_dimming cooling_set_point dead_band night_switch_off heating_set_back vav_minimum static_pressure_reset"
    wanted += " supply_air_reset demand_controlled_ventilation exhaust_heat_recovery air_economiser chiller_replacement chilled_water_reset"
    wanted += " condenser_water_reset variable_speed_pumps larger_towers larger_exchangers evaporative_air_units liquid_cooling"
    wanted += " power_management wall_insulation window_replacement external_shading cool_surfaces heat_pump_for_boiler waste_heat_recovery"
    wanted += (
        " trigeneration photovoltaics battery ice_storage vehicle_charging_control load_shifting green_power_contract"
    )
    assert set(wanted.split()) <= set(library())
    assert len(library()) >= 30


@pytest.mark.parametrize("name", shelf.measures())
def test_every_measure_changes_a_shipped_site_that_can_still_be_planned(name, bare):
    measure, done = library()[name], 0
    for site in bare.values():
        try:
            changed = site.with_measures(*measure.needs, name)
        except SiteError as problem:
            if not UNSUITED.search(str(problem)):
                raise
            continue
        done += changed.digest() != site.digest()
        assert Plan(list(changed.components), changed.wiring()).batches
        assert measure.capital(site) >= 0.0
        assert changed.with_values({}).unsourced() == site.unsourced()
    assert done


@pytest.mark.parametrize("name", shelf.measures())
def test_every_measure_speaks_two_languages_and_names_its_sources(name):
    measure = library()[name]
    assert set(measure.title) == set(measure.help) == {"en", "zh"}
    assert measure.cost.kind == "derived" or (measure.cost.kind, "November 2026" in measure.cost.source) == (
        "assumed",
        True,
    )
    if measure.saving:
        assert 0.0 < measure.saving.low <= measure.saving.high < 1.0
        assert set(measure.saving_of) == {"en", "zh"}
        assert measure.saving.kind in ("typical", "published")
        assert re.search(r"(S\d|P2?-\d+)", measure.saving.source)
    texts = [measure.saving.source] if measure.saving else []
    for text in (*texts, measure.cost.source, *(q.default.text or "" for q in measure.arguments.values())):
        for each in re.findall(r"P2?-\d+", text):
            assert each in SOURCES


def test_partners_exist():
    known = library()
    for measure in known.values():
        assert {*measure.needs, *measure.excludes} <= set(known)


def test_the_command_lists_the_library_and_what_suits_a_site():
    rows = json.loads(CliRunner().invoke(app, ["measures", "--json"]).stdout)
    assert {row["name"] for row in rows} == set(library())
    rows = json.loads(CliRunner().invoke(app, ["measures", "yizheng", "--json"]).stdout)
    found = {row["name"]: row for row in rows}
    assert found["photovoltaics"]["applies"]
    assert found["photovoltaics"]["capital_cny"] > 0.0
    assert not found["led_lighting"]["applies"]
    assert "selects no component" in found["led_lighting"]["why_not"]
