"""Conduction through layers as the modes of a fine mesh, exact over any step for the boundary temperatures it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FINENESS = 12
"""Cells in a layer; the error of the mesh falls with their square."""

SHEET = 1e-3
"""Resistance up to which a layer is one cell, such as metal sheets. [m2K/W]"""
SMALLEST = 5e-5
"""Resistance that each half of such a layer has at least: less would cost digits and change no wall by more than 0.1 %. [m2K/W]"""


@dataclass(frozen=True)
class Modes:
    """A wall over one step, by its slow modes; fast ones have settled at its end. All per area of wall.

    With surface temperatures `out` and `inn` that hold for the step, `out0` and `inn0` those before it, amplitudes w before it,
    and sums over the slow modes:
    mean flux in at the outside  = own_out out + cross inn - sum(seen_out w) - rest_out out0 - rest_cross inn0,
    mean flux in at the inside   = cross out + own_in inn - sum(seen_in w) - rest_cross out0 - rest_in inn0,
    amplitudes after the step    = decay w + push_out out + push_in inn,
    heat held                    = sum(held w) + held_out out + held_in inn, apart from a constant.
    """

    own_out: float
    own_in: float
    cross: float
    decay: Floats
    seen_out: Floats
    seen_in: Floats
    push_out: Floats
    push_in: Floats
    held: Floats
    rest_out: float
    rest_in: float
    rest_cross: float
    held_out: float
    held_in: float

    def steady(self, temperature: float) -> Floats:
        """Amplitudes of a wall that has one temperature all through. [K]"""
        fading = np.where(self.decay < 1.0, 1.0 - self.decay, 1.0)
        return np.asarray((self.push_out + self.push_in) * temperature / fading)


def modes(
    dt: float, count: int, thickness: Sequence[float], conductivity: Sequence[float], density: Sequence[float],
    specific_heat: Sequence[float],
) -> Modes:  # fmt: skip
    """Modes of layers from outside to inside.

    Parameters
    ----------
    dt : step, above 0. [s]
    count : slow modes that are kept.
    thickness, conductivity, density, specific_heat : of each layer; a layer of density 0 has no mass. [m, W/mK, kg/m3, J/kgK]

    References
    ----------
    Finite volumes in each layer, symmetric by the square root of their capacity, so that `eigh` is safe; every mode is
    integrated exactly with boundary temperatures that hold for the step (backward, so that massless surfaces never ring).
    Modes that are left out are taken as settled at the end of each step: their heat is kept, their delay is not.

    >>> wall = modes(900.0, 4, [0.1], [0.5], [1400.0], [1000.0])
    >>> round(wall.own_out - wall.rest_out - float(wall.seen_out @ (wall.push_out / (1.0 - wall.decay))), 6)
    5.0
    """
    capacity, between = mesh(thickness, conductivity, density, specific_heat)
    if not len(capacity):
        through, none = 1.0 / between[0], np.zeros(count)
        return Modes(through, through, -through, none, none, none, none, none, none, 0.0, 0.0, 0.0, 0.0, 0.0)
    conductance = 1.0 / between
    rate, out, inn, whole = _spectrum(capacity, conductance)
    kept = min(count, len(rate))
    fade = np.where(np.arange(len(rate)) < count, np.exp(-rate * dt), 0.0)
    seen = (1.0 - fade) / (rate * dt)
    follow = (1.0 - seen) / rate
    fast_out, fast_in = out[kept:] / rate[kept:], inn[kept:] / rate[kept:]
    pad = (0, count - kept)

    def keep(values: Floats) -> Floats:
        return np.pad(values[:kept], pad)

    return Modes(
        float(conductance[0] - (out * out * follow).sum()),
        float(conductance[-1] - (inn * inn * follow).sum()),
        float(-(out * inn * follow).sum()),
        keep(fade),
        keep(out * seen),
        keep(inn * seen),
        keep(out * (1.0 - fade) / rate),
        keep(inn * (1.0 - fade) / rate),
        keep(whole),
        float(fast_out @ fast_out / dt),
        float(fast_in @ fast_in / dt),
        float(fast_out @ fast_in / dt),
        float(whole[kept:] @ fast_out),
        float(whole[kept:] @ fast_in),
    )


def _spectrum(capacity: Floats, conductance: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Rates of the modes, slowest first, their tie to both surfaces, and the heat they hold."""
    root = np.sqrt(capacity)
    matrix = (
        np.diag(conductance[:-1] + conductance[1:]) - np.diag(conductance[1:-1], 1) - np.diag(conductance[1:-1], -1)
    )
    rate, shape = np.linalg.eigh(matrix / np.outer(root, root))
    return rate, shape[0] / root[0] * conductance[0], shape[-1] / root[-1] * conductance[-1], shape.T @ root


def mesh(
    thickness: Sequence[float], conductivity: Sequence[float], density: Sequence[float], specific_heat: Sequence[float],
    fineness: int = FINENESS,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Capacities of cells [J/m2K] and resistances between outside surface, cells and inside surface [m2K/W].

    References
    ----------
    Finite volumes, `fineness` in each layer.

    >>> [part.round(3).tolist() for part in mesh([0.1], [0.5], [1400.0], [1000.0], 1)]
    [[140000.0], [0.1, 0.1]]
    """
    capacity: list[float] = []
    between = [0.0]
    for thick, conducts, heavy, heat in zip(thickness, conductivity, density, specific_heat, strict=True):
        if heavy <= 0.0:
            between[-1] += thick / conducts
            continue
        cells = fineness if thick / conducts > SHEET else 1
        cell = thick / cells
        half = max(0.5 * cell / conducts, SMALLEST if cells == 1 else 0.0)
        for _ in range(cells):
            between[-1] += half
            capacity.append(heavy * heat * cell)
            between.append(half)
    return np.array(capacity), np.array(between)
