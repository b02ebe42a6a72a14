"""The grid connection: time-of-use tariff, demand charge and emission factor."""

import numpy as np
from pydantic import field_validator

from twin.core import Component, Field, forcing, inlet, kernel, output, serves
from twin.units import KgPerJoule, Watt, YuanPerJoule, YuanPerWatt


class Grid(Component):
    """Takes or gives whatever the site needs, and prices it."""

    brick = "Electrical_Meter"
    limit: Watt = Field(1e9, gt=0)
    """Connection capacity."""
    valley: YuanPerJoule = Field(gt=0)
    """Price in valley hours."""
    flat: YuanPerJoule = Field(gt=0)
    """Price in flat hours."""
    peak: YuanPerJoule = Field(gt=0)
    """Price in peak hours."""
    sharp: YuanPerJoule = Field(gt=0)
    """Price in sharp hours."""
    hours: tuple[float, ...] = Field((1.0,) * 24)
    """Period of each hour: 0 valley, 1 flat, 2 peak."""
    sharp_hours: tuple[float, ...] = Field((0.0,) * 24)
    """1 in hours that are sharp in the sharp months."""
    sharp_months: tuple[float, ...] = Field(())
    """Months with sharp hours, 1..12."""
    demand_charge: YuanPerWatt = Field(0.0, ge=0)
    """Price of each month's highest mean power over a tick."""
    emission_factor: KgPerJoule = Field(gt=0)
    """Carbon dioxide per energy, location-based."""
    users = serves("electricity", power="load")
    load = inlet("W", "Load of the site")
    price = inlet("CNY/J", "Price now")
    each_tick = ("power", "cost")
    power = output("W", "Power from the grid", medium="electricity", energy="out", point="AI", card="trend")
    bought = output("W", "Power bought", medium="purchase", energy="in")
    cost = output("CNY/s", "Energy cost per second")
    over = output("W", "Power over the connection's limit", note="the load was over the connection's limit")

    @field_validator("hours", "sharp_hours")
    @classmethod
    def _whole_day(cls, hours: tuple[float, ...]) -> tuple[float, ...]:
        if len(hours) != 24:
            raise ValueError(f"has {len(hours)} values; a day has 24")
        return hours

    @forcing(tells=("price",))
    def tariff(grid, valley, flat, peak, sharp, hours, sharp_hours, sharp_months):
        """Price by hour and month."""
        hour = grid.hour.astype(int) % 24
        price = np.array([valley, flat, peak])[np.array(hours, dtype=int)[hour]]
        fierce = np.isin(grid.month, np.array(sharp_months, dtype=int)) & (np.array(sharp_hours)[hour] > 0.5)
        return np.where(fierce, sharp, price)

    @kernel(tells=("power", "bought", "cost", "over"))
    def step(load, price, limit):
        """The grid takes the rest."""
        return load, load, load * price, max(load - limit, 0.0)
