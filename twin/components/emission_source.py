"""A source of emissions that an inventory knows by the year: fuels of fleets, refrigerants, bought goods, travel."""

from typing import Literal

from pydantic import field_validator, model_validator

from twin.core import Component, Field, Trail, constant, kernel, output, prepared
from twin.units import Kilogram, Ratio

YEAR = 365.0 * 86400.0
TRAIL = Trail(
    "activity", "intensity", category="{category}", method="{quality}", unit="{counted_in}", stated="amount or quantity"
)
"""What its emission comes from, whatever its scope."""


class EmissionSource(Component):
    """Books a yearly amount, or an activity times a factor, evenly under its scope.

    GHG Protocol Corporate Standard, 2004, and Scope 3 Standard, 2011. A site file writes either `amount: 120 tCO2e`, or
    `activity: 35,000 L` with `factor: 2.7 kg/L`, or with the name of a row of the library's factors.
    """

    amount: Kilogram = Field(0.0, ge=0)
    """Carbon dioxide equivalent in a year, where that is what is known."""
    quantity: Ratio = Field(0.0, ge=0)
    """Activity in a year, in `counted_in`; set by `activity` in a site file."""
    intensity: Ratio = Field(1.0, ge=0)
    """Carbon dioxide equivalent per unit of activity [kg]; set by `factor` in a site file, 1 for an amount."""
    counted_in: str = "kgCO2e"
    """Unit of the activity, for the reader."""
    remaining: Ratio = Field(1.0, ge=0)
    """Share of the amount that measures leave; growth is above 1."""
    scope: float = Field(3.0, ge=1, le=3)
    """1, 2 or 3."""
    category: str = ""
    """Such as `2 capital goods`: a category of scope 3, or the kind of source."""
    quality: Literal["activity", "spend", "average"] = "activity"
    """How the amount was found: `activity` data, `spend`, or an `average` per head."""
    first = constant("1", "1 for scope 1")
    second = constant("1", "1 for scope 2")
    third = constant("1", "1 for scope 3")
    activity = output("1/s", "Activity, or the amount itself")
    direct = output("kg/s", "Emitted under scope 1", ledger="scope1", trail=TRAIL)
    location_based = output("kg/s", "Emitted under scope 2, location-based", ledger="scope2", trail=TRAIL)
    market_based = output("kg/s", "Emitted under scope 2, market-based", ledger="scope2_market", trail=TRAIL)
    chain = output("kg/s", "Emitted under scope 3", ledger="scope3", trail=TRAIL)

    @field_validator("scope")
    @classmethod
    def _scope(cls, scope: float) -> float:
        if scope not in (1.0, 2.0, 3.0):
            raise ValueError("1, 2 or 3")
        return scope

    @model_validator(mode="after")
    def _one_of(self) -> "EmissionSource":
        given = {"amount", "quantity"} & self.model_fields_set
        if not given or (self.amount > 0.0 and self.quantity > 0.0):
            raise ValueError("has to have either an amount of carbon dioxide, or an activity with its factor")
        if self.amount > 0.0 and self.intensity != 1.0:
            raise ValueError("an amount of carbon dioxide takes no factor; give the activity behind it")
        return self

    @prepared(tells=("first", "second", "third"))
    def under(step, scope):
        """Which scope it is."""
        return tuple(1.0 if scope == n else 0.0 for n in (1.0, 2.0, 3.0))

    @kernel(tells=("activity", "direct", "location_based", "market_based", "chain"))
    def step(amount, quantity, intensity, remaining, first, second, third):
        """The same rate all year."""
        activity = (amount + quantity) * remaining / YEAR
        rate = activity * intensity
        return activity, first * rate, second * rate, second * rate, third * rate
