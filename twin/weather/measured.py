"""Weather that somebody measured, from a CSV file or from BACnet points; what is not measured is derived and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from twin.errors import WeatherError
from twin.weather import moist
from twin.weather.sun import ephemeris

if TYPE_CHECKING:
    import pandas as pd

    from twin.weather.grid import Grid

Floats = npt.NDArray[np.float64]
NEEDED = ("dry_bulb", "global_horizontal")
STATION = {
    "dry_bulb": ("degC", "Outdoor air temperature"), "relative_humidity": ("1", "Outdoor relative humidity"),
    "global_horizontal": ("W/m2", "Global horizontal irradiance"), "direct_normal": ("W/m2", "Direct normal irradiance"),
    "diffuse_horizontal": ("W/m2", "Diffuse horizontal irradiance"), "wind_speed": ("m/s", "Wind speed"),
}  # fmt: skip
"""What a weather station measures, with units: a sun tracker with three pyranometers, air, and wind."""
LIGHT = ("global_horizontal", "direct_normal", "diffuse_horizontal")
LONGEST = 3.0
"""Longest gap that is filled. [h]"""


def station(grid: Grid) -> dict[str, Floats]:
    """What a weather station tells of a stretch of weather, by the names of STATION and in their units."""
    relative = moist.saturation_pressure(grid.dew_point) / moist.saturation_pressure(grid.dry_bulb)
    return {
        name: np.clip(relative, 0.0, 1.0) if name == "relative_humidity" else getattr(grid, name) for name in STATION
    }


def read(path: Path) -> dict[str, Any]:
    """Fields of a `Weather` from a CSV file.

    The first lines may be comments `# latitude: 22.5` for latitude, longitude and elevation.

    Raises
    ------
    WeatherError
        For a missing file, column, place, or a long gap.
    """
    import pandas as pd

    if not path.is_file():
        raise WeatherError(f"{path}: no such weather file")
    place: dict[str, float] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                break
            key, _, value = line[1:].partition(":")
            place[key.strip()] = float(value)
    for key in ("latitude", "longitude"):
        if key not in place:
            raise WeatherError(f"{path}: {key} is missing; write a first line '# {key}: 22.5'")
    frame = pd.read_csv(path, comment="#")
    if "time" not in frame:
        raise WeatherError(f"{path}: column 'time' is missing; write ISO times with their offset")
    frame.index = pd.DatetimeIndex(pd.to_datetime(frame.pop("time")))
    return columns(
        frame, path.stem, f"measured, {path.name}", place["latitude"], place["longitude"], place.get("elevation", 0.0)
    )


def columns(
    frame: pd.DataFrame, name: str, source: str, latitude: float, longitude: float, elevation: float
) -> dict[str, Any]:
    """Fields of a `Weather` from a frame of measured means with an aware, regular time index.

    Needs dry_bulb [degC], global_horizontal [W/m2] and relative_humidity [1] or dew_point [degC]; splits the sun by Erbs'
    model and takes the sky's infrared from Berdahl and Martin (Solar Energy 32(5), 1984) where they are not measured.

    Raises
    ------
    WeatherError
        For a missing column, an irregular index or a gap over three hours.
    """
    import pandas as pd

    for needed in NEEDED:
        if needed not in frame:
            raise WeatherError(f"{name}: column {needed!r} is missing; it cannot be derived from the others")
    if "relative_humidity" not in frame and "dew_point" not in frame:
        raise WeatherError(f"{name}: column 'relative_humidity' or 'dew_point' is missing")
    index = pd.DatetimeIndex(frame.index)
    step = float((index[1] - index[0]).total_seconds())
    if not (np.diff(index.as_unit("ns").asi8) == step * 1e9).all():
        raise WeatherError(f"{name}: times are not regular; give one row every {step:.0f} s")
    filled, notes = _fill(frame, step, name)
    dry = filled["dry_bulb"]
    pressure = filled.get("pressure", np.full(len(dry), 101325.0 * (1.0 - 2.25577e-5 * elevation) ** 5.2559))
    dew = filled["dew_point"] if "dew_point" in filled else moist.dew_point(dry, filled["relative_humidity"])
    light = _split(filled, index, step, latitude, longitude)
    infrared = filled.get("infrared", clear_sky(dry, dew))
    return {
        "name": name, "source": source, "latitude": latitude, "longitude": longitude, "elevation": elevation,
        "start": index[0].to_pydatetime(), "step": step, "offset": 0.5, "dry_bulb": dry, "dew_point": dew, "pressure": pressure,
        "wind_speed": filled.get("wind_speed", np.full(len(dry), 2.0)), "infrared": infrared, "notes": tuple(notes), **light,
    }  # fmt: skip


def clear_sky(dry_bulb: Floats, dew_point: Floats) -> Floats:
    """Horizontal infrared of a clear sky. [W/m2] Berdahl and Martin (Solar Energy 32(5), 1984)."""
    sky = 0.711 + 0.56 * dew_point / 100.0 + 0.73 * (dew_point / 100.0) ** 2
    found: Floats = sky * 5.67e-8 * (dry_bulb + 273.15) ** 4
    return found


def overlay(grid: Grid, told: Mapping[str, Floats]) -> Grid:
    """The weather of a grid with what a station has measured put over it, and what follows from that derived anew.

    Parameters
    ----------
    told : columns of STATION, NaN where nothing was measured. Where only global irradiance was, it is split by the model of
        Erbs, Klein and Duffie (Solar Energy 28(4), 1982).
    """
    seen = {name: np.asarray(values, dtype=np.float64) for name, values in told.items() if np.isfinite(values).any()}
    if not seen:
        return grid
    relative = station(grid)["relative_humidity"]
    dry = _over(grid.dry_bulb, seen.get("dry_bulb"))
    damp = np.clip(_over(relative, seen.get("relative_humidity")), 0.01, 1.0)
    dew = moist.dew_point(dry, damp)
    humidity = moist.humidity_ratio(dew, grid.pressure)
    light = {name: _over(getattr(grid, name), seen.get(name)) for name in LIGHT}
    if "global_horizontal" in seen and not {"direct_normal", "diffuse_horizontal"} & set(seen):
        light = _erbs(grid, light["global_horizontal"])
    clear = np.isfinite(seen["dry_bulb"]) if "dry_bulb" in seen else np.zeros(len(dry), dtype=bool)
    return replace(
        grid, dry_bulb=dry, dew_point=dew, humidity=humidity, wind_speed=np.maximum(_over(grid.wind_speed, seen.get("wind_speed")), 0.0),
        wet_bulb=moist.wet_bulb(dry, humidity, grid.pressure), density=moist.density(dry, humidity, grid.pressure),
        infrared=np.where(clear, clear_sky(dry, dew), grid.infrared),
        global_horizontal=np.maximum(light["global_horizontal"], 0.0), direct_normal=np.maximum(light["direct_normal"], 0.0),
        diffuse_horizontal=np.maximum(light["diffuse_horizontal"], 0.0), planes={}, kept={},
    )  # fmt: skip


def _over(below: Floats, above: Floats | None) -> Floats:
    return below if above is None else np.where(np.isfinite(above), above, below)


def _erbs(grid: Grid, total: Floats) -> dict[str, Floats]:
    import pvlib

    parts = pvlib.irradiance.erbs(np.maximum(total, 0.0), grid.zenith, dni_extra=grid.extraterrestrial)
    direct, diffuse = (np.nan_to_num(np.asarray(parts[name], dtype=float)) for name in ("dni", "dhi"))
    return {"global_horizontal": total, "direct_normal": direct, "diffuse_horizontal": diffuse}


def _fill(frame: pd.DataFrame, step: float, name: str) -> tuple[dict[str, Floats], list[str]]:
    filled, notes = {}, []
    for column in frame.columns:
        values = frame[column].to_numpy(dtype=float)
        missing = ~np.isfinite(values)
        if missing.any():
            edges = np.flatnonzero(np.diff(np.r_[0, missing.astype(int), 0]))
            longest = float((edges[1::2] - edges[::2]).max()) * step / 3600.0
            if longest > LONGEST:
                raise WeatherError(
                    f"{name}: {column} is missing for {longest:.1f} h on end; at most {LONGEST:.0f} h can be filled"
                )
            places = np.arange(len(values))
            values = np.interp(places, places[~missing], values[~missing])
            notes.append(f"{column}: {int(missing.sum())} missing values filled by interpolation")
        filled[str(column)] = values
    return filled, notes


def _split(
    filled: dict[str, Floats], index: pd.DatetimeIndex, step: float, latitude: float, longitude: float
) -> dict[str, Floats]:
    """Direct and diffuse from global irradiance (Erbs, Klein and Duffie, Solar Energy 28(4), 1982), unless measured."""
    import pandas as pd
    import pvlib

    total = np.maximum(filled["global_horizontal"], 0.0)
    if "direct_normal" in filled and "diffuse_horizontal" in filled:
        return {k: filled[k] for k in ("global_horizontal", "direct_normal", "diffuse_horizontal")}
    middle = index + pd.Timedelta(seconds=step / 2)
    zenith = ephemeris(middle, latitude, longitude)["apparent_zenith"].to_numpy()
    parts = pvlib.irradiance.erbs(total, zenith, np.asarray(middle.day_of_year))
    return {
        "global_horizontal": total,
        "direct_normal": np.nan_to_num(np.asarray(parts["dni"], dtype=float)),
        "diffuse_horizontal": np.nan_to_num(np.asarray(parts["dhi"], dtype=float), nan=0.0),
    }
