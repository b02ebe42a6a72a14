"""What a study makes of costs and savings."""

from __future__ import annotations

import json

import pytest

from tests.site.test_claims import site
from twin.site.load import load
from twin.study.compare import compare
from twin.study.economics import annuity

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
    answer = compare(load(tmp_path), samples=2, workers=1, swing=False)
    (row,) = answer["scenarios"]
    assert row["central"]["saving_cost_cny"] == pytest.approx(43_800 * 0.6)
    assert row["capex"] == 0.0
    assert row["npv"]["p50"] == pytest.approx(43_800 * 0.6 * annuity(10.0))
    assert row["payback_years"] == 0.0
    assert json.dumps(answer["reported"], allow_nan=False)
