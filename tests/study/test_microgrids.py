"""Sites with photovoltaics, wind, storage and charge points: balance, provenance, dispatch and what was reported elsewhere."""

from __future__ import annotations

import pytest

from twin.site.load import load
from twin.study.runner import simulate

SITES = ("yizheng", "spic-hq", "zero-carbon-park")
KWH = 3.6e6


@pytest.fixture(scope="module")
def years():
    return {name: simulate(load(name)) for name in SITES}


@pytest.mark.parametrize("name", SITES)
def test_the_year_closes_and_says_nothing_about_bad_sizes(years, name):
    assert max(years[name].balance.values()) < 1e-6
    assert years[name].notes == []


@pytest.mark.parametrize("name", SITES)
def test_every_number_says_where_it_comes_from(name):
    assert load(name).unsourced() == []


@pytest.mark.parametrize("name", SITES)
def test_what_is_used_is_bought_or_made_or_comes_out_of_the_store(years, name):
    run = years[name]
    supplied = (run.ledger["bought"] - run.ledger["sold"] + run.ledger["generation"]) / KWH
    held = sum(c.capacity for c in run.site.components if type(c).kind == "battery") / KWH
    assert run.electricity == pytest.approx(supplied, rel=1e-9, abs=held)


@pytest.mark.parametrize("name", SITES)
def test_hours_and_quarters_of_an_hour_give_the_same_year(years, name):
    hourly = simulate(load(name), step=3600.0)
    for account in ("bought", "generation", "cost"):
        assert hourly.ledger[account] == pytest.approx(years[name].ledger[account], rel=0.005)


@pytest.mark.parametrize("name", SITES)
def test_every_measure_lowers_what_is_bought_or_the_bill(years, name):
    site = load(name)
    for measure in site.measures:
        with_it = simulate(site.with_measures(measure))
        assert max(with_it.balance.values()) < 1e-6
        assert with_it.ledger["bought"] < years[name].ledger["bought"] or with_it.cost < years[name].cost, measure


def test_yizheng_yields_nearly_what_was_expected_of_it(years):
    # P-03: 12.92 MW and 12.1 GWh a year, 937 kWh/kW
    assert years["yizheng"].ledger["generation"] / KWH == pytest.approx(12.1e6, rel=0.10)
    assert years["yizheng"].ledger["sold"] == 0.0


def test_the_roof_in_beijing_yields_what_another_roof_there_did(years):
    # P-61: 1 MW in Tongzhou, 1,072 kWh/kW; P-62: a facade at 70 degrees, 723 kWh/kW
    run = years["spic-hq"]
    assert run.total(run.site["roof_pv"], "power") / KWH / 80.0 == pytest.approx(1072.0, rel=0.10)
    assert run.total(run.site["facade_pv"], "power") / KWH / 40.0 == pytest.approx(723.0, rel=0.20)


def test_the_park_holds_its_peak_and_each_firm_has_its_meter(years):
    run = years["zero-carbon-park"]
    assert float(run.series("grid.power").max()) <= 3.6e6 * 1.01
    assert float(run.series("park.net").max()) > 3.7e6
    firms = [c.name for c in run.site.components if c.name.endswith("/meter")]
    assert len(firms) == 5
    assert all(run.series(f"{firm}.net").max() > 0.0 for firm in firms)
