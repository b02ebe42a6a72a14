"""Boreholes in the ground that a heat pump draws heat from, or gives heat to."""

from pydantic import model_validator

from twin.core import Component, Field, constant, inlet, kernel, needs, output, prepared, serves, state
from twin.physics.air import WATER_HEAT
from twin.physics.borehole import LONELY, cell_radius, rings, wall_resistance
from twin.units import Celsius, JoulePerM3Kelvin, KgPerS, Metre, MetreKelvinPerWatt, Watt, WattPerMKelvin, Whole

RINGS = 24.0
"""Rings of ground around a borehole."""


class GroundLoop(Component):
    """Equal boreholes, each in its own cylinder of ground whose modes are exact over any tick; the field's edge is left out.

    Leaving water is that of the tick before: a potential.
    """

    count: float = Field(1.0, ge=1)
    """Number of boreholes."""
    depth: Metre = Field(100.0, gt=0)
    """Active length of one borehole."""
    radius: Metre = Field(0.075, gt=0)
    """Of the borehole."""
    spacing: Metre = Field(5.0, ge=0)
    """Distance in a square grid of many; 0 or a single borehole has no neighbours. 5 m: VDI 4640-2, at least 5..6 m."""
    resistance: MetreKelvinPerWatt = Field(0.10, gt=0)
    """Between water and borehole wall (VDI 4640-2: 0.07..0.12 m K/W for double-U pipes)."""
    conductivity: WattPerMKelvin = Field(2.0, gt=0)
    """Of the ground (VDI 4640-1, table 1: 1.8..2.4 W/m/K for moist soil and soft rock)."""
    heat_capacity: JoulePerM3Kelvin = Field(2.2e6, gt=0)
    """Of the ground (VDI 4640-1, table 1: 1.6..2.8 MJ/m3/K)."""
    undisturbed: Celsius = Field(14.0)
    """Of the ground before."""
    flow: KgPerS = Field(gt=0)
    """Water of all boreholes while heat is drawn."""
    pump: Watt = Field(0.0, ge=0)
    """Pump power while heat is drawn."""
    modes: Whole = Field(RINGS, ge=4)
    """Rings of ground that are computed."""
    users = serves("source_heat", heat="drawn", water="leaving")
    electricity = needs("electricity", power="power", optional=True)
    each_tick = ("leaving",)

    drawn = inlet("W", "Heat drawn", medium="source_heat", energy="out")
    leaving = state("degC", "Water that leaves the ground", start="undisturbed", point="AI", card="trend")
    chill = state("K", "Amplitudes of the ground's modes", length="modes", store="held * reach")
    decay = constant("1", "What is left of each mode after a tick", length="modes")
    push = constant("m K/J", "Amplitude gained per heat drawn", length="modes")
    seen = constant("1", "Cooling of the wall per amplitude", length="modes")
    held = constant("J/m/K", "Heat missing per amplitude, with a sign", length="modes")
    wall = constant("m K/W", "Resistance up to the middle of the first ring")
    reach = constant("m", "Length of all boreholes")
    power = output("W", "Pump power", medium="electricity", energy="in", end_use="pumps")
    warmth = output("W", "Pump heat to the ground's surface", medium="outdoors", energy="out")
    frozen = output("1", "Water below -5 degC", note="a ground loop got colder than -5 degC: it is too small")

    @model_validator(mode="after")
    def _apart(self) -> "GroundLoop":
        if 0.0 < self.spacing < 4.0 * self.radius:
            raise ValueError("spacing: boreholes must be two diameters apart; 0 has no neighbours")
        return self

    @prepared(tells=("decay", "push", "seen", "held", "wall", "reach"))
    def ground(dt, modes, radius, spacing, conductivity, heat_capacity, depth, count):
        """Modes of the ground; heat held falls when heat is drawn."""
        outside = cell_radius(spacing) if count > 1.0 else LONELY
        found = rings(dt, int(modes), radius, outside, conductivity, heat_capacity)
        between = wall_resistance(radius, outside, int(modes), conductivity)
        return found.decay, found.push, found.seen, -found.held, between, depth * count

    @kernel(tells=("leaving", "power", "warmth", "frozen"))
    def step(
        drawn, chill, chill_next, decay, push, seen, wall, reach, resistance, undisturbed, flow, pump
    ):  # fmt: skip
        """Ring by ring outwards, then the wall, then the water."""
        each = drawn / reach
        cooled = 0.0
        for mode in range(len(chill)):
            chill_next[mode] = decay[mode] * chill[mode] + push[mode] * each
            cooled += seen[mode] * chill_next[mode]
        mean = undisturbed - cooled - each * (wall + resistance)
        leaving = mean + 0.5 * drawn / (flow * WATER_HEAT)
        power = pump if drawn != 0.0 else 0.0
        return leaving, power, power, 1.0 if leaving < -5.0 else 0.0
