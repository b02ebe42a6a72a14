"""Dates as BACnet has them, with wildcards, and Calendar objects: lists of such dates. ASHRAE 135, 12.9 and 20.2.12."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from bacpypes3 import object as standard
from bacpypes3.basetypes import CalendarEntry
from bacpypes3.constructeddata import ListOf

from twin.bacnet.building import writes
from twin.bacnet.building.board import WriteRefusedError
from twin.bacnet.building.objects import local

KIND, DATE_LIST = 6, 23
"""BACnetObjectType of a calendar, and BACnetPropertyIdentifier of its dates."""
ANY = 255
ODD, EVEN = 13, 14
"""Months that mean every odd or even one."""
LAST, ODD_DAY, EVEN_DAY = 32, 33, 34
"""Days that mean the last one of the month, every odd or every even one."""
MOST = 512
"""Entries of a calendar."""
LAST_WEEKS = {6: 0, 7: 7, 8: 14, 9: 21}
"""Weeks counted from the end of a month, and the days that follow each in it. ASHRAE 135, clause 21 (BACnetWeekNDay)."""
CalendarObject = local(standard.CalendarObject)


class Days(Protocol):
    """A set of days."""

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""


@dataclass(frozen=True)
class Pattern:
    """A date whose parts may be open: years since 1900, months and days as BACnet has them, Monday 1.

    >>> Pattern(255, 2, 32, 255).holds(date(2020, 2, 29)), Pattern(255, 2, 32, 255).holds(date(2020, 2, 28))
    (True, False)
    """

    year: int
    month: int
    day: int
    weekday: int

    def holds(self, day: date) -> bool:
        """Whether a day fits."""
        return (
            self.year in (ANY, day.year - 1900)
            and _month(self.month, day)
            and _day(self.day, day)
            and self.weekday in (ANY, day.isoweekday())
        )


@dataclass(frozen=True)
class Between:
    """Days from a first to a last one; each may be open."""

    first: date = date.min
    last: date = date.max

    def holds(self, day: date) -> bool:
        """Whether a day is within."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class WeekDay:
    """A weekday of a week of a month; each may be open.

    >>> [each for each in range(1, 32) if WeekDay(10, 6, 7).holds(date(2021, 10, each))]
    [31]
    """

    month: int
    week: int
    weekday: int

    def holds(self, day: date) -> bool:
        """Whether a day fits."""
        left = calendar.monthrange(day.year, day.month)[1] - day.day
        if self.week in LAST_WEEKS:
            fits = LAST_WEEKS[self.week] <= left < LAST_WEEKS[self.week] + 7
        else:
            fits = self.week in (ANY, (day.day - 1) // 7 + 1)
        return fits and _month(self.month, day) and self.weekday in (ANY, day.isoweekday())


def _month(told: int, day: date) -> bool:
    return told in (ANY, day.month) or (told == ODD and day.month % 2 == 1) or (told == EVEN and day.month % 2 == 0)


def _day(told: int, day: date) -> bool:
    if told == LAST:
        return day.day == calendar.monthrange(day.year, day.month)[1]
    return told in (ANY, day.day) or (told == ODD_DAY and day.day % 2 == 1) or (told == EVEN_DAY and day.day % 2 == 0)


def pattern(told: Sequence[int]) -> Pattern:
    """A written date, wildcards allowed.

    Raises
    ------
    WriteRefusedError
        When no day can ever fit.
    """
    year, month, day, weekday = told
    fits = (
        (month == ANY or 1 <= month <= EVEN) and (day == ANY or 1 <= day <= EVEN_DAY) and (weekday == ANY or 1 <= weekday <= 7)
    )  # fmt: skip
    if fits and month <= 12 and day <= 31:
        most = calendar.monthrange(2000 if year == ANY else 1900 + year, month)[1]
        fits = day <= most
        if fits and ANY not in (year, weekday):
            fits = date(1900 + year, month, day).isoweekday() == weekday
    if not fits:
        raise WriteRefusedError("property", "value-out-of-range")
    return Pattern(year, month, day, weekday)


def between(told: Any) -> Between:
    """A written range of dates; its ends are whole dates or open ones. ASHRAE 135, 12.24.6.

    Raises
    ------
    WriteRefusedError
        When an end is anything else, or the last comes before the first.
    """
    ends: list[date | None] = []
    for each in (tuple(told.startDate), tuple(told.endDate)):
        if all(part == ANY for part in each):
            ends.append(None)
            continue
        one = pattern(each)
        if one.year == ANY or one.month > 12 or one.day > 31:
            raise WriteRefusedError("property", "value-out-of-range")
        ends.append(date(1900 + one.year, one.month, one.day))
    first, last = ends
    if first and last and first > last:
        raise WriteRefusedError("property", "value-out-of-range")
    return Between(first or date.min, last or date.max)


def entry(told: Any) -> Days:
    """A written entry of a calendar.

    Raises
    ------
    WriteRefusedError
        When it is none.
    """
    if told.date is not None:
        return pattern(tuple(told.date))
    if told.dateRange is not None:
        return between(told.dateRange)
    octets = bytes(told.weekNDay or b"")
    month, week, weekday = octets if len(octets) == 3 else (0, 0, 0)
    if not (
        (month == ANY or 1 <= month <= EVEN)
        and (week == ANY or 1 <= week <= 9)
        and (weekday == ANY or 1 <= weekday <= 7)
    ):
        raise WriteRefusedError("property", "value-out-of-range")
    return WeekDay(month, week, weekday)


class Calendar:
    """A list of days, and its object.

    Parameters
    ----------
    number : instance; name : of the object.
    days : that it holds at first.
    """

    def __init__(self, number: int, name: str, description: str, days: Iterable[date] = ()) -> None:
        dates = list(days)
        self.days: list[Days] = [Between(each, each) for each in dates]
        self.object = CalendarObject(
            objectIdentifier=("calendar", number), objectName=name, description=description, presentValue=False,
            dateList=[CalendarEntry(date=(each.year - 1900, each.month, each.day, each.isoweekday())) for each in dates],
        )  # fmt: skip

    def holds(self, day: date) -> bool:
        """Whether a day is one of the list."""
        return any(each.holds(day) for each in self.days)

    def look(self, day: date) -> None:
        """Show whether today is one of the list."""
        now = self.holds(day)
        if bool(self.object.presentValue) != now:
            self.object.presentValue = now

    def take(self, prop: int, index: int | None, value: Any) -> bool:
        """Take a written property; false where it may not be written.

        Raises
        ------
        WriteRefusedError
            When it is no list of dates, or too long.
        """
        if prop != DATE_LIST:
            return False
        writes.not_indexed(index)
        told = writes.decoded(value, ListOf(CalendarEntry))
        if len(told) > MOST:
            raise WriteRefusedError("resources", "no-space-to-write-property")
        self.days = [entry(each) for each in told]
        self.object.dateList = told
        return True
