"""Every shipped site loads, runs its year, closes its balance, and gives the figures it gave before."""

from __future__ import annotations

import json

import pytest

from tests.golden.figures import FILE, baseline, measured
from twin.site.load import load, shipped

SITES = sorted(shipped())
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))
SAME = 1e-6
"""Other processors and C libraries may differ in the last digits."""


def test_every_site_has_golden_figures():
    assert sorted(GOLDEN) == SITES


@pytest.mark.parametrize("name", SITES)
def test_a_site_tells_where_each_number_comes_from(name):
    site = load(name)
    assert site.unsourced() == []
    folder = shipped()[name]
    assert {each.name for each in folder.iterdir()} >= {"site.yaml", "measures.yaml", "points.csv", "sources.md"}
    assert site.name.keys() >= {"en", "zh"}
    assert site.measures
    for measure in site.measures.values():
        assert measure.title.keys() >= {"en", "zh"}, measure.name
        assert measure.help.keys() >= {"en", "zh"}, measure.name
    for each in site.reported:
        assert each.why.keys() >= {"en", "zh"}, each.what


@pytest.mark.parametrize("name", SITES)
def test_a_year_closes_its_balance_and_gives_the_figures_it_gave(name):
    found, worst = baseline(load(name))
    assert worst < 1e-6
    assert found == {key: pytest.approx(value, rel=SAME) for key, value in GOLDEN[name]["baseline"].items()}, "renew with python -m tests.golden.figures"  # fmt: skip


@pytest.mark.parametrize("name", SITES)
def test_measures_close_their_balance_and_give_the_figures_they_gave(name):
    found, worst = measured(load(name))
    assert worst < 1e-6
    assert list(found) == list(GOLDEN[name]["measures"])
    for measure, figures in found.items():
        assert figures == {k: pytest.approx(v, rel=SAME) for k, v in GOLDEN[name]["measures"][measure].items()}, measure
