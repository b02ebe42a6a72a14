"""Opaque surfaces between two rooms: partitions, floors between storeys and the wall of a sun space, layer by layer."""

from math import cos

from pydantic import model_validator

from twin.core import Component, Field, constant, inlet, kernel, needs, output, prepared, state
from twin.physics.conduction import modes as conduct
from twin.physics.convection import natural_factors, natural_film
from twin.physics.radiation import glance
from twin.physics.surface import seen_from_room
from twin.units import M2, Celsius, Degree, JoulesPerKgKelvin, KgsPerM3, Metres, Ratio, WattsPerMKelvin

DEGREE = 0.017453292519943295
"""Radians in a degree."""
REPAID = 0.25
"""Share of what is owed that is paid in a tick: all at once would make thin walls between light rooms ring."""


class Partition(Component):
    """Layers from its front, in one room, to its rear, in another.

    Each room solves with the other side's surface as the last tick left it; what that misses is owed to the wall and paid in
    the next ticks, so that no heat is lost between them.
    """

    brick = "Wall"
    area: M2 = Field(gt=0)
    """Area."""
    tilt: Degree = Field(90.0, ge=0, le=180)
    """Of the rear, seen from the front room: 0 is its ceiling, 90 a wall, 180 its floor."""
    thickness: Metres = (0.1,)
    """Of each layer, rear to front as for a wall: the first is the far one."""
    conductivity: WattsPerMKelvin = (0.5,)
    """Of each layer."""
    density: KgsPerM3 = (1400.0,)
    """Of each layer; 0 has no mass."""
    specific_heat: JoulesPerKgKelvin = (1000.0,)
    """Of each layer."""
    absorptance_front: Ratio = Field(0.6, ge=0, le=1)
    """Light absorbed at its front."""
    emittance_front: Ratio = Field(0.9, gt=0, le=1)
    """Long-wave emittance at its front."""
    faces_front: Ratio = Field(0.0, ge=0, le=1)
    """1 where the direct sun that misses the floor of that room falls."""
    catches_front: Ratio = Field(0.0, ge=0, le=1)
    """1 where direct sun in the room at its front falls on it first."""
    absorptance_rear: Ratio = Field(0.6, ge=0, le=1)
    """Light absorbed at its rear."""
    emittance_rear: Ratio = Field(0.9, gt=0, le=1)
    """Long-wave emittance at its rear."""
    faces_rear: Ratio = Field(0.0, ge=0, le=1)
    """1 where the direct sun that misses the floor of that room falls."""
    catches_rear: Ratio = Field(0.0, ge=0, le=1)
    """1 where direct sun in the room at its rear falls on it first."""
    modes: float = Field(4.0, ge=1)
    """Slow modes kept."""
    start: Celsius = Field(20.0)
    """Temperature before the warm-up."""

    front = needs(
        "surface", air_air="air_air_front", air_radiant="air_radiant_front", radiant_radiant="radiant_radiant_front",
        air_load="air_load_front", radiant_load="radiant_load_front", view="view_front", absorbing="absorbing_front", catching="catching_front",
        taking="taking_front", facing="facing_front", facing_taking="facing_taking_front", convected="convected_front", radiated="radiated_front", air_before="air_before_front",
        radiant_before="radiant_before_front", views="views_front", glow="glow_front", beam="beam_front", far="far_front", air="air_front", radiant="radiant_front",
    )  # fmt: skip
    rear = needs(
        "surface", air_air="air_air_rear", air_radiant="air_radiant_rear", radiant_radiant="radiant_radiant_rear",
        air_load="air_load_rear", radiant_load="radiant_load_rear", view="view_rear", absorbing="absorbing_rear", catching="catching_rear",
        taking="taking_rear", facing="facing_rear", facing_taking="facing_taking_rear", convected="convected_rear", radiated="radiated_rear", air_before="air_before_rear",
        radiant_before="radiant_before_rear", views="views_rear", glow="glow_rear", beam="beam_rear", far="far_rear", air="air_rear", radiant="radiant_rear",
    )  # fmt: skip

    amplitude = state("K", "Amplitudes of the slow modes", start="steady", length="modes", store="area * held")
    surface_front = state("degC", "Surface at its front", start="start", store="area * held_front")
    view_front = state("m2", "Area times Carroll's form factor at its front", start="area")
    owed_front = state("J/m2", "Heat the wall took at its front and the room has yet to give", store="0 - area")
    surface_rear = state("degC", "Surface at its rear", start="start", store="area * held_rear")
    view_rear = state("m2", "Area times Carroll's form factor at its rear", start="area")
    owed_rear = state("J/m2", "Heat the wall took at its rear and the room has yet to give", store="0 - area")
    decay = constant("1", "What is left of each mode after a tick", length="modes")
    steady = constant("K", "Amplitudes at the temperature before the warm-up", length="modes")
    cross = constant("W/m2/K", "Flux in at one side per kelvin at the other")
    rest_cross = constant("W/m2/K", "Flux at one side per kelvin at the other before the tick")
    warm = constant(
        "W/m2/K",
        "Natural convection at its rear over the cube root, where it is warmer than air; at its front, where colder",
    )
    cold = constant("W/m2/K", "The same where its rear is colder; at its front, where warmer")
    seen_front = constant("W/m2/K", "Flux at its front per amplitude", length="modes")
    push_front = constant("1", "Amplitude gained per kelvin at its front", length="modes")
    own_front = constant("W/m2/K", "Flux in at its front per kelvin there")
    rest_front = constant("W/m2/K", "Flux at its front per kelvin there before the tick")
    held_front = constant("J/m2/K", "Heat that follows the surface at its front")
    seen_rear = constant("W/m2/K", "Flux at its rear per amplitude", length="modes")
    push_rear = constant("1", "Amplitude gained per kelvin at its rear", length="modes")
    own_rear = constant("W/m2/K", "Flux in at its rear per kelvin there")
    rest_rear = constant("W/m2/K", "Flux at its rear per kelvin there before the tick")
    held_rear = constant("J/m2/K", "Heat that follows the surface at its rear")
    held = constant("J/m2/K", "Heat held per amplitude", length="modes")

    air_before_front = inlet("degC", "Air of the room at its front before the tick", start=20.0)
    radiant_before_front = inlet("degC", "Radiant node of that room before the tick", start=20.0)
    views_front = inlet("m2", "Areas times form factors of that room", start=1.0)
    glow_front = inlet("W/m2", "Diffuse light in that room")
    beam_front = inlet("W/m2", "Direct light on what catches it there")
    far_front = inlet("W/m2", "Direct light on the walls that face the windows there")
    air_front = inlet("degC", "Air of that room")
    radiant_front = inlet("degC", "Radiant node of that room")
    air_before_rear = inlet("degC", "Air of the room at its rear before the tick", start=20.0)
    radiant_before_rear = inlet("degC", "Radiant node of that room before the tick", start=20.0)
    views_rear = inlet("m2", "Areas times form factors of that room", start=1.0)
    glow_rear = inlet("W/m2", "Diffuse light in that room")
    beam_rear = inlet("W/m2", "Direct light on what catches it there")
    far_rear = inlet("W/m2", "Direct light on the walls that face the windows there")
    air_rear = inlet("degC", "Air of that room")
    radiant_rear = inlet("degC", "Radiant node of that room")
    film_front = output("W/m2/K", "Convection at its front")
    glance_front = output("W/m2/K", "Long-wave exchange at its front")
    weight_front = output("W/m2/K", "Sum of conductances at its front", start=1.0)
    drive_front = output("W/m2", "Heat to its front from layers and light")
    air_air_front = output("W/K", "Heat the air loses per kelvin of its own")
    air_radiant_front = output("W/K", "Heat between air and radiant node per kelvin")
    radiant_radiant_front = output("W/K", "Heat the radiant node loses per kelvin of its own")
    air_load_front = output("W", "Heat to the air at 0 degC")
    radiant_load_front = output("W", "Heat to the radiant node at 0 degC")
    absorbing_front = output("m2", "Area times absorptance")
    catching_front = output("m2", "Area that catches the direct sun")
    taking_front = output("m2", "Area that catches it times absorptance")
    facing_front = output("m2", "Area that the direct sun meets where it misses the floor")
    facing_taking_front = output("m2", "That area times absorptance")
    convected_front = output("W", "Heat to the air", medium="surface_air", energy="out")
    radiated_front = output("W", "Long-wave heat to the radiant node", medium="surface_radiation", energy="out")
    lit_front = output("W", "Light absorbed", medium="light", energy="in")
    film_rear = output("W/m2/K", "Convection at its rear")
    glance_rear = output("W/m2/K", "Long-wave exchange at its rear")
    weight_rear = output("W/m2/K", "Sum of conductances at its rear", start=1.0)
    drive_rear = output("W/m2", "Heat to its rear from layers and light")
    air_air_rear = output("W/K", "Heat the air loses per kelvin of its own")
    air_radiant_rear = output("W/K", "Heat between air and radiant node per kelvin")
    radiant_radiant_rear = output("W/K", "Heat the radiant node loses per kelvin of its own")
    air_load_rear = output("W", "Heat to the air at 0 degC")
    radiant_load_rear = output("W", "Heat to the radiant node at 0 degC")
    absorbing_rear = output("m2", "Area times absorptance")
    catching_rear = output("m2", "Area that catches the direct sun")
    taking_rear = output("m2", "Area that catches it times absorptance")
    facing_rear = output("m2", "Area that the direct sun meets where it misses the floor")
    facing_taking_rear = output("m2", "That area times absorptance")
    convected_rear = output("W", "Heat to the air", medium="surface_air", energy="out")
    radiated_rear = output("W", "Long-wave heat to the radiant node", medium="surface_radiation", energy="out")
    lit_rear = output("W", "Light absorbed", medium="light", energy="in")

    @model_validator(mode="after")
    def layered(self):
        """Every layer has every property."""
        if not self.thickness:
            raise ValueError(
                "a partition needs at least one layer; give thickness, conductivity, density and specific_heat"
            )
        for name in ("conductivity", "density", "specific_heat"):
            if len(getattr(self, name)) != len(self.thickness):
                raise ValueError(
                    f"has {len(self.thickness)} thickness but {len(getattr(self, name))} {name}; one of each a layer"
                )
        return self

    @prepared(
        tells=(
            "own_rear", "own_front", "cross", "decay", "seen_rear", "seen_front", "push_rear", "push_front", "held", "rest_rear",
            "rest_front", "rest_cross", "held_rear", "held_front", "warm", "cold", "steady",
        )
    )  # fmt: skip
    def layers(dt, modes, thickness, conductivity, density, specific_heat, tilt, start):
        """Slow modes of the layers, and how it stands."""
        found = conduct(dt, int(modes), thickness, conductivity, density, specific_heat)
        return (
            found.own_out, found.own_in, found.cross, found.decay, found.seen_out, found.seen_in, found.push_out,
            found.push_in, found.held, found.rest_out, found.rest_in, found.rest_cross, found.held_out, found.held_in,
            *natural_factors(cos(tilt * DEGREE)), found.steady(start),
        )  # fmt: skip

    @kernel(
        tells=(
            "absorbing_front", "catching_front", "taking_front", "facing_front", "facing_taking_front", "absorbing_rear",
            "catching_rear", "taking_rear", "facing_rear", "facing_taking_rear",
        )
    )  # fmt: skip
    def colour(area, absorptance_front, catches_front, faces_front, absorptance_rear, catches_rear, faces_rear):
        """What it takes of the light in both rooms."""
        front, rear = area * absorptance_front, area * absorptance_rear
        return (
            front, area * catches_front, front * catches_front, area * faces_front, front * faces_front,
            rear, area * catches_rear, rear * catches_rear, area * faces_rear, rear * faces_rear,
        )  # fmt: skip

    @kernel(
        tells=(
            "film_front", "glance_front", "weight_front", "drive_front", "air_air_front", "air_radiant_front", "radiant_radiant_front",
            "air_load_front", "radiant_load_front",
        )
    )  # fmt: skip
    def ask_front(
        dt, amplitude, surface_front, surface_rear, view_front, owed_front, seen_front, own_front, cross, rest_front, rest_cross, warm, cold,
        air_before_front, radiant_before_front, glow_front, beam_front, far_front, area, absorptance_front, emittance_front, catches_front, faces_front,
    ):  # fmt: skip
        """One conductance and one drive at its front, with the rear as it was."""
        past = rest_front * surface_front + (rest_cross - cross) * surface_rear - REPAID * owed_front / dt
        for i in range(len(amplitude)):
            past += seen_front[i] * amplitude[i]
        still = natural_film(surface_front, air_before_front, cold, warm)
        exchange = glance(surface_front, radiant_before_front) / (
            area / view_front + (1.0 - emittance_front) / emittance_front
        )
        weight = own_front + still + exchange
        drive = past + absorptance_front * (glow_front + catches_front * beam_front + faces_front * far_front)
        air, both, star, air_load, star_load = seen_from_room(area, still, exchange, weight, drive)
        return still, exchange, weight, drive, air, both, star, air_load, star_load

    @kernel(
        tells=(
            "film_rear", "glance_rear", "weight_rear", "drive_rear", "air_air_rear", "air_radiant_rear", "radiant_radiant_rear",
            "air_load_rear", "radiant_load_rear",
        )
    )  # fmt: skip
    def ask_rear(
        dt, amplitude, surface_rear, surface_front, view_rear, owed_rear, seen_rear, own_rear, cross, rest_rear, rest_cross, warm, cold,
        air_before_rear, radiant_before_rear, glow_rear, beam_rear, far_rear, area, absorptance_rear, emittance_rear, catches_rear, faces_rear,
    ):  # fmt: skip
        """One conductance and one drive at its rear, with the front as it was."""
        past = rest_rear * surface_rear + (rest_cross - cross) * surface_front - REPAID * owed_rear / dt
        for i in range(len(amplitude)):
            past += seen_rear[i] * amplitude[i]
        still = natural_film(surface_rear, air_before_rear, warm, cold)
        exchange = glance(surface_rear, radiant_before_rear) / (
            area / view_rear + (1.0 - emittance_rear) / emittance_rear
        )
        weight = own_rear + still + exchange
        drive = past + absorptance_rear * (glow_rear + catches_rear * beam_rear + faces_rear * far_rear)
        air, both, star, air_load, star_load = seen_from_room(area, still, exchange, weight, drive)
        return still, exchange, weight, drive, air, both, star, air_load, star_load

    @kernel(
        tells=(
            "surface_front", "surface_rear", "view_front", "view_rear", "owed_front", "owed_rear", "convected_front",
            "convected_rear", "radiated_front", "radiated_rear", "lit_front", "lit_rear",
        )
    )  # fmt: skip
    def step(
        dt, amplitude, amplitude_next, surface_front, surface_rear, owed_front, owed_rear, decay, push_front, push_rear, cross, film_front, film_rear,
        glance_front, glance_rear, weight_front, weight_rear, drive_front, drive_rear, air_front, air_rear, radiant_front,
        radiant_rear, view_front, view_rear, views_front, views_rear, area, absorptance_front, absorptance_rear, catches_front, catches_rear, faces_front, faces_rear, far_front, far_rear, glow_front, glow_rear, beam_front, beam_rear,
    ):  # fmt: skip
        """Settle both surfaces, let the layers follow, and note what either room has yet to give."""
        front = (film_front * air_front + glance_front * radiant_front + drive_front) / weight_front
        rear = (film_rear * air_rear + glance_rear * radiant_rear + drive_rear) / weight_rear
        for i in range(len(amplitude)):
            amplitude_next[i] = decay[i] * amplitude[i] + push_rear[i] * rear + push_front[i] * front
        return (
            front, rear, area / max(1.0 - view_front / views_front, 0.05), area / max(1.0 - view_rear / views_rear, 0.05),
            (1.0 - REPAID) * owed_front + dt * cross * (rear - surface_rear), (1.0 - REPAID) * owed_rear + dt * cross * (front - surface_front),
            area * film_front * (front - air_front), area * film_rear * (rear - air_rear),
            area * glance_front * (front - radiant_front), area * glance_rear * (rear - radiant_rear),
            area * absorptance_front * (glow_front + catches_front * beam_front + faces_front * far_front),
            area * absorptance_rear * (glow_rear + catches_rear * beam_rear + faces_rear * far_rear),
        )  # fmt: skip
