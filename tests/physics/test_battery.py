"""Converters that lose by part load, and graphite's potential."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.battery import anode_potential, converter_drawn, converter_given, converter_terms, dispatch


@given(full=st.floats(0.9, 0.98), step=st.floats(0.0, 0.05))
def test_a_converter_has_the_efficiencies_it_was_told(full, step):
    tenth = full - step
    idle, square = converter_terms(full, tenth)
    assert 100.0 / converter_drawn(100.0, 100.0, idle, square) == pytest.approx(full)
    assert 10.0 / converter_drawn(10.0, 100.0, idle, square) == pytest.approx(tenth)


@given(given=st.floats(0.1, 150.0))
def test_a_converter_gives_what_it_draws_for(given):
    idle, square = converter_terms(0.97, 0.95)
    assert converter_given(converter_drawn(given, 100.0, idle, square), 100.0, idle, square) == pytest.approx(
        given, rel=1e-9
    )


def test_a_converter_gives_nothing_of_less_than_its_idle_loss():
    idle, square = converter_terms(0.97, 0.95)
    assert converter_given(0.5 * idle * 100.0, 100.0, idle, square) == 0.0
    assert converter_drawn(0.0, 100.0, idle, square) == 0.0


@given(charge=st.floats(0.0, 0.99))
def test_graphite_falls_as_the_cell_fills(charge):
    assert anode_potential(charge + 0.01) < anode_potential(charge)


@given(load=st.floats(-200.0, 200.0), request=st.floats(-1.0, 1.0), peak=st.floats(1.0, 100.0))
def test_charging_never_lifts_the_load_over_the_peak(load, request, peak):
    wanted = dispatch(load, request, 50.0, 50.0, 1.0, 1.0, 0.0, peak)
    assert wanted >= 0.0 or load - wanted <= peak + 1e-9
    assert -50.0 <= wanted <= 50.0
