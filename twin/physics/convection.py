"""Convection at surfaces: natural at both sides of walls and windows, and driven by wind outside."""

from math import exp, sin, sqrt

STEFAN = 5.670374e-8
"""Stefan-Boltzmann constant. [W/m2K4] CODATA 2018."""
WINDWARD_FACTOR, WINDWARD_POWER = 3.26, 0.89
"""Wind-driven film of a windward surface, factor [W/m2K per (m/s)^power] and power. Yazdanian and Klems, Measurement of the
exterior convective film coefficient for windows in low-rise buildings, ASHRAE Transactions 100(1), 1994 (MoWiTT)."""
LEEWARD_FACTOR, LEEWARD_POWER = 3.55, 0.617
"""The same of a leeward surface. Same paper."""
VERY_ROUGH, ROUGH, MEDIUM_ROUGH, MEDIUM_SMOOTH, SMOOTH, VERY_SMOOTH = 2.17, 1.67, 1.52, 1.13, 1.11, 1.0
"""Roughness over that of glass. ASHRAE Fundamentals 1981, as in the EnergyPlus Engineering Reference, Outside Surface
Heat Balance, DOE-2 Model."""
STILLEST = 0.1
"""Smallest natural film, as in EnergyPlus. [W/m2K]"""

SLIMMEST = 184.0
"""Rayleigh number times width over height below which eq. 50 of ISO 15099 gives less than 1, which eq. 49 never does."""


def natural_factors(up: float) -> tuple[float, float]:
    """Natural convection over the cube root of the temperature difference, where the surface is warmer and where it is colder.

    Parameters
    ----------
    up : float
        Cosine between the surface's normal and the vertical: 1 faces up, 0 is a wall, -1 faces down. [1]

    References
    ----------
    Walton, Thermal Analysis Research Program Reference Manual, NBSSIR 83-2655, 1983, from ASHRAE Fundamentals: vertical
    1.31 dT^(1/3), and fits for tilted surfaces with rising or held-back flow. Valid for turbulent flow at surfaces of rooms.

    >>> [round(factor, 3) for factor in natural_factors(1.0)]
    [1.509, 0.76]
    """
    if -0.01 < up < 0.01:
        return 1.31, 1.31
    rising, held = 9.482 / (7.283 - abs(up)), 1.810 / (1.382 + abs(up))
    return (rising, held) if up > 0.0 else (held, rising)


def natural_film(surface: float, air: float, warm: float, cold: float) -> float:
    """Natural convection at a surface. [W/m2K]

    Parameters
    ----------
    surface, air : float
        Temperatures. [degC]
    warm, cold : float
        The surface's factors, as from `natural_factors`: they do not change, so that they are told. [W/m2K^(4/3)]

    References
    ----------
    As `natural_factors`.

    >>> round(natural_film(30.0, 22.0, *natural_factors(0.0)), 2)
    2.62
    """
    warmer = surface - air
    return max((warm if warmer > 0.0 else cold) * float(abs(warmer) ** (1.0 / 3.0)), STILLEST)


def pane_turn(angle: float) -> float:
    """Rayleigh number at which the flow along a tilted pane turns turbulent. [1]

    Parameters
    ----------
    angle : float
        Tilt of a pane that is colder than the air, or 180 less that of a warmer one, 15..90. [deg]

    References
    ----------
    ISO 15099:2003, 8.3.2.2. Valid for 15..90 degrees.

    >>> round(pane_turn(90.0) / 1e11, 2)
    1.06
    """
    return 2.5e5 * float((exp(0.72 * angle) / sin(angle * 0.017453292519943295)) ** 0.2)


