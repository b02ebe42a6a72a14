"""Electric chillers with temperature and part-load curves, run in sequence."""

from math import ceil

from twin.core import Component, Field, inlet, kernel, needs, output, serves
from twin.physics.chiller import (
    COLDEST_LEAVING,
    FIXED_COOLEST,
    FIXED_HOTTEST,
    FIXED_SMALLEST,
    WARMEST_LEAVING,
    colder_than_curves,
    fixed_speed_chiller,
    fixed_speed_curves,
    variable_speed_chiller,
)
from twin.units import KgPerS, Ratio, Watt


class ChillerPlant(Component):
    """Equal machines that share the load evenly; one more runs when the others are loaded to the staging point.

    Capacity and efficiency follow the EIR model (EnergyPlus Engineering Reference, Chiller:Electric:EIR) with the curves of
    real centrifugal machines, with inlet vanes or with speed drives, scaled to this rating.
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
    speed_drives: Ratio = Field(0.0, ge=0, le=1)
    """Share of the machines that have variable-speed drives instead of inlet vanes."""
    condenser_flow: KgPerS = Field(gt=0)
    """Condenser water of one running machine."""
    condenser_pump: Watt = Field(ge=0)
    """Condenser pump power of one running machine."""
    users = serves("primary_chilled_water", heat="wanted", water="water", rest="rest")
    tower = needs("condenser_water", heat="reject", flow="flow", water="entering")
    electricity = needs("electricity", power="power")
    each_tick = ("power", "running")

    wanted = inlet("W", "Cooling asked for")
    water = inlet("degC", "Chilled water to deliver", start=7.0)
    entering = inlet("degC", "Condenser water entering", start=28.0)
    running = output("1", "Machines running", point="AI")
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

    @kernel(tells=("running", "rest", "cooling", "compressor", "pumping", "power", "reject", "flow", "off_curve"))
    def step(wanted, water, entering, count, capacity, cop, staging, speed_drives, condenser_flow, condenser_pump):
        """Run as few machines as the staging point allows."""
        if wanted <= 0.0:
            return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        warm = min(max(entering, FIXED_COOLEST), FIXED_HOTTEST)
        share, _ = fixed_speed_curves(min(max(water, COLDEST_LEAVING), WARMEST_LEAVING), warm)
        share *= colder_than_curves(water, warm)[0]
        running = min(max(ceil(wanted / (capacity * share * staging)), 1.0), count)
        each, power, off = fixed_speed_chiller(wanted / running, capacity, cop, water, entering)
        driven = variable_speed_chiller(each, capacity, cop, water, entering)[1] if speed_drives > 0.0 else 0.0
        done = running * each
        compressor = running * ((1.0 - speed_drives) * power + speed_drives * driven)
        cycling = min(each / (capacity * share * FIXED_SMALLEST), 1.0)
        pumping = running * condenser_pump * cycling
        reject = done + compressor + pumping
        flow = running * condenser_flow * cycling
        return running, wanted - done, done, compressor, pumping, compressor + pumping, reject, flow, off
