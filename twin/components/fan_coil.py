"""Fan-coil units: recirculating terminals on chilled water, with outdoor air from an air-handling unit."""

from math import exp

from twin.core import Component, Field, command, constant, inlet, kernel, needs, output, prepared
from twin.physics.air import AIR_HEAT, VAPORISATION, saturation_humidity
from twin.physics.envelope import aired
from twin.units import M2, Celsius, Kelvin, M2PerPerson, M3PerSPerson, Pascal, Ratio, Second, WattPerM2

COIL_RISE = 4.0
"""Mean coil surface over entering chilled water. [K] Half of a usual 5 K water rise plus 1.5 K over the tubes: assumption."""
DESIGN_DIFFERENCE = 18.0
"""Room air over entering chilled water at which the coil has its capacity. [K] 25 degC air and 7 degC water."""
BYPASS = 0.85
"""Latent removal over that of a coil without bypass; a contact factor of 0.85 (CIBSE Guide B3:2016, 3.3: 0.80..0.90)."""
AIR_DENSITY = 1.2
"""Density at which outdoor-air volumes are counted. [kg/m3] GB 50736-2012 (standard air)."""


class FanCoil(Component):
    """A thermostat with dead band, a coil, a fan and a share of treated outdoor air."""

    brick = "Fan_Coil_Unit"
    area: M2 = Field(gt=0)
    """Floor area served."""
    capacity: WattPerM2 = Field(130.0, gt=0)
    """Sensible cooling per floor area at design."""
    heating_capacity: WattPerM2 = Field(0.0, ge=0)
    """Electric heating per floor area."""
    cooling: Celsius = Field(25.0)
    """Cooling set-point while in use."""
    heating: Celsius = Field(20.0)
    """Heating set-point while in use."""
    cooling_setback: Celsius = Field(37.0)
    """Cooling set-point out of use (GB 50189-2015, table B.0.4-1: 37 degC)."""
    heating_setback: Celsius = Field(5.0)
    """Heating set-point out of use (same table: 5 degC)."""
    overcooling: Kelvin = Field(0.0, ge=0)
    """How far simple on-off thermostats run below the cooling set-point on average."""
    fan: WattPerM2 = Field(3.0, ge=0)
    """Fan power per floor area while in use."""
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
    pressure: Pascal = Field(101325.0, gt=0)
    """Barometric pressure."""

    room = needs(
        "room", conditioning="conditioning", dry="vapour", fresh="fresh", free="free", slope="slope", air="air",
        humidity_free="humidity_free", humidity_slope="humidity_slope", carbon_dioxide="carbon_dioxide", unmet="unmet",
    )  # fmt: skip
    schedule = needs("schedule", value="use")
    outdoor_unit = needs(
        "supply_air", flow="fresh", fresh="fresh_wanted", return_heat="return_heat", return_vapour="return_vapour",
        planned="planned", planned_humidity="planned_humidity", temperature="supply", humidity="supply_humidity",
    )  # fmt: skip
    chilled_water = needs("chilled_water", heat="wanted", share="share", water="water")
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
    supply = inlet("degC", "Supply temperature of the outdoor-air unit")
    supply_humidity = inlet("kg/kg", "Supply humidity ratio")
    share = inlet("1", "Share of the cooling granted", start=1.0)
    water = inlet("degC", "Chilled-water supply temperature", start=7.0)
    fresh = output("kg/s", "Outdoor air")
    fresh_wanted = output("kg/s", "Outdoor air required")
    return_heat = output("W", "Sensible heat of the air returned", medium="return_air", energy="out")
    return_vapour = output("kg/s", "Vapour of the air returned")
    wanted = output("W", "Coil load wanted, with latent heat")
    sensible = output("W", "Sensible coil load wanted")
    valve = output("1", "Valve position", point="AO")
    cooling_done = output("W", "Heat given to the chilled water", medium="chilled_water", energy="out")
    heater = output("W", "Electric heating")
    power = output(
        "W", "Electric power", medium="electricity", energy="in", end_use="terminals", point="AI", card="trend"
    )
    conditioning = output("W", "Sensible heat to the zone", medium="room", energy="out")
    latent = output("W", "Heat of the vapour taken out of the zone's air", medium="vapour", energy="in")
    supplied = output("W", "Sensible heat of the outdoor air", medium="supply_air", energy="in")
    vapour = output("kg/s", "Vapour to the zone")
    unmet = output("1", "Further off the set-point than allowed")

    @prepared(tells=("left",))
    def lag(dt, response):
        """First order."""
        return exp(-dt / response)

    @kernel(tells=("fresh", "fresh_wanted", "return_heat", "return_vapour", "wanted", "sensible", "heater", "valve"))
    def ask(
        use, free, slope, air, humidity_free, humidity_slope, carbon_dioxide, planned, planned_humidity, water, cooling_setpoint,
        heating_setpoint, cooling_setback, heating_setback, overcooling, area, capacity, heating_capacity, fan, density,
        outdoor_air, demand_control, pressure, left,
    ):  # fmt: skip
        """What the zone needs beyond its outdoor air, limited by the coil; latent heat follows the coil's surface."""
        on = use > 0.01
        design = area / density * outdoor_air * AIR_DENSITY
        level = min(max((carbon_dioxide - 600.0) / 400.0, 0.3), 1.0)
        fresh = design * (1.0 - demand_control + demand_control * level) if on else 0.0
        rate = fresh * AIR_HEAT
        rise = slope / (1.0 + slope * rate)
        ready = aired(free, slope, rate, planned) + rise * (area * fan if on else 0.0)
        high = cooling_setpoint - overcooling if on else cooling_setback
        low = heating_setpoint if on else heating_setback
        high += max(air - high, 0.0) * left
        low -= max(low - air, 0.0) * left
        strength = capacity * area / DESIGN_DIFFERENCE
        most = min(max(strength * (ready - water) / (1.0 + strength * rise), 0.0), 1.2 * capacity * area)
        sensible = min(max((ready - high) / rise, 0.0), most)
        heater = min(max((low - ready) / rise, 0.0), heating_capacity * area)
        end = ready + rise * (heater - sensible)
        surface = water + COIL_RISE
        drying = BYPASS * sensible / (AIR_HEAT * max(end - surface, 3.0))
        dew = saturation_humidity(surface, pressure)
        wet = aired(humidity_free, humidity_slope, fresh, planned_humidity)
        if wet > dew:
            wet = aired(wet, humidity_slope / (1.0 + humidity_slope * fresh), drying, dew)
        wanted = sensible + VAPORISATION * drying * max(wet - dew, 0.0)
        return fresh, fresh, rate * end, fresh * wet, wanted, sensible, heater, sensible / (capacity * area)

    @kernel(tells=("cooling_done", "power", "conditioning", "latent", "supplied", "vapour", "unmet"))
    def step(
        use, free, slope, supply, supply_humidity, share, fresh, return_heat, return_vapour, wanted, sensible, heater, area, fan,
        cooling_setpoint, heating_setpoint, tolerance,
    ):  # fmt: skip
        """Deliver what was granted; the fan's heat stays in the zone."""
        blowing = area * fan if use > 0.01 else 0.0
        cold = sensible * share
        supplied = fresh * AIR_HEAT * supply
        conditioning = supplied - return_heat - cold + heater + blowing
        latent = (wanted - sensible) * share
        vapour = fresh * supply_humidity - return_vapour - latent / VAPORISATION
        new = free + slope * conditioning
        off = new > cooling_setpoint + tolerance or new < heating_setpoint - tolerance
        return (
            cold + latent,
            blowing + heater,
            conditioning,
            latent,
            supplied,
            vapour,
            1.0 if use > 0.01 and off else 0.0,
        )
