"""How old every point's last good value is, what its newest sample is worth, and which points have gone stale."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.bacnet.gateway.peer import FAULTY, GOOD, OVERRIDE, RANGE, STALE, Codes, Places, Values
from twin.bacnet.points import Point
from twin.historian.samples import QUALITIES

FACTOR = 3.0
"""Periods without a good value after which a point is stale."""
NOTHING = 255
"""Quality of a point that nothing has been told of yet."""


class Ages:
    """One row a point.

    Parameters
    ----------
    period : seconds between polls of points that have none of their own.
    factor : periods without a good value after which a point is stale.

    Attributes
    ----------
    good : second since 1970 of the last good value, also of one that is overridden or out of range; not a number for none.
    value : that value.
    quality : code of the newest sample's quality.
    """

    def __init__(self, points: Sequence[Point], period: float, factor: float = FACTOR) -> None:
        self.points = list(points)
        self.row = {point.signal: row for row, point in enumerate(points)}
        size = len(self.points)
        self.good, self.value = np.full(size, math.nan), np.full(size, math.nan)
        self.quality: Codes = np.full(size, NOTHING, dtype=np.uint8)
        self._factor = factor
        self._since = np.full(size, -math.inf)
        self._limit = factor * np.array([point.period or period for point in points])

    def rows(self, points: Sequence[Point]) -> Places:
        """Rows of some points."""
        return np.fromiter((self.row[point.signal] for point in points), dtype=np.intp, count=len(points))

    def expect(self, point: Point, period: float) -> None:
        """From now on a value is due every `period` seconds, the first one a period from now."""
        row = self.row[point.signal]
        self._limit[row], self._since[row] = self._factor * period, time.time()

    def take(self, rows: Places, values: Values, quality: Codes, when: float) -> None:
        """Remember what has come in at a second since 1970."""
        self.quality[rows] = quality
        good = (quality == GOOD) | (quality == OVERRIDE) | (quality == RANGE)
        self.good[rows[good]] = when
        self.value[rows[good]] = values[good]

    def overdue(self, now: float) -> Places:
        """Rows of the points that have gone stale since the last time; those that are told as faulty say it themselves."""
        late = (
            (now - np.maximum(self.good, self._since) > self._limit)
            & (self.quality != STALE)
            & (self.quality != FAULTY)
        )
        rows = np.flatnonzero(late)
        self.quality[rows] = STALE
        return rows

    def age(self, now: float) -> Values:
        """Seconds since each point's last good value; not a number for none."""
        return np.maximum(0.0, now - self.good)

    def by_quality(self, now: float) -> dict[str, tuple[int, float]]:
        """Points by the quality of their newest sample, and the age of the oldest; `unread` where nothing has come yet."""
        age, found = self.age(now), {}
        for code, name in [*enumerate(QUALITIES), (NOTHING, "unread")]:
            held = self.quality == code
            if held.any():
                known = age[held][~np.isnan(age[held])]
                found[name] = (int(held.sum()), float(known.max()) if len(known) else math.nan)
        return found


def words(quality: npt.NDArray[np.uint8]) -> list[str]:
    """Names of quality codes."""
    names = (*QUALITIES, *("unread",) * (NOTHING + 1 - len(QUALITIES)))
    return [names[code] for code in quality.tolist()]
