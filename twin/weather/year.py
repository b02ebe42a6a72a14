"""A stretch of weather, usually a year, as columns in SI units with their source."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.errors import WeatherError
from twin.weather import epw, future, measured, typical
from twin.weather.grid import Grid, cut

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Weather:
    """Hourly or finer weather; every column has one value per `step` from the year's first hour, local standard time.

    Attributes
    ----------
    name, source : what it is, and where it comes from.
    latitude, longitude, elevation : of the station. [deg, deg, m]
    start : first instant (aware, standard time).
    step : interval. [s]
    offset : where in its interval a temperature stands, in intervals: 0.5 for a mean, 1 for a value at the end.
    dry_bulb, dew_point : [degC]; pressure [Pa]; wind_speed [m/s]; infrared: horizontal infrared from the sky [W/m2].
    global_horizontal, direct_normal, diffuse_horizontal : means over the interval. [W/m2]
    notes : what was mended in the data.
    wind_direction : where the wind comes from, clockwise from north; empty where nobody knows. [deg]
    """

    name: str
    source: str
    latitude: float
    longitude: float
    elevation: float
    start: datetime
    step: float
    offset: float
    dry_bulb: Floats
    dew_point: Floats
    pressure: Floats
    wind_speed: Floats
    infrared: Floats
    global_horizontal: Floats
    direct_normal: Floats
    diffuse_horizontal: Floats
    notes: tuple[str, ...] = field(default=())
    wind_direction: Floats = field(default_factory=lambda: np.empty(0))

    @classmethod
    def named(cls, text: str, year: int = 2019) -> Weather:
        """Weather from a city's name (`shenzhen`, `shenzhen:3` for seed 3), or the path of an .epw or .csv file.

        Each may be followed by a change of the climate: `shenzhen+2050-ssp245`, `FILE.epw+2.0K`; see `twin.weather.future`.

        Raises
        ------
        WeatherError
            When it is none of these.
        """
        base, change = future.parts(text)
        if change:
            return future.warmer(cls.named(base, year), change)
        path = Path(text)
        if path.suffix.lower() == ".epw":
            return cls.epw(path, year)
        if path.suffix.lower() == ".csv":
            return cls.csv(path)
        city, _, seed = text.partition(":")
        if city not in typical.cities():
            near = difflib.get_close_matches(city, typical.cities(), 1)
            hint = f"did you mean {near[0]!r}?" if near else f"cities: {', '.join(typical.cities())}"
            raise WeatherError(f"{text!r}: no such city or weather file; {hint}")
        return cls.typical(city, year, int(seed or 0))

    @classmethod
    def typical(cls, city: str, year: int = 2019, seed: int = 0) -> Weather:
        """The embedded typical year of a city: statistics of its climate turned into a reproducible year."""
        return cls(**typical.generate(city, year, seed))

    @classmethod
    def epw(cls, path: str | Path, year: int = 2019) -> Weather:
        """An EnergyPlus weather file; its temperatures stand at the end of each hour.

        Raises
        ------
        WeatherError
            When it cannot be read or has long gaps.
        """
        return cls(**epw.read(Path(path), year))

    @classmethod
    def csv(cls, path: str | Path) -> Weather:
        """Measured weather: column `time` (ISO with offset) and the columns of this class; see `twin.weather.measured`."""
        return cls(**measured.read(Path(path)))

    def on_grid(self, start: float, step: float, count: int) -> Grid:
        """Columns on `count` intervals of `step` seconds from `start`, seconds since the first instant."""
        return cut(self, start, step, count)

    def digest(self) -> str:
        """Hash of everything in it, for manifests and for what is kept between processes."""
        content = hashlib.sha256()
        for each in fields(self):
            value = getattr(self, each.name)
            content.update(
                np.ascontiguousarray(value).tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
            )
        return content.hexdigest()[:16]
