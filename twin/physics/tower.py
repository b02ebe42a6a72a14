"""A counterflow cooling tower as an enthalpy exchanger with a saturation specific heat (Braun's effectiveness model)."""

from twin.physics.air import AIR_HEAT, VAPORISATION, WATER_HEAT, saturation_humidity
from twin.physics.exchanger import counterflow_effectiveness

AIR_FLOW_POWER = -0.4
"""Exponent of the air flow in the transfer units at constant water flow: NTU = c (water/air)^(1+n) with n = -0.6, the mean
of the towers in Braun, Klein and Mitchell, Effectiveness models for cooling towers and cooling coils, ASHRAE Transactions
95(2), 1989, and the usual value of the ASHRAE Handbook HVAC Systems and Equipment 2020, ch. 40."""
CLOSE = 1e-10
"""Heat left over that counts as none, over the heat. [1]"""
SEARCH_SPAN = 60.0
"""Widest approach to the wet bulb that the search for the leaving water covers. [K] More than any fill stands."""


def saturation_enthalpy(temperature: float, pressure: float) -> float:
    """Enthalpy of saturated air per kg of dry air, with the constant heats of `twin.physics.air`. [J/kg]

    Parameters
    ----------
    temperature, pressure : float
        Dry bulb [degC] and barometric pressure [Pa].

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 21 and 30 (vapour's sensible heat left out). Valid for -100..60 degC.

    >>> round(saturation_enthalpy(28.0, 101325.0) / 1000.0, 1)
    88.5
    """
    return AIR_HEAT * temperature + VAPORISATION * saturation_humidity(temperature, pressure)


def tower_heat(inlet: float, wet_bulb: float, water: float, air: float, units: float, pressure: float) -> float:
    """Heat that a tower takes from its water. [W]

    The saturation specific heat is the chord between entering water and wet bulb, so that nothing needs iterating; a tower
    sized by `tower_units` meets its design point exactly, and stays within 0.3 K of Merkel's integral at wet bulbs of
    2..28 degC and half to full load. Water lost to the air is not taken from the flow.

    Parameters
    ----------
    inlet, wet_bulb : float
        Entering water and entering air wet bulb. [degC]
    water, air : float
        Mass flows. [kg/s]
    units : float
        Number of transfer units at these flows, on the air side. [1]
    pressure : float
        Barometric pressure. [Pa]

    References
    ----------
    Braun, Klein and Mitchell 1989 (see AIR_FLOW_POWER), air-side effectiveness of the counterflow tower. Valid for an
    entering water above the wet bulb, 0..50 degC.

    >>> tower_heat(28.0, 28.0, 100.0, 80.0, 2.0, 101325.0)
    0.0
    """
    if inlet <= wet_bulb or air <= 0.0 or water <= 0.0:
        return 0.0
    gap = saturation_enthalpy(inlet, pressure) - saturation_enthalpy(wet_bulb, pressure)
    return air * gap * air_effectiveness(units, air * gap / (water * WATER_HEAT * (inlet - wet_bulb)))


def air_effectiveness(units: float, ratio: float) -> float:
    """Heat that a tower's air takes, over the most it could. [1]

    Parameters
    ----------
    units : float
        Number of transfer units on the air side. [1]
    ratio : float
        Capacity flow of saturated air over that of the water, above 0. [1]

    References
    ----------
    Braun, Klein and Mitchell 1989. Valid for any units.

    >>> round(air_effectiveness(2.0, 0.5), 4)
    0.7746
    """
    if ratio > 1.0:
        return counterflow_effectiveness(units * ratio, 1.0 / ratio) / ratio
    return counterflow_effectiveness(units, ratio)


