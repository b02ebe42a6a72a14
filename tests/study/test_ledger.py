"""The carbon ledger: rows that add up to the run's accounts, each with its activity, its factor and where both come from."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile

import pytest

from tests.study.ledger_sites import site
from twin.core import Component, Field, Trail, kernel, output
from twin.errors import SiteError
from twin.site.factors import find, table
from twin.site.load import load, shipped
from twin.study.ledger import ledger
from twin.study.ledger_files import write_csv, write_xlsx
from twin.study.restate import restate
from twin.study.runner import simulate
from twin.units import KgPerJoule, Ratio

KEYS = ["year", "scope1_t", "scope2_location_t", "scope2_market_t", "scope3_t", "scope3_categories", "total_t", "rows"]
ROW = ["activity", "amount", "unit", "factor", "factor_source", "method", "quality", "co2_t"]


def made(found):
    return ledger(simulate(found, step=3600.0, warm_up=0))


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_rows_of_every_shipped_site_add_up_to_its_accounts(name):
    run = simulate(load(name), step=3600.0, warm_up=0)
    found = ledger(run)
    for account in ("scope1", "scope2", "scope2_market", "scope3"):
        rows = [row for row in found.rows if row.account == account]
        assert 1e3 * found.total(account) == pytest.approx(run.ledger[account], rel=1e-9, abs=1e-6)
        assert sum(row.amount * row.factor for row in rows) == pytest.approx(run.ledger[account], rel=1e-9, abs=1e-6)
        assert all(row.source and 1 <= row.quality <= 5 for row in rows)
    for method in ("market", "location"):
        answer = found.answer(method)
        assert sum(row["co2_t"] for row in answer["rows"]) == pytest.approx(answer["total_t"], rel=1e-9)
        assert sum(answer["scope3_categories"].values()) == pytest.approx(answer["scope3_t"], rel=1e-9)
    for row in found.rows:  # a factor that names a row of the table is that row's
        if row.name:
            assert row.factor == pytest.approx(find(row.name).per(f"kg/({row.unit})"), rel=1e-9)


def test_the_group_reproduces_the_inventory_of_2021():
    # S1: 1.9 / 234.9 / 274.3 / 511.1 x 10^4 t, scope 2 reported as market-based; shares of categories from the same report
    answer = made(load("group")).answer()
    ten_thousand = {key: round(answer[key] / 1e4, 1) for key in ("scope1_t", "scope3_t")}
    assert ten_thousand == {"scope1_t": 1.9, "scope3_t": 274.3}
    assert answer["scope2_market_t"] / 1e4 == pytest.approx(234.9, abs=0.1)
    assert answer["total_t"] / 1e4 == pytest.approx(511.1, abs=0.1)
    assert answer["scope2_market_t"] / answer["total_t"] == pytest.approx(0.459, abs=0.001)
    assert answer["scope3_t"] / answer["total_t"] == pytest.approx(0.537, abs=0.001)
    assert answer["scope1_t"] / answer["total_t"] == pytest.approx(0.004, abs=0.0005)
    assert answer["scope3_categories"]["2 capital goods"] / answer["scope3_t"] == pytest.approx(0.504, abs=0.001)
    # what the hydro contract of 60 GWh leaves out is in the location-based figure alone
    assert answer["scope2_location_t"] - answer["scope2_market_t"] == pytest.approx(60e3 * 0.5568, rel=1e-6)


def test_the_command_prints_the_stable_keys():
    command = [sys.executable, "-m", "twin", "ledger", "group", "--year", "2021", "--step", "60", "--json"]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert list(answer) == KEYS
    assert all(list(row) == ROW for row in answer["rows"])
    assert answer["year"] == 2021
    assert answer["total_t"] == pytest.approx(
        answer["scope1_t"] + answer["scope2_market_t"] + answer["scope3_t"], rel=1e-12
    )


def test_a_contract_is_a_row_of_the_market_based_method_and_names_its_source(tmp_path):
    found = made(site(tmp_path))
    rows = {(row.account, row.component): row for row in found.rows}
    assert rows["scope2", "grid"].amount == pytest.approx(87.6e6)
    assert rows["scope2", "grid"].name == "grid/Chongqing/2022"
    assert rows["scope2_market", "grid"].amount == pytest.approx(67.6e6)
    assert rows["scope2_market", "grid"].name == "grid/residual/2022"
    contract = rows["matched", "hydro"]
    assert (contract.amount, contract.co2) == (pytest.approx(20e6), 0.0)
    assert (contract.what, "contract 7" in contract.source) == ("green power, annual matching", True)
    hourly = {row.account: row for row in made(site(tmp_path, matching="hourly")).rows}
    assert hourly["matched"].what == "green power, hourly matching"


def test_contracts_for_more_than_is_bought_make_nothing_negative(tmp_path):
    text = (tmp_path / "site.yaml", site(tmp_path))[0].read_text()
    (tmp_path / "site.yaml").write_text(text.replace("20 GWh", "200 GWh"))
    run = simulate(load(tmp_path), step=3600.0, warm_up=0)
    found = ledger(run)
    assert found.total("scope2_market") == run.ledger["scope2_market"] == 0.0
    assert any("match more than is bought" in note for note in found.notes)


SOURCES = """  fleet: {kind: emission_source, scope: 1, category: mobile combustion, activity: "35,000 L [30,000 .. 40,000] published fuel cards", factor: js303/diesel}
  cooling: {kind: emission_source, scope: 1, category: fugitive emissions, activity: 12 kg derived refilled, factor: ar5/R-410A}
  goods: {kind: emission_source, category: 1 purchased goods and services, quality: spend, activity: "2,000,000 CNY published accounts", factor: 0.05 kg/CNY assumed}
  trips: {kind: emission_source, category: 6 business travel, quality: average, activity: 500 person, factor: 0.9 t/person assumed}
