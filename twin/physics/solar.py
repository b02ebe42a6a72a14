"""Sun on tilted planes, through glass and behind projections, for whole columns of time at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_PLANES = 32
"""Planes kept of a grid; all are dropped beyond, since samples of an uncertain tilt never ask for theirs again."""
GROUND_REFLECTANCE = 0.2
"""Usual albedo of a city's ground; EnergyPlus default, Input Output Reference, Site:GroundReflectance."""
OUTSIDE_FILM = 17.0
"""Combined outside film that sol-air temperatures are told with. [W/m2K] ASHRAE Fundamentals 2021, ch. 18, tabulated sol-air
temperatures (absorptance over film 0.026 and 0.052 m2K/W for light and dark surfaces)."""
LUMINOUS_EFFICACY = 105.0
"""Lumen per watt of daylight. Littlefair, The luminous efficacy of daylight: a review, Lighting Research and Technology 17(4),
1985: global light about 105 under clear skies and on average."""
DIFFUSE_MODIFIER = 0.86
"""Transmittance of diffuse light over that at normal incidence for clear double glazing. ASHRAE Fundamentals 2021, ch. 15,
table 10 (hemispherical SHGC over normal SHGC)."""
PANES, CATEGORY = 2.0, 4.0
"""Number of panes and category of clear, uncoated glazing in Karlsson and Roos, Solar Energy 68(4), 2000."""
STEFAN = 5.670374e-8
"""Stefan-Boltzmann constant. [W/m2K4] CODATA 2018."""
EMITTANCE = 0.9
"""Long-wave emittance of building surfaces. EnergyPlus Input Output Reference, Material: default thermal absorptance."""
FILM_CALM, FILM_WIND = 10.79, 4.192
"""Combined film of a medium-rough surface without wind [W/m2K], and its rise with wind [J/m3K]. EnergyPlus Engineering
Reference, Outside Surface Heat Balance, simple combined (after ASHRAE Fundamentals 1981)."""


def incidence_cosine(zenith: Floats, sun_azimuth: Floats, tilt: float, azimuth: float) -> Floats:
    """Cosine of the angle between the sun and a plane's normal, 0 where the sun is behind it or below the horizon.

    Parameters
    ----------
    zenith, sun_azimuth : arrays. [deg]
    tilt, azimuth : of the plane, from horizontal and clockwise from north. [deg]

    References
    ----------
    Duffie and Beckman, Solar Engineering of Thermal Processes, 4th ed., eq. 1.6.3. Valid for any plane; 0 from a zenith of
    89.9 degrees on, where the beam of hourly weather means nothing.

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
    See `perez_tilted`, same range, with GROUND_REFLECTANCE. Planes are kept, as many zones share one.

    >>> from types import SimpleNamespace
    >>> columns = {"zenith": 40.0, "azimuth": 180.0, "direct_normal": 800.0, "diffuse_horizontal": 100.0}
    >>> columns |= {"global_horizontal": 712.8, "extraterrestrial": 1360.0, "airmass": 1.3}
    >>> grid = SimpleNamespace(planes={}, **{name: np.array([value]) for name, value in columns.items()})
    >>> [part.round(1).tolist() for part in tilted(grid, 90.0, 180.0)]
    [[514.2], [157.3], [0.6]]
    """
    beam, sky, ground, cosine = parts(grid, tilt, azimuth)
    return beam, sky + ground, cosine


