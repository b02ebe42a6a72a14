"""Schedule and Calendar objects of a device: timetables in the building's time that command its points. ASHRAE 135-2016, 12.24."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bacpypes3 import object as standard
from bacpypes3.basetypes import DailySchedule, DateRange, DeviceObjectPropertyReference, SpecialEvent
from bacpypes3.constructeddata import AnyAtomic, ArrayOf, ListOf
from bacpypes3.primitivedata import ObjectIdentifier

from twin.bacnet.building import calendars, timetable, writes
from twin.bacnet.building.board import MINIMUM_ON_OFF, Board, WriteRefusedError
from twin.bacnet.building.calendars import Calendar
from twin.bacnet.building.hours import Hours
from twin.bacnet.building.objects import local
from twin.bacnet.building.timetable import Timetable
from twin.bacnet.clock import Clock
from twin.bacnet.numbers import NUMBERS, kind_of

KIND = 17
"""BACnetObjectType of a schedule."""
WEEKLY, EXCEPTIONS, PERIOD, DEFAULT, PRIORITY, OUT, REFERENCES, PRESENT = 123, 38, 32, 174, 88, 81, 54, 85
"""BACnetPropertyIdentifier of what may be written."""
SLOT = 15
"""Priority at which schedules write until somebody chooses another."""
MOST_REFERENCES = 1000
HOLIDAYS, WORKDAYS = 1, 2
"""Numbers of the calendars: public holidays, and Saturdays and Sundays that are worked."""
OPEN = (255, 255, 255, 255)


class ScheduleObject(local(standard.ScheduleObject)):  # type: ignore[misc]
    """A schedule's object; its references are made when somebody asks for them."""

    _points: Callable[[], list[tuple[int, int]]] = list

    @property
    def listOfObjectPropertyReferences(self) -> Any:
        """The points that it commands."""
        return ListOf(DeviceObjectPropertyReference)([_reference(key) for key in self._points()])

    @listOfObjectPropertyReferences.setter
    def listOfObjectPropertyReferences(self, value: Any) -> None:
        """Ignored: the schedule says it."""


