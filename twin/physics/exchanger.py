"""Effectiveness of heat exchangers from their number of transfer units, and of heat recovery between air streams."""

from math import exp


def counterflow_effectiveness(units: float, ratio: float) -> float:
    """Effectiveness of a counterflow exchanger. [1]

    Parameters
    ----------
    units : float
        Number of transfer units, UA over the smaller capacity flow, from 0. [1]
    ratio : float
        Smaller over larger capacity flow, 0..1. [1]

    References
    ----------
    Incropera et al., Fundamentals of Heat and Mass Transfer, 7th ed., table 11.3, counterflow. Valid for any units.

    >>> round(counterflow_effectiveness(2.0, 0.5), 4)
    0.7746
    """
    if ratio > 0.9999:
        return units / (1.0 + units)
    reach = exp(-units * (1.0 - ratio))
    return (1.0 - reach) / (1.0 - ratio * reach)


def recovered_temperature(
    outdoor: float, exhaust: float, effectiveness: float, outdoor_flow: float, exhaust_flow: float
) -> float:
    """Temperature of outdoor air behind a sensible heat recovery. [degC]

    Parameters
    ----------
    outdoor, exhaust : float
        Air entering on both sides. [degC]
    effectiveness : float
        Heat moved over the most that the smaller stream allows, 0..1. [1]
    outdoor_flow, exhaust_flow : float
        Dry-air flows. [kg/s]

    References
    ----------
    ANSI/ASHRAE 84-2020, definition of sensible effectiveness, with equal specific heats on both sides. Valid without
    condensation or frost.

    >>> recovered_temperature(0.0, 20.0, 0.75, 2.0, 1.0)
    7.5
    """
    if outdoor_flow <= 0.0:
        return outdoor
    return outdoor + effectiveness * min(outdoor_flow, exhaust_flow) / outdoor_flow * (exhaust - outdoor)
