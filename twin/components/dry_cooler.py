"""Dry coolers: finned coils that give the heat of condenser or facility water to outdoor air, with or without wet pads."""

from twin.core import Component, Field, command, forcing, inlet, kernel, needs, output, serves, state
from twin.physics.air import AIR_HEAT, VAPORISATION, WATER_HEAT
from twin.physics.dry_coil import coil_fan_share, coil_heat, coil_leaving
from twin.physics.fan import affinity_power_share
from twin.physics.indirect_evaporation import makeup as replaced
from twin.units import Celsius, KgPerS, Ratio, Watt, WattPerKelvin


class DryCooler(Component):
    """Coils that run in proportion to the water; fans turn as fast as holds the leaving water, pads help when that is not enough.

    Coils by effectiveness and number of transfer units (crossflow, films after Wetter 1999). Pads cool the air towards its wet
    bulb; air under a wet pad keeps its enthalpy, their pressure drop is left out.
    """

    brick = "Dry_Cooler"
    water_design: KgPerS = Field(gt=0)
    """Water of all coils at design."""
    air_design: KgPerS = Field(gt=0)
    """Air of all coils at full fan speed."""
    exchange: WattPerKelvin = Field(gt=0)
    """Conductance of all coils at design flows."""
    fan: Watt = Field(ge=0)
    """Fan power of all coils at full speed."""
    setpoint_water: Celsius = Field(35.0)
    """Leaving water wanted."""
    pads: Ratio = Field(0.0, ge=0, lt=1)
    """Approach of the pads to the wet bulb: 0 has none, good ones 0.8..0.9 (ASHRAE Systems and Equipment 2020, ch. 41)."""
    pads_above: Celsius = Field(15.0)
    """Outdoor temperature below which the pads are dry (assumed)."""
    cycles: Ratio = Field(4.0, gt=1)
    """Cycles of concentration of the pads' water (assumed)."""
    users = serves("condenser_water", heat="heat", flow="flow", water="leaving")
    electricity = needs("electricity", power="power")
    water = needs("water", optional=True, flow="makeup")
    each_tick = ("power", "leaving")

    setpoint = command("degC", "Leaving water wanted", start="setpoint_water", point="AV", card="slider")
    leaving = state("degC", "Leaving water", start="setpoint_water", point="AI", brick="Leaving_Water_Temperature_Sensor")  # fmt: skip
    outdoor = inlet("degC", "Outdoor air")
    wet_bulb = inlet("degC", "Outdoor wet bulb")
    heat = inlet("W", "Heat of the water", medium="condenser_water", energy="in")
    flow = inlet("kg/s", "Water")
    speed = output("1", "Fan speed", point="AO")
    power = output("W", "Fan power", medium="electricity", energy="in", end_use="towers", point="AI", card="trend")
    dumped = output("W", "Heat to outdoors", medium="outdoors", energy="out")
    makeup = output("kg/s", "Water for the pads", ledger="water")
    wetted = output("h/h", "Pads wet")

    @forcing(tells=("outdoor", "wet_bulb"))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb, grid.wet_bulb

    @kernel(tells=("leaving", "speed", "power", "dumped", "makeup", "wetted"))
    def step(
        outdoor, wet_bulb, heat, flow, setpoint, water_design, air_design, exchange, fan, pads, pads_above, cycles
    ):
        """The fan speed that holds the set-point, dry if it can be, else with pads, else what full speed gives."""
        if heat <= 0.0 or flow <= 0.0:
            return setpoint, 0.0, 0.0, 0.0, 0.0, 0.0
        part = min(flow / water_design, 1.0)
        coils, air = exchange * part, air_design * part
        over = flow / (water_design * part)
        hot = setpoint + heat / (flow * WATER_HEAT)
        dry = coil_heat(hot, outdoor, flow, air, 1.0, over, coils)
        wet = dry < heat and pads > 0.0 and outdoor > pads_above
        entering = outdoor - pads * (outdoor - wet_bulb) if wet else outdoor
        if (coil_heat(hot, entering, flow, air, 1.0, over, coils) if wet else dry) >= heat:
            cold, speed = setpoint, coil_fan_share(heat, hot, entering, flow, air, over, coils)
        else:
            cold, speed = coil_leaving(heat, entering, flow, air, over, coils), 1.0
        power = fan * part * affinity_power_share(speed)
        evaporation = air * speed * AIR_HEAT * (outdoor - entering) / VAPORISATION
        return cold, speed, power, heat + power, replaced(evaporation, 0.0, cycles), 1.0 if wet else 0.0
