"""The heat balance of a zone with three nodes (air, outer walls, inner mass), solved implicitly and exactly."""

INNER_FILM = 0.13
"""Surface resistance of a wall to a room, horizontal heat flow. [m2K/W] ISO 6946:2017, table 7."""
OUTER_FILM = 0.04
"""Surface resistance of a wall to outdoors. [m2K/W] ISO 6946:2017, table 7."""
VERY_LIGHT_WALL, LIGHT_WALL, MEDIUM_WALL, HEAVY_WALL, VERY_HEAVY_WALL = 50e3, 75e3, 110e3, 175e3, 250e3
"""Heat capacity of an opaque element by class, per area of the element. [J/m2K] ISO 52016-1:2017, table B.14."""
VERY_LIGHT_ZONE, LIGHT_ZONE, MEDIUM_ZONE, HEAVY_ZONE, VERY_HEAVY_ZONE = 80e3, 110e3, 165e3, 260e3, 370e3
"""Heat capacity of a zone by class, its walls included, per floor area. [J/m2K] ISO 13790:2008, table 12, dynamic method."""


def wall_split(transmittance: float, area: float, depth: float) -> tuple[float, float]:
    """Conductances from a wall's mass to its outer and to its inner side, in series equal to the whole wall. [W/K]

    The capacity itself is the area times the value of the wall's class, as MEDIUM_WALL.

    One capacity between two resistances: `depth` says how much of the wall's own resistance lies outside the mass. A wall of
    one material, or with its mass on both sides of the insulation, has 0.5; insulation outside has 1, insulation inside 0.
    A transmittance above that of the two films alone leaves no resistance to the wall and the films are scaled down to fit.

    Parameters
    ----------
    transmittance : float
        U-value with both surface films, above 0. [W/m2K]
    area : float
        Of the wall. [m2]
    depth : float
        Place of the mass, from 0 (outer face) to 1 (inner face). [1]

    Returns
    -------
    tuple of float
        Conductance outdoors to mass and mass to room air. [W/K]

    References
    ----------
    ISO 6946:2017, 6.7.1 (sum of resistances) and table 7 (films); mass on one node as in ISO 52016-1:2017, 6.5.7, classes I, E
    and M, or one branch of VDI 6007-1:2015. Valid for U-values of 0.05..5.8 W/m2K.

    >>> outer, inner = wall_split(0.5, 10.0, 0.5)
    >>> round(1.0 / (1.0 / outer + 1.0 / inner), 6)
    5.0
    """
    own = 1.0 / transmittance - OUTER_FILM - INNER_FILM
    if own <= 0.0:
        share = OUTER_FILM / (OUTER_FILM + INNER_FILM)
        return transmittance * area / share, transmittance * area / (1.0 - share)
    return area / (OUTER_FILM + depth * own), area / (INNER_FILM + (1.0 - depth) * own)


def free_air(
    dt: float, air: float, wall: float, mass: float, outdoor: float, surface: float, air_capacity: float,
    wall_capacity: float, mass_capacity: float, direct: float, outside: float, inside: float, exchange: float,
    air_gain: float, wall_gain: float, mass_gain: float,
) -> tuple[float, float]:  # fmt: skip
    """Air temperature at the end of the tick if nothing conditions the zone, and its rise per watt.

    Backward Euler on the nodes; walls and mass are eliminated, so any step is stable. Heat Q brought to the air for the
    whole tick ends it at free + slope Q; `settle` then tells the other two nodes.

    Parameters
    ----------
    dt : float
        Length of the tick, above 0. [s]
    air, wall, mass : float
        Temperatures at its start. [degC]
    outdoor, surface : float
        Outdoor air, and the sol-air temperature that the walls see. [degC]
    air_capacity, wall_capacity, mass_capacity : float
        Heat capacities, above 0. [J/K]
    direct, outside, inside, exchange : float
        Conductances air-outdoor (windows, infiltration), wall-outside, wall-air, mass-air. [W/K]
    air_gain, wall_gain, mass_gain : float
        Heat brought to the nodes: the convective part of gains to the air, the radiant parts to walls and mass. [W]

    Returns
    -------
    tuple of float
        Free temperature [degC] and slope [K/W].

    References
    ----------
    The network of ISO 13790:2008, 7.2.2 with a separate wall node as in VDI 6007-1:2015, 6. Valid for any tick; accurate to
    first order in dt over the shortest time constant.

    >>> free_air(900.0, 20.0, 20.0, 20.0, 20.0, 20.0, 1e6, 1e7, 1e8, 100.0, 50.0, 50.0, 900.0, 0.0, 0.0, 0.0)[0]
    20.0
    """
    walls = wall_capacity / dt + outside + inside
    masses = mass_capacity / dt + exchange
    own = air_capacity / dt + direct + inside + exchange - inside * inside / walls - exchange * exchange / masses
    wall_drive = wall_capacity / dt * wall + outside * surface + wall_gain
    mass_drive = mass_capacity / dt * mass + mass_gain
    drive = air_capacity / dt * air + direct * outdoor + air_gain
    return (drive + inside * wall_drive / walls + exchange * mass_drive / masses) / own, 1.0 / own


def settle(
    dt: float, air: float, wall: float, mass: float, surface: float, wall_capacity: float, mass_capacity: float,
    outside: float, inside: float, exchange: float, wall_gain: float, mass_gain: float,
) -> tuple[float, float]:  # fmt: skip
    """Wall and mass temperatures at the end of the tick, once the air's is known.

    Parameters
    ----------
    dt : float
        Length of the tick, above 0. [s]
    air : float
        Air temperature at its end. [degC]
    wall, mass : float
        Temperatures at its start. [degC]
    surface : float
        Sol-air temperature that the walls see. [degC]
    wall_capacity, mass_capacity : float
        Heat capacities. [J/K]
    outside, inside, exchange : float
        Conductances wall-outside, wall-air, mass-air. [W/K]
    wall_gain, mass_gain : float
        Heat brought to walls and mass. [W]

    Returns
    -------
    tuple of float
        Wall and mass temperature. [degC]

    References
    ----------
    Back-substitution of the equations of `free_air`, same sources; valid for any tick.

    >>> settle(900.0, 21.0, 21.0, 21.0, 21.0, 1e7, 1e8, 50.0, 50.0, 900.0, 0.0, 0.0)
    (21.0, 21.0)
    """
    new_wall = (wall_capacity / dt * wall + outside * surface + inside * air + wall_gain) / (
        wall_capacity / dt + outside + inside
    )
    new_mass = (mass_capacity / dt * mass + exchange * air + mass_gain) / (mass_capacity / dt + exchange)
    return new_wall, new_mass


def aired(free: float, slope: float, flow: float, entering: float) -> float:
    """Value at the end of the tick of a well-mixed node through which air flows, solved implicitly.

    Works for temperature (flow as heat capacity rate) and for humidity (flow as mass): whatever enters at `entering` leaves
    at the value the node ends with, so that a long tick neither overshoots nor oscillates.

    Parameters
    ----------
    free : float
        Value at the end of the tick without the flow. [degC or kg/kg]
    slope : float
        Rise per amount brought, as from `free_air`. [K/W or s/kg]
    flow : float
        Air through the node, from 0. [W/K or kg/s]
    entering : float
        Value of the air that enters. [degC or kg/kg]

    References
    ----------
    Backward Euler of the mixing equation, ASHRAE Fundamentals 2021, ch. 16, well-mixed zone. Valid for any tick.

    >>> aired(30.0, 0.01, 100.0, 20.0)
    25.0
    """
    return (free + slope * flow * entering) / (1.0 + slope * flow)
