"""Air handlers of data halls on chilled water, with variable-speed fans."""

from pydantic import model_validator

from twin.core import Component, Field, command, inlet, kernel, needs, output, serves
from twin.physics.fan import affinity_power_share
from twin.units import Celsius, Ratio, Watt


class ComputerRoomAirHandler(Component):
    """Air follows the heat between a supply and a return temperature; the coil is dry and gives less to warmer water.

    With contained aisles the return air keeps its temperature, so that fan speed goes with the heat and fan power with its
    cube down to the slowest speed. The coil's reach is proportional to return air over entering water (constant
    effectiveness, assumed) and at most a fifth above its rating; water below the hall's dew point is outside the model.
    """

    brick = "CRAH"
    count: float = Field(1.0, ge=0)
    """Units that run together."""
    capacity: Watt = Field(gt=0)
    """Heat that the coil of one unit takes at the design water temperature."""
    supply: Celsius = Field(22.0)
    """Air to the servers (ASHRAE TC 9.9 recommends 18..27 degC)."""
    returning: Celsius = Field(34.0)
    """Air from the servers at design."""
    water_design: Celsius = Field(12.0)
    """Chilled water for which the coil is rated."""
    fan: Watt = Field(ge=0)
    """Fan power of one unit at full speed."""
    slowest: Ratio = Field(0.3, gt=0, le=1)
    """Slowest fan speed (assumed)."""
    users = serves("hall_cooling", heat="wanted", rest="rest")
    chilled_water = needs("chilled_water", heat="coil", share="share", water="water")
    electricity = needs("electricity", power="power")
    each_tick = ("power", "cooling", "speed")

    setpoint = command("degC", "Air to the servers wanted", start="supply", point="AV", card="slider")
    wanted = inlet("W", "Heat of the hall's air")
    share = inlet("1", "Share of the coil load granted", start=1.0)
    water = inlet("degC", "Chilled water entering", start=12.0)
    speed = output("1", "Fan speed", point="AO")
    power = output("W", "Fan power", medium="electricity", energy="in", end_use="fans", point="AI", card="trend")
    coil = output("W", "Cooling asked of the chilled water")
    cooling = output("W", "Heat taken from the hall", medium="hall_cooling", energy="in", point="AI", card="trend")
    given = output("W", "Heat given to the chilled water", medium="chilled_water", energy="out")
    rest = output("W", "Heat not taken")

    @model_validator(mode="after")
    def _order(self) -> "ComputerRoomAirHandler":
        if not self.water_design < self.supply < self.returning:
            raise ValueError("water_design must be below supply, and supply below returning")
        return self

    @kernel(tells=("speed", "power", "coil"))
    def ask(wanted, water, setpoint, count, capacity, supply, returning, water_design, fan, slowest):
        """Fans follow the heat; their own heat is cooled away with it."""
        if wanted <= 0.0 or count <= 0.0:
            return 0.0, 0.0, 0.0
        hot = returning + setpoint - supply
        able = count * capacity * min(max((hot - water) / (returning - water_design), 0.0), 1.2)
        speed = min(max(wanted / (count * capacity), slowest), 1.0)
        power = count * fan * affinity_power_share(speed)
        return speed, power, min(wanted + power, able)

    @kernel(tells=("cooling", "given", "rest"))
    def step(wanted, coil, power, share):
        """What the chilled water granted, less the fans' own heat."""
        given = coil * share
        rest = wanted + power - given
        return wanted - rest, given, rest
