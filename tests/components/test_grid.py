"""The grid and the switchboard: tariffs, demand charges, export and curtailment."""

from __future__ import annotations

import numpy as np
import pytest

from twin.components.grid import Grid
from twin.components.switchboard import Switchboard
from twin.errors import SiteError
from twin.site.load import load
from twin.site.tariffs import factors, tariff
from twin.study.runner import simulate

SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 31 deg, longitude: 121 deg, country: CN, province: Shanghai, climate: shanghai}}
floor_area: 100 m2
year: 2023
components:
  grid: {grid}
  always: {{kind: schedule, workday: [{ones}], saturday: [{ones}], holiday: [{ones}]}}
  fans: {{kind: base_load, rating: 10 kW, schedule: always, electricity: grid}}
"""
ONES = ", ".join(["1"] * 24)


def site(tmp_path, grid):
    (tmp_path / "site.yaml").write_text(SITE.format(grid=grid, ones=ONES))
    return load(tmp_path)


def test_shanghai_prices_are_the_published_ones():
    # P2-74: a June month of the two-part tariff, 1.0108 peak, 0.6624 flat, 0.3720 valley; floating part 0.58068
    june = dict(zip(("valley", "flat", "peak"), tariff("shanghai")["ratios"][5 * 4 : 5 * 4 + 3], strict=True))
    prices = {name: 0.5807 * ratio + 0.0817 for name, ratio in june.items()}
    assert prices == {"valley": pytest.approx(0.3720, abs=2e-4), "flat": pytest.approx(0.6624, abs=1e-4), "peak": pytest.approx(1.0108, abs=1e-4)}  # fmt: skip


def test_a_constant_load_pays_the_mean_price_of_its_hours(tmp_path):
    run = simulate(site(tmp_path, "{kind: grid, tariff: tianjin, factors: Tianjin 2022}"), step=3600.0, warm_up=0)
    # 8 valley hours, 8 peak hours and 8 flat hours a day; floating 0.58, adders 0.08, demand 40 CNY/kW
    mean = 0.08 + 0.58 * (8 * 0.46 + 8 * 1.5 + 8) / 24
    assert run.cost == pytest.approx(87_600 * mean + 12 * 10 * 40)
    assert run.ledger["scope2"] == pytest.approx(87_600 * 0.7041)
    assert run.ledger["scope2_market"] == pytest.approx(87_600 * 0.5856)


@pytest.mark.parametrize(
    ("mode", "months"),
    [("demand_mode: actual", 10.0), ("demand_mode: contract, contract: 9 kW", 9 + 2 * (10 - 9.45)), ("demand_mode: capacity, capacity: 16 kW", 16.0)],
)  # fmt: skip
def test_demand_is_billed_by_its_mode(tmp_path, mode, months):
    grid = f"{{kind: grid, energy_price: 1 CNY/kWh, demand_charge: 30 CNY/kW, emission_factor: 0.5 kg/kWh, {mode}}}"
    assert simulate(site(tmp_path, grid), step=3600.0, warm_up=0).cost == pytest.approx(87_600 + 12 * 30 * months)


def test_the_grid_refuses_what_is_over_its_export_limit():
    told = Grid.kernels["step"](load=20.0, made=100.0, made_below=0.0, price=1.0, limit=1e9, export_limit=50.0, feed_in=0.5, emission_factor=0.5)  # fmt: skip
    power, bought, sold, cost, kept, below, curtailed, over, _, avoided = told
    assert (power, bought, sold, curtailed, below, over) == (-50.0, 0.0, 50.0, 30.0, 0.0, 0.0)
    assert 100.0 * kept == pytest.approx(70.0)
    assert (cost, avoided) == (-25.0, 25.0)


def test_a_switchboard_hands_the_refusal_on_to_its_own_generators_first():
    net, loss, warmth, behind = Switchboard.kernels["ask"](load=10.0, made=110.0, made_below=40.0, losses=0.02)
    assert (net, loss, warmth, behind) == (-98.0, 2.0, 2.0, 150.0)
    step = Switchboard.kernels["step"]
    assert step(net=net, made=110.0, made_below=40.0, refused_share=55.0 / 150.0) == (pytest.approx(0.5), 0.0, -98.0)
    assert step(net=-50.0, made=0.0, made_below=40.0, refused_share=0.5)[:2] == (1.0, 0.5)
    assert step(net=-50.0, made=20.0, made_below=20.0, refused_share=0.75)[:2] == (0.0, 0.5)


@pytest.mark.parametrize(
    "boards",
    [
        "  {name}: {{kind: switchboard, suppliers: main, losses: 0.01}}\n",
        "  {name}: {{kind: switchboard, suppliers: grid, losses: 0.01}}\n",
        "  {name}: {{kind: switchboard, suppliers: [store, grid], losses: 0.01}}\n",
        "  {name}: {{kind: data_centre, suppliers: main, losses: 0.01}}\n",
        "  {name}: {{kind: data_centre, suppliers: grid, losses: 0.01}}\n",
    ],
)
def test_panels_side_by_side_share_what_the_grid_refuses(tmp_path, boards):
    plants = "".join(
        boards.format(name=name) + f"  {name}/roof: {{kind: photovoltaic, rating: {rating} kW, electricity: {name}}}\n"
        for name, rating in (("east", 100), ("west", 300))
    )
    text = SITE.format(grid="{kind: grid, energy_price: 1 CNY/kWh, emission_factor: 0.5 kg/kWh, export_limit: 50 kW}", ones=ONES)  # fmt: skip
    more = "  main: {kind: switchboard, suppliers: grid}\n" if "main" in boards else ""
    more += "  store: {kind: battery, capacity: 20 kWh, rating: 10 kW}\n" if "store" in boards else ""
    (tmp_path / "site.yaml").write_text(f"{text}{more}{plants}")
    run = simulate(load(tmp_path), step=3600.0, warm_up=0)
    assert max(run.balance.values()) < 1e-9
    assert float(run.series("grid.power").min()) == pytest.approx(-50e3)
    assert run.series("west/roof.power").sum() == pytest.approx(3.0 * run.series("east/roof.power").sum())


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("{seasons: [{peak: {hours: 8-12, ratio: 2}, valley: {hours: 11-13, ratio: 0.5}}], energy_price: 1 CNY/kWh}", "11:00 is both peak and valley"),
        ("{seasons: [{months: 1-6}], energy_price: 1 CNY/kWh}", "no season holds month 7, 8, 9, 10, 11, 12"),
        ("{seasons: [{months: 1-12}, {months: 3}], energy_price: 1 CNY/kWh}", "month 3 stands in two seasons"),
        ("{seasons: [{months: 1-13}], energy_price: 1 CNY/kWh}", "'1-13' is not from 1 to 12"),
        ("{seasons: [{noon: {hours: 1-2, ratio: 1}}], energy_price: 1 CNY/kWh}", "'noon' is no period"),
        ("{seasons: [{valley: {hours: 0-8}}], energy_price: 1 CNY/kWh}", "valley: a period has hours and ratio"),
        ("{seasons: [{months: 1-12}]}", "energy_price or seasons is missing"),
    ],
)  # fmt: skip
def test_a_tariff_that_leaves_gaps_or_overlaps_is_refused(tmp_path, own, told):
    (tmp_path / "site.yaml").write_text(
        SITE.format(grid="{kind: grid, tariff: mine, emission_factor: 0.5 kg/kWh}", ones=ONES)
        + f"tariffs: {{mine: {own}}}\n"
    )
    with pytest.raises(SiteError, match=told):
        load(tmp_path)


def test_a_period_may_last_the_whole_day():
    found = tariff("mine", {"mine": {"seasons": [{"valley": {"hours": "0-24", "ratio": 0.5}}], "energy_price": "1 CNY/kWh"}})  # fmt: skip
    assert found["periods"] == [0.0] * 288


@pytest.mark.parametrize(("mode", "missing"), [("contract", "contract or capacity"), ("capacity", "capacity")])
def test_demand_that_is_billed_by_nothing_is_refused(tmp_path, mode, missing):
    grid = f"{{kind: grid, energy_price: 1 CNY/kWh, demand_charge: 30 CNY/kW, emission_factor: 0.5 kg/kWh, demand_mode: {mode}}}"
    with pytest.raises(SiteError, match=f"demand_mode {mode} needs {missing}"):
        site(tmp_path, grid)


def test_factors_and_tariffs_that_nobody_knows_are_refused_with_the_nearest(tmp_path):
    with pytest.raises(SiteError, match="did you mean 'Tianjin'"):
        factors("Tianjn 2022")
    with pytest.raises(SiteError, match="year of grid factors"):
        factors("Tianjin 1999")
    with pytest.raises(SiteError, match="did you mean 'shanghai'"):
        site(tmp_path, "{kind: grid, tariff: shangai, emission_factor: 0.5 kg/kWh}")


def test_every_tariff_of_the_library_covers_the_year():
    from twin.site.library import shelf

    for name in shelf("tariffs")["tariffs"]:
        found = tariff(name)
        assert len(found["ratios"]) == 48
        assert len(found["periods"]) == 288
        assert np.array(found["periods"]).reshape(12, 24).any(axis=1).all()
