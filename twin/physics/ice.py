"""Ice stores with coils in a tank of water: how well they freeze and melt, and what leaves them, over how much ice there is.

The two conductance curves are fitted to the charge and the discharge of the ice tank of NIST's Intelligent Building Agents Laboratory
(274 kWh nominal, 30 % propylene glycol) that are published with the LBNL Modelica Buildings library; see the tests for what they
miss. The flow's influence on the conductance was not measured and is left out.
"""

from math import exp, log

from twin.physics.air import WATER_HEAT

LATENT = 333.6e3
"""Heat of fusion of ice. [J/kg] ASHRAE Fundamentals 2021, ch. 1 (333.4..333.6 kJ/kg)."""
FREEZING_1, FREEZING_2 = 1.206e-5, -0.56
"""Conductance while freezing over the latent capacity, without ice [1/(K s)], and its relative change with the square of the ice."""
MELTING_1, MELTING_2 = 2.74e-6, 3.70
"""The same while melting."""
CLOSE = 1e-9
"""Smallest temperature difference that counts. [K]"""


def ice_share(cold: float, capacity: float) -> float:
    """Share of the water that is ice. [1]

    Parameters
    ----------
    cold : float
        Cold held: heat that all must take up to become water at 0 degC; negative when it is warmer. [J]
    capacity : float
        Latent heat of all its water. [J]

    References
    ----------
    First law. Valid for any content; above 1 the ice would be colder than 0 degC, which stores do not allow.

    >>> ice_share(50.0, 100.0), ice_share(-5.0, 100.0)
    (0.5, 0.0)
    """
    return min(max(cold / capacity, 0.0), 1.0)


def ice_water(cold: float, capacity: float) -> float:
    """Temperature of the water in the tank: 0 while there is ice. [degC]

    Parameters
    ----------
    cold, capacity : float
        See `ice_share`.

    References
    ----------
    First law, one temperature for all water. Valid up to the boiling point.

    >>> round(ice_water(-41.86e3, 333.6e3), 2)
    10.0
    """
    return max(-cold, 0.0) / (capacity / LATENT * WATER_HEAT)


def freezing_conductance(ice: float) -> float:
    """Conductance between brine and water while ice grows, over the latent capacity. [1/(K s)]

    Parameters
    ----------
    ice : float
        Share of the water that is ice. [1]

    References
    ----------
    Fit to the NIST charge. Valid for 0.1..1; ice that grows around the coils insulates them.

    >>> round(freezing_conductance(0.0) * 274 * 3.6e6)
    11896
    """
    return FREEZING_1 * (1.0 + FREEZING_2 * ice * ice)


def melting_conductance(ice: float) -> float:
    """Conductance between brine and water while ice melts from the coils outwards, over the latent capacity. [1/(K s)]

    Parameters
    ----------
    ice : float
        Share of the water that is ice. [1]

    References
    ----------
    Fit to the NIST discharge. Valid for 0.2..0.9; water between coil and ice insulates.

    >>> round(melting_conductance(1.0) * 274 * 3.6e6)
    12703
    """
    return MELTING_1 * (1.0 + MELTING_2 * ice * ice)


def log_mean(one: float, other: float) -> float:
    """Logarithmic mean of two temperature differences; 0 where either is not above 0. [K]

    Parameters
    ----------
    one, other : float
        Differences at the two ends of an exchanger. [K]

    References
    ----------
    Incropera et al., Fundamentals of Heat and Mass Transfer, 7th ed., eq. 11.15. Valid for one side at a constant temperature.

    >>> round(log_mean(10.0, 5.0), 3)
    7.213
    """
    if one < CLOSE or other < CLOSE:
        return 0.0
    if abs(one - other) < 1e-6 * one:
        return 0.5 * (one + other)
    return (one - other) / log(one / other)


def coil_leaving(entering: float, water: float, conductance: float, flow_heat: float) -> float:
    """Temperature of the brine that leaves the coils. [degC]

    Parameters
    ----------
    entering, water : float
        Brine that enters, and the tank's water. [degC]
    conductance, flow_heat : float
        Conductance, and mass flow times specific heat of the brine. [W/K]

    References
    ----------
    Exchanger with one side at a constant temperature (Incropera et al., 7th ed., eq. 11.35a). Valid for any flow above 0.

    >>> round(coil_leaving(10.0, 0.0, 5000.0, 5000.0), 3)
    3.679
    """
    return water + (entering - water) * exp(-conductance / flow_heat)
