"""How a site's components are: what the historian has of their points, how new it is, and whether it is as the twin expects."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from twin.dashboard.overview.measured import NOTED, STALE, Alarm
from twin.dashboard.reading import Reading, ready

from twin.bacnet.points import Point
from twin.historian.store import open_store

State = Literal["alarm", "stale", "drift", "fresh", "simulated"]
STATES: tuple[State, ...] = ("alarm", "stale", "drift", "fresh", "simulated")
"""States, the gravest first."""
EXPECTED = ":expected"
"""Ending of the name under which a live twin keeps what it expects of a point."""
HELD = ("good", "overridden", "out_of_range")
"""Qualities of a sample that tells what the building does now."""


@dataclass(frozen=True)
class Sample:
    """The newest sample of a point, and the twin's expectation of it; None where there is none. In the point's SI unit."""

    value: float | None
    time: datetime
    quality: str
    expected: float | None = None


@dataclass(frozen=True)
class Conditions:
    """What is known of all points of a site.

    Attributes
    ----------
    states : of every point that has ever been measured. components : of every component with such a point. notes : by component.
    """

    samples: Mapping[str, Sample] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)
    components: Mapping[str, State] = field(default_factory=dict)
    notes: Mapping[str, tuple[Alarm, ...]] = field(default_factory=dict)

    def of(self, name: str) -> State:
        """State of a component."""
        return self.components.get(name, "simulated")


def gravest(states: Iterable[State]) -> State:
    """The one to be told of several.

    >>> gravest(["fresh", "drift", "simulated"])
    'drift'
    """
    return min(states, key=STATES.index, default="simulated")


def component_of(signal: str) -> str:
    """Name of the component that a signal belongs to."""
    return signal.rpartition(".")[0]


def look(where: str, points: Sequence[Point], moment: datetime) -> Reading[Conditions]:
    """What a historian has of the points of a site."""
    if "://" not in where and not (Path(where) / "tail.sqlite").is_file():
        return Reading("empty", why="store_missing", detail=where)
    zone = moment.tzinfo or "UTC"
    with open_store(where) as store:
        names = [point.signal for point in points]
        known = store.numbers([*names, *(name + EXPECTED for name in names)])
        newest = store.last(sorted(known), zone).dropna(subset=["time"]) if known else None
        noted = store.notes(moment - NOTED, moment)
    if newest is None or not len(newest):
        return Reading("empty", why="map_no_samples", detail=where)
    held = {row.Index: (_number(row.value), row.time.to_pydatetime(), str(row.quality)) for row in newest.itertuples()}
    samples = {
        name: Sample(*held[name], expected=held[name + EXPECTED][0] if name + EXPECTED in held else None)
        for name in names
        if name in held
    }
    notes = _notes(noted, zone)
    states = {p.signal: state_of(p, samples[p.signal], notes.get(p.signal, ()), moment) for p in points if p.signal in samples}  # fmt: skip
    return ready(Conditions(samples, states, _gathered(states), _joined(notes)))


def state_of(point: Point, sample: Sample, notes: Sequence[Alarm], moment: datetime) -> State:
    """State of one point: a limit passed, no news, a drift from the twin that the newest value still has, or nothing of all that."""
    if sample.quality not in HELD or sample.value is None or moment - sample.time > _patience(point):
        return "stale"
    if sample.value < point.alarm_low or sample.value > point.alarm_high:
        return "alarm"
    return "drift" if any(_drifts(note, sample) for note in notes) else "fresh"


def _patience(point: Point) -> timedelta:
    """Age from which a point's sample is old: that of the meter, or three polls where they are rare."""
    return max(STALE, timedelta(seconds=3.0 * point.period))


def _drifts(note: Alarm, sample: Sample) -> bool:
    side = {"drifts above": 1.0, "drifts below": -1.0}.get(" ".join(note.text.split()[:2]))
    if note.author != "twin" or side is None:
        return False
    return sample.expected is None or sample.value is None or side * (sample.value - sample.expected) > 0.0


def _number(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _notes(frame: Any, zone: Any) -> dict[str, tuple[Alarm, ...]]:
    """Notes of single points, the newest first."""
    found: dict[str, tuple[Alarm, ...]] = {}
    for row in frame.sort_values("start", ascending=False).itertuples():
        if isinstance(row.point, str):
            author = row.author if isinstance(row.author, str) else ""
            told = Alarm(row.start.tz_convert(zone).to_pydatetime(), row.point, row.text, author)
            found[row.point] = (*found.get(row.point, ()), told)
    return found


def _gathered(states: Mapping[str, State]) -> dict[str, State]:
    """One state a component."""
    found: dict[str, list[State]] = {}
    for signal, state in states.items():
        found.setdefault(component_of(signal), []).append(state)
    return {name: gravest(each) for name, each in found.items()}


def _joined(notes: Mapping[str, tuple[Alarm, ...]]) -> dict[str, tuple[Alarm, ...]]:
    """Notes by component, the newest first."""
    found: dict[str, list[Alarm]] = {}
    for signal, each in notes.items():
        found.setdefault(component_of(signal.removesuffix(EXPECTED)), []).extend(each)
    return {name: tuple(sorted(each, key=lambda note: note.time, reverse=True)) for name, each in found.items()}
