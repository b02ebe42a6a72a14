"""Carbon, sites and units without a browser: figures are those of the ledger and the studies, and every bad input says what to do."""

from __future__ import annotations

import csv
import io
import json
from zipfile import ZipFile

import httpx
import pytest

pytest.importorskip("dash", reason="the dashboard's packages are not installed: pip install 'campus-twin[dashboard]'")

from twin.dashboard import app as program
from twin.dashboard.address import Address, read
from twin.dashboard.amounts import BTU, COAL, intensity, said
from twin.dashboard.carbon import wedge
from twin.dashboard.carbon.emissions import quality
from twin.dashboard.carbon.studied import Road, Worked
from twin.dashboard.language import say
from twin.dashboard.overview import today
from twin.dashboard.pages import carbon, portfolio
from twin.dashboard.reading import Reading
from typer.testing import CliRunner

from tests.dashboard.inventories import NOON, Alone, make_site
from tests.dashboard.served import served
from tests.dashboard.test_screen import texts
from tests.dashboard.waiting import PATIENCE, settled
from twin.cli import app
from twin.errors import SiteError
from twin.site.benchmarks import benchmark
from twin.site.load import load, shipped
from twin.study.pathway import load_pathway, wedges
from twin.study.reported import examine


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_site(tmp_path_factory.mktemp("sites") / "fans")


