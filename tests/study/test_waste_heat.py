"""Tianjin and Huailai: what waste heat gives, gross and net, beside what was reported."""

from __future__ import annotations

import pytest

from tests.components.heating import energy
from twin.site.load import load
from twin.study.runner import simulate


@pytest.fixture(scope="module")
def tianjin():
    site = load("tianjin")
    years = {name: simulate(site.with_measures(*members), step=3600.0) for name, members in {
        "baseline": (), "offices": ("dc1_office_heat",), "campus": ("campus_heat",)}.items()}  # fmt: skip
    return site, years


def saved(years, name):
    """Carbon dioxide saved by a measure, net. [t]"""
    return years["baseline"].carbon - years[name].carbon


def test_the_documented_plant_heats_its_offices_and_is_less_than_a_hundredth_of_the_reported_figure(tianjin):
    _, years = tianjin
    heat = energy(years["offices"], "dc1/recovery.heat")
    assert heat == pytest.approx(0.97e6, rel=0.1)  # 9,200 m2 (P-02) at 0.381 GJ/m2 (P-40)
    assert 3.6 < heat / energy(years["offices"], "dc1/recovery.power") < 4.2  # assumed 60 % of Carnot at 55 degC
    gross = heat * 3.6e-3 * 0.11
    assert gross == pytest.approx(390.0, rel=0.1)
    assert 0.6 * gross < saved(years, "offices") < gross < 0.01 * 52_400.0


def test_the_campus_gives_most_of_the_reported_figure_gross_and_about_two_thirds_net(tianjin):
    _, years = tianjin
    campus = years["campus"]
    heat = energy(campus, "campus/recovery.heat") + energy(campus, "dc1/export.heat")
    gross = heat * 3.6e-3 * 0.11
    assert energy(years["baseline"], "town/buildings.heat") == pytest.approx(132e6, rel=0.05)
    assert 0.80 * 52_400.0 < gross < 52_400.0
    power = energy(campus, "campus/recovery.power") + energy(campus, "dc1/export.power")
    resting = years["baseline"].end_uses["chillers"] - campus.end_uses["chillers"]
    assert resting > 0.0
    assert saved(years, "campus") > gross - power * 0.7041e-3  # resting chillers, towers and pumps give some back
    assert 28_000.0 < saved(years, "campus") < 0.8 * gross


def test_every_machine_of_the_baseline_waits_for_its_measure(tianjin):
    site, years = tianjin
    assert years["baseline"].ledger["reuse"] == 0.0
    assert all("curves" in note for note in years["campus"].notes)
    assert {each.kind for each in site.components if each.name.endswith(("recovery", "export"))} == {
        "heat_recovery_heat_pump"
    }
    assert max(max(run.balance.values()) for run in years.values()) < 1e-9


def test_huailai_gives_more_than_the_reports_thousand_hours_and_replaces_coal():
    site = load("huailai")
    without, whole = (simulate(site.with_measures(*each), step=3600.0) for each in ((), site.packages["all_measures"]))
    assert whole.ledger["generation"] / 3.6e12 > 30.0
    assert whole.ledger["scope1"] < 0.05 * without.ledger["scope1"]
    assert whole.carbon < without.carbon
    assert without.notes == whole.notes == []
    assert max(*without.balance.values(), *whole.balance.values()) < 1e-9
