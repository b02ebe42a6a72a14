"""Sensitivities agree with functions and sites whose variance is known by hand, and wrong questions are told."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.study.fans import FANS, MEASURES, fans
from twin.cli import app
from twin.commands.uncertainty import show_uncertainty, trusted
from twin.errors import SiteError
from twin.study import indices, sensitivity, task
from twin.study.compare import compare
from twin.study.engine import Means
from twin.study.indices import SensitivityError, analyse, remark
from twin.study.sampling import variance
from twin.study.sensitivity import Aim
from twin.study.terms import Terms, read_terms

LINEAR = """
components:
  grid: {kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}
  hours: {kind: schedule}
  large: {kind: base_load, rating: "10 kW [6 .. 14] assumed", base: 1, schedule: hours}
  skewed: {kind: base_load, rating: "10 kW [10 .. 15] assumed", base: 1, schedule: hours}
  small: {kind: base_load, rating: "1 kW [0.9 .. 1.1] assumed", base: 1, schedule: hours}
"""
HALF = """schema_version: 1
measures:
  half:
    title: {en: Half, zh: 半}
    changes: [{select: {kind: base_load}, scale: {rating: 0.5 assumed}}]
    cost: {per: site, value: "20000 CNY [10000 .. 40000] assumed"}
    lifetime: 10 assumed
packages: {all: [half]}
"""


def ishigami(points):
    """Ishigami's function with a = 7 and b = 0.1 of three numbers between -pi and pi."""
    x, y, z = (np.pi * (2.0 * points - 1.0)).T
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def test_sobol_indices_of_the_ishigami_function():
    # Saltelli et al., Global Sensitivity Analysis: The Primer, Wiley 2008; Ishigami and Homma 1990:
    # V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = 8 b^2 pi^8 / 225, no others
    one, two = 0.5 * (1.0 + 0.1 * np.pi**4 / 5.0) ** 2, 49.0 / 8.0
    both = 8.0 * 0.1**2 * np.pi**8 / 225.0
    whole = one + two + both
    design = indices.sobol(3, 2048, 0)
    found = analyse(design, ishigami(design.points))
    assert found.values["S1"] == pytest.approx(np.array([one, two, 0.0]) / whole, abs=0.02)
    assert found.values["ST"] == pytest.approx(np.array([one + both, two, both]) / whole, abs=0.02)
    assert found.deviation**2 == pytest.approx(whole, rel=0.03)
    assert np.all(found.values["S1_conf"] < 0.1)
    assert np.array_equal(found.values["S1_conf"], analyse(design, ishigami(design.points)).values["S1_conf"])


def test_elementary_effects_of_a_plane_are_its_slopes():
    # Morris 1991: the effects of a linear function are its coefficients, without deviation
    design = indices.morris(4, 6, 0)
    found = analyse(design, design.points @ np.array([3.0, -2.0, 0.5, 0.0]) + 7.0)
    assert found.values["mu"] == pytest.approx([3.0, -2.0, 0.5, 0.0])
    assert found.values["mu_star"] == pytest.approx([3.0, 2.0, 0.5, 0.0])
    assert found.values["sigma"] == pytest.approx(0.0, abs=1e-12)


def test_numbers_that_act_together_show_in_morris_sigma():
    design = indices.morris(3, 20, 0)
    found = analyse(design, design.points[:, 0] * design.points[:, 1] + design.points[:, 2])
    assert found.values["sigma"][0] > 0.2
    assert found.values["sigma"][2] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_groups_with_runs_that_cannot_be_simulated_are_left_out(method):
    design = getattr(indices, method)(3, 64, 0)
    figures = ishigami(design.points)
    figures[[0, 1, -1]] = np.nan
    found = analyse(design, figures)
    assert found.dropped == 2
    assert np.isfinite(found.values[indices.RANKED[method]]).all()
    assert "2 groups of runs were left out" in remark(found, method, ["a", "b", "c"])["en"]
    assert "2组" in remark(found, method, ["a", "b", "c"])["zh"]
    figures[:] = np.nan
    with pytest.raises(SensitivityError, match="only 0 of 64 groups of runs can be simulated whole"):
        analyse(design, figures)


def test_a_confidence_wider_than_its_index_is_told():
    design = indices.sobol(3, 8, 0)
    said = remark(analyse(design, ishigami(design.points)), "sobol", ["a", "b", "c"])
    assert "confidence wider than the index for" in said["en"]
    assert "take more --base-samples" in said["en"]
    assert "请增大--base-samples" in said["zh"]