class Schedule:
    """One schedule, its object, and what it has written.

    Parameters
    ----------
    number : instance; rows : points that it commands, of one kind (first letter of the type).
    table : that it starts with; idle : it writes nothing until somebody changes it, since the site keeps the same hours by itself.
    """

    def __init__(
        self, device: int, number: int, name: str, board: Board, rows: Sequence[int], table: Timetable, idle: bool,
        held: dict[int, Calendar],
    ) -> None:  # fmt: skip
        self.device, self.number, self.board, self.calendars = device, number, board, held
        self.kind = board.points[rows[0]].object[0]
        self.rows, self.table, self.idle = list(rows), table, idle
        self.slot, self.out_of_service, self.active = SLOT, False, True
        self.present: float | None = None
        self.written: float | None = None
        self.valid: tuple[datetime, datetime] | None = None
        """From when to when the present value holds."""
        self.object = ScheduleObject(
            objectIdentifier=("schedule", number), objectName=name, description=f"Commands {len(rows)} points",
            presentValue=timetable.atom(self.kind, None), effectivePeriod=DateRange(startDate=OPEN, endDate=OPEN),
            weeklySchedule=[timetable.daily(self.kind, row) for row in table.weekly], exceptionSchedule=[],
            scheduleDefault=timetable.atom(self.kind, table.default), priorityForWriting=SLOT,
            statusFlags=[0, 0, 0, 0],
            reliability="no-fault-detected", outOfService=False, eventState="normal",
        )  # fmt: skip
        self.object._points = self._points

    def _points(self) -> list[tuple[int, int]]:
        """Type and instance of every point that it commands."""
        points = [self.board.points[row] for row in self.rows]
        return [(NUMBERS[each.object], each.instance) for each in points]

    def due(self, now: datetime) -> bool:
        """Whether the present value may be another than it was."""
        return self.valid is None or not self.valid[0] <= now < self.valid[1]

    def look(self, now: datetime) -> None:
        """Work out the present value."""
        value, active, until = self.table.at(now)
        self.valid, self.active = (now, until), active
        if not self.out_of_service and value != self.present:
            self._show(value)

    def _show(self, value: float | None) -> None:
        self.present = value
        self.object.presentValue = timetable.atom(self.kind, value)

    def command(self) -> int:
        """Write a changed present value to the points, or give back; gives the number of writes that are refused."""
        wanted = self.present if (self.active or self.out_of_service) and not self.idle else None
        if wanted == self.written:
            return 0
        self.written = wanted
        refused = self._write(self.rows, wanted)
        self.object.reliability = "configuration-error" if refused else "no-fault-detected"
        self.object.statusFlags = [0, int(bool(refused)), 0, int(self.out_of_service)]
        return refused

    def _write(self, rows: Sequence[int], value: float | None) -> int:
        refused = 0
        for row in rows:
            try:
                self.board.write(row, value, self.slot, f"schedule {self.number}")
            except WriteRefusedError:
                refused += 1
        return refused

    def take(self, prop: int, index: int | None, value: Any) -> bool:
        """Take a written property; false where it may not be written.

        Raises
        ------
        WriteRefusedError
            When the value is of a wrong type, out of range or too long; nothing is changed then.
        """
        if prop in (WEEKLY, EXCEPTIONS):
            (self._take_weekly if prop == WEEKLY else self._take_exceptions)(index, value)
            return True
        if prop not in (PERIOD, DEFAULT, PRIORITY, OUT, REFERENCES, PRESENT):
            return False
        writes.not_indexed(index)
        if prop == PERIOD:
            told = writes.decoded(value, DateRange)
            self.table.period = calendars.between(told)
            self.object.effectivePeriod = told
        elif prop == DEFAULT:
            found = self._checked(value)
            self.table.default = found
            self.object.scheduleDefault = timetable.atom(self.kind, found)
        elif prop == PRIORITY:
            self._take_priority(value)
        elif prop == OUT:
            self.out_of_service = writes.flag(value)
            self.object.outOfService = self.out_of_service
            self.object.statusFlags = [0, int(self.object.statusFlags[1]), 0, int(self.out_of_service)]
        elif prop == REFERENCES:
            self._take_references(value)
        else:
            if not self.out_of_service:
                raise WriteRefusedError("property", "write-access-denied")
            self._show(self._checked(value))
        return True

    def _take_weekly(self, index: int | None, value: Any) -> None:
        if index == 0:
            raise WriteRefusedError("property", "write-access-denied")
        if index is not None and index > 7:
            raise WriteRefusedError("property", "invalid-array-index")
        if index is None:
            told = list(writes.decoded(value, ArrayOf(DailySchedule)))
        else:
            told = list(self.object.weeklySchedule)
            told[index - 1] = writes.decoded(value, DailySchedule)
        if len(told) != 7:
            raise WriteRefusedError("property", "value-out-of-range")
        rows = [timetable.times(self.kind, each.daySchedule) for each in told]
        self._fits({found for row in rows for _, found in row if found is not None}, self.rows)
        self.table.weekly = rows
        self.object.weeklySchedule = told

    def _take_exceptions(self, index: int | None, value: Any) -> None:
        told = list(self.object.exceptionSchedule)
        if index == 0:
            raise WriteRefusedError("property", "write-access-denied")
        if index is not None and index > len(told):
            raise WriteRefusedError("property", "invalid-array-index")
        if index is None:
            told = list(writes.decoded(value, ArrayOf(SpecialEvent)))
        else:
            told[index - 1] = writes.decoded(value, SpecialEvent)
        if len(told) > timetable.MOST_EXCEPTIONS:
            raise WriteRefusedError("resources", "no-space-to-write-property")
        found = [timetable.exceptional(self.kind, each, self.calendars) for each in told]
        self._fits(Timetable(exceptions=found).values(), self.rows)
        self.table.exceptions = found
        self.object.exceptionSchedule = told

    def _take_priority(self, value: Any) -> None:
        slot = writes.whole(value, 1, 16)
        if slot == MINIMUM_ON_OFF:
            raise WriteRefusedError("property", "value-out-of-range")
        if slot != self.slot:
            self._give_back(self.rows)
            self.slot, self.written = slot, None
        self.object.priorityForWriting = slot

    def _take_references(self, value: Any) -> None:
        told = writes.decoded(value, ListOf(DeviceObjectPropertyReference))
        if len(told) > MOST_REFERENCES:
            raise WriteRefusedError("resources", "no-space-to-write-property")
        rows = list(dict.fromkeys(self._row(each) for each in told))
        self._fits(self.table.values(), rows)
        self._give_back([row for row in self.rows if row not in rows])
        self.rows, self.written = rows, None

    def _give_back(self, rows: Sequence[int]) -> None:
        if self.written is not None:
            self._write(rows, None)

    def _row(self, told: Any) -> int:
        """The point that a reference means: writable, of this device, and of the schedule's type."""
        device, identifier = told.deviceIdentifier, told.objectIdentifier
        if device is not None and (int(device[0]), int(device[1])) != (8, self.device):
            raise WriteRefusedError("property", "optional-functionality-not-supported")
        row = self.board.row.get((int(identifier[0]), int(identifier[1])))
        if row is None:
            raise WriteRefusedError("object", "unknown-object")
        if (
            not self.board.points[row].writable
            or int(told.propertyIdentifier) != PRESENT
            or told.propertyArrayIndex is not None
        ):
            raise WriteRefusedError("property", "value-out-of-range")
        if self.board.points[row].object[0] != self.kind:
            raise WriteRefusedError("property", "datatype-not-supported")
        return row

    def _checked(self, value: Any) -> float | None:
        found = timetable.told_value(self.kind, writes.decoded(value, AnyAtomic))
        self._fits(set() if found is None else {found}, self.rows)
        return found

    def _fits(self, values: set[float], rows: Sequence[int]) -> None:
        """Refuse values that a point would refuse."""
        for row in rows:
            point = self.board.points[row]
            if not all(point.low <= value <= point.high for value in values):
                raise WriteRefusedError("property", "value-out-of-range")


