"""Where the sun stands."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def ephemeris(times: pd.DatetimeIndex, latitude: float, longitude: float) -> pd.DataFrame:
    """The sun's `elevation`, `zenith`, `azimuth` and their `apparent_` forms [deg] at some moments, by pvlib.

    Warnings are kept back: pvlib 0.16 asks pandas 3.1 for names that it is about to drop.
    """
    import pvlib

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "DatetimeIndex.dayof", DeprecationWarning)
        found: pd.DataFrame = pvlib.solarposition.ephemeris(times, latitude, longitude)
    return found
