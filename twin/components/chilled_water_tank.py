"""Stratified chilled-water tanks between a loop and its chillers: charged and discharged by the clock."""

import numpy as np

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
from twin.physics.stratified import refill, volumes_until, warmed_after
from twin.units import M3, Celsius, HourRequests, Kelvin, Watt, WattPerKelvin, Whole

DENSITY = 1000.0
"""Of water. [kg/m3]"""
STALE = 0.5
"""Share of the span by which water may have cooled at the top before charging stops. [1] Assumed."""
CLOSE = 1e-9
"""Share of a load that counts as none. [1]"""


class ChilledWaterTank(Component):
    """A tank that the loop asks first and that asks the chillers for what it does not give and for what it stores.

    Layers are well mixed, water moves through them exactly (twin.physics.stratified); what the chillers cannot do in a tick, the
    tank does as well, as long as its water is cold enough.
    """

    brick = "Thermal_Energy_Storage"
    volume: M3 = Field(ge=0)
    """Water; 0 has no tank."""
    power: Watt = Field(gt=0)
    """Most cooling that goes in or out (diffusers and pumps)."""
    layers: Whole = Field(24.0, ge=1, le=60)
    """Well-mixed layers: 1 is a mixed tank, many have a thin thermocline (assumed; 24 deliver about 85 % of a full tank)."""
    span: Kelvin = Field(5.0, gt=0)
    """How much warmer the loop's water returns than it is supplied."""
    charging: Celsius = Field(5.0)
    """Water that the chillers make while they charge it."""
    tolerance: Kelvin = Field(1.0, ge=0)
    """How much warmer than asked its water may be while it discharges."""
    conductance: WattPerKelvin = Field(0.0, ge=0)
    """Heat through its walls per kelvin to outdoors."""
    hours: HourRequests = Field((0.0,) * 24)
    """Share of the power to discharge in each hour; negative charges."""
    initial: Celsius = Field(12.0)
    """Water before the run."""
    users = serves("primary_chilled_water", heat="wanted", rest="rest", water="water")
    chillers = needs("primary_chilled_water", heat="asked", rest="missing", water="cold")
    each_tick = ("charge", "stored")

    held = constant("J/K", "Heat of a layer per kelvin")
    faded = constant("1", "Share of its distance to outdoors that a layer loses in a tick")
    tank = state("degC", "Layers from top to bottom", start="initial", length="layers", store="held")
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
    stored = output("J", "Cold held below the loop's return", point="AI", card="trend")

    @prepared(tells=("held", "faded"))
    def sized(dt, volume, layers, conductance):
        """Heat and losses of a layer."""
        heat = volume * DENSITY * WATER_HEAT
        return heat / layers, 1.0 - np.exp(-conductance * dt / heat) if heat > 0.0 else 0.0

    @forcing(tells=("plan",))
    def clock(grid, hours):
        """What the hour wants."""
        return np.array(hours)[grid.hour.astype(int) % 24]

    @forcing(tells=("outdoor",))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb

    @kernel(tells=("asked", "cold", "able"))
    def ask(dt, tank, plan, wanted, water, held, power, span, charging, tolerance):
        """Discharge first or charge on top, as the plan says; both stop where the thermocline leaves the tank."""
        if held <= 0.0:
            return wanted, water, 0.0
        back, warm = water + span, water + tolerance
        able = 0.0
        if wanted > 0.0 and tank[len(tank) - 1] < warm:
            able = held / dt * warmed_after(tank, 0.0, back, volumes_until(tank, 0.0, back, warm))
            able = min(max(able, 0.0), power)
        if plan >= 0.0:
            return wanted - min(wanted, plan * power, able), water, able
        top = charging + STALE * span
        if tank[0] <= top:
            return wanted, water, able
        room = -held / dt * warmed_after(tank, 1.0, charging, volumes_until(tank, 1.0, charging, top))
        return wanted + min(max(room, 0.0), -plan * power), min(water, charging), able

    @kernel(tells=("rest", "cooling", "passed", "charge", "warmth", "stored"))
    def step(
        dt, tank, tank_next, wanted, asked, missing, water, outdoor, able, held, faded, span, charging
    ):  # fmt: skip
        """Store what the chillers do beyond the load, or give what they lack."""
        passed = asked - missing
        if held <= 0.0:
            for i in range(len(tank)):
                tank_next[i] = tank[i]
            return missing, passed, passed, 0.0, 0.0, 0.0
        charge = max(passed - wanted, 0.0) if passed >= wanted else -min(wanted - passed, able)
        if charge >= 0.0:
            refill(tank, tank_next, 1.0, charging, -charge * dt / held)
        else:
            refill(tank, tank_next, 0.0, water + span, -charge * dt / held)
        warmth, stored = 0.0, 0.0
        for i in range(len(tank)):
            gain = faded * (outdoor - tank_next[i])
            tank_next[i] += gain
            warmth += gain * held / dt
            stored += held * (water + span - tank_next[i])
        cooling = passed - charge
        rest = wanted - cooling
        if rest < CLOSE * wanted:
            cooling, rest = wanted, 0.0
        return rest, cooling, passed, charge, warmth, stored
