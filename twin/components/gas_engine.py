"""Gas engines that make power and heat: led by heat, by the power of a meter or by the clock."""

from typing import Literal

import numpy as np
from pydantic import model_validator

from twin.core import (
    Component,
    Field,
    Trail,
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
from twin.physics.engine import SMALLEST, engine_heat, engine_part, engine_water_heat
from twin.units import Celsius, HourShares, KgPerJoule, MonthDays, Ratio, Watt, YuanPerJoule

HEAT, POWER, SCHEDULE = 0.0, 1.0, 2.0
"""The three ways to lead an engine, as numbers."""
CLOSE = 1e-6
"""Share of a heat that may be missing before somebody is told. [1]"""
DAYS_BEFORE = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])
"""Days of the year before each month; a leap year starts its overhauls from March on a day early."""


class GasEngine(Component):
    """An engine generator whose cooling water heats a network and whose exhaust drives a chiller or a boiler behind it.

    Led by heat it follows the heat asked for in this tick; led by power it follows the meter's last reading, with its own power
    added; led by the clock it runs at the share of each hour. It starts and stops with a hysteresis: led by heat it decides at the
    end of a tick for the next one, and while it stands it offers nothing, so that chillers wired to `offered` never start it. Heat
    that nobody takes goes to a radiator outdoors.
    """

    brick = "Generator"
    rating: Watt = Field(ge=0)
    """Electric output at full load, net of its own pumps and fans; 0 has no engine."""
    efficiency: Ratio = Field(0.42, gt=0, lt=1)
    """Electric output over the gas burnt (lower heating value) at full load."""
    jacket: Ratio = Field(0.226, ge=0, lt=1)
    """Heat in the cooling water over the gas burnt at full load (1,035 of 4,577 kW: MTU 20V4000 GS, GG20V4000A1)."""
    exhaust: Ratio = Field(0.2405, ge=0, lt=1)
    """Heat in the exhaust down to 120 degC over the gas burnt at full load (1,101 of 4,577 kW: same data sheet)."""
    recovery: Ratio = Field(1.0, ge=0, le=1)
    """Share of the exhaust heat left by others that an exhaust boiler gives to the hot water; 0 has no boiler."""
    warmest: Celsius = Field(90.0)
    """Cooling water leaving the engine; what must be warmer is left to the exhaust boiler and to others."""
    dispatch: Literal["heat", "power", "schedule"] = "heat"
    """What leads it: `heat`, `power` or `schedule`."""
    hours: HourShares = Field((1.0,) * 24)
    """Part load of each hour for `schedule`; with the other words, 0 forbids an hour."""
    maintenance: MonthDays = Field((2.0, 2.0, 2.0, 0.0, 2.0, 2.0, 2.0, 0.0, 2.0, 2.0, 2.0, 0.0))
    """Days at the start of each month on which it stands still; 48 h in nine months as in REopt's defaults (chp_defaults.json)."""
    minimum: Ratio = Field(0.5, ge=SMALLEST, le=1)
    """Smallest part load; below it the engine stops."""
    restart: Ratio = Field(0.6, ge=SMALLEST, le=1)
    """Part load wanted from which it starts."""
    gas_price: YuanPerJoule = Field(0.0, ge=0)
    """Price of the gas per lower heating value."""
    upkeep: YuanPerJoule = Field(0.0, ge=0)
    """Maintenance per power made."""
    emission_factor: KgPerJoule = Field(56.1e-9, ge=0)
    """Carbon dioxide per lower heating value of the gas (IPCC 2006 Guidelines, vol. 2, table 2.2: 56.1 kg/GJ)."""
    electricity = needs("electricity", made="potential", kept="kept")
    heating = serves("primary_heat", heat="wanted", rest="rest", water="water", back="back")
    gas = serves("exhaust", heat="drawn", rest="missing")
    each_tick = ("power", "part", "unused")

    mode = constant("1", "What leads it, as a number")
    running = state("1", "Whether it runs", point="BI")
    before = state("W", "Power made in the last tick")
    available = command("1", "Whether it may run", start=1.0, point="BV")
    planned = inlet("1", "Part load that the clock wants", start=1.0)
    load = inlet("W", "Net load that a meter read in the last tick")
    wanted = inlet("W", "Heat asked for")
    water = inlet("degC", "Water to deliver", start=80.0)
    back = inlet("degC", "Water that returns", start=60.0)
    drawn = inlet("W", "Exhaust heat asked for")
    kept = inlet("1", "Share of the power that is taken", start=1.0)
    least = output("1", "Smallest part load in this tick")
    most = output("1", "Largest part load in this tick")
    offered = output("W", "Most heat for water in this tick, all exhaust asked for given away")
    missing = output("W", "Exhaust heat not given")
    part = output("1", "Part load", point="AI", card="trend")
    potential = output("W", "Power made")
    fuel = output("W", "Gas burnt (lower heating value)", medium="fuel", energy="in", ledger="fuel", point="AI")
    rest = output("W", "Heat not given")
    heat = output("W", "Heat given", medium="primary_heat", energy="out", point="AI", card="trend")
    vented = output("W", "Exhaust heat given", medium="exhaust", energy="out", point="AI")
    unused = output("W", "Heat that nobody took", point="AI")
    lost = output("W", "Heat to the radiator, the stack and the engine room", medium="outdoors", energy="out")
    cost = output("CNY/s", "Gas and maintenance per second", ledger="cost")
    carbon = output("kg/s", "Carbon dioxide of the gas", ledger="scope1", trail=Trail("fuel", "emission_factor", row="ipcc2006/gas", category="stationary combustion"))  # fmt: skip
    power = output(
        "W", "Power taken", medium="electricity", energy="out", ledger="generation", point="AI", card="trend"
    )
    refused = output(
        "W",
        "Power to a load bank",
        medium="outdoors",
        energy="out",
        note="nobody took all the power that an engine made",
    )

    @model_validator(mode="after")
    def _possible(self) -> "GasEngine":
        for part in (SMALLEST, 0.75, 1.0):
            fuel, hot, gas = engine_heat(part, 1.0, self.efficiency, self.jacket, self.exhaust)
            if part + hot + gas > fuel:
                raise ValueError(
                    f"efficiency, jacket and exhaust are more than the gas burnt at a part load of {part:g}"
                )
        if self.dispatch == "schedule" and any(0.0 < hour < self.minimum for hour in self.hours):
            raise ValueError(f"hours: a part load below the minimum of {self.minimum:g} stops it; write 0")
        return self

    @prepared(tells=("mode",))
    def lead(dt, dispatch):
        """The word as a number."""
        return {"heat": HEAT, "power": POWER, "schedule": SCHEDULE}[dispatch]

    @forcing(tells=("planned",))
    def clock(grid, hours):
        """Part load of the hour."""
        return np.array(hours)[grid.hour.astype(int) % 24]

    @forcing(tells=("available",))
    def overhaul(grid, maintenance):
        """Standstill at the start of the months."""
        return (grid.day - DAYS_BEFORE[grid.month - 1] > np.array(maintenance)[grid.month - 1]).astype(float)

    @kernel(tells=("least", "most"))
    def decide(running, before, available, planned, load, mode, rating, minimum, restart):
        """Range of part loads: one value if power or the clock leads, down to the minimum if heat does."""
        if rating <= 0.0 or available <= 0.0 or planned <= 0.0:
            return 0.0, 0.0
        if mode == HEAT:
            return minimum * running, running
        target = (load + before) / rating if mode == POWER else planned
        bar = restart if mode == POWER and running < 0.5 else minimum
        part = min(target, 1.0) * available if target >= bar * 0.999999 else 0.0
        return part, part

    @kernel(tells=("missing", "offered"))
    def vent(most, drawn, rating, efficiency, jacket, exhaust, recovery):
        """Exhaust before water: what it can give is known before the water's heat is."""
        _, hot, gas = engine_heat(most, rating, efficiency, jacket, exhaust)
        missing = max(drawn - gas, 0.0)
        return missing, engine_water_heat(hot, hot, gas, drawn - missing, recovery)

    @kernel(
        tells=("part", "potential", "fuel", "rest", "heat", "vented", "unused", "lost", "carbon", "running", "before")
    )
    def step(
        least, most, wanted, water, back, drawn, missing, running, available, planned, mode, rating, efficiency, jacket, exhaust,
        recovery, warmest, minimum, restart, emission_factor,
    ):  # fmt: skip
        """Meet the heat within the range; what is left over goes outdoors."""
        if rating <= 0.0:
            return 0.0, 0.0, 0.0, wanted, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        reach = min(max((warmest - back) / max(water - back, 0.1), 0.0), 1.0) if water > warmest else 1.0
        limit = reach * wanted
        part, on = most, 1.0 if most > 0.0 else 0.0
        if mode == HEAT:
            target = engine_part(wanted, drawn, limit, rating, efficiency, jacket, exhaust, recovery)
            part = min(max(target, least), most)
            bar = minimum if running > 0.5 else restart
            on = 1.0 if available > 0.0 and planned > 0.0 and target >= bar else 0.0
        fuel, hot, gas = engine_heat(part, rating, efficiency, jacket, exhaust)
        vented = min(drawn - missing, gas)
        heat = min(wanted, engine_water_heat(hot, limit, gas, vented, recovery))
        rest = wanted - heat if wanted - heat > CLOSE * wanted else 0.0
        heat = wanted - rest
        power = part * rating
        return (
            part, power, fuel, rest, heat, vented, hot + gas - vented - heat, fuel - power - vented - heat, fuel * emission_factor,
            on, power,
        )  # fmt: skip

    @kernel(tells=("power", "refused", "cost"))
    def settle(potential, kept, fuel, gas_price, upkeep):
        """What the grid does not take is burnt in a load bank."""
        return potential * kept, potential * (1.0 - kept), fuel * gas_price + potential * upkeep
