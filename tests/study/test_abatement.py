"""Marginal abatement curves: measures on top of each other, by real runs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.components.test_grid import ONES, SITE
from twin.cli import app
from twin.site.load import load
from twin.study import abatement
from twin.study.abatement import Step, rank
from twin.study.economics import annuity
from twin.study.engine import Means
from twin.study.store import FILE
from twin.study.terms import Terms

MEASURES = """schema_version: 1
measures:
  half:
    title: {en: Half}
    changes: [{select: {kind: base_load}, scale: {rating: 0.5 assumed}}]
    cost: {per: site, value: 10000 CNY assumed}
    lifetime: 10 assumed
  fifth:
    title: {en: A fifth less}
    changes: [{select: {kind: base_load}, scale: {rating: 0.8 assumed}}]
    cost: {per: site, value: 200000 CNY assumed}
    lifetime: 10 assumed
  four:
    title: {en: Four kilowatts}
    changes: [{select: {kind: base_load}, set: {rating: 4 kW assumed}}]
    cost: {per: site, value: 900000 CNY assumed}
    lifetime: 10 assumed
  three:
    title: {en: Three kilowatts}
    changes: [{select: {kind: base_load}, set: {rating: 3 kW assumed}}]
    cost: {per: site, value: 5000000 CNY assumed}
    lifetime: 10 assumed
"""


@pytest.fixture
def found(tmp_path):
    grid = "{kind: grid, energy_price: 1 CNY/kWh, emission_factor: 0.5 kg/kWh}"
    (tmp_path / "site.yaml").write_text(SITE.format(grid=grid, ones=ONES))
    (tmp_path / "measures.yaml").write_text(MEASURES)
    return tmp_path


def test_each_measure_saves_what_is_left_by_those_before_it(found):
    # 10 kW all year at 0.5 kg/kWh: 43.8 t. Half of it: 21.9 t. A fifth alone: 8.76 t, of what half leaves: 4.38 t.
    answer = abatement.abatement(load(found), names=["fifth", "half"], means=Means(1))
    first, second = answer["rows"]
    assert (first["name"], second["name"], second["on_top_of"]) == ("half", "fifth", ["half"])
    assert [first["abated_t"], second["abated_t"], second["alone_t"]] == pytest.approx([21.9, 4.38, 8.76])
    assert answer["interaction_t"] == pytest.approx(-4.38)
    assert second["cumulative_t"] == pytest.approx(answer["total_t"])
    # a year: 10,000 / annuity - 43,800; 200,000 / annuity - 8,760, annuities of 10 years at 6 %
    costs = [10_000 / annuity(10.0) - 43_800, 200_000 / annuity(10.0) - 8_760]
    assert [first["cost_cny"], second["cost_cny"]] == pytest.approx(costs)
    assert second["cost_per_t"] == pytest.approx(costs[1] / 4.38)
    assert (first["ranked_by"], second["ranked_by"]) == ("money and carbon saved", "cost per tonne")


def test_a_measure_that_contradicts_those_before_it_is_left_out_and_says_why(found):
    answer = abatement.abatement(load(found), names=["three", "four"], means=Means(1))
    assert [row["name"] for row in answer["rows"]] == ["four"]
    (left,) = answer["left_out"]
    assert left["name"] == "three"
    assert "both set fans.rating" in left["why"]


def test_many_measures_are_ordered_once_and_still_run_on_top_of_each_other(found, monkeypatch):
    monkeypatch.setattr(abatement, "MOST_GREEDY", 1)
    answer = abatement.abatement(load(found), names=["fifth", "half", "three", "four"], means=Means(1))
    assert answer["method"] == abatement.ORDERED
    assert [row["name"] for row in answer["rows"]][:2] == ["half", "fifth"]
    assert [row["abated_t"] for row in answer["rows"]][:2] == pytest.approx([21.9, 4.38])


def test_a_carbon_price_moves_no_cost_of_a_tonne(found):
    site = load(found)
    plain, priced = (
        abatement.abatement(site, names=["half", "fifth"], means=Means(1), terms=Terms(carbon_price=price))
        for price in ({}, {"scope2": 1.0})
    )
    assert [r["cost_per_t"] for r in plain["rows"]] == [r["cost_per_t"] for r in priced["rows"]]


def step(name, tonnes, cost):
    return Step(name, tonnes, cost, SimpleNamespace(), SimpleNamespace())


def test_among_measures_that_pay_saving_more_carbon_is_never_worse():
    # Taylor, Energy Policy 48, 2012: by cost per tonne `small` (-1,000 a tonne) would stand before `large` (-100 a tonne)
    small, large = step("small", 1.0, -1_000.0), step("large", 10.0, -1_000.0)
    assert [each.name for each in rank([small, large])] == ["large", "small"]


@given(st.lists(st.tuples(st.floats(-10, 100), st.floats(-1e4, 1e4)), max_size=12))
def test_no_measure_stands_before_one_that_saves_more_money_and_more_carbon(pairs):
    ordered = rank([step(str(k), *pair) for k, pair in enumerate(pairs)])
    assert len(ordered) == len(pairs)
    paying = [s for s in ordered if s.tonnes > 1e-6 and s.cost <= 0]
    assert ordered[: len(paying)] == paying
    for k, one in enumerate(paying):
        assert not any(other.cost < one.cost and other.tonnes > one.tonnes for other in paying[k + 1 :])
    dear = [s.per_tonne for s in ordered if s.tonnes > 1e-6 and s.cost > 0]
    assert dear == sorted(dear)


def runs(store):
    """How many runs a store keeps."""
    with closing(sqlite3.connect(store / FILE)) as tables:
        return tables.execute("SELECT COUNT(*) FROM runs").fetchone()[0]


def test_the_command_tells_the_curve_and_runs_nothing_twice(found, tmp_path):
    plain = [
        "abatement",
        str(found),
        "--measure",
        "half",
        "--measure",
        "fifth",
        "--workers",
        "1",
        "--store",
        str(tmp_path),
    ]
    told = CliRunner().invoke(app, [*plain, "--json"])
    assert json.loads(told.stdout)["rows"][0]["abated_t"] == pytest.approx(21.9)
    kept = runs(tmp_path)
    assert kept == 4  # the baseline, each alone, and both
    shown = CliRunner().invoke(app, plain)
    assert "baseline 44 tCO2e" in shown.output
    assert (shown.stderr.count("0 to do"), runs(tmp_path)) == (1, kept)


def test_a_measure_of_the_library_is_ordered_with_its_argument(found):
    plain = [
        "abatement",
        str(found),
        "--measure",
        "half",
        "--measure",
        "green_power_contract:share=50 %",
        "--workers",
        "1",
    ]
    told = CliRunner().invoke(app, [*plain, "--store", str(found / "store"), "--json"])
    rows = {row["name"]: row for row in json.loads(told.stdout)["rows"]}
    assert set(rows) == {"half", "green_power_contract"}
