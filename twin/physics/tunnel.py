"""Air through rock tunnels: what the rock takes, how warmth soaks into it, and the draught of a shaft."""

from math import exp

GRAVITY = 9.80665
"""Standard acceleration of free fall. [m/s2] ISO 80000-3:2019."""
ICE_POINT = 273.15
"""Kelvin at 0 degC."""
LAYER_1, LAYER_2, LAYER_3 = 0.2, 0.6, 2.0
"""Thickness of rock layers from the skin inwards. [m] Against the exact half space (Carslaw and Jaeger, Conduction of heat in
solids, 2nd ed., 2.6) their skin swings 3..14 % too far at periods of a day, a week, a month and a year."""


def tunnel_air(outdoor: float, skin: float, conductance: float, capacity: float) -> float:
    """Temperature of air behind a tunnel whose wall is of one temperature. [degC]

    Parameters
    ----------
    outdoor, skin : float
        Air entering, and wall. [degC]
    conductance : float
        From air to wall over the whole tunnel. [W/K]
    capacity : float
        Capacity flow of the air. [W/K]

    References
    ----------
    Incropera et al., Fundamentals of Heat and Mass Transfer, 7th ed., eq. 8.42 (constant surface temperature). Valid for
    any flow above 0.

    >>> tunnel_air(30.0, 15.0, 0.0, 1000.0)
    30.0
    """
    return skin + (outdoor - skin) * exp(-conductance / capacity)


def shaft_draught(outdoor: float, inside: float, density: float, height: float) -> float:
    """Pressure that drives air up a shaft. [Pa]

    Parameters
    ----------
    outdoor, inside : float
        Air outside and in the shaft. [degC]
    density : float
        Of outdoor air. [kg/m3]
    height : float
        Of the shaft. [m]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 16, eq. 25 (stack pressure). Valid for air of equal pressure, humidity left out.

    >>> round(shaft_draught(10.0, 30.0, 1.2, 50.0), 1)
    38.8
    """
    return density * GRAVITY * height * (inside - outdoor) / (inside + ICE_POINT)


def soak(
    heat: float, first: float, second: float, third: float, deep: float, dt: float, held_1: float, held_2: float, held_3: float,
    link_12: float, link_23: float, link_deep: float,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Rock layers after a tick, implicitly, and the heat that went on into the deep.

    Parameters
    ----------
    heat : float
        Into the first layer. [W]
    first, second, third, deep : float
        Layers from the skin inwards, and rock that does not change. [degC]
    dt : float
        Length of the tick. [s]
    held_1, held_2, held_3 : float
        Heat capacity of the layers. [J/K]
    link_12, link_23, link_deep : float
        Conductance between middles of layers. [W/K]

    Returns
    -------
    tuple of float
        The three temperatures [degC] and the heat to the deep rock [W].

    References
    ----------
    Implicit Euler of three capacities in series, eliminated from the skin inwards. Valid for any length of tick.

    >>> [round(each, 9) for each in soak(0.0, 15.0, 15.0, 15.0, 15.0, 3600.0, 1e6, 1e6, 1e6, 10.0, 10.0, 10.0)]
    [15.0, 15.0, 15.0, 0.0]
    """
    own_1, own_2, own_3 = held_1 / dt, held_2 / dt, held_3 / dt
    main_1 = own_1 + link_12
    known_1 = own_1 * first + heat
    main_2 = own_2 + link_12 + link_23 - link_12 * link_12 / main_1
    known_2 = own_2 * second + link_12 * known_1 / main_1
    main_3 = own_3 + link_23 + link_deep - link_23 * link_23 / main_2
    new_3 = (own_3 * third + link_deep * deep + link_23 * known_2 / main_2) / main_3
    new_2 = (known_2 + link_23 * new_3) / main_2
    new_1 = (known_1 + link_12 * new_2) / main_1
    return new_1, new_2, new_3, link_deep * (new_3 - deep)
