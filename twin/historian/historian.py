"""What every historian can do, whatever it keeps its samples in: append, query, last, points, annotate, gaps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.errors import StoreError
from twin.historian.samples import (
    EARLIEST,
    LATEST,
    MICROSECOND,
    QUALITIES,
    USABLE,
    Integers,
    Samples,
    codes,
    from_frame,
    microseconds,
)

How = Literal["mean", "min", "max", "sum", "count", "first", "last", "previous"]
COLUMNS = {"min": "least", "max": "most", "sum": "total", "count": "n", "first": "opening", "last": "closing"}
Moment = Any
"""Anything that pandas takes for a moment, with its time zone."""
LOOK_BACK = pd.Timedelta("1D")
"""How old the value that `previous` shows may be."""


class Historian(ABC):
    """Samples of points over time, with quality. Times are aware; data frames go in and come out."""

    @abstractmethod
    def numbers(self, names: Sequence[str], make: bool = False) -> dict[str, int]:
        """Number of each point; new ones get one when asked."""

    @abstractmethod
    def append_samples(self, samples: Samples) -> None:
        """Add samples whose points are numbers of this store; durable when this returns."""

    @abstractmethod
    def raw(self, points: Sequence[int], first: int, last: int) -> Samples:
        """Samples in a stretch of microseconds, both ends included, by point and time; of two for one moment the newer."""

    @abstractmethod
    def sums(self, points: Sequence[int], cuts: Integers, last: int, qualities: Sequence[int]) -> pd.DataFrame:
        """By point and interval `bin` between cuts [us], up to `last`: n, total, least, most, opening, closing."""

    @abstractmethod
    def latest(self, points: Sequence[int], before: int) -> Samples:
        """Newest sample of each point at or before a microsecond."""

    def since(self, mark: int, points: Sequence[int]) -> tuple[int, Samples]:
        """Newest samples of points, at least those that have come since a mark, and the mark to ask with next time; the first is 0."""
        return mark + 1, self.latest(points, LATEST)

    @abstractmethod
    def points(self) -> pd.DataFrame:
        """Every point: unit, description, source, first and last time and the number of samples; indexed by name."""

    @abstractmethod
    def describe_all(self, rows: Sequence[tuple[str, str, str, str]]) -> None:
        """Say what points are: name, unit, description and source of each; empty texts leave what was said before."""

    @abstractmethod
    def notes(self, start: Moment = None, end: Moment = None) -> pd.DataFrame:
        """Notes that touch a stretch of time: point, start, end, text, author."""

    @abstractmethod
    def annotate(
        self, text: str, start: Moment, end: Moment = None, point: str | None = None, author: str = ""
    ) -> None:
        """Keep a note about a moment or a stretch of time, of one point or of all."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""

    def __enter__(self) -> Historian:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def describe(self, name: str, unit: str = "", description: str = "", source: str = "") -> None:
        """Say what a point is; empty texts leave what was said before."""
        self.describe_all([(name, unit, description, source)])

    def append(self, samples: pd.DataFrame) -> None:
        """Add samples; they are durable when this returns.

        Parameters
        ----------
        samples : long, with the columns time, point, value and perhaps quality; or wide, with an aware time index and a column
            a point, where NaN is no sample. A moment written twice keeps its newest value.

        Raises
        ------
        StoreError
            When times have no zone, values are no numbers, or the store cannot be written.
        """
        names, found = from_frame(samples)
        if len(found):
            known = self.numbers(names, make=True)
            places = np.array([known[name] for name in names], dtype=np.int32)
            self.append_samples(Samples(places[found.point], found.time, found.value, found.quality))

    def query(
        self,
        points: Sequence[str],
        start: Moment,
        end: Moment,
        every: str | None = None,
        how: How = "mean",
        qualities: Sequence[str] | None = None,
        zone: str | tzinfo = "UTC",
        limit: str | pd.Timedelta = LOOK_BACK,
    ) -> pd.DataFrame:
        """Samples from `start` to before `end`.

        Parameters
        ----------
        every : None for the samples as they came, or a frequency of pandas: `15min`, `1h`, `1D`, `MS`.
        how : what becomes of the samples of one interval; `previous` is the newest value at each instant, at most `limit` old.
        qualities : those that count; raw samples come with all, aggregates leave out faulty and lost ones, and the twin's own.
        zone : of the answer, and of its days.

        Returns
        -------
        Raw: time, point, value and quality, by point and time. Otherwise one column a point, intervals labelled at their start.

        Raises
        ------
        StoreError
            When a point is unknown, or a moment has no time zone.
        """
        first, last = microseconds(start), microseconds(end) - 1
        places = self._places(points)
        if every is None:
            return self._long(self.raw(places, first, last), points, places, qualities, zone)
        edges = _edges(start, end, every, zone)
        chosen = [int(code) for code in codes(USABLE if qualities is None else qualities)]
        if len(edges) < 2:
            return pd.DataFrame(index=edges[:0], columns=list(points), dtype=float)
        if how == "previous":
            return self._previous(points, places, edges, pd.Timedelta(limit), chosen)
        if how not in ("mean", *COLUMNS):
            raise StoreError(f"how {how!r}: is not one of mean, previous, {', '.join(COLUMNS)}")
        return self._resampled(points, places, edges, how, chosen, last)

    def last(self, points: Sequence[str], zone: str | tzinfo = "UTC") -> pd.DataFrame:
        """Newest sample of each point: time, value, quality; NaT where there is none. Indexed by name."""
        places = self._places(points)
        found = self.latest(places, LATEST)
        names = dict(zip(places, points, strict=True))
        frame = pd.DataFrame(
            {"time": moments(found.time, zone), "value": found.value, "quality": _words(found.quality)},
            index=pd.Index([names[int(each)] for each in found.point], name="point"),
        )
        return frame.reindex(list(points))

    def gaps(
        self, points: Sequence[str], start: Moment, end: Moment, longer: str | pd.Timedelta | None = None
    ) -> pd.DataFrame:
        """Stretches without usable samples: point, start (last sample before), end (first sample after), missing samples.

        Parameters
        ----------
        longer : shortest pause that counts; three times the point's usual pause when left out. The ends of the stretch count, too.
        """
        first, last = microseconds(start), microseconds(end)
        places = self._places(points)
        held = self.raw(places, first, last)
        held = held.chosen(np.isin(held.quality, codes(USABLE)) & ~np.isnan(held.value))
        rows = []
        for name, place in zip(points, places, strict=True):
            times = held.time[held.point == place]
            pauses = np.diff(times)
            usual = float(np.median(pauses)) if len(pauses) else float(last - first)
            most = 3.0 * usual if longer is None else pd.Timedelta(longer) / pd.Timedelta("1us")
            ends = np.concatenate([[first], times, [last]])
            for at in np.flatnonzero(np.diff(ends) > most):
                missing = max(round((ends[at + 1] - ends[at]) / usual) - 1, 1) if len(pauses) else 0
                rows.append((name, ends[at], ends[at + 1], missing))
        frame = pd.DataFrame(rows, columns=["point", "start", "end", "missing"])
        return frame.assign(**{n: moments(frame[n].to_numpy(np.int64)) for n in ("start", "end")})

    def _places(self, points: Sequence[str]) -> list[int]:
        if isinstance(points, str):
            raise StoreError(f"points is a list of names; write [{points!r}]")
        known = self.numbers(list(points))
        unknown = [name for name in points if name not in known]
        if unknown:
            raise StoreError(f"no samples of {', '.join(unknown[:5])} yet; `points()` lists what there is")
        return [known[name] for name in points]

    def _long(
        self, held: Samples, points: Sequence[str], places: Sequence[int], qualities: Sequence[str] | None,
        zone: str | tzinfo,
    ) -> pd.DataFrame:  # fmt: skip
        if qualities is not None:
            held = held.chosen(np.isin(held.quality, codes(qualities)))
        order = np.argsort(places)
        which = np.searchsorted(np.asarray(places)[order], held.point)
        names: Any = pd.Categorical.from_codes(order[which], pd.Index(list(points))) if len(points) else []
        return pd.DataFrame(
            {"time": moments(held.time, zone), "point": names, "value": held.value, "quality": _words(held.quality)}
        )

    def _resampled(
        self, points: Sequence[str], places: Sequence[int], edges: pd.DatetimeIndex, how: str, chosen: Sequence[int], last: int
    ) -> pd.DataFrame:  # fmt: skip
        cuts = edges.tz_convert("UTC").as_unit("us").asi8
        found = self.sums(places, cuts, min(last, int(cuts[-1]) - 1), chosen)
        value = found["total"] / found["n"] if how == "mean" else found[COLUMNS[how]].astype(float)
        answer = np.full((len(edges) - 1, len(places)), 0.0 if how == "count" else np.nan)
        column = pd.Series(range(len(places)), index=list(places))
        answer[found["bin"].to_numpy(), column.loc[found["point"]].to_numpy()] = value
        return pd.DataFrame(answer, index=edges[:-1], columns=list(points))

    def _previous(
        self, points: Sequence[str], places: Sequence[int], edges: pd.DatetimeIndex, limit: pd.Timedelta, chosen: Sequence[int]
    ) -> pd.DataFrame:  # fmt: skip
        instants = edges[:-1].tz_convert("UTC").as_unit("us").asi8
        values, _ = self.at(places, instants, int(limit / MICROSECOND), chosen)
        return pd.DataFrame(values, index=edges[:-1], columns=list(points))

    def at(
        self, points: Sequence[int], instants: Integers, limit: int, qualities: Sequence[int]
    ) -> tuple[npt.NDArray[np.float64], Integers]:
        """Newest value of each point at or before each instant, and the time it has; NaN and EARLIEST where none is young enough.

        Parameters
        ----------
        points : numbers of this store, each once.
        instants : increasing. [us]
        limit : how old a value may be. [us]
        qualities : codes of those that count.
        """
        values = np.full((len(instants), len(points)), np.nan)
        times = np.full((len(instants), len(points)), EARLIEST, dtype=np.int64)
        if not len(instants) or not len(points):
            return values, times
        held = self.raw(points, int(instants[0]) - limit, int(instants[-1]))
        held = held.chosen(np.isin(held.quality, qualities) & ~np.isnan(held.value))
        low = np.searchsorted(held.point, points)
        high = np.searchsorted(held.point, points, side="right")
        for column in np.flatnonzero(high > low):
            told, seen = held.time[low[column] : high[column]], held.value[low[column] : high[column]]
            place = np.searchsorted(told, instants, side="right") - 1
            fresh = (place >= 0) & (instants - told[place] <= limit)
            values[fresh, column], times[fresh, column] = seen[place[fresh]], told[place[fresh]]
        return values, times


