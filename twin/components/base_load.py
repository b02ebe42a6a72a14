"""Electric loads outside the conditioned zones, such as lifts, garages, kitchens and water pumps, or a whole building by its meter."""

from twin.core import Component, Field, inlet, kernel, needs, output
from twin.units import Ratio, Watt


class BaseLoad(Component):
    """A load that follows a schedule down to a base share; its heat leaves the building."""

    rating: Watt = Field(gt=0)
    """Power at full use."""
    base: Ratio = Field(0.3, ge=0, le=1)
    """Share that is always on."""
    schedule = needs("schedule", value="use")
    electricity = needs("electricity", power="power")
    use = inlet("1", "Share in use")
    each_tick = ("power",)
    power = output("W", "Electric power", medium="electricity", energy="in", end_use="other", point="AI", card="trend")
    heat = output("W", "Heat to outdoors", medium="outdoors", energy="out")

    @kernel(tells=("power", "heat"))
    def ask(use, rating, base):
        """Between base and rating."""
        power = rating * (base + (1.0 - base) * use)
        return power, power
