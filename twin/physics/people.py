"""Heat, vapour and carbon dioxide of people."""

from twin.physics.air import ABSOLUTE_ZERO

OFFICE_METABOLISM = 130.0
"""Heat of one adult in moderately active office work. [W] ASHRAE Fundamentals 2021, ch. 18, table 1."""
OFFICE_SENSIBLE = 75.0
"""Sensible part near 24 degC. [W] ASHRAE Fundamentals 2021, ch. 18, table 1."""
OFFICE_LATENT = 55.0
"""Latent part near 24 degC. [W] ASHRAE Fundamentals 2021, ch. 18, table 1."""
OFFICE_MET = 1.2
"""Activity of filing or typing while seated. [met] ASHRAE 55-2020, table 5-1 (1.1 typing, 1.2 filing seated)."""
BASAL_RATE = 8.24
"""Basal metabolism of a man of 21 to 30 years. [MJ/day] Persily and de Jonge, Indoor Air 27, 2017, table 4."""
RESPIRATORY_QUOTIENT = 0.85
"""Carbon dioxide given over oxygen taken. Persily and de Jonge 2017, usual mixed diet."""


def sensible_heat(metabolism: float, temperature: float) -> float:
    """Sensible heat of one person, less the warmer the room; not below 0 nor above the metabolism. [W]

    Parameters
    ----------
    metabolism : float
        Whole heat of the person. [W]
    temperature : float
        Room air. [degC]

    References
    ----------
    EnergyPlus Engineering Reference, Internal Gains, People: polynomial in activity and air temperature fitted to BLAST's
    table. Valid for 70..400 W, 16..36 degC.

    >>> round(sensible_heat(130.0, 24.0), 1)
    70.8
    """
    m, t = metabolism, temperature
    heat = (
        6.461927
        + 0.946892 * m
        + 0.0000255737 * m * m
        + 7.139322 * t
        - 0.0627909 * t * m
        + 0.0000589172 * t * m * m
        - 0.198550 * t * t
        + 0.000940018 * t * t * m
        - 0.00000149532 * t * t * m * m
    )
    return min(max(heat, 0.0), metabolism)


def latent_heat(metabolism: float, temperature: float) -> float:
    """Latent heat of one person, what the sensible heat leaves of the metabolism. [W]

    Parameters
    ----------
    metabolism, temperature : float
        As for `sensible_heat`. [W, degC]

    References
    ----------
    EnergyPlus Engineering Reference, Internal Gains, People. Valid for 70..400 W, 16..36 degC.

    >>> round(sensible_heat(130.0, 24.0) + latent_heat(130.0, 24.0), 9)
    130.0
    """
    return metabolism - sensible_heat(metabolism, temperature)


def carbon_dioxide(met: float, basal: float, temperature: float, pressure: float) -> float:
    """Carbon dioxide that one person breathes out. [m3/s]

    Parameters
    ----------
    met : float
        Activity over basal metabolism. [met]
    basal : float
        Basal metabolism. [MJ/day]
    temperature, pressure : float
        Of the room air [degC, Pa], at which the volume is told.

    References
    ----------
    Persily and de Jonge, Carbon dioxide generation rates for building occupants, Indoor Air 27(5), 2017: 0.000211 L kPa/K per
    MJ/day of basal metabolism. Valid for 1..4 met.

    >>> round(carbon_dioxide(1.2, 8.24, 0.0, 101000.0) * 1000.0, 4)
    0.0048
    """
    litres = RESPIRATORY_QUOTIENT * basal * met * (temperature + ABSOLUTE_ZERO) / (pressure / 1000.0) * 0.000211
    return litres / 1000.0
