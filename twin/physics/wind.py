"""Wind at a building's surfaces: speed at their height and the film it makes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.physics.convection import LEEWARD_FACTOR, LEEWARD_POWER, WINDWARD_FACTOR, WINDWARD_POWER

Floats = npt.NDArray[np.float64]
PROFILE = 0.14
"""Power of the wind's profile over open country. ASHRAE Fundamentals 2021, ch. 24, table 1 (category 3)."""
MAST = 10.0
"""Height at which stations measure the wind. [m] WMO practice."""
SIDE = 100.0
"""Angle between wind and normal up to which a wall is windward. [deg] EnergyPlus Engineering Reference, DOE-2 Model."""


def wind_film(grid: Any, tilt: float, azimuth: float, height: float) -> Floats:
    """Film of the wind at a smooth surface. [W/m2K]

    Parameters
    ----------
    grid : weather grid
        With wind_speed [m/s] and wind_direction [deg], which may be empty: then both sides count alike.
    tilt, azimuth : float
        Of the surface. [deg]
    height : float
        Of its middle above ground, from 0. [m]

    References
    ----------
    MoWiTT films of `twin.physics.convection`; power-law profile, ASHRAE Fundamentals 2021, ch. 24, eq. 4, with station and
    building in open country.

    >>> from types import SimpleNamespace
    >>> grid = SimpleNamespace(wind_speed=np.array([4.0]), wind_direction=np.array([180.0]), kept={})
    >>> [wind_film(grid, 90.0, side, 10.0).round(2).tolist() for side in (180.0, 0.0)]
    [[11.2], [8.35]]
    """
    if "windward" not in grid.kept:
        grid.kept["windward"] = WINDWARD_FACTOR * grid.wind_speed**WINDWARD_POWER
        grid.kept["leeward"] = LEEWARD_FACTOR * grid.wind_speed**LEEWARD_POWER
    level = (max(height, 0.1) / MAST) ** PROFILE
    front, rear = grid.kept["windward"] * level**WINDWARD_POWER, grid.kept["leeward"] * level**LEEWARD_POWER
    if abs(np.cos(np.radians(tilt))) >= 0.98:
        return np.asarray(front)
    if not len(grid.wind_direction):
        return np.asarray(0.5 * (front + rear))
    aside = np.abs((grid.wind_direction - azimuth + 180.0) % 360.0 - 180.0)
    return np.asarray(np.where(aside <= SIDE, front, rear))
