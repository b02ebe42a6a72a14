"""The road of a site to a later year: wedges from real runs that add up, and files that cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.study.ledger_sites import site
from twin.errors import SiteError
from twin.site.load import load
from twin.site.measures import apply
from twin.study.engine import Means
from twin.study.pathway import Pathway, Phase, load_pathway, partly, wedges, with_grid
from twin.study.runner import simulate
from twin.study.task import run

MEASURES = """schema_version: 1
measures:
  half: {title: {en: half}, cost: {per: site, value: 0 CNY assumed}, lifetime: 10 assumed, changes: [{select: {kind: base_load}, scale: {rating: 0.5 assumed}}]}
  green: {title: {en: green}, cost: {per: site, value: 0 CNY assumed}, lifetime: 10 assumed, changes: [{select: {kind: green_power}, set: {share: 0.5 assumed}}]}
"""
PATHWAY = """schema_version: 1
first: 2021
last: 2023
grid_factor: {2021: 0.5 kg/kWh, 2023: 0.4 kg/kWh}
reductions: [{measure: half, from: 2021, to: 2023}]
green_power: [{measure: green, from: 2023}]
offsets: {from: 2023}
"""


def small(tmp_path, pathway=PATHWAY, cost="0 CNY"):
    (tmp_path / "measures.yaml").write_text(MEASURES.replace("value: 0 CNY", f"value: {cost}"))
    (tmp_path / "pathway.yaml").write_text(pathway)
    return site(tmp_path, factors="emission_factor: 0.5 kg/kWh assumed")


def test_the_wedges_of_every_year_and_the_rest_add_up_to_business_as_usual(tmp_path):
    found = small(tmp_path)
    rows = wedges(found, load_pathway(found), step=3600.0, means=Means(1))
    assert [row["year"] for row in rows] == [2021, 2022, 2023]
    for row in rows:
        total = sum(each["co2_t"] for each in row["wedges"]) + row["residual_t"]
        assert total == pytest.approx(row["business_as_usual_t"], rel=1e-12)
        assert row["net_t"] == row["residual_t"] - row["offsets_t"]
    # 87.6 GWh less 20 of the contract: by hand, the grid first, then half the load, then half of what is bought
    last = {each["measure"]: each["co2_t"] for each in rows[-1]["wedges"]}
    assert rows[-1]["business_as_usual_t"] == pytest.approx(67_600 * 0.5)
    assert last == {
        "grid": pytest.approx(67_600 * 0.1), "half": pytest.approx(43_800 * 0.4), "green": pytest.approx(21_900 * 0.4)
    }  # fmt: skip
    assert (rows[1]["offsets_t"], rows[2]["net_t"]) == (0.0, 0.0)


def test_a_whole_measure_is_the_measure_and_none_is_the_site(tmp_path):
    found = small(tmp_path)
    assert partly(found, "half", 0.0) is found
    assert partly(found, "half", 1.0).digest() == apply(found, ("half",)).digest()
    assert partly(found, "half", 0.25)["servers"].rating == pytest.approx(8.75e6)
    assert with_grid(found, 0.8)["grid"].emission_factor * 3.6e6 == pytest.approx(0.4)


def test_a_measure_that_changes_more_than_numbers_cannot_grow(tmp_path, monkeypatch):
    found = small(tmp_path)
    for changed in (
        replace(found, components=found.components[:-1]),
        replace(found, components=(*found.components[:-1], found.components[0])),
    ):
        monkeypatch.setattr("twin.study.pathway.apply", lambda site, names, changed=changed: changed)
        with pytest.raises(
            SiteError,
            match="half: changes more than numbers, so it cannot grow or fade over years; leave 'to' and 'degradation' out",
        ):
            partly(found, "half", 0.5)


def test_phases_and_grid_factors_lie_on_straight_lines():
    phase = Phase("reductions", "half", 2022, 2026)
    assert [phase.share(year) for year in (2021, 2022, 2024, 2026, 2030)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    step = Phase("reductions", "half", 2022, 2022)
    assert [step.share(year) for year in (2021, 2022)] == [0.0, 1.0]
    road = Pathway(2021, 2030, (), {2021: 0.5, 2025: 0.3}, 0)
    assert [road.grid(year) for year in (2021, 2023, 2030)] == [1.0, pytest.approx(0.8), 0.6]
    assert Pathway(2021, 2030, (), {}, 0).grid(2030) == 1.0


def test_what_is_in_place_degrades_from_when_it_is_whole():
    phase = Phase("reductions", "half", 2022, 2024, 0.1)
    assert [phase.share(year) for year in (2021, 2023, 2024, 2026)] == [0.0, 0.5, 1.0, pytest.approx(0.81)]
    assert [phase.built(year) for year in (2023, 2026)] == [0.5, 1.0]


def test_the_money_of_every_year_follows_prices_phases_and_offsets(tmp_path):
    more = "prices: {electricity: {2021: 1, 2023: 1.2}}\noffsets: {from: 2023, price: 60 CNY/t}"
    found = small(tmp_path, PATHWAY.replace("offsets: {from: 2023}", more), "1e6 CNY")
    flat = wedges(found, replace(load_pathway(found), prices={}), step=3600.0, means=Means(1))
    rows = wedges(found, load_pathway(found), step=3600.0, means=Means(1))
    for row in rows:
        saved = sum(each["cost_cny"] for each in row["wedges"])
        assert saved + row["cost_cny"] == pytest.approx(row["business_as_usual_cny"], rel=1e-12)
    bought = 87.6e6 * 0.5  # at 0.5 CNY/kWh; the contract's own cost does not grow
    grown = rows[1]["business_as_usual_cny"] - flat[1]["business_as_usual_cny"]
    assert grown == pytest.approx(0.1 * bought, rel=1e-9)
    assert [row["capital_cny"] for row in rows] == [0.0, pytest.approx(0.5e6), pytest.approx(1.5e6)]
    assert [row["offsets_cny"] for row in rows] == [0.0, 0.0, pytest.approx(rows[2]["offsets_t"] * 60.0)]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("measure: half", "measure: halve", "did you mean 'half'"),
        ("first: 2021", "first: soon", "first: 'soon': must be a calendar year"),
        ("last: 2023", "last: 2019", "last: 2019 is before first, 2021"),
        ("0.4 kg/kWh", "0.4 kg/m3", "grid_factor.2023: 'kg/m3' is not a unit of 'kg/J'"),
        ("from: 2021, to: 2023", "from: 2023, to: 2021", "half: ends in 2021, before it starts in 2023"),
        ("measure: green", "measure: half", "half: stands in two phases"),
        ("offsets:", "offset:", "did you mean 'offsets'"),
        ("from: 2023}]", "form: 2023}]", "did you mean 'from'"),
        ("to: 2023}]", "to: 2023, degradation: 100 %}]", "half.degradation: loses all in a year"),
        ("to: 2023}]", "to: 2023, degradation: -1 %}]", "half.degradation: -1 %: must not be negative"),
        (
            "offsets: {from: 2023}",
            "offsets: {from: 2023, price: 60 kWh}",
            "offsets.price: 'kWh' is not a unit of 'CNY/kg'",
        ),
        ("offsets: {from: 2023}", "offsets: {from: 2023, cost: 60}", "did you mean|unknown"),
        ("offsets:", "prices: {power: {2021: 1}}\noffsets:", "prices.power"),
        ("schema_version: 1", "schema_version: 2", "this program reads version 1"),
    ],
)
def test_a_pathway_that_cannot_be_read_says_where_and_why(tmp_path, before, after, told):
    found = small(tmp_path, PATHWAY.replace(before, after, 1))
    with pytest.raises(SiteError, match=f"pathway.yaml.*{told}"):
        load_pathway(found)


def test_a_pathway_takes_no_other_year(tmp_path):
    command = [sys.executable, "-m", "twin", "ledger", "group", "--pathway", "--year", "2022"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "--pathway: says its own years" in done.stderr) == (2, True)


def test_a_site_without_a_pathway_says_so():
    done = subprocess.run([sys.executable, "-m", "twin", "ledger", "guian", "--pathway"], capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, "pathway.yaml: no such file" in done.stderr, "Traceback" in done.stderr) == (
        2,
        True,
        False,
    )


def test_the_group_starts_from_its_inventory_and_ends_with_what_must_be_offset():
    command = [sys.executable, "-m", "twin", "ledger", "group", "--pathway", "--step", "60", "--json"]
    rows = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["pathway"]
    assert [row["year"] for row in rows] == list(range(2021, 2031))
    assert rows[0]["business_as_usual_t"] == pytest.approx(5_111_000, rel=1e-3)
    assert rows[0]["residual_t"] == pytest.approx(rows[0]["business_as_usual_t"])
    for row in rows:
        total = sum(each["co2_t"] for each in row["wedges"]) + row["residual_t"]
        assert total == pytest.approx(row["business_as_usual_t"], rel=1e-12)
    last = rows[-1]
    assert (last["offsets_t"], last["net_t"]) == (last["residual_t"], 0.0)


def test_the_last_year_is_the_package_of_all_measures_but_for_the_grid():
    group = load("group")
    road = load_pathway(group)
    package = run(group, group.location.climate, 3600.0, {}, tuple(phase.measure for phase in road.phases)).ledger
    site_2030 = group
    for phase in road.phases:
        site_2030 = partly(site_2030, phase.measure, phase.share(2030))
    assert simulate(site_2030, step=3600.0).ledger["scope2_market"] == pytest.approx(package["scope2_market"], abs=1.0)
