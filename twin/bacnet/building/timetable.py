"""A schedule's timetable: the value at every moment, from weekly days, exceptions and a default. ASHRAE 135-2016, 12.24."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from bacpypes3.basetypes import DailySchedule, SpecialEvent, SpecialEventPeriod, TimeValue
from bacpypes3.constructeddata import AnyAtomic
from bacpypes3.primitivedata import Enumerated, Null, Real, Unsigned

from twin.bacnet.building.board import WriteRefusedError
from twin.bacnet.building.calendars import KIND, Between, Calendar, Days, entry
from twin.bacnet.building.notices import is_time

MOST_TIMES, MOST_EXCEPTIONS = 96, 128
"""Times of a day, and exceptions of a schedule."""
ATOMS: dict[str, Any] = {"A": Real, "B": Enumerated, "M": Unsigned}
"""Type of a value, by the first letter of the points' type."""
NULL = 0
"""Application tag of NULL. ASHRAE 135, 20.2.1.4."""
HUNDREDTHS = timedelta(milliseconds=10)
Times = tuple[tuple[int, float | None], ...]
"""(hundredths of a second since midnight, value or nothing), by time."""


@dataclass(frozen=True)
class Exceptional:
    """What holds on special days; `priority` 1 goes before 16."""

    days: Days
    times: Times
    priority: int


@dataclass
class Timetable:
    """Values over time; None stands for NULL.

    Attributes
    ----------
    weekly : of seven days, Monday first.
    """

    weekly: list[Times] = field(default_factory=lambda: [()] * 7)
    exceptions: list[Exceptional] = field(default_factory=list)
    default: float | None = None
    period: Between = field(default_factory=Between)

    def at(self, now: datetime) -> tuple[float | None, bool, datetime]:
        """Value at a moment, whether the timetable is in effect, and when that may change next. ASHRAE 135, 12.24.4.

        Parameters
        ----------
        now : local time without a zone.
        """
        midnight = datetime(now.year, now.month, now.day)
        tomorrow = midnight + timedelta(days=1)
        day = now.date()
        if not self.period.holds(day):
            return self.default, False, tomorrow
        exceptions = sorted((each for each in self.exceptions if each.days.holds(day)), key=lambda each: each.priority)
        rows = [*(each.times for each in exceptions), self.weekly[day.weekday()]]
        clock = (now - midnight) // HUNDREDTHS
        coming = min((moment for row in rows for moment, _ in row if moment > clock), default=None)
        value = next((found for row in rows if (found := _now(row, clock)) is not None), self.default)
        return value, True, tomorrow if coming is None else midnight + coming * HUNDREDTHS

    def values(self) -> set[float]:
        """All values that it may take, other than NULL."""
        rows = [*self.weekly, *(each.times for each in self.exceptions), ((0, self.default),)]
        return {value for row in rows for _, value in row if value is not None}


def _now(row: Times, clock: int) -> float | None:
    """The latest value of a day that has come; ASHRAE 135, 12.24.4.1."""
    return next((value for moment, value in reversed(row) if moment <= clock), None)


def atom(kind: str, value: float | None) -> Any:
    """A value as BACnet has it; kind is the first letter of the points' type."""
    if value is None:
        return AnyAtomic(Null(()))
    wanted = ATOMS[kind]
    return AnyAtomic(wanted(value if wanted is Real else int(value)))


def told_value(kind: str, told: Any) -> float | None:
    """The value that an element tells.

    Raises
    ------
    WriteRefusedError
        When it is of another type than the points, or infinite.
    """
    tag = told.tagList[0]
    if int(tag.tag_number) == NULL:
        return None
    if int(tag.tag_number) != int(atom(kind, 0.0).tagList[0].tag_number):
        raise WriteRefusedError("property", "datatype-not-supported")
    try:
        found = float(told.cast_out(ATOMS[kind]))
    except Exception as problem:  # a decoder complains in many ways
        raise WriteRefusedError("property", "invalid-data-type") from problem
    if not math.isfinite(found):
        raise WriteRefusedError("property", "value-out-of-range")
    return found


def times(kind: str, told: Sequence[Any]) -> Times:
    """The times of a day as they are written, in order.

    Raises
    ------
    WriteRefusedError
        When there are too many, a time is open, or a value is of another type.
    """
    if len(told) > MOST_TIMES:
        raise WriteRefusedError("resources", "no-space-to-write-property")
    found = []
    for each in told:
        hour, minute, second, hundredth = parts = tuple(each.time)
        if not is_time(parts):
            raise WriteRefusedError("property", "value-out-of-range")
        found.append((((hour * 60 + minute) * 60 + second) * 100 + hundredth, told_value(kind, each.value)))
    return tuple(sorted(found, key=lambda pair: pair[0]))


def exceptional(kind: str, told: Any, calendars: dict[int, Calendar]) -> Exceptional:
    """An exception as it is written.

    Parameters
    ----------
    calendars : of the same device, by number.

    Raises
    ------
    WriteRefusedError
        When the calendar is unknown, or a date, a time, a value or the priority is none.
    """
    priority = int(told.eventPriority)
    if not 1 <= priority <= 16:
        raise WriteRefusedError("property", "value-out-of-range")
    reference = told.period.calendarReference
    days: Days
    if reference is None:
        days = entry(told.period.calendarEntry)
    elif int(reference[0]) == KIND and int(reference[1]) in calendars:
        days = calendars[int(reference[1])]
    else:
        raise WriteRefusedError("object", "unknown-object")
    return Exceptional(days, times(kind, told.listOfTimeValues), priority)


def hourly(row: Sequence[float]) -> Times:
    """Times of a day from a value for every hour, only those where it changes."""
    first = ((0, row[0]),)
    return first + tuple((hour * 360_000, now) for hour, (old, now) in enumerate(pairwise(row), 1) if now != old)


def daily(kind: str, row: Times) -> Any:
    """Times of a day as BACnet has them."""
    return DailySchedule(daySchedule=listed(kind, row))


def listed(kind: str, row: Times) -> list[Any]:
    """The same as a list."""
    found = []
    for moment, value in row:
        second, hundredth = divmod(moment, 100)
        clock = (second // 3600, second // 60 % 60, second % 60, hundredth)
        found.append(TimeValue(time=clock, value=atom(kind, value)))
    return found


def special(kind: str, number: int, row: Times, priority: int) -> Any:
    """An exception on the days of a calendar as BACnet has it."""
    period = SpecialEventPeriod(calendarReference=("calendar", number))
    return SpecialEvent(period=period, listOfTimeValues=listed(kind, row), eventPriority=priority)
