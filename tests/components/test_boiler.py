"""Boilers: fuels, part load and return water."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from twin.components.boiler import Boiler


def burn(wanted, back=50.0, **more):
    """One step of a 2 x 1 MW gas boiler."""
    usual = {"capacity": 2e6, "efficiency": 0.92, "condensing": 1.0, "count": 2.0, "price": 1e-7, "factor": 55.54e-9, "auxiliary": 0.005}  # fmt: skip
    return Boiler.kernels["step"](wanted=wanted, back=back, **{**usual, **more})


def test_it_gives_what_is_wanted_up_to_its_capacity():
    assert burn(1.5e6)[:2] == (0.0, 1.5e6)
    assert burn(3e6)[:2] == (1e6, 2e6)
    assert burn(0.0)[1:] == (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert burn(1e6, capacity=0.0)[:3] == (1e6, 0.0, 0.0)


def test_its_first_law_closes_and_money_and_carbon_follow_the_fuel():
    _, heat, burned, flue, power, cost, emitted, _ = burn(1.2e6)
    assert burned + power == pytest.approx(heat + flue)
    assert (cost, emitted) == (pytest.approx(burned * 1e-7), pytest.approx(burned * 55.54e-9))


def test_cold_returns_save_fuel_only_where_it_condenses():
    assert burn(1e6, back=30.0)[2] < burn(1e6, back=60.0)[2]
    assert burn(1e6, back=30.0, condensing=0.0)[2] == burn(1e6, back=60.0, condensing=0.0)[2]


def test_returns_outside_the_curve_are_noted_where_it_condenses():
    assert [burn(1e6, back=back)[-1] for back in (25.0, 30.0, 85.0, 90.0)] == [1.0, 0.0, 0.0, 1.0]
    assert burn(1e6, back=25.0, condensing=0.0)[-1] == 0.0


@given(st.floats(1e3, 3e6), st.floats(20.0, 90.0), st.sampled_from([(0.97, 0.0), (1.0, 1.0)]))
def test_no_boiler_gives_more_than_its_fuel_holds(wanted, back, best):
    efficiency, condensing = best
    _, heat, burned, *_ = burn(wanted, back, efficiency=efficiency, condensing=condensing)
    assert heat / burned < (1.11 if condensing else 1.0)  # methane: higher over lower heating value


def test_efficiencies_that_no_fuel_allows_are_refused():
    for wrong in ({"efficiency": 0.98}, {"efficiency": 1.05, "condensing": 1.0}):
        with pytest.raises(ValidationError, match="efficiency"):
            Boiler(name="b", capacity=1e6, price=0.0, **wrong)


def test_factors_are_those_of_the_enterprise_guidelines():
    # 15.3 tC/TJ x 0.99 x 44/12 and 26.37 x 0.94 x 44/12
    prepared = Boiler.preparations["burn"].function
    assert prepared(900.0, "gas", 0.0) == pytest.approx(15.3e-9 * 0.99 * 44.0 / 12.0, rel=1e-3)
    assert prepared(900.0, "coal", 0.0) == pytest.approx(26.37e-9 * 0.94 * 44.0 / 12.0, rel=1e-3)
    assert prepared(900.0, "coal", 9e-8) == 9e-8
    with pytest.raises(ValidationError, match=r"gas.*biomass"):
        Boiler(name="b", capacity=1e6, price=0.0, fuel="peat")
