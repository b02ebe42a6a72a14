"""Photovoltaic modules and inverters: glass at a slant, cell temperature, direct-current power and part-load efficiency."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

REFRACTION = 1.526
"""Refractive index of the cover. De Soto, Klein and Beckman, Solar Energy 80(1), 2006: glass."""
EXTINCTION, THICKNESS = 4.0, 0.002
"""Extinction [1/m] and thickness [m] of the cover. Same paper: water-white glass of 2 mm."""
MOUNTINGS = {
    "open_rack": (-3.56, -0.0750, 3.0),
    "ground": (-3.56, -0.0750, 3.0),
    "roof": (-2.98, -0.0471, 1.0),
    "facade": (-2.81, -0.0455, 0.0),
}
"""Word -> a [1], b [s/m] and rise from back to cell at 1000 W/m2 [K]. King, Boyson and Kratochvil, Photovoltaic Array Performance
Model, SAND2004-3535, table 1: glass/cell/polymer on an open rack (racks that the wind passes under, on the ground or on a flat
roof), glass/cell/glass close to the roof, glass/cell/polymer with an insulated back."""
STANDARD_LIGHT, STANDARD_CELL = 1000.0, 25.0
"""Irradiance [W/m2] and cell temperature [degC] that ratings are told at. IEC 60904-3 and IEC 61215."""
PART_SQUARE, PART_INVERSE, PART_CONSTANT = -0.0162, -0.0059, 0.9858
"""Part-load efficiency of an inverter. Dobos, PVWatts Version 5 Manual, NREL/TP-6A20-62641, 2014, eq. 12 and 13."""
REFERENCE_EFFICIENCY = 0.9637
"""Efficiency of the inverter that they were fitted to; same place."""

SPECTRUM = (0.918093, 0.086257, -0.024459, 0.002816, -0.000126)
"""Powers of air mass in the spectral factor. De Soto, Klein and Beckman, Solar Energy 80(1), 2006, table 2: polycrystalline."""
THICKEST_AIR = 10.0
"""Air mass up to which that polynomial means anything; what little light there is later is taken as there."""


def cover_transmittance(cosine: Floats) -> Floats:
    """What the modules' glass lets through at an angle, over that at normal incidence. [1]

    Parameters
    ----------
    cosine : array
        Cosine of incidence, 0..1. [1]

    References
    ----------
    Snell, Fresnel and Bouguer as in De Soto, Klein and Beckman, Solar Energy 80(1), 2006, eq. 5 to 7. Valid for 0..90 degrees.

    >>> cover_transmittance(np.array([0.0, 0.5, 1.0])).round(3).tolist()
    [0.0, 0.946, 1.0]
    """
    slant = np.maximum(cosine, 1e-6)
    inner = np.sqrt(1.0 - (1.0 - slant**2) / REFRACTION**2)
    across = ((slant - REFRACTION * inner) / (slant + REFRACTION * inner)) ** 2
    along = ((inner - REFRACTION * slant) / (inner + REFRACTION * slant)) ** 2
    passed = np.exp(-EXTINCTION * THICKNESS / inner) * (1.0 - 0.5 * (across + along))
    straight = np.exp(-EXTINCTION * THICKNESS) * (1.0 - ((REFRACTION - 1.0) / (REFRACTION + 1.0)) ** 2)
    return np.asarray(np.where(cosine > 0.0, passed / straight, 0.0), dtype=np.float64)


def diffuse_transmittance(tilt: float) -> tuple[float, float]:
    """What the glass lets through of the sky's and of the ground's light, over that at normal incidence. [1]

    Parameters
    ----------
    tilt : float
        Of the plane, 0..90 from horizontal. [deg]

    References
    ----------
    Equivalent angles of Duffie and Beckman, Solar Engineering of Thermal Processes, 4th ed., eq. 5.4.1 and 5.4.2 (Brandemuehl
    and Beckman 1980), for evenly bright sky and ground. Valid for 0..90 degrees.

    >>> [round(part, 3) for part in diffuse_transmittance(20.0)]
    [0.958, 0.651]
    """
    sky = 59.7 - 0.1388 * tilt + 0.001497 * tilt**2
    ground = 90.0 - 0.5788 * tilt + 0.002693 * tilt**2
    passed = cover_transmittance(np.cos(np.radians(np.array([sky, ground]))))
    return float(passed[0]), float(passed[1])


def spectral_factor(airmass: Floats) -> Floats:
    """What the colour of the light makes of the modules' power. [1]

    Parameters
    ----------
    airmass : array
        Corrected for pressure. [1]

    References
    ----------
    SPECTRUM, as PVWatts version 8 has it for all crystalline modules. Valid for clear skies and air masses of 1..10; it knows no
    vapour and no clouds.

    >>> spectral_factor(np.array([1.0, 1.5, 5.0])).round(3).tolist()
    [0.983, 1.001, 1.011]
    """
    thick = np.minimum(np.nan_to_num(airmass, nan=THICKEST_AIR), THICKEST_AIR)
    return np.asarray(np.polynomial.polynomial.polyval(thick, SPECTRUM), dtype=np.float64)


def cell_temperature(light: Floats, air: Floats, wind: Floats, mounting: str) -> Floats:
    """Temperature of the cells. [degC]

    Parameters
    ----------
    light, air, wind : arrays
        Irradiance on the plane [W/m2], outdoor air [degC] and wind at 10 m [m/s].
    mounting : str
        One of `MOUNTINGS`.

    References
    ----------
    King, Boyson and Kratochvil, SAND2004-3535, eq. 11 and 12, with the coefficients of MOUNTINGS. Valid for flat modules in
    steady conditions: ten minutes and longer.

    >>> cell_temperature(np.array([800.0]), np.array([20.0]), np.array([2.0]), "open_rack").round(1).tolist()
    [42.0]
    """
    a, b, rise = MOUNTINGS[mounting]
    return np.asarray(air + light * (np.exp(a + b * wind) + rise / STANDARD_LIGHT), dtype=np.float64)


def direct_current(passed: Floats, cell: Floats, coefficient: float) -> Floats:
    """Power of the modules over their rating, before losses. [1]

    Parameters
    ----------
    passed : array
        Irradiance that the glass lets through, as if it came straight on. [W/m2]
    cell : array
        Cell temperature. [degC]
    coefficient : float
        Change of power with temperature. [1/K]

    References
    ----------
    Dobos, PVWatts Version 5 Manual, NREL/TP-6A20-62641, 2014, eq. 8. Valid for crystalline silicon above about 100 W/m2; below,
    where a year holds a few percent of its light, the loss of efficiency in dim light is left out.

    >>> direct_current(np.array([1000.0, 500.0]), np.array([25.0, 45.0]), -0.004).round(3).tolist()
    [1.0, 0.46]
    """
    power = passed / STANDARD_LIGHT * (1.0 + coefficient * (cell - STANDARD_CELL))
    return np.asarray(np.maximum(power, 0.0), dtype=np.float64)


def inverter(direct: float, rating: float, efficiency: float) -> tuple[float, float]:
    """Alternating-current power of an inverter and the direct-current power that it draws for it. [W]

    Above its rating the inverter moves the modules away from their best point and draws just what the rating needs.

    Parameters
    ----------
    direct : float
        Power that the modules offer. [W]
    rating, efficiency : float
        Of the inverter: alternating-current power [W] and efficiency at that power [1].

    References
    ----------
    Dobos, PVWatts Version 5 Manual, NREL/TP-6A20-62641, 2014, eq. 12 and 13. Valid for string and central inverters; 0 below about
    0.6 % of the rating, where the formula falls below zero.

    >>> [round(each, 1) for each in inverter(50.0, 96.0, 0.96)]
    [48.1, 50.0]
    >>> inverter(120.0, 96.0, 0.96)
    (96.0, 100.0)
    """
    full = rating / efficiency
    if direct <= 0.0 or full <= 0.0:
        return 0.0, 0.0
    if direct >= full:
        return rating, full
    part = direct / full
    power = (
        efficiency / REFERENCE_EFFICIENCY * (PART_SQUARE * part * direct + PART_INVERSE * full + PART_CONSTANT * direct)
    )
    power = min(power, rating)
    return (power, direct) if power > 0.0 else (0.0, 0.0)
