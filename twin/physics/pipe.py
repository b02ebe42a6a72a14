"""Water that moves through a buried pipe as a plug: cells that shift, mix at their borders and cool towards the ground."""

from collections.abc import Sequence
from math import exp, log, pi

from twin.physics.air import WATER_HEAT

WATER_DENSITY = 985.0
"""Of district-heating water. [kg/m3] IAPWS-IF97 at 55 degC; 977.8 at 70, 992.2 at 40 degC."""
STEEL_HEAT = 3.9e6
"""Heat capacity of the steel wall. [J/m3K] EN 253: 7,850 kg/m3 and about 500 J/kgK."""
WALL_SHARE = 0.04
"""Thickness of the wall over the diameter. [1] EN 253: 3.2 mm at DN 80, 4.0 at DN 100, 6.3 at DN 200; assumed in between."""


def buried_conductance(
    outer: float, insulation: float, conductivity: float, ground: float, depth: float
) -> float:  # fmt: skip
    """Heat that a buried, insulated pipe loses, per metre and kelvin above the undisturbed ground. [W/m/K]

    Parameters
    ----------
    outer, insulation : float
        Outer diameter of the carrier pipe; thickness of the insulation. [m]
    conductivity, ground : float
        Of insulation and soil. [W/m/K]
    depth : float
        Of the pipe's axis. [m]

    References
    ----------
    EN 13941-1, single pipe: insulation in series with soil, ln(4 z / D) / (2 pi lambda). Valid for depths above D; the
    neighbouring return pipe is left out, which overstates the loss of the supply by a few per cent.

    >>> round(buried_conductance(0.0889, 0.0456, 0.027, 1.5, 1.0), 3)
    0.223
    """
    casing = outer + 2.0 * insulation
    through = log(casing / outer) / (2.0 * pi * conductivity) + log(4.0 * depth / casing) / (2.0 * pi * ground)
    return 1.0 / through


def pipe_capacity(length: float, diameter: float) -> float:
    """Heat capacity of the water in a pipe and of its steel wall. [J/K]

    Parameters
    ----------
    length, diameter : float
        Length and inner diameter. [m]

    References
    ----------
    WATER_DENSITY, STEEL_HEAT and WALL_SHARE. Valid for full steel pipes.

    >>> round(pipe_capacity(100.0, 0.1) / 1e6, 2)
    3.75
    """
    water = 0.25 * pi * diameter * diameter * WATER_DENSITY * WATER_HEAT
    wall = pi * diameter * (1.0 + WALL_SHARE) * WALL_SHARE * diameter * STEEL_HEAT
    return length * (water + wall)


def pipe_leaving(cells: Sequence[float], travel: float, inlet: float, ground: float, fade: float) -> float:
    """Mean temperature over a step of the water that leaves a pipe; at rest, that of the last cell. [degC]

    Parameters
    ----------
    cells : sequence of float
        Temperatures before the step, from inlet to outlet. [degC]
    travel : float
        Pipe lengths that the heat moves in the step; the wall holds it back. [1]
    inlet, ground : float
        Entering water over the step; undisturbed ground. [degC]
    fade : float
        Step over the time constant of cooling. [1]

    References
    ----------
    Plug flow (van der Heijde et al., Energy Conversion and Management 151, 2017, doi 10.1016/j.enconman.2017.08.072): each
    parcel cools for as long as it is on its way. Valid for steps shorter than the time constant.

    >>> round(pipe_leaving([60.0, 50.0], 0.5, 70.0, 10.0, 0.0), 6)
    50.0
    >>> round(pipe_leaving([60.0, 50.0], 2.0, 70.0, 10.0, 0.0), 6)
    62.5
    """
    many = len(cells)
    if travel <= 0.0:
        return ground + (cells[many - 1] - ground) * exp(-fade)
    start = max(1.0 - travel, 0.0)
    total = 0.0
    for place in range(many):
        low, high = max(place / many, start), (place + 1.0) / many
        if high > low:
            total += (high - low) * (cells[place] - ground) * exp(-fade * (1.0 - 0.5 * (low + high)) / travel)
    if travel > 1.0:
        total += (travel - 1.0) * (inlet - ground) * exp(-fade / travel)
    return ground + total / travel


def pipe_cell(cells: Sequence[float], place: int, travel: float, inlet: float, ground: float, fade: float) -> float:
    """Temperature of a cell after a step. [degC]

    Parameters
    ----------
    cells : sequence of float
        Temperatures before the step, from inlet to outlet. [degC]
    place : int
        Number of the cell, from 0 at the inlet.
    travel, inlet, ground, fade : float
        As for `pipe_leaving`.

    References
    ----------
    See `pipe_leaving`; what ends up in a cell mixes there, so that heat is conserved and a front spreads over a few cells.

    >>> [pipe_cell([60.0, 50.0], place, 0.25, 70.0, 10.0, 0.0) for place in (0, 1)]
    [65.0, 55.0]
    """
    many = len(cells)
    moved = travel * many
    low, high = place - moved, place + 1.0 - moved
    total = 0.0
    if low < 0.0:
        entered = min(high, 0.0) - low
        way = (place + 0.5 * entered) / max(moved, 1e-12) if high > 0.0 else (place + 0.5) / moved
        total += entered * (inlet - ground) * exp(-fade * min(way, 1.0))
    first = max(int(low) if low > 0.0 else 0, 0)
    for old in range(first, min(first + 2, many)):
        overlap = min(high, old + 1.0) - max(low, float(old))
        if overlap > 0.0:
            total += overlap * (cells[old] - ground) * exp(-fade)
    return ground + total
