"""Moist air against PsychroLib, an independent program."""

from __future__ import annotations

import numpy as np
import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics import air
from twin.weather import moist

psychrolib.SetUnitSystem(psychrolib.SI)


@settings(deadline=None, max_examples=60)
@given(st.floats(-20.0, 50.0), st.floats(0.05, 1.0))
def test_humidity_and_wet_bulb_agree_with_psychrolib(dry_bulb, relative):
    humidity = psychrolib.GetHumRatioFromRelHum(dry_bulb, relative, 101325.0)
    assert air.saturation_pressure(dry_bulb) == pytest.approx(psychrolib.GetSatVapPres(dry_bulb), rel=1e-4)
    found = float(moist.wet_bulb(np.array([dry_bulb]), np.array([humidity]), np.array([101325.0]))[0])
    expected = psychrolib.GetTWetBulbFromHumRatio(dry_bulb, humidity, 101325.0)
    if expected > 0.5:  # below, PsychroLib takes the bulb as iced, we as wet
        assert found == pytest.approx(expected, abs=0.05)


@settings(deadline=None, max_examples=60)
@given(st.floats(-15.0, 45.0), st.floats(0.05, 1.0))
def test_dew_point_undoes_relative_humidity(dry_bulb, relative):
    dew = moist.dew_point(np.array([dry_bulb]), np.array([relative]))
    ratio = moist.saturation_pressure(dew) / moist.saturation_pressure(np.array([dry_bulb]))
    assert float(ratio[0]) == pytest.approx(relative, rel=1e-3)


def test_enthalpy_with_constant_heats_is_within_one_percent_of_psychrolib_in_rooms():
    expected = psychrolib.GetMoistAirEnthalpy(25.0, 0.010)
    assert air.enthalpy(25.0, 0.010) == pytest.approx(expected, rel=0.01)
