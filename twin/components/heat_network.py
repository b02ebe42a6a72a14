"""A heat network: supply and return pipe with delay and loss, between a chain of heat sources and the substations of buildings."""

import numpy as np
from pydantic import model_validator

from twin.core import Component, Field, constant, forcing, inlet, kernel, needs, output, prepared, serves, state
from twin.physics.air import WATER_HEAT
from twin.physics.fan import variable_pump_power_share
from twin.physics.pipe import buried_conductance, pipe_capacity, pipe_cell, pipe_leaving
from twin.units import Celsius, Kelvin, Metre, Ratio, Watt, WattPerMKelvin, Whole

SEARCH = 40
"""Halvings of the flow: to 1e-12 of the design flow."""


class HeatNetwork(Component):
    """One equivalent pair of buried pipes; heat travels as a plug and the water wanted follows the weather.

    The flow is the least that brings the heat wanted with the water that arrives; what the sources are asked for lifts the
    returning water to the temperature wanted.
    """

    brick = "Hot_Water_System"
    design: Watt = Field(gt=0)
    """Heat of all substations that the flow is sized for."""
    length: Metre = Field(gt=0)
    """Way from the source to the middle of the consumers."""
    diameter: Metre = Field(gt=0)
    """Inner diameter of the pipes."""
    insulation: Metre = Field(0.05, gt=0)
    """Thickness (EN 253: 36..66 mm at DN 80 to DN 200)."""
    conductivity: WattPerMKelvin = Field(0.027, gt=0)
    """Of the insulation (EN 253: at most 0.029 W/m/K)."""
    soil: WattPerMKelvin = Field(1.5, gt=0)
    """Conductivity of the ground; 1.0 dry to 2.0 moist (EN 13941-1)."""
    depth: Metre = Field(1.0, gt=0)
    """Of the pipes' axis."""
    ground: Celsius = Field(14.0)
    """Undisturbed ground, mean of the year."""
    swing: Kelvin = Field(8.0, ge=0)
    """How far the ground swings around its mean at that depth, coldest six weeks after the air; assumed."""
    supply_design: Celsius = Field(75.0)
    """Water wanted in design weather."""
    supply_mild: Celsius = Field(55.0)
    """Water wanted in mild weather."""
    outdoor_design: Celsius = Field(-8.0)
    """Outdoor temperature at and below which the design water is wanted."""
    outdoor_mild: Celsius = Field(8.0)
    """Outdoor temperature at and above which the mild water is wanted; circulation stops above it, unless heat is wanted."""
    back: Celsius = Field(40.0)
    """Water that substations send back."""
    circulation: Ratio = Field(0.05, ge=0, le=1)
    """Share of the design flow that keeps the pipes warm while nobody wants heat; assumed."""
    pump: Watt = Field(ge=0)
    """Pump power at design flow."""
    cells: Whole = Field(12.0, ge=1)
    """Cells of either pipe."""
    users = serves("heating_water", heat="load", share="granted", water="supply")
    sources = needs("primary_heat", heat="wanted", rest="rest", water="supply_wanted", back="returning")
    electricity = needs("electricity", power="power")
    each_tick = ("wanted", "supply", "returning")

    outdoor = inlet("degC", "Outdoor air")
    soil_now = inlet("degC", "Undisturbed ground")
    load = inlet("W", "Heat that substations want")
    rest = inlet("W", "Heat that no source gave")
    going = state("degC", "Water in the supply pipe", start="supply_mild", length="cells", store="holding")
    coming = state("degC", "Water in the return pipe", start="back", length="cells", store="holding")
    supply = state("degC", "Water that arrives at the substations", start="supply_mild", point="AI", card="trend")
    holding = constant("J/K", "Heat capacity of a cell")
    losing = constant("W/K", "Conductance from a pipe to the ground")
    supply_wanted = output("degC", "Water wanted from the sources", start=60.0, point="AI")
    flow = output("kg/s", "Water", point="AI")
    entering = output("degC", "Water that enters the return pipe", start=40.0)
    returning = output("degC", "Water that returns to the sources", start=40.0, point="AI", card="trend")
    wanted = output("W", "Heat asked of the sources")
    power = output("W", "Pump power", medium="electricity", energy="in", end_use="pumps", point="AI")
    granted = output("1", "Share of the heat wanted that is granted", start=1.0)
    given = output("W", "Heat taken from the sources", medium="primary_heat", energy="in")
    delivered = output("W", "Heat given to the substations", medium="heating_water", energy="out")
    loss = output("W", "Heat lost to the ground", medium="ground", energy="out", point="AI")
    short = output("W", "Heat wanted that did not arrive")
    unmet = output("W", "Heat that no source gave", note="the heat sources could not give all the heat wanted")
    choked = output("W", "Heat over what the flow carries", note="a heat network is too small for its substations")

    @model_validator(mode="after")
    def _order(self) -> "HeatNetwork":
        if not self.back < min(self.supply_design, self.supply_mild):
            raise ValueError("back must be below supply_design and supply_mild")
        if not self.outdoor_design < self.outdoor_mild:
            raise ValueError("outdoor_design must be below outdoor_mild")
        return self

    @forcing(tells=("outdoor", "soil_now"))
    def weather(grid, ground, swing):
        """Air, and a ground that is coldest at the end of February."""
        return grid.dry_bulb, ground - swing * np.cos(2.0 * np.pi * (grid.day - 58.0) / 365.0)

    @prepared(tells=("holding", "losing"))
    def pipes(dt, length, diameter, insulation, conductivity, soil, depth, cells):
        """Of one pipe; its casing is 8 % wider than its inside."""
        return (
            pipe_capacity(length, diameter) / cells,
            length * buried_conductance(1.08 * diameter, insulation, conductivity, soil, depth),
        )

    @kernel(tells=("supply_wanted",))
    def plan(outdoor, supply_design, supply_mild, outdoor_design, outdoor_mild):
        """Reset by weather."""
        mild = min(max((outdoor - outdoor_design) / max(outdoor_mild - outdoor_design, 0.1), 0.0), 1.0)
        return supply_design + mild * (supply_mild - supply_design)

    @kernel(tells=("flow", "entering", "returning", "wanted", "power", "choked"))
    def ask(
        dt, load, outdoor, soil_now, going, coming, supply_wanted, cells, holding, losing, design, supply_design, back,
        outdoor_mild, circulation, pump,
    ):  # fmt: skip
        """The least flow that brings the heat wanted, and the heat that lifts what returns."""
        most = design / (WATER_HEAT * (supply_design - back))
        step = WATER_HEAT * dt / (holding * cells)
        fade = losing * dt / (holding * cells)
        flow = circulation * most if load > 0.0 or outdoor < outdoor_mild else 0.0
        choked = 0.0
        if load > 0.0:
            arriving = pipe_leaving(going, flow * step, supply_wanted, soil_now, fade)
            if flow * WATER_HEAT * (arriving - back) < load:
                low, flow = flow, most
                arriving = pipe_leaving(going, flow * step, supply_wanted, soil_now, fade)
                reached = flow * WATER_HEAT * (arriving - back)
                if reached < load:
                    choked = load - reached if arriving > supply_wanted - 3.0 else 0.0
                else:
                    for _ in range(SEARCH):
                        middle = 0.5 * (low + flow)
                        arriving = pipe_leaving(going, middle * step, supply_wanted, soil_now, fade)
                        if middle * WATER_HEAT * (arriving - back) < load:
                            low = middle
                        else:
                            flow = middle
        if flow <= 0.0:
            return 0.0, back, coming[len(coming) - 1], 0.0, 0.0, 0.0
        arriving = pipe_leaving(going, flow * step, supply_wanted, soil_now, fade)
        taken = min(load, max(flow * WATER_HEAT * (arriving - back), 0.0))
        entering = arriving - taken / (flow * WATER_HEAT)
        returning = pipe_leaving(coming, flow * step, entering, soil_now, fade)
        power = pump * variable_pump_power_share(flow / most)
        wanted = max(flow * WATER_HEAT * (supply_wanted - returning) - power, 0.0)
        return flow, entering, returning, wanted, power, choked

    @kernel(tells=("supply", "granted", "given", "delivered", "loss", "short", "unmet"))
    def step(
        dt, load, rest, wanted, power, flow, entering, returning, soil_now, going, going_next, coming, coming_next, holding,
        losing, cells, supply,
    ):  # fmt: skip
        """What the sources gave goes on its way; losses are what is missing at the other end."""
        travel = flow * WATER_HEAT * dt / (holding * cells)
        fade = losing * dt / (holding * cells)
        given = wanted - rest
        lifted, arriving, delivered, back = returning, going[len(going) - 1], 0.0, entering
        if flow > 0.0:
            lifted = returning + (given + power) / (flow * WATER_HEAT)
            arriving = pipe_leaving(going, travel, lifted, soil_now, fade)
            delivered = min(load, max(flow * WATER_HEAT * (arriving - entering), 0.0))
            back = arriving - delivered / (flow * WATER_HEAT)
        kept = 0.0
        for place in range(len(going)):
            going_next[place] = pipe_cell(going, place, travel, lifted, soil_now, fade)
            coming_next[place] = pipe_cell(coming, place, travel, back, soil_now, fade)
            kept += holding * (going_next[place] - going[place] + coming_next[place] - coming[place])
        granted = delivered / load if load > 0.0 else 1.0
        unmet = rest if rest > 1e-6 * wanted else 0.0
        return arriving, granted, given, delivered, given + power - delivered - kept / dt, load - delivered, unmet
