"""Opaque surfaces between a room and outdoors: walls, roofs and floors over outside air, layer by layer."""

from math import cos

import numpy as np
from pydantic import model_validator

from twin.core import Component, Field, constant, forcing, inlet, kernel, needs, output, prepared, state
from twin.physics.conduction import modes as conduct
from twin.physics.convection import STEFAN, natural_factors, natural_film, outside_film
from twin.physics.polygon import fault_of_fours
from twin.physics.radiation import glance
from twin.physics.shade import on_surface
from twin.physics.surface import seen_from_room
from twin.physics.wind import wind_film
from twin.units import (
    M2,
    Celsius,
    Degree,
    JoulesPerKgKelvin,
    KgsPerM3,
    Metre,
    Metres,
    Places,
    Ratio,
    Temperatures,
    WattPerM2Kelvin,
    WattsPerMKelvin,
)

DEGREE = 0.017453292519943295
"""Radians in a degree."""
CONTACT = 1e4
"""Conductance to the ground that keeps a buried surface at its temperature. [W/m2K]"""
MODES = 4.0
"""Slow modes kept of a wall; the fifth of 10 cm of concrete fades within two minutes."""


class Wall(Component):
    """One surface: layers outside to inside, films that follow wind and temperature, long-wave exchange at both sides.

    It is solved once a tick: `ask` tells the enclosure how much heat air and radiant node would get from it, per kelvin of
    theirs; `step` settles on what they became.
    """

    brick = "Wall"
    area: M2 = Field(gt=0)
    """Area without windows."""
    tilt: Degree = Field(90.0, ge=0, le=180)
    """Of the outside: 0 is a roof, 90 a wall, 180 a floor over outside air."""
    azimuth: Degree = Field(180.0, ge=0, le=360)
    """Direction the outside faces, clockwise from north."""
    height: Metre = Field(1.35, ge=0)
    """Height of its middle above ground, for the wind."""
    exposed: Ratio = Field(1.0, ge=0, le=1)
    """1 in sun and wind, 0 sheltered from both."""
    thickness: Metres = (0.2,)
    """Of each layer."""
    conductivity: WattsPerMKelvin = (0.5,)
    """Of each layer."""
    density: KgsPerM3 = (1400.0,)
    """Of each layer; 0 has no mass."""
    specific_heat: JoulesPerKgKelvin = (1000.0,)
    """Of each layer."""
    roughness: Ratio = Field(1.67, ge=1)
    """Of the outside, over that of glass: 2.17 very rough (stucco), 1.67 rough (brick, wood siding), 1.0 very smooth."""
    absorptance: Ratio = Field(0.6, ge=0, le=1)
    """Sun absorbed outside."""
    absorptance_inside: Ratio = Field(0.6, ge=0, le=1)
    """Light absorbed inside."""
    emittance: Ratio = Field(0.9, gt=0, le=1)
    """Long-wave emittance outside."""
    emittance_inside: Ratio = Field(0.9, gt=0, le=1)
    """Long-wave emittance inside."""
    catches: Ratio = Field(0.0, ge=0, le=1)
    """1 where the direct sun that enters falls on it first: floors."""
    faces: Ratio = Field(0.0, ge=0, le=1)
    """1 where the direct sun that misses the floor falls: walls opposite to windows."""
    modes: float = Field(MODES, ge=1)
    """Slow modes kept."""
    corners: Places = ()
    """Four corners of the surface (x east, y north, z up), where something shades it."""
    obstacles: Places = ()
    """Corners of the flat overhangs, fins and neighbours that shade it, twelve numbers each."""
    film_inside: WattPerM2Kelvin = Field(0.0, ge=0)
    """Fixed convection inside; 0 has it follow the temperatures."""
    film_outside: WattPerM2Kelvin = Field(0.0, ge=0)
    """Fixed convection outside; 0 has it follow wind and temperatures."""
    ground: Temperatures = ()
    """Temperatures of the ground under a floor or behind a basement wall, January to December; empty stands in outside air."""
    start: Celsius = Field(20.0)
    """Temperature before the warm-up."""

    room = needs(
        "surface", air_air="air_air", air_radiant="air_radiant", radiant_radiant="radiant_radiant", air_load="air_load",
        radiant_load="radiant_load", view="view", absorbing="absorbing", catching="catching", taking="taking", facing="facing", facing_taking="facing_taking", convected="convected",
        radiated="radiated", air_before="air_before", radiant_before="radiant_before", views="views", glow="glow",
        beam="beam", far="far", air="air", radiant="radiant",
    )  # fmt: skip

    amplitude = state("K", "Amplitudes of the slow modes", start="steady", length="modes", store="area * held")
    outside = state("degC", "Outside surface", start="start", store="area * held_out")
    inside = state("degC", "Inside surface", start="start", store="area * held_in")
    view = state("m2", "Area times Carroll's form factor", start="area")
    spread = state("1", "Area over that product", start=1.0)
    decay = constant("1", "What is left of each mode after a tick", length="modes")
    steady = constant("K", "Amplitudes at the temperature before the warm-up", length="modes")
    seen_out = constant("W/m2/K", "Flux at the outside per amplitude", length="modes")
    seen_in = constant("W/m2/K", "Flux at the inside per amplitude", length="modes")
    push_out = constant("1", "Amplitude gained per kelvin outside", length="modes")
    push_in = constant("1", "Amplitude gained per kelvin inside", length="modes")
    held = constant("J/m2/K", "Heat held per amplitude", length="modes")
    own_out = constant("W/m2/K", "Flux in at the outside per kelvin there")
    own_in = constant("W/m2/K", "Flux in at the inside per kelvin there")
    cross = constant("W/m2/K", "Flux in at one side per kelvin at the other")

    rest_out = constant("W/m2/K", "Flux at the outside per kelvin there before the tick")
    rest_in = constant("W/m2/K", "Flux at the inside per kelvin there before the tick")
    rest_cross = constant("W/m2/K", "Flux at one side per kelvin at the other before the tick")
    held_out = constant("J/m2/K", "Heat that follows the outside surface")
    held_in = constant("J/m2/K", "Heat that follows the inside surface")

    warm = constant(
        "W/m2/K",
        "Natural convection outside over the cube root, where the surface is warmer than air; inside, where colder",
    )
    cold = constant("W/m2/K", "The same where it is colder outside; inside, where warmer")
    veil = constant("1", "Resistance of the inside to long-wave exchange, over that of a black surface")
    open_sky = constant("1", "Share of its long-wave exchange that goes to the sky")

    buried = constant("1", "1 where ground, not air, is outside")

    outdoor = inlet("degC", "Outdoor air")
    beneath = inlet("degC", "Ground")
    sky = inlet("degC", "Sky as a black body")
    sun = inlet("W/m2", "Sun on the outside")
    driven = inlet("W/m2/K", "Film of the wind at a smooth surface")
    air_before = inlet("degC", "Room air before the tick", start=20.0)
    radiant_before = inlet("degC", "Radiant node before the tick", start=20.0)
    views = inlet("m2", "Areas times form factors of the whole enclosure", start=1.0)
    glow = inlet("W/m2", "Diffuse light in the room")
    beam = inlet("W/m2", "Direct light on the surfaces that catch it")
    far = inlet("W/m2", "Direct light on the walls that face the windows")
    air = inlet("degC", "Room air")
    radiant = inlet("degC", "Radiant node")

    film_out = output("W/m2/K", "Whole conductance outside")
    base_out = output("degC", "Outside surface if the inside were at 0 degC")
    film_in = output("W/m2/K", "Convection inside")
    glance_in = output("W/m2/K", "Long-wave exchange inside")
    weight = output("W/m2/K", "Sum of conductances at the inside surface", start=1.0)
    drive = output("W/m2", "Heat to the inside surface from layers and light")
    air_air = output("W/K", "Heat the air loses per kelvin of its own")
    air_radiant = output("W/K", "Heat between air and radiant node per kelvin")
    radiant_radiant = output("W/K", "Heat the radiant node loses per kelvin of its own")
    air_load = output("W", "Heat to the air at 0 degC")
    radiant_load = output("W", "Heat to the radiant node at 0 degC")
    absorbing = output("m2", "Area times absorptance inside")
    catching = output("m2", "Area that catches the direct sun")
    taking = output("m2", "Area that catches it times absorptance")
    facing = output("m2", "Area that the direct sun meets where it misses the floor")
    facing_taking = output("m2", "That area times absorptance")
    convected = output("W", "Heat to the room air", medium="surface_air", energy="out")
    radiated = output("W", "Long-wave heat to the radiant node", medium="surface_radiation", energy="out")
    lit = output("W", "Light absorbed inside", medium="light", energy="in")
    gained = output("W", "Heat from outdoors and the sun on the outside", medium="outdoors", energy="in")

    @model_validator(mode="after")
    def layered(self):
        """Every layer has every property."""
        if not self.thickness:
            raise ValueError("a wall needs at least one layer; give thickness, conductivity, density and specific_heat")
        for name in ("conductivity", "density", "specific_heat"):
            if len(getattr(self, name)) != len(self.thickness):
                raise ValueError(
                    f"has {len(self.thickness)} thickness but {len(getattr(self, name))} {name}; one of each a layer"
                )
        if len(self.ground) not in (0, 12):
            raise ValueError(f"ground has {len(self.ground)} temperatures; a year has 12 months")
        wrong = fault_of_fours(self.corners, "corners", self.area) or fault_of_fours(self.obstacles, "obstacles")
        if wrong:
            raise ValueError(wrong)
        if self.obstacles and not self.corners:
            raise ValueError("has obstacles but no corners; give the four corners that they shade")
        return self

    @prepared(
        tells=(
            "own_out", "own_in", "cross", "decay", "seen_out", "seen_in", "push_out", "push_in", "held", "rest_out", "rest_in",
            "rest_cross", "held_out", "held_in", "steady",
        )
    )  # fmt: skip
    def layers(dt, modes, thickness, conductivity, density, specific_heat, start):
        """Slow modes of the layers."""
        found = conduct(dt, int(modes), thickness, conductivity, density, specific_heat)
        return (
            found.own_out, found.own_in, found.cross, found.decay, found.seen_out, found.seen_in, found.push_out,
            found.push_in, found.held, found.rest_out, found.rest_in, found.rest_cross, found.held_out, found.held_in,
            found.steady(start),
        )  # fmt: skip

    @prepared(tells=("warm", "cold", "open_sky", "veil"))
    def lean(dt, tilt, emittance_inside):
        """How it stands (EnergyPlus Engineering Reference, External Longwave Radiation: the sky's share by its own root)."""
        up = cos(tilt * DEGREE)
        return *natural_factors(up), (0.5 * (1.0 + up)) ** 1.5, (1.0 - emittance_inside) / emittance_inside

    @forcing(tells=("outdoor", "sky"))
    def weather(grid):
        """Air, and the sky's temperature from its infrared."""
        return grid.dry_bulb, (grid.infrared / STEFAN) ** 0.25 - 273.15

    @prepared(tells=("buried",))
    def bury(dt, ground):
        """Whether it lies in the ground."""
        return 1.0 if ground else 0.0

    @forcing(tells=("beneath",))
    def soil(grid, ground):
        """The month's temperature (EnergyPlus: Site:GroundTemperature:BuildingSurface)."""
        return np.asarray(ground)[grid.month - 1] if ground else np.zeros_like(grid.dry_bulb)

    @forcing(tells=("sun",))
    def shine(grid, tilt, azimuth, exposed, corners, obstacles):
        """Direct, diffuse and ground-reflected sun."""
        beam, diffuse, _ = on_surface(grid, tilt, azimuth, corners, obstacles)
        return exposed * (beam + diffuse)

    @forcing(tells=("driven",))
    def wind(grid, tilt, azimuth, height, exposed):
        """Film of the wind on this side of the building."""
        return exposed * wind_film(grid, tilt, azimuth, height)

    @kernel(tells=("absorbing", "catching", "taking", "facing", "facing_taking"))
    def colour(area, absorptance_inside, catches, faces):
        """What it takes of the light in the room."""
        dark = area * absorptance_inside
        return dark, area * catches, catches * dark, area * faces, faces * dark

    @kernel(
        tells=(
            "film_out", "base_out", "film_in", "glance_in", "weight", "drive", "air_air", "air_radiant", "radiant_radiant",
            "air_load", "radiant_load",
        )
    )  # fmt: skip
    def ask(
        amplitude, outside, inside, spread, seen_out, seen_in, own_out, own_in, cross, rest_out, rest_in, rest_cross, outdoor, sky, sun, driven, beneath, buried, air_before,
        radiant_before, glow, beam, far, area, warm, cold, open_sky, veil, roughness, absorptance, absorptance_inside, emittance, catches, faces, film_inside, film_outside,
    ):  # fmt: skip
        """Eliminate the outside surface and the layers; what is left is one conductance and one drive at the inside."""
        past_out = rest_out * outside + rest_cross * inside
        past_in = rest_cross * outside + rest_in * inside
        for i in range(len(amplitude)):
            past_out += seen_out[i] * amplitude[i]
            past_in += seen_in[i] * amplitude[i]
        film = film_outside if film_outside > 0.0 else outside_film(outside, outdoor, warm, cold, driven, roughness)
        to_sky = open_sky * emittance * glance(outside, sky)
        to_air = film + (1.0 - open_sky) * emittance * glance(outside, outdoor)
        gained = to_air * outdoor + to_sky * sky + absorptance * sun
        if buried > 0.5:
            to_sky, to_air, gained = 0.0, CONTACT, CONTACT * beneath
        outer = to_sky + to_air + own_out
        resist = 1.0 / outer
        base = (gained + past_out) * resist
        still = film_inside if film_inside > 0.0 else natural_film(inside, air_before, cold, warm)
        exchange = glance(inside, radiant_before) / (spread + veil)
        weight = own_in - cross * cross * resist + still + exchange
        drive = past_in - cross * base + absorptance_inside * (glow + catches * beam + faces * far)
        air, both, star, air_load, star_load = seen_from_room(area, still, exchange, weight, drive)
        return outer, base, still, exchange, weight, drive, air, both, star, air_load, star_load

    @kernel(tells=("outside", "inside", "view", "spread", "convected", "radiated", "lit", "gained"))
    def step(
        amplitude, amplitude_next, outside, inside, rest_out, rest_cross, view, views, decay, push_out, push_in, own_out, cross, seen_out, film_out, base_out, film_in,
        glance_in, weight, drive, air, radiant, area, absorptance_inside, glow, beam, far, catches, faces,
    ):  # fmt: skip
        """Settle the surfaces on the room's temperatures and let the layers follow."""
        inner = (film_in * air + glance_in * radiant + drive) / weight
        outer = base_out - cross / film_out * inner
        past = rest_out * outside + rest_cross * inside
        for i in range(len(amplitude)):
            past += seen_out[i] * amplitude[i]
            amplitude_next[i] = decay[i] * amplitude[i] + push_out[i] * outer + push_in[i] * inner
        gained = own_out * outer + cross * inner - past
        spread = max(1.0 - view / views, 0.05)
        light = absorptance_inside * (glow + catches * beam + faces * far)
        return (
            outer, inner, area / spread, spread, area * film_in * (inner - air),
            area * glance_in * (inner - radiant), area * light, area * gained,
        )  # fmt: skip
