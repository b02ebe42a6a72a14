"""Coolant distribution units: temperature of the coolant behind a counterflow exchanger with facility water."""

from twin.physics.air import WATER_HEAT
from twin.physics.exchanger import counterflow_effectiveness


def coolant_supply(heat: float, entering: float, coolant: float, facility: float, conductance: float) -> float:
    """Coolant leaving the exchanger when facility water takes `heat` from it. [degC]

    Parameters
    ----------
    heat : float
        Heat of plates and pumps. [W]
    entering : float
        Facility water. [degC]
    coolant, facility : float
        Flows, above 0. [kg/s]
    conductance : float
        Of the exchanger. [W/K]

    References
    ----------
    Effectiveness and number of transfer units, Incropera et al., Fundamentals of Heat and Mass Transfer, 7th ed., 11.4; the
    coolant has the heat of water. Valid for any flows; linear in heat and entering water.

    >>> coolant_supply(0.0, 35.0, 10.0, 10.0, 1e5)
    35.0
    """
    small, large = min(coolant, facility) * WATER_HEAT, max(coolant, facility) * WATER_HEAT
    effectiveness = counterflow_effectiveness(conductance / small, small / large)
    return entering + heat / (effectiveness * small) - heat / (coolant * WATER_HEAT)


def facility_share(
    heat: float, entering: float, supply: float, coolant: float, facility: float, conductance: float
) -> float:
    """Share of the full facility flow that gives the coolant its supply temperature; 1 when even full flow does not. [1]

    Parameters
    ----------
    heat, entering, coolant, conductance : float
        As in `coolant_supply`.
    supply : float
        Coolant wanted. [degC]
    facility : float
        Full facility flow. [kg/s]

    References
    ----------
    `coolant_supply` by bisection to 2^-30 of the flow. Valid as it.

    >>> facility_share(1e6, 45.0, 40.0, 50.0, 50.0, 1e5)
    1.0
    """
    if coolant_supply(heat, entering, coolant, facility, conductance) >= supply:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = 0.5 * (low + high)
        if coolant_supply(heat, entering, coolant, facility * middle, conductance) > supply:
            low = middle
        else:
            high = middle
    return high
