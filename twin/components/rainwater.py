"""Rain-water reuse: roofs and paving that catch rain, a tank, and pumps that bring it to washrooms and gardens."""

import numpy as np

from twin.core import Component, Field, forcing, inlet, kernel, needs, output, serves, state
from twin.units import M2, M3, JoulePerM3, Months, Ratio

SECONDS = np.array([31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0]) * 86400.0


class Rainwater(Component):
    """Monthly rain, evenly over the month, less what runs off elsewhere; what the tank cannot hold overflows.

    Storms are not resolved: `collection` stands for first flush, splashing and the overflow within a month (rational method of
    yield: catchment x depth x run-off coefficient, as in GB 50400-2016, recalled).
    """

    brick = "Rainwater_System"
    catchment: M2 = Field(0.0, ge=0)
    """Horizontal area that catches rain; 0 has no system."""
    rain: Months
    """Depth of rain in each month, January first. [mm]"""
    collection: Ratio = Field(0.7, ge=0, le=1)
    """Share of the rain on the catchment that reaches the tank."""
    tank: M3 = Field(500.0, gt=0)
    """Volume of the tank."""
    treatment: JoulePerM3 = Field(1.8e6, ge=0)
    """Electricity of filters and pumps per volume given."""
    users = serves("water", flow="wanted", rest="rest")
    electricity = needs("electricity", power="power")
    each_tick = ("content",)
    wanted = inlet("kg/s", "Water wanted")
    falling = inlet("1", "Rain per area [kg/s/m2]")
    content = state("kg", "Water in the tank", point="AI", card="gauge")
    given = output("kg/s", "Rain water given", point="AI", card="trend")
    rest = output("kg/s", "Water for the next supply")
    overflow = output("kg/s", "Rain that the tank could not hold")
    power = output("W", "Power of filters and pumps", medium="electricity", energy="in", end_use="pumps")
    warmth = output("W", "The same as heat to outdoors", medium="outdoors", energy="out")

    @forcing(tells=("falling",))
    def weather(grid, rain):
        """A millimetre is a kilogram on a square metre."""
        return (np.array(rain) / SECONDS)[grid.month - 1]

    @kernel(tells=("content", "given", "rest", "overflow", "power", "warmth"))
    def step(dt, content, wanted, falling, catchment, collection, tank, treatment):
        """Give first, then overflow."""
        there = content / dt + falling * catchment * collection
        given = min(wanted, there)
        overflow = max(there - given - 1000.0 * tank / dt, 0.0)
        power = given / 1000.0 * treatment
        return (there - given - overflow) * dt, given, wanted - given, overflow, power, power
