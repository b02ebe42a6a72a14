"""Measured trends that take the place of a simulation: one row after the other, as a virtual building shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.bacnet.points import FIRST_DEVICE, Point, check
from twin.errors import BacnetError

LONGEST_NAME = 200
"""Octets of an object's name."""


class Replay:
    """Trends as a source of a virtual building.

    Parameters
    ----------
    trends : one row a moment, one column a point; an increasing time index.
    """

    def __init__(self, trends: pd.DataFrame) -> None:
        self.trends = trends
        self._values = trends.to_numpy(dtype=np.float64)
        pauses = np.diff(pd.DatetimeIndex(trends.index).as_unit("us").asi8)
        self.step = float(np.median(pauses)) / 1e6 if len(pauses) else 60.0
        self.tick = 0

    @property
    def ticks(self) -> int:
        """Number of rows; the last one stays."""
        return len(self.trends)

    @property
    def moment(self) -> datetime:
        """Time of the present row."""
        found: datetime = self.trends.index[self.tick].to_pydatetime()
        return found

    def places(self, signals: Sequence[str]) -> npt.NDArray[np.int64]:
        """Columns of signals."""
        return np.array([self.trends.columns.get_loc(signal) for signal in signals], dtype=np.int64)

    def values(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """The present row; NaN where nothing was measured."""
        found: npt.NDArray[np.float64] = self._values[self.tick, places]
        return found

    def post(self, signal: str, value: float | None, priority: int, source: str) -> None:
        """Nothing: what was measured stays what it was. The points of trends are not writable, so that nobody is misled."""

    def advance(self) -> None:
        """The next row."""
        self.tick = min(self.tick + 1, self.ticks - 1)

    def seek(self, tick: int) -> None:
        """A row by its number, from 0."""
        self.tick = tick


def read(path: Path, zone: str = "UTC") -> pd.DataFrame:
    """Trends from a CSV or Parquet file: a time index or column `time`/`timestamp`/first column, numbers in the others.

    Columns without a single number are left out; times without a zone are taken to be in `zone`.

    Raises
    ------
    BacnetError
        When there are no times or no numbers.
    """
    try:
        frame = pd.read_parquet(path) if path.suffix.lower() in (".parquet", ".pq") else pd.read_csv(path)
    except (OSError, ValueError, UnicodeDecodeError) as problem:
        raise BacnetError(f"{path}: cannot be read as trends ({problem}); give a CSV or Parquet file") from problem
    if not isinstance(frame.index, pd.DatetimeIndex):
        names = {str(name).lower(): name for name in frame.columns}
        column = next((names[n] for n in ("time", "timestamp", "datetime", "date_time", "date") if n in names), None)
        if column is None and len(frame.columns):
            column = frame.columns[0]
        try:
            frame = frame.set_index(pd.DatetimeIndex(pd.to_datetime(frame[column]))).drop(columns=[column])
        except (KeyError, ValueError, TypeError) as problem:
            raise BacnetError(
                f"{path}: the first column is no time ({problem}); name the column of times `time`"
            ) from problem
    index = pd.DatetimeIndex(frame.index)
    frame.index = index.tz_localize(zone, ambiguous="NaT", nonexistent="NaT") if index.tz is None else index
    frame = frame[frame.index.notna()].sort_index()
    frame = frame[~frame.index.duplicated(keep="last")]
    numbers = frame.apply(pd.to_numeric, errors="coerce").astype(float).dropna(axis=1, how="all")
    if numbers.empty:
        raise BacnetError(f"{path}: holds no numbers; one row a moment, one column a point")
    numbers.columns = [str(name)[:LONGEST_NAME] for name in numbers.columns]
    return numbers


def derive(trends: pd.DataFrame, known: Sequence[Point] = ()) -> list[Point]:
    """Points of trends: the known ones as they are, all other columns as analog inputs of one device. None may be written.

    Raises
    ------
    BacnetError
        When a known point has no column, or places clash.
    """
    missing = [point.signal for point in known if point.signal not in trends.columns]
    if missing:
        raise BacnetError(
            f"the trends have no column {', '.join(missing[:5])}; the points name columns as their signals"
        )
    told = {point.signal for point in known}
    first = 1 + max((p.instance for p in known if (p.device, p.object) == (FIRST_DEVICE, "AI")), default=0)
    rest = [name for name in trends.columns if name not in told]
    found = [*known, *(
        Point(FIRST_DEVICE, "AI", first + at, name, name, "1", name, 0.01, math.nan, math.nan) for at, name in enumerate(rest)
    )]  # fmt: skip
    found = [replace(point, low=math.nan, high=math.nan) for point in found]
    check(found)
    return found
