"""Lighting with schedules and continuous daylight dimming."""

from twin.core import Component, Field, inlet, kernel, needs, output
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
    minimum: Ratio = Field(0.2, ge=0, le=1)
    """Power left at full dimming (EnergyPlus Engineering Reference, continuous dimming control: 0.3 at 0.2 of light)."""
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
    def ask(use, daylight, area, density, target, dimmed, minimum, night):
        """Dim in proportion to the daylight there is."""
        enough = min(daylight / target, 1.0)
        level = 1.0 - dimmed * enough * (1.0 - minimum)
        power = area * density * max(use, night) * (level if use > night else 1.0)
        return power, power
