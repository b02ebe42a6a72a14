"""Steps of one kernel run together wherever none of them waits for another, however different their surroundings."""

from __future__ import annotations

from tests.site.test_rooms import SITE, written
from twin.sim.plan import Plan
from twin.site.load import load


def batches(site):
    plan = Plan(list(site.components), site.wiring())
    return [(kind, label) for _, kind, label, _ in plan.batches if kind != "join"]


def test_a_room_without_windows_does_not_split_the_kernels_of_the_others(tmp_path):
    found = batches(written(tmp_path, SITE.replace("windows: 0.2,", "windows: 0,")))
    assert found.count(("wall", "ask")) == 1
    assert found.count(("enclosure", "ask")) == 1


def test_the_kernels_of_a_large_site_run_in_few_batches():
    found = batches(load("binhai"))
    assert len(found) == len(set(found))
