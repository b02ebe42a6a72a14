"""What a study makes of costs and savings."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tests.site.test_claims import site
from twin.cli import app
from twin.errors import SiteError
from twin.site.load import load
from twin.study.compare import compare
from twin.study.economics import annuity
from twin.study.engine import Means

MEASURES = """schema_version: 1
measures:
  off_at_night:
    title: {en: Off, zh: 关}
    help: {en: Off., zh: 关。}
    changes:
      - select: {kind: base_load}
        scale: {rating: 0.5 assumed}
    cost: {per: site, value: 0 CNY assumed}
    lifetime: 10 assumed
"""


def test_a_measure_that_costs_nothing_is_worth_what_it_saves(tmp_path):
    site(tmp_path, "{figure: scope2 / it}", "1 kg")
    (tmp_path / "measures.yaml").write_text(MEASURES, encoding="utf-8")
    answer = compare(load(tmp_path), samples=2, means=Means(1), swing=False)
    (row,) = answer["scenarios"]
    assert row["central"]["saving_cost_cny"] == pytest.approx(43_800 * 0.6)
    assert row["capex"] == 0.0
    assert row["npv"]["p50"] == pytest.approx(43_800 * 0.6 * annuity(10.0))
    assert row["payback_years"] == 0.0
    assert json.dumps(answer["reported"], allow_nan=False)


PAID = MEASURES.replace("value: 0 CNY assumed", 'value: "100000 CNY [60000 .. 150000] assumed"')


def test_a_study_tells_the_money_of_each_scenario_and_how_likely_it_pays(tmp_path):
    site(tmp_path, "{figure: scope2 / it}", "1 kg")
    (tmp_path / "measures.yaml").write_text(PAID, encoding="utf-8")
    (tmp_path / "economics.yaml").write_text(
        "schema_version: 1\nhorizon: 20\ndiscount: 6 % assumed\npayback_limit: 4\n"
        'escalation: {electricity: "0 % [-1 .. 1] assumed"}\ncarbon_price: {scope2: 100 CNY/t assumed}\n'
    )
    answer = compare(load(tmp_path), samples=20, means=Means(1), swing=False)
    assert json.dumps([answer["scenarios"], answer["terms"]], allow_nan=False)
    (row,) = answer["scenarios"]
    # 43,800 kWh at 0.6 and 21.9 t at 100: 26,280 + 2,190 a year; bought again after 10 of 20 years
    gain = 26_280 + 2_190
    net = gain * annuity(20.0) - 100_000 * (1 + 1.06**-10)
    assert row["cash_flow"][-1]["cumulative_discounted"] == pytest.approx(net)
    assert row["lcc_baseline"] - row["lcc"] == pytest.approx(net)
    assert row["payback_years"] == pytest.approx(100_000 / gain)
    # 100,000 / annuity of 10 years / 43,800 kWh
    assert row["cost_of_saved_energy"] == pytest.approx(100_000 / annuity(10.0) / 43_800)
    assert len(row["cash_flow"]) == 21
    assert row["cash_flow"][10]["replacement"] == -100_000
    money = row["money"]
    assert money["npv"] == row["npv"]
    assert money["npv"]["p10"] < net < money["npv"]["p90"]
    # paid back within 4 years where it costs less than 4 x 28,470 = 113,880: the same count by hand over the samples
    share = sum(years <= 4.0 for years in money["samples"]["payback_years"]) / 20
    assert money["probability"]["payback"] == share
    assert 0.5 < share < 1.0
    assert money["probability"]["npv_positive"] == 1.0
    assert answer["terms"]["carbon_price_cny_t"] == {"scope2": pytest.approx(100)}


def test_wrong_terms_end_a_study_with_their_place_and_code_two(tmp_path):
    site(tmp_path, "{figure: scope2 / it}", "1 kg")
    (tmp_path / "mine.yaml").write_text("schema_version: 1\ndiscount: 6 CNY\n")
    with pytest.raises(SiteError, match=r"mine\.yaml:2:11: discount") as problem:
        CliRunner().invoke(
            app, ["study", str(tmp_path), "--economics", str(tmp_path / "mine.yaml")], catch_exceptions=False
        )
    assert problem.value.exit_code == 2


def test_every_figure_of_a_year_has_its_range(tmp_path):
    site(tmp_path, "{figure: scope2 / it}", "1 kg")
    (tmp_path / "measures.yaml").write_text(PAID.replace("0.5 assumed", '"0.5 [0.4 .. 0.6] assumed"'), encoding="utf-8")
    answer = compare(load(tmp_path), samples=8, means=Means(1), swing=False)
    (row,) = answer["scenarios"]
    for name, base in answer["baseline"]["ranges"].items():
        own = row["ranges"][name]
        assert base["p10"] <= base["p50"] <= base["p90"], name
        assert own["p10"] <= own["p50"] <= own["p90"], name
    assert row["ranges"]["peak_kw"]["p10"] < row["ranges"]["peak_kw"]["p90"] < answer["baseline"]["peak_kw"]
    assert row["ranges"]["bought_kwh"]["p50"] == pytest.approx(row["electricity_kwh"]["p50"])
