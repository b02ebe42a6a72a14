"""Cave data halls: outdoor air drawn through rock tunnels cools hall air over plates and leaves by a shaft."""

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
from twin.physics.air import AIR_HEAT, VAPORISATION, saturation_humidity
from twin.physics.air import wet_bulb as bulb_of
from twin.physics.fan import affinity_power_share
from twin.physics.indirect_evaporation import exchange, exchanger_units
from twin.physics.indirect_evaporation import makeup as replaced
from twin.physics.tunnel import LAYER_1, LAYER_2, LAYER_3, shaft_draught, soak, tunnel_air
from twin.units import (
    M2,
    Celsius,
    JoulePerKgKelvin,
    KgPerM3,
    Metre,
    Pascal,
    Ratio,
    Watt,
    WattPerM2Kelvin,
    WattPerMKelvin,
)


class TunnelCooling(Component):
    """A ventilated tunnel, not passive rock: the rock evens out days and seasons, outdoor air carries the heat off.

    Tunnel air meets its rock, then a plate exchanger with the hall air, and rises through a shaft whose draught relieves the
    fans. Air follows the heat; wet pads before the exchanger help when dry air does not do. What it cannot take is told to
    the next cooler. Vapour that would condense on the rock is noted, not modelled.
    """

    brick = "AHU"
    capacity: Watt = Field(gt=0)
    """Heat that the hall air carries at full flow."""
    supply: Celsius = Field(24.0)
    """Air to the servers (ASHRAE TC 9.9 recommends 18..27 degC)."""
    returning: Celsius = Field(36.0)
    """Air from the servers at design."""
    effectiveness: Ratio = Field(0.60, gt=0, lt=1)
    """Of the plate exchanger at full flows (assumed 0.5..0.65)."""
    outdoor_air: Ratio = Field(1.0, ge=0.5, le=3)
    """Tunnel air over hall air at full flow."""
    hall_fan: Watt = Field(ge=0)
    """Power of the hall-air fans at full speed."""
    slowest: Ratio = Field(0.2, gt=0, le=1)
    """Slowest speed of the hall fans (assumed)."""
    resistance: Pascal = Field(ge=0)
    """Pressure drop of tunnels, exchanger and shaft at full flow."""
    fan_efficiency: Ratio = Field(0.6, gt=0, lt=1)
    """Of the tunnel fans with motor and drive (assumed 0.5..0.7)."""
    height: Metre = Field(0.0, ge=0)
    """Height of the shaft above the intake."""
    area: M2 = Field(gt=0)
    """Rock that the air passes."""
    film: WattPerM2Kelvin = Field(6.0, gt=0)
    """Conductance from air to rock surface (assumed 4..10 at 1..3 m/s)."""
    conductivity: WattPerMKelvin = Field(2.2, gt=0)
    """Of the rock (limestone 1.3..3, Incropera et al., table A.3)."""
    density: KgPerM3 = Field(2320.0, gt=0)
    """Of the rock (limestone, Incropera et al., table A.3)."""
    specific_heat: JoulePerKgKelvin = Field(810.0, gt=0)
    """Of the rock (limestone, Incropera et al., table A.3)."""
    deep: Celsius = Field(15.0)
    """Rock that does not change: the mean of the year (assumed 13..17 at Guiyang)."""
    pads: Ratio = Field(0.0, ge=0, lt=1)
    """Approach of wet pads before the exchanger to the wet bulb; 0 has none."""
    pump: Watt = Field(0.0, ge=0)
    """Power of the pads' pumps."""
    cycles: Ratio = Field(4.0, gt=1)
    """Cycles of concentration of the pads' water (assumed)."""

    users = serves("hall_cooling", heat="wanted", rest="rest")
    electricity = needs("electricity", power="power")
    water = needs("water", optional=True, flow="makeup")
    each_tick = ("power", "tunnel", "skin")

    skin = state("degC", "Rock at the surface", start="deep", store="area * held_first", point="AI")
    near = state("degC", "Rock a metre in", start="deep", store="area * held_second")
    far = state("degC", "Rock metres in", start="deep", store="area * held_third")
    held_first = constant("J/m2/K", "Heat capacity of the first layer")
    held_second = constant("J/m2/K", "Heat capacity of the second layer")
    held_third = constant("J/m2/K", "Heat capacity of the third layer")
    plates = constant("W/K", "Conductance of the exchanger")
    setpoint = command("degC", "Air to the servers wanted", start="supply", point="AV", card="slider")
    wanted = inlet("W", "Heat of the hall's air")
    outdoor = inlet("degC", "Outdoor air", start=15.0)
    humidity = inlet("kg/kg", "Outdoor humidity ratio", start=0.008)
    pressure = inlet("Pa", "Barometric pressure", start=101325.0)
    air_density = inlet("kg/m3", "Density of outdoor air", start=1.2)
    load = output("W", "Heat that the exchanger is asked for, with the fans' own")
    primary = output("W/K", "Capacity flow of the hall air")
    hall_fans = output("W", "Power of the hall fans", medium="electricity", energy="in", end_use="fans")
    speed = output("1", "Tunnel air over its full flow", point="AO")
    tunnel = output("degC", "Air behind the tunnel", point="AI", card="trend")
    heat = output("W", "Heat over the exchanger")
    shed = output("K", "How far wet pads cool the air")
    tunnel_fans = output("W", "Power of the tunnel fans", medium="electricity", energy="in", end_use="fans", point="AI")
    pumping = output("W", "Power of the pads' pumps", medium="electricity", energy="in", end_use="pumps")
    power = output("W", "Electric power", point="AI", card="trend")
    cooling = output("W", "Heat taken from the hall", medium="hall_cooling", energy="in", point="AI", card="trend")
    rest = output("W", "Heat not taken")
    dumped = output("W", "Heat to outdoors", medium="outdoors", energy="out")
    to_deep = output("W", "Heat to the deep rock", medium="ground", energy="out")
    makeup = output("kg/s", "Water for the pads", ledger="water")
    free = output("h/h", "The whole heat taken without compressors")
    damp = output("1", "Air below its dew point", note="tunnel air would have dropped below its dew point; condensation on the rock is not modelled")  # fmt: skip

    @model_validator(mode="after")
    def _order(self) -> "TunnelCooling":
        if not self.supply < self.returning:
            raise ValueError("supply must be below returning")
        return self

    @forcing(tells=("outdoor", "humidity", "pressure", "air_density"))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb, grid.humidity, grid.pressure, grid.density

    @prepared(tells=("held_first", "held_second", "held_third", "plates"))
    def sizes(dt, density, specific_heat, capacity, supply, returning, effectiveness, outdoor_air):
        """Layers of rock, and the conductance that gives the effectiveness at full flows."""
        held, hall = density * specific_heat, capacity / (returning - supply)
        small, large = hall * min(outdoor_air, 1.0), hall * max(outdoor_air, 1.0)
        units = exchanger_units(effectiveness, small / large)
        return held * LAYER_1, held * LAYER_2, held * LAYER_3, small * units

    @kernel(tells=("load", "primary", "hall_fans"))
    def blow(wanted, capacity, supply, returning, hall_fan, slowest):
        """Hall air in proportion to the heat."""
        if wanted <= 0.0:
            return 0.0, 0.0, 0.0
        speed = min(max(wanted / capacity, slowest), 1.0)
        fans = hall_fan * affinity_power_share(speed)
        return min(wanted, capacity) + fans, capacity / (returning - supply) * speed, fans

    @kernel(tells=("speed", "tunnel", "heat", "shed"))
    def draw(
        load, primary, setpoint, skin, outdoor, humidity, pressure, plates, capacity, supply, returning, outdoor_air, area, film,
        conductivity, pads,
    ):  # fmt: skip
        """As much tunnel air as the heat needs, dry if that does, else with pads."""
        if load <= 0.0:
            return 0.0, outdoor, 0.0, 0.0
        wall = area / (1.0 / film + 0.5 * LAYER_1 / conductivity)
        full, hot = capacity / (returning - supply) * outdoor_air, setpoint + load / primary
        air = tunnel_air(outdoor, skin, wall, full)
        heat, shed = exchange(hot, air, plates, primary, full), 0.0
        if heat < load and pads > 0.0:
            shed = pads * max(air - bulb_of(air, min(humidity, saturation_humidity(air, pressure)), pressure), 0.0)
            heat = exchange(hot, air - shed, plates, primary, full)
        if heat <= load:
            return 1.0, air, heat, shed
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = 0.5 * (low + high)
            air = tunnel_air(outdoor, skin, wall, full * middle)
            if exchange(hot, air - shed, plates, primary, full * middle) < load:
                low = middle
            else:
                high = middle
        return high, tunnel_air(outdoor, skin, wall, full * high), load, shed

    @kernel(
        tells=(
            "skin", "near", "far", "tunnel_fans", "pumping", "power", "cooling", "rest", "dumped", "to_deep", "makeup", "free",
            "damp",
        )
    )  # fmt: skip
    def step(
        dt, wanted, load, hall_fans, speed, tunnel, heat, shed, skin, near, far, outdoor, humidity, pressure, air_density,
        capacity, supply, returning, outdoor_air, resistance, fan_efficiency, height, area, conductivity, deep, pump,
        cycles, held_first, held_second, held_third,
    ):  # fmt: skip
        """Draught, fans, rock and what is left."""
        full = capacity / (returning - supply) * outdoor_air
        flow = full * speed / AIR_HEAT
        soaked = full * speed * (outdoor - tunnel)
        leaving = tunnel - shed + heat / (full * speed) if speed > 0.0 else outdoor
        draught = shaft_draught(outdoor, leaving, air_density, height)
        pull = max(resistance * speed * speed - draught, 0.0)
        fans = flow / air_density * pull / fan_efficiency
        pumping = pump if shed > 0.0 else 0.0
        power = hall_fans + fans + pumping
        rest = wanted + hall_fans - heat
        cooling = wanted - rest
        first, second, third, lost = soak(
            soaked, skin, near, far, deep, dt, area * held_first, area * held_second, area * held_third,
            area * 2.0 * conductivity / (LAYER_1 + LAYER_2), area * 2.0 * conductivity / (LAYER_2 + LAYER_3),
            area * 2.0 * conductivity / LAYER_3,
        )  # fmt: skip
        water = replaced(flow * AIR_HEAT * shed / VAPORISATION, 0.0, cycles)
        done = rest <= 1e-6 * wanted
        damp = 1.0 if speed > 0.0 and humidity > saturation_humidity(tunnel, pressure) else 0.0
        return (
            first, second, third, fans, pumping, power, cooling, rest, cooling + power - soaked, lost, water,
            1.0 if done else 0.0, damp,
        )  # fmt: skip
