"""The search for the best sets of measures: exact where they are few, NSGA-II where not, nothing run twice."""

from __future__ import annotations

import json
import sys
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.study.measured_sites import MEASURES, measured
from twin.cli import app
from twin.errors import RunError, SiteError
from twin.site.load import load
from twin.site.measures import apply
from twin.study import task
from twin.study.economics import annuity
from twin.study.engine import Means
from twin.study.front import Point, knee, pareto, spread_out
from twin.study.genetic import SearchError
from twin.study.search import search
from twin.study.sets import Sets
from twin.study.task import outcome

WEATHER = "shanghai"


@pytest.fixture
def runs(monkeypatch):
    """Every run, as (numbers that are not the middle ones, measures)."""
    found, own = [], task.outcome

    def counted(site, weather, step, values, measures):
        found.append((json.dumps(values, sort_keys=True), measures))
        return own(site, weather, step, values, measures)

    monkeypatch.setattr(task, "outcome", counted)
    return found


def places(answer):
    return [(row["cost_cny"], row["co2_t"]) for row in answer["front"]]


def by_hand(site):
    """Cost and carbon of every set that can be applied in the order of `Sets`, each run by itself."""
    sets, found = Sets(site), {}
    names = list(site.measures)
    base = outcome(site, WEATHER, 3600.0, {}, ())
    for each in (c for n in range(len(names) + 1) for c in combinations(names, n)):
        members = sets.ordered(each)
        try:
            apply(site, members)
        except SiteError:
            continue
        own = outcome(site, WEATHER, 3600.0, {}, members)
        cost = sum(MEASURES[name][1] for name in members) / annuity(10.0) - (base.electricity - own.electricity)
        found[frozenset(each)] = (cost, own.electricity * 0.5e-3)
    return found


def beaten(one, others):
    """Whether another point is at least as good in both and better in one, beyond rounding."""
    return any(
        c <= one[0] + 0.01 and t <= one[1] + 1e-6 and (c < one[0] - 0.01 or t < one[1] - 1e-6) for c, t in others
    )


def volume(front, corner):
    """Area between a front and a corner that all of it beats."""
    total, high = 0.0, corner[1]
    for cost, tonnes in sorted(front):
        total += (corner[0] - cost) * max(high - tonnes, 0.0)
        high = min(high, tonnes)
    return total


SMALL = ("half", "fifth", "four", "three", "tenth", "more", "other")


def test_the_exact_front_is_that_of_brute_force(tmp_path):
    site = measured(tmp_path, SMALL)
    answer = search(site, samples=2, means=Means(1))
    points = by_hand(site)
    wanted = {each for each, point in points.items() if not beaten(point, points.values())}
    assert answer["method"] == "exact"
    assert {frozenset(row["measures"]) for row in answer["front"]} == wanted
    assert answer["sets_run"] == answer["sets_feasible"] == len(points)
    assert answer["dominated_count"] == len(points) - len(wanted)
    for row in answer["front"]:
        assert (row["cost_cny"], row["co2_t"]) == pytest.approx(points[frozenset(row["measures"])])
    assert {frozenset(each["measures"]) for each in answer["left_out"]} == {
        frozenset(("four", "three")), frozenset(("fifth", "other"))
    }  # fmt: skip
    assert json.dumps(answer, allow_nan=False)
    costs = [row["cost_cny"] for row in answer["front"]]
    assert costs == sorted(costs)
    for row in answer["front"]:
        if row["measures"]:
            assert row["cost_cny_range"]["p10"] <= row["cost_cny_range"]["p90"]
            assert 0.0 <= row["payback_probability"] <= 1.0
            assert row["lcc_baseline"] - row["lcc"] == pytest.approx(-row["cost_cny"] * 7.360087)  # annuity of 10 years


def test_costs_of_the_curve_add_up_to_that_of_the_set_whatever_the_lives(tmp_path):
    measured(tmp_path, ("half", "tenth"))
    text = (tmp_path / "measures.yaml").read_text("utf-8")
    (tmp_path / "measures.yaml").write_text(text.replace("lifetime: 10 assumed", "lifetime: 4 assumed", 1), "utf-8")
    answer = search(load(tmp_path), samples=2, means=Means(1))
    last = answer["front"][-1]
    assert len(last["measures"]) == 2
    assert answer["curve"]["total_cost_cny"] == pytest.approx(last["cost_cny"])
    assert last["cost_cny"] == pytest.approx(10_000 / annuity(4.0) + 30_000 / annuity(10.0) - last["saving_kwh"])


def test_nsga_finds_nearly_all_of_the_exact_front_and_its_ends_and_the_same_again(tmp_path, runs):
    site = measured(tmp_path)
    means = Means(1, tmp_path / "store")
    exact = search(site, samples=2, means=means)
    assert exact["sets_feasible"] == 108
    found = [search(site, samples=2, means=means, trials=64, seed=seed) for seed in (1, 2, 3)]
    corner = (max(c for c, _ in places(exact)) + 1.0, max(t for _, t in places(exact)) + 1.0)
    whole = volume(places(exact), corner)
    for answer in found:
        assert answer["method"] == "nsga2"
        assert answer["sets_run"] <= 64
        assert volume(places(answer), corner) >= 0.95 * whole
        assert places(answer)[0] == places(exact)[0]
        assert places(answer)[-1] == places(exact)[-1]
        chain = [tuple(row["on_top_of"]) for row in answer["curve"]["rows"]]
        ran = {frozenset(each["measures"]) for each in (*answer["front"], *answer["dominated"])}
        assert all(frozenset(each) in ran for each in chain)
    assert len(runs) == len(set(runs))
    runs.clear()
    assert search(site, samples=2, means=means, trials=64, seed=1) == found[0]
    assert runs == []


