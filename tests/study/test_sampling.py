"""Samples of uncertain numbers, which numbers are uncertain, and how exact percentiles of samples are."""

from __future__ import annotations

import numpy as np
import pytest

from tests.study.fans import MEASURES, fans
from twin.errors import SiteError
from twin.site.provenance import Quantity
from twin.study.compare import compare
from twin.study.convergence import exceedance, standard_errors
from twin.study.design import scenarios
from twin.study.engine import Means
from twin.study.manifest import Keys
from twin.study.sampling import advice, draw, placed, variance
from twin.study.task import Task
from twin.study.terms import Terms
from twin.study.uncertain import uncertain


def number(low, mode, high, place="a"):
    return Quantity(mode, "1", low, high, "assumed", "", "", place, str(mode))


@pytest.mark.parametrize("sampling", ["lhs", "sobol"])
def test_samples_have_the_mean_and_variance_of_their_triangles(sampling):
    numbers = [number(0.0, 1.0, 5.0), number(-2.0, -2.0, 3.0, "b")]
    drawn = draw(numbers, 1024, 3, sampling)
    for each in numbers:
        values = np.array([one[each.place] for one in drawn])
        # Kotz and van Dorp 2004: mean (a + b + c) / 3, variance (a2 + b2 + c2 - ab - ac - bc) / 18
        assert values.mean() == pytest.approx((each.low + each.value + each.high) / 3.0, abs=0.005)
        ends = each.low**2 + each.value**2 + each.high**2
        pairs = each.low * each.value + each.low * each.high + each.value * each.high
        assert variance(each) == pytest.approx((ends - pairs) / 18.0)
        assert values.var() == pytest.approx(variance(each), rel=0.02)
        assert each.low <= values.min() < values.max() <= each.high


@pytest.mark.parametrize("sampling", ["lhs", "sobol"])
def test_the_same_seed_gives_the_same_samples_and_another_seed_others(sampling):
    numbers = [number(0.0, 1.0, 5.0), number(0.0, 1.0, 5.0, "b")]
    assert draw(numbers, 30, 1, sampling) == draw(numbers, 30, 1, sampling)
    assert draw(numbers, 30, 1, sampling) != draw(numbers, 30, 2, sampling)


def test_more_samples_of_a_sobol_sequence_begin_with_the_same():
    numbers = [number(0.0, 1.0, 5.0), number(0.0, 1.0, 5.0, "b")]
    assert draw(numbers, 100, 1, "sobol")[:30] == draw(numbers, 30, 1, "sobol")


def test_sobol_samples_are_advised_at_powers_of_two():
    assert advice("sobol", 32) == advice("lhs", 30) == {}
    assert "128 would serve better than 100" in advice("sobol", 100)["en"]
    assert "128" in advice("sobol", 100)["zh"]


def test_another_way_of_sampling_is_refused():
    with pytest.raises(SiteError, match="--sampling halton: must be lhs or sobol"):
        draw([], 1, 0, "halton")


def test_a_number_that_several_components_share_is_drawn_once(tmp_path):
    site = fans(
        tmp_path,
        """
defaults:
  base_load: {rating: "10 kW [8 .. 12] assumed", base: 1, schedule: hours}
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}
  hours: {kind: schedule}
  one: {kind: base_load}
  two: {kind: base_load}
  own: {kind: base_load, rating: "10 kW [8 .. 12] assumed"}
""",
    )
    found = uncertain(site, [("baseline", ())])
    assert [found.names[q.place] for q in found.all] == ["base_load.rating"] * 2
    for values in draw(found.all, 8, 0):
        drawn = site.with_values(values)
        assert drawn["one"].rating == drawn["two"].rating != drawn["own"].rating


def test_a_run_depends_on_the_numbers_of_its_own_measures_and_on_no_price(tmp_path):
    site = fans(tmp_path, measures=MEASURES)
    found = uncertain(site, [(each.name, each.measures) for each in scenarios(site)], Terms())
    names = {place: found.names[place] for place in found.names}
    depends = {name: {names[p] for p in places} for name, places in found.depends.items()}
    assert depends["baseline"] == {"base_load.rating", "base_load.base"}
    assert depends["smaller"] == depends["baseline"] | {"smaller: rating"}
    assert depends["both"] == depends["smaller"] | {"less: rating"}
    assert {names[q.place] for q in found.money} == {
        "smaller: cost",
        "smaller: lifetime",
        "less: cost",
        "less: lifetime",
    }
    one, other = draw(found.all, 2, 0)
    mixed = {**one, **{q.place: other[q.place] for q in found.money}}
    keys = Keys()
    first, second = (keys.of(Task(site, "shenzhen", 3600.0, found.of_runs(v), [("", ())])) for v in (one, mixed))
    assert first == second


def test_the_error_of_a_median_is_that_of_the_textbook():
    rng = np.random.default_rng(0)
    told = np.mean([standard_errors(rng.normal(10.0, 2.0, 100))["p50"] for _ in range(300)])
    # Kendall and Stuart, The Advanced Theory of Statistics, section 10.10: sqrt(pi / 2 / n) of a normal deviation
    assert told == pytest.approx(2.0 * np.sqrt(np.pi / 2.0 / 100.0), rel=0.06)


def test_the_errors_are_those_of_a_bootstrap():
    rng = np.random.default_rng(1)
    values = rng.gamma(2.0, 3.0, 60)
    again = np.percentile(rng.choice(values, (4000, 60)), [10, 50, 90], axis=1).std(axis=1)
    told = standard_errors(values)
    assert [told["p10"], told["p50"], told["p90"]] == pytest.approx(again, rel=0.15)


def test_an_exceedance_curve_falls_from_all_to_none():
    curve = exceedance(list(range(101)))
    assert len(curve) == 21
    assert curve[0] == [0.0, 1.0]
    assert curve[5] == [25.0, 0.75]
    assert curve[-1] == [100.0, 0.0]


def test_a_study_tells_how_exact_its_percentiles_are(tmp_path):
    site = fans(tmp_path, measures=MEASURES)
    answer = compare(site, samples=32, means=Means(1), swing=False, sampling="sobol")
    assert answer["sampling"] == {"method": "sobol", "advice": {}}
    row = answer["scenarios"][-1]
    for figure in ("saving_kwh", "saving_cost_cny", "saving_inventory_t", "npv"):
        errors, curve = row["spread_error"][figure], row["exceedance"][figure]
        assert 0.0 < errors["p50"] < row[figure]["p90"] - row[figure]["p10"]
        assert curve[10] == [pytest.approx(row[figure]["p50"]), 0.5]
        assert [row[figure]["p10"], row[figure]["p90"]] == pytest.approx([curve[2][0], curve[18][0]])
    middle = placed(uncertain(site, []).all, np.full((1, 2), 0.5))[0]
    assert sorted(middle.values()) == pytest.approx([0.5, 10e3])
