"""Moist air with constant specific heats, so that enthalpy is linear and balances close."""

from math import exp, log

AIR_HEAT = 1006.0
"""Specific heat of dry air. [J/kgK] ASHRAE Fundamentals 2021, ch. 1, eq. 30."""
VAPORISATION = 2.501e6
"""Heat of vaporisation at 0 degC. [J/kg] ASHRAE Fundamentals 2021, ch. 1, eq. 30; vapour's own 1.86 kJ/kgK is left out."""
VAPOUR_RATIO = 0.621945
"""Ratio of the molecular masses of water and dry air. ASHRAE Fundamentals 2021, ch. 1, eq. 20."""
GAS_CONSTANT = 287.042
"""Gas constant of dry air. [J/kgK] ASHRAE Fundamentals 2021, ch. 1, eq. 1."""
WATER_HEAT = 4186.0
"""Specific heat of liquid water. [J/kgK] ASHRAE Fundamentals 2021, ch. 1, eq. 33 (4.186 kJ/kgK)."""
ABSOLUTE_ZERO = 273.15
"""Kelvin at 0 degC. ASHRAE Fundamentals 2021, ch. 1, eq. 5."""


def saturation_pressure(temperature: float) -> float:
    """Vapour pressure over water (from 0 degC) or ice. [Pa]

    Parameters
    ----------
    temperature : float
        Dry bulb. [degC]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 5 and 6. Valid for -100..200 degC.

    >>> round(saturation_pressure(25.0), 1)
    3169.2
    """
    kelvin = temperature + ABSOLUTE_ZERO
    if temperature < 0.0:
        return exp(
            -5.6745359e3 / kelvin
            + 6.3925247
            - 9.677843e-3 * kelvin
            + 6.2215701e-7 * kelvin**2
            + 2.0747825e-9 * kelvin**3
            - 9.484024e-13 * kelvin**4
            + 4.1635019 * log(kelvin)
        )
    return exp(
        -5.8002206e3 / kelvin
        + 1.3914993
        - 4.8640239e-2 * kelvin
        + 4.1764768e-5 * kelvin**2
        - 1.4452093e-8 * kelvin**3
        + 6.5459673 * log(kelvin)
    )


def humidity_ratio(vapour: float, pressure: float) -> float:
    """Humidity ratio of air with a given vapour pressure. [kg/kg]

    Parameters
    ----------
    vapour, pressure : float
        Vapour pressure, below the barometric pressure, and barometric pressure. [Pa]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 20. Valid for vapour below the barometric pressure.

    >>> round(humidity_ratio(1500.0, 101325.0), 6)
    0.009346
    """
    return VAPOUR_RATIO * vapour / (pressure - vapour)


def saturation_humidity(temperature: float, pressure: float) -> float:
    """Humidity ratio of saturated air; of any air when its dew point is given. [kg/kg]

    Parameters
    ----------
    temperature : float
        Dry bulb, or dew point. [degC]
    pressure : float
        Barometric pressure. [Pa]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 21 and 36. Valid for -100 degC to below the boiling point.

    >>> round(saturation_humidity(25.0, 101325.0), 5)
    0.02008
    """
    return humidity_ratio(saturation_pressure(temperature), pressure)


def relative_humidity(temperature: float, humidity: float, pressure: float) -> float:
    """Vapour pressure over that of saturated air; above 1 the air is fog. [1]

    Parameters
    ----------
    temperature, humidity, pressure : float
        Dry bulb [degC], humidity ratio [kg/kg], barometric pressure [Pa].

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 12 and 20. Valid for -100..200 degC.

    >>> round(relative_humidity(25.0, 0.01, 101325.0), 3)
    0.506
    """
    vapour = pressure * humidity / (VAPOUR_RATIO + humidity)
    return vapour / saturation_pressure(temperature)


def density(temperature: float, humidity: float, pressure: float) -> float:
    """Dry-air mass per volume of moist air. [kg/m3]

    Parameters
    ----------
    temperature, humidity, pressure : float
        Dry bulb [degC], humidity ratio [kg/kg], barometric pressure [Pa].

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 26. Valid for -100..200 degC.

    >>> round(density(25.0, 0.010, 101325.0), 4)
    1.1652
    """
    return pressure / (GAS_CONSTANT * (temperature + ABSOLUTE_ZERO) * (1.0 + humidity / VAPOUR_RATIO))


def enthalpy(temperature: float, humidity: float) -> float:
    """Enthalpy per kg of dry air over 0 degC, linear in both arguments. [J/kg]

    The sensible heat of the vapour is left out (at 24 degC and 10 g/kg it is 0.9 % of the whole), so that
    streams may be mixed, cooled and dried with constant heats and every balance still closes.

    Parameters
    ----------
    temperature, humidity : float
        Dry bulb [degC] and humidity ratio [kg/kg].

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 30 without its term 1.86 W t. Valid for 0..45 degC within 4 % of the full equation.

    >>> enthalpy(24.0, 0.01)
    49154.0
    """
    return AIR_HEAT * temperature + VAPORISATION * humidity


def wet_bulb_humidity(temperature: float, bulb: float, pressure: float) -> float:
    """Humidity ratio of air whose thermodynamic wet bulb is known. [kg/kg]

    Parameters
    ----------
    temperature, bulb, pressure : float
        Dry bulb and wet bulb [degC], barometric pressure [Pa].

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 33 (water) and 35 (ice). Valid for -100..200 degC.

    >>> round(wet_bulb_humidity(30.0, 20.0, 101325.0), 5)
    0.01052
    """
    saturated = saturation_humidity(bulb, pressure)
    if bulb < 0.0:
        return ((2830.0 - 0.24 * bulb) * saturated - 1.006 * (temperature - bulb)) / (
            2830.0 + 1.86 * temperature - 2.1 * bulb
        )
    return ((2501.0 - 2.326 * bulb) * saturated - 1.006 * (temperature - bulb)) / (
        2501.0 + 1.86 * temperature - 4.186 * bulb
    )


def wet_bulb(temperature: float, humidity: float, pressure: float) -> float:
    """Thermodynamic wet bulb by twelve Newton steps from the dry bulb downwards. [degC]

    Within 0.6 K of freezing both ice and water may satisfy the equations; the steps come from above and find water.

    Parameters
    ----------
    temperature, humidity, pressure : float
        Dry bulb [degC], humidity ratio from 0 to saturation [kg/kg], barometric pressure [Pa].

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 1, eq. 33 and 35 solved for the wet bulb. Valid for -40..60 degC.

    >>> round(wet_bulb(30.0, 0.01052, 101325.0), 1)
    20.0
    """
    bulb = temperature
    for _ in range(12):
        here = wet_bulb_humidity(temperature, bulb, pressure)
        slope = (here - wet_bulb_humidity(temperature, bulb - 0.001, pressure)) / 0.001
        if slope > 0.0:
            bulb -= (here - humidity) / slope
        else:
            bulb -= 0.001
    return bulb
