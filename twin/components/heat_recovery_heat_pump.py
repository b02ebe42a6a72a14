"""A heat pump that cools chilled water and heats a heat network with what it takes: waste heat of a data centre, for instance."""

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
from twin.units import Celsius, Ratio, Watt

SEARCH = 30
"""Halvings of the search for the heat that the cooling offered allows: to 1e-9 of the most."""


class HeatRecoveryHeatPump(Component):
    """Water to water, between chilled water and a heat network: it gives the least of what heat is wanted, what its capacity
    is and what the cooling offered allows; whoever follows in either chain takes the rest.

    COP and capacity follow leaving temperatures and load from one rated point (`twin.physics.heat_pump`); the curves are those
    of small laboratory-tested machines, which large ones are assumed to follow.
    """

    brick = "Heat_Pump"
    capacity: Watt = Field(ge=0)
    """Heat at the rated point and full load; 0 is no machine."""
    cop: Ratio = Field(4.5, gt=1)
    """Heat over power at the rated point."""
    rated_source: Celsius = Field(10.0)
    """Chilled water leaving, at the rated point."""
    rated_sink: Celsius = Field(45.0)
    """Heated water leaving, at the rated point."""
    smallest: Ratio = Field(0.2, gt=0, le=1)
    """Part load below which it cycles; assumed for speed-driven centrifugal machines."""
    steadiness: Ratio = Field(0.95, gt=0, le=1)
    """Cc of EN 14825: 0.9 where it was not measured, 1 loses nothing by cycling; assumed."""
    coolers = serves("primary_chilled_water", heat="offered", rest="left", water="chilled")
    users = serves("primary_heat", heat="wanted", rest="missing", water="hot", back="back")
    electricity = needs("electricity", power="power")
    each_tick = ("power", "heat")

    offered = inlet("W", "Cooling asked for")
    chilled = inlet("degC", "Chilled water to deliver", start=10.0)
    wanted = inlet("W", "Heat asked for")
    hot = inlet("degC", "Heated water to deliver", start=45.0)
    back = inlet("degC", "Heated water that returns", start=35.0)
    left = output("W", "Cooling not done")
    missing = output("W", "Heat not given")
    cooling = output("W", "Cooling done", medium="primary_chilled_water", energy="in", point="AI", card="trend")
    power = output(
        "W", "Compressor power", medium="electricity", energy="in", end_use="heat_pumps", point="AI", card="trend"
    )
    heat = output("W", "Heat given", medium="primary_heat", energy="out", ledger="reuse", point="AI", card="trend")
    factor = output("1", "Heat over power", point="AI")
    off_curve = output("1", "Outside the curves' range", note="the heat recovery ran outside the range of its curves")

    @model_validator(mode="after")
    def _possible(self) -> "HeatRecoveryHeatPump":
        if self.rated_sink <= self.rated_source:
            raise ValueError("rated_sink must be above rated_source")
        most = most_cop(self.rated_source, self.rated_sink)
        if self.cop > most:
            raise ValueError(
                f"cop: {most:.2f} is the most between rated_source and rated_sink, {MOST_CARNOT:g} of Carnot's"
            )
        return self

    @kernel(tells=("left", "missing", "cooling", "power", "heat", "factor", "off_curve"))
    def step(offered, chilled, wanted, hot, capacity, cop, rated_source, rated_sink, smallest, steadiness):
        """Heat first; where that would cool more than is offered, the heat that cools just as much."""
        if wanted <= 0.0 or offered <= 0.0 or capacity <= 0.0:
            return offered, wanted, 0.0, 0.0, 0.0, 0.0, 0.0
        source = min(max(chilled, COLDEST_SOURCE), WARMEST_SOURCE)
        sink = min(max(hot, COOLEST_SINK), HOTTEST_SINK)
        off = 0.0 if source == chilled and sink == hot else 1.0
        able = heat_pump_capacity(source, sink, rated_source, rated_sink)
        most = min(wanted, capacity * able)
        low, high = 0.0, most
        heat, found = most, cop
        for _ in range(SEARCH):
            part = max(heat / capacity, smallest * able)
            found = water_heat_pump_cop(source, sink, part, cop, rated_source, rated_sink, 1.0)
            found = degraded_cop(found, heat / (capacity * part), steadiness)
            if heat * (1.0 - 1.0 / found) > offered:
                high = heat
            elif heat < most:
                low = heat
            else:
                break
            heat = 0.5 * (low + high)
        cooling = offered if heat < most else heat * (1.0 - 1.0 / found)
        return offered - cooling, wanted - heat, cooling, heat - cooling, heat, found, off
