"""The ground around a borehole as the modes of rings that grow outwards, exact over any step for the heat it is told."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LONELY = 60.0
"""Radius of the ground that is computed around a borehole without neighbours. [m] A year reaches 10 m, 25 years 50 m: 2 sqrt(a t)."""


@dataclass(frozen=True)
class Rings:
    """Modes of the ground, per metre of borehole.

    With heat q drawn over the step: amplitudes after it = decay w + push q; wall colder than the ground by sum(seen w);
    heat drawn so far = sum(held w) in all modes together with `whole`.
    """

    decay: Floats
    push: Floats
    seen: Floats
    held: Floats


def cell_radius(spacing: float) -> float:
    """Radius of the round cell of ground that belongs to each of many boreholes; without neighbours, LONELY. [m]

    Parameters
    ----------
    spacing : float
        Distance of boreholes in a square grid; 0 has no neighbours. [m]

    References
    ----------
    Duct storage model (Hellstrom 1989): a cell of the same area, adiabatic outside. Valid for fields of many boreholes.

    >>> round(cell_radius(5.0), 3)
    2.821
    """
    return spacing / sqrt(pi) if spacing > 0.0 else LONELY


def rings(
    dt: float, count: int, radius: float, outside: float, conductivity: float, capacity: float
) -> Rings:  # fmt: skip
    """Modes of `count` rings between the wall of a borehole and an adiabatic outside.

    Parameters
    ----------
    dt : step. [s]
    count : rings, each wider than the one before by the same factor.
    radius, outside : of the borehole and of the ground computed. [m]
    conductivity, capacity : of the ground. [W/mK, J/m3K]

    References
    ----------
    Finite volumes in logarithmic rings (radial resistances and capacities, as in Bauer et al., International Journal of
    Energy Research 35, 2011, doi 10.1002/er.1689); every mode exact for constant heat over the step. Follows the infinite
    line source from some hours on; a borehole's ends are left out, which holds for about 10 years (Eskilson 1987: H^2/9a).

    >>> ground = rings(3600.0, 24, 0.075, 60.0, 2.0, 2.2e6)
    >>> round(float(ground.held @ (ground.push * 1.0)) / 3600.0, 9)
    1.0
    """
    edges = radius * (outside / radius) ** np.linspace(0.0, 1.0, count + 1)
    heat = capacity * pi * (edges[1:] ** 2 - edges[:-1] ** 2)
    middle = np.sqrt(0.5 * (edges[1:] ** 2 + edges[:-1] ** 2))
    between = 2.0 * pi * conductivity / np.log(middle[1:] / middle[:-1])
    matrix = np.diag(np.append(between, 0.0) + np.append(0.0, between)) - np.diag(between, 1) - np.diag(between, -1)
    root = np.sqrt(heat)
    rate, shape = np.linalg.eigh(matrix / np.outer(root, root))
    rate = np.maximum(rate, 0.0)
    drive = shape[0] / root[0]
    fade = np.exp(-rate * dt)
    slow = rate * dt < 1e-9
    push = np.where(slow, dt, (1.0 - fade) / np.where(slow, 1.0, rate)) * drive
    return Rings(fade, push, drive, shape.T @ root)


def wall_resistance(radius: float, outside: float, count: int, conductivity: float) -> float:
    """Resistance between the wall and the middle of the first ring, per metre. [m K/W]

    Parameters
    ----------
    radius, outside, count, conductivity : as for `rings`.

    References
    ----------
    Radial conduction, as in `rings`.

    >>> round(wall_resistance(0.075, 60.0, 24, 2.0), 4)
    0.0126
    """
    edge = radius * (outside / radius) ** (1.0 / count)
    return log(sqrt(0.5 * (edge * edge + radius * radius)) / radius) / (2.0 * pi * conductivity)
