"""Lighting with schedules and continuous daylight dimming."""

from twin.core import Component, Field, inlet, kernel, needs, output
from twin.physics.daylight import dimming
from twin.units import M2, Lux, Ratio, WattPerM2


class Lighting(Component):
    """Lamps of a zone; a share of them follows the daylight."""

    brick = "Lighting"
    area: M2 = Field(gt=0)
    """Floor area lit."""
    density: WattPerM2 = Field(9.0, ge=0)
    """Power per floor area (GB 50189-2015, table B.0.4-2: 9 W/m2 in offices)."""
    target: Lux = Field(500.0, gt=0)
    """Illuminance wanted (GB 50034-2013, 5.3.2: 500 lx in high-grade offices)."""
    dimmed: Ratio = Field(0.0, ge=0, le=1)
    """Share of the lamps that follow the daylight."""
    minimum: Ratio = Field(0.3, ge=0, le=1)
    """Power at full dimming (EnergyPlus Input Output Reference, Daylighting:Controls: 0.3)."""
    minimum_light: Ratio = Field(0.2, ge=0, lt=1)
    """Light at full dimming (same page: 0.2)."""
    night: Ratio = Field(0.05, ge=0, le=1)
    """Share of lamps that are never switched off."""
    room = needs("room", heat="heat", daylight="daylight")
    schedule = needs("schedule", value="use")
    electricity = needs("electricity", power="power")
    use = inlet("1", "Share of lamps wanted")
    daylight = inlet("lx", "Mean daylight in the zone")
    power = output(
        "W", "Electric power", medium="electricity", energy="in", end_use="lighting", point="AI", card="trend"
    )
    heat = output("W", "Heat to the zone", medium="room", energy="out")

    @kernel(tells=("power", "heat"))
    def ask(use, daylight, area, density, target, dimmed, minimum, minimum_light, night):
        """Dim continuously with the daylight there is."""
        level = 1.0 - dimmed * (1.0 - dimming(daylight, target, minimum, minimum_light))
        power = area * density * max(use, night) * (level if use > night else 1.0)
        return power, power
