"""A heat pump that heats a heat network from outdoor air, with frost on its coils."""

from pydantic import model_validator

from twin.core import Component, Field, forcing, inlet, kernel, needs, output, serves
from twin.physics.heat_pump import (
    COLDEST_AIR,
    COOLEST_SINK,
    HOTTEST_SINK,
    MOST_CARNOT,
    USUAL_PART,
    WARMEST_AIR,
    air_heat_pump_cop,
    degraded_cop,
    frost_share,
    heat_pump_capacity,
    most_cop,
)
from twin.units import Celsius, Kelvin, Ratio, Watt
from twin.weather import moist

COIL = 6.0
"""How much colder than the air the coil's surface is, for the frost. [K] Assumed."""


class AirSourceHeatPump(Component):
    """Air to water: COP and capacity follow outdoor air, leaving water, load and frost from one rated point, held to
    laboratory points of models never fitted (`twin.physics.heat_pump`). It stops below its coldest air.
    """

    brick = "Heat_Pump"
    capacity: Watt = Field(ge=0)
    """Heat at the rated point and full load; 0 is no machine."""
    module: Watt = Field(10e3, gt=0)
    """Heat of one module at the rated point, for the curves."""
    cop: Ratio = Field(4.0, gt=1)
    """Heat over power at the rated point, without frost."""
    rated_air: Celsius = Field(7.0)
    """Outdoor air at the rated point (EN 14511-2: 7 degC)."""
    rated_sink: Celsius = Field(35.0)
    """Heated water leaving, at the rated point."""
    coldest: Celsius = Field(-20.0)
    """Air below which it stops; assumed."""
    smallest: Ratio = Field(0.3, gt=0, le=1)
    """Part load below which it cycles; assumed for speed-driven machines."""
    steadiness: Ratio = Field(0.9, gt=0, le=1)
    """Cc of EN 14825: 0.9 where it was not measured, 1 loses nothing by cycling."""
    coil: Kelvin = Field(COIL, gt=0)
    """How much colder than the air the coil's surface is, for the frost; assumed."""
    users = serves("primary_heat", heat="wanted", rest="missing", water="hot", back="back")
    electricity = needs("electricity", power="power")
    each_tick = ("power", "heat")

    outdoor = inlet("degC", "Outdoor air")
    frost = inlet("1", "Frost over that of the laboratory at 2 degC")
    wanted = inlet("W", "Heat asked for")
    hot = inlet("degC", "Heated water to deliver", start=45.0)
    back = inlet("degC", "Heated water that returns", start=35.0)
    missing = output("W", "Heat not given")
    drawn = output("W", "Heat from outdoor air", medium="outdoors", energy="in")
    power = output(
        "W", "Compressor and fan power", medium="electricity", energy="in", end_use="heat_pumps", point="AI", card="trend"
    )  # fmt: skip
    heat = output("W", "Heat given", medium="primary_heat", energy="out", point="AI", card="trend")
    factor = output("1", "Heat over power", point="AI")
    off_curve = output("1", "Outside the curves' range", note="a heat pump ran outside the range of its curves")

    @model_validator(mode="after")
    def _possible(self) -> "AirSourceHeatPump":
        if self.rated_sink <= self.rated_air:
            raise ValueError("rated_sink must be above rated_air")
        most = most_cop(self.rated_air, self.rated_sink)
        if self.cop > most:
            raise ValueError(
                f"cop: {most:.2f} is the most between rated_air and rated_sink, {MOST_CARNOT:g} of Carnot's"
            )
        return self

    @forcing(tells=("outdoor", "frost"))
    def weather(grid, coil):
        """Air, and the frost it leaves on the coil."""
        cold = moist.humidity_ratio(grid.dry_bulb - coil, grid.pressure)
        return grid.dry_bulb, frost_share(grid.dry_bulb, grid.humidity, cold)

    @kernel(tells=("missing", "drawn", "power", "heat", "factor", "off_curve"))
    def step(
        wanted, outdoor, frost, hot, capacity, module, cop, rated_air, rated_sink, coldest, smallest, steadiness
    ):  # fmt: skip
        """What is wanted, up to the capacity; nothing below the coldest air."""
        if wanted <= 0.0 or capacity <= 0.0 or outdoor < coldest:
            return wanted, 0.0, 0.0, 0.0, 0.0, 0.0
        air = min(max(outdoor, COLDEST_AIR), WARMEST_AIR)
        sink = min(max(hot, COOLEST_SINK), HOTTEST_SINK)
        off = 0.0 if air == outdoor and sink == hot else 1.0
        able = heat_pump_capacity(air, sink, rated_air, rated_sink)
        heat = min(wanted, capacity * able)
        part = max(heat / capacity, smallest * able)
        running = heat / (capacity * part)
        found = air_heat_pump_cop(air, sink, part, 1.0, frost, cop, rated_air, rated_sink, 1.0, module * USUAL_PART)
        power = heat / degraded_cop(found, running, steadiness)
        return wanted - heat, heat - power, power, heat, heat / power, off
