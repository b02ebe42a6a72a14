"""A source of emissions that an inventory knows as an amount a year: fuels of fleets, bought goods, travel."""

from typing import Literal

from pydantic import field_validator

from twin.core import Component, Field, constant, kernel, output, prepared
from twin.units import Kilogram, Ratio

YEAR = 365.0 * 86400.0


class EmissionSource(Component):
    """Books a yearly amount evenly under its scope (GHG Protocol Corporate Standard, 2004, and Scope 3 Standard, 2011)."""

    amount: Kilogram = Field(ge=0)
    """Carbon dioxide equivalent in a year."""
    remaining: Ratio = Field(1.0, ge=0)
    """Share of the amount that measures leave; growth is above 1."""
    scope: float = Field(3.0, ge=1, le=3)
    """1, 2 or 3."""
    category: str = ""
    """Such as `capital goods`; for the reader."""
    quality: Literal["activity", "spend", "average"] = "activity"
    """How the amount was found: `activity` data, `spend`, or an `average` per head."""
    first = constant("1", "1 for scope 1")
    second = constant("1", "1 for scope 2")
    third = constant("1", "1 for scope 3")
    direct = output("kg/s", "Emitted under scope 1", ledger="scope1")
    location_based = output("kg/s", "Emitted under scope 2, location-based", ledger="scope2")
    market_based = output("kg/s", "Emitted under scope 2, market-based", ledger="scope2_market")
    chain = output("kg/s", "Emitted under scope 3", ledger="scope3")

    @field_validator("scope")
    @classmethod
    def _scope(cls, scope: float) -> float:
        if scope not in (1.0, 2.0, 3.0):
            raise ValueError("1, 2 or 3")
        return scope

    @prepared(tells=("first", "second", "third"))
    def under(step, scope):
        """Which scope it is."""
        return tuple(1.0 if scope == n else 0.0 for n in (1.0, 2.0, 3.0))

    @kernel(tells=("direct", "location_based", "market_based", "chain"))
    def step(amount, remaining, first, second, third):
        """The same rate all year."""
        rate = amount * remaining / YEAR
        return first * rate, second * rate, second * rate, third * rate