def test_a_figure_that_nothing_moves_has_no_indices():
    design = indices.sobol(3, 8, 0)
    found = analyse(design, np.full(len(design.points), 4.0))
    assert found.values == {}
    assert "does not vary" in remark(found, "sobol", ["a", "b", "c"])["en"]


def test_shares_of_a_linear_site_are_those_of_its_variances(tmp_path):
    site = fans(tmp_path, LINEAR, HALF)
    parts = [variance(q) for q in site.assumptions()]
    shares = dict(
        zip([q.place.rpartition("/")[2] for q in site.assumptions()], np.array(parts) / sum(parts), strict=True)
    )
    answer = compare(site, samples=2, means=Means(1))
    assert {row["place"]: row["share"] for row in answer["drivers"]} == pytest.approx(shares)
    found = sensitivity.sensitivity(site, Aim("sobol", base_samples=32), "shenzhen", 3600.0, Terms(), means=Means(1))
    assert found["of"] == "all"
    assert found["output"] == "saving_kwh"
    for row in found["rows"]:
        share = shares.get(row["place"], 0.0)
        assert row["ST"] == pytest.approx(share, abs=0.12)
        assert row["matters"] == bool(share)
        assert row["money"] == (row["parameter"] == "half: cost")
    base = next(each for each in found["others"] if each["output"] == "baseline_electricity_kwh")
    assert base["mean"] == pytest.approx((10.0 + 35.0 / 3.0 + 1.0) * 8760.0, rel=0.01)
    assert base["deviation"] == pytest.approx(8.760 * np.sqrt(sum(parts)), rel=0.15)
    assert found["sum_S1"] == pytest.approx(1.0, abs=0.3)
    # 32 x (4 + 2) points; the cost moves nothing that is simulated: 32 x (3 + 2) of the baseline and of the package
    assert found["points"] == 192
    assert found["runs"] == 320
    json.dumps(found, allow_nan=False)


def test_money_alone_needs_no_more_runs_than_one(tmp_path, monkeypatch):
    site = fans(
        tmp_path, LINEAR.replace(" [6 .. 14]", "").replace(" [10 .. 15]", "").replace(" [0.9 .. 1.1]", ""), HALF
    )
    (tmp_path / "terms.yaml").write_text('schema_version: 1\nhorizon: 10\ndiscount: "6 % [4 .. 8] assumed"\n')
    terms, ran = read_terms(tmp_path / "terms.yaml"), []
    own = task.outcome
    monkeypatch.setattr(task, "outcome", lambda *given: ran.append(given) or own(*given))
    found = sensitivity.sensitivity(site, Aim("morris", of="half"), "shenzhen", 3600.0, terms, means=Means(1))
    assert len(ran) == found["runs"] == 2
    worth = next(each for each in found["others"] if each["output"] == "npv")
    rows = {row["parameter"]: row for row in worth["rows"]}
    # thirds of the triangle are at 10, 20, 40 - sqrt(200) and 40 thousand; an effect is two thirds wide
    near, far = (30_000.0 - 200.0**0.5 * 1e3) * 1.5, 20_000.0 * 1.5
    assert near <= -rows["half: cost"]["mu"] <= far
    assert 0.0 < rows["half: cost"]["sigma"] <= far - near
    assert rows["terms: discount"]["mu"] < 0.0
    assert "does not vary" in found["note"]
    assert not any(row["matters"] for row in found["rows"])


def test_many_numbers_are_screened_before_sobol(tmp_path, monkeypatch):
    monkeypatch.setattr(sensitivity, "MANY", 2)
    site = fans(tmp_path, LINEAR, HALF.replace(" [10000 .. 40000]", ""))
    aim = Aim("sobol", trajectories=4, base_samples=8)
    found = sensitivity.sensitivity(site, aim, "shenzhen", 3600.0, Terms(), means=Means(1))
    assert len(found["frozen"]) == 1
    assert found["frozen"][0]["mu_star_share"] == pytest.approx(0.2 / 8.0, rel=0.3)
    assert found["frozen"][0]["square_share"] < 0.01
    assert len(found["rows"]) == 2
    assert found["points"] == 4 * 4 + 8 * 4