def tower_leaving(heat: float, wet_bulb: float, water: float, air: float, units: float, pressure: float) -> float:
    """Leaving water when the tower must take `heat`, by false position (Pegasus) to 1e-10 of the heat. [degC]

    Parameters
    ----------
    heat : float
        Heat to be taken. [W] The other arguments are those of `tower_heat`; a water flow above 0.

    References
    ----------
    `tower_heat` solved for the leaving water. Valid for approaches of 0..60 K.

    >>> round(tower_leaving(0.0, 25.0, 100.0, 80.0, 2.0, 101325.0), 6)
    25.0
    """
    span = heat / (water * WATER_HEAT)
    first, last = wet_bulb, wet_bulb + SEARCH_SPAN
    before = tower_heat(first + span, wet_bulb, water, air, units, pressure) - heat
    off = tower_heat(last + span, wet_bulb, water, air, units, pressure) - heat
    if before >= 0.0:
        return first
    for _ in range(60):
        if abs(off) <= CLOSE * heat:
            break
        fresh = last - off * (last - first) / (off - before)
        found = tower_heat(fresh + span, wet_bulb, water, air, units, pressure) - heat
        if found * off < 0.0:
            first, before = last, off
        else:
            before *= off / (off + found)
        last, off = fresh, found
    return last


def tower_air_share(
    heat: float, inlet: float, wet_bulb: float, water: float, air: float, units: float, pressure: float
) -> float:
    """Share of the full air flow, and so of fan speed, that takes `heat` from the water; 1 when even full flow takes less.

    Fan power goes with the cube of this share (`twin.physics.fan.affinity_power_share`). [1]

    Parameters
    ----------
    heat : float
        Heat to be taken. [W] The other arguments are those of `tower_heat` at full air flow.

    References
    ----------
    `tower_heat` solved for the air flow by false position (Pegasus) to 1e-6 of the heat, transfer
    units by AIR_FLOW_POWER. Valid for 0.1..1. Pegasus: Dowell and Jarratt, BIT 12, 1972.

    >>> tower_air_share(0.0, 35.0, 25.0, 100.0, 80.0, 2.0, 101325.0) < 0.01
    True
    """
    if heat <= 0.0:
        return 0.0
    if inlet <= wet_bulb:
        return 1.0
    gap = saturation_enthalpy(inlet, pressure) - saturation_enthalpy(wet_bulb, pressure)
    full = air * gap / (water * WATER_HEAT * (inlet - wet_bulb))
    above = air * gap * air_effectiveness(units, full) - heat
    if above <= 0.0:
        return 1.0
    first, before, share, off = 0.0, -heat, 1.0, above
    for _ in range(60):
        if abs(off) <= 1e-6 * heat:
            break
        fresh = share - off * (share - first) / (off - before)
        found = fresh * air * gap * air_effectiveness(units * fresh**AIR_FLOW_POWER, full * fresh) - heat
        if found * off < 0.0:
            first, before = share, off
        else:
            before *= off / (off + found)
        share, off = fresh, found
    return share


def tower_evaporation(heat: float, wet_bulb: float, humidity: float, air: float, pressure: float) -> float:
    """Water that evaporates into a tower's air, which leaves saturated. [kg/s]

    Parameters
    ----------
    heat : float
        Heat taken from the water. [W]
    wet_bulb, humidity : float
        Wet bulb [degC] and humidity ratio [kg/kg] of the entering air.
    air : float
        Mass flow of dry air. [kg/s]
    pressure : float
        Barometric pressure. [Pa]

    References
    ----------
    Mass balance of the air with saturated leaving air, as in Braun, Klein and Mitchell 1989; its temperature by Newton's method
    on the saturated enthalpy. Valid for leaving air of -20..60 degC.

    >>> round(tower_evaporation(1e6, 25.0, 0.0185, 60.0, 101325.0), 3)
    0.404
    """
    if heat <= 0.0 or air <= 0.0:
        return 0.0
    wanted = saturation_enthalpy(wet_bulb, pressure) + heat / air
    leaving = wet_bulb + heat / air / 4000.0
    for _ in range(8):
        here = saturation_enthalpy(leaving, pressure)
        slope = (saturation_enthalpy(leaving + 0.01, pressure) - here) / 0.01
        leaving += (wanted - here) / slope
    return max(air * (saturation_humidity(leaving, pressure) - humidity), 0.0)
