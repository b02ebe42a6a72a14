"""Weather on a regular grid of time, with the sun and moist-air columns that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from twin.weather import moist
from twin.weather.sun import ephemeris

if TYPE_CHECKING:
    from twin.weather.year import Weather

Floats = npt.NDArray[np.float64]
TWILIGHT = 20.0
"""Most diffuse light while the sun is at the horizon. [W/m2] Measured global irradiance at 0 degrees of elevation stays below."""
CLEAREST = 0.8
"""Largest direct normal over extraterrestrial irradiance; a clean, dry atmosphere at sea level transmits about 0.75..0.8."""
LINEAR = ("dry_bulb", "dew_point", "pressure", "wind_speed", "infrared")


@dataclass
class Grid:
    """Columns of one stretch of time; every value belongs to the interval that starts at its place."""

    step: float
    dry_bulb: Floats
    dew_point: Floats
    pressure: Floats
    wind_speed: Floats
    infrared: Floats
    global_horizontal: Floats
    direct_normal: Floats
    diffuse_horizontal: Floats
    zenith: Floats
    azimuth: Floats
    extraterrestrial: Floats
    airmass: Floats
    """Corrected for pressure, as EnergyPlus does for the sky's brightness: the air above a mountain site is thinner."""
    humidity: Floats
    wet_bulb: Floats
    hour: Floats = field(default_factory=lambda: np.empty(0))
    day_kind: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    wind_direction: Floats = field(default_factory=lambda: np.empty(0))
    """Where the wind comes from; empty where nobody knows. [deg]"""
    density: Floats = field(default_factory=lambda: np.empty(0))
    """Of outdoor air. [kg/m3]"""
    planes: dict[tuple[float, float], tuple[Floats, Floats, Floats, Floats]] = field(default_factory=dict)
    """Sun on tilted planes already worked out, by (tilt, azimuth)."""
    kept: dict[str, Floats] = field(default_factory=dict)
    """What physics has worked out once for this stretch and asks for often."""
    month: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    day: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Day of the year, from 1."""


def cut(weather: Weather, start: float, step: float, count: int) -> Grid:
    """Weather on `count` intervals of `step` seconds from `start`, seconds since the year began in local standard time.

    Temperatures, pressure and wind are linear between the file's values, which stand for the middle of their interval
    where it is a mean and for its end where the file says so. Irradiance keeps the energy of every interval of the file:
    inside it, it follows the height of the sun. Time before or after the file wraps around, since a year is periodic.
    """
    import pvlib

    middle = start + (np.arange(count) + 0.5) * step
    total = len(weather.dry_bulb)
    position = middle / weather.step - weather.offset
    low = np.floor(position).astype(np.int64)
    share = position - low
    columns = {
        name: (1.0 - share) * getattr(weather, name)[low % total] + share * getattr(weather, name)[(low + 1) % total]
        for name in LINEAR
    }
    sun = _sun(weather, start, step, count)
    extra = pvlib.irradiance.get_extra_radiation(sun["day"])
    relative = pvlib.atmosphere.get_relative_airmass(np.minimum(sun["zenith"], 89.0))
    mass = pvlib.atmosphere.get_absolute_airmass(relative, columns["pressure"])
    humidity = moist.humidity_ratio(columns["dew_point"], columns["pressure"])
    bulb = moist.wet_bulb(columns["dry_bulb"], humidity, columns["pressure"])
    light = _light(weather, start, step, count, sun["zenith"], np.asarray(extra))
    return Grid(
        step,
        columns["dry_bulb"],
        columns["dew_point"],
        columns["pressure"],
        columns["wind_speed"],
        columns["infrared"],
        light["global_horizontal"],
        light["direct_normal"],
        light["diffuse_horizontal"],
        sun["zenith"],
        sun["azimuth"],
        np.asarray(extra),
        np.asarray(mass),
        humidity,
        bulb,
        wind_direction=_steady(weather, middle),
        density=moist.density(columns["dry_bulb"], humidity, columns["pressure"]),
    )


def _steady(weather: Weather, middle: npt.NDArray[Any]) -> Floats:
    """Wind direction of the file's interval around each instant: directions are not interpolated."""
    if not len(weather.wind_direction):
        return weather.wind_direction
    nearest = np.floor(middle / weather.step - weather.offset + 0.5).astype(np.int64)
    return weather.wind_direction[nearest % len(weather.wind_direction)]


def _sun(weather: Weather, start: float, step: float, count: int) -> dict[str, Floats]:
    """Where the sun stands in the middle of each interval."""
    import pandas as pd

    first = weather.start + timedelta(seconds=start + 0.5 * step)
    times = pd.date_range(first, periods=count, freq=pd.Timedelta(seconds=step))
    sun = ephemeris(times, weather.latitude, weather.longitude)
    return {
        "zenith": sun["apparent_zenith"].to_numpy(),
        "azimuth": sun["azimuth"].to_numpy(),
        "day": (np.floor((start + (np.arange(count) + 0.5) * step) / 86400.0) + weather.start.timetuple().tm_yday - 1)
        % 365.0
        + 1.0,
    }


def _light(weather: Weather, start: float, step: float, count: int, zenith: Floats, extra: Floats) -> dict[str, Floats]:
    """Spread the irradiance of each file interval over its grid intervals by the sun's height, keeping its energy.

    What would exceed the extraterrestrial irradiance is cut: files put some light into hours when the sun is nearly down.
    """
    middle = start + (np.arange(count) + 0.5) * step
    total = len(weather.dry_bulb)
    which = np.floor(middle / weather.step).astype(np.int64)
    height = np.maximum(np.cos(np.radians(zenith)), 0.0)
    place = which - which[0]
    ticks = np.bincount(place)
    heights = np.bincount(place, weights=height)
    mean = (heights / ticks)[place]
    shape = np.where(mean > 0.0, height / np.where(mean > 0.0, mean, 1.0), 1.0)
    flat = {
        name: getattr(weather, name)[which % total]
        for name in ("global_horizontal", "diffuse_horizontal", "direct_normal")
    }
    up = (height > 0.0).astype(float)
    lit = (np.bincount(place, weights=up) / ticks)[place]
    beam = np.where(lit > 0.0, up / np.where(lit > 0.0, lit, 1.0), 0.0)
    return {
        "global_horizontal": np.minimum(flat["global_horizontal"] * shape, extra * height + TWILIGHT),
        "diffuse_horizontal": np.minimum(flat["diffuse_horizontal"] * shape, 0.7 * extra * height + TWILIGHT),
        "direct_normal": np.minimum(flat["direct_normal"] * beam, CLEAREST * extra),
    }