def test_a_search_that_was_stopped_goes_on_and_runs_nothing_twice(tmp_path, runs, monkeypatch):
    site = measured(tmp_path, SMALL)
    means, own = Means(1, tmp_path / "store"), task.outcome

    def stopped(*given):
        if len(runs) == 40:
            raise KeyboardInterrupt
        return own(*given)

    monkeypatch.setattr(task, "outcome", stopped)
    with pytest.raises(Exception, match="run the same command again"):
        search(site, samples=2, means=means, trials=40)
    monkeypatch.setattr(task, "outcome", own)
    kept = search(site, samples=2, means=means, trials=40)
    again = [each for each in set(runs) if runs.count(each) > 1]
    assert len(again) <= 8  # at most the batch that was being worked
    count = len(runs)
    assert search(site, samples=2, means=means, trials=40) == kept
    assert len(runs) == count


def test_a_set_that_cannot_be_simulated_is_left_out_and_told(tmp_path, monkeypatch):
    own = task.outcome

    def broken(site, weather, step, values, measures):
        if {"half", "four"} <= set(measures):
            raise RunError("fans.power: not a number")
        return own(site, weather, step, values, measures)

    monkeypatch.setattr(task, "outcome", broken)
    site = measured(tmp_path, ("half", "four", "tenth"))
    for trials in (256, 6):
        answer = search(site, samples=2, means=Means(1), trials=trials)
        told = {frozenset(each["measures"]): each["why"] for each in answer["left_out"]}
        assert told[frozenset(("half", "four"))] == "fans.power: not a number"
        assert not any({"half", "four"} <= set(row["measures"]) for row in answer["front"])


def test_a_baseline_that_cannot_be_simulated_is_an_error(tmp_path, monkeypatch):
    def broken(*_):
        raise RunError("fans.power: not a number")

    monkeypatch.setattr(task, "outcome", broken)
    with pytest.raises(RunError, match=r"the baseline cannot be run: fans\.power"):
        search(measured(tmp_path, ("half",)), samples=2, means=Means(1))


def test_a_missing_optimiser_names_its_extra_and_the_ways_out(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    site = measured(tmp_path, ("half", "tenth", "dear", "fifth"))
    with pytest.raises(SearchError, match=r"pip install 'campus-twin\[search\]'; or let --trials") as problem:
        search(site, samples=2, means=Means(1), trials=12)
    assert problem.value.exit_code == 2
    assert search(site, samples=2, means=Means(1), trials=16)["method"] == "exact"


def test_a_site_without_measures_has_nothing_to_search(tmp_path):
    site = measured(tmp_path, ("half",))
    (tmp_path / "measures.yaml").unlink()
    with pytest.raises(SiteError, match="has no measures to search"):
        search(load(tmp_path), samples=2)
    assert site.measures


POINTS = st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e4)), min_size=1, max_size=40)


@settings(deadline=None)
@given(POINTS)
def test_no_point_of_a_front_is_beaten_and_every_other_is(pairs):
    points = [Point((str(k),), cost, tonnes) for k, (cost, tonnes) in enumerate(pairs)]
    front = pareto(points)
    for each in points:
        better = [p for p in front if p.place[0] <= each.place[0] and p.place[1] <= each.place[1]]
        assert better
        if each in front:
            assert better == [each]
    some = spread_out(front, 5)
    assert len(some) == min(5, len(front))
    assert {front[0], front[-1]} <= set(some)
    middle = knee(front)
    assert middle is None or (middle in some and middle not in (front[0], front[-1]))


def test_a_front_that_bulges_the_other_way_has_no_knee():
    ends = [Point((), 0.0, 10.0), Point(("a",), 9.0, 9.0), Point(("a", "b"), 10.0, 0.0)]
    assert knee(ends) is None
    assert knee(ends[:2]) is None


def test_the_command_tells_the_front_with_its_knee(tmp_path):
    measured(tmp_path, MEASURES)
    plain = ["study", str(tmp_path), "--samples", "2", "--workers", "1", "--store", str(tmp_path / "store"), "--search"]
    told = CliRunner().invoke(app, [*plain, "--json"])
    found = json.loads(told.stdout)["search"]
    assert found["method"] == "exact"
    assert sum(row["knee"] for row in found["front"]) == 1
    assert found["curve"]["rows"][0]["name"] == "half"
    shown = " ".join(CliRunner().invoke(app, plain).output.split())
    assert "108 of 108 sets that go together were run, all of them" in shown
    assert "knee" in shown
    assert "both set fans.rating" in shown
