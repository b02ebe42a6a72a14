"""Ideal heating and cooling: whatever holds the zone between two set-points, up to a limit."""

from twin.core import Component, Field, command, inlet, kernel, needs, output
from twin.units import Celsius, Kelvin, Watt


class IdealLoads(Component):
    """Sensible, convective and without loss, as load calculations have it (EnergyPlus: ZoneHVAC:IdealLoadsAirSystem)."""

    brick = "HVAC_Equipment"
    heating: Celsius = Field(20.0)
    """Heating set-point of the air."""
    cooling: Celsius = Field(26.0)
    """Cooling set-point of the air."""
    most_heating: Watt = Field(1e6, ge=0)
    """Heating capacity."""
    most_cooling: Watt = Field(1e6, ge=0)
    """Cooling capacity."""
    tolerance: Kelvin = Field(0.556, gt=0)
    """Deviation that counts as unmet (ANSI/ASHRAE/IES 90.1-2019, G3.1.2.3)."""
    room = needs("room", conditioning="conditioning", free="free", slope="slope", unmet="unmet")
    each_tick = ("heat", "cold")

    heating_setpoint = command("degC", "Heating set-point", start="heating", point="AV", card="slider")
    cooling_setpoint = command("degC", "Cooling set-point", start="cooling", point="AV", card="slider")
    free = inlet("degC", "Zone temperature without conditioning")
    slope = inlet("K/W", "Zone's rise per watt", start=1e-4)
    heat = output("W", "Heating", medium="purchase", energy="in", point="AI", card="trend")
    cold = output("W", "Cooling", medium="purchase", energy="out", point="AI", card="trend")
    conditioning = output("W", "Sensible heat to the zone", medium="room", energy="out")
    unmet = output("1", "Further off the set-point than allowed")

    @kernel(tells=("heat", "cold", "conditioning", "unmet"))
    def ask(free, slope, heating_setpoint, cooling_setpoint, most_heating, most_cooling, tolerance):
        """Just what is missing."""
        heat = min(max((heating_setpoint - free) / slope, 0.0), most_heating)
        cold = min(max((free - cooling_setpoint) / slope, 0.0), most_cooling)
        new = free + slope * (heat - cold)
        off = new > cooling_setpoint + tolerance or new < heating_setpoint - tolerance
        return heat, cold, heat - cold, 1.0 if off else 0.0
