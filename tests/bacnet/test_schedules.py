"""Schedules command points at the right moment of the building's time, and calendars know the days that are different."""

from __future__ import annotations

import asyncio
import math
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from bacpypes3.apdu import AddListElementRequest, RemoveListElementRequest
from bacpypes3.basetypes import (
    CalendarEntry,
    DailySchedule,
    DateRange,
    DeviceObjectPropertyReference,
    SpecialEvent,
    SpecialEventPeriod,
    TimeValue,
)
from bacpypes3.constructeddata import Any, AnyAtomic, ArrayOf, ListOf
from bacpypes3.primitivedata import (
    Boolean,
    CharacterString,
    Enumerated,
    Null,
    ObjectIdentifier,
    PropertyIdentifier,
    Real,
    Unsigned,
)

from tests.bacnet.test_building import Scene
from twin.bacnet.application import RefusedError
from twin.bacnet.calendars import Between, Pattern, WeekDay
from twin.bacnet.clock import Clock
from twin.bacnet.hours import Hours
from twin.bacnet.points import Point, derive
from twin.bacnet.timetable import Exceptional, Timetable, hourly
from twin.site.load import load
from twin.weather.almanac import Almanac

NAN = math.nan
POINTS = [
    Point(100, "AV", 1, "a.cooling", "a.cooling", "degC", "Set-point", 0.2, 15.0, 30.0),
    Point(100, "AV", 2, "b.cooling", "b.cooling", "degC", "Set-point", 0.2, 15.0, 30.0),
    Point(100, "AV", 3, "a.flow", "a.flow", "kg/s", "Flow", 0.1, 0.0, 9.0),
    Point(100, "BV", 1, "fan.on", "fan.on", "1", "Switch", 0.0, 0.0, 1.0),
    Point(100, "AI", 1, "a.air", "a.air", "degC", "Air", 0.2, NAN, NAN),
    Point(100, "AV", 4, "hours/people.value", "hours/people.value", "1", "Share", 0.01, 0.0, 1.0),
]
VALUES = np.array([26.0, 26.0, 1.0, 0.0, 24.0, 0.0])
WEDNESDAY = datetime(2019, 7, 3)
SHARES = tuple((0.0,) * 8 + (share,) * 10 + (0.0,) * 6 for share in (1.0, 0.5, 0.1))
HOURS = Hours({"hours/people.value": SHARES}, (date(2019, 7, 4),), (date(2019, 7, 6),))
ALWAYS = (255, 255, 255, 255)


def value(number):
    return AnyAtomic(Null(()) if number is None else Real(number))


def times(*told):
    """Time values of (hour, minute, value)."""
    return [TimeValue(time=(hour, minute, 0, 0), value=value(number)) for hour, minute, number in told]


def week(*told):
    return ArrayOf(DailySchedule)([DailySchedule(daySchedule=times(*told))] * 7)


def bacnet_date(day):
    return day.year - 1900, day.month, day.day, day.isoweekday()


def special(priority, told, entry=None, reference=None):
    period = SpecialEventPeriod(calendarEntry=entry) if entry else SpecialEventPeriod(calendarReference=reference)
    return SpecialEvent(period=period, listOfTimeValues=times(*told), eventPriority=priority)


def exceptions(*told):
    return ArrayOf(SpecialEvent)(list(told))


class Day(Scene):
    """A building whose clock is turned by hand."""

    def __init__(self, now=WEDNESDAY, **told):
        self.now = now
        super().__init__(points=POINTS, clock=Clock(lambda: self.now), hours=HOURS, **told)
        self.building.put(VALUES)

    def turn(self, *told):
        """Turn the clock to hour and minute, or to a moment, and let a tick pass; gives what the schedules have written."""
        self.told.clear()
        self.now = told[0] if len(told) == 1 else self.now.replace(hour=told[0], minute=told[1])
        self.building.put(VALUES)
        return [(name, number, slot) for name, number, slot, source in self.told if source.startswith("schedule")]

    async def put(self, prop, told, number=1, kind="schedule", index=None):
        await self.write(100, kind, number, told, prop=prop, index=index)

    async def look(self, prop="present-value", number=1, kind="schedule"):
        found = await self.read(100, kind, number, prop)
        return found.get_value() if isinstance(found, AnyAtomic) else found


