"""Worst case, best case and regret over conditions, by hand."""

from __future__ import annotations

import pytest

from twin.study.robust import robust


def row(name, npv, saving=1.0):
    ends = {"p50": saving}
    return {
        "name": name, "title": {"en": name}, "central": {}, "npv": {"p50": npv}, "saving_kwh": ends, "saving_co2_t": ends,
        "saving_cost_cny": ends,
    } | {"central": {"saving_kwh": saving}}  # fmt: skip


def under(label, **values):
    return {"label": label, "scenarios": [row(name, npv) for name, npv in values.items()]}


def test_regret_is_what_another_choice_would_have_brought():
    # under x the best is a (10), under y b (8), under z doing nothing (0)
    found = robust([under("x", a=10.0, b=4.0), under("y", a=1.0, b=8.0), under("z", a=-5.0, b=-2.0)])
    first, second = found["scenarios"]
    assert (first["regret_cny"], first["regret_condition"]) == (7.0, "y")
    assert (second["regret_cny"], second["regret_condition"]) == (6.0, "x")
    assert (first["npv"]["worst"], first["npv"]["worst_condition"], first["npv"]["best"]) == (-5.0, "z", 10.0)
    assert (found["least_regret"], found["best_worst_case"], found["nothing_regret_cny"]) == ("b", "b", 10.0)
    assert set(found["definition"]) == {"en", "zh"}


def test_the_best_everywhere_is_regretted_nowhere():
    first = robust([under("x", a=10.0, b=4.0), under("y", a=9.0, b=8.0)])["scenarios"][0]
    assert (first["regret_cny"], first["regret_condition"]) == (0.0, None)


def test_a_scenario_that_fails_under_a_condition_is_left_out_and_sets_no_standard():
    broken = under("y", a=1.0, b=8.0)
    broken["scenarios"][1] = {"name": "b", "title": {}, "central": None, "npv": None}
    found = robust([under("x", a=10.0, b=40.0), broken])
    assert found["left_out"] == ["b"]
    assert [(each["name"], each["regret_cny"]) for each in found["scenarios"]] == [("a", pytest.approx(30.0))]
    broken["scenarios"][0] = {"name": "a", "title": {}, "central": None, "npv": None}
    assert robust([under("x", a=10.0, b=40.0), broken])["least_regret"] is None


def test_conditions_with_different_scenarios_cannot_be_compared():
    assert robust([under("x", a=1.0), under("y", b=1.0)]) is None
    assert robust([under("x", a=1.0)]) is None
