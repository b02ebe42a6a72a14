"""One point over a stretch of time, as it came or in intervals, and what of it a chart needs: few samples, all extremes, its gaps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from twin.historian.samples import EARLIEST

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
PAUSE = 3.0
"""A gap is longer than so many usual pauses, as in the historian's own rule."""
EDGES = 400
"""Gaps whose ends are kept exactly in a chart that has fewer samples than there are."""
QUARTER = 900_000_000
"""Microseconds of the intervals that power is summed up over."""
HOUR = 3_600_000_000


@dataclass(frozen=True)
class Series:
    """Usable samples of a point, or the means of intervals.

    Attributes
    ----------
    source : `measured`, or the `twin`.
    time : of samples, or of the starts of intervals. [us since 1970 in UTC]
    least, most, count : of each interval; empty where there are samples as they came.
    step : length of the intervals [us]; 0 where there are samples as they came.
    odd_time, odd_value, odd_quality : samples that do not count, or one of each interval that has some.
    qualities : how many samples there are of each quality but `good`.
    """

    name: str
    unit: str
    description: str
    source: str
    time: Integers
    value: Floats
    step: int = 0
    least: Floats = field(default_factory=lambda: np.empty(0))
    most: Floats = field(default_factory=lambda: np.empty(0))
    count: Integers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    odd_time: Integers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    odd_value: Floats = field(default_factory=lambda: np.empty(0))
    odd_quality: tuple[str, ...] = ()
    qualities: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.time)

    def until(self, last: int) -> Series:
        """What of it begins before a moment. [us]"""
        return self.between(EARLIEST, last)

    def between(self, first: int, last: int) -> Series:
        """What of it begins from a moment on and before another. [us]"""
        at = slice(*(int(place) for place in np.searchsorted(self.time, [first, last])))
        odd = (self.odd_time >= first) & (self.odd_time < last)
        return replace(
            self, time=self.time[at], value=self.value[at], least=self.least[at], most=self.most[at], count=self.count[at],
            odd_time=self.odd_time[odd], odd_value=self.odd_value[odd], odd_quality=tuple(np.array(self.odd_quality, dtype=object)[odd]),
        )  # fmt: skip

    @property
    def samples(self) -> int:
        """How many samples count."""
        return int(self.count.sum()) if self.step else len(self)

    @property
    def mean(self) -> float:
        """Mean of all samples."""
        return float((self.value * self.count).sum() / self.count.sum()) if self.step else float(self.value.mean())

    @property
    def lowest(self) -> float:
        """The least sample."""
        return float((self.least if self.step else self.value).min())

    @property
    def highest(self) -> float:
        """The greatest sample."""
        return float((self.most if self.step else self.value).max())

    @property
    def integral(self) -> float:
        """Sum over time of what was measured: means of quarters of an hour, or of the intervals, times their length. [unit s]"""
        if self.step:
            return float(self.value.sum() * self.step / 1e6)
        place = self.time // QUARTER
        quarter, back = np.unique(place, return_inverse=True)
        means = np.bincount(back, self.value, len(quarter)) / np.bincount(back, minlength=len(quarter))
        width = max(QUARTER, self.usual)
        return float(means.sum() * width / 1e6)

    @cached_property
    def usual(self) -> int:
        """The usual pause between two samples. [us]"""
        if self.step:
            return self.step
        return int(np.median(np.diff(self.time))) if len(self) > 1 else 0

    @cached_property
    def breaks(self) -> Integers:
        """Places after which there is a gap."""
        return np.flatnonzero(np.diff(self.time) > (1.5 if self.step else PAUSE) * max(self.usual, 1))

    def gaps(self, first: int, last: int) -> list[tuple[int, int]]:
        """Stretches of a period without samples that count; its ends count, too. [us]"""
        usual = max(self.usual, 1) if len(self) > 1 else last - first
        step = self.step
        inner = [(int(self.time[at]) + step, int(self.time[at + 1])) for at in self.breaks]
        before = [(first, int(self.time[0]))] if self.time[0] - first > PAUSE * usual else []
        after = [(int(self.time[-1]) + step, last)] if last - self.time[-1] - step > PAUSE * usual else []
        return [*before, *inner, *after]

    def thin(self, most: int) -> tuple[Integers, Floats]:
        """At most about so many samples with every extreme that a chart could show, and an empty one in every gap.

        References
        ----------
        Van Der Donckt et al., "MinMaxLTTB", arXiv:2305.00332 (2023).
        """
        if len(self) > most:
            from tsdownsample import MinMaxLTTBDownsampler

            value = np.ascontiguousarray(self.value, dtype=np.float32)
            chosen = MinMaxLTTBDownsampler().downsample(self.time, value, n_out=most).astype(np.int64)
            ends = self.breaks[:EDGES]
            kept = np.unique(np.concatenate([chosen, ends, ends + 1]))
        else:
            kept = np.arange(len(self))
        passed = np.searchsorted(self.breaks, kept, side="left")
        broken = np.flatnonzero(np.diff(passed) > 0)
        half = self.step // 2
        time, value = self.time[kept] + half, self.value[kept]
        return np.insert(time, broken + 1, time[broken] + 1), np.insert(value, broken + 1, np.nan)

    def range(self) -> tuple[Integers, Floats]:
        """A line from the least to the greatest sample of each interval, broken at gaps; empty where samples are shown themselves."""
        if not self.step or not len(self):
            return np.empty(0, dtype=np.int64), np.empty(0)
        time = np.repeat(self.time + self.step // 2, 2)
        value = np.column_stack([self.least, self.most]).ravel()
        at = 2 * self.breaks + 2
        return np.insert(time, at, time[at - 1] + 1), np.insert(value, at, np.nan)
