"""Ideal heating and cooling: whatever holds the zone between two set-points, up to a limit."""

from twin.core import Component, Field, command, inlet, kernel, needs, output
from twin.units import Celsius, Kelvin, Ratio, Watt


class IdealLoads(Component):
    """Sensible, convective and without loss, as load calculations have it (EnergyPlus: ZoneHVAC:IdealLoadsAirSystem)."""

    brick = "HVAC_Equipment"
    heating: Celsius = Field(20.0)
    """Heating set-point."""
    cooling: Celsius = Field(26.0)
    """Cooling set-point."""
    most_heating: Watt = Field(1e6, ge=0)
    """Heating capacity."""
    most_cooling: Watt = Field(1e6, ge=0)
    """Cooling capacity."""
    operative: Ratio = Field(0.0, ge=0, le=1)
    """Share of the mean radiant temperature in what the thermostat feels: 0 is an air thermostat, 0.5 an operative one."""
    tolerance: Kelvin = Field(0.556, gt=0)
    """Deviation that counts as unmet (ANSI/ASHRAE/IES 90.1-2019, G3.1.2.3)."""
    room = needs(
        "room",
        conditioning="conditioning",
        free="free",
        slope="slope",
        unmet="unmet",
        radiant_free="radiant_free",
        radiant_share="radiant_share",
    )
    each_tick = ("heat", "cold")

    heating_setpoint = command("degC", "Heating set-point", start="heating", point="AV", card="slider")
    cooling_setpoint = command("degC", "Cooling set-point", start="cooling", point="AV", card="slider")
    free = inlet("degC", "Zone temperature without conditioning")
    slope = inlet("K/W", "Zone's rise per watt", start=1e-4)
    radiant_free = inlet("degC", "Radiant node of an enclosure if its air were at 0 degC")
    radiant_share = inlet("1", "Rise of that node per kelvin of the air")
    heat = output("W", "Heating", medium="purchase", energy="in", point="AI", card="trend")
    cold = output("W", "Cooling", medium="purchase", energy="out", point="AI", card="trend")
    conditioning = output("W", "Sensible heat to the zone", medium="room", energy="out")
    unmet = output("1", "Further off the set-point than allowed")

    @kernel(tells=("heat", "cold", "conditioning", "unmet"))
    def ask(
        free, slope, radiant_free, radiant_share, heating_setpoint, cooling_setpoint, most_heating, most_cooling, operative,
        tolerance,
    ):  # fmt: skip
        """Just what is missing of the temperature that the thermostat feels."""
        felt = (1.0 - operative) * free + operative * (radiant_free + radiant_share * free)
        rise = slope * (1.0 - operative + operative * radiant_share)
        heat = min(max((heating_setpoint - felt) / rise, 0.0), most_heating)
        cold = min(max((felt - cooling_setpoint) / rise, 0.0), most_cooling)
        new = felt + rise * (heat - cold)
        off = new > cooling_setpoint + tolerance or new < heating_setpoint - tolerance
        return heat, cold, heat - cold, 1.0 if off else 0.0