def test_a_site_without_measures_has_the_sensitivities_of_its_electricity(tmp_path):
    found = sensitivity.sensitivity(fans(tmp_path, FANS), Aim("morris"), "shenzhen", 3600.0, Terms(), means=Means(1))
    assert (found["of"], found["output"], found["others"]) == (None, "baseline_electricity_kwh", [])
    # 8,760 h x 0.5 x 4 kW, and 8,760 h x 10 kW x 0.2, at the middle of the other
    assert [row["mu"] for row in found["rows"]] == pytest.approx([17_520.0] * 2, rel=0.2)


def test_a_site_without_ranges_is_told(tmp_path):
    site = fans(tmp_path, FANS.replace(" [8 .. 12]", "").replace(" [0.4 .. 0.6]", ""))
    with pytest.raises(SensitivityError, match="no number has a range"):
        sensitivity.sensitivity(site, Aim("morris"), "shenzhen", 3600.0, Terms())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sensitivity", "morris", "--of", "smoller"], "--of smoller: unknown|did you mean 'smaller'"),
        (
            ["--sensitivity", "sobol", "--base-samples", "100"],
            "--base-samples 100: must be a power of two, such as 128",
        ),
        (["--sensitivity", "morris", "--trajectories", "1"], "--trajectories 1: must be at least 2"),
        (["--sensitivity", "morris", "--base-samples", "64"], "--base-samples 64: goes with --sensitivity sobol"),
        (["--trajectories", "5"], "--trajectories 5: goes with --sensitivity morris or sobol"),
        (["--of", "less"], "--of less: goes with --sensitivity morris or sobol"),
    ],
)
def test_wrong_options_end_a_study_before_it_begins(tmp_path, options, words):
    fans(tmp_path, FANS, MEASURES)
    with pytest.raises((SensitivityError, SiteError), match=words) as problem:
        CliRunner().invoke(app, ["study", str(tmp_path), *options], catch_exceptions=False)
    assert problem.value.exit_code == 2


def test_another_method_is_refused_in_python(tmp_path):
    with pytest.raises(SensitivityError, match="--sensitivity fast: must be morris or sobol"):
        Aim("fast").check(fans(tmp_path, FANS, MEASURES))


def test_the_missing_extra_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.util", None)
    with pytest.raises(SensitivityError, match=r"pip install 'campus-twin\[sensitivity\]'"):
        Aim("morris").check(fans(tmp_path, FANS, MEASURES))


def test_the_command_shows_what_its_samples_are_enough_for_and_ranks_what_moves(tmp_path):
    fans(tmp_path, FANS, MEASURES)
    options = ["--samples", "6", "--workers", "1", "--store", str(tmp_path / "store"), "--sampling", "sobol"]
    done = CliRunner().invoke(
        app, ["study", str(tmp_path), *options, "--sensitivity", "sobol", "--base-samples", "4", "--save", str(tmp_path / "kept.json")],
        catch_exceptions=False,
    )  # fmt: skip
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    assert done.exit_code == 0
    assert kept["sensitivity"]["method"] == "sobol"
    assert kept["sampling"]["advice"]["en"] == "Sobol' samples balance at powers of two: 8 would serve better than 6"
    said = trusted(kept)
    assert "standard errors for the package (6 samples" in said[0]
    assert said[1] == kept["sampling"]["advice"]["en"]
    shown = " ".join(done.output.split())
    assert "sensitivities of both by sobol: 4 base samples" in shown
    assert "saving_kwh [kWh]" in shown
    assert "smaller: rating" in shown
    frozen = [{"parameter": "a", "place": "b", "mu_star_share": 0.01, "square_share": 0.001}]
    show_uncertainty({**kept, "sensitivity": {**kept["sensitivity"], "frozen": frozen}})


def test_ranges_that_move_nothing_are_told(tmp_path):
    idle = LINEAR.replace("0.6 CNY/kWh", '"0.6 CNY/kWh [0.5 .. 0.7] assumed"')
    answer = compare(fans(tmp_path, idle, HALF), samples=2, means=Means(1))
    assert [row["matters"] for row in answer["drivers"]] == [True, True, True, False]
    assert "1 of 4 ranges do not move the saving of the package at all" in trusted(answer)


def test_nothing_is_said_of_a_spread_around_nought_or_of_no_scenario():
    row = {
        "name": "idle", "central": {}, "measures": ["idle"], "failed_samples": 0,
        **{name: {"p50": 0.0} for name in ("saving_kwh", "npv")}, "spread_error": {},
    }  # fmt: skip
    answer = {"scenarios": [row], "samples": 4, "sampling": {"advice": {}}, "drivers": []}
    assert trusted(answer) == []
    assert trusted({**answer, "scenarios": [{**row, "central": None}]}) == []
