"""A contract for green power: energy of certain wind or solar plants that is matched with what a site buys."""

from typing import Literal

import numpy as np
from pydantic import field_validator

from twin.core import Component, Field, Trail, constant, forcing, inlet, kernel, output, prepared, serves
from twin.units import Hours, Joule, Months, Ratio, YuanPerJoule

DAYS = np.array([31.0, 28.0, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0])
YEAR = 365.0 * 86400.0


class GreenPower(Component):
    """Delivers a yearly volume in the shape of its plants, or a share of whatever is bought, at a premium.

    With annual matching every unit of the contract counts, in whatever hour it was made; with hourly matching only what was
    used in the hour it was made (GHG Protocol Scope 2 Guidance, 2015, section 7, allows the first; 24/7 matching is stricter).
    """

    volume: Joule = Field(0.0, ge=0)
    """Energy contracted for a year."""
    share: Ratio = Field(0.0, ge=0, le=1)
    """Share of what is bought that the contract follows, besides the volume."""
    premium: YuanPerJoule = Field(0.0, ge=0)
    """Price over that of ordinary power; a premium below nothing is a cheaper tariff."""
    matching: Literal["annual", "hourly"] = "annual"
    """Whether the year counts or each hour."""
    months: Months = Field((1.0,) * 12)
    """Relative power of each month, such as the August to December of a hydro contract."""
    hours: Hours = Field((1.0,) * 24)
    """Relative power of each hour of the day, such as the sun's."""
    users = serves("green_power", energy="wanted", matched="matched", rest="rest")
    wanted = inlet("W", "Power bought")
    shape = inlet("1", "Power now over the mean of the year", start=1.0)
    hourly_matching = constant("1", "1 where only the hour's own power counts")
    matched = output("W", "Power matched", ledger="matched", point="AI", card="trend", trail=Trail("matched", category="green power, {matching} matching", stated="volume or share"))  # fmt: skip
    rest = output("W", "Power not matched; negative where the contract gives more than is bought")
    lost = output(
        "W", "Power of the contract that no hour matched", note="contracted green power was not used in its hour"
    )
    cost = output("CNY/s", "Premium", ledger="cost")

    @field_validator("months", "hours")
    @classmethod
    def _some(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if not any(values):
            raise ValueError("above 0 somewhere")
        return values

    @prepared(tells=("hourly_matching",))
    def rule(step, matching):
        """As a number."""
        return 1.0 if matching == "hourly" else 0.0

    @forcing(tells=("shape",))
    def made(grid, months, hours):
        """Mean one over a year of 365 days."""
        month, hour = np.array(months), np.array(hours)
        mean = float(month @ DAYS) / DAYS.sum() * hour.mean()
        return month[grid.month - 1] * hour[grid.hour.astype(int) % 24] / mean

    @kernel(tells=("matched", "rest", "lost", "cost"))
    def step(wanted, shape, volume, share, premium, hourly_matching):
        """What is delivered is paid for."""
        delivered = volume / YEAR * shape + share * wanted
        matched = min(delivered, wanted) if hourly_matching > 0.0 else delivered
        return matched, wanted - matched, delivered - matched, delivered * premium
