"""Scenarios that a file fixes: what they mean, and everything wrong with them told at once."""

from __future__ import annotations

import pytest

from tests.study.test_conditions import write
from tests.study.test_engine import MEASURES
from twin.errors import SiteError
from twin.study.across import cases_of, compare_cases
from twin.study.engine import Means
from twin.study.scenario_file import read_scenarios
from twin.study.terms import Terms

SIZED = """  sized:
    title: {en: Sized fans}
    arguments: {rating: {unit: kW, default: 5 kW, least: 1, most: 9}}
    changes: [{select: {kind: base_load}, set: {rating: $rating}}]
    cost: {per: site, value: 1 CNY assumed}
    lifetime: 10 assumed
packages"""
FILE = """schema_version: 1
scenarios:
  now: {title: {en: Small fans now, zh: 现在换小风机}, measures: [smaller]}
  later: {measures: [{measure: sized, arguments: {rating: 4 kW}}], weather: shenzhen+2050-ssp245, tariff: shanghai, carbon_year: 2023}
  later_less: {measures: [less], weather: shenzhen+2050-ssp245, tariff: shanghai, carbon_year: 2023}
"""
WRONG = """schema_version: 2
scenario: {}
scenarios:
  baseline: {measures: [smaller]}
  one: {measures: [smallr], weather: shenzen, mesures: []}
  two: {measures: [less], tariff: shangai, carbon_year: 2030}
  three: {weather: shenzhen+2K, carbon_year: soon}
  four: {measures: [{measure: sized, arguments: {rating: 40 kW}}, {measur: less}]}
  five: {measures: [green_fans]}
"""


def site(folder):
    return write(folder, measures=MEASURES.replace("packages", SIZED))


def test_each_scenario_is_judged_under_its_own_condition(tmp_path):
    found, path = site(tmp_path), tmp_path / "scenarios.yaml"
    path.write_text(FILE)
    cases = cases_of(found)
    assert [case.condition.label for case in cases] == [
        "shenzhen", "shenzhen+2050-ssp245, tariff shanghai, carbon factors of 2023",
    ]  # fmt: skip
    answer = compare_cases(cases, 3600.0, 3, 0, Terms(), Means(1, tmp_path / "store"))
    first, second = answer["conditions"]
    assert [row["name"] for row in first["scenarios"]] == ["now"] == [row["name"] for row in answer["scenarios"]]
    assert first["scenarios"][0]["title"]["zh"] == "现在换小风机"
    assert [row["name"] for row in second["scenarios"]] == ["later", "later_less"]
    later = second["scenarios"][0]
    assert later["title"] == {"en": "later", "zh": "later"}
    assert later["measures"] == ["sized:rating=4 kW"]
    # base load is half of the rating: 5 kW before, 2 kW after, all year
    assert later["central"]["saving_kwh"] == pytest.approx(8760 * 3.0, rel=1e-6)
    assert later["cash_flow"]
    assert later["capex"] == 1.0
    assert (answer["robust"], answer["interaction_kwh"], answer["drivers"]) == (None, 0.0, [])
    assert cases_of(found, ["shenzhen+1K"])[0].condition.label == "shenzhen+1K"  # what is told goes before the file


def test_everything_wrong_is_told_at_once_with_place_and_way_out(tmp_path):
    found, path = site(tmp_path), tmp_path / "wrong.yaml"
    path.write_text(WRONG)
    with pytest.raises(SiteError) as problem:
        cases_of(found, file=path)
    told = str(problem.value)
    for line in (
        "wrong.yaml:2:1: scenario: unknown field; did you mean 'scenarios'?",
        "schema_version: is 2; this program reads version 1",
        "wrong.yaml:4:13: baseline: is what every scenario is judged against; give it another name",
        "one: measure 'smallr': unknown field; did you mean 'smaller'?",
        "one.mesures: unknown field; did you mean 'measures'?",
        "one.weather: 'shenzen': no such city or weather file; did you mean 'shenzhen'?",
        "two: 'shangai' is no tariff of the library; did you mean 'shanghai'?",
        "two: carbon year 2030: the table of grid factors has 2018, 2021, 2022, 2023",
        "three.measures: is missing; write for instance 'measures: [led]'",
        "three.carbon_year: 'soon': must be a calendar year from 1950 to 2100",
        "rating: 40 kW: must be at most 9 kW",
        "four.measures.measur: unknown field; did you mean 'measure'?",
        "five: measure 'green_fans': unknown field",
    ):
        assert line in told, line


def test_a_name_that_stands_twice_and_a_file_beside_conditions_are_refused(tmp_path):
    found, path = site(tmp_path), tmp_path / "twice.yaml"
    path.write_text("schema_version: 1\nscenarios:\n  a: {measures: [less]}\n  a: {measures: [smaller]}\n")
    with pytest.raises(SiteError, match=r"twice\.yaml:4:3: 'a' stands twice; the first is at .*twice\.yaml:3:3"):
        cases_of(found, file=path)
    with pytest.raises(SiteError, match=r"states weather, tariff and carbon year of each scenario; leave --weather"):
        cases_of(found, ["shenzhen"], file=path)
    with pytest.raises(SiteError, match=r"twice\.yaml: states the measures of each scenario; leave --design out"):
        cases_of(found, file=path, design="factorial")
    path.write_text("schema_version: 1\nscenarios: {}\n")
    with pytest.raises(SiteError, match="scenarios: is missing or empty; write a name"):
        cases_of(found, file=path)
    path.write_text("schema_version: 1\nscenarios:\n  a: {measures: [smaller, smaller]}\n")
    with pytest.raises(SiteError, match=r"a\.measures: 'smaller' stands twice; a measure is applied once"):
        read_scenarios(found, path)


def test_measures_that_contradict_are_told_with_the_scenario(tmp_path):
    changed = MEASURES.replace("  less:\n", "  less:\n    excludes: [smaller]\n").replace(
        "packages: {both: [smaller, less]}\n", ""
    )
    found, path = write(tmp_path, measures=changed), tmp_path / "scenarios.yaml"
    path.write_text("schema_version: 1\nscenarios:\n  a: {measures: [smaller, less]}\n")
    with pytest.raises(SiteError, match=r"scenarios\.yaml:3:6: a: .*less excludes smaller"):
        cases_of(found)


def test_a_weather_file_is_looked_for_beside_the_file_of_scenarios(tmp_path, shared_data):
    source = shared_data("weather") / "CHN_Guangdong.Shenzhen.594930_SWERA.epw"
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "here.epw").write_bytes(source.read_bytes())
    found, path = site(tmp_path), folder / "plans.yaml"
    path.write_text("schema_version: 1\nscenarios:\n  a: {measures: [smaller], weather: here.epw+2K}\n")
    assert cases_of(found, file=path)[0].condition.weather == f"{folder}/here.epw+2K"
