"""Vectorised moist-air properties for whole columns of weather."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def saturation_pressure(temperature: Floats) -> Floats:
    """Vapour pressure over water or ice. [Pa] ASHRAE Fundamentals 2021, ch. 1, eq. 5 and 6; temperature in degC.

    >>> saturation_pressure(np.array([25.0])).round(1).tolist()
    [3169.2]
    """
    kelvin = temperature + 273.15
    ice = (
        -5.6745359e3 / kelvin + 6.3925247 - 9.677843e-3 * kelvin + 6.2215701e-7 * kelvin**2 + 2.0747825e-9 * kelvin**3
        - 9.484024e-13 * kelvin**4 + 4.1635019 * np.log(kelvin)
    )  # fmt: skip
    water = (
        -5.8002206e3 / kelvin + 1.3914993 - 4.8640239e-2 * kelvin + 4.1764768e-5 * kelvin**2 - 1.4452093e-8 * kelvin**3
        + 6.5459673 * np.log(kelvin)
    )  # fmt: skip
    return np.exp(np.where(temperature < 0.0, ice, water))


def humidity_ratio(dew_point: Floats, pressure: Floats) -> Floats:
    """Humidity ratio from dew point [degC] and pressure [Pa]. [kg/kg] ASHRAE Fundamentals 2021, ch. 1, eq. 20 and 36."""
    vapour = saturation_pressure(dew_point)
    return 0.621945 * vapour / (pressure - vapour)


def dew_point(dry_bulb: Floats, relative_humidity: Floats) -> Floats:
    """Dew point from dry bulb [degC] and relative humidity [1], by Newton steps on the saturation curve. [degC]

    >>> dew_point(np.array([25.0]), np.array([0.5])).round(2).tolist()
    [13.86]
    """
    wanted = np.log(saturation_pressure(dry_bulb) * np.clip(relative_humidity, 0.01, 1.0))
    guess = dry_bulb - (1.0 - relative_humidity) * 20.0
    for _ in range(8):
        here = np.log(saturation_pressure(guess))
        slope = (np.log(saturation_pressure(guess + 0.01)) - here) / 0.01
        guess = guess - (here - wanted) / slope
    return np.minimum(guess, dry_bulb)


def wet_bulb(dry_bulb: Floats, humidity: Floats, pressure: Floats) -> Floats:
    """Thermodynamic wet bulb from dry bulb [degC], humidity ratio [kg/kg] and pressure [Pa]. [degC]

    ASHRAE Fundamentals 2021, ch. 1, eq. 33 (over water), solved by Newton steps.

    >>> wet_bulb(np.array([30.0]), np.array([0.016]), np.array([101325.0])).round(2).tolist()
    [23.79]
    """

    def off(t: Floats) -> Floats:
        vapour = saturation_pressure(t)
        saturated = 0.621945 * vapour / (pressure - vapour)
        right = (2501.0 - 2.326 * t) * saturated - 1.006 * (dry_bulb - t)
        return right / (2501.0 + 1.86 * dry_bulb - 4.186 * t) - humidity

    low = dry_bulb - 40.0
    high = np.array(dry_bulb, dtype=np.float64)
    guess = dry_bulb - 4.0
    for _ in range(12):
        here = off(guess)
        low, high = np.where(here < 0.0, guess, low), np.where(here > 0.0, guess, high)
        step = guess - here / ((off(guess + 0.01) - here) / 0.01)
        guess = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
    return guess


def density(dry_bulb: Floats, humidity: Floats, pressure: Floats) -> Floats:
    """Density of moist air, with its vapour. [kg/m3]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 26 and 11. Valid for -100..200 degC.

    >>> density(np.array([25.0]), np.array([0.010]), np.array([101325.0])).round(4).tolist()
    [1.1769]
    """
    volume = 287.042 * (dry_bulb + 273.15) * (1.0 + 1.607858 * humidity) / pressure
    return np.asarray((1.0 + humidity) / volume)
