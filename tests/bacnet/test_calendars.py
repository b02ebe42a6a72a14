"""Days that are different are known by their dates, and the hours of a site are shown as it keeps them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bacpypes3.apdu import AddListElementRequest, RemoveListElementRequest
from bacpypes3.basetypes import (
    CalendarEntry,
)
from bacpypes3.constructeddata import Any, ListOf
from bacpypes3.primitivedata import (
    ObjectIdentifier,
    PropertyIdentifier,
)

from tests.bacnet.day import (
    bacnet_date,
    both,
    exceptions,
    play,
    special,
    value,
    week,
)
from twin.bacnet.application import RefusedError
from twin.bacnet.building.calendars import Between, Pattern, WeekDay
from twin.bacnet.building.hours import Hours
from twin.bacnet.building.timetable import Exceptional, Timetable, hourly
from twin.bacnet.points import derive
from twin.site.load import load
from twin.weather.almanac import Almanac


def test_a_holiday_wins_over_the_week_and_falls_through_where_it_says_nothing():
    async def act(scene):
        await scene.put("weekly-schedule", week((0, 0, 26.0), (8, 0, 24.0)))
        holiday = special(10, [(0, 0, 29.0), (12, 0, None), (14, 0, 28.0)], reference=ObjectIdentifier(("calendar", 1)))
        stronger = special(3, [(16, 0, 20.0)], entry=CalendarEntry(date=bacnet_date(date(2019, 7, 4))))
        later = special(3, [(16, 0, 21.0)], entry=CalendarEntry(date=bacnet_date(date(2019, 7, 4))))
        await scene.put("exception-schedule", exceptions(holiday, stronger, later))
        scene.turn(9, 0)
        scene.now = datetime(2019, 7, 4)
        found = [scene.turn(hour, 0) for hour in (0, 9, 12, 14, 16)]
        closed = bool(await scene.look("present-value", 1, "calendar"))
        scene.turn(datetime(2019, 7, 5, 9))
        return found, closed, await scene.look(), bool(await scene.look("present-value", 1, "calendar"))

    found, closed, present, open_ = play(act)
    assert found == [both(29.0), [], both(24.0), both(28.0), both(20.0)]
    assert (closed, present, open_) == (True, 24.0, False)


def test_dates_are_put_on_the_calendar_one_by_one():
    async def act(scene):
        async def change(request, *entries):
            told = {
                "objectIdentifier": ObjectIdentifier(("calendar", 1)),
                "propertyIdentifier": PropertyIdentifier("date-list"),
            }
            listed = Any(ListOf(CalendarEntry)(list(entries)))
            await scene.client.ask(request(**told, listOfElements=listed, destination=scene.behind(100)))

        reference = ObjectIdentifier(("calendar", 1))
        await scene.put("exception-schedule", exceptions(special(1, [(0, 0, 29.0)], reference=reference)))
        today = CalendarEntry(weekNDay=bytes([7, 1, 3]))
        await change(AddListElementRequest, today)
        added = await scene.look(), len(await scene.look("date-list", 1, "calendar"))
        await change(RemoveListElementRequest, today)
        removed = await scene.look(), len(await scene.look("date-list", 1, "calendar"))
        with pytest.raises(RefusedError, match="list-element-not-found"):
            await change(RemoveListElementRequest, today)
        with pytest.raises(RefusedError, match="value-out-of-range"):
            await change(AddListElementRequest, CalendarEntry(weekNDay=bytes([15, 1, 3])))
        return added, removed, len(await scene.look("date-list", 1, "calendar"))

    added, removed, left = play(act)
    assert added == (29.0, 2)
    assert removed == ((), 1)
    assert left == 1


def test_the_hours_of_the_site_are_shown_and_command_nothing_until_somebody_changes_them():
    async def act(scene):
        name = await scene.look("object-name", 4)
        shown, told = [], []
        for day, hour in ((3, 9), (4, 9), (5, 19), (6, 9), (7, 9), (13, 9)):
            told += scene.turn(datetime(2019, 7, day, hour))
            shown.append(await scene.look("present-value", 4))
        days = [[each.value.get_value() for each in one.daySchedule] for one in await scene.look("weekly-schedule", 4)]
        scene.told.clear()
        await scene.put("schedule-default", value(0.3), number=4)
        return str(name), shown, told, days, [each[:3] for each in scene.told]

    name, shown, told, days, then = play(act)
    assert name == "hours/people.value schedule"
    assert shown == pytest.approx(
        [1.0, 0.1, 0.0, 1.0, 0.1, 0.5]
    )  # workday, holiday, evening, worked Saturday, Sunday, Saturday
    assert told == []
    assert days == [[0.0, 1.0, 0.0]] * 5 + [[0.0, 0.5, 0.0], [0.0, pytest.approx(0.1), 0.0]]
    assert then == [("hours/people.value", 0.5, 15)]


def test_the_shipped_site_keeps_the_hours_of_its_almanac_all_year():
    site = load("binhai")
    hours, almanac = Hours.of(site, [2019]), Almanac(site.location.country)
    assert date(2019, 10, 1) in hours.holidays
    assert date(2019, 9, 29) in hours.workdays
    signal, rows = next(iter(hours.rows.items()))
    assert any(point.signal == signal and point.writable for point in derive(site))
    workday, saturday, holiday = (hourly(row) for row in rows)
    special = [
        Exceptional(Dates(days), row, 10) for days, row in ((hours.holidays, holiday), (hours.workdays, workday))
    ]
    table = Timetable([workday] * 5 + [saturday, holiday], special)
    for number in range(365 * 24):
        now = datetime(2019, 1, 1) + timedelta(hours=number)
        assert table.at(now)[0] == rows[almanac.day_kind(now.date())][now.hour], now


class Dates:
    """Some dates."""

    def __init__(self, days):
        self.days = set(days)

    def holds(self, day):
        return day in self.days


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        (Pattern(255, 2, 29, 255), "2020-02-29", "2019-02-28"),
        (Pattern(255, 2, 32, 255), "2019-02-28", "2020-02-28"),
        (Pattern(255, 13, 33, 255), "2019-07-03", "2019-07-04"),
        (Pattern(255, 14, 34, 255), "2019-08-04", "2019-07-04"),
        (Pattern(119, 255, 255, 3), "2019-07-03", "2018-07-04"),
        (Pattern(255, 255, 255, 255), "1999-12-31", None),
        (WeekDay(255, 1, 3), "2019-07-03", "2019-07-10"),
        (WeekDay(255, 5, 255), "2019-07-29", "2019-07-28"),
        (WeekDay(2, 6, 255), "2020-02-23", "2020-02-22"),
        (WeekDay(2, 7, 255), "2020-02-22", "2020-02-23"),
        (WeekDay(255, 9, 255), "2019-07-05", "2019-07-11"),
        (WeekDay(13, 255, 7), "2019-07-07", "2019-08-04"),
        (Between(date(2020, 2, 28)), "2020-02-29", "2020-02-27"),
    ],
)
def test_dates_with_open_parts_hold_the_days_they_mean(pattern, inside, outside):
    assert pattern.holds(date.fromisoformat(inside))
    assert outside is None or not pattern.holds(date.fromisoformat(outside))


def test_hours_that_are_skipped_or_come_twice_are_followed_by_the_clock():
    async def act(scene):
        await scene.put("weekly-schedule", week((2, 30, 24.0), (4, 0, None)))
        spring, autumn = (datetime(2019, month, day, tzinfo=ZoneInfo("UTC")) for month, day in ((3, 31), (10, 27)))
        found = []
        for start in (spring, autumn):
            for quarter in range(20):
                moment = (start + timedelta(minutes=15 * quarter)).astimezone(ZoneInfo("Europe/Berlin"))
                told = scene.turn(moment)
                if told:
                    found.append((moment.strftime("%d %H:%M %Z"), told[0][1]))
        return found

    assert play(act) == [
        ("31 03:00 CEST", 24.0), ("31 04:00 CEST", None),
        ("27 02:30 CEST", 24.0), ("27 02:00 CET", None), ("27 02:30 CET", 24.0), ("27 04:00 CET", None),
    ]  # fmt: skip
