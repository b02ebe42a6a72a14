"""A site under another tariff, weather and carbon year is what its file would have said, and studies keep conditions apart."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations

import pytest

from tests.study.test_engine import MEASURES
from twin.condition_tables import show_conditions
from twin.errors import SiteError, WeatherError
from twin.site.load import load
from twin.study.across import Case, cases_of, compare_cases
from twin.study.compare import compare, scenarios
from twin.study.conditions import Condition, site_under, years
from twin.study.engine import Means
from twin.study.ledger import ledger
from twin.study.manifest import Keys
from twin.study.restate import restate
from twin.study.runner import simulate
from twin.study.task import Task
from twin.study.terms import Terms

SITE = """schema_version: 1
name: {{en: Fans}}
location: {{latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}}
floor_area: 100 m2
suppliers: {{electricity: grid}}
components:
  grid: {{kind: grid, {grid}}}
  hours: {{kind: schedule}}
  fans: {{kind: base_load, rating: "10 kW [8 .. 12] assumed", base: "0.5 [0.4 .. 0.6] assumed", schedule: hours}}
{more}
"""
OWN = """tariffs:
  plain: {energy_price: "0.5 CNY/kWh [0.4 .. 0.6] assumed", feed_in: 0.3 CNY/kWh assumed, seasons: [{months: 1-12}]}
"""
PRICE = """  price:
    title: {en: Cheaper power}
    changes: [{select: {kind: grid}, set: {energy_price: 0.1 CNY/kWh assumed}}]
    cost: {per: site, value: 1 CNY assumed}
    lifetime: 10 assumed