def play(act, **told):
    async def run():
        scene = Day(**told)
        await asyncio.sleep(0.05)
        try:
            return await act(scene)
        finally:
            await scene.building.stop()
            await scene.client.stop()

    return asyncio.run(asyncio.wait_for(run(), 60.0))


def both(number, slot=15):
    return [("a.cooling", number, slot), ("b.cooling", number, slot)]


def test_a_weekly_schedule_commands_at_its_minute_and_null_gives_back():
    async def act(scene):
        before = scene.turn(7, 0)
        await scene.put("weekly-schedule", week((8, 0, 24.0), (18, 30, None)))
        found = [scene.turn(hour, minute) for hour, minute in ((7, 59), (8, 0), (12, 0), (18, 29), (18, 30), (23, 0))]
        await scene.put("schedule-default", value(28.0))
        later = [scene.turn(scene.now + timedelta(hours=hours)) for hours in (1, 8)]
        return before, found, later, await scene.look(), await scene.read(100, "analog-value", 1)

    before, found, later, present, shown = play(act)
    assert before == []
    assert found == [[], both(24.0), [], [], both(None), []]
    assert later == [[], both(24.0)]  # 28 was written at once, when the default was
    assert (present, shown) == (24.0, 24.0)


def test_a_default_is_written_at_once_and_shown_in_the_priority_array():
    async def act(scene):
        await scene.put("schedule-default", value(28.0))
        array = await scene.read(100, "analog-value", 1, "priority-array[15]")
        await scene.put("priority-for-writing", Unsigned(9))
        old, new = [await scene.read(100, "analog-value", 1, f"priority-array[{slot}]") for slot in (15, 9)]
        await scene.put("schedule-default", value(None))
        return array.real, old.null, new.real, scene.told[-2:], await scene.read(100, "analog-value", 1)

    array, old, new, last, shown = play(act)
    assert (array, old, new) == (28.0, (), 28.0)
    assert [each[1:3] for each in last] == [(None, 9)] * 2
    assert shown == 26.0


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


def test_a_schedule_is_in_effect_in_its_period_only():
    async def act(scene):
        await scene.put("schedule-default", value(28.0))
        period = DateRange(startDate=bacnet_date(date(2019, 7, 5)), endDate=bacnet_date(date(2019, 7, 6)))
        scene.told.clear()
        await scene.put("effective-period", period)
        gone = [each[:3] for each in scene.told]
        return gone, [scene.turn(datetime(2019, 7, day, 0, 1)) for day in (4, 5, 6, 7)]

    gone, found = play(act)
    assert gone == both(None)
    assert found == [[], both(28.0), [], both(None)]


def test_out_of_service_the_present_value_is_written_and_told_on():
    async def act(scene):
        with pytest.raises(RefusedError, match="write-access-denied"):
            await scene.put("present-value", Real(22.0))
        await scene.put("out-of-service", Boolean(True))
        await scene.put("schedule-default", value(28.0))
        quiet = list(scene.told)
        await scene.put("present-value", Real(22.0))
        told = [each[:3] for each in scene.told]
        flags = list(await scene.look("status-flags"))
        with pytest.raises(RefusedError, match="value-out-of-range"):
            await scene.put("present-value", Real(99.0))
        await scene.put("out-of-service", Boolean(False))
        return quiet, told, flags, await scene.look()

    quiet, told, flags, present = play(act)
    assert quiet == []
    assert told == both(22.0)
    assert flags == [0, 0, 0, 1]
    assert present == 28.0


def test_a_reference_that_is_taken_away_gets_its_slot_back():
    async def act(scene):
        await scene.put("schedule-default", value(28.0))
        scene.told.clear()
        one = DeviceObjectPropertyReference(
            objectIdentifier=ObjectIdentifier(("analog-value", 1)), propertyIdentifier="present-value"
        )
        await scene.put("list-of-object-property-references", ListOf(DeviceObjectPropertyReference)([one]))
        return [each[:3] for each in scene.told]

    assert play(act) == [("b.cooling", None, 15), ("a.cooling", 28.0, 15)]


