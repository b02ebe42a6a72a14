"""Charge points: the day's energy arrives in the vehicles, at once or spread or when released."""

from __future__ import annotations

import numpy as np
import pytest

from twin.components.ev_chargers import WORKPLACE
from twin.errors import SiteError
from twin.site.load import load
from twin.study.runner import simulate

SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 32 deg, longitude: 118.8 deg, country: CN, province: Jiangsu, climate: nanjing}}
floor_area: 100 m2
year: 2019
suppliers: {{electricity: grid}}
components:
  grid: {{kind: grid, energy_price: 1 CNY/kWh, emission_factor: 0.5 kg/kWh}}
  points: {{kind: ev_chargers, count: 20, energy: {energy} kWh, {points}}}
"""
EVERY_DAY = f"arrivals: [{', '.join(str(share) for share in WORKPLACE)}]"
NIGHT = "hours: [" + ", ".join(["1"] * 7 + ["0"] * 15 + ["1"] * 2) + "]"


def site(tmp_path, points="standby: 5 W", energy=300):
    (tmp_path / "site.yaml").write_text(SITE.format(points=points, energy=energy))
    return load(tmp_path)


def test_vehicles_leave_with_the_energy_they_came_for(tmp_path):
    run = simulate(site(tmp_path, f"{EVERY_DAY}, standby: 0 W, efficiency: 0.9"), more=("points.charged",))
    assert run.series("points.charged").sum() * 900.0 / 3.6e6 == pytest.approx(365 * 300.0, rel=1e-3)
    assert run.electricity == pytest.approx(365 * 300.0 / 0.9, rel=1e-3)
    assert max(run.balance.values()) < 1e-9
    assert run.notes == []


def test_spreading_lowers_the_peak_and_keeps_the_energy(tmp_path):
    free, spread = (simulate(site(tmp_path, f"controlled: {share}")) for share in (0, 1))
    assert spread.peak < 0.75 * free.peak
    assert spread.electricity == pytest.approx(free.electricity, rel=2e-3)


def test_controlled_vehicles_charge_when_they_are_released(tmp_path):
    run = simulate(site(tmp_path, f"{EVERY_DAY}, controlled: 1, standby: 0 W, stay: 2 h, {NIGHT}"), step=3600.0)
    by_hour = run.series("points.power").reshape(-1, 24).sum(axis=0)
    assert by_hour[7:22].sum() == 0.0
    assert run.electricity == pytest.approx(365 * 300.0 / 0.92, rel=5e-3)


def test_points_never_give_more_than_their_rating_and_say_when_vehicles_wait(tmp_path):
    run = simulate(site(tmp_path, energy=4000))
    assert run.peak <= 20 * 7.0 + 0.1 + 1e-9
    assert any("waited" in note for note in run.notes)


def test_quarters_of_an_hour_and_hours_give_the_same_year(tmp_path):
    quarter, hour = (simulate(site(tmp_path, "controlled: 0.5"), step=step) for step in (900.0, 3600.0))
    assert hour.electricity == pytest.approx(quarter.electricity, rel=1e-6)
    assert hour.peak == pytest.approx(quarter.peak, rel=0.05)


def test_no_points_use_nothing(tmp_path):
    text = (
        (site(tmp_path).path.parent / "site.yaml")
        .read_text()
        .replace("count: 20, energy: 300 kWh", "count: 0, energy: 0 kWh")
    )
    (tmp_path / "site.yaml").write_text(text)
    run = simulate(load(tmp_path), step=3600.0)
    assert run.electricity == 0.0
    assert run.notes == []


def test_weekends_are_quieter(tmp_path):
    run = simulate(site(tmp_path, "standby: 0 W"), step=3600.0, warm_up=0)
    days = run.series("points.power").reshape(-1, 24).sum(axis=1)
    assert np.median(days) == pytest.approx(300e3 / 0.92, rel=0.01)
    assert days.min() < 0.3 * np.median(days)


@pytest.mark.parametrize(
    ("text", "told"),
    [("arrivals: [1, 0]", "a day has 24"), (f"arrivals: [{', '.join(['0.1'] * 24)}]", "sum to 2.4, not to 1"),
     (f"hours: [{', '.join(['2'] * 24)}]", "less than or equal to 1")],
)  # fmt: skip
def test_days_that_are_none_are_refused(tmp_path, text, told):
    with pytest.raises(SiteError, match=told):
        site(tmp_path, text)
