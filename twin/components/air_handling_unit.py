"""Air-handling units: outdoor air, heat recovery, economiser, cooling coil, preheater and fan."""

from twin.core import Component, Field, command, forcing, inlet, kernel, needs, output, serves, state
from twin.physics.air import AIR_HEAT, VAPORISATION, saturation_humidity
from twin.physics.exchanger import recovered_temperature
from twin.physics.fan import vav_fan_power_share
from twin.units import Celsius, Kelvin, M3PerS, Pascal, Ratio, WattPerM3S

AIR_DENSITY = 1.2
"""Density at which air volumes are counted. [kg/m3] GB 50736-2012 (standard air)."""
COIL_APPROACH = 4.0
"""Coldest air over entering chilled water. [K] Usual six-row coil; assumption."""
SATURATION = 0.95
"""Relative humidity of air leaving a wet coil. ASHRAE Handbook HVAC Systems and Equipment 2020, ch. 23: 0.9..0.95."""


class AirHandlingUnit(Component):
    """Serves terminals with treated air; with terminals that ask for outdoor air only it is an outdoor-air unit."""

    brick = "Air_Handling_Unit"
    flow_design: M3PerS = Field(gt=0)
    """Largest supply flow."""
    fan: WattPerM3S = Field(1800.0, ge=0)
    """Specific fan power of supply and return together at the largest flow."""
    supply_cooling: Celsius = Field(14.0)
    """Supply temperature wanted in warm weather."""
    reset: Kelvin = Field(0.0, ge=0)
    """How far the supply temperature rises from hot to mild weather."""
    reset_hot: Celsius = Field(21.0)
    """Outdoor temperature at and above which nothing is reset (ASHRAE Guideline 36-2018, 5.16.2.2: 70 degF)."""
    reset_mild: Celsius = Field(16.0)
    """Outdoor temperature at and below which all is reset (same clause: 60 degF)."""
    preheat: Celsius = Field(8.0)
    """Lowest supply temperature, held by an electric preheater."""
    economiser: Ratio = Field(0.0, ge=0, le=1)
    """Largest share of outdoor air in free cooling; 0 has none."""
    recovery: Ratio = Field(0.0, ge=0, le=1)
    """Effectiveness of sensible heat recovery between exhaust and outdoor air."""
    pressure: Pascal = Field(101325.0, gt=0)
    """Barometric pressure."""

    users = serves(
        "supply_air", flow="flow", fresh="fresh_wanted", return_heat="return_heat", return_vapour="return_vapour",
        planned="planned", planned_humidity="supply_humidity_before", temperature="supply", humidity="supply_humidity",
    )  # fmt: skip
    chilled_water = needs("chilled_water", heat="wanted", share="share", water="water")
    electricity = needs("electricity", power="power")

    setpoint = command(
        "degC", "Supply temperature wanted in warm weather", start="supply_cooling", point="AV", card="slider"
    )
    mixed_before = state("degC", "Mixed air of the last tick", start=20.0)
    supply_humidity_before = state("kg/kg", "Humidity ratio of the supply air of the last tick", start=0.009)
    outdoor = inlet("degC", "Outdoor air")
    outdoor_humidity = inlet("kg/kg", "Humidity ratio outdoors")
    flow = inlet("kg/s", "Supply air asked for")
    fresh_wanted = inlet("kg/s", "Outdoor air asked for")
    return_heat = inlet("W", "Sensible heat of the return air", medium="return_air", energy="in")
    return_vapour = inlet("kg/s", "Vapour of the return air")
    share = inlet("1", "Share of the cooling granted", start=1.0)
    water = inlet("degC", "Chilled-water supply temperature", start=7.0)
    planned = output("degC", "Supply temperature planned", start=14.0)
    mixed = output("degC", "Mixed air")
    mixed_humidity = output("kg/kg", "Humidity ratio of the mixed air")
    leaving = output("degC", "Air wanted behind the coil")
    leaving_humidity = output("kg/kg", "Humidity ratio wanted behind the coil")
    outdoor_share = output("1", "Share of outdoor air", point="AI")
    ventilation = output("W", "Sensible heat of outdoor air over that of exhaust", medium="outdoors", energy="in")
    wanted = output("W", "Coil load wanted, with latent heat")
    power = output("W", "Electric power", medium="electricity", energy="in", end_use="fans", point="AI", card="trend")
    cooling_done = output("W", "Heat given to the chilled water", medium="chilled_water", energy="out")
    latent = output("W", "Heat of the vapour condensed", medium="vapour", energy="in")
    supply = output("degC", "Supply air", start=14.0, point="AI", brick="Supply_Air_Temperature_Sensor")
    supply_humidity = output("kg/kg", "Humidity ratio of the supply air", start=0.009)
    supplied = output("W", "Sensible heat of the supply air", medium="supply_air", energy="out")

    @forcing(tells=("outdoor", "outdoor_humidity"))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb, grid.humidity

    @kernel(tells=("planned",))
    def plan(outdoor, setpoint, mixed_before, reset, reset_hot, reset_mild, preheat, water, fan):
        """The set-point, reset by weather; air that is colder anyway is not heated to it."""
        mild = min(max((reset_hot - outdoor) / max(reset_hot - reset_mild, 0.1), 0.0), 1.0)
        wish = max(setpoint + reset * mild, water + COIL_APPROACH + fan / (AIR_DENSITY * AIR_HEAT))
        return max(min(wish, mixed_before), preheat)

    @kernel(
        tells=(
            "mixed",
            "mixed_humidity",
            "mixed_before",
            "leaving",
            "leaving_humidity",
            "outdoor_share",
            "ventilation",
            "wanted",
        )
    )
    def mix(
        outdoor, outdoor_humidity, flow, fresh_wanted, return_heat, return_vapour, planned, mixed_before, economiser, recovery,
        flow_design, fan, pressure,
    ):  # fmt: skip
        """Recover, mix, and find the coil's load; the fan's heat comes on top of the coil."""
        if flow < 1e-6:
            return mixed_before, 0.009, mixed_before, mixed_before, 0.009, 0.0, 0.0, 0.0
        back, damp = return_heat / (flow * AIR_HEAT), return_vapour / flow
        share = min(max(fresh_wanted / flow, 0.0), 1.0)
        dry_enough = outdoor_humidity < max(damp, 0.010)
        if economiser > 0.0 and dry_enough and outdoor < back - 0.5:
            share = max(share, min(economiser, (back - planned) / (back - outdoor)))
        treated = outdoor
        if recovery > 0.0 and abs(planned - outdoor) > abs(planned - back):
            treated = recovered_temperature(outdoor, back, recovery, 1.0, 1.0)
        mixed = back + share * (treated - back)
        wet = damp + share * (outdoor_humidity - damp)
        rise = fan * flow_design * vav_fan_power_share(flow / (flow_design * AIR_DENSITY)) / (flow * AIR_HEAT)
        cold = min(planned - min(rise, 4.0), mixed)
        dry = min(wet, SATURATION * saturation_humidity(cold, pressure)) if cold < mixed else wet
        wanted = flow * (AIR_HEAT * (mixed - cold) + VAPORISATION * (wet - dry))
        gained = flow * AIR_HEAT * (mixed - back)
        return mixed, wet, mixed, cold, dry, share, gained, wanted

    @kernel(
        tells=("power", "cooling_done", "latent", "supply", "supply_humidity", "supplied", "supply_humidity_before")
    )
    def step(
        flow, mixed, mixed_humidity, leaving, leaving_humidity, share, wanted, preheat, flow_design, fan
    ):  # fmt: skip
        """Cool as far as granted, blow, and preheat what is too cold."""
        if flow < 1e-6:
            return 0.0, 0.0, 0.0, mixed, mixed_humidity, 0.0, mixed_humidity
        blowing = fan * flow_design * vav_fan_power_share(flow / (flow_design * AIR_DENSITY))
        humid = mixed_humidity - share * (mixed_humidity - leaving_humidity)
        behind = mixed - share * (mixed - leaving) + blowing / (flow * AIR_HEAT)
        supply = max(behind, preheat)
        heater = flow * AIR_HEAT * (supply - behind)
        latent = flow * VAPORISATION * (mixed_humidity - humid)
        return blowing + heater, wanted * share, latent, supply, humid, flow * AIR_HEAT * supply, humid
