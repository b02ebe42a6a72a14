"""People in a zone: heat, vapour and carbon dioxide."""

from twin.core import Component, Field, inlet, kernel, needs, output
from twin.physics.air import VAPORISATION
from twin.units import M2, M2PerPerson, M3PerSPerson, WattPerPerson


class People(Component):
    """Occupants who come and go with a schedule or a measured count."""

    area: M2 = Field(gt=0)
    """Floor area of the zone."""
    density: M2PerPerson = Field(10.0, gt=0)
    """Floor area per person (GB 50189-2015, table B.0.4-3: 10 m2 in offices)."""
    sensible: WattPerPerson = Field(75.0, ge=0)
    """Sensible heat (ASHRAE Fundamentals 2021, ch. 18, table 1: moderately active office work)."""
    latent: WattPerPerson = Field(55.0, ge=0)
    """Latent heat (same table)."""
    breathing: M3PerSPerson = Field(4.8e-6, ge=0)
    """Carbon dioxide per person (Persily and de Jonge, Indoor Air 27, 2017, table 4: 1.2..1.4 met adults)."""
    room = needs("room", heat="heat", vapour="vapour", breath="breath", people="people")
    schedule = needs("schedule", value="presence")
    presence = inlet("1", "Share of the people present")
    people = output("person", "People present", point="AI")
    heat = output("W", "Sensible heat", medium="room", energy="out")
    body = output("W", "Heat from metabolism that becomes sensible", medium="people", energy="in")
    vapour = output("kg/s", "Vapour")
    breath = output("m3/s", "Carbon dioxide")

    @kernel(tells=("people", "heat", "body", "vapour", "breath"))
    def ask(presence, area, density, sensible, latent, breathing):
        """Everybody alike."""
        people = presence * area / density
        heat = people * sensible
        return people, heat, heat, people * latent / VAPORISATION, people * breathing
