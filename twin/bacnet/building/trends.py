"""Trend logs: a virtual building's points at regular times in a historian, and the objects that stand for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from bacpypes3 import object as standard
from bacpypes3.basetypes import DeviceObjectPropertyReference
from bacpypes3.local.object import Object
from bacpypes3.primitivedata import Unsigned

from twin.bacnet import tags
from twin.bacnet.clock import Clock
from twin.bacnet.numbers import FAULT, NUMBERS, OUT_OF_SERVICE, OVERRIDDEN
from twin.bacnet.points import KINDS, Point

if TYPE_CHECKING:
    from twin.historian.historian import Historian
    from twin.historian.samples import Samples

LOG_NAME = " trend"
"""Ending of a log's name, behind that of its point."""
BUFFER = 10_000
"""Records that a log holds; older ones stay in the historian but are no longer told."""
SHELF = 200_000
"""The log of a point has the instance: number of the point's type times this plus the point's instance."""
QUALITY = {FAULT: 2, OVERRIDDEN: 3, OUT_OF_SERVICE: 3}
"""Codes of fault and overridden in the historian, by status flag."""


class TrendLog(Object, standard.TrendLogObject):
    """A trend log; its records are counted when somebody asks for their number."""

    _required = ()
    _counts: Callable[[], tuple[int, int]]

    @property
    def recordCount(self) -> Unsigned:
        """Records that the log holds."""
        return Unsigned(self._counts()[0])

    @recordCount.setter
    def recordCount(self, value: Any) -> None:
        """Ignored: the historian tells it."""

    @property
    def totalRecordCount(self) -> Unsigned:
        """Sequence number of the newest record."""
        return Unsigned(self._counts()[1])

    @totalRecordCount.setter
    def totalRecordCount(self, value: Any) -> None:
        """Ignored: the historian tells it."""


def instance(point: Point) -> int | None:
    """Instance of a point's trend log; none where it would be too large."""
    return NUMBERS[point.object] * SHELF + point.instance if point.instance < SHELF else None


class Trends:
    """What a building has logged.

    Parameters
    ----------
    interval : seconds of the building's time between records, aligned to the clock.
    """

    def __init__(self, store: Historian, points: Sequence[Point], interval: float, clock: Clock) -> None:
        self.store, self.interval, self.clock = store, round(interval * 1e6), clock
        numbers = store.numbers([point.signal for point in points], make=True)
        store.describe_all([point.story for point in points])
        self._numbers = np.array([numbers[point.signal] for point in points], dtype=np.int32)
        self._number = {(point.device, instance(point)): numbers[point.signal] for point in points}
        self._last = -1

    def slot(self) -> int:
        """Number of the present interval since 1970; a record's sequence number is that of its interval."""
        return round(self.clock.now().timestamp() * 1e6) // self.interval

    def record(self, values: npt.NDArray[np.float64], flags: npt.NDArray[np.uint8]) -> bool:
        """Log all points, once an interval; durable when this returns. Tells whether it was time to."""
        from twin.historian.samples import Samples

        now = self.slot()
        if now == self._last:
            return False
        self._last = now
        quality = np.zeros(len(values), dtype=np.uint8)
        for bit, code in QUALITY.items():
            quality[(flags & bit) > 0] = code
        values = np.where(flags & FAULT, math.nan, values)
        quality[np.isnan(values)] = QUALITY[FAULT]
        time = np.full(len(values), now * self.interval, dtype=np.int64)
        self.store.append_samples(Samples(self._numbers, time, values, quality))
        return True

    def held(self, device: int, log: int) -> Samples:
        """Records of a log, oldest first."""
        newest = self._last if self._last >= 0 else self.slot()
        return self.store.raw(
            [self._number[device, log]], (newest - BUFFER + 1) * self.interval, newest * self.interval
        )

    def made(self, point: Point) -> object:
        """The object of a point's log, as it is at this moment."""
        number = instance(point)
        assert number is not None
        told = DeviceObjectPropertyReference(
            objectIdentifier=(KINDS[point.object], point.instance), propertyIdentifier="present-value",
            deviceIdentifier=("device", point.device),
        )  # fmt: skip
        log = TrendLog(
            objectIdentifier=("trend-log", number), objectName=point.name + LOG_NAME, description=f"Trend of {point.description}",
            enable=True, stopWhenFull=False, bufferSize=BUFFER, loggingType="polled",
            logInterval=self.interval // 10_000, alignIntervals=True, intervalOffset=0, logDeviceObjectProperty=told,
            statusFlags=[0, 0, 0, 0], eventState="normal", reliability="no-fault-detected",
        )  # fmt: skip
        log._counts = partial(self._counts, point.device, number)
        return log

    def _counts(self, device: int, log: int) -> tuple[int, int]:
        held = self.held(device, log)
        return len(held), int(held.time[-1]) // self.interval if len(held) else 0


def datum(kind: str, value: float) -> bytes:
    """A value as the datum of a log record. ASHRAE 135, clause 21: BACnetLogRecord."""
    if not math.isfinite(value):
        return b"\x78"
    if kind.startswith("A"):
        return tags.real(2, value)
    return tags.unsigned(3 if kind.startswith("B") else 4, max(0, round(value)))
