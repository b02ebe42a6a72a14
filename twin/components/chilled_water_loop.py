"""The chilled-water loop: collects coil loads, pumps the water, resets its temperature."""

from twin.core import Component, Field, command, forcing, inlet, kernel, needs, output, serves
from twin.physics.fan import variable_pump_power_share
from twin.units import Celsius, Kelvin, Ratio, Watt


class ChilledWaterLoop(Component):
    """A variable-flow loop between coils and chillers; pump heat is cooled away with the load."""

    brick = "Chilled_Water_System"
    design: Watt = Field(gt=0)
    """Load at design."""
    pump: Watt = Field(gt=0)
    """Pump power at design."""
    constant_flow: Ratio = Field(0.0, ge=0, le=1)
    """Share of the pump power that does not follow the load."""
    supply: Celsius = Field(7.0)
    """Supply temperature."""
    reset: Kelvin = Field(0.0, ge=0)
    """How far the supply temperature rises from hot to mild weather."""
    reset_hot: Celsius = Field(30.0)
    """Outdoor temperature at and above which nothing is reset."""
    reset_mild: Celsius = Field(18.0)
    """Outdoor temperature at and below which all is reset."""
    users = serves("chilled_water", heat="load", share="granted", water="water")
    chillers = needs("primary_chilled_water", heat="wanted", rest="rest", water="water")
    electricity = needs("electricity", power="power")
    each_tick = ("load", "water")

    setpoint = command("degC", "Supply temperature wanted in hot weather", start="supply", point="AV", card="slider")
    outdoor = inlet("degC", "Outdoor air")
    load = inlet("W", "Coil loads wanted")
    rest = inlet("W", "Cooling that no chiller did")
    water = output("degC", "Supply temperature", start=7.0, point="AI", brick="Chilled_Water_Supply_Temperature_Sensor")
    power = output("W", "Pump power", medium="electricity", energy="in", end_use="pumps", point="AI", card="trend")
    wanted = output("W", "Cooling asked of the chillers")
    granted = output("1", "Share of the coil loads granted", start=1.0)
    carried = output("W", "Heat taken from the coils", medium="chilled_water", energy="in")
    passed = output("W", "Heat passed to the chillers", medium="primary_chilled_water", energy="out")
    short = output("W", "Coil load not granted", note="the chillers could not carry the whole load")

    @forcing(tells=("outdoor",))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb

    @kernel(tells=("water",))
    def plan(outdoor, setpoint, reset, reset_hot, reset_mild):
        """Reset by weather."""
        mild = min(max((reset_hot - outdoor) / max(reset_hot - reset_mild, 0.1), 0.0), 1.0)
        return setpoint + reset * mild

    @kernel(tells=("power", "wanted"))
    def ask(load, design, pump, constant_flow):
        """Pump in proportion to the load."""
        if load <= 0.0:
            return 0.0, 0.0
        part = min(load / design, 1.2)
        power = pump * (constant_flow + (1.0 - constant_flow) * variable_pump_power_share(part))
        return power, load + power

    @kernel(tells=("granted", "carried", "passed", "short"))
    def step(load, wanted, power, rest):
        """Pump heat comes first, coils share the rest."""
        if load <= 0.0:
            return 1.0, 0.0, 0.0, 0.0
        passed = max(wanted - rest, power)
        carried = passed - power
        return carried / load, carried, passed, load - carried if carried < load * 0.999999 else 0.0