def _edges(start: Moment, end: Moment, every: str, zone: str | tzinfo) -> pd.DatetimeIndex:
    """Starts of the intervals that cover a stretch of time, and the end of the last."""
    try:
        step = pd.tseries.frequencies.to_offset(every)
    except ValueError as problem:
        raise StoreError(f"every {every!r}: is no frequency of pandas; write 15min, 1h, 1D or MS") from problem
    try:
        first, last = pd.Timestamp(start).tz_convert(zone), pd.Timestamp(end).tz_convert(zone)
    except (KeyError, ValueError, TypeError) as problem:
        raise StoreError(f"zone {zone!r}: is no time zone; write Asia/Shanghai") from problem
    day = first.normalize()
    if isinstance(step, pd.offsets.Tick):
        begin = day + (first - day) // pd.Timedelta(step) * pd.Timedelta(step)
    else:
        begin = day if isinstance(step, pd.offsets.Day) or step.is_on_offset(day) else step.rollback(day)
    found = pd.date_range(begin, last, freq=every)
    if len(found) and found[-1] < last:
        found = pd.DatetimeIndex([*found, found[-1] + step])
    return found


def moments(told: Any, zone: str | tzinfo = "UTC") -> pd.DatetimeIndex:
    """Microseconds since 1970 as aware times."""
    return pd.DatetimeIndex(np.asarray(told, dtype="datetime64[us]")).tz_localize("UTC").tz_convert(zone)


def span(start: Moment, end: Moment, whole: bool = False) -> tuple[int, int]:
    """Microseconds of the two ends of a note; where one is not given, all of time, or the moment of the other.

    Raises
    ------
    StoreError
        When it ends before it starts.
    """
    first = EARLIEST if start is None else microseconds(start)
    last = (LATEST if whole else first) if end is None else microseconds(end)
    if last < first:
        raise StoreError(f"a note from {start} to {end} ends before it starts")
    return first, last


def _words(quality: Any) -> Any:
    return pd.Categorical.from_codes(np.asarray(quality, dtype=np.int64), pd.Index(QUALITIES))
