"""The Binhai towers: balance, convergence, measures, study and the weather they stand on."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from twin.errors import SiteError
from twin.site.load import load
from twin.study.compare import compare
from twin.study.engine import Means
from twin.study.runner import simulate
from twin.weather import Weather


@pytest.fixture(scope="module")
def binhai():
    return load("binhai")


@pytest.fixture(scope="module")
def year(binhai):
    return simulate(binhai)


def test_the_year_closes_its_energy_balance_in_every_medium(year):
    assert len(year.balance) == 8
    assert max(year.balance.values()) < 1e-6


def test_every_number_of_the_site_says_where_it_comes_from(binhai):
    assert binhai.unsourced() == []
    assert len([c for c in binhai.components if type(c).kind == "zone"]) >= 60


def test_intensity_is_in_the_range_of_such_headquarters(year):
    assert 110.0 < year.electricity / 270_000.0 < 230.0  # assumed 110..230 kWh/m2, see the site's sources


def test_the_same_run_twice_gives_the_same_bits(binhai, year):
    assert np.array_equal(simulate(binhai).record.ticks, year.record.ticks, equal_nan=True)


@pytest.mark.parametrize(("coarse", "fine"), [(3600.0, 1800.0), pytest.param(900.0, 450.0, marks=pytest.mark.nightly)])
def test_halving_the_step_moves_electricity_by_less_than_one_percent_and_savings_by_less_than_five(
    binhai, coarse, fine
):
    sites = {"baseline": binhai, **{name: binhai.with_measures(name) for name in binhai.measures}}
    rough, close = (
        {name: simulate(site, step=step).electricity for name, site in sites.items()} for step in (coarse, fine)
    )
    assert close["baseline"] == pytest.approx(rough["baseline"], rel=0.01)
    for name in binhai.measures:
        saving = rough["baseline"] - rough[name]
        assert saving == pytest.approx(close["baseline"] - close[name], rel=0.05), name
        assert (saving > 0.0) == (name != "rainwater_reuse"), name  # which saves water and takes a little power


@pytest.mark.parametrize("swing", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_a_study_has_its_stable_keys_and_consistent_numbers(binhai, swing):
    answer = compare(binhai, samples=2, means=Means(2), swing=swing)
    assert [s["name"] for s in answer["scenarios"]] == [*binhai.measures, "all_measures"]
    assert {
        "name",
        "measures",
        "saving_kwh",
        "saving_co2_t",
        "capex",
        "npv",
        "payback_years",
        "comfort_hours_outside",
    } <= set(answer["scenarios"][0])
    for row in answer["scenarios"]:
        assert row["saving_kwh"]["p10"] <= row["saving_kwh"]["p50"] <= row["saving_kwh"]["p90"]
    water = {row["name"]: row["saving_water_m3"]["p50"] for row in answer["scenarios"]}
    assert 11_000.0 < water["rainwater_reuse"] < 27_000.0  # assumed 11,000 .. 27,000 m3 a year
    assert water["all_measures"] > 0.0  # towers that reject less heat take less water
    assert sum(d["share"] for d in answer["drivers"]) == pytest.approx(float(swing))
    members = binhai.packages["all_measures"]
    singles = sum(s["central"]["saving_kwh"] for s in answer["scenarios"] if s["name"] in members)
    assert answer["scenarios"][-1]["central"]["saving_kwh"] - singles == pytest.approx(answer["interaction_kwh"])
    assert answer["reported"][0]["label"] == "reported, not normalised"
    assert answer["baseline"]["fifteen_minute"]["electricity_kwh"] == pytest.approx(
        answer["baseline"]["electricity_kwh"], rel=0.01
    )
    json.dumps(answer, allow_nan=False)


def test_measures_that_are_unknown_or_contradict_are_refused(binhai):
    with pytest.raises(SiteError, match=r"measure 'lighting_contrl': unknown field; did you mean 'lighting_control'"):
        binhai.with_measures("lighting_contrl")


@pytest.mark.parametrize("years", [10, pytest.param(60, marks=pytest.mark.nightly)])
def test_generated_years_cool_the_towers_like_the_weather_file_does(binhai, shared_data, years):
    file = shared_data("weather") / "CHN_Guangdong.Shenzhen.594930_SWERA.epw"

    def cooling(weather):
        run = simulate(binhai, weather, step=3600.0)
        load = run.series("plant/loop.load")
        return load.sum(), load.max(), run.peak

    own = np.array([cooling(Weather.typical("shenzhen", 2019, seed)) for seed in range(years)])
    off = np.sort(np.abs(own / np.array(cooling(Weather.epw(file, 2019))) - 1.0), axis=0)
    assert (off[9 * years // 10 - 1] < (0.03, 0.06, 0.06)).all()  # nine years in ten


def test_run_prints_its_stable_json():
    command = [
        sys.executable,
        "-m",
        "twin",
        "run",
        "binhai",
        "--step",
        "60",
        "--start",
        "2019-07-01",
        "--end",
        "2019-07-08",
        "--json",
    ]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    keys = "site weather start end step_s wall_s electricity_kwh end_uses_kwh peak_kw co2_t balance unmet_hours notes"
    assert set(keys.split()) <= set(told)
    assert told["electricity_kwh"] == pytest.approx(sum(told["end_uses_kwh"].values()))


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "nowhere"], ["run", "binhai", "--weather", "shenzen"], ["run", "binhai", "--step", "7"], ["check", "/"],
        ["run", "binhai", "--start", "2019-07-08", "--end", "2019-07-01"], ["run", "binhai", "--measure", "none"],
        ["catalogue", "zoone"], ["run", "binhai", "--weather", "none.epw"], ["study"], ["bogus"],
        ["run", "binhai", "--components", "nowhere"],
    ],
)  # fmt: skip
def test_wrong_arguments_get_one_message_and_an_exit_code(arguments):
    done = subprocess.run([sys.executable, "-m", "twin", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
