"""Direct-expansion coolers of data halls with air-cooled condensers: the last resort behind free cooling."""

from pydantic import model_validator

from twin.core import Component, Field, command, forcing, inlet, kernel, needs, output, serves
from twin.physics.direct_expansion import RATED_FRACTION, air_cooled_cop
from twin.physics.fan import affinity_power_share
from twin.units import Celsius, Ratio, Watt


class ComputerRoomAirConditioner(Component):
    """Units whose fans and compressors follow the heat; cooling per power is a fixed share of Carnot's value."""

    brick = "CRAC"
    count: float = Field(1.0, ge=0)
    """Units that run together."""
    capacity: Watt = Field(gt=0)
    """Cooling of one unit; its fall in hot weather is left out (assumed)."""
    supply: Celsius = Field(22.0)
    """Air to the servers (ASHRAE TC 9.9 recommends 18..27 degC)."""
    fan: Watt = Field(ge=0)
    """Indoor fan power of one unit at full speed."""
    slowest: Ratio = Field(0.4, gt=0, le=1)
    """Slowest fan speed; below it the units cycle (assumed)."""
    carnot: Ratio = Field(RATED_FRACTION, gt=0, lt=1)
    """Share of Carnot's cooling per power, condenser fans included."""
    users = serves("hall_cooling", heat="wanted", rest="rest")
    electricity = needs("electricity", power="power")
    each_tick = ("power",)

    setpoint = command("degC", "Air to the servers wanted", start="supply", point="AV", card="slider")
    wanted = inlet("W", "Heat of the hall's air")
    outdoor = inlet("degC", "Outdoor air")
    fans = output("W", "Fan power", medium="electricity", energy="in", end_use="fans", point="AI")
    compressor = output("W", "Power of compressors and condensers", medium="electricity", energy="in", end_use="chillers", point="AI", card="trend")  # fmt: skip
    power = output("W", "Electric power")
    cooling = output("W", "Heat taken from the hall", medium="hall_cooling", energy="in", point="AI", card="trend")
    rest = output("W", "Heat not taken")
    dumped = output("W", "Heat to outdoors", medium="outdoors", energy="out")
    running = output("h/h", "Compressors on")

    @model_validator(mode="after")
    def _cool(self) -> "ComputerRoomAirConditioner":
        if self.supply < 10.0 or self.supply > 30.0:
            raise ValueError("supply must be from 10 to 30 degC")
        return self

    @forcing(tells=("outdoor",))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb

    @kernel(tells=("fans", "compressor", "power", "cooling", "rest", "dumped", "running"))
    def step(wanted, outdoor, setpoint, count, capacity, fan, slowest, carnot):
        """Fan heat is cooled away with the hall's."""
        able = count * capacity
        if wanted <= 0.0 or able <= 0.0:
            return 0.0, 0.0, 0.0, 0.0, wanted, 0.0, 0.0
        part = min(wanted / able, 1.0)
        speed = max(part, slowest)
        fans = count * fan * affinity_power_share(speed) * part / speed
        rest = max(wanted + fans - able, 0.0)
        cooling = wanted - rest
        compressor = (cooling + fans) / air_cooled_cop(setpoint, outdoor, carnot)
        power = fans + compressor
        return fans, compressor, power, cooling, rest, cooling + power, 1.0
