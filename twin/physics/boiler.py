"""Efficiency of boilers by part load and return water, on the lower heating value."""

from twin.physics.curve import biquadratic, cubic

SMALLEST = 0.1
"""Part load below which a boiler cycles at this one. [1] Range of the curves."""
COOLEST, HOTTEST = 30.0, 85.0
"""Water that the condensing curve holds for. [degC]"""


def boiler_efficiency(part: float, entering: float, nominal: float, condensing: float) -> float:
    """Heat over fuel. [1]

    Parameters
    ----------
    part : float
        Heat over capacity; below 0.1 that of 0.1 is used. [1]
    entering : float
        Water that enters the boiler; only the condensing one feels it. [degC]
    nominal, condensing : float
        Efficiency at full load, of a condensing boiler with 75/60 degC water; 1 where it condenses, else 0. [1]

    References
    ----------
    EnergyPlus datasets/Boilers.idf: CondensingBoilerEff (after Viessmann, Condensing Technology, 2004) and
    NewerLowTempBoiler, both taken relative to their value at the nominal point. Valid for part loads of 0.1..1 and, where it
    condenses, water of 30..85 degC.

    >>> round(boiler_efficiency(1.0, 60.0, 0.92, 1.0), 3)
    0.92
    >>> boiler_efficiency(0.3, 30.0, 0.92, 1.0) > 0.99
    True
    """
    load = min(max(part, SMALLEST), 1.0)
    if condensing > 0.0:
        water = min(max(entering, COOLEST), HOTTEST)
        return nominal * condensing_curve(load, water) / condensing_curve(1.0, 60.0)
    return nominal * plain_curve(load) / plain_curve(1.0)


def condensing_curve(part: float, water: float) -> float:
    """Normalised efficiency of a condensing gas boiler. [1]

    References
    ----------
    EnergyPlus datasets/Boilers.idf, CondensingBoilerEff. Valid for 0.1..1 and 30..85 degC.

    >>> round(condensing_curve(1.0, 60.0), 3)
    1.017
    """
    return biquadratic(part, water, 1.124970374, 0.014963852, -0.02599835, 0.0, -1.40464e-6, -0.00153624)


def plain_curve(part: float) -> float:
    """Normalised efficiency of a boiler that does not condense, at constant water temperature. [1]

    References
    ----------
    EnergyPlus datasets/Boilers.idf, NewerLowTempBoiler. Valid for 0.1..1.

    >>> round(plain_curve(1.0), 3)
    0.849
    """
    return cubic(part, 0.83888652, 0.132579019, -0.17028503, 0.047468326)
