"""Wind turbines: wind at the hub, air density and the power curve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MAST = 10.0
"""Height at which stations measure the wind. [m] WMO practice."""
STANDARD_DENSITY = 1.225
"""Air density that power curves are told at. [kg/m3] IEC 61400-12-1:2017, 9.1.1 (ISO 2533, sea level and 15 degC)."""
DENSITY_LAPSE = 1.194e-4
"""Fall of air density with height. [kg/m3 per m] Manwell, McGowan and Rogers, Wind Energy Explained, 2nd ed., 2009, ch. 2: density
= 1.225 - 1.194e-4 z, here only from the mast to the hub."""


def hub_wind(wind: Floats, height: float, shear: float) -> Floats:
    """Wind at the hub from wind at 10 m. [m/s]

    Parameters
    ----------
    wind : array
        At 10 m. [m/s]
    height : float
        Of the hub above ground. [m]
    shear : float
        Power of the profile: 1/7 over open country, up to 0.3 over suburbs. [1]

    References
    ----------
    Power law, IEC 61400-1:2019, 6.3.2.2 (0.2 for its design winds). Valid for hubs of 10..150 m over even country; micro wind on roofs
    stands in wind that no profile tells.

    >>> hub_wind(np.array([5.0]), 80.0, 1.0 / 7.0).round(2).tolist()
    [6.73]
    """
    return np.asarray(wind * (height / MAST) ** shear, dtype=np.float64)


def normalised_wind(wind: Floats, density: Floats) -> Floats:
    """Wind that holds in standard air the power that this wind holds: for turbines that pitch their blades. [m/s]

    Parameters
    ----------
    wind, density : arrays
        Wind at the hub [m/s] and density of the air there [kg/m3].

    References
    ----------
    IEC 61400-12-1:2017, 9.1.5, equation for turbines with active power control. Valid for means of ten minutes.

    >>> normalised_wind(np.array([10.0]), np.array([1.225])).tolist()
    [10.0]
    """
    return np.asarray(wind * np.cbrt(density / STANDARD_DENSITY), dtype=np.float64)


def curve_share(wind: Floats, speeds: tuple[float, ...], shares: tuple[float, ...]) -> Floats:
    """Power over the rating, linear between the points of a power curve and 0 outside of it. [1]

    Parameters
    ----------
    wind : array
        At the hub. [m/s]
    speeds, shares : tuples
        Points of the curve from cut-in to cut-out. [m/s, 1]

    References
    ----------
    Method of bins, IEC 61400-12-1:2017, 9.2 and 9.3, read as AEP-measured: nothing beyond the last point. Means of an hour hide gusts on
    the bent parts of the curve, which is left out.

    >>> curve_share(np.array([2.0, 6.0, 12.0, 26.0]), (3.0, 12.0, 25.0), (0.0, 1.0, 1.0)).round(3).tolist()
    [0.0, 0.333, 1.0, 0.0]
    """
    return np.asarray(np.interp(wind, speeds, shares, left=0.0, right=0.0), dtype=np.float64)


def annual_share(mean: float, shape: float, speeds: tuple[float, ...], shares: tuple[float, ...]) -> float:
    """Mean power over the rating in winds of a Weibull distribution. [1]

    Parameters
    ----------
    mean, shape : float
        Mean wind at the hub [m/s] and shape of the distribution; 2 is Rayleigh's [1].
    speeds, shares : tuples
        As for `curve_share`.

    References
    ----------
    IEC 61400-12-1:2017, 9.3: sum over bins of (F(i) - F(i-1)) (P(i-1) + P(i)) / 2, here over bins of 0.05 m/s.

    >>> round(annual_share(6.0, 2.0, (3.0, 12.0, 25.0), (0.0, 1.0, 1.0)), 3)
    0.346
    """
    from math import gamma

    scale = mean / gamma(1.0 + 1.0 / shape)
    edges = np.arange(0.0, speeds[-1] + 10.0, 0.05)
    below = 1.0 - np.exp(-((edges / scale) ** shape))
    power = curve_share(edges, speeds, shares)
    return float(np.sum(np.diff(below) * 0.5 * (power[1:] + power[:-1])))