packages"""
PATHWAY = """schema_version: 1
first: 2022
last: 2030
grid_factor: {2022: 0.44 kg/kWh, 2030: 0.33 kg/kWh}
"""


def write(folder, grid="tariff: shenzhen, factors: Guangdong 2022", more="", measures=MEASURES):
    folder.mkdir(exist_ok=True)
    (folder / "site.yaml").write_text(SITE.format(grid=grid, more=more))
    (folder / "measures.yaml").write_text(measures)
    return load(folder)


def same(one, other):
    """Two sites are the same but for where their files stand."""
    assert one.digest() == other.digest()
    assert one.tariffs == other.tariffs
    stated = [
        {at: (q.value, q.low, q.high, q.kind, q.source, q.place.split(":")[1]) for at, q in each.quantities.items()}
        for each in (one, other)
    ]  # fmt: skip
    assert stated[0] == stated[1]


@pytest.mark.parametrize("tariff", ["shanghai", "guizhou", "shenzhen", "plain"])
def test_another_tariff_is_what_the_file_would_have_said(tmp_path, tariff):
    site = write(tmp_path / "a", more=OWN)
    wanted = write(tmp_path / "b", f"tariff: {tariff}, factors: Guangdong 2022", OWN)
    same(site_under(site, Condition("", tariff)), wanted)


def test_what_only_the_old_tariff_said_is_gone_and_what_the_site_says_stays(tmp_path):
    site = write(tmp_path / "a", "tariff: plain, demand_charge: 20 CNY/kW assumed, factors: Guangdong 2022", OWN)
    assert site["grid"].feed_in > 0.0
    found = site_under(site, Condition("", "shanghai"))
    assert found["grid"].feed_in == 0.0
    assert ("grid", "feed_in") not in found.quantities
    assert found["grid"].demand_charge == pytest.approx(0.020)  # CNY/W: the site's own, not Shanghai's 40.8
    same(
        found, write(tmp_path / "b", "tariff: shanghai, demand_charge: 20 CNY/kW assumed, factors: Guangdong 2022", OWN)
    )


def test_a_measure_that_changes_the_price_applies_on_top(tmp_path):
    site = write(tmp_path, measures=MEASURES.replace("packages", PRICE))
    found = site_under(site, Condition("", "shanghai")).with_measures("price")
    assert found["grid"].energy_price * 3.6e6 == pytest.approx(0.1)
    assert found["grid"].ratios == site_under(site, Condition("", "shanghai"))["grid"].ratios


@pytest.mark.parametrize("year", [2018, 2021, 2022, 2023])
def test_another_carbon_year_is_what_the_file_would_have_said(tmp_path, year):
    site = write(tmp_path / "a")
    same(
        site_under(site, Condition("", "", year)), write(tmp_path / "b", f"tariff: shenzhen, factors: Guangdong {year}")
    )


def test_a_carbon_year_books_what_a_restated_ledger_states(tmp_path):
    source = "  steel: {kind: emission_source, activity: 10 MWh published meter, factor: grid/China/2021, category: 1 Purchased goods and services}"
    site = write(tmp_path, more=source)
    stated = restate(ledger(simulate(site, step=3600.0)), ["2023"]).after.answer("market")
    booked = ledger(simulate(site_under(site, Condition("", "", 2023)), step=3600.0)).answer("market")
    for key in ("scope2_location_t", "scope2_market_t", "scope3_t", "total_t"):
        assert booked[key] == pytest.approx(stated[key], rel=1e-9), key
        assert booked[key] > 0.0


def test_a_later_year_follows_the_trajectory_of_the_pathway(tmp_path):
    site = write(tmp_path)
    (tmp_path / "pathway.yaml").write_text(PATHWAY)
    found = site_under(site, Condition("", "", 2030)).quantities["grid", "emission_factor"]
    assert found.value * 3.6e6 == pytest.approx(0.4403 * 0.33 / 0.44)
    assert (found.kind, found.low, found.high) == ("assumed", found.value, found.value)
    assert "grid/Guangdong/2022" in found.source
    assert "times 0.75 to 2030 by the grid_factor of pathway.yaml" in found.source
    assert site_under(site, Condition("", "", 2026))["grid"].market_factor * 3.6e6 == pytest.approx(
        0.5856 * 0.385 / 0.44
    )
    with pytest.raises(SiteError, match=r"carbon year 2040: .* and grid_factor of its pathway\.yaml from 2022 to 2030"):
        site_under(site, Condition("", "", 2040))
    early = write(tmp_path, "tariff: shenzhen, factors: Guangdong 2018")
    with pytest.raises(
        SiteError, match="grid has the factor of 2018, and the grid_factor of the pathway begins in 2022"
    ):
        site_under(early, Condition("", "", 2030))


@pytest.mark.parametrize(
    ("grid", "condition", "told"),
    [
        ("tariff: shenzhen, factors: Guangdong 2022", Condition("", "shangai"), "no tariff of the library; did you mean 'shanghai'"),
        ("energy_price: 0.6 CNY/kWh, factors: Guangdong 2022", Condition("", "shanghai"), "grid names no tariff, so that none can take its place; write for instance 'tariff: shanghai'"),
        ("tariff: shenzhen, factors: Guangdong 2022", Condition("", "", 2030), "has 2018, 2021, 2022, 2023, and no pathway.yaml beside the site states a grid_factor"),
        ("tariff: shenzhen, emission_factor: 0.5 kg/kWh", Condition("", "", 2023), "the emission factor of grid is no row of the table, .* write for instance 'factors: Guangdong 2023'"),
        ("tariff: shenzhen, factors: Anhui 2022", Condition("", "", 2018), "no grid factor of Anhui for 2018; the library has 2021, 2022, 2023"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_had_says_what_can(tmp_path, grid, condition, told):
    with pytest.raises(SiteError, match=told):
        site_under(write(tmp_path, grid), condition)


def test_a_site_without_a_grid_has_no_tariff(tmp_path):
    (tmp_path / "site.yaml").write_text(
        SITE.format(grid="", more="").replace("  grid: {kind: grid, }\n", "").split("  fans")[0].replace("suppliers: {electricity: grid}\n", "")
    )  # fmt: skip
    with pytest.raises(SiteError, match="has no grid connection; leave tariff and carbon year out"):
        site_under(load(tmp_path), Condition("", "shanghai"))


def test_runs_of_different_conditions_never_share_a_key(tmp_path):
    site = write(tmp_path)
    cases = cases_of(site, ["shenzhen", "shenzhen+2K", "shenzhen+2030-ssp245"], ["shenzhen", "shanghai"], [2022, 2023])
    assert len(cases) == 12
    keys, kept = Keys(), []
    for case in cases:
        names = [(each.name, each.measures) for each in case.chosen]
        kept.append(set(keys.of(Task(case.site, case.condition.weather, 3600.0, {}, names))))
        assert len(kept[-1]) == 4
    assert all(not one & other for one, other in combinations(kept, 2))
    plain = keys.of(Task(site, "shenzhen", 3600.0, {}, [("baseline", ())]))
    assert set(plain) <= kept[0]  # the site's own tariff and year, told again, is the same run


def test_every_condition_is_judged_with_the_same_samples_and_the_first_as_if_alone(tmp_path):
    site, store = write(tmp_path), Means(1, tmp_path / "store")
    cases = cases_of(site, (), ["shenzhen", "jibei"], [2022, 2023])
    found = compare_cases(cases, 3600.0, 3, 0, Terms(), store)
    alone = compare(site, samples=3, seed=0, terms=Terms(), means=store)
    assert {key: found[key] for key in alone} == alone
    assert [(each["tariff"], each["carbon_year"]) for each in found["conditions"]] == [
        ("shenzhen", 2022), ("shenzhen", 2023), ("jibei", 2022), ("jibei", 2023),
    ]  # fmt: skip
    rows = [each["scenarios"] for each in found["conditions"]]
    # neither tariff nor factor changes energy: with the same samples, every percentile is the same
    assert all(row[place]["saving_kwh"] == rows[0][place]["saving_kwh"] for row in rows for place in range(3))
    assert rows[0][0]["saving_cost_cny"] == rows[1][0]["saving_cost_cny"] != rows[2][0]["saving_cost_cny"]
    ratio = rows[1][0]["saving_co2_t"]["p50"] / rows[0][0]["saving_co2_t"]["p50"]
    assert ratio == pytest.approx(0.4419 / 0.4403)
    # a store that holds all conditions gives each its own
    for place in (3, 1):
        again = compare_cases([cases[0], cases[place]], 3600.0, 3, 0, Terms(), store)["conditions"][1]
        assert again["scenarios"] == rows[place]
    assert found["robust"]["least_regret"] in {"smaller", "less", "both"}
    assert "baseline" in found["conditions"][3]


def test_places_that_only_a_later_tariff_has_leave_the_first_condition_alone(tmp_path):
    site, store = write(tmp_path, "tariff: shanghai, factors: Guangdong 2022"), Means(1, tmp_path / "store")
    found = compare_cases(cases_of(site, (), ["shanghai", "shenzhen"]), 3600.0, 3, 7, Terms(), store)
    alone = compare(site, samples=3, seed=7, terms=Terms(), means=store)
    assert {key: found[key] for key in alone} == alone


def test_a_condition_that_is_the_sites_own_adds_no_list(tmp_path):
    site = write(tmp_path)
    case = Case(Condition("shenzhen"), site, tuple(scenarios(site)))
    found = compare_cases([case], 3600.0, 2, 0, Terms(), Means(1, tmp_path / "store"))
    assert (found["conditions"], found["robust"]) == ([], None)
    assert cases_of(site) == [case]
    with pytest.raises(WeatherError, match="did you mean 'shenzhen'"):
        cases_of(site, ["shenzen"])
    assert years() == [2018, 2021, 2022, 2023]


def test_a_measured_year_from_a_file_goes_through_a_study(tmp_path, shared_data):
    path = str(shared_data("weather") / "CHN_Guangdong.Shenzhen.594930_SWERA.epw")
    site = write(tmp_path)
    found = compare_cases(cases_of(site, [path, f"{path}+2K"]), 3600.0, 2, 0, Terms(), Means(1, tmp_path / "store"))
    assert found["weather"] == path
    assert found["conditions"][1]["weather"] == f"{path}+2K"
    assert found["period"] == "2019"


def test_a_month_of_measurements_is_no_year(tmp_path):
    lines = [f"2019-01-{hour // 24 + 1:02}T{hour % 24:02}:00:00+08:00,{15 + hour % 24},0.6,0" for hour in range(744)]
    head = ["# latitude: 22.5", "# longitude: 114", "time,dry_bulb,relative_humidity,global_horizontal"]
    (tmp_path / "january.csv").write_text("\n".join([*head, *lines]) + "\n")
    site = write(tmp_path / "a")
    for name in ("january.csv", "january.csv+2K"):
        with pytest.raises(
            WeatherError, match="holds 31 days, which a study of a year would repeat; give at least 364 days"
        ):
            cases_of(site, [f"{tmp_path}/{name}"])


def test_the_command_tells_every_condition(tmp_path, capsys):
    write(tmp_path)
    told = [
        "--samples", "2", "--workers", "1", "--store", str(tmp_path / "store"), "--tariff", "shenzhen", "--tariff", "shanghai",
        "--weather", "shenzhen+1K", "--carbon-year", "2023",
    ]  # fmt: skip
    command = [sys.executable, "-m", "twin", "study", str(tmp_path), *told]
    answer = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout)
    assert [each["label"] for each in answer["conditions"]] == [
        "shenzhen+1K, tariff shenzhen, carbon factors of 2023", "shenzhen+1K, tariff shanghai, carbon factors of 2023",
    ]  # fmt: skip
    assert answer["weather"] == "shenzhen+1K"
    assert answer["conditions"][0]["emission_factors"]["grid"]["kg_kwh"] == pytest.approx(0.4419)
    assert answer["conditions"][1]["tariffs"]["grid"].startswith("shanghai, ")
    assert answer["baseline"] == answer["conditions"][0]["baseline"]
    show_conditions(answer)
    shown = capsys.readouterr().out
    assert "shenzhen+1K, tariff shanghai" in shown
    assert "over 2 conditions" in shown
    wrong = subprocess.run([*command, "--weather", "shenzhen+1999-ssp245"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "no projection 1999-ssp245; years: 2030, 2050, 2080, 2090" in wrong.stderr.replace("\n", " ")
