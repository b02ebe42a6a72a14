"""What the historian has of the site's meter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from twin.dashboard.overview.expectation import meters
from twin.dashboard.reading import Reading, ready

from twin.historian.store import open_store

STEP = timedelta(minutes=15)
STALE = timedelta(minutes=15)
"""Age from which the meter's newest sample is called old. Assumed: fifteen polls of a minute."""

EXPECTED = ":expected"
"""Ending of the name under which the live twin keeps what it expects of a point."""
NOTED, MOST_NOTES = timedelta(days=7), 20
"""How far back notes are shown, and how many. Assumed."""


@dataclass(frozen=True)
class Load:
    """Mean power at the meter in every quarter of an hour since midnight; None where nothing was measured. [kW]

    Attributes
    ----------
    expected : the same of the live twin, where one goes along. now : newest sample.
    """

    power: tuple[float | None, ...]
    last: datetime
    complete: float
    expected: tuple[float | None, ...] = ()
    now: float | None = None

    @property
    def energy(self) -> float:
        """Energy of the quarters that were measured. [kWh]"""
        return sum(each for each in self.power if each is not None) * STEP.total_seconds() / 3600.0


@dataclass(frozen=True)
class Alarm:
    """Something that was noted about the site: by the twin, the gateway or a person."""

    time: datetime
    point: str
    text: str
    author: str


def missing(store: str) -> bool:
    """Whether a historian in a folder is not there; opening would make an empty one."""
    return "://" not in store and not (Path(store) / "tail.sqlite").is_file()


def _told(store: Any, site: Any) -> list[str]:
    """Points of the meter that the historian knows."""
    return sorted(set(store.numbers([f"{each.name}.power" for each in meters(site)])))


def newest(where: str, site: Any, moment: datetime) -> Reading[timedelta]:
    """How old the newest sample of the meter is."""
    if missing(where):
        return Reading("empty", why="store_missing", detail=where)
    with open_store(where) as store:
        points = _told(store, site)
        times = store.last(points, moment.tzinfo or "UTC")["time"].dropna() if points else []
    if not len(times):
        return Reading("empty", why="no_samples", detail=where)
    last = max(times).to_pydatetime()
    age = moment - last
    return ready(age) if age <= STALE else Reading("stale", age, "no_data_since", last.strftime("%Y-%m-%d %H:%M"))


def on_day(where: str, site: Any, start: datetime, moment: datetime) -> Reading[Load]:
    """The power since midnight, summed over connections."""
    if missing(where):
        return Reading("empty", why="store_missing", detail=where)
    with open_store(where) as store:
        points = _told(store, site)
        if not points:
            return Reading("empty", why="no_samples", detail=where)
        zone = moment.tzinfo or "UTC"
        power = _power(store, points, start, moment)
        told = [point + EXPECTED for point in points]
        expected = _power(store, told, start, moment) if len(store.numbers(told)) == len(told) else ()
        newest = store.last(points, zone)
    times = newest["time"].dropna()
    if not len(times):
        return Reading("empty", why="no_samples", detail=where)
    last, now = max(times).to_pydatetime(), float(newest["value"].sum(skipna=False)) / 1e3
    complete = sum(each is not None for each in power) / len(power) if power else 0.0
    found = Load(power, last, complete, expected, now if now == now else None)
    if moment - last > STALE:
        return Reading("stale", found, "no_data_since", last.strftime("%Y-%m-%d %H:%M"))
    return ready(found)


def _power(store: Any, points: list[str], start: datetime, moment: datetime) -> tuple[float | None, ...]:
    """Sum of some points by quarters of an hour, where all are known. [kW]"""
    frame = store.query(points, start, moment, every="15min", zone=moment.tzinfo or "UTC")
    sums = frame.sum(axis=1, skipna=False) / 1e3
    return tuple(None if math.isnan(each) else float(each) for each in sums)


def noted(where: str, moment: datetime) -> Reading[tuple[Alarm, ...]]:
    """What was noted in the last days, the newest first."""
    if missing(where):
        return Reading("empty", why="store_missing", detail=where)
    with open_store(where) as store:
        frame = store.notes(moment - NOTED, moment)
    if not len(frame):
        return Reading("empty", why="no_alarms", detail=str(NOTED.days))
    rows = frame.sort_values("start", ascending=False).head(MOST_NOTES)
    return ready(
        tuple(
            Alarm(row.start.tz_convert(moment.tzinfo or "UTC").to_pydatetime(), _text(row.point), row.text, _text(row.author))
            for row in rows.itertuples()
        )
    )  # fmt: skip


def _text(value: Any) -> str:
    """A text, or nothing where a table has none."""
    return value if isinstance(value, str) else ""
