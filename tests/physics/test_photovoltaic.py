"""Modules, cells and inverters: the equations beside pvlib's and the laws they keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.photovoltaic import (
    MOUNTINGS,
    cell_temperature,
    cover_transmittance,
    diffuse_transmittance,
    direct_current,
    inverter,
    spectral_factor,
)

THEIRS = {
    "open_rack": "open_rack_glass_polymer",
    "ground": "open_rack_glass_polymer",
    "roof": "close_mount_glass_glass",
    "facade": "insulated_back_glass_polymer",
}
"""pvlib's names for King's mountings."""


def test_glass_at_a_slant_passes_what_pvlib_says():
    import pvlib

    angle = np.linspace(0.0, 89.0, 90)
    assert cover_transmittance(np.cos(np.radians(angle))) == pytest.approx(pvlib.iam.physical(angle), abs=1e-6)


@pytest.mark.parametrize("tilt", [0.0, 15.0, 45.0, 90.0])
def test_glass_passes_diffuse_light_about_as_an_integral_over_the_sky_says(tilt):
    import pvlib

    integral = pvlib.iam.marion_diffuse("physical", tilt)
    sky, ground = diffuse_transmittance(tilt)
    assert sky == pytest.approx(float(integral["sky"]), abs=0.015)
    if tilt >= 45.0:  # flat planes see no ground
        assert ground == pytest.approx(float(integral["ground"]), abs=0.03)


@pytest.mark.parametrize("mounting", sorted(MOUNTINGS))
def test_cells_are_as_warm_as_pvlib_says(mounting):
    import pvlib

    light, air, wind = np.array([0.0, 400.0, 1000.0]), np.array([30.0, 5.0, 25.0]), np.array([1.0, 6.0, 2.0])
    wanted = pvlib.temperature.sapm_cell(
        light, air, wind, **pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][THEIRS[mounting]]
    )
    assert cell_temperature(light, air, wind, mounting) == pytest.approx(wanted, abs=1e-9)


@given(load=st.floats(1e-6, 3.0), rating=st.floats(1.0, 1e5), efficiency=st.floats(0.8, 0.99))
def test_an_inverter_gives_what_pvlib_says_and_never_more_than_it_draws(load, rating, efficiency):
    import pvlib

    direct = load * rating
    power, drawn = inverter(direct, rating, efficiency)
    theirs = max(float(pvlib.inverter.pvwatts(direct, rating / efficiency, efficiency)), 0.0)
    assert power == pytest.approx(theirs, abs=1e-6 * rating)
    assert 0.0 <= power <= min(drawn, rating) + 1e-9 * rating
    assert drawn <= direct + 1e-9 * rating


def test_standard_light_on_cells_of_standard_temperature_gives_the_rating():
    assert direct_current(np.array([1000.0]), np.array([25.0]), -0.004).tolist() == [1.0]
    assert spectral_factor(np.array([1.5]))[0] == pytest.approx(1.0, abs=0.002)
    assert np.isfinite(spectral_factor(np.array([40.0, np.nan]))).all()


@pytest.mark.parametrize("direct", [5e-324, 1e-310, 1e-12])
def test_an_inverter_in_the_faintest_light_gives_nothing_and_divides_by_nothing(direct):
    assert inverter(direct, 1e6, 0.96) == (0.0, 0.0)
    assert inverter(direct, 5e-324, 0.96)[0] <= 5e-324
