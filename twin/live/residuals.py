"""How far a building is from its twin: residuals as they come, their sum over time, and a control chart that tells when they drift."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEARNING = 168
"""Hourly means from which a point's usual residual and its spread are learned: a week, with its weekend."""
SLACK, LIMIT = 0.5, 5.0
"""Reference value and decision interval of the tabular CUSUM, in spreads: detects a shift of one spread in about ten hours, and has one
false alarm in some 465 for independent values (Page, Biometrika 41, 1954; Montgomery, Statistical Quality Control, ch. 9)."""
HOUR = 3600.0


@dataclass
class Residuals:
    """Residuals (measured - expected) of some points; every array has one value a point.

    Attributes
    ----------
    floor : smallest spread that is believed: the resolution of the point.
    last : newest residual, NaN where there is none.
    hours : hours with a residual; `mean`, `squares` : of their means while learning, by Welford's method.
    total : integral of the residual over time. [unit x h]
    high, low : tabular CUSUM above and below, in spreads; `alarm` : 1 above, -1 below, 0 in control.
    """

    floor: Floats
    last: Floats = field(default_factory=lambda: np.empty(0))
    hours: Floats = field(default_factory=lambda: np.empty(0))
    mean: Floats = field(default_factory=lambda: np.empty(0))
    squares: Floats = field(default_factory=lambda: np.empty(0))
    total: Floats = field(default_factory=lambda: np.empty(0))
    high: Floats = field(default_factory=lambda: np.empty(0))
    low: Floats = field(default_factory=lambda: np.empty(0))
    alarm: Floats = field(default_factory=lambda: np.empty(0))
    _sum: Floats = field(default_factory=lambda: np.empty(0))
    _count: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        for each in fields(self):
            if not len(getattr(self, each.name)):
                setattr(self, each.name, np.zeros(len(self.floor)))

    @property
    def spread(self) -> Floats:
        """Standard deviation of the hourly means that were learned from, at least the point's resolution."""
        learned = np.minimum(self.hours, LEARNING)
        found: Floats = np.maximum(np.sqrt(self.squares / np.maximum(learned - 1.0, 1.0)), self.floor)
        return found

    @property
    def learned(self) -> npt.NDArray[np.bool_]:
        """Where the usual residual is known."""
        return self.hours >= LEARNING

    def take(self, residual: Floats, seconds: float) -> None:
        """Residuals of one tick; NaN where nothing was measured."""
        self.last = residual.copy()
        here = np.isfinite(residual)
        self._sum[here] += residual[here]
        self._count[here] += 1.0
        self.total[here] += residual[here] * seconds / HOUR

    def turn(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """End an hour: gives the points that have gone out of control, and those that are back in it."""
        here = self._count > 0.0
        value = np.where(here, self._sum / np.maximum(self._count, 1.0), 0.0)
        self._sum[:], self._count[:] = 0.0, 0.0
        watched = here & self.learned
        off = np.where(watched, (value - self.mean) / self.spread, 0.0)
        self.high = np.where(watched, np.maximum(0.0, self.high + off - SLACK), self.high)
        self.low = np.where(watched, np.maximum(0.0, self.low - off - SLACK), self.low)
        learning = here & ~self.learned
        self.hours += here
        step = np.where(learning, value - self.mean, 0.0)
        self.mean += step / np.maximum(self.hours, 1.0)
        self.squares += step * np.where(learning, value - self.mean, 0.0)
        before = self.alarm
        self.alarm = np.where(self.high > LIMIT, 1.0, np.where(self.low > LIMIT, -1.0, 0.0))
        return np.flatnonzero((self.alarm != 0.0) & (self.alarm != before)), np.flatnonzero(
            (self.alarm == 0.0) & (before != 0.0)
        )

    def state(self) -> dict[str, Floats]:
        """Everything but the floor, to be kept."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "floor"}
