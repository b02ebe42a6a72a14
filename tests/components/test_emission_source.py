"""Sources of emissions that an inventory knows by the year."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from twin.components.emission_source import YEAR, EmissionSource


@pytest.mark.parametrize(("scope", "expected"), [(1, (1, 0, 0, 0)), (2, (0, 1, 1, 0)), (3, (0, 0, 0, 1))])
def test_an_amount_is_booked_under_its_scope_alone(scope, expected):
    source = EmissionSource(name="fleet", amount="19,000 tCO2e", scope=scope)
    assert source.amount == 19e6
    first, second, third = EmissionSource.preparations["under"](900.0, scope)
    told = EmissionSource.kernels["step"](
        amount=source.amount, quantity=0.0, intensity=source.intensity, remaining=0.5, first=first, second=second, third=third,
    )  # fmt: skip
    assert [rate * YEAR for rate in told] == [pytest.approx(9.5e6 * share) for share in (1, *expected)]


def test_an_activity_is_multiplied_with_its_factor():
    source = EmissionSource(name="fleet", quantity=35_000.0, intensity=2.718, counted_in="L")
    told = EmissionSource.kernels["step"](
        amount=0.0,
        quantity=source.quantity,
        intensity=source.intensity,
        remaining=1.0,
        first=0.0,
        second=0.0,
        third=1.0,
    )
    assert [rate * YEAR for rate in told] == [pytest.approx(x) for x in (35_000.0, 0.0, 0.0, 0.0, 35_000.0 * 2.718)]


@pytest.mark.parametrize(
    "wrong",
    [{"scope": 4}, {"scope": 2.5}, {"quality": "guess"}, {"amount": -1.0}, {"quantity": 2.0}, {"intensity": 2.0}],
)
def test_an_unknown_scope_or_quality_is_refused(wrong):
    with pytest.raises(ValidationError):
        EmissionSource(**{"name": "fleet", "amount": 1.0, **wrong})
