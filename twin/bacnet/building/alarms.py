"""Alarms of a device's points: limits, delays and acknowledgements, evaluated for all points of a board at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from bacpypes3.basetypes import BinaryPV, DateTime, EventTransitionBits, LimitEnable, TimeStamp

from twin.bacnet import tags
from twin.bacnet.building import writes
from twin.bacnet.building.board import Board, WriteRefusedError
from twin.bacnet.numbers import FAULT, IN_ALARM

NORMAL, FAULTY, OFFNORMAL, HIGH_LIMIT, LOW_LIMIT = range(5)
"""BACnetEventState (ASHRAE 135, clause 21)."""
STATES = ("normal", "fault", "offnormal", "high-limit", "low-limit")
TO_OFFNORMAL, TO_FAULT, TO_NORMAL = range(3)
"""BACnetEventTransitionBits."""
ALL = 0b111
LOW_ENABLED, HIGH_ENABLED = 1, 2
"""BACnetLimitEnable, the first bit lowest."""
ANALOG, BINARY = ("AI", "AO", "AV"), ("BI", "BV")
"""Types whose intrinsic alarms are OUT_OF_RANGE and CHANGE_OF_STATE. ASHRAE 135, 13.1."""
DELAY = 60
"""Seconds for which a limit must be passed until somebody writes another delay; an assumption."""
LONGEST = 86_400
"""Longest delay that may be written. [s]"""
CLASS = 1
"""Number of the notification class of every alarm."""
ABOVE, BELOW, DOWN_AGAIN, UP_AGAIN = range(4)
HIGH, LOW, BAND, DELAYED, DELAYED_NORMAL, LIMITS, EVENTS = 45, 59, 25, 113, 356, 52, 35
"""BACnetPropertyIdentifier of what may be written."""


@dataclass(frozen=True)
class Transition:
    """A change of one point's event state.

    Attributes
    ----------
    row : of the point.
    kind : TO_OFFNORMAL, TO_FAULT or TO_NORMAL.
    moment : hundredths of a second since tags.EPOCH.
    value, flags, deadband, limit : as they are then; limit is the one passed.
    told : whether the point's event-enable lets it be told.
    """

    row: int
    kind: int
    before: int
    after: int
    moment: int
    value: float
    flags: int
    deadband: float
    limit: float
    told: bool


class Alarms:
    """Event states of those points of a board that have alarm limits.

    Analog points have OUT_OF_RANGE (ASHRAE 135-2016, 13.3.6); binary ones CHANGE_OF_STATE (13.3.2), with `alarm_high` as the alarm value,
    which is the same with a limit between the two states. Faults come first and without delay (13.2.2).

    Parameters
    ----------
    required : told a transition's kind, says whether it must be acknowledged.

    Attributes
    ----------
    rows : of the points; all other arrays stand in their order.
    state : BACnetEventState.
    moments : of the last transition of each kind, hundredths of a second since tags.EPOCH. [n x 3]
    acked : kinds of transitions that are acknowledged, as bits.
    offnormal : the last state other than normal or fault.
    """

    def __init__(self, board: Board, required: Callable[[int], bool] = lambda _kind: False) -> None:
        self.board, self.required = board, required
        points = board.points
        rows = [row for row, p in enumerate(points) if p.object in ANALOG + BINARY and math.isfinite(p.alarm_high)]
        self.rows: npt.NDArray[np.intp] = np.array(rows, dtype=np.intp)
        self.place = {row: place for place, row in enumerate(rows)}
        count = len(rows)
        self.binary = np.array([points[row].object in BINARY for row in rows], dtype=bool)
        self.alarm_value = np.array([points[row].alarm_high != 0.0 for row in rows], dtype=bool)
        between = np.float32(0.5)
        self.high = np.array([points[row].alarm_high for row in rows], dtype=np.float32)
        self.low = np.array([points[row].alarm_low for row in rows], dtype=np.float32)
        self.high[self.binary], self.low[self.binary] = between, between
        self.deadband = np.array([points[row].increment for row in rows], dtype=np.float32)
        self.deadband[self.binary] = 0.0
        side = np.where(self.alarm_value, HIGH_ENABLED, LOW_ENABLED)
        self.limits = np.where(self.binary, side, LOW_ENABLED | HIGH_ENABLED).astype(np.uint8)
        self.delay, self.delay_normal = np.full(count, DELAY, dtype=np.float64), np.full(count, DELAY, dtype=np.float64)
        self.enabled, self.acked = np.full(count, ALL, dtype=np.uint8), np.full(count, ALL, dtype=np.uint8)
        self.state, self.offnormal = np.zeros(count, dtype=np.uint8), np.full(count, OFFNORMAL, dtype=np.uint8)
        self.moments = np.full((count, 3), tags.NEVER, dtype=np.int64)
        self._since = np.full((4, count), np.inf)
        keys = np.array([kind << 22 | instance for kind, instance in board.row], dtype=np.int64)
        self.keys = keys[self.rows]
        """Object identifiers as numbers."""

    def __len__(self) -> int:
        return len(self.rows)

    def look(self, now: datetime) -> list[Transition]:
        """Evaluate all points; gives what has changed.

        Parameters
        ----------
        now : time in the building; delays are counted in it.
        """
        if not len(self):
            return []
        value = self.board.value[self.rows]
        value[self.binary] = value[self.binary] != 0.0
        fault = (self.board.flags[self.rows] & FAULT) != 0
        moment = tags.moment_of(now)
        new = self._next(value, fault, moment / 100.0)
        changed = np.flatnonzero(new != self.state)
        told: list[Transition] = []
        if len(changed):
            told = self._changed(changed, new, value, moment)
        bits = np.where(self.state != NORMAL, IN_ALARM, 0).astype(np.uint8)
        self.board.flags[self.rows] = (self.board.flags[self.rows] & (255 - IN_ALARM)) | bits
        return told

    def _next(
        self, value: npt.NDArray[np.float32], fault: npt.NDArray[np.bool_], seconds: float
    ) -> npt.NDArray[np.uint8]:
        """State of every point: the conditions of 13.3.6 a to h, each for as long as its delay."""
        on_high, on_low = self.limits & HIGH_ENABLED != 0, self.limits & LOW_ENABLED != 0
        holds = np.empty((4, len(self)), dtype=bool)
        holds[ABOVE], holds[BELOW] = on_high & (value > self.high), on_low & (value < self.low)
        holds[DOWN_AGAIN], holds[UP_AGAIN] = value < self.high - self.deadband, value > self.low + self.deadband
        holds &= ~fault
        self._since = np.where(holds, np.minimum(self._since, seconds), np.inf)
        held = seconds - self._since
        above, below = held[ABOVE] >= self.delay, held[BELOW] >= self.delay
        high_state = np.where(self.binary, OFFNORMAL, HIGH_LIMIT)
        low_state = np.where(self.binary, OFFNORMAL, LOW_LIMIT)
        side_high = np.where(self.binary, self.alarm_value, self.state == HIGH_LIMIT) & (self.state >= OFFNORMAL)
        side_low = ~side_high & (self.state >= OFFNORMAL)
        found: npt.NDArray[np.uint8] = np.select(
            [
                fault,
                self.state == FAULTY,
                (side_high & ~on_high) | (side_low & ~on_low),
                above & ~side_high,
                below & ~side_low,
                (side_high & (held[DOWN_AGAIN] >= self.delay_normal))
                | (side_low & (held[UP_AGAIN] >= self.delay_normal)),
            ],
            [FAULTY, NORMAL, NORMAL, high_state, low_state, NORMAL],
            self.state,
        ).astype(np.uint8)
        return found

    def _changed(
        self, changed: npt.NDArray[np.intp], new: npt.NDArray[np.uint8], value: npt.NDArray[np.float32], moment: int
    ) -> list[Transition]:
        """Take new states: time stamps, acknowledgements, and what is to be told."""
        before, after = self.state[changed], new[changed]
        kinds = np.select([after == NORMAL, after == FAULTY], [TO_NORMAL, TO_FAULT], TO_OFFNORMAL)
        bits = (1 << kinds).astype(np.uint8)
        enabled = (self.enabled[changed] & bits) != 0
        required = np.array([self.required(kind) for kind in range(3)])[kinds] & enabled
        self.moments[changed, kinds] = moment
        self.acked[changed] = np.where(required, self.acked[changed] & ~bits, self.acked[changed] | bits)
        self.offnormal[changed] = np.where(kinds == TO_OFFNORMAL, after, self.offnormal[changed])
        self.state[changed] = after
        low = (after == LOW_LIMIT) | ((after == NORMAL) & (before == LOW_LIMIT))
        limit = np.where(low, self.low[changed], self.high[changed])
        flags = self.board.flags[self.rows[changed]] & (255 - IN_ALARM) | np.where(after != NORMAL, IN_ALARM, 0)
        columns = (
            self.rows[changed],
            kinds,
            before,
            after,
            value[changed],
            flags,
            self.deadband[changed],
            limit,
            enabled,
        )
        return [
            Transition(row, kind, old, state, moment, now, bit, band, passed, told)
            for row, kind, old, state, now, bit, band, passed, told in zip(*(c.tolist() for c in columns), strict=True)
        ]

    def pending(self) -> npt.NDArray[np.intp]:
        """Places of points that are not normal or have a transition that nobody has acknowledged, by rising identifier."""
        found = np.flatnonzero((self.state != NORMAL) | (self.acked != ALL))
        return found[np.argsort(self.keys[found])]

    def acknowledge(self, row: int, state: int, date: tuple[int, ...], time: tuple[int, ...]) -> int:
        """Take an acknowledgement; gives the kind of transition. ASHRAE 135, 13.5.

        Parameters
        ----------
        state : the one told; `offnormal` stands for either limit, since a summary tells no more of an alarm that is over.
        date, time : its time stamp, as BACnet has them.

        Raises
        ------
        WriteRefusedError
            When the point has no alarms, or the state or the time stamp is not that of the last transition.
        """
        place = self.place.get(row)
        if place is None:
            raise WriteRefusedError("object", "no-alarm-configured")
        kind = TO_NORMAL if state == NORMAL else TO_FAULT if state == FAULTY else TO_OFFNORMAL
        moment = int(self.moments[place, kind])
        if moment == tags.NEVER or (kind == TO_OFFNORMAL and state not in (OFFNORMAL, int(self.offnormal[place]))):
            raise WriteRefusedError("services", "invalid-event-state")
        if tags.when(moment) != (bytes(date), bytes(time)):
            raise WriteRefusedError("services", "invalid-time-stamp")
        self.acked[place] |= 1 << kind
        return kind

    def told(self, row: int) -> dict[str, Any]:
        """Properties of a point's object; none where it has no alarms."""
        place = self.place.get(row)
        if place is None:
            return {}
        found: dict[str, Any] = {
            "eventState": STATES[int(self.state[place])], "timeDelay": int(self.delay[place]),
            "timeDelayNormal": int(self.delay_normal[place]), "notificationClass": CLASS, "notifyType": "alarm",
            "eventDetectionEnable": True, "eventEnable": _list(int(self.enabled[place]), 3),
            "ackedTransitions": _list(int(self.acked[place]), 3),
            "eventTimeStamps": [_stamp(int(moment)) for moment in self.moments[place]],
        }  # fmt: skip
        if self.binary[place]:
            return found | {"alarmValue": BinaryPV("active" if self.alarm_value[place] else "inactive")}
        return found | {
            "highLimit": float(self.high[place]), "lowLimit": float(self.low[place]), "deadband": float(self.deadband[place]),
            "limitEnable": _list(int(self.limits[place]), 2),
        }  # fmt: skip

    def take(self, key: tuple[int, int], prop: int, index: int | None, value: Any) -> bool:
        """Take a written property; false where it is none of an alarm.

        Raises
        ------
        WriteRefusedError
            When the value is of a wrong type or out of range.
        """
        place = self.place.get(self.board.row.get(key, -1))
        analog = (HIGH, LOW, BAND, LIMITS)
        if place is None or prop not in (*analog, DELAYED, DELAYED_NORMAL, EVENTS):
            return False
        if self.binary[place] and prop in analog:
            return False
        writes.not_indexed(index)
        if prop == HIGH:
            self.high[place] = writes.number(value, float(self.low[place]))
        elif prop == LOW:
            self.low[place] = writes.number(value, -math.inf, float(self.high[place]))
        elif prop == BAND:
            self.deadband[place] = writes.number(value, 0.0)
        elif prop == LIMITS:
            self.limits[place] = writes.flags(value, LimitEnable, 2)
        elif prop == EVENTS:
            self.enabled[place] = writes.flags(value, EventTransitionBits, 3)
        else:
            (self.delay if prop == DELAYED else self.delay_normal)[place] = writes.whole(value, 0, LONGEST)
        return True


def _list(flags: int, count: int) -> list[int]:
    return [flags >> place & 1 for place in range(count)]


def _stamp(moment: int) -> TimeStamp:
    day, time = tags.when(moment)
    return TimeStamp(dateTime=DateTime(date=tuple(day), time=tuple(time)))
