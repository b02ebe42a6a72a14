"""Charging of a fleet of vehicles: energy that waits in batteries flows at a pace, up to what the points can give."""

from __future__ import annotations

from math import exp, log


def fleet_charge(waiting: float, arriving: float, pace: float, limit: float, dt: float) -> tuple[float, float]:
    """Energy that still waits after a tick, and the mean power that charged the vehicles meanwhile. [J, W]

    Each vehicle charges for a while, so that a fleet's power follows what waits over a time; where that is more than the points
    can give, they give all they can until the queue is short enough.

    Parameters
    ----------
    waiting : float
        Energy that the vehicles at the points still want. [J]
    arriving : float
        Energy that vehicles bring to be charged. [W]
    pace : float
        Mean time from the arrival of energy wanted to its delivery, above 0. [s]
    limit : float
        Most power of all points. [W]
    dt : float
        Tick. [s]

    References
    ----------
    Conservation: dW/dt = arriving - min(W / pace, limit), solved exactly for constant arrivals; vehicles that charge at constant power
    for a time L deliver with a mean delay of L/2, which is the pace. Assumed: arrivals are many.

    >>> [round(each, 3) for each in fleet_charge(0.0, 1.0, 1000.0, 10.0, 1000.0)]
    [632.121, 0.368]
    >>> fleet_charge(5000.0, 0.0, 100.0, 1.0, 1000.0)
    (4000.0, 1.0)
    """
    edge, goal = limit * pace, arriving * pace
    if waiting >= edge:
        busy = dt if arriving >= limit else min((waiting - edge) / (limit - arriving), dt)
        after = waiting + (arriving - limit) * busy
        if busy < dt:
            after = goal + (after - goal) * exp((busy - dt) / pace)
    else:
        reach = pace * log((goal - waiting) / (goal - edge)) if goal > edge else dt
        after = goal + (waiting - goal) * exp(-dt / pace) if reach >= dt else edge + (arriving - limit) * (dt - reach)
    return after, max(arriving - (after - waiting) / dt, 0.0)  # rounding alone falls below
