"""A heat pump that heats a heat network from water of a ground loop, a lake or a sewer."""

from pydantic import model_validator

from twin.core import Component, Field, inlet, kernel, needs, output, serves
from twin.physics.heat_pump import (
    COLDEST_SOURCE,
    COOLEST_SINK,
    HOTTEST_SINK,
    MOST_CARNOT,
    WARMEST_SOURCE,
    degraded_cop,
    heat_pump_capacity,
    most_cop,
    water_heat_pump_cop,
)
from twin.units import Celsius, Kelvin, Ratio, Watt


class WaterSourceHeatPump(Component):
    """Water or brine to water: COP and capacity follow leaving temperatures and load from one rated point, held to
    laboratory points of models never fitted (`twin.physics.heat_pump`).
    """

    brick = "Heat_Pump"
    capacity: Watt = Field(ge=0)
    """Heat at the rated point and full load; 0 is no machine."""
    cop: Ratio = Field(4.5, gt=1)
    """Heat over power at the rated point (EN 14511-2: 0/35 degC for brine, 10/35 degC for water, entering and leaving)."""
    rated_source: Celsius = Field(-3.0)
    """Source water leaving, at the rated point."""
    rated_sink: Celsius = Field(35.0)
    """Heated water leaving, at the rated point."""
    span: Kelvin = Field(3.0, ge=0)
    """By how much source water cools (EN 14511-2, table 7)."""
    smallest: Ratio = Field(0.3, gt=0, le=1)
    """Part load below which it cycles; 1 for fixed speed; assumed."""
    steadiness: Ratio = Field(0.9, gt=0, le=1)
    """Cc of EN 14825: 0.9 where it was not measured, 1 loses nothing by cycling."""
    users = serves("primary_heat", heat="wanted", rest="missing", water="hot", back="back")
    ground = needs("source_heat", heat="drawn", water="source")
    electricity = needs("electricity", power="power")
    each_tick = ("power", "heat")

    source = inlet("degC", "Source water that enters", start=10.0)
    wanted = inlet("W", "Heat asked for")
    hot = inlet("degC", "Heated water to deliver", start=45.0)
    back = inlet("degC", "Heated water that returns", start=35.0)
    missing = output("W", "Heat not given")
    drawn = output("W", "Heat from the source", medium="source_heat", energy="in", point="AI", card="trend")
    power = output(
        "W", "Compressor power", medium="electricity", energy="in", end_use="heat_pumps", point="AI", card="trend"
    )
    heat = output("W", "Heat given", medium="primary_heat", energy="out", point="AI", card="trend")
    factor = output("1", "Heat over power", point="AI")
    off_curve = output("1", "Outside the curves' range", note="a heat pump ran outside the range of its curves")

    @model_validator(mode="after")
    def _possible(self) -> "WaterSourceHeatPump":
        if self.rated_sink <= self.rated_source:
            raise ValueError("rated_sink must be above rated_source")
        most = most_cop(self.rated_source, self.rated_sink)
        if self.cop > most:
            raise ValueError(
                f"cop: {most:.2f} is the most between rated_source and rated_sink, {MOST_CARNOT:g} of Carnot's"
            )
        return self

    @kernel(tells=("missing", "drawn", "power", "heat", "factor", "off_curve"))
    def step(wanted, source, hot, capacity, cop, rated_source, rated_sink, span, smallest, steadiness):
        """What is wanted, up to the capacity."""
        if wanted <= 0.0 or capacity <= 0.0:
            return wanted, 0.0, 0.0, 0.0, 0.0, 0.0
        cold = min(max(source - span, COLDEST_SOURCE), WARMEST_SOURCE)
        sink = min(max(hot, COOLEST_SINK), HOTTEST_SINK)
        off = 0.0 if cold == source - span and sink == hot else 1.0
        able = heat_pump_capacity(cold, sink, rated_source, rated_sink)
        heat = min(wanted, capacity * able)
        part = max(heat / capacity, smallest * able)
        found = water_heat_pump_cop(cold, sink, part, cop, rated_source, rated_sink, 1.0)
        found = degraded_cop(found, heat / (capacity * part), steadiness)
        power = heat / found
        return wanted - heat, heat - power, power, heat, found, off
