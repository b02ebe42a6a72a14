"""Variable-air-volume terminals with a minimum flow and optional electric reheat."""

from math import exp

from twin.core import Component, Field, command, constant, inlet, kernel, needs, output, prepared
from twin.physics.air import AIR_HEAT
from twin.physics.envelope import aired
from twin.units import M2, Celsius, Kelvin, M2PerPerson, M3PerSM2, M3PerSPerson, Ratio, Second, WattPerM2

AIR_DENSITY = 1.2
"""Density at which air volumes are counted. [kg/m3] GB 50736-2012 (standard air)."""


class VavTerminal(Component):
    """A box that throttles the supply air of its unit to hold the zone between two set-points."""

    brick = "Variable_Air_Volume_Box"
    area: M2 = Field(gt=0)
    """Floor area served."""
    flow_design: M3PerSM2 = Field(0.006, gt=0)
    """Largest air flow per floor area."""
    flow_minimum: Ratio = Field(0.4, ge=0, le=1)
    """Smallest flow in use over the largest (fixed minimums of 0.3..0.5 are usual in older buildings)."""
    reheat: WattPerM2 = Field(0.0, ge=0)
    """Electric reheat per floor area."""
    cooling: Celsius = Field(25.0)
    """Cooling set-point while in use."""
    heating: Celsius = Field(20.0)
    """Heating set-point while in use."""
    cooling_setback: Celsius = Field(37.0)
    """Cooling set-point out of use (GB 50189-2015, table B.0.4-1: 37 degC)."""
    heating_setback: Celsius = Field(5.0)
    """Heating set-point out of use (same table: 5 degC)."""
    overcooling: Kelvin = Field(0.0, ge=0)
    """How far simple thermostats run below the cooling set-point on average."""
    response: Second = Field(900.0, gt=0)
    """Time in which the thermostat's loop takes out two thirds of a deviation; a usual closed loop of a zone; an assumption."""
    density: M2PerPerson = Field(10.0, gt=0)
    """Floor area per person at design."""
    outdoor_air: M3PerSPerson = Field(30.0 / 3600.0, ge=0)
    """Outdoor air per person (GB 50189-2015, table B.0.4-8: 30 m3/h)."""
    demand_control: Ratio = Field(0.0, ge=0, le=1)
    """Share of the outdoor air that follows carbon dioxide."""
    tolerance: Kelvin = Field(0.556, gt=0)
    """Deviation that counts as unmet (ANSI/ASHRAE/IES 90.1-2019, G3.1.2.3)."""

    room = needs(
        "room", conditioning="conditioning", dry="vapour", fresh="fresh_wanted", free="free", slope="slope", air="air",
        humidity_free="humidity_free", humidity_slope="humidity_slope", carbon_dioxide="carbon_dioxide", unmet="unmet",
    )  # fmt: skip
    schedule = needs("schedule", value="use")
    unit_air = needs(
        "supply_air", flow="flow", fresh="fresh_wanted", return_heat="return_heat", return_vapour="return_vapour",
        planned="planned", planned_humidity="planned_humidity", temperature="supply", humidity="supply_humidity",
    )  # fmt: skip
    electricity = needs("electricity", power="power")

    cooling_setpoint = command("degC", "Cooling set-point in use", start="cooling", point="AV", card="slider")
    heating_setpoint = command("degC", "Heating set-point in use", start="heating", point="AV", card="slider")
    left = constant("1", "Share of a deviation that is left after a tick")
    use = inlet("1", "Terminal in use")
    free = inlet("degC", "Zone temperature without conditioning")
    slope = inlet("K/W", "Zone's rise per watt", start=1e-4)
    air = inlet("degC", "Zone temperature")
    humidity_free = inlet("kg/kg", "Zone humidity ratio without conditioning", start=0.010)
    humidity_slope = inlet("s/kg", "Zone's rise of humidity ratio per vapour brought", start=1e-3)
    carbon_dioxide = inlet("ppm", "Zone carbon dioxide")
    planned = inlet("degC", "Supply temperature the unit plans")
    planned_humidity = inlet("kg/kg", "Supply humidity ratio the unit expects")
    supply = inlet("degC", "Supply temperature")
    supply_humidity = inlet("kg/kg", "Supply humidity ratio")
    flow = output("kg/s", "Supply air", point="AI", card="trend")
    damper = output("1", "Damper position", point="AO")
    fresh_wanted = output("kg/s", "Outdoor air required")
    return_heat = output("W", "Sensible heat of the air returned", medium="return_air", energy="out")
    return_vapour = output("kg/s", "Vapour of the air returned")
    power = output("W", "Electric power", medium="electricity", energy="in", end_use="terminals")
    conditioning = output("W", "Sensible heat to the zone", medium="room", energy="out")
    supplied = output("W", "Sensible heat of the supply air", medium="supply_air", energy="in")
    vapour = output("kg/s", "Vapour to the zone")
    unmet = output("1", "Further off the set-point than allowed")

    @prepared(tells=("left",))
    def lag(dt, response):
        """First order."""
        return exp(-dt / response)

    @kernel(tells=("flow", "damper", "fresh_wanted", "return_heat", "return_vapour"))
    def ask(
        use, free, slope, air, humidity_free, humidity_slope, carbon_dioxide, planned, planned_humidity, cooling_setpoint,
        cooling_setback, heating_setpoint, heating_setback, overcooling, area, flow_design, flow_minimum, density, outdoor_air,
        demand_control, reheat, left,
    ):  # fmt: skip
        """Flow that holds the cooling set-point with the planned supply air, and the air that comes back."""
        on = use > 0.01
        most = area * flow_design * AIR_DENSITY
        high = cooling_setpoint - overcooling if on else cooling_setback
        low = heating_setpoint if on else heating_setback
        high += max(air - high, 0.0) * left
        low -= max(low - air, 0.0) * left
        excess = max((free - high) / slope, 0.0)
        colder = AIR_HEAT * (high - planned)
        flow = min(excess / colder, most) if colder > 500.0 else (most if excess > 0.0 else 0.0)
        level = min(max((carbon_dioxide - 600.0) / 400.0, 0.3), 1.0)
        fresh = (
            area / density * outdoor_air * AIR_DENSITY * (1.0 - demand_control + demand_control * level) if on else 0.0
        )
        if on:
            flow = min(max(flow, flow_minimum * most, fresh), most)
        rate = flow * AIR_HEAT
        bare = aired(free, slope, rate, planned)
        warmed = min(max(low - bare, 0.0), reheat * area * slope / (1.0 + slope * rate))
        wet = aired(humidity_free, humidity_slope, flow, planned_humidity)
        return flow, flow / most, min(fresh, flow), rate * (bare + warmed), flow * wet

    @kernel(tells=("power", "conditioning", "supplied", "vapour", "unmet"))
    def step(
        use, free, slope, air, supply, supply_humidity, flow, return_heat, return_vapour, area, reheat, cooling_setpoint,
        heating_setpoint, heating_setback, tolerance, left,
    ):  # fmt: skip
        """Deliver the air; reheat what is missing to the heating set-point."""
        supplied = flow * AIR_HEAT * supply
        bare = supplied - return_heat
        low = heating_setpoint if use > 0.01 else heating_setback
        low -= max(low - air, 0.0) * left
        heater = min(max((low - free) / slope - bare, 0.0), reheat * area)
        conditioning = bare + heater
        new = free + slope * conditioning
        off = new > cooling_setpoint + tolerance or new < heating_setpoint - tolerance
        vapour = flow * supply_humidity - return_vapour
        return heater, conditioning, supplied, vapour, 1.0 if use > 0.01 and off else 0.0