"""


def test_activities_and_factors_of_emission_sources_multiply(tmp_path):
    rows = {row.component: row for row in made(site(tmp_path, SOURCES)).rows if row.account in ("scope1", "scope3")}
    assert rows["fleet"].co2 == pytest.approx(35_000 * 2.718)
    assert (rows["fleet"].amount, rows["fleet"].unit, rows["fleet"].name) == (pytest.approx(35e3), "L", "js303/diesel")
    assert rows["cooling"].co2 == pytest.approx(12 * 1923.5)
    assert rows["goods"].co2 == pytest.approx(1e5)
    assert rows["trips"].co2 == pytest.approx(450e3)
    methods = {name: (row.method, row.quality) for name, row in rows.items()}
    assert methods == {"fleet": ("activity-based", 1), "cooling": ("activity-based", 2), "goods": ("spend-based", 5), "trips": ("average-data", 5)}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("activity: 100 km assumed, factor: js303/diesel", "an activity in km times a factor in kg/L is no mass"),
        ("activity: 100 km assumed", "factor is missing"),
        ("factor: js303/diesel", "activity is missing"),
        ("activity: 100 L assumed, factor: js303/disel", "did you mean 'js303/diesel'"),
        ("activity: 100 L assumed, factor: jz303/diesel", "did you mean 'js303'"),
        ("activity: 100 assumed, factor: js303/diesel", "is not a number with a unit"),
        ("activity: 100 L assumed, factor: 3 parsecs/L", "is no mass of carbon dioxide"),
        ("category: nothing", "either an amount of carbon dioxide, or an activity"),
        ("amount: 3 tCO2e, activity: 100 L, factor: js303/diesel", "either an amount of carbon dioxide, or an activity"),
    ],
)  # fmt: skip
def test_an_activity_that_does_not_fit_its_factor_is_refused(tmp_path, line, told):
    with pytest.raises(SiteError, match=told):
        site(tmp_path, f"  source: {{kind: emission_source, {line}}}\n")


def test_a_boiler_may_name_its_factor_and_not_one_of_another_unit(tmp_path):
    boiler = "  boiler: {{kind: boiler, capacity: 1 MW, price: 0.3 CNY/kWh, electricity: grid, factor: {}}}\n"
    assert site(tmp_path, boiler.format("ipcc2006/gas"))["boiler"].emission_factor == pytest.approx(56.1e-9)
    with pytest.raises(SiteError, match="factor js303/gas: is in kg/m3, and kg/J is wanted"):
        site(tmp_path, boiler.format("js303/gas"))


class DummyKiln(Component):
    """A kiln that says where its carbon dioxide comes from, beside a smouldering heap that does not."""

    factor: KgPerJoule = Field(56.1e-9, gt=0)
    """Of the gas."""
    burned = output("W", "Gas burnt", medium="fuel", energy="in")
    emitted = output("kg/s", "Carbon dioxide", ledger="scope1", trail=Trail("burned", "factor", row="ipcc2006/gas"))
    heap = output("kg/s", "Carbon dioxide of the heap", ledger="scope3")

    @kernel(tells=("burned", "emitted", "heap"))
    def step(factor):
        """All day long, with lime that gives as much again."""
        return 1000.0, 2.0 * 1000.0 * factor, 1e-3


def test_a_kind_of_ones_own_is_in_the_ledger_and_a_booking_without_a_trail_is_of_poorest_quality(tmp_path):
    rows = {row.signal: row for row in made(site(tmp_path, "  kiln: {kind: dummy_kiln}\n")).rows}
    assert rows["burned"].co2 == pytest.approx(2.0 * 8.76e3 * 3.6e6 * 56.1e-9)
    assert rows["burned"].source.startswith("mean over the run")
    assert (rows["heap"].quality, rows["heap"].category) == (5, "uncategorised")


@pytest.mark.parametrize(
    ("trail", "told"),
    [
        (Trail("burn", "factor"), "'burn' is not declared; did you mean 'burned'"),
        (Trail("burned", "factr"), "'factr' is not declared"),
        (Trail("burned", "share"), "in W times 'share' in 1 is not what 'emitted' books in kg/s"),
        (Trail("burned", "factor", row="ndrc/{fuels}"), "'fuels' is not declared"),
        (Trail("burned", "factor", stated="amount"), "'amount' is not declared"),
    ],
)
def test_a_trail_that_names_what_is_not_there_is_refused_at_import(trail, told):
    members = {
        "__annotations__": {"factor": KgPerJoule, "share": Ratio, "fuel": str}, "factor": 1e-9, "share": 1.0, "fuel": "gas",
        "burned": output("W", "Gas burnt"), "emitted": output("kg/s", "Carbon dioxide", ledger="scope1", trail=trail),
        "step": kernel(tells=("burned", "emitted"))(lambda dt: (1.0, 1.0)), "__module__": __name__,
    }  # fmt: skip
    with pytest.raises(TypeError, match=told):
        type("DummyTrail", (Component,), members)


@pytest.mark.parametrize("year", ["2021", "2023"])
def test_a_restatement_is_what_a_run_with_the_other_factors_books(tmp_path, year):
    again = restate(made(site(tmp_path, SOURCES)), [year])
    run = made(site(tmp_path, SOURCES, factors=f"factors: Chongqing {year}"))
    for account in ("scope1", "scope2", "scope2_market", "scope3"):
        assert again.after.total(account) == pytest.approx(run.total(account), rel=1e-9)
    assert {row.name for row in again.after.rows} == {row.name for row in run.rows}
    answer = again.answer("market")
    for key, value in answer["difference"].items():
        assert value == pytest.approx(answer["after"][key] - answer["before"][key])


def test_a_place_or_a_table_restates_what_it_can_and_says_what_it_cannot(tmp_path):
    stated = made(site(tmp_path, SOURCES))
    assert {new.name for _, new in restate(stated, ["Shanghai 2023"]).changed} == {"grid/Shanghai/2023", "grid/residual/2023"}  # fmt: skip
    (pair,) = restate(stated, ["ar6"]).changed
    assert (pair[1].co2 - pair[0].co2) == pytest.approx(12 * (2255.5 - 1923.5))
    with pytest.raises(SiteError, match="ndrc/diesel is in kg/GJ and its activity in L; kept js303/diesel"):
        restate(stated, ["ndrc"])


def test_a_factor_of_ones_own_is_kept_until_a_place_is_named(tmp_path):
    stated = made(site(tmp_path, factors="emission_factor: 0.5 kg/kWh assumed supplier"))
    with pytest.raises(
        SiteError, match="its factor is no row of the table, so 2023 says nothing of it; write --factors 'PLACE 2023'"
    ):
        restate(stated, ["2023"])
    changed = restate(stated, ["Chongqing 2023"]).changed
    assert changed[0][1].factor == pytest.approx(0.5581)


def test_electricity_of_others_is_restated_with_their_own_place(tmp_path):
    leased = "  leased: {kind: emission_source, category: 8 upstream leased assets, activity: 2 GWh published bills, factor: grid/Hebei/2022}\n"
    stated = made(site(tmp_path, leased))
    (row,) = (row for row in restate(stated, ["2023"]).after.rows if row.component == "leased")
    assert (row.name, row.co2) == ("grid/Hebei/2023", pytest.approx(2e6 * 0.6516))


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("1999", "'1999' is no year of grid factors of the library; known: 2018, 2021, 2022, 2023"),
        ("2018", "no grid factor of Hubei for 2018; the library has 2021, 2022, 2023"),
        ("Hubai 2023", "did you mean 'Hubei'"),
        ("ar7", "--factors ar7: is no year, no place with a year, and no table; tables: ar5, ar6"),
        ("ipcc2006", "--factors ipcc2006: no figure of this ledger"),
    ],
)
def test_an_unknown_year_place_or_table_is_told(tmp_path, wanted, told):
    stated = made(site(tmp_path, factors="factors: Hubei 2022"))
    with pytest.raises(SiteError, match=told):
        restate(stated, [wanted])


def test_the_trail_adds_where_every_figure_comes_from_and_the_run_that_made_it(tmp_path):
    command = [sys.executable, "-m", "twin", "ledger", "guian", "--step", "60", "--trail", "--json"]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert answer["manifest"]["site"] == load("guian").digest()
    assert answer["factor_tables"].startswith("grid ")
    (bought,) = (row for row in answer["rows"] if row["scope"] == "2 market-based")
    assert (bought["component"], bought["signal"], bought["factor_row"]) == ("grid", "residual", "grid/residual/2022")
    assert bought["factor_unit"] == "kg/kWh"


def test_the_command_ends_with_2_and_one_message():
    command = [sys.executable, "-m", "twin", "ledger", "group", "--step", "60", "--factors", "1999"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "no year of grid factors" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_every_row_of_the_table_has_unit_source_region_and_year():
    rows = table()
    assert len(rows) > 150
    assert all(row.unit.startswith("kg/") and row.source and row.region and row.kind for row in rows.values())
    assert all(2000 <= row.year <= 2026 for row in rows.values())
    # NDRC: 38.931 MJ/Nm3 x 15.3 tC/TJ x 0.99 x 44/12 = 2.1622 kg/Nm3
    assert rows["ndrc/gas"].value * 38.931e-3 == pytest.approx(rows["ndrc_mass/gas"].value, rel=1e-4)
    assert rows["ndrc/heat"].per("kg/J") == pytest.approx(1.1e-7)


def test_a_csv_holds_every_row_with_its_trail(tmp_path):
    found = made(site(tmp_path, SOURCES))
    write_csv(found, tmp_path / "l.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "l.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == len(found.rows)
    for row in rows:
        assert float(row["amount"]) * float(row["factor"]) / 1e3 == pytest.approx(float(row["co2_t"]), rel=1e-9)
    assert {row["scope"] for row in rows} == {"1", "2 location-based", "2 market-based", "3"}


def test_a_workbook_computes_its_figures_itself(tmp_path):
    found = made(site(tmp_path, SOURCES))
    write_xlsx(found, tmp_path / "l.xlsx")
    with zipfile.ZipFile(tmp_path / "l.xlsx") as book:
        rows, summary = (book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (2, 1))
    assert "<f>F2*H2/1000</f>" in rows
    assert rows.count("<f>") == len(found.rows)
    assert "SUMIFS(rows!$J$2" in summary
    assert "<f>B2+B4+B5</f>" in summary


def test_exports_of_a_restatement_show_both_figures(tmp_path):
    found = made(site(tmp_path, SOURCES))
    again = restate(found, ["2023"])
    write_csv(found, tmp_path / "l.csv", again)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "l.csv").read_text(encoding="utf-8-sig"))))
    changed = [row for row in rows if row["restated_factor_row"] != row["factor_row"]]
    assert len(changed) == len(again.changed) == 2
    for row in rows:
        expected = float(row["amount"]) * float(row["restated_factor"]) / 1e3
        assert float(row["restated_co2_t"]) == pytest.approx(expected, rel=1e-9)
    write_xlsx(found, tmp_path / "l.xlsx", again)
    with zipfile.ZipFile(tmp_path / "l.xlsx") as book:
        assert book.read("xl/worksheets/sheet3.xml").decode().count("<f>H") == 2
