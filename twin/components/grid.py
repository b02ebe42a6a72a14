"""The grid connection: tariff, demand charge, export, emission factors and the contracts for green power behind it."""

from typing import Literal

import numpy as np
from pydantic import field_validator, model_validator

from twin.core import Component, Field, Trail, forcing, inlet, kernel, needs, output, serves
from twin.units import KgPerJoule, Months, Watt, YuanPerJoule, YuanPerWatt

PERIODS = 4
"""Valley, flat, peak and sharp."""


class Grid(Component):
    """Takes or gives whatever the site needs, prices it and books its carbon dioxide.

    The price of an hour is the floating price of its month times the ratio of its period, plus the fixed adders. Scope 2 is
    booked location-based with the grid's average factor, and market-based with the residual factor on what no contract
    matches (GHG Protocol Scope 2 Guidance, 2015, chapter 6).
    """

    brick = "Electrical_Meter"
    limit: Watt = Field(1e9, gt=0)
    """Connection capacity."""
    export_limit: Watt = Field(1e9, ge=0)
    """Most power that the grid takes back; generators are curtailed above it."""
    energy_price: YuanPerJoule = Field(gt=0)
    """Price of a flat hour, without the adders: the part that floats."""
    adders: YuanPerJoule = Field(0.0, ge=0)
    """Fixed part of the price: funds and fees that know no periods."""
    feed_in: YuanPerJoule = Field(0.0, ge=0)
    """What the grid pays for power it takes back."""
    float_by_month: Months = Field((1.0,) * 12)
    """Floating price of each month over `energy_price`."""
    ratios: tuple[float, ...] = Field((1.0,) * 48)
    """Price of valley, flat, peak and sharp hours over the floating price, month by month."""
    periods: tuple[float, ...] = Field((1.0,) * 288)
    """Period of each hour of the day, month by month: 0 valley, 1 flat, 2 peak, 3 sharp."""
    demand_charge: YuanPerWatt = Field(0.0, ge=0)
    """Price of a watt and month of billed demand."""
    demand_mode: Literal["actual", "contract", "capacity"] = "actual"
    """What is billed: `actual`, each month's highest mean power over a tick; `contract`, the contract, and above 105 % of it the
    excess twice; `capacity`, the transformers."""
    contract: Watt = Field(0.0, ge=0)
    """Contracted demand."""
    capacity: Watt = Field(0.0, ge=0)
    """Transformers installed."""
    emission_factor: KgPerJoule = Field(gt=0)
    """Carbon dioxide per energy bought, location-based."""
    market_factor: KgPerJoule = Field(0.0, ge=0)
    """Carbon dioxide per energy that no contract matches, market-based; 0 takes the location-based factor."""
    users = serves("electricity", power="load", made="made", kept="kept", behind="made_below", share="share_below")
    contracts = needs("green_power", optional=True, energy="bought", matched="matched", rest="unmatched")
    load = inlet("W", "Load of the site")
    made = inlet("W", "Power that generators offer")
    made_below = inlet("W", "Power that generators behind switchboards offer")
    matched = inlet("W", "Power matched by contracts")
    unmatched = inlet("W", "Power that no contract matches")
    price = inlet("CNY/J", "Price now", start="energy_price")
    each_tick = ("power", "cost")
    power = output("W", "Power from the grid", medium="electricity", energy="out", point="AI", card="trend")
    bought = output("W", "Power bought", medium="purchase", energy="in", ledger="bought")
    sold = output("W", "Power sold", medium="purchase", energy="out", ledger="sold")
    cost = output("CNY/s", "Energy cost per second", ledger="cost")
    kept = output("1", "Share of the generators' offer that is taken", start=1.0)
    share_below = output("1", "Share of the offer from behind switchboards that is refused")
    curtailed = output("W", "Power refused in all", note="generators were curtailed at the connection's export limit")
    over = output("W", "Power over the connection's limit", note="the load was over the connection's limit")
    location_based = output("kg/s", "Carbon dioxide of the power bought, location-based", ledger="scope2", trail=Trail("bought", "emission_factor"))  # fmt: skip
    residual = output("W", "Power bought less what contracts match")
    market_based = output("kg/s", "Carbon dioxide of the power bought, market-based", ledger="scope2_market", trail=Trail("residual", "market_factor or emission_factor"))  # fmt: skip
    avoided = output("kg/s", "Carbon dioxide that the power sold avoids elsewhere", ledger="avoided")

    @field_validator("ratios", "periods")
    @classmethod
    def _whole_year(cls, values: tuple[float, ...], info) -> tuple[float, ...]:
        wanted = {"ratios": 12 * PERIODS, "periods": 12 * 24}[info.field_name]
        if len(values) != wanted:
            raise ValueError(f"has {len(values)} values; a year has {wanted}")
        if info.field_name == "periods" and not set(values) <= {0.0, 1.0, 2.0, 3.0}:
            raise ValueError("0 valley, 1 flat, 2 peak or 3 sharp")
        return values

    @model_validator(mode="after")
    def _billed(self) -> "Grid":
        if self.demand_charge > 0.0 and self.demand_mode == "contract" and max(self.contract, self.capacity) <= 0.0:
            raise ValueError("demand_mode contract needs contract or capacity")
        if self.demand_charge > 0.0 and self.demand_mode == "capacity" and self.capacity <= 0.0:
            raise ValueError("demand_mode capacity needs capacity")
        return self

    @forcing(tells=("price",))
    def tariff(grid, energy_price, adders, float_by_month, ratios, periods):
        """Price by hour and month."""
        month, hour = grid.month - 1, grid.hour.astype(int) % 24
        period = np.array(periods, dtype=int).reshape(12, 24)[month, hour]
        floating = energy_price * np.array(float_by_month)[month]
        return floating * np.array(ratios).reshape(12, PERIODS)[month, period] + adders

    @kernel(
        tells=(
            "power",
            "bought",
            "sold",
            "cost",
            "kept",
            "share_below",
            "curtailed",
            "over",
            "location_based",
            "avoided",
        )
    )
    def step(load, made, made_below, price, limit, export_limit, feed_in, emission_factor):
        """The grid takes the rest; generators at its own bar are cut before those behind switchboards, which are cut alike."""
        surplus = max(made - load - export_limit, 0.0)
        cut = min(surplus, made)
        power = load - made + surplus
        bought, sold = max(power, 0.0), max(-power, 0.0)
        kept = 1.0 - cut / made if made > 0.0 else 1.0
        cost = bought * price - sold * feed_in
        below = min((surplus - cut) / made_below, 1.0) if made_below > 0.0 else 0.0
        over = max(bought - limit, 0.0)
        return (
            power, bought, sold, cost, kept, below, surplus, over, bought * emission_factor, sold * emission_factor,
        )  # fmt: skip

    @kernel(tells=("residual", "market_based"))
    def account(bought, matched, emission_factor, market_factor):
        """What no contract matches counts with the residual factor; a surplus of annual contracts counts for other hours."""
        residual = bought - matched
        return residual, residual * (market_factor if market_factor > 0.0 else emission_factor)
