"""Weather: files, missing values, the embedded years and their fidelity."""

from __future__ import annotations

import numpy as np
import pytest

from twin.errors import WeatherError
from twin.physics.solar import parts
from twin.weather import Weather
from twin.weather.derive import STATIONS
from twin.weather.typical import cities

CSV = "# latitude: 22.5\n# longitude: 114\ntime,dry_bulb,relative_humidity,global_horizontal\n"


def degree_days(weather, base):
    daily = weather.dry_bulb.reshape(-1, 24).mean(axis=1)
    return np.maximum(daily - base, 0.0).sum(), np.maximum(base - daily, 0.0).sum()


@pytest.mark.parametrize("city", sorted(STATIONS))
def test_a_generated_year_keeps_its_climate(city, shared_data):
    file, _ = STATIONS[city]
    real = Weather.epw(shared_data("weather") / file, 2019)

    def climate(weather):
        return weather.dry_bulb.mean(), weather.global_horizontal.sum(), *degree_days(weather, 18.0)

    made = np.array([climate(Weather.typical(city, 2019, seed)) for seed in range(20)])
    off = np.sort(np.abs(made / np.array(climate(real)) - 1.0), axis=0)
    assert (off[17] < 0.02).all()


@pytest.mark.parametrize("city", sorted(STATIONS))
def test_a_generated_year_keeps_the_sun_on_walls_and_roofs_and_the_power_of_the_wind(city, shared_data):
    file, _ = STATIONS[city]

    def climate(weather):
        grid = weather.on_grid(0.0, 900.0, 8760 * 4)
        beams = [parts(grid, tilt, azimuth)[0].sum() for tilt, azimuth in ((20.0, 180.0), (90.0, 270.0))]
        return np.array([*beams, grid.diffuse_horizontal.sum(), (weather.wind_speed**3).sum()])

    off = climate(Weather.typical(city, 2019)) / climate(Weather.epw(shared_data("weather") / file, 2019)) - 1.0
    assert (np.abs(off) < [0.03, 0.15, 0.02, 0.08]).all(), off


def test_the_generated_year_is_reproducible_and_seeds_differ():
    assert Weather.typical("shenzhen").digest() == Weather.typical("shenzhen").digest()
    assert Weather.typical("shenzhen").digest() != Weather.typical("shenzhen", seed=1).digest()
    assert len(cities()) == 11


def test_no_hour_has_more_sun_than_there_is():
    grid = Weather.typical("shenzhen").on_grid(0.0, 450.0, 8760 * 8)
    assert grid.global_horizontal.min() >= 0.0
    assert (grid.direct_normal <= 0.8 * grid.extraterrestrial + 1e-9).all()
    assert (grid.wet_bulb <= grid.dry_bulb + 1e-6).all()


@pytest.mark.parametrize("step", [450.0, 900.0, 1800.0, 3600.0])
def test_a_finer_grid_keeps_the_energy_of_the_day(step):
    weather = Weather.typical("beijing")
    grid = weather.on_grid(0.0, step, round(8760 * 3600 / step))
    assert grid.global_horizontal.sum() * step == pytest.approx(weather.global_horizontal.sum() * 3600.0, rel=0.005)


def test_missing_values_of_a_file_are_filled_and_counted_and_long_gaps_refused(shared_data, tmp_path):
    lines = (
        (shared_data("weather") / "CHN_Shanghai.Shanghai.583620_CSWD.epw").read_text(encoding="latin-1").splitlines()
    )

    def damaged(hours):
        text = list(lines)
        for hour in range(1000, 1000 + hours):
            fields = text[8 + hour].split(",")
            fields[6] = "99.9"
            text[8 + hour] = ",".join(fields)
        path = tmp_path / "damaged.epw"
        path.write_text("\n".join(text), encoding="latin-1")
        return Weather.epw(path)

    assert damaged(3).notes == ("dry_bulb: 3 missing hours filled by interpolation",)
    with pytest.raises(WeatherError, match="dry_bulb is missing for 9 hours on end"):
        damaged(9)


def test_a_file_that_is_no_weather_is_refused(tmp_path):
    (tmp_path / "x.epw").write_text("nothing\n")
    with pytest.raises(WeatherError, match="is no EPW file"):
        Weather.named(str(tmp_path / "x.epw"))
    with pytest.raises(WeatherError, match="did you mean 'shenzhen'"):
        Weather.named("shenzen")


def test_measured_weather_needs_its_columns_and_fills_short_gaps(tmp_path):
    rows = [
        f"2019-07-01T{h:02d}:00:00+08:00,{'' if h == 5 else 28 + h * 0.1},0.8,{max(0, 100 * (6 - abs(12 - h)))}"
        for h in range(24)
    ]
    path = tmp_path / "measured.csv"
    path.write_text(CSV + "\n".join(rows))
    weather = Weather.named(str(path))
    assert weather.notes == ("dry_bulb: 1 missing values filled by interpolation",)
    assert weather.dry_bulb[5] == pytest.approx(28.5)
    assert weather.diffuse_horizontal.max() <= weather.global_horizontal.max()
    path.write_text(CSV.replace("dry_bulb", "temperature") + "\n".join(rows))
    with pytest.raises(WeatherError, match="column 'dry_bulb' is missing"):
        Weather.csv(path)
