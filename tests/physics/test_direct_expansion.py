"""Air-cooled direct expansion against published ratings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.direct_expansion import RATED_FRACTION, air_cooled_cop


@pytest.mark.parametrize(("fahrenheit", "cop"), [(70.0, 4.0), (82.0, 3.5), (95.0, 2.9), (110.0, 2.2)])
def test_rated_cooling_per_power_is_met_within_eight_percent(fahrenheit, cop):
    # REopt, data/ashp/ashp_defaults.json, cooling of air-source machines by outdoor temperature
    assert air_cooled_cop(17.0, (fahrenheit - 32.0) / 1.8, RATED_FRACTION) == pytest.approx(cop, rel=0.08)


@settings(deadline=None)
@given(st.floats(10.0, 30.0), st.floats(-30.0, 49.0))
def test_hotter_weather_and_colder_air_never_help_and_carnot_is_never_beaten(supply, outdoor):
    here = air_cooled_cop(supply, outdoor, RATED_FRACTION)
    assert air_cooled_cop(supply, outdoor + 1.0, RATED_FRACTION) <= here
    assert air_cooled_cop(supply - 1.0, outdoor, RATED_FRACTION) <= here
    if outdoor > supply:
        assert here < (supply + 273.15) / (outdoor - supply)
