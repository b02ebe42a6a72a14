"""Wind turbines on weather: energy by the method of bins, density, curtailment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.components.wind_turbine import WindTurbine
from twin.errors import SiteError
from twin.physics.wind_turbine import annual_share
from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather

SITE = """schema_version: 1
name: {{en: Test}}
location: {{latitude: 40.4 deg, longitude: 115.5 deg, country: CN, province: Hebei, climate: huailai}}
floor_area: 100 m2
year: 2019
suppliers: {{electricity: grid}}
components:
  grid: {{kind: grid, energy_price: 1 CNY/kWh, emission_factor: 0.5 kg/kWh, {grid}}}
  turbine: {{kind: wind_turbine, {turbine}}}
"""
PLAIN = "rating: 2.31 MW, height: 10 m, electrical: 0, availability: 1"


def site(tmp_path, turbine, grid=""):
    (tmp_path / "site.yaml").write_text(SITE.format(turbine=turbine, grid=grid))
    return load(tmp_path)


def rayleigh(mean):
    """A year whose hours have Rayleigh's distribution from the calmest to the windiest, in standard air."""
    shares = (np.arange(8760) + 0.5) / 8760
    speeds = 2.0 * mean / np.sqrt(np.pi) * np.sqrt(-np.log(1.0 - shares))
    steady = np.full(8760, 15.0)
    return replace(
        Weather.named("huailai", 2019), wind_speed=speeds, dry_bulb=steady,
        dew_point=steady - 60.0, pressure=np.full(8760, 101325.0), step=3600.0, offset=0.5,
    )  # fmt: skip


@pytest.mark.parametrize("mean", [6.0, 7.0, 8.0])
def test_a_rayleigh_year_gives_the_energy_of_the_method_of_bins(tmp_path, mean):
    run = simulate(site(tmp_path, PLAIN), rayleigh(mean), step=3600.0, warm_up=0)
    wanted = annual_share(
        mean, 2.0, WindTurbine.model_fields["speeds"].default, WindTurbine.model_fields["shares"].default
    )
    assert run.ledger["generation"] / 3.6e9 == pytest.approx(wanted * 2310.0 * 8760.0 / 1e3, rel=0.005)
    assert max(run.balance.values()) < 1e-12


def test_thin_air_takes_more_from_a_stalling_rotor_at_full_power_than_from_a_pitching_one():
    weather = Weather.named("huailai", 2019)
    grid = weather.on_grid(0.0, 3600.0, 4)
    grid.wind_speed[:], grid.density[:] = 20.0, 1.0
    arguments = (10.0, 0.0, 1.0, (3.0, 12.0, 25.0), (0.0, 1.0, 1.0))
    pitch = WindTurbine.forcings["blow"](grid, *arguments, "pitch")[1]
    stall = WindTurbine.forcings["blow"](grid, *arguments, "stall")[1]
    assert pitch.tolist() == [1.0] * 4
    assert stall == pytest.approx(np.full(4, 1.0 / 1.225))


def test_quarters_of_an_hour_and_hours_give_the_same_year(tmp_path):
    years = [
        simulate(site(tmp_path, "rating: 2 MW"), step=step, warm_up=0).ledger["generation"] for step in (900.0, 3600.0)
    ]
    assert years[1] == pytest.approx(years[0], rel=1e-9)


def test_what_the_grid_refuses_blows_on(tmp_path):
    run = simulate(site(tmp_path, "rating: 2 MW", "export_limit: 500 kW"), step=3600.0, warm_up=0)
    assert float(run.series("turbine.power").max()) == pytest.approx(500e3)
    assert max(run.balance.values()) < 1e-9


def test_no_turbine_gives_nothing(tmp_path):
    assert simulate(site(tmp_path, "rating: 0 W, count: 0"), step=3600.0, warm_up=0).ledger["generation"] == 0.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("speeds: [3 m/s, 12 m/s], shares: [0, 0.5, 1]", "as many of both"),
        ("speeds: [12 m/s, 3 m/s], shares: [0, 1]", "power curve rise"),
        ("control: yaw", "'pitch' or 'stall'"),
    ],
)
def test_a_curve_that_is_none_is_refused(tmp_path, text, told):
    with pytest.raises(SiteError, match=told):
        site(tmp_path, f"rating: 1 MW, {text}")


@given(
    share=st.floats(0.0, 1.2), rating=st.floats(0.0, 1e7), electrical=st.floats(0.0, 0.2), kept=st.floats(0.0, 1.0), wakes=st.floats(0.0, 0.3)
)  # fmt: skip
def test_wind_taken_is_power_and_heat(share, rating, electrical, kept, wakes):
    potential = WindTurbine.kernels["ask"](share, rating, 3.0, wakes, electrical, 0.95)
    power, taken, warmth = WindTurbine.kernels["step"](potential, kept, electrical)
    assert taken == pytest.approx(power + warmth, abs=1e-6)
    assert 0.0 <= power <= potential
