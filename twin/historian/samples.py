"""Samples as columns: point, time, value and quality, between data frames and octets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.errors import StoreError

QUALITIES = ("good", "stale", "fault", "overridden", "out_of_range", "communication_lost", "substituted")
"""What a sample is worth; its code is its place here. `substituted` values come from the twin, not from the building."""
USABLE = ("good", "stale", "overridden", "out_of_range")
"""Qualities that an aggregate counts unless told otherwise: the building's own values, even where they are odd."""
EARLIEST, LATEST = -(2**62), 2**62
EPOCH, MICROSECOND = pd.Timestamp(0, tz="UTC"), pd.Timedelta("1us")
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Samples:
    """Equally long columns.

    Attributes
    ----------
    point : number of each sample's point. [int32]
    time : microseconds since 1970 in UTC. [int64]
    value : NaN where there is none. [float64]
    quality : place in QUALITIES. [uint8]
    """

    point: npt.NDArray[np.int32]
    time: Integers
    value: Floats
    quality: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.time)

    def chosen(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.intp] | slice) -> Samples:
        """Some of them."""
        return Samples(self.point[which], self.time[which], self.value[which], self.quality[which])

    def octets(self) -> bytes:
        """All columns, one after the other, little-endian."""
        return b"".join(np.ascontiguousarray(getattr(self, name), dtype=kind).tobytes() for name, kind in LAYOUT)

    def newest_of_each(self) -> Samples:
        """In the order of points and times; what was given twice keeps the later one."""
        order = np.lexsort((self.time, self.point))  # stable: later ones stay behind
        point, time = self.point[order], self.time[order]
        last = np.ones(len(order), dtype=bool)
        last[:-1] = (point[1:] != point[:-1]) | (time[1:] != time[:-1])
        return self.chosen(order[last])

    def last_of_each(self) -> Samples:
        """The newest sample of each point."""
        held = self.newest_of_each()
        last = np.ones(len(held), dtype=bool)
        last[:-1] = held.point[1:] != held.point[:-1]
        return held.chosen(last)


LAYOUT = (("point", "<i4"), ("time", "<i8"), ("value", "<f8"), ("quality", "u1"))
WIDTH = sum(np.dtype(kind).itemsize for _, kind in LAYOUT)
NONE = Samples(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint8))


def from_octets(octets: bytes) -> Samples:
    """The samples that `octets` wrote."""
    count, at, columns = len(octets) // WIDTH, 0, []
    for _, kind in LAYOUT:
        columns.append(np.frombuffer(octets, kind, count, at))
        at += count * np.dtype(kind).itemsize
    return Samples(*columns)


def joined(parts: Iterable[Samples]) -> Samples:
    """All samples of some parts, in their order."""
    held = list(parts)
    if len(held) == 1:
        return held[0]
    return Samples(*(np.concatenate([getattr(each, n) for each in (*held, NONE)]) for n, _ in LAYOUT))


def codes(qualities: Sequence[str] | None) -> npt.NDArray[np.uint8]:
    """Codes of some qualities; of all when None is given.

    Raises
    ------
    StoreError
        When one is unknown.
    """
    unknown = sorted(set(qualities or ()) - set(QUALITIES))
    if unknown:
        raise StoreError(f"unknown quality {', '.join(unknown)}; there are {', '.join(QUALITIES)}")
    return np.array([QUALITIES.index(each) for each in (QUALITIES if qualities is None else qualities)], dtype=np.uint8)


def microseconds(moment: object) -> int:
    """An aware moment as microseconds since 1970 in UTC.

    Raises
    ------
    StoreError
        When it is no moment, or nobody knows its time zone.
    """
    try:
        found = pd.Timestamp(moment)  # type: ignore[arg-type]
    except (TypeError, ValueError) as problem:
        raise StoreError(f"{moment!r} is no moment; write 2026-11-21T08:00+08:00") from problem
    if pd.isna(found) or found.tzinfo is None:
        raise StoreError(f"{moment}: nobody knows its time zone; write 2026-11-21T08:00+08:00")
    return int((found - EPOCH) // MICROSECOND)


def from_frame(frame: pd.DataFrame) -> tuple[list[str], Samples]:
    """Names of the points, and samples whose point is a place among the names.

    Parameters
    ----------
    frame : long, with the columns time, point, value and perhaps quality; or wide, with an aware time index and a column a point.

    Notes
    -----
    A good sample without a value is no sample, and is left out: it marks a gap in a wide frame.

    Raises
    ------
    StoreError
        When times have no zone, or values are not numbers.
    """
    if {"time", "point", "value"} <= set(frame.columns):
        return _from_long(frame)
    moments = _moments(frame.index)
    try:
        values = frame.to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise StoreError(f"samples are numbers, and something here is none: {problem}") from problem
    rows, count = values.shape
    point = np.tile(np.arange(count, dtype=np.int32), rows)
    every = Samples(point, np.repeat(moments, count), values.reshape(-1), np.zeros(rows * count, dtype=np.uint8))
    return [str(name) for name in frame.columns], every.chosen(~np.isnan(every.value))


def _from_long(frame: pd.DataFrame) -> tuple[list[str], Samples]:
    places, names = pd.factorize(frame["point"])
    if (places < 0).any():
        raise StoreError("a sample has no point; name it")
    try:
        values = frame["value"].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise StoreError(f"samples are numbers, and something here is none: {problem}") from problem
    quality = np.zeros(len(frame), dtype=np.uint8)
    if "quality" in frame.columns:
        which, told = pd.factorize(frame["quality"])
        quality = codes([str(each) for each in told])[which]
        if (which < 0).any():
            raise StoreError("a sample has no quality; leave the column out where all are good")
    every = Samples(places.astype(np.int32), _moments(frame["time"]), values, quality)
    return [str(name) for name in names], every.chosen(~(np.isnan(values) & (quality == 0)))


def _moments(times: pd.Index | pd.Series) -> Integers:
    try:
        index = pd.DatetimeIndex(times)
    except (TypeError, ValueError) as problem:
        raise StoreError(f"times are not moments: {problem}") from problem
    if index.tz is None:
        raise StoreError("samples need times with a time zone; localise the index first")
    if index.hasnans:
        raise StoreError("a sample has no time; drop it first")
    found: Integers = index.tz_convert("UTC").as_unit("us").asi8
    return found