def parts(grid: Any, tilt: float, azimuth: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Beam, sky diffuse and ground-reflected sun on a plane, and the cosine of incidence; kept in `grid.planes`. [W/m2, 1]

    Parameters
    ----------
    grid, tilt, azimuth
        As for `tilted`.

    References
    ----------
    See `perez_tilted`, same range, with GROUND_REFLECTANCE.
    """
    if (tilt, azimuth) not in grid.planes:
        if len(grid.planes) >= MOST_PLANES:
            grid.planes.clear()
        cosine = incidence_cosine(grid.zenith, grid.azimuth, tilt, azimuth)
        told = perez_tilted(
            grid.zenith, grid.azimuth, grid.direct_normal, grid.diffuse_horizontal, grid.global_horizontal,
            grid.extraterrestrial, grid.airmass, tilt, azimuth, GROUND_REFLECTANCE,
        )  # fmt: skip
        grid.planes[tilt, azimuth] = (*told, cosine)
    found: tuple[Floats, Floats, Floats, Floats] = grid.planes[tilt, azimuth]
    return found


def perez_tilted(
    zenith: Floats, sun_azimuth: Floats, direct_normal: Floats, diffuse_horizontal: Floats, global_horizontal: Floats,
    extraterrestrial: Floats, airmass: Floats, tilt: float, azimuth: float, reflectance: float,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Beam, sky diffuse and ground-reflected sun on a plane. [W/m2]

    Parameters
    ----------
    zenith, sun_azimuth : arrays
        Where the sun stands. [deg]
    direct_normal, diffuse_horizontal, global_horizontal, extraterrestrial : arrays
        Irradiance; the last one normal to the beam. [W/m2]
    airmass : array
        Air mass, corrected for pressure. [1]
    tilt, azimuth : float
        Of the plane, from horizontal and clockwise from north. [deg]
    reflectance : float
        Of the ground. [1]

    References
    ----------
    Perez et al., Solar Energy 44(5), 1990 (pvlib's `perez`, its 1990 all-sites coefficients); ground isotropic, Duffie and
    Beckman, 4th ed., eq. 2.15.1. Sky diffuse is 0 where the sun is down and the air mass is not a number. Valid for any plane.

    >>> columns = [np.array([value]) for value in (40.0, 180.0, 800.0, 100.0, 712.8, 1360.0, 1.3)]
    >>> [part.round(1).tolist() for part in perez_tilted(*columns, 90.0, 180.0, 0.2)]
    [[514.2], [86.0], [71.3]]
    """
    import pvlib

    beam = direct_normal * incidence_cosine(zenith, sun_azimuth, tilt, azimuth)
    sky = pvlib.irradiance.perez(
        tilt, azimuth, diffuse_horizontal, direct_normal, extraterrestrial, zenith, sun_azimuth, airmass
    )
    sky = np.nan_to_num(np.asarray(sky, dtype=np.float64), nan=0.0)
    ground = global_horizontal * reflectance * (1.0 - np.cos(np.radians(tilt))) / 2.0
    return beam, sky, ground


def angular_transmittance(cosine: Floats, shgc: float) -> Floats:
    """Solar heat gain coefficient of clear double glazing for beam at an angle. [1]

    Parameters
    ----------
    cosine : array
        Cosine of incidence, 0..1; at 0 nothing passes. [1]
    shgc : float
        At normal incidence. [1]

    References
    ----------
    Karlsson and Roos, Modelling the angular behaviour of the total solar energy transmittance of windows, Solar Energy 68(4),
    2000, with p = PANES and q = CATEGORY. Valid for 0..90 degrees.

    >>> angular_transmittance(np.array([0.0, 0.5, 1.0]), 0.7).round(3).tolist()
    [0.0, 0.612, 0.7]
    """
    angle = np.arccos(np.clip(cosine, 0.0, 1.0)) / (np.pi / 2.0)
    a, b = 8.0, 0.25 / CATEGORY
    steep, steeper = 5.2 + 0.7 * CATEGORY, 5.26 + 0.06 * PANES + (0.73 + 0.04 * PANES) * CATEGORY
    share = 1.0 - a * angle**steep - b * angle**2 - (1.0 - a - b) * angle**steeper
    return np.asarray(shgc * share, dtype=np.float64)


def transmitted(beam: Floats, diffuse: Floats, cosine: Floats, shgc: float) -> Floats:
    """Sun that becomes heat behind a window. [W/m2 of glass]

    Parameters
    ----------
    beam, diffuse, cosine : arrays
        From `tilted`, after shading. [W/m2, W/m2, 1]
    shgc : float
        Solar heat gain coefficient at normal incidence. [1]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 15, solar heat gain as beam and diffuse parts, with `angular_transmittance` and
    DIFFUSE_MODIFIER. Valid for clear double glazing without coatings; coated glass is a little more selective at a slant.

    >>> transmitted(np.array([100.0]), np.array([0.0]), np.array([1.0]), 0.5).tolist()
    [50.0]
    """
    return beam * angular_transmittance(cosine, shgc) + diffuse * shgc * DIFFUSE_MODIFIER


def sunlit(grid: Any, azimuth: float, overhang: float, fin: float) -> Floats:
    """Share of a window that an overhang and side fins leave in the sun; 0 where the sun is behind the facade. [1]

    Parameters
    ----------
    grid : weather grid
        With zenith and azimuth. [deg]
    azimuth : float
        Of the facade, clockwise from north. [deg]
    overhang, fin : float
        Projection of the overhang over window height, and of the fins on both sides over window width; for a saw-tooth facade
        that shades itself, over the module's height and width. [1]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 15, eq. 33 to 37 (profile angle and shadow width and height). Valid for vertical windows whose
    projections begin at the edge of the glass and run past its ends.

    >>> from types import SimpleNamespace
    >>> sunlit(SimpleNamespace(zenith=np.array([45.0]), azimuth=np.array([180.0])), 180.0, 0.5, 0.0).round(3).tolist()
    [0.5]
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
    """Share of the sky's diffuse light that projections leave a window. [1]

    The mean over the window of its view of the sky quarter, without what the overhang hides and times what passes between the
    tips of both fins. The projections are taken as black and the sky as evenly bright, which errs to the dark side.

    Parameters
    ----------
    overhang, fin : float
        As for `sunlit`, from 0. [1]

    References
    ----------
    Crossed-strings view factors for long projections: Hottel and Sarofim, Radiative Transfer, 1967, ch. 2. Valid for 0..2.

    >>> round(sky_share(0.5, 0.0), 3)
    0.618
    """
    over = float(np.sqrt(1.0 + overhang**2) - overhang)
    side = float(np.sqrt(1.0 + fin**2) - fin)
    return over * side


def sol_air(grid: Any, beam: Floats, diffuse: Floats, absorptance: float, tilt: float) -> Floats:
    """Outdoor temperature that gives an opaque surface the heat it gets from air, sun and sky together. [degC]

    Parameters
    ----------
    grid : weather grid
        With dry_bulb [degC] and infrared [W/m2].
    beam, diffuse : arrays
        From `tilted`, after shading. [W/m2]
    absorptance : float
        Of the surface for sun. [1]
    tilt : float
        Of the surface. [deg]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 18, eq. 30, with the long-wave term of `sky_exchange` and OUTSIDE_FILM. Valid for winds of about
    1.5 m/s at the surface, where `outside_film` gives the same film; a calm day has warmer surfaces.

    >>> from types import SimpleNamespace
    >>> grid = SimpleNamespace(dry_bulb=np.array([30.0]), infrared=np.array([400.0]))
    >>> sol_air(grid, np.array([500.0]), np.array([100.0]), 0.6, 90.0).round(1).tolist()
    [49.1]
    """
    gain = absorptance * (beam + diffuse) + sky_exchange(grid.dry_bulb, grid.infrared, tilt)
    return np.asarray(grid.dry_bulb + gain / OUTSIDE_FILM, dtype=np.float64)


def sky_exchange(dry_bulb: Floats, infrared: Floats, tilt: float) -> Floats:
    """Long-wave heat that a surface at air temperature gets from the sky, below 0 under most skies. [W/m2]

    The ground is taken to be as warm as the air and gives nothing.

    Parameters
    ----------
    dry_bulb, infrared : arrays
        Outdoor air [degC] and long-wave irradiance on the horizontal [W/m2].
    tilt : float
        Of the surface. [deg]

    References
    ----------
    ASHRAE Fundamentals 2021, ch. 18, eq. 30 (the term with delta R), from the measured infrared instead of a constant.
    Valid for open surroundings and tilts of 0..90 degrees.

    >>> sky_exchange(np.array([20.0]), np.array([350.0]), 0.0).round(1).tolist()
    [-61.9]
    """
    black = STEFAN * (dry_bulb + 273.15) ** 4
    view = (1.0 + np.cos(np.radians(tilt))) / 2.0
    return np.asarray(EMITTANCE * view * (infrared - black), dtype=np.float64)


def outside_film(wind_speed: Floats) -> Floats:
    """Combined convective and radiant film of a medium-rough outer surface. [W/m2K]

    Parameters
    ----------
    wind_speed : array
        At the surface. [m/s]

    References
    ----------
    See FILM_CALM. Valid for 0..12 m/s.

    >>> outside_film(np.array([0.0, 3.4])).round(2).tolist()
    [10.79, 25.04]
    """
    return np.asarray(FILM_CALM + FILM_WIND * wind_speed, dtype=np.float64)


def floor_share(
    grid: Any, azimuth: float, sill: float, tall: float, wide: float, depth: float, width: float, offset: float
) -> Floats:
    """Share of the direct sun through an upright window that falls on the floor before it meets a wall. [1]

    Parameters
    ----------
    grid : weather grid
        With zenith and azimuth. [deg]
    azimuth : float
        Direction the window faces. [deg]
    sill, tall, wide : float
        Height of its lower edge over the floor, its height and width. [m]
    depth, width : float
        Of the room behind the window; a depth of 0 sends everything to the floor. [m]
    offset : float
        From the middle of the room's wall to the window's middle, to the right for somebody who looks in. [m]

    References
    ----------
    Geometry of rays from 5 x 5 points of the glass; walls and ceiling are met elsewhere. Valid for rooms that are boxes.

    >>> from types import SimpleNamespace
    >>> grid = SimpleNamespace(zenith=np.array([45.0, 80.0]), azimuth=np.array([180.0, 180.0]))
    >>> floor_share(grid, 180.0, 0.2, 2.0, 3.0, 6.0, 8.0, 0.0).round(2).tolist()
    [1.0, 0.4]
    """
    share = np.ones_like(grid.zenith)
    if depth <= 0.0:
        return np.asarray(share, dtype=np.float64)
    aside = np.radians(grid.azimuth - azimuth)
    ahead = np.flatnonzero((grid.zenith < 90.0) & (np.cos(aside) > 0.0))
    reach = np.tan(np.radians(np.clip(grid.zenith[ahead], 0.0, 89.9)))
    inwards, sideways = reach * np.cos(aside[ahead]), reach * np.sin(aside[ahead])
    landed = np.zeros(len(ahead))
    points = (np.arange(5) + 0.5) / 5
    for rise in sill + tall * points:
        within = rise * inwards < depth
        across = rise * sideways + offset
        for place in wide * (points - 0.5):
            landed += within & (np.abs(across + place) < 0.5 * width)
    share[ahead] = landed / 25.0
    return np.asarray(share, dtype=np.float64)
