"""Server rooms inside a building: IT load, cooled by chilled water day and night."""

from twin.core import Component, Field, inlet, kernel, needs, output
from twin.units import Ratio, Watt


class ServerRoom(Component):
    """IT equipment, power-path losses and room coolers."""

    brick = "Data_Center"
    load: Watt = Field(gt=0)
    """IT power."""
    losses: Ratio = Field(0.08, ge=0, le=1)
    """Losses of UPS and distribution over IT power (power loss factor 0.08..0.15)."""
    fan: Ratio = Field(0.05, ge=0, le=1)
    """Fan power of the room coolers over the heat they move."""
    electricity = needs("electricity", power="power")
    chilled_water = needs("chilled_water", heat="wanted", share="share")
    share = inlet("1", "Share of the cooling granted", start=1.0)
    each_tick = ("power",)
    power = output(
        "W", "Electric power", medium="electricity", energy="in", end_use="server_rooms", point="AI", card="trend"
    )
    wanted = output("W", "Cooling wanted")
    cooling = output("W", "Heat given to the chilled water", medium="chilled_water", energy="out")
    unserved = output(
        "W", "Heat that nobody took", medium="outdoors", energy="out", note="server heat was not fully cooled"
    )

    @kernel(tells=("power", "wanted"))
    def ask(load, losses, fan):
        """Constant load."""
        power = load * (1.0 + losses) * (1.0 + fan)
        return power, power

    @kernel(tells=("cooling", "unserved"))
    def step(wanted, share):
        """What is granted."""
        return wanted * share, wanted * (1.0 - share)
