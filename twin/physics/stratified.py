"""Stratified water tanks as equal, well-mixed layers in series; a flow through them is solved exactly, whatever the tick.

The layers are the cascade of stirred tanks of chemical reaction engineering (Levenspiel, Chemical Reaction Engineering, 3rd ed.,
1999, ch. 14): one layer is a mixed tank, many are plug flow. Water enters at one end at a constant temperature, and after `volumes`
layer volumes have passed, the water found in a layer has come down k layers with the Poisson weight exp(-v) v^k / k!.
Conduction between layers is left out; the number of layers sets how thick the thermocline is.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Layers = npt.NDArray[np.float64]

HALVINGS, STEPS = 30, 60
"""Halvings of the search for a limit, the last one 1e-9 of the tank, and most Newton steps of that for an amount of heat."""
ENOUGH = 1e-9
"""Step of that search that ends it, in layer volumes. [1]"""
LEAST = 1e-6
"""Difference between entering and leaving water that moves no heat. [K]"""
MOST_VOLUMES = 5.0
"""Volumes of the whole tank that one tick may move."""


def at(place: int, layers: int, upward: float) -> int:
    """Place of a layer counted along the flow, in an array from top to bottom.

    References
    ----------
    Order of the array. Valid for places 0..layers-1.

    >>> at(0, 5, 0.0), at(0, 5, 1.0)
    (0, 4)
    """
    return layers - 1 - place if upward > 0.5 else place


def leaving_after(tank: Layers, upward: float, entering: float, volumes: float) -> float:
    """Temperature at the far end after some layer volumes have passed. [degC]

    Parameters
    ----------
    tank : array
        Temperatures from top to bottom. [degC]
    upward : float
        1 for a flow that enters at the bottom. [1]
    entering, volumes : float
        Water that enters [degC]; layer volumes that pass. [1]

    References
    ----------
    Levenspiel, see above. Valid for any volume up to a few hundred layers.

    >>> round(leaving_after([20.0], 0.0, 10.0, 1.0), 3)
    13.679
    """
    layers, weight, left, mean = len(tank), exp(-volumes), 1.0, 0.0
    for k in range(layers):
        mean += weight * tank[at(layers - 1 - k, layers, upward)]
        left -= weight
        weight *= volumes / (k + 1.0)
    return mean + left * entering


def warmed_after(tank: Layers, upward: float, entering: float, volumes: float) -> float:
    """Sum over all layers of how much warmer they have become. [K]

    Parameters
    ----------
    tank, upward, entering, volumes
        See `leaving_after`.

    References
    ----------
    Levenspiel, see above: a share of each layer's water is still inside after the flow. Valid as `leaving_after`.

    >>> round(warmed_after([20.0], 0.0, 10.0, 1.0), 3)
    -6.321
    """
    layers, weight, inside, total = len(tank), exp(-volumes), exp(-volumes), 0.0
    for k in range(layers):
        total += (1.0 - inside) * (entering - tank[at(layers - 1 - k, layers, upward)])
        weight *= volumes / (k + 1.0)
        inside += weight
    return total


def volumes_until(tank: Layers, upward: float, entering: float, limit: float) -> float:
    """Layer volumes that may pass until the water at the far end reaches a limit; 0 where it already has. [1]

    Parameters
    ----------
    tank, upward, entering
        See `leaving_after`.
    limit : float
        Temperature at the far end at which the flow stops. [degC]

    References
    ----------
    Bisection: the far end approaches the entering water steadily where the layers are in order. Valid as `leaving_after`.

    >>> round(volumes_until([20.0], 0.0, 10.0, 13.67879), 4)
    1.0
    """
    layers = len(tank)
    sign = 1.0 if entering >= tank[at(layers - 1, layers, upward)] else -1.0
    low, high = 0.0, MOST_VOLUMES * layers
    for _ in range(HALVINGS):
        volumes = 0.5 * (low + high)
        if sign * (leaving_after(tank, upward, entering, volumes) - limit) >= 0.0:
            high = volumes
        else:
            low = volumes
    return low if low > high * 1e-6 else 0.0


def volumes_for(tank: Layers, upward: float, entering: float, warming: float) -> float:
    """Layer volumes that change the tank by a sum of kelvin. [1]

    Parameters
    ----------
    tank, upward, entering
        See `leaving_after`.
    warming : float
        Sum of temperature changes wanted, negative when it is cooled, and not more than the whole tank allows. [K]

    References
    ----------
    Newton's method; it approaches from below, since the far end comes nearer to the entering water. Valid as `leaving_after`.

    >>> round(volumes_for([20.0], 0.0, 10.0, -6.32121), 4)
    1.0
    """
    volumes = 0.0
    for _ in range(STEPS):
        slope = entering - leaving_after(tank, upward, entering, volumes)
        if abs(slope) < LEAST:
            return volumes
        more = (warming - warmed_after(tank, upward, entering, volumes)) / slope
        volumes = min(max(volumes + more, 0.0), MOST_VOLUMES * len(tank))
        if abs(more) < ENOUGH:
            return volumes
    return volumes


def refill(tank: Layers, after: Layers, upward: float, entering: float, warming: float) -> float:
    """Write the layers after a flow that changes them by a sum of kelvin, and tell the volumes that passed. [1]

    Parameters
    ----------
    tank, after : array
        Temperatures before and after, from top to bottom. [degC]
    upward, entering, warming
        See `volumes_for`. What the search leaves over, 1e-9 of it, is spread over all layers, so that energy is kept.

    References
    ----------
    Levenspiel, see above. Valid as `leaving_after`.
    """
    layers, total = len(tank), 0.0
    volumes = volumes_for(tank, upward, entering, warming)
    for place in range(layers):
        weight, left, mean = exp(-volumes), 1.0, 0.0
        for k in range(place + 1):
            mean += weight * tank[at(place - k, layers, upward)]
            left -= weight
            weight *= volumes / (k + 1.0)
        here = at(place, layers, upward)
        after[here] = mean + left * entering
        total += after[here] - tank[here]
    for place in range(layers):
        after[place] += (warming - total) / layers
    return volumes
