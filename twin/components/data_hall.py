"""Data halls: servers and their load, the power path that feeds them, and the heat they give to liquid and air."""

from math import pi

import numpy as np
from pydantic import model_validator

from twin.core import Component, Field, forcing, inlet, kernel, needs, output, serves
from twin.physics.server import conversion_loss, server_power
from twin.units import Ratio, Watt

NOBODY = 1e15
"""What is left of the liquid's heat where no cold plate is connected: more than there can be. [W]"""


class DataHall(Component):
    """Racks of equal servers behind a UPS or HVDC path; all that they and the path draw becomes heat.

    Power follows utilisation by the curve of Fan, Weber and Barroso (2007). Liquid takes its share of the servers' heat, hall
    air the rest and the losses of path and lighting. Heat that nobody takes is told, it does not warm the hall.
    """

    brick = "Data_Center"
    servers: float = Field(ge=0)
    """Servers installed."""
    rack_servers: float = Field(12.0, gt=0)
    """Servers of a rack."""
    idle_power: Watt = Field(150.0, ge=0)
    """Power of an idle server; about half of the peak (Fan, Weber and Barroso 2007)."""
    peak_power: Watt = Field(gt=0)
    """Power of a server at full use."""
    exponent: Ratio = Field(1.4, ge=1, le=2)
    """Bend of the curve between idle and peak: 1.4 by Fan, Weber and Barroso 2007, 1 is a straight line."""
    utilisation: Ratio = Field(0.3, ge=0, le=1)
    """Mean utilisation of the processors over the day, where no schedule tells it (assumed; 10..50 % are usual)."""
    swing: Ratio = Field(0.2, ge=0, le=1)
    """How far utilisation swings over the day about its mean, over the mean (assumed)."""
    busiest: float = Field(20.0, ge=0, lt=24)
    """Hour of the day when the servers are busiest (assumed: evening peak of social media and games)."""
    power_management: Ratio = Field(0.0, ge=0, lt=1)
    """Share of the servers' power that processor power management saves."""
    path_fixed: Ratio = Field(0.008, ge=0)
    """Loss of the power path that is always there, over its rating (assumed split of 3 % at full load)."""
    path_proportional: Ratio = Field(0.012, ge=0)
    """Loss at full load that follows the load, over the rating (assumed split of 3 % at full load)."""
    path_square: Ratio = Field(0.010, ge=0)
    """Loss at full load that follows the square of the load, over the rating (assumed split of 3 % at full load)."""
    path_reserve: Ratio = Field(1.2, ge=1)
    """Rating of the power path over the peak power of all servers; 2 for a 2N path (assumed)."""
    other: Ratio = Field(0.005, ge=0)
    """Lighting, security and office of the hall over the peak power of all servers (assumed)."""
    liquid: Ratio = Field(0.0, ge=0, le=1)
    """Share of the servers' heat that cold plates take."""

    schedule = needs("schedule", optional=True, value="use")
    electricity = needs("electricity", power="power")
    air = needs("hall_cooling", heat="to_air", rest="air_rest")
    plates = needs("liquid_cooling", optional=True, heat="to_liquid", rest="liquid_rest")
    meter = serves("it_meter", power="it")
    each_tick = ("power", "it", "use")

    use = inlet("1", "Utilisation of the processors", point="AI", card="trend")
    air_rest = inlet("W", "Heat that no air cooler took")
    liquid_rest = inlet("W", "Heat that no cold plate took", start=NOBODY)
    it = output("W", "Power of the servers", medium="electricity", energy="in", end_use="it", ledger="it", point="AI", card="trend")  # fmt: skip
    path = output("W", "Losses of the power path", medium="electricity", energy="in", end_use="power_path", point="AI")
    lights = output("W", "Lighting and other", medium="electricity", energy="in", end_use="lighting")
    power = output("W", "Electric power", point="AI", card="trend")
    rack = output("W", "Power of a rack", point="AI")
    overload = output("W", "Power beyond the path's rating", note="the power path was overloaded")
    to_air = output("W", "Heat to be taken from the air")
    to_liquid = output("W", "Heat to be taken by cold plates")
    cooled = output("W", "Heat given to air coolers", medium="hall_cooling", energy="out")
    carried = output("W", "Heat given to cold plates", medium="liquid_cooling", energy="out")
    unserved = output("W", "Heat that nobody took", medium="outdoors", energy="out")
    short = output("W", "Heat that nobody took, but for rounding", note="the heat of the data hall was not fully taken")

    @model_validator(mode="after")
    def _curve(self) -> "DataHall":
        if self.idle_power > self.peak_power:
            raise ValueError("idle_power must not be above peak_power")
        if self.utilisation * (1.0 + self.swing) > 1.0:
            raise ValueError("utilisation x (1 + swing) must not be above 1")
        return self

    @forcing(tells=("use",))
    def day(grid, utilisation, swing, busiest):
        """A cosine over the day (assumed)."""
        return utilisation * (1.0 + swing * np.cos((grid.hour - busiest) * pi / 12.0))

    @kernel(tells=("it", "path", "lights", "power", "rack", "overload", "to_air", "to_liquid"))
    def ask(
        use, servers, rack_servers, idle_power, peak_power, exponent, power_management, path_fixed, path_proportional,
        path_square, path_reserve, other, liquid,
    ):  # fmt: skip
        """Servers by their use, the path by their power, all of it heat."""
        each = server_power(use, idle_power, peak_power, exponent) * (1.0 - power_management)
        it = servers * each
        rating = servers * peak_power * path_reserve
        path = conversion_loss(it, rating, path_fixed, path_proportional, path_square)
        lights = servers * peak_power * other
        to_liquid = liquid * it
        power = it + path + lights
        return it, path, lights, power, each * rack_servers, max(it - rating, 0.0), power - to_liquid, to_liquid

    @kernel(tells=("cooled", "carried", "unserved", "short"))
    def step(to_air, to_liquid, air_rest, liquid_rest):
        """What was taken; without cold plates nothing is taken from the liquid."""
        left = min(liquid_rest, to_liquid)
        unserved = air_rest + left
        short = unserved if unserved > 1e-6 * (to_air + to_liquid) else 0.0
        return to_air - air_rest, to_liquid - left, unserved, short
