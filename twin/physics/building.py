"""A building as one heat loss and one thermal mass, exact over a step."""

from math import exp


def settled_temperature(
    dt: float, indoor: float, outdoor: float, heat: float, losing: float, capacity: float
) -> float:  # fmt: skip
    """Indoor temperature after a step with constant heat and outdoor temperature. [degC]

    Parameters
    ----------
    dt : float
        Step. [s]
    indoor, outdoor : float
        Indoor temperature before, and outdoor temperature. [degC]
    heat, losing, capacity : float
        All heat; heat loss per kelvin, above 0; heat capacity. [W, W/K, J/K]

    References
    ----------
    Exact solution of one resistance and one capacity (ISO 13790, monthly method's time constant). Valid for any step.

    >>> round(settled_temperature(1e9, 20.0, 0.0, 100.0, 10.0, 1e6), 3)
    10.0
    """
    far = outdoor + heat / losing
    return far + (indoor - far) * exp(-losing * dt / capacity)


def settled_heat(
    dt: float, indoor: float, goal: float, outdoor: float, losing: float, capacity: float
) -> float:  # fmt: skip
    """Heat that brings the indoor temperature to a goal by the end of a step; negative where it is to be cooled. [W]

    Parameters
    ----------
    dt, indoor, outdoor, losing, capacity : float
        As for `settled_temperature`.
    goal : float
        Indoor temperature wanted after the step. [degC]

    References
    ----------
    `settled_temperature` solved for the heat. Valid for any step.

    >>> round(settled_heat(900.0, 20.0, 20.0, 0.0, 10.0, 1e6), 6)
    200.0
    """
    left = exp(-losing * dt / capacity)
    return losing * ((goal - indoor * left) / (1.0 - left) - outdoor)
