"""Single-effect absorption chillers driven by hot water."""

import numpy as np

from twin.core import Component, Field, command, forcing, inlet, kernel, needs, output, serves
from twin.physics.absorption import (
    COLDEST_WATER,
    SINGLE_PART_1,
    SINGLE_PART_2,
    SINGLE_PART_3,
    driven_cooling,
    driving_heat,
    single_effect_curves,
)
from twin.units import Celsius, KgPerS, MonthShares, PerKelvin, Ratio, Watt


class AbsorptionChiller(Component):
    """One machine that asks a hot-water loop for heat, at most `offered` less `reserved`, and passes the rest of the cooling on.

    Wire `offered` to an engine's `offered` where the machine shall run on engine heat alone, and `reserved` to what buildings on
    the same loop want, where they come first; an engine led by heat offers nothing while it stands. It judges by the water that arrives: a loop that stands still and cools wakes no
    machine, so its network must circulate.
    """

    brick = "Absorption_Chiller"
    capacity: Watt = Field(ge=0)
    """Cooling at 6.7 degC leaving chilled, 29.4 degC entering condenser and design hot water; 0 has no machine."""
    cop: Ratio = Field(0.70, gt=0)
    """Cooling over hot-water heat at that point; REopt assumes 0.74 (absorption_chiller_defaults.json)."""
    generator: Celsius = Field(90.0)
    """Design hot water."""
    slope: PerKelvin = Field(0.035, ge=0)
    """Capacity lost per kelvin of cooler hot water (assumed)."""
    minimum: Ratio = Field(0.15, ge=0, lt=1)
    """Smallest part load; below it the machine is off (assumed)."""
    auxiliary: Ratio = Field(0.01, ge=0)
    """Power of solution pumps over the cooling done (assumed as for exhaust chillers)."""
    condenser_flow: KgPerS = Field(ge=0)
    """Condenser water at full load; at part load in proportion."""
    condenser_pump: Watt = Field(ge=0)
    """Condenser pump power at full load; at part load in proportion."""
    months: MonthShares = Field((1.0,) * 12)
    """Share of each month in which it may run; usually 1 or 0."""
    users = serves("primary_chilled_water", heat="wanted", water="water", rest="rest")
    heating = needs("heating_water", heat="driving", share="share", water="hot")
    tower = needs("condenser_water", heat="reject", flow="flow", water="entering")
    electricity = needs("electricity", power="power")
    each_tick = ("cooling", "heat")

    enabled = command("1", "Whether it may run", start=1.0, point="BV")
    wanted = inlet("W", "Cooling asked for")
    water = inlet("degC", "Chilled water to deliver", start=7.0)
    entering = inlet("degC", "Condenser water entering", start=28.0)
    hot = inlet("degC", "Hot water", start=90.0)
    share = inlet("1", "Share of the heat granted", start=1.0)
    offered = inlet("W", "Most heat it may ask for", start=1e12)
    reserved = inlet("W", "Heat that others want first")
    able = output("W", "Capacity at these temperatures")
    ratio = output("1", "Cooling over heat at these temperatures", start=0.7)
    driving = output("W", "Heat asked for")
    rest = output("W", "Cooling not done")
    cooling = output("W", "Cooling done", medium="primary_chilled_water", energy="in", point="AI", card="trend")
    heat = output("W", "Heat taken", medium="heating_water", energy="in", point="AI")
    solution = output("W", "Power of solution pumps", medium="electricity", energy="in", end_use="chillers", point="AI")
    pumping = output("W", "Condenser pump power", medium="electricity", energy="in", end_use="pumps")
    power = output("W", "Power of all pumps")
    reject = output("W", "Heat to the condenser water", medium="condenser_water", energy="out")
    flow = output("kg/s", "Condenser water")
    off_curve = output(
        "1", "Outside the curves' range", note="an absorption chiller ran outside the range of its curves"
    )

    @forcing(tells=("enabled",))
    def season(grid, months):
        """Whether this is one of its months."""
        return np.array(months)[grid.month - 1]

    @kernel(tells=("able", "ratio", "driving", "off_curve"))
    def ask(wanted, water, entering, hot, offered, reserved, enabled, capacity, cop, generator, slope, minimum):
        """Heat for as much as machine and offer allow."""
        share, more, outside = single_effect_curves(water, entering)
        cool = min(max(1.0 + slope * (hot - generator), 0.0), 1.0)
        able, ratio = capacity * share * cool, cop / more
        if wanted < minimum * able or able <= 0.0 or enabled <= 0.0 or water < COLDEST_WATER:
            return able, ratio, 0.0, 0.0
        driving = driving_heat(min(wanted, able), able, ratio, SINGLE_PART_1, SINGLE_PART_2, SINGLE_PART_3)
        least = driving_heat(minimum * able, able, ratio, SINGLE_PART_1, SINGLE_PART_2, SINGLE_PART_3)
        most = offered - reserved
        if most < least:
            return able, ratio, 0.0, 0.0
        return able, ratio, min(driving, most), outside

    @kernel(tells=("rest", "cooling", "heat", "solution", "pumping", "power", "reject", "flow"))
    def step(wanted, able, ratio, driving, share, capacity, auxiliary, condenser_flow, condenser_pump):
        """Cool with the heat there is."""
        heat = driving * share
        if heat <= 0.0:
            return wanted, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        full = driven_cooling(heat, able, ratio, SINGLE_PART_1, SINGLE_PART_2, SINGLE_PART_3)
        cooling = min(full, wanted)
        part = cooling / capacity
        solution, pumping = auxiliary * cooling, condenser_pump * part
        power = solution + pumping
        return wanted - cooling, cooling, heat, solution, pumping, power, cooling + heat + power, condenser_flow * part
