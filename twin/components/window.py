"""Windows pane by pane: optics by angle, gaps whose conductance follows their temperatures, films as at walls."""

from math import cos, sin

import numpy as np
from pydantic import model_validator

from twin.core import Component, Field, command, constant, forcing, inlet, kernel, needs, output, prepared, state
from twin.physics import solar
from twin.physics.convection import STEFAN, gap_conductance, natural_factors, outside_film, pane_film, pane_turn
from twin.physics.glazing import COSINES, GASES
from twin.physics.glazing import window as optics
from twin.physics.polygon import fault_of_fours
from twin.physics.radiation import glance
from twin.physics.shade import on_surface
from twin.physics.surface import seen_from_room
from twin.physics.wind import wind_film
from twin.units import (
    M2,
    Celsius,
    Degree,
    Metre,
    Metres,
    Pascal,
    Places,
    Ratio,
    Ratios,
    WattPerM2,
    WattPerM2Kelvin,
    WattPerMKelvin,
)

DEGREE = 0.017453292519943295
"""Radians in a degree."""


class Window(Component):
    """One to three panes; what passes lights the room, what is absorbed warms the panes."""

    brick = "Window"
    area: M2 = Field(gt=0)
    """Glass area."""
    tilt: Degree = Field(90.0, ge=0, le=180)
    """Of the outside: 0 is a skylight, 90 stands upright."""
    azimuth: Degree = Field(180.0, ge=0, le=360)
    """Direction the outside faces, clockwise from north."""
    height: Metre = Field(1.2, ge=0)
    """Height of its middle above ground, for the wind."""
    tall: Metre = Field(2.0, gt=0)
    """Height of the glass itself, for the flow in its gaps."""
    transmittance: Ratios = (0.834, 0.834)
    """Solar transmittance of each pane at normal incidence, outside to inside."""
    front: Ratios = (0.075, 0.075)
    """Solar reflectance of each pane's outer face at normal incidence; other than that of its back means coated glass."""
    back: Ratios = (0.075, 0.075)
    """Solar reflectance of each pane's inner face."""
    emittance_front: Ratios = (0.84, 0.84)
    """Long-wave emittance of each pane's outer face."""
    emittance_back: Ratios = (0.84, 0.84)
    """Long-wave emittance of each pane's inner face; 0.05 is a low-e coating."""
    thickness: Metres = (0.003, 0.003)
    """Of each pane."""
    conductivity: WattPerMKelvin = Field(1.0, gt=0)
    """Of the glass."""
    gaps: Metres = (0.012,)
    """Width of each gap; none for a single pane."""
    gas: str = "air"
    """In the gaps: air, argon, krypton or xenon."""
    pressure: Pascal = Field(101325.0, gt=0)
    """Barometric pressure in the gaps."""
    overhang: Ratio = Field(0.0, ge=0)
    """Projection of an overhang over the window's height."""
    fin: Ratio = Field(0.0, ge=0)
    """Projection of side fins over the window's width."""
    shade: Ratio = Field(1.0, ge=0, le=1)
    """Share of the sun that passes a movable shade in front of it; 1 has none, an outside blind about 0.15."""
    shade_above: WattPerM2 = Field(0.0, ge=0)
    """Sun on the window above which the shade goes down by itself; 0 leaves it to the command."""
    sill: Metre = Field(0.9, ge=0)
    """Height of the lower edge over the floor."""
    wide: Metre = Field(1.5, gt=0)
    """Width of the glass, for where the sun falls."""
    room_depth: Metre = Field(0.0, ge=0)
    """Depth of the room behind it, which tells how much direct sun falls on the floor; 0 sends all of it there."""
    room_width: Metre = Field(0.0, ge=0)
    """Width of the room behind it."""
    offset: Metre = Field(0.0)
    """From the middle of the room's wall to the window's middle, to the right for somebody who looks in."""
    corners: Places = ()
    """Four corners of the surface (x east, y north, z up), where something shades it."""
    obstacles: Places = ()
    """Corners of the flat overhangs, fins and neighbours that shade it, twelve numbers each."""
    film_inside: WattPerM2Kelvin = Field(0.0, ge=0)
    """Fixed convection inside; 0 has it follow the temperatures."""
    film_outside: WattPerM2Kelvin = Field(0.0, ge=0)
    """Fixed convection outside; 0 has it follow wind and temperatures."""
    start: Celsius = Field(15.0)
    """Temperature before the warm-up."""

    room = needs(
        "surface", air_air="air_air", air_radiant="air_radiant", radiant_radiant="radiant_radiant", air_load="air_load",
        radiant_load="radiant_load", view="view", absorbing="absorbing", convected="convected", radiated="radiated",
        beam_in="beam_in", far_in="far_in", diffuse_in="diffuse_in", air_before="air_before", radiant_before="radiant_before", views="views",
        glow="glow", air="air", radiant="radiant",
    )  # fmt: skip

    outside = state("degC", "Outside surface", start="start")
    inside = state("degC", "Inside surface", start="start")
    view = state("m2", "Area times Carroll's form factor", start="area")
    spread = state("1", "Area over that product", start=1.0)
    across = state("W/m2/K", "Conductance of each gap", start=5.5, length="gaps")
    half = constant("m2K/W", "Resistance of half of each pane", length="thickness")
    taken_back = constant("1", "Share of the room's light that each pane absorbs", length="thickness")
    passed_back = constant("1", "Share of the room's light that leaves")
    exchange = constant("1", "Effective emittance of each gap", length="gaps")
    gas_laws = constant("1", "Conductivity and viscosity with their slopes, specific heat, molar mass", length="laws")
    laws: float = 6.0
    """Numbers that describe a gas."""

    warm = constant("W/m2/K", "Natural convection outside over the cube root, where the surface is warmer than air")
    cold = constant("W/m2/K", "The same where it is colder")
    veil = constant("1", "Resistance of the inside to long-wave exchange, over that of a black surface")
    open_sky = constant("1", "Share of its long-wave exchange that goes to the sky")
    sine = constant("1", "Sine of the tilt")
    turn = constant("1", "Rayleigh number at which the flow along it turns turbulent")

    outdoor = inlet("degC", "Outdoor air")
    sky = inlet("degC", "Sky as a black body")
    driven = inlet("W/m2/K", "Film of the wind at a smooth surface")
    passed_beam = inlet("W/m2", "Direct sun that passes to the floor")
    passed_far = inlet("W/m2", "Direct sun that passes and misses the floor")
    passed_diffuse = inlet("W/m2", "Diffuse light that passes")
    fallen = inlet("W/m2", "Sun that falls on it", point="AI")
    first = inlet("W/m2", "Sun absorbed in the first pane")
    second = inlet("W/m2", "Sun absorbed in the second pane")
    third = inlet("W/m2", "Sun absorbed in the third pane")
    shade_down = command("1", "Share of the window that the shade covers", point="AV", card="slider")
    clear = output("1", "Share of the sun that gets past the shade", start=1.0)
    air_before = inlet("degC", "Room air before the tick", start=20.0)
    radiant_before = inlet("degC", "Radiant node before the tick", start=20.0)
    views = inlet("m2", "Areas times form factors of the whole enclosure", start=1.0)
    glow = inlet("W/m2", "Diffuse light in the room")
    air = inlet("degC", "Room air")
    radiant = inlet("degC", "Radiant node")

    film_in = output("W/m2/K", "Convection inside")
    glance_in = output("W/m2/K", "Long-wave exchange inside")
    through = output("W/m2/K", "Conductance from the inside surface outwards")
    inwards = output("W/m2", "Heat to the inside surface at 0 degC")
    air_air = output("W/K", "Heat the air loses per kelvin of its own")
    air_radiant = output("W/K", "Heat between air and radiant node per kelvin")
    radiant_radiant = output("W/K", "Heat the radiant node loses per kelvin of its own")
    air_load = output("W", "Heat to the air at 0 degC")
    radiant_load = output("W", "Heat to the radiant node at 0 degC")
    absorbing = output("m2", "Area times what the room's light loses there")
    beam_in = output("W", "Direct sun let in", medium="light", energy="out")
    far_in = output("W", "Direct sun let in that misses the floor", medium="light", energy="out")
    diffuse_in = output("W", "Diffuse light let in", medium="light", energy="out")
    sunned = output("W", "Sun that passes or warms the panes", medium="sun", energy="in")
    convected = output("W", "Heat to the room air", medium="surface_air", energy="out")
    radiated = output("W", "Long-wave heat to the radiant node", medium="surface_radiation", energy="out")
    lit = output("W", "Light from the room", medium="light", energy="in")
    lost = output("W", "Heat and light to outdoors", medium="outdoors", energy="out")

    @model_validator(mode="after")
    def glazed(self):
        """One to three panes, each with every property and none making light, and a gap between any two."""
        panes = len(self.transmittance)
        if not 1 <= panes <= 3:
            raise ValueError(f"has {panes} panes; one to three can be told")
        for name in ("front", "back", "emittance_front", "emittance_back", "thickness"):
            if len(getattr(self, name)) != panes:
                raise ValueError(f"has {panes} transmittance but {len(getattr(self, name))} {name}; one of each a pane")
        if len(self.gaps) != panes - 1:
            raise ValueError(f"has {panes} panes but {len(self.gaps)} gaps; there is one between any two panes")
        for number, each in enumerate(zip(self.transmittance, self.front, self.back, strict=True)):
            if each[0] + max(each[1:]) > 1.0:
                raise ValueError(
                    f"pane {number + 1} passes and reflects more than falls on it; give shares that sum to 1 at most"
                )
        if self.gas not in GASES:
            raise ValueError(f"{self.gas!r} is no gas of a window; write air, argon, krypton or xenon")
        wrong = fault_of_fours(self.corners, "corners", self.area) or fault_of_fours(self.obstacles, "obstacles")
        if wrong:
            raise ValueError(wrong)
        if self.obstacles and not self.corners:
            raise ValueError("has obstacles but no corners; give the four corners that they shade")
        return self

    @prepared(tells=("half", "taken_back", "passed_back", "exchange", "gas_laws"))
    def panes(dt, transmittance, front, back, emittance_front, emittance_back, thickness, conductivity, gas):
        """What does not change: glass, its light from inside, and the gas."""
        glass = optics(transmittance, front, back)
        exchange = [
            1.0 / (1.0 / one + 1.0 / two - 1.0)
            for one, two in zip(emittance_back[:-1], emittance_front[1:], strict=True)
        ]
        half = [each / 2.0 / conductivity for each in thickness]
        return half, glass.absorbed_back, glass.passed_back, exchange, GASES[gas]

    @prepared(tells=("warm", "cold", "open_sky", "sine", "turn", "veil"))
    def lean(dt, tilt, emittance_back):
        """How it stands (EnergyPlus Engineering Reference, External Longwave Radiation: the sky's share by its own root)."""
        up, emits = cos(tilt * DEGREE), emittance_back[-1]
        steep = min(max(min(tilt, 180.0 - tilt), 15.0), 90.0)
        factors = natural_factors(up)
        return *factors, (0.5 * (1.0 + up)) ** 1.5, sin(tilt * DEGREE), pane_turn(steep), (1.0 - emits) / emits

    @forcing(tells=("outdoor", "sky"))
    def weather(grid):
        """Air, and the sky's temperature from its infrared."""
        return grid.dry_bulb, (grid.infrared / STEFAN) ** 0.25 - 273.15

    @forcing(tells=("driven",))
    def wind(grid, tilt, azimuth, height):
        """Film of the wind on this side of the building."""
        return wind_film(grid, tilt, azimuth, height)

    @forcing(tells=("passed_beam", "passed_far", "passed_diffuse", "fallen", "first", "second", "third"))
    def shine(
        grid, tilt, azimuth, transmittance, front, back, overhang, fin, sill, tall, wide, room_depth, room_width, offset, corners, obstacles,
    ):  # fmt: skip
        """What passes and what the panes absorb, by the sun's angle."""
        glass = optics(transmittance, front, back)
        beam, diffuse, cosine = on_surface(grid, tilt, azimuth, corners, obstacles)
        if overhang or fin:
            beam = beam * solar.sunlit(grid, azimuth, overhang, fin)
            diffuse = diffuse * solar.sky_share(overhang, fin)
        angle = COSINES[::-1]
        absorbed = [
            beam * np.interp(cosine, angle, share[::-1]) + diffuse * all_round
            for share, all_round in zip(glass.absorbed, glass.absorbed_diffuse, strict=True)
        ]
        absorbed += [np.zeros_like(beam)] * (3 - len(absorbed))
        passed = beam * np.interp(cosine, angle, glass.passed[::-1])
        floor = passed * solar.floor_share(grid, azimuth, sill, tall, wide, room_depth, room_width, offset)
        return floor, passed - floor, diffuse * glass.passed_diffuse, beam + diffuse, *absorbed

    @kernel(tells=("absorbing",))
    def colour(area, taken_back, passed_back):
        """What the room's light loses here."""
        taken = passed_back
        for i in range(len(taken_back)):
            taken += taken_back[i]
        return area * taken

    @kernel(tells=("clear", "beam_in", "far_in", "diffuse_in"))
    def shed(area, passed_beam, passed_far, passed_diffuse, fallen, shade, shade_above, shade_down):
        """Light let in past the shade, which hangs outside: what it stops stays there."""
        down = 1.0 if 0.0 < shade_above < fallen else shade_down
        clear = 1.0 - down * (1.0 - shade)
        lit = clear * area
        return clear, lit * passed_beam, lit * passed_far, lit * passed_diffuse

    @kernel(
        tells=(
            "film_in", "glance_in", "through", "inwards", "air_air", "air_radiant", "radiant_radiant", "air_load",
            "radiant_load",
        )
    )  # fmt: skip
    def ask(
        outside, inside, spread, across, half, taken_back, outdoor, sky, driven, clear, first, second, third, air_before, radiant_before,
        glow, area, warm, cold, open_sky, veil, sine, turn, tilt, tall, pressure, emittance_front, film_inside, film_outside,
    ):  # fmt: skip
        """Eliminate the panes from outside to inside; one conductance and one drive are left."""
        to_sky = open_sky * emittance_front[0] * glance(outside, sky)
        to_air = film_outside if film_outside > 0.0 else outside_film(outside, outdoor, warm, cold, driven, 1.0)
        to_air += (1.0 - open_sky) * emittance_front[0] * glance(outside, outdoor)
        through = to_sky + to_air
        inwards = to_sky * sky + to_air * outdoor
        for i in range(len(half)):
            if i > 0:
                passed = across[i - 1] / (across[i - 1] + through)
                through *= passed
                inwards *= passed
            absorbed = clear * (first if i == 0 else (second if i == 1 else third)) + glow * taken_back[i]
            passed = 1.0 / (1.0 + through * half[i])
            through *= passed
            inwards = inwards * passed + absorbed
            passed = 1.0 / (1.0 + through * half[i])
            through *= passed
            inwards *= passed
        still = film_inside if film_inside > 0.0 else pane_film(inside, air_before, tilt, tall, pressure, sine, turn)
        exchange = glance(inside, radiant_before) / (spread + veil)
        weight = through + still + exchange
        air, both, star, air_load, star_load = seen_from_room(area, still, exchange, weight, inwards)
        return still, exchange, through, inwards, air, both, star, air_load, star_load

    @kernel(tells=("outside", "inside", "view", "spread", "sunned", "convected", "radiated", "lit", "lost"))
    def step(
        view, views, across, across_next, half, taken_back, passed_back, exchange, gas_laws, gaps, tall, pressure, film_in,
        glance_in, through, inwards, clear, first, second, third, passed_beam, passed_far, passed_diffuse, glow, air, radiant, area,
    ):  # fmt: skip
        """Settle the panes on the room's temperatures, from inside to outside, and find the gaps' next conductances."""
        inner = (film_in * air + glance_in * radiant + inwards) / (film_in + glance_in + through)
        flux = through * inner - inwards
        here, taken = inner, 0.0
        for i in range(len(half) - 1, -1, -1):
            absorbed = clear * (first if i == 0 else (second if i == 1 else third)) + glow * taken_back[i]
            here -= flux * half[i]
            flux += absorbed
            taken += absorbed
            here -= flux * half[i]
            if i > 0:
                beyond = here - flux / across[i - 1]
                across_next[i - 1] = gap_conductance(
                    here, beyond, gaps[i - 1], tall, gas_laws[0], gas_laws[1], gas_laws[2], gas_laws[3], gas_laws[4],
                    gas_laws[5], exchange[i - 1], pressure,
                )  # fmt: skip
                here = beyond
        spread = max(1.0 - view / views, 0.05)
        warming = clear * (first + second + third)
        sunned = warming + clear * (passed_beam + passed_far + passed_diffuse)
        back = taken - warming
        return (
            here, inner, area / spread, spread, area * sunned, area * film_in * (inner - air),
            area * glance_in * (inner - radiant), area * (back + glow * passed_back), area * (flux + glow * passed_back),
        )  # fmt: skip
