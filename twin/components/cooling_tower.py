"""Cooling towers with variable-speed fans that hold the condenser water at a set-point where the weather allows."""

from twin.core import Component, Field, command, forcing, inlet, kernel, needs, output, serves, state
from twin.physics.air import WATER_HEAT
from twin.physics.fan import affinity_power_share
from twin.physics.tower import tower_air_share, tower_evaporation, tower_heat, tower_leaving
from twin.units import Celsius, Kelvin, KgPerS, Pascal, Ratio, Watt


class CoolingTower(Component):
    """Cells that run in proportion to the water; each is a counterflow enthalpy exchanger (Braun, Klein and Mitchell 1989)."""

    brick = "Cooling_Tower"
    water_design: KgPerS = Field(gt=0)
    """Water of all cells at design."""
    air_design: KgPerS = Field(gt=0)
    """Air of all cells at full fan speed."""
    units: Ratio = Field(1.8, gt=0)
    """Number of transfer units at design flows."""
    fan: Watt = Field(ge=0)
    """Fan power of all cells at full speed."""
    setpoint_water: Celsius = Field(26.0)
    """Leaving water wanted."""
    approach: Kelvin = Field(0.0, ge=0)
    """With a wet-bulb reset, leaving water is wanted this far above the wet bulb but not below 18 degC; 0 has no reset."""
    pressure: Pascal = Field(101325.0, gt=0)
    """Barometric pressure."""
    cycles: Ratio = Field(5.0, gt=1)
    """Cycles of concentration: salt of the basin over that of the make-up; 3..7 are usual (ASHRAE Handbook HVAC Systems and
    Equipment 2020, ch. 40, recalled)."""
    drift: Ratio = Field(0.0002, ge=0, le=0.01)
    """Droplets lost over the water (same chapter: below 0.02 %, recalled)."""
    users = serves("condenser_water", heat="heat", flow="flow", water="leaving")
    electricity = needs("electricity", power="power")
    water = needs("water", optional=True, flow="makeup")
    each_tick = ("power", "leaving")

    setpoint = command("degC", "Leaving water wanted", start="setpoint_water", point="AV", card="slider")
    leaving = state("degC", "Leaving water", start=26.0, point="AI", brick="Leaving_Water_Temperature_Sensor")
    wet_bulb = inlet("degC", "Outdoor wet bulb")
    humidity = inlet("kg/kg", "Humidity ratio outdoors")
    heat = inlet("W", "Heat of the condenser water", medium="condenser_water", energy="in")
    flow = inlet("kg/s", "Condenser water")
    speed = output("1", "Fan speed", point="AO")
    power = output("W", "Fan power", medium="electricity", energy="in", end_use="towers", point="AI", card="trend")
    dumped = output("W", "Heat to outdoors", medium="outdoors", energy="out")

    makeup = output("kg/s", "Water evaporated, blown down and lost as drift", ledger="water")

    @forcing(tells=("wet_bulb", "humidity"))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.wet_bulb, grid.humidity

    @kernel(tells=("leaving", "speed", "power", "dumped", "makeup"))
    def step(
        leaving, wet_bulb, humidity, heat, flow, setpoint, approach, water_design, air_design, units, fan, pressure, cycles,
        drift,
    ):  # fmt: skip
        """Leaving water at full fan, or the fan speed that holds the set-point."""
        wish = setpoint if approach <= 0.0 else min(max(wet_bulb + approach, 18.0), setpoint)
        if heat <= 0.0 or flow <= 0.0:
            return wish, 0.0, 0.0, 0.0, 0.0
        open_cells = min(flow / water_design, 1.0)
        air = air_design * open_cells
        span = heat / (flow * WATER_HEAT)
        if tower_heat(wish + span, wet_bulb, flow, air, units, pressure) > heat:
            cold = wish
            speed = tower_air_share(heat, wish + span, wet_bulb, flow, air, units, pressure)
        else:
            speed, cold = 1.0, tower_leaving(heat, wet_bulb, flow, air, units, pressure)
        power = fan * open_cells * affinity_power_share(speed)
        evaporated = tower_evaporation(heat, wet_bulb, humidity, air * speed, pressure)
        return cold, speed, power, heat + power, evaporated * cycles / (cycles - 1.0) + drift * flow
