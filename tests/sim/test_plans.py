"""Runs that differ in numbers alone share a plan, and give the same bits as if each had its own."""

from dataclasses import asdict, replace

import pytest

from twin.physics import solar
from twin.sim import constants, plans
from twin.sim.plan import Plan
from twin.sim.plans import planned
from twin.site.load import load, shipped
from twin.study import task
from twin.study.sampling import draw
from twin.study.task import outcome


@pytest.fixture(autouse=True)
def _none_kept():
    plans._kept.clear()
    yield
    plans._kept.clear()


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_plan_with_other_numbers_is_the_plan_of_those_numbers(name):
    site = load(name)
    first = planned(site)
    (values,) = draw(site.assumptions(), 1, 0) or [{}]
    other = site.with_values(values)
    shared, own = planned(other), Plan(list(other.components), other.wiring())
    assert shared.slot is first.slot
    assert shared.start.tobytes() == own.start.tobytes()
    assert shared.slot == own.slot
    assert shared.columns == own.columns
    assert shared.index.tobytes() == own.index.tobytes()
    assert shared.settable == own.settable


def test_runs_of_a_shared_plan_give_the_same_bits():
    site = load("qingpu")
    samples = draw(site.assumptions(), 2, 3)
    shared = [asdict(outcome(site, "shanghai", 3600.0, values, ())) for values in samples]
    for values, found in zip(samples, shared, strict=True):
        plans._kept.clear()
        assert asdict(outcome(site, "shanghai", 3600.0, values, ())) == found


def test_sites_of_another_shape_get_plans_of_their_own():
    site = load("binhai")
    first = planned(site)
    copies = site.components[-1].model_copy(update={"multiplier": 7.0})

    more = replace(site, components=(*site.components[:-1], copies))
    assert planned(more).slot is not first.slot
    assert planned(site).slot is first.slot


def test_plans_that_are_kept_are_bounded(monkeypatch):
    monkeypatch.setattr(plans, "MOST", 2)
    for name in ("binhai", "guian", "tblock"):
        planned(load(name))
    assert len(plans._kept) == 2
    monkeypatch.setattr(plans, "LARGEST", 10)
    planned(load("qingyuan"))
    assert len(plans._kept) == 2


def test_what_is_kept_for_samples_is_bounded(monkeypatch):
    monkeypatch.setattr(task, "_scenes", {})
    monkeypatch.setattr(constants, "_prepared", {})
    monkeypatch.setattr(solar, "MOST_PLANES", 2)
    monkeypatch.setattr(constants, "MOST", 3)
    site = load("yizheng")
    climate = site.location.climate
    found = [outcome(site, climate, 3600.0, values, ()).electricity for values in draw(site.assumptions(), 4, 0)]
    shared = task.scene(climate, site.year, site.location.country)
    assert max(len(grid.planes) for grid in shared.grids.values()) <= 2
    assert len(constants._prepared) <= 3
    monkeypatch.undo()
    assert found == [outcome(site, climate, 3600.0, each, ()).electricity for each in draw(site.assumptions(), 4, 0)]
