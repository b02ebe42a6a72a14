"""The scalar equations of moist air against psychrolib, over a wide range of states."""

import psychrolib
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from twin.physics import air

psychrolib.SetUnitSystem(psychrolib.SI)
TEMPERATURE = st.floats(-30.0, 50.0)
MOISTURE = st.floats(0.02, 1.0)
PRESSURE = st.floats(70e3, 105e3)


def moist(temperature, relative, pressure):
    assume(not 0.0 <= temperature <= 0.01)  # psychrolib changes from ice to water at the triple point
    return float(psychrolib.GetHumRatioFromRelHum(temperature, relative, pressure))


@settings(deadline=None)
@given(TEMPERATURE, MOISTURE, PRESSURE)
def test_humidity_and_density_agree_to_a_few_millionths(temperature, relative, pressure):
    ratio = moist(temperature, relative, pressure)
    full = psychrolib.GetSatVapPres(temperature)
    assert air.saturation_pressure(temperature) == pytest.approx(full, rel=2e-6)
    assert air.humidity_ratio(relative * full, pressure) == pytest.approx(ratio, rel=1e-5)
    assert air.relative_humidity(temperature, ratio, pressure) == pytest.approx(relative, rel=1e-5)
    volume = psychrolib.GetMoistAirVolume(temperature, ratio, pressure)
    assert air.density(temperature, ratio, pressure) * volume == pytest.approx(1.0, rel=1e-5)
    most = psychrolib.GetSatHumRatio(temperature, pressure)
    assert air.saturation_humidity(temperature, pressure) == pytest.approx(most, rel=1e-5)


@settings(deadline=None)
@given(st.floats(1.0, 45.0), MOISTURE)
def test_linear_enthalpy_stays_within_four_percent_of_the_full_equation(temperature, relative):
    ratio = moist(temperature, relative, 101325.0)
    full = psychrolib.GetMoistAirEnthalpy(temperature, ratio)
    assert air.enthalpy(temperature, ratio) == pytest.approx(full, rel=0.04)


@settings(deadline=None)
@given(TEMPERATURE, MOISTURE, PRESSURE)
def test_wet_bulb_agrees_to_a_hundredth_of_a_kelvin_away_from_freezing(temperature, relative, pressure):
    ratio = moist(temperature, relative, pressure)
    expected = psychrolib.GetTWetBulbFromHumRatio(temperature, ratio, pressure)
    assume(abs(expected) > 1.5)
    bulb = air.wet_bulb(temperature, ratio, pressure)
    assert bulb == pytest.approx(expected, abs=0.01)
    assert bulb <= temperature + 1e-3
    assert air.wet_bulb_humidity(temperature, bulb, pressure) == pytest.approx(ratio, abs=1e-7)


def test_wet_bulb_of_saturated_air_is_its_dry_bulb():
    assert air.wet_bulb(20.0, air.saturation_humidity(20.0, 101325.0), 101325.0) == pytest.approx(20.0, abs=1e-6)


@settings(deadline=None)
@given(TEMPERATURE, TEMPERATURE, st.floats(0.0, 0.03), st.floats(0.0, 0.03), st.floats(0.0, 1.0))
def test_mixing_two_streams_keeps_enthalpy(first, second, wet, dry, share):
    mixed = air.enthalpy(share * first + (1.0 - share) * second, share * wet + (1.0 - share) * dry)
    parts = share * air.enthalpy(first, wet) + (1.0 - share) * air.enthalpy(second, dry)
    assert mixed == pytest.approx(parts, rel=1e-12, abs=1e-6)