class Schedules:
    """The schedules and calendars of a device.

    Parameters
    ----------
    device : its instance.
    hours : that the site keeps.
    """

    def __init__(self, device: int, board: Board, hours: Hours, clock: Clock) -> None:
        self.device, self.board, self.clock = device, board, clock
        self.calendars: dict[int, Calendar] = {}
        self.schedules: list[Schedule] = []
        self.counted: Counter[str] = Counter()
        self._until: tuple[datetime, datetime] | None = None
        for (name, *_), rows in _groups(board, hours).items():
            if not self.calendars:
                self._make_calendars(hours)
            kept = hours.rows.get(board.points[rows[0]].signal)
            for first in range(0, len(rows), MOST_REFERENCES):
                self._make(name, rows[first : first + MOST_REFERENCES], kept)

    def _make_calendars(self, hours: Hours) -> None:
        self.calendars[HOLIDAYS] = Calendar(HOLIDAYS, "public holidays", "Days kept like a Sunday", hours.holidays)
        if hours.workdays:
            told = "Saturdays and Sundays that are worked"
            self.calendars[WORKDAYS] = Calendar(WORKDAYS, "adjusted workdays", told, hours.workdays)

    def _make(self, name: str, rows: list[int], kept: tuple[tuple[float, ...], ...] | None) -> None:
        number, table, special = len(self.schedules) + 1, Timetable(), []
        kind = self.board.points[rows[0]].object[0]
        if kept is not None:
            workday, saturday, holiday = (timetable.hourly(row) for row in kept)
            table.weekly = [workday] * 5 + [saturday, holiday]
            special = [(HOLIDAYS, holiday)] + ([(WORKDAYS, workday)] if WORKDAYS in self.calendars else [])
        made = Schedule(self.device, number, name, self.board, rows, table, kept is not None, self.calendars)
        table.exceptions = [timetable.Exceptional(self.calendars[which], row, 10) for which, row in special]
        made.object.exceptionSchedule = [timetable.special(kind, which, row, 10) for which, row in special]
        self.schedules.append(made)

    def objects(self) -> list[Any]:
        """The objects, schedules first."""
        return [each.object for each in self.schedules] + [each.object for each in self.calendars.values()]

    def look(self, now: datetime) -> None:
        """Follow all schedules; does nothing until one of them may change."""
        now = now.replace(tzinfo=None)
        if not self.schedules or (self._until and self._until[0] <= now < self._until[1]):
            return
        for calendar in self.calendars.values():
            calendar.look(now.date())
        for each in self.schedules:
            if each.due(now):
                each.look(now)
        # those that are not in effect give back before others write to the same slot
        for each in sorted(self.schedules, key=lambda each: each.active):
            self.counted["schedule_writes_refused"] += each.command()
        tomorrow = datetime(now.year, now.month, now.day) + timedelta(days=1)
        self._until = now, min([tomorrow, *(each.valid[1] for each in self.schedules if each.valid)])

    def take(self, key: tuple[int, int], prop: int, index: int | None, value: Any) -> bool:
        """Take a written property of a schedule or calendar and follow it at once; false where there is none such.

        Raises
        ------
        WriteRefusedError
            When the value is of a wrong type, out of range or too long; nothing is changed then.
        """
        kind, number = key
        touched = self.schedules
        if kind == KIND and 1 <= number <= len(self.schedules):
            touched = [self.schedules[number - 1]]
            done = touched[0].take(prop, index, value)
        elif kind == calendars.KIND and number in self.calendars:
            done = self.calendars[number].take(prop, index, value)
        else:
            return False
        if done:
            for each in touched:
                each.idle, each.valid = False, None
            self._until = None
            self.look(self.clock.now())
        return done


def _groups(board: Board, hours: Hours) -> dict[tuple[str, ...], list[int]]:
    """Rows of writable points by (name of their schedule, kind, unit): one for each of the site's own schedules, else one a quantity."""
    found: dict[tuple[str, ...], list[int]] = {}
    for row, point in enumerate(board.points):
        if point.writable:
            of = point.signal if point.signal in hours.rows else point.signal.rpartition(".")[2]
            found.setdefault((f"{of} schedule", point.object[0], point.unit), []).append(row)
    return found


def _reference(key: tuple[int, int]) -> Any:
    told = ObjectIdentifier((kind_of(key[0]), key[1]))
    return DeviceObjectPropertyReference(objectIdentifier=told, propertyIdentifier="present-value")
