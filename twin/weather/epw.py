"""Read EnergyPlus weather files: missing-value codes are found, short gaps are mended and counted."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import WeatherError

Floats = npt.NDArray[np.float64]

COLUMNS = {
    "dry_bulb": ("temp_air", 99.9),
    "dew_point": ("temp_dew", 99.9),
    "pressure": ("atmospheric_pressure", 999999.0),
    "wind_speed": ("wind_speed", 999.0),
    "wind_direction": ("wind_direction", 999.0),
    "infrared": ("ghi_infrared", 9999.0),
    "global_horizontal": ("ghi", 9999.0),
    "direct_normal": ("dni", 9999.0),
    "diffuse_horizontal": ("dhi", 9999.0),
}
"""Our name -> pvlib's name and the missing-value code of the EnergyPlus Auxiliary Programs document, EPW data dictionary."""
LONGEST = 6
"""Longest gap that is filled by interpolation. [h]"""


def read(path: Path, year: int) -> dict[str, Any]:
    """Fields of a `Weather` from an EPW file.

    Raises
    ------
    WeatherError
        When the file is absent, is no EPW, has not a whole year, or has gaps longer than six hours.
    """
    import pvlib

    if not path.is_file():
        raise WeatherError(f"{path}: no such weather file; give the path of an .epw file or a city's name")
    try:
        frame, head = pvlib.iotools.read_epw(str(path), coerce_year=year)
    except Exception as problem:  # pvlib raises whatever pandas or a short header gives
        raise WeatherError(
            f"{path}: is no EPW file ({type(problem).__name__}); check that it starts with LOCATION"
        ) from problem
    if len(frame) not in (8760, 8784):
        raise WeatherError(f"{path}: has {len(frame)} hours; a year has 8760 or 8784")
    notes: list[str] = []
    columns = {
        ours: _mend(frame[theirs].to_numpy(dtype=float), code, ours, path, notes)
        for ours, (theirs, code) in COLUMNS.items()
    }
    zone = timezone(timedelta(hours=float(head["TZ"])))
    return {
        "name": path.stem,
        "source": f"EPW file, {head.get('data_type', 'unknown source')}",
        "latitude": float(head["latitude"]),
        "longitude": float(head["longitude"]),
        "elevation": float(head["altitude"]),
        "start": datetime(year, 1, 1, tzinfo=zone),
        "step": 3600.0,
        "offset": 1.0,
        "notes": tuple(notes),
        **columns,
    }


def _mend(values: Floats, code: float, name: str, path: Path, notes: list[str]) -> Floats:
    """Fill short runs of the missing-value code, refuse long ones."""
    missing = ~np.isfinite(values) | (values >= code)
    if not missing.any():
        return values
    edges = np.flatnonzero(np.diff(np.r_[0, missing.astype(int), 0]))
    longest = int((edges[1::2] - edges[::2]).max())
    if longest > LONGEST:
        raise WeatherError(f"{path}: {name} is missing for {longest} hours on end; at most {LONGEST} can be filled")
    places = np.arange(len(values))
    notes.append(f"{name}: {int(missing.sum())} missing hours filled by interpolation")
    return np.interp(places, places[~missing], values[~missing])
