"""Shade that overhangs, fins and neighbouring buildings cast on a surface, by rays from points on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.physics.solar import parts

Floats = npt.NDArray[np.float64]
POINTS = 8
"""Points along each side of the surface from which rays are sent."""
RINGS, SPOKES = 12, 36
"""Directions in which the sky and the ground are looked at: rings of equal weight, spokes around."""


def points(corners: Sequence[float]) -> Floats:
    """Points spread over a four-cornered surface, (POINTS^2, 3). [m]

    >>> points([0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0]).mean(axis=0).tolist()
    [0.5, 0.0, 0.5]
    """
    one, two, three, four = np.reshape(corners, (4, 3)).astype(float)
    share = (np.arange(POINTS) + 0.5) / POINTS
    across, up = np.meshgrid(share, share)
    across, up = across.ravel()[:, None], up.ravel()[:, None]
    return np.asarray((1 - across) * ((1 - up) * one + up * two) + across * ((1 - up) * four + up * three))


def hidden(starts: Floats, directions: Floats, obstacles: Sequence[float]) -> npt.NDArray[np.bool_]:
    """Whether rays from points meet any obstacle, (points, directions).

    Parameters
    ----------
    starts : (points, 3)
        Where the rays begin. [m]
    directions : (directions, 3)
        Unit vectors.
    obstacles : sequence of float
        Corners of flat four-cornered obstacles, twelve numbers each. [m]

    References
    ----------
    Moeller and Trumbore, Fast, minimum storage ray-triangle intersection, Journal of Graphics Tools 2(1), 1997; two
    triangles an obstacle.

    >>> wall = [-1, 1, -1, -1, 1, 1, 1, 1, 1, 1, 1, -1]
    >>> hidden(np.zeros((1, 3)), np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]), wall).tolist()
    [[True, False]]
    """
    met = np.zeros((len(starts), len(directions)), dtype=bool)
    for corner in np.reshape(obstacles, (-1, 4, 3)).astype(float):
        for one, two, three in ((corner[0], corner[1], corner[2]), (corner[0], corner[2], corner[3])):
            met |= _meets(starts, directions, one, two - one, three - one)
    return met


def _meets(starts: Floats, directions: Floats, corner: Floats, side: Floats, other: Floats) -> npt.NDArray[np.bool_]:
    """Whether rays meet one triangle."""
    across = np.cross(directions, other)
    scale = across @ side
    safe = np.where(np.abs(scale) > 1e-12, scale, np.inf)
    away = starts - corner
    first = (away @ across.T) / safe
    lever = np.cross(away, side)
    second = (lever @ directions.T) / safe
    far = (lever @ other)[:, None] / safe
    return np.asarray((first >= 0.0) & (second >= 0.0) & (first + second <= 1.0) & (far > 1e-9))


def sunlit(grid: Any, normal: Sequence[float], corners: Sequence[float], obstacles: Sequence[float]) -> Floats:
    """Share of a surface that obstacles leave in the sun; 1 where the sun is down or behind it. [1]

    Parameters
    ----------
    grid : weather grid
        With zenith and azimuth. [deg]
    normal : sequence of float
        Unit vector out of the surface; x east, y north, z up.
    corners, obstacles : sequence of float
        Four corners of the surface, and of every obstacle. [m]

    References
    ----------
    Rays from `points`; exact but for the fineness of the points.

    >>> from types import SimpleNamespace
    >>> grid = SimpleNamespace(zenith=np.array([45.0]), azimuth=np.array([180.0]))
    >>> glass, roof = [0, 0, 0, 0, 0, 2, 3, 0, 2, 3, 0, 0], [-9, 0, 2, 12, 0, 2, 12, -1, 2, -9, -1, 2]
    >>> sunlit(grid, (0.0, -1.0, 0.0), glass, roof).tolist()
    [0.5]
    """
    zenith, azimuth = np.radians(grid.zenith), np.radians(grid.azimuth)
    to_sun = np.stack((np.sin(zenith) * np.sin(azimuth), np.sin(zenith) * np.cos(azimuth), np.cos(zenith)), axis=1)
    ahead = (to_sun @ np.asarray(normal, dtype=float) > 0.0) & (grid.zenith < 90.0)
    share = np.ones_like(grid.zenith)
    share[ahead] = 1.0 - hidden(points(corners), to_sun[ahead], obstacles).mean(axis=0)
    return np.asarray(share, dtype=np.float64)


def seen(normal: Sequence[float], corners: Sequence[float], obstacles: Sequence[float]) -> tuple[float, float]:
    """Shares of the sky's and of the ground's diffuse light that obstacles leave a surface. [1, 1]

    Parameters
    ----------
    normal, corners, obstacles : sequence of float
        As for `sunlit`.

    References
    ----------
    Rays in directions of equal cosine-weighted solid angle (Nusselt's analogue); sky and ground evenly bright, obstacles black.

    >>> seen((0.0, -1.0, 0.0), [0, 0, 0, 0, 0, 2, 3, 0, 2, 3, 0, 0], [])
    (1.0, 1.0)
    """
    out = np.asarray(normal, dtype=float)
    side = np.cross(out, (0.0, 0.0, 1.0)) if abs(out[2]) < 0.99 else np.array([1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    sine = np.sqrt((np.arange(RINGS) + 0.5) / RINGS)
    turn = (np.arange(SPOKES) + 0.5) * 2.0 * np.pi / SPOKES
    ring, spoke = (each.ravel()[:, None] for each in np.meshgrid(sine, turn))
    directions = np.sqrt(1.0 - ring**2) * out + ring * (np.cos(spoke) * side + np.sin(spoke) * np.cross(out, side))
    free = 1.0 - hidden(points(corners), directions, obstacles).mean(axis=0)
    above = directions[:, 2] > 0.0
    sky = float(free[above].mean()) if above.any() else 1.0
    ground = float(free[~above].mean()) if (~above).any() else 1.0
    return sky, ground


def on_surface(
    grid: Any, tilt: float, azimuth: float, corners: Sequence[float], obstacles: Sequence[float]
) -> tuple[Floats, Floats, Floats]:
    """Beam and diffuse sun on a surface behind its obstacles, and the cosine of incidence. [W/m2, W/m2, 1]

    Parameters
    ----------
    grid : weather grid
        As for `twin.physics.solar.tilted`.
    tilt, azimuth : float
        Of the surface. [deg]
    corners, obstacles : sequence of float
        As for `sunlit`; without them nothing is shaded.

    References
    ----------
    `twin.physics.solar.parts` with `sunlit` and `seen`.
    """
    beam, sky, ground, cosine = parts(grid, tilt, azimuth)
    if not len(obstacles) or not len(corners):
        return beam, sky + ground, cosine
    lean, turn = np.radians(tilt), np.radians(azimuth)
    normal = (float(np.sin(lean) * np.sin(turn)), float(np.sin(lean) * np.cos(turn)), float(np.cos(lean)))
    free_sky, free_ground = seen(normal, corners, obstacles)
    return beam * sunlit(grid, normal, corners, obstacles), sky * free_sky + ground * free_ground, cosine
