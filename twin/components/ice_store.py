"""Ice stores between a chilled-water loop and its chillers: internal melt, latent and sensible, charged by the clock."""

from math import exp

import numpy as np
from pydantic import model_validator

from twin.core import (
    Component,
    Field,
    command,
    constant,
    forcing,
    inlet,
    kernel,
    needs,
    output,
    prepared,
    serves,
    state,
)
from twin.physics.air import WATER_HEAT
from twin.physics.ice import (
    LATENT,
    freezing_conductance,
    ice_share,
    ice_water,
    log_mean,
    melting_conductance,
)
from twin.units import Celsius, HourRequests, Joule, Kelvin, Ratio, Watt, WattPerKelvin

CLOSE = 1e-9
"""Share of a load that counts as none. [1]"""


class IceStore(Component):
    """A tank of water with coils that the loop asks first and that asks the chillers for the rest and for what freezes.

    While it charges, all chillers behind it make brine at `charging`, for load and store alike. What it can give falls with the ice
    that is left, since its coils must cool the returning water down to the supply temperature (log-mean difference).
    """

    brick = "Thermal_Energy_Storage"
    capacity: Joule = Field(ge=0)
    """Latent heat of its water; 0 has no store."""
    power: Watt = Field(gt=0)
    """Most cooling that goes in or out (pumps and exchanger)."""
    conductance: WattPerKelvin = Field(0.0, ge=0)
    """Of the coils without ice; 0 takes that of the tank measured at NIST, 43 W/K for each kWh."""
    span: Kelvin = Field(5.0, gt=0)
    """How much warmer the loop's water returns than it is supplied."""
    charging: Celsius = Field(-5.0, lt=0)
    """Brine that the chillers make while they charge it."""
    rise: Kelvin = Field(3.4, gt=0)
    """Warming of the brine in the coils while it freezes (3.4 K at NIST); less than the brine is below 0 degC."""
    losses: WattPerKelvin = Field(0.0, ge=0)
    """Heat through its walls per kelvin to outdoors."""
    hours: HourRequests = Field((0.0,) * 24)
    """Share of the power to discharge in each hour; negative charges."""
    initial: Ratio = Field(0.0, ge=0, le=1)
    """Share of ice before the run."""
    users = serves("primary_chilled_water", heat="wanted", rest="rest", water="water")
    chillers = needs("primary_chilled_water", heat="asked", rest="missing", water="cold")
    each_tick = ("charge", "ice")

    first = constant("J", "Cold held before the run")
    coils = constant("1", "Conductance of the coils over that of the tank measured at NIST")
    content = state("J", "Cold held below water at 0 degC", start="first", store="-1.0", point="AI")
    plan = command("1", "Share of the power to discharge; negative charges", point="AV", card="slider")
    outdoor = inlet("degC", "Outdoor air", start=20.0)
    wanted = inlet("W", "Cooling asked for")
    water = inlet("degC", "Chilled water to deliver", start=7.0)
    missing = inlet("W", "Cooling that no chiller did")
    asked = output("W", "Cooling asked of the chillers")
    cold = output("degC", "Chilled water asked of the chillers", start=7.0)
    able = output("W", "Most cooling it can give in this tick")
    rest = output("W", "Cooling not done")
    cooling = output("W", "Cooling given to the loop", medium="primary_chilled_water", energy="in")
    passed = output("W", "Cooling taken from the chillers", medium="primary_chilled_water", energy="out")
    charge = output("W", "Cooling put into store, negative out of it", point="AI", card="trend")
    warmth = output("W", "Heat through the walls", medium="outdoors", energy="in")
    ice = output("1", "Share of ice", point="AI", card="trend")

    @model_validator(mode="after")
    def _freezes(self) -> "IceStore":
        if self.rise >= -self.charging:
            raise ValueError(
                "rise: brine that leaves the coils must be below 0 degC; rise must be less than charging is below 0"
            )
        return self

    @prepared(tells=("first", "coils"))
    def sized(dt, capacity, conductance, initial):
        """Content before the run, and coils over those of the measured tank."""
        usual = capacity * freezing_conductance(0.0)
        return initial * capacity, conductance / usual if conductance > 0.0 and usual > 0.0 else 1.0

    @forcing(tells=("plan",))
    def clock(grid, hours):
        """What the hour wants."""
        return np.array(hours)[grid.hour.astype(int) % 24]

    @forcing(tells=("outdoor",))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb

    @kernel(tells=("asked", "cold", "able"))
    def ask(dt, content, plan, wanted, water, capacity, coils, power, span, charging, rise):
        """Melt first or freeze on top, as the plan says."""
        if capacity <= 0.0:
            return wanted, water, 0.0
        ice, own = ice_share(content, capacity), ice_water(content, capacity)
        heat = capacity / LATENT * WATER_HEAT
        melt = coils * capacity * melting_conductance(ice) * log_mean(water + span - own, water - own)
        able = min(melt, power, max(content + heat * water, 0.0) / dt)
        if plan >= 0.0:
            return wanted - min(wanted, plan * power, able), water, able
        freeze = coils * capacity * freezing_conductance(ice) * log_mean(own - charging, own - charging - rise)
        charge = min(freeze, -plan * power, max(capacity - content, 0.0) / dt)
        return wanted + charge, charging if charge > 0.0 else water, able

    @kernel(tells=("content", "rest", "cooling", "passed", "charge", "warmth", "ice"))
    def step(dt, content, wanted, asked, missing, outdoor, able, capacity, losses):
        """Freeze with what the chillers do beyond the load, or melt for what they lack; frost freezes no more than all water."""
        passed = asked - missing
        if capacity <= 0.0:
            return content, missing, passed, passed, 0.0, 0.0, 0.0
        charge = max(passed - wanted, 0.0) if passed >= wanted else -min(wanted - passed, able)
        heat = capacity / LATENT * WATER_HEAT
        settling = losses if content > 0.0 else heat / dt * (1.0 - exp(-losses * dt / heat))
        warmth = settling * (outdoor - ice_water(content, capacity))
        cooling = passed - charge
        rest = wanted - cooling
        if rest < CLOSE * wanted:
            cooling, rest = wanted, 0.0
        content += (passed - cooling - warmth) * dt
        if content > capacity:
            warmth += (content - capacity) / dt
            content = capacity
        return content, rest, cooling, passed, charge, warmth, ice_share(content, capacity)
