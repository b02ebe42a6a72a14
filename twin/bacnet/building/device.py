"""The device object of a building's controllers: its clock is the building's own."""

from __future__ import annotations

from typing import Any

from bacpypes3.primitivedata import Date, Integer, Time

from twin.bacnet.application import Device
from twin.bacnet.clock import Clock


class TimedDevice(Device):
    """A device whose date and time are those of a building's clock."""

    _clock: Clock = Clock()

    @property
    def localDate(self) -> Date:
        """Local date."""
        return Date(self._clock.now().date())

    @localDate.setter
    def localDate(self, value: Any) -> None:
        """Ignored: the clock tells it."""

    @property
    def localTime(self) -> Time:
        """Local standard time."""
        return Time(self._clock.now().time())

    @localTime.setter
    def localTime(self, value: Any) -> None:
        """Ignored: the clock tells it."""

    @property
    def utcOffset(self) -> Integer:
        """Minutes to the west of UTC. ASHRAE 135-2016, 12.11.26."""
        offset = self._clock.now().utcoffset()
        return Integer(-round(offset.total_seconds() / 60.0) if offset else 0)

    @utcOffset.setter
    def utcOffset(self, value: Any) -> None:
        """Ignored: the clock tells it."""
