"""The last days of a point: what was measured, and what the twin has for the same days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from twin.dashboard.graph.condition import EXPECTED

from twin.bacnet.points import Point, mapped
from twin.historian.store import open_store
from twin.site.load import load
from twin.site.site import Site

DAYS = (1, 3, 7, 14)
"""Spans of a trend."""
STEP = timedelta(minutes=15)
MOST = 5000
"""Signals that the twin's last days hold, 50 MiB of them."""
Values = tuple[float | None, ...]


@dataclass(frozen=True)
class Recent:
    """The twin's own last days and the rest of today, on the days' calendar and typical weather."""

    start: datetime
    series: Mapping[str, npt.NDArray[np.float32]]

    def at(self, signal: str, moment: datetime) -> float | None:
        """A signal at a moment, None where it is not held."""
        found = self.between(signal, moment, moment + STEP)
        return found[0] if found else None

    def between(self, signal: str, start: datetime, end: datetime) -> Values:
        """Means of quarters of an hour, from the one that holds `start` to before `end`; nothing where it is not held."""
        if signal not in self.series:
            return ()
        values, first = self.series[signal], (start - self.start) // STEP
        count = -((start - end) // STEP)
        return tuple(_number(values[place]) if 0 <= place < len(values) else None for place in range(first, first + count))  # fmt: skip


@dataclass(frozen=True)
class Trend:
    """A point's last days in quarters of an hour. In its SI unit.

    Attributes
    ----------
    live : whether the expectation was kept by a live twin on measured weather; otherwise it is the twin's on typical weather.
    """

    start: datetime
    measured: Values
    expected: Values
    live: bool


def held(site: Site) -> list[str]:
    """Signals of a site that are points or have a card of their own."""
    return [
        f"{each.name}.{name}"
        for each in site.components
        for name, signal in type(each).signals.items()
        if (signal.point or signal.card) and not signal.length
    ]


def points_of(folder: str) -> dict[str, Point]:
    """Points of a site's folder, by the signal each of them is."""
    site = load(folder)
    return {point.signal: point for point in mapped(site, site.path.parent)}


def simulated(site: Site, moment: datetime, zone: tzinfo | None) -> Recent:
    """The days before a moment and the rest of its day, as the twin has them."""
    from twin.study.runner import simulate

    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - timedelta(days=max(DAYS))
    run = simulate(
        replace(site, year=first.year), start=first.replace(tzinfo=zone), end=(midnight + timedelta(days=1)).replace(tzinfo=zone),
        more=tuple(islice(held(site), MOST)),
    )  # fmt: skip
    places = {f"{name}.{member}": at for (name, member), at in run.record.places.items()}
    return Recent(run.clock.start, {signal: run.record.ticks[:, at].astype(np.float32) for signal, at in places.items()})  # fmt: skip


def trend(where: str, signal: str, start: datetime, end: datetime, recent: Recent | None) -> Trend:
    """A point's days: from the historian what it has, from the twin what no historian has."""
    own = recent.between(signal, start, end) if recent else ()
    measured, expected = _kept(where, [signal, signal + EXPECTED], start, end)
    live = any(each is not None for each in expected)
    return Trend(start, measured, expected if live else own, live)


def _kept(where: str, names: Sequence[str], start: datetime, end: datetime) -> list[Values]:
    """Means of each name in a historian; nothing where it does not know the name."""
    if not where or ("://" not in where and not (Path(where) / "tail.sqlite").is_file()):
        return [() for _ in names]
    with open_store(where) as store:
        known = list(store.numbers(names))
        frame: Any = store.query(known, start, end, every="15min", zone=start.tzinfo or "UTC") if known else None
    return [tuple(_number(value) for value in frame[name]) if name in known else () for name in names]


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
