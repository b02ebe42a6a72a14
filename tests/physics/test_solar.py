"""Sun on planes, through glass and behind projections."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics import solar

# ASHRAE Fundamentals 2021, ch. 15, table 10, clear double glazing of 6 mm: SHGC at 0, 40, 50, 60, 70 and 80 degrees
CLEAR = {0: 0.70, 40: 0.67, 50: 0.64, 60: 0.58, 70: 0.45, 80: 0.23}


def tilted(direct, diffuse, zenith, tilt, azimuth=180.0, reflectance=0.2):
    horizontal = diffuse + direct * np.cos(np.radians(zenith))
    columns = [np.array([value]) for value in (zenith, 180.0, direct, diffuse, horizontal, 1360.0, 1.5)]
    return [float(part[0]) for part in solar.perez_tilted(*columns, tilt, azimuth, reflectance)]


@settings(deadline=None)
@given(st.floats(0.0, 900.0), st.floats(10.0, 400.0), st.floats(5.0, 80.0))
def test_a_horizontal_plane_gets_what_the_weather_says(direct, diffuse, zenith):
    beam, sky, ground = tilted(direct, diffuse, zenith, 0.0)
    assert beam == pytest.approx(direct * np.cos(np.radians(zenith)), abs=1e-9)
    assert sky == pytest.approx(diffuse, rel=1e-6)
    assert ground == 0.0


def test_a_wall_facing_away_gets_no_beam_and_half_the_reflected_ground():
    beam, _, ground = tilted(800.0, 100.0, 40.0, 90.0, azimuth=0.0)
    assert beam == 0.0
    assert ground == pytest.approx(0.5 * 0.2 * (100.0 + 800.0 * np.cos(np.radians(40.0))))


def test_incidence_is_zero_below_the_horizon_and_one_head_on():
    assert solar.incidence_cosine(np.array([95.0]), np.array([180.0]), 90.0, 180.0)[0] == 0.0
    assert solar.incidence_cosine(np.array([30.0]), np.array([180.0]), 30.0, 180.0)[0] == pytest.approx(1.0)


@pytest.mark.parametrize(("angle", "shgc"), CLEAR.items())
def test_glazing_follows_the_table_for_clear_double_glass_within_five_hundredths(angle, shgc):
    cosine = np.cos(np.radians([float(angle)]))
    assert solar.angular_transmittance(cosine, 0.70)[0] == pytest.approx(shgc, abs=0.05)


def test_diffuse_modifier_of_the_table_is_within_four_hundredths_of_the_mean_of_the_angular_curve():
    angle = np.radians(np.arange(0.5, 90.0))
    weight = np.cos(angle) * np.sin(angle)
    mean = np.sum(solar.angular_transmittance(np.cos(angle), 1.0) * weight) / np.sum(weight)
    assert mean == pytest.approx(solar.DIFFUSE_MODIFIER, abs=0.04)


@settings(deadline=None)
@given(st.floats(0.0, 1.0))
def test_glazing_passes_no_less_than_nothing_and_no_more_than_head_on(cosine):
    assert -1e-12 <= solar.angular_transmittance(np.array([cosine]), 1.0)[0] <= 1.0 + 1e-12


@settings(deadline=None)
@given(st.floats(1.0, 89.0), st.floats(90.0, 270.0), st.floats(0.0, 2.0), st.floats(0.0, 2.0), st.floats(1.01, 3.0))
def test_deeper_projections_never_let_more_sun_in(zenith, azimuth, overhang, fin, deeper):
    grid = SimpleNamespace(zenith=np.array([zenith]), azimuth=np.array([azimuth]))
    here = solar.sunlit(grid, 180.0, overhang, fin)[0]
    assert 0.0 <= solar.sunlit(grid, 180.0, overhang * deeper, fin * deeper)[0] <= here <= 1.0
    assert solar.sky_share(overhang * deeper, fin * deeper) <= solar.sky_share(overhang, fin) <= 1.0


def test_an_overhang_as_deep_as_its_window_shades_all_of_it_when_the_sun_stands_at_45_degrees_in_front():
    grid = SimpleNamespace(zenith=np.array([45.0]), azimuth=np.array([180.0]))
    assert solar.sunlit(grid, 180.0, 1.0, 0.0)[0] == pytest.approx(0.0, abs=1e-12)
    assert solar.sunlit(grid, 180.0, 0.5, 0.0)[0] == pytest.approx(0.5)


def test_sol_air_is_the_air_at_night_under_a_sky_as_warm_as_the_air():
    grid = SimpleNamespace(dry_bulb=np.array([20.0]), infrared=np.array([solar.STEFAN * 293.15**4]))
    dark = np.zeros(1)
    assert solar.sol_air(grid, dark, dark, 0.6, 0.0)[0] == pytest.approx(20.0)
    assert solar.sol_air(grid, dark + 340.0, dark, 0.5, 0.0)[0] == pytest.approx(30.0)


@pytest.mark.parametrize(("overhang", "fin"), [(0.5, 0.0), (0.0, 0.4), (1.0, 0.0)])
def test_sky_share_is_the_integral_of_what_each_point_of_the_glass_sees(overhang, fin):
    height = (np.arange(2000) + 0.5) / 2000
    seen = 1.0
    if overhang:  # a point sees sky from the horizon up to the lip of the overhang
        seen = np.mean(np.sin(np.arctan2(height, overhang)))
    if fin:  # in plan, between the tips of both fins
        seen = np.mean((np.sin(np.arctan2(height, fin)) + np.sin(np.arctan2(1.0 - height, fin))) / 2.0)
    assert solar.sky_share(overhang, fin) == pytest.approx(float(seen), abs=1e-3)


def test_tilted_sums_sky_and_ground_and_is_computed_once_per_plane():
    columns = {"zenith": 40.0, "azimuth": 180.0, "direct_normal": 800.0, "diffuse_horizontal": 100.0}
    columns |= {"global_horizontal": 712.8, "extraterrestrial": 1360.0, "airmass": 1.3}
    grid = SimpleNamespace(planes={}, **{name: np.array([value]) for name, value in columns.items()})
    beam, diffuse, _ = solar.tilted(grid, 90.0, 180.0)
    parts = solar.perez_tilted(*[np.array([value]) for value in columns.values()], 90.0, 180.0, 0.2)
    assert beam == parts[0]
    assert diffuse == parts[1] + parts[2]
    assert solar.tilted(grid, 90.0, 180.0)[0] is beam


def test_a_calm_outside_film_is_lower_than_the_sol_air_film_and_a_breeze_is_higher():
    calm, breeze = solar.outside_film(np.array([0.0, 3.4]))
    assert calm < solar.OUTSIDE_FILM < breeze


def test_a_wall_under_a_clear_sky_loses_half_of_what_a_roof_loses():
    night = np.array([10.0]), np.array([250.0])
    assert solar.sky_exchange(*night, 90.0)[0] == pytest.approx(0.5 * solar.sky_exchange(*night, 0.0)[0])
    assert solar.sky_exchange(*night, 0.0)[0] < 0.0
