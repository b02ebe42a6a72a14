"""Finned coils between water and outdoor air without condensation: effectiveness, conductance at part flow, fan speed."""

from math import exp

from twin.physics.air import AIR_HEAT, WATER_HEAT

AIR_TO_WATER = 2.0 / 3.0
"""Film conductance of the air over that of the water at design. Default of DryCoilEffectivenessNTU, LBNL Modelica Buildings."""
AIR_POWER = 0.8
"""Exponent of the air flow in its film. Wetter, Simulation model: finned water-air coil without condensation, LBNL-42355, 1999."""
WATER_POWER = 0.85
"""Exponent of the water flow in its film. Wetter 1999."""


def crossflow_effectiveness(units: float, ratio: float) -> float:
    """Effectiveness of a crossflow exchanger with both streams unmixed. [1]

    Parameters
    ----------
    units, ratio : float
        Number of transfer units, and smaller over larger capacity flow, above 0 to 1. [1]

    References
    ----------
    Incropera et al., Fundamentals of Heat and Mass Transfer, 7th ed., eq. 11.32, an approximation within 4 %
    of many cells. Valid for 0..1.

    >>> round(crossflow_effectiveness(2.0, 0.5), 4)
    0.7388
    """
    if units <= 0.0:
        return 0.0
    reach: float = units**0.22 / ratio * (exp(-ratio * units**0.78) - 1.0)
    return 1.0 - exp(reach)


def coil_conductance(design: float, air_share: float, water_share: float) -> float:
    """Conductance of a coil at part flow. [W/K]

    Parameters
    ----------
    design : float
        At design flows. [W/K]
    air_share, water_share : float
        Flows over their design values, above 0. [1]

    References
    ----------
    Wetter 1999, eq. 9 ff. without its temperature terms: two films in series. Valid for 0.1..1.2.

    >>> round(coil_conductance(1000.0, 1.0, 1.0), 6)
    1000.0
    """
    film_air = design * (1.0 + AIR_TO_WATER) * air_share**AIR_POWER
    film_water = design * (1.0 + AIR_TO_WATER) / AIR_TO_WATER * water_share**WATER_POWER
    conductance: float = 1.0 / (1.0 / film_air + 1.0 / film_water)
    return conductance


def coil_heat(
    inlet: float, outdoor: float, water: float, air: float, share: float, water_share: float, design: float
) -> float:
    """Heat that a coil takes from its water. [W]

    Parameters
    ----------
    inlet, outdoor : float
        Entering water and entering air. [degC]
    water, air : float
        Water, and air at full fan speed. [kg/s]
    share : float
        Fan speed. [1]
    water_share : float
        Water over its design value. [1]
    design : float
        Conductance at design flows. [W/K]

    References
    ----------
    Effectiveness by `crossflow_effectiveness`, conductance by `coil_conductance`. Valid as these.

    >>> coil_heat(30.0, 30.0, 10.0, 40.0, 1.0, 1.0, 1e5)
    0.0
    """
    if inlet <= outdoor or share <= 0.0 or water <= 0.0 or air <= 0.0:
        return 0.0
    blown, flowing = air * share * AIR_HEAT, water * WATER_HEAT
    small, large = min(blown, flowing), max(blown, flowing)
    units = coil_conductance(design, share, water_share) / small
    return small * crossflow_effectiveness(units, small / large) * (inlet - outdoor)


def coil_leaving(heat: float, outdoor: float, water: float, air: float, water_share: float, design: float) -> float:
    """Leaving water at full fan speed when the coil must take `heat`. [degC]

    Parameters
    ----------
    heat : float
        Heat to be taken. [W] The other arguments are those of `coil_heat`; flows above 0.

    References
    ----------
    `coil_heat` is linear in the temperatures, so that nothing needs iterating. Valid as it.

    >>> coil_leaving(0.0, 30.0, 10.0, 40.0, 1.0, 1e5)
    30.0
    """
    each = coil_heat(outdoor + 1.0, outdoor, water, air, 1.0, water_share, design)
    return outdoor + heat / each - heat / (water * WATER_HEAT)


def coil_fan_share(
    heat: float, inlet: float, outdoor: float, water: float, air: float, water_share: float, design: float
) -> float:
    """Fan speed that takes `heat` from the water; 1 when even full speed takes less, by false position (Pegasus). [1]

    Parameters
    ----------
    heat : float
        Heat to be taken. [W] The other arguments are those of `coil_heat`.

    References
    ----------
    `coil_heat` solved for the fan speed to 1e-9 of the heat. Pegasus: Dowell and Jarratt, BIT 12, 1972. Valid for 0..1.

    >>> coil_fan_share(0.0, 40.0, 30.0, 10.0, 40.0, 1.0, 1e5)
    0.0
    """
    if heat <= 0.0:
        return 0.0
    first, before, share = 0.0, -heat, 1.0
    off = coil_heat(inlet, outdoor, water, air, 1.0, water_share, design) - heat
    if off <= 0.0:
        return 1.0
    for _ in range(60):
        if abs(off) <= 1e-9 * heat:
            break
        fresh = share - off * (share - first) / (off - before)
        found = coil_heat(inlet, outdoor, water, air, fresh, water_share, design) - heat
        if found * off < 0.0:
            first, before = share, off
        else:
            before *= off / (off + found)
        share, off = fresh, found
    return share
