"""Read EnergyPlus weather files: missing-value codes are found, short gaps are mended and counted."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin import stock
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
WORDS = ("source", "latitude", "longitude", "elevation", "zone", "notes")
LONGEST = 6
"""Longest gap that is filled by interpolation. [h]"""


def read(path: Path, year: int) -> dict[str, Any]:
    """Fields of a `Weather` from an EPW file.

    Raises
    ------
    WeatherError
        When the file is absent, is no EPW, has not a whole year, or has gaps longer than six hours.
    """
    if not path.is_file():
        raise WeatherError(f"{path}: no such weather file; give the path of an .epw file or a city's name")
    name = stock.key("epw", hashlib.sha256(path.read_bytes()).hexdigest(), year)
    kept = stock.take("weather", name)
    if kept is None:
        found = _parse(path, year)
        arrays = {k: v for k, v in found.items() if isinstance(v, np.ndarray)}
        words = json.dumps({k: found[k] for k in WORDS})
        stock.keep("weather", name, {**arrays, "words": np.frombuffer(words.encode(), dtype=np.uint8).astype(float)})
    else:
        words = bytes(kept.pop("words").astype(np.uint8)).decode()
        found = {**kept, **json.loads(words)}
    zone = timezone(timedelta(hours=found.pop("zone")))
    notes = tuple(found.pop("notes"))
    start = datetime(year, 1, 1, tzinfo=zone)
    return {**found, "name": path.stem, "start": start, "step": 3600.0, "offset": 1.0, "notes": notes}


def _parse(path: Path, year: int) -> dict[str, Any]:
    """What the file says."""
    import pvlib

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
    return {
        "source": f"EPW file, {head.get('data_type', 'unknown source')}", "latitude": float(head["latitude"]),
        "longitude": float(head["longitude"]), "elevation": float(head["altitude"]), "zone": float(head["TZ"]), "notes": notes, **columns,
    }  # fmt: skip


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
