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


def crossflow_effectiveness(units: float, ratio: float) -> float:
    """Effectiveness of a crossflow exchanger, both streams unmixed. [1]

    Parameters
    ----------
    units, ratio : float
        As for `counterflow_effectiveness`. [1]

    References
    ----------
    Incropera et al., 7th ed., table 11.3, single-pass crossflow (exact at a ratio of 1, an approximation below).
    Valid for any units.

    >>> round(crossflow_effectiveness(2.0, 0.5), 4)
    0.7388
    """
    if units <= 0.0:
        return 0.0
    if ratio < 1e-6:
        return 1.0 - exp(-units)
    return 1.0 - exp(units**0.22 / ratio * (exp(-ratio * units**0.78) - 1.0))


def recovery_effectiveness(full: float, reduced: float, flow_share: float) -> float:
    """Sensible effectiveness of a wheel or plate at part flow, on the line through its two rated points. [1]

    Parameters
    ----------
    full, reduced : float
        Effectiveness at 100 % and at 75 % of the rated flow. [1]
    flow_share : float
        Mean of both air flows over the rated flow. [1]

    References
    ----------
    EnergyPlus Engineering Reference, Heat Exchanger:Air-To-Air:Sensible and Latent; rated points of AHRI 1060. Valid for
    shares of 0.5..1.3.

    >>> round(recovery_effectiveness(0.76, 0.81, 0.75), 3)
    0.81
    """
    return reduced + (full - reduced) * (flow_share - 0.75) / 0.25


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
