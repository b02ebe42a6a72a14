"""Plug loads of a zone."""

from twin.core import Component, Field, inlet, kernel, needs, output
from twin.units import M2, Ratio, WattPerM2


class PlugLoad(Component):
    """Computers, screens and other devices; a share stays on at night."""

    area: M2 = Field(gt=0)
    """Floor area served."""
    density: WattPerM2 = Field(15.0, ge=0)
    """Power per floor area (GB 50189-2015, table B.0.4-6: 15 W/m2 in offices)."""
    standby: Ratio = Field(0.2, ge=0, le=1)
    """Share of the power that stays on when nobody is there."""
    room = needs("room", heat="heat")
    schedule = needs("schedule", value="use")
    electricity = needs("electricity", power="power")
    use = inlet("1", "Share in use")
    power = output(
        "W", "Electric power", medium="electricity", energy="in", end_use="plug_loads", point="AI", card="trend"
    )
    heat = output("W", "Heat to the zone", medium="room", energy="out")

    @kernel(tells=("power", "heat"))
    def ask(use, area, density, standby):
        """All power becomes heat in the zone."""
        power = area * density * (standby + (1.0 - standby) * use)
        return power, power