def reference(kind, number, prop="present-value", device=None):
    told = {} if device is None else {"deviceIdentifier": ObjectIdentifier(("device", device))}
    one = DeviceObjectPropertyReference(
        objectIdentifier=ObjectIdentifier((kind, number)), propertyIdentifier=prop, **told
    )
    return ListOf(DeviceObjectPropertyReference)([one])


def wrong_time(*parts):
    return ArrayOf(DailySchedule)([DailySchedule(daySchedule=[TimeValue(time=parts, value=value(24.0))])] * 7)


def on(entry):
    return exceptions(special(1, [(0, 0, 24.0)], entry=entry))


BAD = [
    ("weekly-schedule", week((8, 0, 31.0)), None, "value-out-of-range"),
    ("weekly-schedule", week((8, 0, NAN)), None, "value-out-of-range"),
    ("weekly-schedule", wrong_time(24, 0, 0, 0), None, "value-out-of-range"),
    ("weekly-schedule", wrong_time(8, 255, 255, 255), None, "value-out-of-range"),
    ("weekly-schedule", ArrayOf(DailySchedule)([DailySchedule(daySchedule=[])] * 6), None, "value-out-of-range"),
    ("weekly-schedule", Real(1.0), None, "invalid-data-type"),
    ("weekly-schedule", DailySchedule(daySchedule=[]), 8, "invalid-array-index"),
    ("weekly-schedule", Unsigned(3), 0, "write-access-denied"),
    ("weekly-schedule", DailySchedule(daySchedule=times(*[(n // 60, n % 60, 24.0) for n in range(97)])), 1, "no-space-to-write-property"),
    ("weekly-schedule", ArrayOf(DailySchedule)([DailySchedule(daySchedule=[
        TimeValue(time=(8, 0, 0, 0), value=AnyAtomic(CharacterString("warm")))])] * 7), None, "datatype-not-supported"),
    ("exception-schedule", exceptions(special(0, [], reference=ObjectIdentifier(("calendar", 1)))), None, "value-out-of-range"),
    ("exception-schedule", exceptions(special(17, [], reference=ObjectIdentifier(("calendar", 1)))), None, "value-out-of-range"),
    ("exception-schedule", exceptions(special(1, [], reference=ObjectIdentifier(("calendar", 9)))), None, "unknown-object"),
    ("exception-schedule", on(CalendarEntry(date=(119, 2, 29, 255))), None, "value-out-of-range"),
    ("exception-schedule", on(CalendarEntry(date=(119, 7, 3, 1))), None, "value-out-of-range"),
    ("exception-schedule", on(CalendarEntry(weekNDay=bytes([1, 10, 1]))), None, "value-out-of-range"),
    ("exception-schedule", on(CalendarEntry(dateRange=DateRange(startDate=(119, 7, 9, 2), endDate=(119, 7, 8, 1)))), None, "value-out-of-range"),
    ("exception-schedule", exceptions(special(1, [(0, 0, 14.0)], reference=ObjectIdentifier(("calendar", 1)))), None, "value-out-of-range"),
    ("effective-period", DateRange(startDate=(119, 255, 1, 255), endDate=ALWAYS), None, "value-out-of-range"),
    ("schedule-default", Unsigned(24), None, "datatype-not-supported"),
    ("schedule-default", Real(math.inf), None, "value-out-of-range"),
    ("priority-for-writing", Unsigned(6), None, "value-out-of-range"),
    ("priority-for-writing", Unsigned(17), None, "value-out-of-range"),
    ("priority-for-writing", Unsigned(8), 1, "not-an-array"),
    ("out-of-service", Unsigned(1), None, "invalid-data-type"),
    ("list-of-object-property-references", reference("analog-input", 1), None, "value-out-of-range"),
    ("list-of-object-property-references", reference("analog-value", 9), None, "unknown-object"),
    ("list-of-object-property-references", reference("binary-value", 1), None, "datatype-not-supported"),
    ("list-of-object-property-references", reference("analog-value", 1, "description"), None, "value-out-of-range"),
    ("list-of-object-property-references", reference("analog-value", 1, device=200), None, "optional-functionality-not-supported"),
    ("list-of-object-property-references", reference("analog-value", 3), None, "value-out-of-range"),
    ("reliability", Unsigned(1), None, "write-access-denied"),
]  # fmt: skip


def test_malformed_schedules_are_refused_and_change_nothing():
    async def act(scene):
        await scene.put("weekly-schedule", week((8, 0, 24.0)))
        octets = [bytes(each.encode().encode().pduData) for each in [await scene.look(name) for name in names]]
        scene.told.clear()
        codes = []
        for prop, told, index, _ in BAD:
            with pytest.raises(RefusedError) as refused:
                await scene.put(prop, told, index=index)
            codes.append(refused.value.code)
        after = [bytes(each.encode().encode().pduData) for each in [await scene.look(name) for name in names]]
        return codes, octets == after, scene.told, scene.turn(8, 0)

    names = [*dict.fromkeys(row[0] for row in BAD)]
    codes, same, told, commanded = play(act)
    assert [(row[0], code) for code, row in zip(codes, BAD, strict=True) if row[-1] not in code] == []
    assert same
    assert told == []
    assert commanded == both(24.0)


def test_strangers_may_not_write_schedules():
    async def act(scene):
        for prop, told, kind in (
            ("weekly-schedule", week(), "schedule"),
            ("date-list", ListOf(CalendarEntry)([]), "calendar"),
        ):
            with pytest.raises(RefusedError, match="write-access-denied"):
                await scene.put(prop, told, kind=kind)

    play(act, writers=["10.0.0.5"])


def test_one_day_of_the_week_is_written_by_its_index():
    async def act(scene):
        await scene.put("weekly-schedule", DailySchedule(daySchedule=times((8, 0, 24.0))), index=4)
        days = await scene.look("weekly-schedule")
        return [len(each.daySchedule) for each in days], scene.turn(9, 0), scene.turn(datetime(2019, 7, 4, 9))

    assert play(act) == ([0, 0, 0, 1, 0, 0, 0], [], both(24.0))


def test_a_switch_is_scheduled_too():
    async def act(scene):
        told = [
            TimeValue(time=(8, 0, 0, 0), value=AnyAtomic(Enumerated(1))),
            TimeValue(time=(9, 0, 0, 0), value=AnyAtomic(Enumerated(0))),
        ]
        await scene.put("weekly-schedule", ArrayOf(DailySchedule)([DailySchedule(daySchedule=told)] * 7), number=3)
        return [scene.turn(hour, 0) for hour in (7, 8, 9)]

    assert play(act) == [[], [("fan.on", 1.0, 15)], [("fan.on", 0.0, 15)]]


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


def test_every_property_of_schedules_and_calendars_can_be_read():
    async def act(scene):
        objects = [(str(kind), int(number)) for kind, number in await scene.read(100, "device", 100, "object-list")]
        found = []
        for kind in ("schedule", "calendar"):
            asked = scene.client.read_property_multiple(scene.behind(100), [ObjectIdentifier((kind, 1)), ["all"]])
            found.append({str(prop): told for _, prop, _, told in await scene.client.timed(asked, "all")})
        return objects, found

    objects, (schedule, calendar) = play(act)
    assert objects[2:8] == [*(("schedule", number) for number in (1, 2, 3, 4)), ("calendar", 1), ("calendar", 2)]
    assert schedule["object-name"] == "cooling schedule"
    assert len(schedule["weekly-schedule"]) == 7
    assert [int(each.objectIdentifier[1]) for each in schedule["list-of-object-property-references"]] == [1, 2]
    assert schedule["priority-for-writing"] == 15
    assert {"effective-period", "exception-schedule", "schedule-default", "reliability", "out-of-service"} <= set(
        schedule
    )
    assert calendar["object-name"] == "public holidays"
    assert [str(each.date) for each in calendar["date-list"]] == ["2019-7-4 thu"]
