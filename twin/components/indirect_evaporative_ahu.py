"""Indirect evaporative air-handling units of data halls: outdoor air cools hall air over plates, dry, sprayed or with compressors."""

from pydantic import model_validator

from twin.core import Component, Field, command, constant, forcing, inlet, kernel, needs, output, prepared, serves
from twin.physics.air import AIR_HEAT
from twin.physics.direct_expansion import RATED_FRACTION, air_cooled_cop
from twin.physics.fan import affinity_power_share
from twin.physics.indirect_evaporation import (
    evaporated,
    exchange,
    exchanger_units,
    saturated_heat,
    secondary_share,
)
from twin.physics.indirect_evaporation import makeup as replaced
from twin.units import Celsius, JoulePerKg, Ratio, Watt

RATED_WET_BULB = 19.0
"""Wet bulb at which the wet-bulb effectiveness is stated. [degC] Assumed: about where such units begin to spray."""
SEA_LEVEL = 101325.0
"""Pressure at which it is stated. [Pa] ISO 2533:1975."""


class IndirectEvaporativeAhu(Component):
    """Hall air follows the heat at the rise between supply and return temperature; outdoor air on the other side of the plates follows the
    set-point: dry, sprayed, or with a compressor for the rest, whichever takes least energy.

    A dry exchanger reaches for the outdoor dry bulb, a sprayed one for its wet bulb (EnergyPlus Engineering Reference,
    EvaporativeCooler:Indirect:ResearchSpecial); their conductances come from the two effectivenesses at full flow and do not
    change with it (laminar plates, assumed). The compressor's condenser stands in outdoor air; it trims what the exchanger at
    full outdoor air leaves.
    """

    brick = "AHU"
    count: float = Field(1.0, ge=0)
    """Units that run together."""
    capacity: Watt = Field(gt=0)
    """Heat that the air of one unit carries at full flow."""
    supply: Celsius = Field(24.0)
    """Air to the servers (ASHRAE TC 9.9 recommends 18..27 degC)."""
    returning: Celsius = Field(36.0)
    """Air from the servers at design."""
    dry_effectiveness: Ratio = Field(0.60, gt=0, lt=1)
    """Of the dry exchanger at full flows, against the outdoor dry bulb (assumed 0.5..0.65)."""
    wet_effectiveness: Ratio = Field(0.70, ge=0, lt=1)
    """Of the sprayed exchanger at full flows, against the outdoor wet bulb (assumed 0.6..0.8); 0 has no sprays."""
    outdoor_air: Ratio = Field(1.0, ge=0.5, le=2)
    """Outdoor air over hall air at full flow."""
    hall_fan: Watt = Field(ge=0)
    """Power of one unit's hall-air fans at full speed."""
    outdoor_fan: Watt = Field(ge=0)
    """Power of one unit's outdoor-air fans at full speed."""
    pump: Watt = Field(ge=0)
    """Power of one unit's spray pump."""
    slowest: Ratio = Field(0.2, gt=0, le=1)
    """Slowest fan speed; below it outdoor fans cycle and hall fans keep it (assumed)."""
    coldest_spray: Celsius = Field(4.0)
    """Outdoor dry bulb below which the sprays are drained against frost (assumed)."""
    compressor_capacity: Watt = Field(0.0, ge=0)
    """Cooling of one unit's compressors; its fall in hot weather is left out (assumed)."""
    carnot: Ratio = Field(RATED_FRACTION, gt=0, lt=1)
    """Share of Carnot's cooling per power, condenser fans included."""
    water_worth: JoulePerKg = Field(0.0, ge=0)
    """Electricity that a kg of water must save before it is sprayed; 0 has the least electricity."""
    drift: Ratio = Field(0.01, ge=0)
    """Droplets carried off over the evaporated water (assumed)."""
    cycles: Ratio = Field(4.0, gt=1)
    """Cycles of concentration of the sprayed water (assumed 3..6)."""

    users = serves("hall_cooling", heat="wanted", rest="rest")
    electricity = needs("electricity", power="power")
    water = needs("water", optional=True, flow="makeup")
    each_tick = ("power", "mode", "makeup")

    setpoint = command("degC", "Air to the servers wanted", start="supply", point="AV", card="slider")
    wanted = inlet("W", "Heat of the hall's air")
    outdoor = inlet("degC", "Outdoor air", start=20.0)
    wet_bulb = inlet("degC", "Outdoor wet bulb", start=15.0)
    humidity = inlet("kg/kg", "Outdoor humidity ratio", start=0.008)
    pressure = inlet("Pa", "Barometric pressure", start=101325.0)
    dry_conductance = constant("W/K", "Of the dry exchangers of all units")
    wet_conductance = constant("W/K", "Of the sprayed exchangers of all units")
    load = output("W", "Heat that the units take up")
    primary = output("W/K", "Capacity flow of the hall air")
    hall_fans = output("W", "Power of the hall-air fans", medium="electricity", energy="in", end_use="fans")
    hot = output("degC", "Air on the hot side of the exchanger", point="AI")
    dry_speed = output("1", "Speed of the outdoor fans without sprays")
    dry_heat = output("W", "Heat that the exchanger would take without sprays")
    wet_speed = output("1", "Speed of the outdoor fans with sprays")
    wet_heat = output("W", "Heat that the exchanger would take with sprays")
    wet_water = output("kg/s", "Water that sprays would need")
    mode = output("1", "0 off, 1 dry, 2 sprayed, 3 dry and compressors, 4 sprayed and compressors", point="AI", card="trend")  # fmt: skip
    speed = output("1", "Speed of the outdoor fans", point="AO")
    outdoor_fans = output("W", "Power of the outdoor-air fans", medium="electricity", energy="in", end_use="fans")
    pumping = output("W", "Power of the spray pumps", medium="electricity", energy="in", end_use="pumps")
    compressor = output("W", "Power of the compressors", medium="electricity", energy="in", end_use="chillers", point="AI", card="trend")  # fmt: skip
    power = output("W", "Electric power", point="AI", card="trend")
    cooling = output("W", "Heat taken from the hall", medium="hall_cooling", energy="in", point="AI", card="trend")
    supplied = output("degC", "Air to the servers", point="AI")
    rest = output("W", "Heat not taken")
    dumped = output("W", "Heat to outdoors", medium="outdoors", energy="out")
    makeup = output("kg/s", "Water", ledger="water", point="AI", card="trend")
    sprayed = output("h/h", "Sprays on")
    assisted = output("h/h", "Compressors on")

    @model_validator(mode="after")
    def _order(self) -> "IndirectEvaporativeAhu":
        if not self.supply < self.returning:
            raise ValueError("supply must be below returning")
        return self

    @forcing(tells=("outdoor", "wet_bulb", "humidity", "pressure"))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb, grid.wet_bulb, grid.humidity, grid.pressure

    @prepared(tells=("dry_conductance", "wet_conductance"))
    def plates(dt, count, capacity, supply, returning, dry_effectiveness, wet_effectiveness, outdoor_air):
        """Conductances that give the two effectivenesses at full flow."""
        hall = count * capacity / (returning - supply)
        outside = hall * outdoor_air
        small, large = min(hall, outside), max(hall, outside)
        soaked = outside * saturated_heat(returning, RATED_WET_BULB, SEA_LEVEL) / AIR_HEAT
        if hall <= 0.0:
            return 0.0, 0.0
        return (
            small * exchanger_units(dry_effectiveness, small / large),
            hall * exchanger_units(wet_effectiveness, hall / soaked),
        )

    @kernel(tells=("load", "primary", "hall_fans", "hot"))
    def blow(wanted, setpoint, count, capacity, supply, returning, hall_fan, slowest):
        """Hall air in proportion to the heat; its fans blow over the hot side."""
        able = count * capacity
        if wanted <= 0.0 or able <= 0.0:
            return 0.0, 0.0, 0.0, setpoint
        load = min(wanted, able)
        speed = max(load / able, slowest)
        fans = count * hall_fan * affinity_power_share(speed)
        primary = able / (returning - supply) * speed
        return load, primary, fans, setpoint + (load + fans) / primary

    @kernel(tells=("dry_speed", "dry_heat"))
    def dry(load, primary, hall_fans, hot, outdoor, dry_conductance, count, capacity, supply, returning, outdoor_air):
        """Without sprays; outdoor air hotter than the hall's stays out."""
        duty = load + hall_fans
        secondary = count * capacity / (returning - supply) * outdoor_air
        if load <= 0.0 or outdoor >= hot:
            return 0.0, 0.0
        share = secondary_share(duty, hot, outdoor, dry_conductance, primary, secondary)
        return share, duty if share < 1.0 else min(exchange(hot, outdoor, dry_conductance, primary, secondary), duty)

    @kernel(tells=("wet_speed", "wet_heat", "wet_water"))
    def wet(
        load, primary, hall_fans, hot, outdoor, wet_bulb, humidity, pressure, wet_conductance, count, capacity, supply,
        returning, outdoor_air, coldest_spray, drift, cycles,
    ):  # fmt: skip
        """With sprays: air that stays saturated carries its enthalpy off."""
        if load <= 0.0 or wet_bulb >= hot or outdoor < coldest_spray or wet_conductance <= 0.0:
            return 0.0, 0.0, 0.0
        duty = load + hall_fans
        air = count * capacity / (returning - supply) * outdoor_air / AIR_HEAT
        secondary = air * saturated_heat(hot, wet_bulb, pressure)
        share = secondary_share(duty, hot, wet_bulb, wet_conductance, primary, secondary)
        heat = duty if share < 1.0 else min(exchange(hot, wet_bulb, wet_conductance, primary, secondary), duty)
        water = replaced(evaporated(heat, air * share, outdoor, humidity, hot, pressure), drift, cycles)
        return share, heat, water

    @kernel(
        tells=(
            "mode", "speed", "outdoor_fans", "pumping", "compressor", "power", "cooling", "supplied", "rest", "dumped",
            "makeup", "sprayed", "assisted",
        )
    )  # fmt: skip
    def step(
        wanted, load, primary, hall_fans, dry_speed, dry_heat, wet_speed, wet_heat, wet_water, outdoor, setpoint, count,
        outdoor_fan, pump, slowest, compressor_capacity, carnot, water_worth,
    ):  # fmt: skip
        """Least electricity and worth of water; more heat taken goes before."""
        if load <= 0.0:
            return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, setpoint, wanted, 0.0, 0.0, 0.0, 0.0
        duty, able = load + hall_fans, count * compressor_capacity
        each = 1.0 / air_cooled_cop(setpoint, outdoor, carnot)
        dry_fans = count * outdoor_fan * affinity_power_share(max(dry_speed, slowest)) * min(dry_speed / slowest, 1.0)
        wet_fans = count * outdoor_fan * affinity_power_share(max(wet_speed, slowest)) * min(wet_speed / slowest, 1.0)
        dry_trim, wet_trim = min(duty - dry_heat, able), min(duty - wet_heat, able)
        dry_short, wet_short = duty - dry_heat - dry_trim, duty - wet_heat - wet_trim
        dry_cost = dry_fans + dry_trim * each
        wet_cost = wet_fans + count * pump + wet_trim * each + wet_water * water_worth
        spray = wet_heat > 0.0 and (wet_short < dry_short or (wet_short == dry_short and wet_cost < dry_cost))
        fans, trim, short = (wet_fans, wet_trim, wet_short) if spray else (dry_fans, dry_trim, dry_short)
        pumping, compressor = count * pump if spray else 0.0, trim * each
        power = hall_fans + fans + pumping + compressor
        unmet = wanted - load + short
        cooling = wanted - unmet
        mode = (2.0 if spray else 1.0) + (2.0 if trim > 0.0 else 0.0)
        return (
            mode, wet_speed if spray else dry_speed, fans, pumping, compressor, power, cooling, setpoint + short / primary,
            unmet, cooling + power, wet_water if spray else 0.0, 1.0 if spray else 0.0, 1.0 if trim > 0.0 else 0.0,
        )  # fmt: skip
