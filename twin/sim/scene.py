"""What forcing sees: the weather, the sun and the calendar on a regular grid of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from twin.errors import PeriodError

if TYPE_CHECKING:
    from twin.weather.almanac import Almanac
    from twin.weather.grid import Grid
    from twin.weather.year import Weather

Floats = npt.NDArray[np.float64]
DAY = 86400.0
MOST = 2**27
"""Octets of forcing that a scene keeps: a few hundred columns of a year of quarter-hours."""


@dataclass(frozen=True)
class Clock:
    """Start of a run in local standard time, its number of ticks and their length in seconds."""

    start: datetime
    ticks: int
    step: float

    def __post_init__(self) -> None:
        if not (self.step >= 1.0 and (3600.0 / self.step).is_integer()) and self.step != 3600.0:
            raise PeriodError(f"step {self.step} s: must divide the hour, for instance 900 or 3600")
        if self.start.minute or self.start.second or self.start.microsecond:
            raise PeriodError(f"start {self.start}: must be a full hour")
        if self.ticks < 1:
            raise PeriodError("a run has at least one tick; check its start and end")

    def at(self, tick: int) -> datetime:
        """Local standard time at the start of a tick."""
        return self.start + timedelta(seconds=tick * self.step)

    def month_of(self, tick: int) -> int:
        """Number of the run's month, from 0, that holds a tick."""
        return next(place for place, (_, last) in enumerate(self.months) if tick < last)

    @cached_property
    def months(self) -> list[tuple[int, int]]:
        """First tick and tick after the last of each calendar month of the run."""
        edges = [0]
        month = self.start.replace(day=1, hour=0)
        while edges[-1] < self.ticks:
            month = (month + timedelta(days=32)).replace(day=1)
            edges.append(min(self.ticks, round((month - self.start).total_seconds() / self.step)))
        return list(zip(edges[:-1], edges[1:], strict=True))


@dataclass(frozen=True)
class Scene:
    """A year of weather, a calendar and where the sun stands over the site."""

    weather: Weather
    almanac: Almanac
    lasting: ClassVar[bool] = True
    """Whether what it tells of a stretch of time stays true, so that it may be kept."""
    grids: dict[tuple[datetime, float, int], Grid] = field(default_factory=dict, compare=False)
    """Grids already made; runs that share a scene share them."""

    kept: dict[Any, Floats] = field(default_factory=dict, compare=False)
    """Forcing already worked out, as means over ticks, by forcing, parameter values and stretch of time."""
    held: list[int] = field(default_factory=lambda: [0], compare=False)
    """Octets kept."""

    @cached_property
    def digest(self) -> str:
        """Hash of the weather and the calendar."""
        return f"{self.weather.digest()} {self.almanac.country}"

    def keep(self, key: Any, told: Floats) -> Floats:
        """Keep forcing for the next run; all is dropped beyond MOST octets, since samples of uncertain numbers never ask for it again."""
        if self.held[0] > MOST:
            self.kept.clear()
            self.held[0] = 0
        self.kept[key] = told
        self.held[0] += told.nbytes
        return told

    def grid(self, clock: Clock, first: int, last: int, fine: int) -> Grid:
        """Weather grid of ticks `first` to `last`, each cut into `fine` parts, with calendar columns added.

        Columns: those of the weather grid, and `hour` (0..24 local), `day_kind` (0 workday, 1 Saturday, 2 Sunday or
        holiday), `month` (1..12), `day` (of the year, from 1).
        """
        step = clock.step / fine
        start = clock.at(first)
        count = (last - first) * fine
        key = (start, step, count)
        if key not in self.grids:
            self.grids[key] = self._grid(start, step, count)
        return self.grids[key]

    def _grid(self, start: datetime, step: float, count: int) -> Grid:
        grid = self.weather.on_grid((start - self.weather.start).total_seconds(), step, count)
        seconds = np.asarray((np.arange(count) + 0.5) * step + start.hour * 3600.0, dtype=np.float64)
        days = [self.almanac.day_kind((start + timedelta(days=d)).date()) for d in range(int(seconds[-1] // DAY) + 1)]
        which = (seconds // DAY).astype(int)
        grid.hour = (seconds % DAY) / 3600.0
        grid.day_kind = np.array(days)[which]
        dates = [start + timedelta(days=d) for d in range(len(days))]
        grid.month = np.array([each.month for each in dates])[which]
        grid.day = np.array([each.timetuple().tm_yday for each in dates])[which]
        return grid
