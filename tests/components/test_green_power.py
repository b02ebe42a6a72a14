"""Green-power contracts and certificates: matching by the year and by the hour."""

from __future__ import annotations

import pytest

from tests.components.test_grid import ONES
from twin.site.load import load
from twin.study.runner import simulate

SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 29.5 deg, longitude: 106.5 deg, country: CN, province: Chongqing, climate: chongqing}}
floor_area: 100 m2
year: 2021
components:
  grid: {{kind: grid, energy_price: 0.5 CNY/kWh, emission_factor: 0.5 kg/kWh, market_factor: 0.6 kg/kWh, contracts: [{chain}]}}
  always: {{kind: schedule, workday: [{ones}], saturday: [{ones}], holiday: [{ones}]}}
  servers: {{kind: base_load, rating: 10 MW, schedule: always, electricity: grid}}
{more}
"""


def run(tmp_path, chain, more):
    (tmp_path / "site.yaml").write_text(SITE.format(chain=chain, more=more, ones=ONES))
    return simulate(load(tmp_path), step=3600.0, warm_up=0)


def test_an_annual_contract_lowers_the_market_based_emission_only(tmp_path):
    done = run(
        tmp_path,
        "hydro",
        "  hydro: {kind: green_power, volume: 60 GWh, months: [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], premium: 0.03 CNY/kWh}",
    )
    # Tencent bought 60 GWh of hydro power for August to December 2021 (S1): 153 days, so 16.3 MW on average
    assert done.ledger["matched"] / 3.6e12 == pytest.approx(60.0)
    assert done.ledger["scope2"] / 1e3 == pytest.approx(87_600 * 0.5)
    assert done.ledger["scope2_market"] / 1e3 == pytest.approx((87_600 - 60_000) * 0.6)
    assert done.cost == pytest.approx(87.6e6 * 0.5 + 60e6 * 0.03)


def test_an_hourly_contract_counts_what_the_hour_uses_and_notes_the_rest(tmp_path):
    months = "months: [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]"
    done = run(tmp_path, "hydro", f"  hydro: {{kind: green_power, volume: 60 GWh, {months}, matching: hourly}}")
    assert done.ledger["matched"] / 3.6e12 == pytest.approx(10.0 * 153 * 24 / 1e3)  # 16.3 MW offered, 10 MW used
    assert [note for note in done.notes if "green power was not used in its hour" in note]


def test_certificates_follow_the_contracts_in_their_order(tmp_path):
    more = "  sun: {kind: green_power, volume: 40 GWh, matching: annual}\n  rest: {kind: green_certificate, share: 0.5, price: 0.01 CNY/kWh}"
    done = run(tmp_path, "sun, rest", more)
    assert done.ledger["matched"] / 3.6e12 == pytest.approx(40.0 + 0.5 * 47.6)
    assert done.ledger["scope2_market"] / 1e3 == pytest.approx(0.5 * 47_600 * 0.6)


def test_a_share_of_all_power_may_be_green(tmp_path):
    done = run(tmp_path, "all", "  all: {kind: green_power, share: 1, matching: hourly}")
    assert done.ledger["scope2_market"] == pytest.approx(0.0, abs=1e-6)


def test_contracts_for_more_than_is_bought_make_no_emission_negative_and_say_so(tmp_path):
    done = run(tmp_path, "sun", "  sun: {kind: green_power, volume: 100 GWh, premium: 0.03 CNY/kWh}")
    assert done.ledger["scope2_market"] == 0.0
    # 12.4 GWh more than the 87.6 GWh bought, at 0.6 kg/kWh
    assert "grid: contracts match more than is bought; 7,440.0 t below nothing are not booked" in done.notes
    assert done.cost == pytest.approx(87.6e6 * 0.5 + 100e6 * 0.03)


def test_certificates_match_what_a_contract_leaves_of_the_year_though_some_hours_have_too_much(tmp_path):
    shape = ", ".join(["0"] * 6 + ["1"] * 12 + ["0"] * 6)  # 40 GWh in twelve hours a day: 9.1 MW; in six: 18.3 MW
    peak = ", ".join(["0"] * 9 + ["1"] * 6 + ["0"] * 9)
    for hours in (shape, peak):
        more = f"  sun: {{kind: green_power, volume: 40 GWh, hours: [{hours}]}}\n  rest: {{kind: green_certificate, share: 1, price: 0.01 CNY/kWh}}"
        done = run(tmp_path, "sun, rest", more)
        assert done.ledger["matched"] / 3.6e12 == pytest.approx(87.6)
        assert done.cost == pytest.approx(87.6e6 * 0.5 + 47.6e6 * 0.01)
        assert done.ledger["scope2_market"] / 1e3 == pytest.approx(0.0, abs=1e-3)
        assert done.notes == []