@pytest.fixture(scope="module")
def source(folder):
    found = Alone(folder, folder.parent / "store")
    settled(lambda: found.inventory("fans"))
    settled(lambda: found.pathway("fans"))
    settled(lambda: found.reported("fans"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def told(folder):
    """What the command line says of the same site."""
    return json.loads(CliRunner().invoke(app, ["ledger", str(folder), "--json"]).stdout)


def page(source, query="", path="/carbon"):
    return texts(program.screen(source, path, query)[0])


def test_every_figure_of_the_scopes_is_that_of_the_command_line(source, told):
    own = source.inventory("fans").value
    shown = page(source)
    for key in ("scope1_t", "scope2_location_t", "scope2_market_t", "scope3_t", "total_t"):
        assert f'"{told[key]:,.1f}"' in shown, key
    for row in told["rows"]:
        assert f"{row['factor']:.5g} kg/{row['unit']}" in shown
        assert row["factor_source"] in shown
    assert own.total("market") == pytest.approx(told["total_t"])
    assert {name: sum(row.co2 for row in rows) / 1e3 for name, rows in own.categories.items()} == pytest.approx(told["scope3_categories"])  # fmt: skip
    assert quality(own.ledger.listed("market")) == pytest.approx(own.ledger.score("market"))


def test_an_account_is_the_sum_of_the_rows_that_it_opens_to(source):
    own = source.inventory("fans").value
    for account in ("scope1", "scope2", "scope2_market", "scope3"):
        assert sum(row.co2 for row in own.rows(account)) / 1e3 == pytest.approx(own.ledger.total(account))
        assert own.rows(account)
    assert own.claim("scope1").reported == 40.0
    assert "reported: 40 tCO2e (accounts)" in page(source)


def test_the_address_says_which_figure_is_open(source):
    def opened(query):
        built, *_ = program.screen(source, "/carbon", query)
        return json.dumps(built, default=lambda each: each.to_plotly_json()).count('"open": true')

    assert opened("") == 0
    assert opened("?open=scope2") == 1
    assert opened("?open=scope3-2") == 2
    assert opened("?open=nothing") == 0


def test_other_factors_are_those_of_the_restatement(source, folder):
    answer = json.loads(CliRunner().invoke(app, ["ledger", str(folder), "--factors", "2023", "--json"]).stdout)
    shown = page(source, "?factors=2023")
    for key, value in answer["restated"]["difference"].items():
        assert f"{value:+,.1f}" in shown, key
    assert "2023" in source.inventory("fans").value.choices
    assert "restated-totals" not in page(source)


def test_factors_that_nobody_has_are_told_with_what_to_do(source):
    assert "Choose one of the offered factors" in page(source, "?factors=1871")
    assert "factors=&lt;" not in page(source, "?factors=<script>")
    assert "This address says something unknown: factors=" in page(source, "?factors=<script>")


def test_a_factor_of_the_sites_own_offers_the_province_and_one_without_any_says_what_to_write(tmp_path):
    own = Alone(make_site(tmp_path / "own", "emission_factor: 0.5 kg/kWh", ""), tmp_path / "store")
    assert settled(lambda: own.inventory("own")).value.choices == ("Guangdong 2018", "Guangdong 2021", "Guangdong 2022", "Guangdong 2023")  # fmt: skip
    assert settled(lambda: own.pathway("own")).why == "carbon_no_pathway"
    assert "has no pathway.yaml" in page(own)
    own.close()


def test_the_files_are_those_of_the_command_line_and_others_are_refused(source, folder, tmp_path):
    CliRunner().invoke(app, ["ledger", str(folder), "--csv", str(tmp_path / "own.csv")])
    with served(source) as address, httpx.Client(base_url=f"{address}/carbon/", timeout=PATIENCE) as client:
        answer = client.get("ledger.csv?site=fans")
        assert answer.content == (tmp_path / "own.csv").read_bytes()
        assert "ledger-fans.csv" in answer.headers["content-disposition"]
        restated = client.get("ledger.csv?site=fans&factors=2023").content.decode("utf-8-sig")
        assert {"restated_factor", "restated_co2_t"} <= set(next(csv.DictReader(io.StringIO(restated))))
        assert ZipFile(io.BytesIO(client.get("ledger.xlsx?site=fans").content)).testzip() is None
        assert client.get("ledger.exe?site=fans").status_code == 404
        assert client.get("ledger.csv?site=../../etc").status_code == 404
        refused = client.get("ledger.csv?site=fans&factors=1871")
        assert refused.status_code == 422
        assert "1871" in refused.text


def test_the_pathway_is_that_of_the_study_and_every_column_adds_up(source, folder):
    site = load(folder)
    expected = wedges(site, load_pathway(site), step=900.0)
    road = source.pathway("fans").value
    assert road.rows == expected
    for place, row in enumerate(expected):
        stack = sum(values[place] for _, _, values in wedge.parts(road, say("en"), "en", False))
        assert stack == pytest.approx(row["business_as_usual_t"])
    lines = wedge.lines(road, say("zh"), "zh")
    assert lines["小风机"] == [-row["wedges"][1]["co2_t"] for row in expected]
    assert f"{round(expected[-1]['business_as_usual_t']):,}" in page(source)


def test_a_pathway_whose_wedge_adds_emissions_is_drawn_as_bars(source):
    road = source.pathway("fans").value
    assert {each["type"] for each in wedge.figure(road, say("en"), "en", False)["data"]} == {"scatter"}
    rows = [{**row, "wedges": [{**each, "co2_t": -each["co2_t"]} for each in row["wedges"]]} for row in road.rows]
    drawn = wedge.figure(Road(road.site, road.pathway, rows), say("en"), "en", True)["data"]
    assert {each["type"] for each in drawn} == {"bar", "scatter"}


def test_a_pathway_that_is_wrong_is_told_with_its_place(tmp_path):
    folder = make_site(tmp_path / "fans", pathway="schema_version: 1\nfirst: 2030\nlast: 2021\n")
    broken = Alone(folder, tmp_path / "store")
    found = settled(lambda: broken.pathway("fans"))
    assert found.state == "error"
    assert "pathway.yaml" in found.detail
    assert "2021 is before first" in page(broken)
    broken.close()


def test_reported_figures_wait_until_somebody_asks_and_are_then_those_of_the_study_and_kept(source, folder):
    assert "portfolio-work" in page(source, path="/portfolio")
    assert "portfolio_quantity" not in page(source, path="/portfolio")
    source.studied.want()
    rows = settled(lambda: source.reported("fans")).value
    assert rows == examine({"fans": load(folder)}, samples=8)
    shown = page(source, "?lang=zh", "/portfolio")
    assert "宣传册只计一半。" in shown
    assert "不一致" in shown
    again = Alone(folder, source.studied.means.store)
    assert settled(lambda: again.reported("fans")).value == rows
    again.close()


def test_a_study_that_fails_says_why(tmp_path):
    studies = Worked(tmp_path, workers=1)
    folder = make_site(tmp_path / "fans", pathway="first: [\n")
    assert settled(lambda: studies.pathway("fans", load(folder))).why == "carbon_study_fails"
    studies.close()
    (tmp_path / "file").write_text("this is no folder", encoding="utf-8")
    blocked = Worked(tmp_path / "file", workers=1)
    assert "choose another folder" in settled(lambda: blocked.reported("fans", load(folder))).detail
    blocked.close()


def test_sites_are_sorted_by_the_column_the_address_names(source):
    class Many:
        names = ("a", "b", "c")

    years = {name: source.year("fans") for name in Many.names}
    reading = years["a"]
    from dataclasses import replace

    for name, value in zip(Many.names, (2.0, 3.0, 1.0), strict=True):
        years[name] = replace(reading, value=replace(reading.value, intensity=value, area=-value))
    sites = dict.fromkeys(Many.names)

    def order(**own):
        return portfolio.ordered(years, sites, Address("portfolio", "a", own=tuple(own.items())))

    assert order() == ["b", "a", "c"]
    assert order(sort="intensity-up") == ["c", "a", "b"]
    assert order(sort="area") == ["c", "a", "b"]
    assert order(sort="name-up") == ["a", "b", "c"]
    assert "sort=weight" in page(source, "?sort=weight", "/portfolio")


def test_values_of_the_standard_are_shown_as_unconfirmed_and_never_invented(source):
    shown = page(source, path="/portfolio")
    assert "not confirmed, no verdict" in shown
    assert '"100.0"' in shown
    found = {name: benchmark(load(path)) for name, path in shipped().items()}
    assert [name for name, each in found.items() if each] == ["binhai"]
    assert not found["binhai"].confirmed
    assert "80" in found["binhai"].source


def test_a_kind_of_building_that_no_standard_knows_is_refused(folder, tmp_path):
    text = (folder / "site.yaml").read_text(encoding="utf-8")
    (tmp_path / "site.yaml").write_text(text.replace("commercial office B", "castle"), encoding="utf-8")
    with pytest.raises(SiteError, match=r"building: 'castle': must be one of government office A"):
        load(tmp_path)


def test_energy_is_shown_in_the_unit_of_the_address_everywhere(source):
    year = source.year("fans").value
    home = Address("overview", "fans")
    address = read("/overview", "?unit=kgce", program.KEYS, ["fans"], home)
    assert (address.unit, address.next_unit) == ("kgce", "kBtu")
    assert read(*address.to(page="carbon").split("?"), program.KEYS, ["fans"], home).unit == "kgce"
    assert "unit" not in Address("overview", "fans").to()
    assert read("/overview", "?unit=horse", program.KEYS, ["fans"], home).wrong == ("unit=horse",)
    for unit in ("kgce", "kBtu"):
        text, name = intensity(year.intensity, unit)
        for path in ("/overview", "/portfolio"):
            shown = page(source, f"?unit={unit}", path)
            assert text in shown
            assert name in shown
    assert said("energy", "en", year.electricity, "kgce") in page(source, "?unit=kgce&open=scope2")
    assert said("energy", "zh", 1e6 / COAL, "kgce") == "1,000 tce"
    assert said("energy", "en", 1e3 / BTU, "kBtu") == "1 MMBtu"
    assert pytest.approx(3.412, abs=5e-4) == BTU


def test_the_overview_says_the_zone_of_the_site_and_what_day_it_is(source):
    assert "At the site it is 2026-03-04 12:00 (UTC+8), a workday. Next public holiday: Tomb-sweeping Day" in page(source, path="/overview")  # fmt: skip
    free = NOON.replace(month=10, day=2)
    assert "休息日, 国庆节" in today.told(load("binhai"), free, say("zh"), "zh")
    assert today.coming("CN", NOON.date(), "zh")[1] == "清明"
    assert today.holiday("CN", NOON.date().replace(year=2031, month=10, day=2), "zh") == "国庆节"


def test_pages_of_a_site_that_fails_say_why_and_what_to_do(tmp_path):
    folder = make_site(tmp_path / "fans")
    broken = Alone(folder, tmp_path / "store")
    (folder / "site.yaml").write_text("name: [", encoding="utf-8")
    settled(lambda: broken.inventory("fans"))
    for path in ("/carbon", "/portfolio"):
        shown = page(broken, path=path)
        assert "could not be built" not in shown
        assert "twin check" in shown
    assert carbon._answer(broken, "csv", "fans", "").status_code == 503
    broken.close()


def test_a_page_is_built_again_as_long_as_the_portfolio_beside_it_is_still_read(source, monkeypatch):
    monkeypatch.setattr(type(source), "names", property(lambda own: ["fans", "group"]))
    ask = source.site
    monkeypatch.setattr(source, "site", lambda name: Reading("loading", why="working") if name == "group" else ask(name))  # fmt: skip
    assert program.screen(source, "/carbon", "")[1] == program.SOON
