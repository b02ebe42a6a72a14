"""Electric chillers with temperature and part-load curves, run in sequence."""

from math import ceil

from twin.core import Component, Field, inlet, kernel, needs, output, serves
from twin.physics.curve import biquadratic, quadratic
from twin.units import KgPerS, Ratio, Watt

CURVES = (
    "York YT 1758 kW, COP 6.28, inlet vanes: CoolTools data set as published in the LBNL Modelica Buildings library"
)
CAPACITY_1, CAPACITY_2, CAPACITY_3 = 0.7079149, -0.002006276, -0.002596043
CAPACITY_4, CAPACITY_5, CAPACITY_6 = 0.03005922, -0.001056423, 0.002045705
EIR_1, EIR_2, EIR_3 = 0.5605391, -0.01377994, 6.569542e-05
EIR_4, EIR_5, EIR_6 = 0.01321951, 0.0002686074, -0.0005011451
PART_1, PART_2, PART_3 = 0.1861223, 0.5482049, 0.2647377
COLDEST, WARMEST = 4.44, 8.89
"""Leaving chilled water for which the curves were measured. [degC]"""
COOLEST, HOTTEST = 15.56, 35.0
"""Entering condenser water for which the curves were measured. [degC]"""
SMALLEST = 0.2
"""Smallest part-load ratio without cycling; below it the machine cycles."""


class ChillerPlant(Component):
    """Equal machines that share the load evenly; one more runs when the others are loaded to the staging point.

    Capacity and efficiency follow the EIR model (EnergyPlus Engineering Reference, Chiller:Electric:EIR) with the curves of a
    real centrifugal machine scaled to this rating.
    """

    brick = "Chiller"
    count: float = Field(1.0, ge=1)
    """Number of machines."""
    capacity: Watt = Field(gt=0)
    """Cooling of one machine at 6.7 degC leaving chilled and 29.4 degC entering condenser water."""
    cop: Ratio = Field(5.9, gt=1)
    """Cooling over power at that point."""
    staging: Ratio = Field(0.9, gt=0, le=1)
    """Part load of the running machines above which one more starts."""
    condenser_flow: KgPerS = Field(gt=0)
    """Condenser water of one running machine."""
    condenser_pump: Watt = Field(ge=0)
    """Condenser pump power of one running machine."""
    users = serves("primary_chilled_water", heat="wanted", share="share", water="water", rest="rest")
    tower = needs("condenser_water", heat="reject", flow="flow", water="entering")
    electricity = needs("electricity", power="power")
    each_tick = ("power", "running")

    wanted = inlet("W", "Cooling asked for")
    water = inlet("degC", "Chilled water to deliver", start=7.0)
    entering = inlet("degC", "Condenser water entering", start=28.0)
    running = output("1", "Machines running", point="AI")
    share = output("1", "Share of the cooling done", start=1.0)
    rest = output("W", "Cooling not done")
    cooling = output("W", "Cooling done", medium="primary_chilled_water", energy="in", point="AI", card="trend")
    compressor = output(
        "W", "Compressor power", medium="electricity", energy="in", end_use="chillers", point="AI", card="trend"
    )
    pumping = output("W", "Condenser pump power", medium="electricity", energy="in", end_use="pumps")
    power = output("W", "Power of machines and condenser pumps")
    reject = output("W", "Heat to the condenser water", medium="condenser_water", energy="out")
    flow = output("kg/s", "Condenser water")
    off_curve = output("1", "Outside the curves' range", note="the chillers ran outside the range of their curves")

    @kernel(
        tells=("running", "share", "rest", "cooling", "compressor", "pumping", "power", "reject", "flow", "off_curve")
    )
    def step(wanted, water, entering, count, capacity, cop, staging, condenser_flow, condenser_pump):
        """Run as few machines as the staging point allows."""
        if wanted <= 0.0:
            return 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        off = 1.0 if water < COLDEST or water > WARMEST or entering < COOLEST or entering > HOTTEST else 0.0
        cold, hot = min(max(water, COLDEST), WARMEST), min(max(entering, COOLEST), HOTTEST)
        able = capacity * biquadratic(cold, hot, CAPACITY_1, CAPACITY_2, CAPACITY_3, CAPACITY_4, CAPACITY_5, CAPACITY_6)
        running = min(max(ceil(wanted / (able * staging)), 1.0), count)
        done = min(wanted, running * able)
        part = done / (running * able)
        efficiency = biquadratic(cold, hot, EIR_1, EIR_2, EIR_3, EIR_4, EIR_5, EIR_6)
        cycling = min(part / SMALLEST, 1.0)
        load = quadratic(max(part, SMALLEST), PART_1, PART_2, PART_3)
        compressor = running * able / cop * efficiency * load * cycling
        pumping = running * condenser_pump * cycling
        reject = done + compressor + pumping
        flow = running * condenser_flow * cycling
        return running, done / wanted, wanted - done, done, compressor, pumping, compressor + pumping, reject, flow, off
