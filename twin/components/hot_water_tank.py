"""Stratified hot-water tanks between a heat network and its sources: they keep what engines make too early."""

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

DENSITY = 972.0
"""Of water at 80 degC. [kg/m3] ASHRAE Fundamentals 2021, ch. 33, table 2, rounded."""
CLOSE = 1e-9
"""Share of a load that counts as none. [1]"""


class HotWaterTank(Component):
    """A tank that the network asks first and that asks its sources for the heat wanted and, while it charges, for more.

    Usually it charges at all hours with whatever sources offer: in the site file the cheap source stands behind the tank, the boiler
    behind the tank in the network's own chain. Layers as in twin.physics.stratified.
    """

    brick = "Thermal_Energy_Storage"
    volume: M3 = Field(ge=0)
    """Water; 0 has no tank."""
    power: Watt = Field(gt=0)
    """Most heat that goes in or out (diffusers and pumps)."""
    layers: Whole = Field(24.0, ge=1, le=60)
    """Well-mixed layers: 1 is a mixed tank, many have a thin thermocline (assumed)."""
    charging: Celsius = Field(90.0)
    """Water that sources make while they charge it."""
    stale: Kelvin = Field(10.0, gt=0)
    """How much cooler than `charging` the water at the bottom must be, so that charging goes on."""
    tolerance: Kelvin = Field(3.0, ge=0)
    """How much cooler than asked its water may be while it discharges."""
    conductance: WattPerKelvin = Field(0.0, ge=0)
    """Heat through its walls per kelvin to outdoors."""
    hours: HourRequests = Field((-1.0,) * 24)
    """Share of the power to discharge ahead of the sources in each hour; negative charges with what they have left."""
    initial: Celsius = Field(60.0)
    """Water before the run."""
    users = serves("primary_heat", heat="wanted", rest="rest", water="water", back="back")
    sources = needs("primary_heat", heat="asked", rest="missing", water="hot", back="returning")
    each_tick = ("charge", "stored")

    held = constant("J/K", "Heat of a layer per kelvin")
    faded = constant("1", "Share of its distance to outdoors that a layer loses in a tick")
    tank = state("degC", "Layers from top to bottom", start="initial", length="layers", store="held")
    plan = command("1", "Share of the power to discharge; negative charges", point="AV", card="slider")
    outdoor = inlet("degC", "Outdoor air", start=20.0)
    wanted = inlet("W", "Heat asked for")
    water = inlet("degC", "Water to deliver", start=80.0)
    back = inlet("degC", "Water that returns", start=60.0)
    missing = inlet("W", "Heat that no source gave")
    asked = output("W", "Heat asked of the sources")
    hot = output("degC", "Water asked of the sources", start=80.0)
    returning = output("degC", "Water that returns to the sources", start=60.0)
    able = output("W", "Most heat it can give in this tick")
    rest = output("W", "Heat not given")
    heat = output("W", "Heat given to the network", medium="primary_heat", energy="out")
    taken = output("W", "Heat taken from the sources", medium="primary_heat", energy="in")
    charge = output("W", "Heat put into store, negative out of it", point="AI", card="trend")
    loss = output("W", "Heat through the walls", medium="outdoors", energy="out")
    stored = output("J", "Heat held above the returning water", point="AI", card="trend")

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

    @kernel(tells=("asked", "hot", "returning", "able"))
    def ask(dt, tank, plan, wanted, water, back, held, power, charging, stale, tolerance):
        """Discharge first or charge on top, as the plan says; both stop where the thermocline leaves the tank."""
        if held <= 0.0:
            return wanted, water, back, 0.0
        cool, able = water - tolerance, 0.0
        if wanted > 0.0 and tank[0] > cool:
            able = -held / dt * warmed_after(tank, 1.0, back, volumes_until(tank, 1.0, back, cool))
            able = min(max(able, 0.0), power)
        if plan >= 0.0:
            return wanted - min(wanted, plan * power, able), water, back, able
        bottom = charging - stale
        if tank[len(tank) - 1] >= bottom:
            return wanted, water, back, able
        room = held / dt * warmed_after(tank, 0.0, charging, volumes_until(tank, 0.0, charging, bottom))
        hot, charge = max(water, charging), min(max(room, 0.0), -plan * power)
        return wanted + charge, hot, min(back, tank[len(tank) - 1]) if wanted <= 0.0 else back, able

    @kernel(tells=("rest", "heat", "taken", "charge", "loss", "stored"))
    def step(dt, tank, tank_next, wanted, asked, missing, back, outdoor, able, held, faded, charging):
        """Store what sources give beyond the load, or give what they lack."""
        taken = asked - missing
        if held <= 0.0:
            for i in range(len(tank)):
                tank_next[i] = tank[i]
            return missing, taken, taken, 0.0, 0.0, 0.0
        charge = max(taken - wanted, 0.0) if taken >= wanted else -min(wanted - taken, able)
        if charge >= 0.0:
            refill(tank, tank_next, 0.0, charging, charge * dt / held)
        else:
            refill(tank, tank_next, 1.0, back, charge * dt / held)
        loss, stored = 0.0, 0.0
        for i in range(len(tank)):
            gone = faded * (tank_next[i] - outdoor)
            tank_next[i] -= gone
            loss += gone * held / dt
            stored += held * (tank_next[i] - back)
        heat = taken - charge
        rest = wanted - heat
        if rest < CLOSE * wanted:
            heat, rest = wanted, 0.0
        return rest, heat, taken, charge, loss, stored
