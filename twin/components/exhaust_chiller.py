"""Double-effect absorption chillers driven by the exhaust of an engine."""

from twin.core import Component, Field, inlet, kernel, needs, output, serves
from twin.physics.absorption import (
    COLDEST_WATER,
    EXHAUST_PART_1,
    EXHAUST_PART_2,
    EXHAUST_PART_3,
    driven_cooling,
    driving_heat,
    exhaust_curves,
)
from twin.units import KgPerS, Ratio, Watt


class ExhaustChiller(Component):
    """One machine ahead of the other chillers: it does what the engine's exhaust allows and passes the rest on.

    In a chain it stands before chillers on hot water, since an engine gives its exhaust before it knows what its water must do.
    """

    brick = "Absorption_Chiller"
    capacity: Watt = Field(ge=0)
    """Cooling at 6.7 degC leaving chilled and 29.4 degC entering condenser water; 0 has no machine."""
    cop: Ratio = Field(1.2, gt=0)
    """Cooling over exhaust heat at that point; 1.1..1.4 are usual, 1.39 and 1.42 in the sets of EnergyPlus and REopt."""
    minimum: Ratio = Field(0.15, ge=0, lt=1)
    """Smallest part load; below it the machine is off (assumed)."""
    auxiliary: Ratio = Field(0.01, ge=0)
    """Power of solution pumps over the cooling done (0.01 in the EnergyPlus test ExhAbsorption_GetInput)."""
    condenser_flow: KgPerS = Field(ge=0)
    """Condenser water at full load; at part load in proportion."""
    condenser_pump: Watt = Field(ge=0)
    """Condenser pump power at full load; at part load in proportion."""
    users = serves("primary_chilled_water", heat="wanted", water="water", rest="rest")
    gas = needs("exhaust", heat="driving", rest="missing")
    tower = needs("condenser_water", heat="reject", flow="flow", water="entering")
    electricity = needs("electricity", power="power")
    each_tick = ("cooling", "heat")

    wanted = inlet("W", "Cooling asked for")
    water = inlet("degC", "Chilled water to deliver", start=7.0)
    entering = inlet("degC", "Condenser water entering", start=28.0)
    missing = inlet("W", "Exhaust heat that is not there")
    able = output("W", "Capacity at these temperatures")
    ratio = output("1", "Cooling over heat at these temperatures", start=1.2)
    driving = output("W", "Exhaust heat asked for")
    rest = output("W", "Cooling not done")
    cooling = output("W", "Cooling done", medium="primary_chilled_water", energy="in", point="AI", card="trend")
    heat = output("W", "Exhaust heat taken", medium="exhaust", energy="in", point="AI")
    solution = output("W", "Power of solution pumps", medium="electricity", energy="in", end_use="chillers", point="AI")
    pumping = output("W", "Condenser pump power", medium="electricity", energy="in", end_use="pumps")
    power = output("W", "Power of all pumps")
    reject = output("W", "Heat to the condenser water", medium="condenser_water", energy="out")
    flow = output("kg/s", "Condenser water")
    off_curve = output("1", "Outside the curves' range", note="an exhaust chiller ran outside the range of its curves")

    @kernel(tells=("able", "ratio", "driving", "off_curve"))
    def ask(wanted, water, entering, capacity, cop, minimum):
        """Exhaust for as much as the machine can do."""
        share, more, outside = exhaust_curves(water, entering)
        able, ratio = capacity * share, cop / more
        if wanted < minimum * able or able <= 0.0 or water < COLDEST_WATER:
            return able, ratio, 0.0, 0.0
        driving = driving_heat(min(wanted, able), able, ratio, EXHAUST_PART_1, EXHAUST_PART_2, EXHAUST_PART_3)
        return able, ratio, driving, outside

    @kernel(tells=("rest", "cooling", "heat", "solution", "pumping", "power", "reject", "flow"))
    def step(wanted, able, ratio, driving, missing, capacity, auxiliary, condenser_flow, condenser_pump):
        """Cool with the exhaust there is."""
        heat = max(driving - missing, 0.0)
        if heat <= 0.0:
            return wanted, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        full = driven_cooling(heat, able, ratio, EXHAUST_PART_1, EXHAUST_PART_2, EXHAUST_PART_3)
        cooling = min(full, wanted)
        part = cooling / capacity
        solution, pumping = auxiliary * cooling, condenser_pump * part
        power = solution + pumping
        return wanted - cooling, cooling, heat, solution, pumping, power, cooling + heat + power, condenser_flow * part
