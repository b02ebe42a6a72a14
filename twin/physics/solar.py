"""Sun on tilted planes, through glass and behind projections, for whole columns of time at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

GROUND_REFLECTANCE = 0.2
"""Usual albedo of a city's ground; EnergyPlus default, Input Output Reference, Site:GroundReflectance."""
OUTSIDE_FILM = 17.0
"""Mean combined outside film of a wall. [W/m2K] ASHRAE Fundamentals 2021, ch. 26, table 10 (summer, 3.4 m/s)."""
LUMINOUS_EFFICACY = 110.0
"""Lumen per watt of daylight; mean of Perez et al., Solar Energy 44(5), 1990, table 4, over sky conditions."""
DIFFUSE_MODIFIER = 0.86
"""Transmittance of diffuse light over that at normal incidence for clear double glazing. ASHRAE Fundamentals 2021, ch. 15,
table 10 (hemispherical SHGC over normal SHGC)."""
EXPONENT = 3.5
"""Exponent p of 1 - (1 - cos)^p for the angular SHGC of glazing: an assumption near the curve of clear double glazing (ASHRAE
Fundamentals 2021, ch. 15, table 10), within 0.05 of it up to 70 degrees of incidence."""


def incidence_cosine(zenith: Floats, sun_azimuth: Floats, tilt: float, azimuth: float) -> Floats:
    """Cosine of the angle between the sun and a plane's normal, 0 where the sun is behind it or below the horizon.

    Parameters
    ----------
    zenith, sun_azimuth : arrays. [deg]
    tilt, azimuth : of the plane, from horizontal and clockwise from north. [deg]

    References
    ----------
    Duffie and Beckman, Solar Engineering of Thermal Processes, 4th ed., eq. 1.6.3.

    >>> incidence_cosine(np.array([30.0]), np.array([180.0]), 0.0, 0.0).round(4).tolist()
    [0.866]
    """
    z, s = np.radians(zenith), np.radians(sun_azimuth - azimuth)
    t = np.radians(tilt)
    cosine = np.cos(z) * np.cos(t) + np.sin(z) * np.sin(t) * np.cos(s)
    return np.where(zenith < 89.9, np.maximum(cosine, 0.0), 0.0)


def tilted(grid: Any, tilt: float, azimuth: float) -> tuple[Floats, Floats, Floats]:
    """Beam, and diffuse from sky and ground, on a plane. [W/m2]

    Parameters
    ----------
    grid : weather grid with direct_normal, diffuse_horizontal, global_horizontal, zenith, azimuth, extraterrestrial.
    tilt, azimuth : of the plane. [deg]

    Returns
    -------
    Beam, diffuse (sky and ground), and the cosine of incidence.

    References
    ----------
    Perez et al., Solar Energy 44(5), 1990 (pvlib's `perez` with its 1990 coefficients); ground term isotropic.
    """
    if (tilt, azimuth) not in grid.planes:
        grid.planes[tilt, azimuth] = _tilted(grid, tilt, azimuth)
    plane: tuple[Floats, Floats, Floats] = grid.planes[tilt, azimuth]
    return plane


def _tilted(grid: Any, tilt: float, azimuth: float) -> tuple[Floats, Floats, Floats]:
    import pvlib

    cosine = incidence_cosine(grid.zenith, grid.azimuth, tilt, azimuth)
    beam = grid.direct_normal * cosine
    sky = pvlib.irradiance.perez(
        tilt,
        azimuth,
        grid.diffuse_horizontal,
        grid.direct_normal,
        grid.extraterrestrial,
        grid.zenith,
        grid.azimuth,
        grid.airmass,
    )
    sky = np.nan_to_num(np.asarray(sky, dtype=np.float64), nan=0.0)
    ground = grid.global_horizontal * GROUND_REFLECTANCE * (1.0 - np.cos(np.radians(tilt))) / 2.0
    return beam, sky + ground, cosine


def transmitted(beam: Floats, diffuse: Floats, cosine: Floats, shgc: float) -> Floats:
    """Sun that becomes heat behind a window. [W/m2 of glass]

    Parameters
    ----------
    beam, diffuse, cosine : from `tilted`.
    shgc : solar heat gain coefficient at normal incidence.

    >>> transmitted(np.array([100.0]), np.array([0.0]), np.array([1.0]), 0.5).tolist()
    [50.0]
    """
    modifier = 1.0 - (1.0 - cosine) ** EXPONENT
    return shgc * (beam * modifier + diffuse * DIFFUSE_MODIFIER)


def sunlit(grid: Any, azimuth: float, overhang: float, fin: float) -> Floats:
    """Share of a window that an overhang and a fin leave in the sun.

    Parameters
    ----------
    grid : weather grid with zenith and azimuth. [deg]
    azimuth : of the facade. [deg]
    overhang, fin : projection over window height, and projection of side fins over window width. [1]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 15, eq. 33 to 37 (profile angle and shadow width and height).
    """
    aside = np.radians(grid.azimuth - azimuth)
    ahead = np.cos(aside)
    height = np.radians(90.0 - grid.zenith)
    facing = (ahead > 1e-3) & (height > 0.0)
    safe = np.where(facing, ahead, 1.0)
    shadow = np.clip(overhang * np.tan(np.clip(height, 0.0, 1.55)) / safe, 0.0, 1.0)
    side = np.clip(fin * np.abs(np.tan(np.where(facing, aside, 0.0))), 0.0, 1.0)
    return np.where(facing, (1.0 - shadow) * (1.0 - side), 0.0)


def sky_share(overhang: float, fin: float) -> float:
    """Share of the diffuse light that projections leave a window.

    The view factor from the middle of the window to the sky quarter is cut by the overhang's angle and by both fins' angles.

    References
    ----------
    Crossed-strings view factors for long projections: Hottel and Sarofim, Radiative Transfer, 1967, ch. 2.

    >>> sky_share(0.0, 0.0)
    1.0
    """
    over = float(np.sqrt(1.0 + overhang**2) - overhang)
    side = float(np.sqrt(1.0 + fin**2) - fin)
    return over * side


def sol_air(grid: Any, beam: Floats, diffuse: Floats, absorptance: float, tilt: float) -> Floats:
    """Outdoor temperature that gives an opaque surface the heat it gets from air, sun and sky together. [degC]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 18, eq. 30, with the long-wave term from the measured horizontal infrared.

    Parameters
    ----------
    grid : weather grid with dry_bulb and infrared.
    beam, diffuse : from `tilted`. [W/m2]
    absorptance : of the surface for sun. [1]
    tilt : of the surface. [deg]
    """
    black = 5.67e-8 * (grid.dry_bulb + 273.15) ** 4
    view = (1.0 + np.cos(np.radians(tilt))) / 2.0
    sky = 0.9 * view * (grid.infrared - black)
    return np.asarray(grid.dry_bulb + (absorptance * (beam + diffuse) + sky) / OUTSIDE_FILM, dtype=np.float64)
