"""Reported figures beside the twin's."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.site.test_claims import site
from twin.errors import RunError
from twin.site.load import load
from twin.study.engine import Means
from twin.study.reported import examine
from twin.study.runner import simulate

KEYS = {"site", "quantity", "reported", "p10", "p50", "p90", "unit", "source", "verdict", "why"}


@pytest.mark.parametrize(
    ("twin", "value", "more", "verdict"),
    [
        ("{figure: electricity}", "87.6 MWh", "", "consistent"),
        ("{figure: electricity}", "87 MWh", "", "consistent"),  # within the rounding of a reported figure
        ("{figure: electricity}", "80 MWh", "", "inconsistent"),
        ("{figure: electricity}", "80 MWh", ", comparable: no", "not comparable"),
        ("{figure: electricity}", "99 MWh", ", bound: at most", "consistent"),
        ("{figure: electricity}", "80 MWh", ", bound: at most", "inconsistent"),
        ("{figure: electricity}", "80 MWh", ", bound: at least", "consistent"),
        ("{figure: electricity}", "99 MWh", ", bound: at least", "inconsistent"),
        ("{figure: scope2}", "43.8 tCO2e", "", "consistent"),
        ("{figure: cost}", "52560 CNY", "", "consistent"),
        ("{figure: peak}", "10 kW", "", "consistent"),
    ],
)  # fmt: skip
def test_the_verdict_follows_the_twins_range(tmp_path, twin, value, more, verdict):
    (row,) = examine({"test": site(tmp_path, twin, value, more)}, samples=2, means=Means(1))
    assert set(row) >= KEYS
    assert row["verdict"] == verdict
    assert row["p10"] <= row["p50"] <= row["p90"]


def test_a_figure_may_divide_by_a_parameter_of_the_same_sample(tmp_path):
    found = site(tmp_path, "{figure: '[fans.power] / [fans.rating]'}", "8760 h")
    whole = (tmp_path / "site.yaml").read_text()
    text = whole.replace("rating: 10 kW,", "rating: '10 kW [5 .. 20] assumed', multiplier: 3,")
    (tmp_path / "site.yaml").write_text(text)
    for each in (found, load(tmp_path)):
        (row,) = examine({"test": each}, samples=3, means=Means(1))
        assert row["p10"] == pytest.approx(8760.0)
        assert row["p90"] == pytest.approx(8760.0)


def test_a_figure_that_divides_by_nothing_is_shown_without_a_verdict(tmp_path):
    (row,) = examine({"test": site(tmp_path, "{figure: scope2 / it}", "1 kg")}, samples=2, means=Means(1))
    assert (row["p10"], row["p50"], row["p90"], row["verdict"]) == (None, None, None, "not comparable")


def test_a_figure_that_a_site_cannot_have_is_told(tmp_path):
    run = simulate(site(tmp_path, "{figure: pue}", "1.3 1"), step=3600.0, warm_up=0)
    with pytest.raises(RunError, match="pue: this site has none"):
        run.figure("pue")


def test_a_reported_saving_is_the_difference_of_the_same_sample():
    rows = examine({"binhai": load("binhai")}, samples=2, means=Means(2))
    energy, carbon = rows
    assert energy["unit"] == "GWh"
    assert -12.0 < energy["p50"] < -3.0
    assert carbon["p50"] == pytest.approx(energy["p50"] * 451, rel=0.06)  # the factor is uncertain, too


def test_the_command_prints_rows_with_stable_keys():
    command = [sys.executable, "-m", "twin", "sites", "binhai", "--reported", "--samples", "2", "--json"]
    rows = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert all(set(row) >= KEYS for row in rows)
    assert [row["verdict"] for row in rows] == ["not comparable"] * 2