def pane_film(surface: float, air: float, tilt: float, tall: float, pressure: float, sine: float, turn: float) -> float:
    """Natural convection between a window's inner face and the room. [W/m2K]

    Parameters
    ----------
    surface, air : float
        Temperatures. [degC]
    tilt : float
        Of the window's outside, 0..180. [deg]
    tall : float
        Height of the glass, above 0. [m]
    pressure : float
        Barometric pressure. [Pa]
    sine, turn : float
        Sine of the tilt, and `pane_turn` of the angle from the horizontal, 15..90: they do not change, so that they are told. [1]

    References
    ----------
    ISO 15099:2003, 8.3.2.2, natural convection indoors, with the air of its annex B at a quarter of the way to the surface.
    Valid for rooms without forced air at the glass.

    >>> round(pane_film(10.0, 20.0, 90.0, 2.0, 101325.0, 1.0, 1.07e11), 2)
    2.18
    """
    mean = max(air + 0.25 * (surface - air) + 273.15, 1.0)
    conductivity, viscosity = 2.873e-3 + 7.760e-5 * mean, 3.723e-6 + 4.940e-8 * mean
    held = pressure * 0.0034843
    apart = max(abs(surface - air), 0.01)
    rayleigh = held * held * tall * tall * tall * 9870.0 * apart / (mean * mean * mean * viscosity * conductivity)
    angle = tilt if surface < air else 180.0 - tilt
    if angle < 15.0:
        nusselt = 0.13 * float(rayleigh ** (1.0 / 3.0))
    elif angle <= 179.0:
        nusselt = 0.56 * sqrt(sqrt((min(rayleigh, turn) if angle <= 90.0 else rayleigh) * sine))
        if angle <= 90.0 and rayleigh > turn:
            nusselt += 0.13 * float(rayleigh ** (1.0 / 3.0) - turn ** (1.0 / 3.0))
    else:
        nusselt = 0.58 * float(rayleigh**0.2)
    return max(nusselt * conductivity / tall, STILLEST)


def outside_film(surface: float, air: float, warm: float, cold: float, driven: float, rough: float) -> float:
    """Convection at an outside surface by wind and by its own warmth. [W/m2K]

    Parameters
    ----------
    surface, air, warm, cold : float
        As for `natural_film`.
    driven : float
        Wind-driven film of a smooth surface: factor times speed to its power. [W/m2K]
    rough : float
        Roughness, as ROUGH. [1]

    References
    ----------
    DOE-2 model, EnergyPlus Engineering Reference, Outside Surface Heat Balance: natural and driven parts by squares, the part
    above natural times the roughness. Valid for winds of 0..12 m/s.

    >>> round(outside_film(20.0, 20.0, 1.31, 1.31, 12.0, 1.67), 2)
    19.97
    """
    still = natural_film(surface, air, warm, cold)
    glass = sqrt(still * still + driven * driven)
    return still + rough * (glass - still)


def gap_conductance(
    first: float, second: float, width: float, height: float, k0: float, k1: float, mu0: float, mu1: float, heat: float,
    mass: float, exchange: float, pressure: float,
) -> float:  # fmt: skip
    """Conductance of a vertical gas gap between panes, by convection and radiation. [W/m2K]

    Parameters
    ----------
    first, second : float
        Temperatures of the two faces. [degC]
    width, height : float
        Of the gap, above 0. [m]
    k0, k1, mu0, mu1 : float
        Conductivity [W/mK] and viscosity [Pa s] of the gas, each constant and per kelvin of absolute temperature.
    heat, mass : float
        Specific heat [J/kgK] and molar mass [kg/kmol].
    exchange : float
        Effective emittance of the two faces. [1]
    pressure : float
        Barometric pressure. [Pa]

    References
    ----------
    ISO 15099:2003, 5.3.3 (vertical cavities, eq. 49 to 52) and 5.2.2 (radiation). Valid for Rayleigh numbers below 2e6.

    >>> air = (2.873e-3, 7.760e-5, 3.723e-6, 4.940e-8, 1006.0, 28.97)
    >>> round(gap_conductance(15.0, 5.0, 0.012, 2.0, *air, 0.724, 101325.0), 2)
    5.81
    """
    mean = max(0.5 * (first + second) + 273.15, 1.0)
    conductivity, viscosity = k0 + k1 * mean, mu0 + mu1 * mean
    held = pressure * mass * (1.0 / 8314.51)
    apart = abs(first - second)
    rayleigh = (
        held * held * width * width * width * 9.81 * heat * apart / (mean * mean * mean * viscosity * conductivity)
    )
    factor, power, added = 1.7596678e-10, 2.2984755, 1.0
    if rayleigh > 5e4:
        factor, power, added = 0.0673838, 1.0 / 3.0, 0.0
    elif rayleigh > 1e4:
        factor, power, added = 0.028154, 0.4134, 0.0
    one = added + factor * float(pow(rayleigh, power))
    two = 1.0
    if rayleigh * width > SLIMMEST * height:
        two = 0.242 * float((rayleigh * width / height) ** 0.272)
    return max(one, two) * conductivity / width + exchange * 4.0 * STEFAN * mean * mean * mean
