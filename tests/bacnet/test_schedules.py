"""Schedules command points at the right moment of the building's time, and calendars know the days that are different."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import pytest
from bacpypes3.basetypes import (
    CalendarEntry,
    DailySchedule,
    DateRange,
    DeviceObjectPropertyReference,
    TimeValue,
)
from bacpypes3.constructeddata import AnyAtomic, ArrayOf, ListOf
from bacpypes3.primitivedata import (
    Boolean,
    CharacterString,
    Enumerated,
    ObjectIdentifier,
    Real,
    Unsigned,
)

from tests.bacnet.day import (
    ALWAYS,
    NAN,
    bacnet_date,
    both,
    exceptions,
    play,
    special,
    times,
    value,
    week,
)
from twin.bacnet.application import RefusedError


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
        return codes, octets == after, list(scene.told), scene.turn(8, 0)

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
