"""A screen by first order: exact where the site is linear, close where it is not, and it says how close."""

import numpy as np
import pytest

from tests.study.fans import fans
from twin.errors import RunError
from twin.study.engine import Means
from twin.study.sampling import draw
from twin.study.screening import screen
from twin.study.task import BASELINE, outcome

PLANT = """
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}
  hours: {kind: schedule}
  fans: {kind: base_load, rating: "10 kW [8 .. 12] assumed", base: 0.5, schedule: hours}
  pumps: {kind: base_load, rating: "4 kW [3 .. 6] assumed", base: 0.25, schedule: hours}
"""
MEASURES = """schema_version: 1
measures:
  less:
    title: {en: Fewer fans, zh: 少风机}
    changes: [{select: {name: fans}, add: {rating: "-2 kW [-3 .. -1] assumed"}}]
    cost: {per: site, value: 100 CNY}
    lifetime: 10
  slower:
    title: {en: Slower pumps, zh: 慢泵}
    changes: [{select: {name: pumps}, add: {rating: "-1 kW [-1.5 .. -0.5] assumed"}}]
    cost: {per: site, value: 100 CNY}
    lifetime: 10
  smaller:
    title: {en: Smaller fans, zh: 小风机}
    changes: [{select: {name: fans}, scale: {rating: "0.8 [0.7 .. 0.9] assumed"}}]
    cost: {per: site, value: 100 CNY}
    lifetime: 10
packages: {both: [less, slower]}
"""
SETS = (
    (BASELINE, ()),
    ("less", ("less",)),
    ("slower", ("slower",)),
    ("smaller", ("smaller",)),
    ("both", ("less", "slower")),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return fans(tmp_path_factory.mktemp("fans"), PLANT, MEASURES)


def numbers(site, *measures):
    from twin.site.measures import apply

    used = {}
    apply(site, measures, used=used)
    return [*site.assumptions(), *(q for q in used.values() if q.uncertain)]


@pytest.fixture(scope="module")
def linear(site):
    found = numbers(site, "less", "slower")
    names = [each for each in SETS if each[0] != "smaller"]
    return found, screen(site, "shenzhen", 3600.0, found, names, 0, Means(workers=1))


def test_a_linear_site_is_screened_exactly(site, linear):
    found, screened = linear
    for values in draw(found, 5, 7):
        sketch = screened.sample(values)
        for name, measures in (each for each in SETS if each[0] != "smaller"):
            run = outcome(site, "shenzhen", 3600.0, values, measures)
            assert sketch[name].electricity == pytest.approx(run.electricity, rel=1e-9)
            assert sketch[name].cost == pytest.approx(run.cost, rel=1e-9)
            assert sketch[name].costs == pytest.approx(run.costs, rel=1e-9)
            assert sketch[name].end_uses == pytest.approx(run.end_uses, rel=1e-9)
    assert max(screened.error["both"].values()) < 1e-9
    assert screened.runs == 4 * (len(found) + 1 + 8 + 1)


def test_sets_that_were_not_run_are_sums_of_what_their_measures_save(site, monkeypatch):
    monkeypatch.setattr("twin.study.screening.MOST", 3)
    found = numbers(site, "less", "slower")
    names = [each for each in SETS if each[0] != "smaller"]
    screened = screen(site, "shenzhen", 3600.0, found, names, 0, Means(workers=1))
    assert "both" not in screened.error
    (values,) = draw(found, 1, 3)
    run = outcome(site, "shenzhen", 3600.0, values, ("less", "slower"))
    assert screened.sample(values)["both"].electricity == pytest.approx(run.electricity, rel=1e-9)


def test_a_site_that_is_not_linear_says_how_far_the_screen_may_be_off(site):
    found = numbers(site, "smaller")
    screened = screen(site, "shenzhen", 3600.0, found, SETS[:1] + SETS[3:4], 0, Means(workers=1))
    off = []
    for values in draw(found, 40, 11):
        sketch = screened.sample(values)
        saved = sketch[BASELINE].electricity - sketch["smaller"].electricity
        runs = [outcome(site, "shenzhen", 3600.0, values, each).electricity for each in ((), ("smaller",))]
        off.append((saved - (runs[0] - runs[1])) / (runs[0] - runs[1]))
    told = screened.error["smaller"]["electricity"]
    assert 0.3 * told < np.sqrt(np.mean(np.square(off))) < 2.0 * told
    assert told < 0.1


def test_what_cannot_be_simulated_says_why_and_the_rest_is_screened(site, monkeypatch):
    from twin.study import task

    true = task.outcome

    def breaks(site, weather, step, values, measures):
        if "slower" in measures:
            raise RunError("pumps.speed stopped being a number")
        return true(site, weather, step, values, measures)

    monkeypatch.setattr(task, "outcome", breaks)
    names = [each for each in SETS if each[0] != "smaller"]
    sketch = screen(site, "shenzhen", 3600.0, site.assumptions(), names, 0, Means(workers=1)).sample({})
    assert list(sketch) == [BASELINE, "less"]
    assert "stopped being a number" in sketch.problem("slower")
    with pytest.raises(RunError, match=r"both: pumps\.speed stopped being a number"):
        sketch["both"]
    with pytest.raises(RunError, match="the baseline cannot be screened"):
        screen(site, "shenzhen", 3600.0, [], [("slower", ("slower",))], 0, Means(workers=1))


def test_a_site_without_uncertain_numbers_is_its_own_run(site):
    sketch = screen(site, "shenzhen", 3600.0, [], SETS[:2], 0, Means(workers=1)).sample({})
    assert sketch["less"] == outcome(site, "shenzhen", 3600.0, {}, ("less",))
