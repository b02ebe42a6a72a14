"""Bills beside their arithmetic by hand, and the sum of a bill beside what the run books."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tests.components.test_grid import ONES, SITE, site
from twin.cli import app
from twin.errors import SiteError, UnitError
from twin.sim.costs import costs
from twin.sim.invoice import invoice
from twin.site.load import load
from twin.study.runner import simulate
from twin.units import parse


def billed(tmp_path, grid, step=3600.0):
    run = simulate(site(tmp_path, grid), step=step, warm_up=0)
    return run, invoice(run)


def test_a_month_of_a_steady_load_costs_what_the_hand_finds(tmp_path):
    # 10 kW all of January on the Tianjin tariff: 31 days of 8 valley, 8 flat and 8 peak hours are 2,480 kWh each.
    # valley 2,480 x (0.58 x 0.46 + 0.08) = 2,480 x 0.3468 =   860.064
    # flat   2,480 x (0.58 x 1    + 0.08) = 2,480 x 0.66   = 1,636.800
    # peak   2,480 x (0.58 x 1.5  + 0.08) = 2,480 x 0.95   = 2,356.000
    # demand 10 kW x 40                                    =   400.000; in all 5,252.864
    _, found = billed(tmp_path, "{kind: grid, tariff: tianjin, factors: Tianjin 2022}")
    (connection,) = found["connections"]
    january = connection["months"][0]
    assert {row["period"]: row["kwh"] for row in january["rows"]} == pytest.approx(
        dict.fromkeys(("valley", "flat", "peak"), 2_480)
    )
    amounts = [row["amount"] for row in january["rows"]] + [january["demand"]["amount"], january["total"]]
    assert amounts == pytest.approx([860.064, 1_636.8, 2_356.0, 400.0, 5_252.864])
    assert january["rows"][0]["formula"] == "2,480.00 kWh x (0.58 x 1 x 0.46 + 0.08) CNY/kWh = 860.06 CNY"
    assert found["closes"]


def test_seasons_sharp_hours_and_a_floating_price_are_in_the_rows(tmp_path):
    # Guangdong, July: sharp 11-12 and 15-17, 3 h a day at 2.125; the floating price 1.1 of the year's:
    # 31 x 3 x 10 = 930 kWh x (0.72 x 1.1 x 2.125 + 0.0277) = 930 x 1.7107 = 1,590.951
    months = ", ".join(["1"] * 6 + ["1.1"] + ["1"] * 5)
    grid = f"{{kind: grid, tariff: guangdong, float_by_month: [{months}], emission_factor: 0.5 kg/kWh}}"
    _, found = billed(tmp_path, grid)
    july, june = found["connections"][0]["months"][6], found["connections"][0]["months"][5]
    sharp = july["rows"][3]
    assert (sharp["period"], sharp["kwh"]) == ("sharp", pytest.approx(930))
    assert sharp["amount"] == pytest.approx(1_590.951)
    assert [row["period"] for row in june["rows"]] == ["valley", "flat", "peak"]
    assert found["closes"]


@pytest.mark.parametrize(
    ("mode", "billed_kw", "amount", "words"),
    [
        # 10 kW at 30 CNY/kW
        ("demand_mode: actual", 10.0, 300.0, "10.00 kW highest mean power x 30 CNY/kW = 300.00 CNY"),
        # contract 9 kW: 9 + 2 x (10 - 1.05 x 9) = 9 + 2 x 0.55 = 10.1 kW
        ("demand_mode: contract, contract: 9 kW", 10.1, 303.0, "(9.00 kW contract + 2 x max(10.00 - 1.05 x 9.00, 0) kW) x 30 CNY/kW = 303.00 CNY"),
        # contract 2 kW of 20 kVA: at least 40 %, 8 kW: 8 + 2 x (10 - 8.4) = 11.2 kW
        ("demand_mode: contract, contract: 2 kW, capacity: 20 kW", 11.2, 336.0, "(8.00 kW contract + 2 x max(10.00 - 1.05 x 8.00, 0) kW) x 30 CNY/kW = 336.00 CNY"),
        ("demand_mode: capacity, capacity: 16 kW", 16.0, 480.0, "16.00 kVA installed x 30 CNY/kW = 480.00 CNY"),
    ],
)  # fmt: skip
def test_the_demand_row_shows_its_mode(tmp_path, mode, billed_kw, amount, words):
    grid = f"{{kind: grid, energy_price: 1 CNY/kWh, demand_charge: 30 CNY/kW, emission_factor: 0.5 kg/kWh, {mode}}}"
    _, found = billed(tmp_path, grid)
    row = found["connections"][0]["months"][3]["demand"]
    assert row["billed_kw"] == pytest.approx(billed_kw)
    assert row["amount"] == pytest.approx(amount)
    assert row["formula"] == words
    assert found["closes"]


def test_every_figure_names_its_tariff_and_where_its_price_stands(tmp_path):
    (tmp_path / "site.yaml").write_text(
        SITE.format(grid="{kind: grid, tariff: mine, emission_factor: 0.5 kg/kWh}", ones=ONES)
        + "tariffs: {mine: {version: bill of March 2026, energy_price: 0.6 CNY/kWh published bill, seasons: [{months: 1-12}]}}\n"
    )
    found = invoice(simulate(load(tmp_path), step=3600.0, warm_up=0))
    (connection,) = found["connections"]
    assert connection["edition"]["version"] == "bill of March 2026"
    assert connection["edition"]["origin"] == "site"
    assert connection["prices"]["energy_price"]["text"] == "0.6 CNY/kWh"
    assert connection["prices"]["energy_price"]["source"] == "bill"
    for month in connection["months"]:
        assert month["kwh"] == pytest.approx(sum(row["kwh"] for row in month["rows"]))
        for row in (*month["rows"], month["demand"], month["feed_in"]):
            assert row["formula"].endswith(" CNY")
            assert row["tariff"].startswith("mine, bill of March 2026 (site, ")


def test_a_price_that_a_measure_changes_is_not_billed_in_the_tariffs_name_alone(tmp_path):
    site(tmp_path, "{kind: grid, tariff: tianjin, factors: Tianjin 2022}")
    (tmp_path / "measures.yaml").write_text(
        "schema_version: 1\nmeasures:\n  cheaper:\n    title: {en: Cheaper}\n    lifetime: 1 assumed\n"
        "    cost: {per: site, value: 0 CNY assumed}\n    changes: [{select: {kind: grid}, scale: {energy_price: 0.9 assumed}}]\n"
    )
    found = invoice(simulate(load(tmp_path).with_measures("cheaper"), step=3600.0, warm_up=0))
    assert "tianjin, no version told (library" in found["connections"][0]["tariff"]
    assert "changed by cheaper at" in found["connections"][0]["months"][0]["rows"][0]["tariff"]
    assert found["connections"][0]["months"][0]["rows"][0]["floating"] == pytest.approx(0.58 * 0.9)
    assert found["closes"]


def test_a_bill_of_quarter_hours_closes_with_the_run(tmp_path):
    run, found = billed(tmp_path, "{kind: grid, tariff: shanghai, factors: Shanghai 2022}", 900.0)
    assert found["total"] == pytest.approx(run.cost, rel=1e-12)
    assert sum(costs(run).values()) == pytest.approx(run.cost, rel=1e-12)


def test_a_campus_with_engines_contracts_and_feed_in_closes_with_its_run():
    run = simulate(load("zero-carbon-park"), step=3600.0)
    found = invoice(run)
    assert found["closes"]
    assert sum(costs(run).values()) == pytest.approx(run.cost, rel=1e-12)
    sold = sum(month["feed_in"]["kwh"] for each in found["connections"] for month in each["months"])
    assert sold == pytest.approx(run.ledger["sold"] / 3.6e6)


def test_the_command_prints_one_month_and_json(tmp_path):
    site(tmp_path, "{kind: grid, tariff: tianjin, factors: Tianjin 2022}")
    shown = CliRunner().invoke(app, ["bill", str(tmp_path), "--month", "1", "--step", "60"])
    assert shown.exit_code == 0
    assert "5,252.86" in shown.output
    told = CliRunner().invoke(app, ["bill", str(tmp_path), "--step", "60", "--json"])
    answer = json.loads(told.stdout)
    assert len(answer["connections"][0]["months"]) == 12
    assert answer["closes"]


def test_a_bill_with_an_unknown_measure_is_refused(tmp_path):
    site(tmp_path, "{kind: grid, tariff: tianjin, factors: Tianjin 2022}")
    with pytest.raises(SiteError, match="measure 'led'"):
        CliRunner().invoke(app, ["bill", str(tmp_path), "--measure", "led"], catch_exceptions=False)


@pytest.mark.parametrize(
    ("season", "told"),
    [
        ("flat: {hours: 6-22, ratio: 1}, valley: {hours: 23-6, ratio: 0.5}", "no period holds 22:00; name every hour"),
        ("flat: {hours: 6-22, ratio: 1}, valley: {hours: 21-6, ratio: 0.5}", "21:00 is both flat and valley"),
        ("valley: {hours: 22-6, ratio: -0.5}", "must be from 0 to 100"),
        ("valley: {hours: 22-6, ratio: half}", "is not a number; write for instance"),
    ],
)
def test_gaps_overlaps_and_negative_ratios_of_a_tariff_are_refused(tmp_path, season, told):
    (tmp_path / "site.yaml").write_text(
        SITE.format(grid="{kind: grid, tariff: mine, emission_factor: 0.5 kg/kWh}", ones=ONES)
        + f"tariffs: {{mine: {{energy_price: 1 CNY/kWh, seasons: [{{months: 1-12, {season}}}]}}}}\n"
    )
    with pytest.raises(SiteError, match=told) as problem:
        load(tmp_path)
    assert "site.yaml:7:" in str(problem.value)


@pytest.mark.parametrize("price", ["0.1 USD/kWh", "0.1 EUR/kWh", "$0.1/kWh", "0.1 €/kWh"])
def test_another_currency_is_refused_by_its_name(tmp_path, price):
    with pytest.raises(SiteError, match=r"site\.yaml:7:"):
        site(tmp_path, f"{{kind: grid, energy_price: {price}, emission_factor: 0.5 kg/kWh}}")
    if not price.startswith("$"):
        with pytest.raises(UnitError, match="and the site counts in CNY; convert it"):
            parse(price, "CNY/J")
