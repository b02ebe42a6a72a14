"""A building with schedules whose clock is turned by hand, and values as BACnet has them."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
from bacpypes3.basetypes import (
    DailySchedule,
    SpecialEvent,
    SpecialEventPeriod,
    TimeValue,
)
from bacpypes3.constructeddata import AnyAtomic, ArrayOf
from bacpypes3.primitivedata import (
    Null,
    Real,
)

from tests.bacnet.test_building import Scene
from tests.bacnet.test_building import play as on_stage
from twin.bacnet.building.hours import Hours
from twin.bacnet.clock import Clock
from twin.bacnet.points import Point

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
    return on_stage(act, Day, **told)


def both(number, slot=15):
    return [("a.cooling", number, slot), ("b.cooling", number, slot)]
