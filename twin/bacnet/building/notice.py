"""One event notification as octets: a transition or an acknowledgement. ASHRAE 135, 13.8 and clause 21."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from twin.bacnet import tags
from twin.bacnet.building.alarms import CLASS, FAULTY, HIGH_LIMIT, LOW_LIMIT, NORMAL, STATES, TO_NORMAL, Transition

ALARM, ACKNOWLEDGEMENT = 0, 2
"""BACnetNotifyType."""
CHANGE_OF_STATE, OUT_OF_RANGE, CHANGE_OF_RELIABILITY = 1, 5, 19
"""BACnetEventType."""
NO_FAULT, UNRELIABLE = 0, 7
"""BACnetReliability: no-fault-detected and unreliable-other."""
LONGEST_TEXT = 200
"""Octets of a message."""


@dataclass(frozen=True)
class Notice:
    """What a recipient is told.

    Attributes
    ----------
    kind : of transition.
    device, key : instance of the device, and identifier of the object as a number.
    type : of the event; required : whether it must be acknowledged.
    before, after : event states; before is none in an acknowledgement.
    values : the event's values as octets; empty in an acknowledgement.
    """

    kind: int
    device: int
    key: int
    moment: int
    priority: int
    type: int
    text: str
    after: int
    required: bool = False
    before: int | None = None
    transition: Transition | None = None

    @classmethod
    def of(cls, device: int, key: int, name: str, told: Transition, priority: int, required: bool) -> Notice:
        """The notice of a transition."""
        return cls(
            told.kind, device, key, told.moment, priority, event_type(told.before, told.after), f"{name}: {STATES[told.after]}",
            told.after, required, told.before, told,
        )  # fmt: skip

    def data(self, process: int) -> bytes:
        """Parameters of the request for a process of the recipient."""
        return tags.unsigned(0, process) + self._body

    @cached_property
    def _body(self) -> bytes:
        found = [
            tags.identifier(1, tags.DEVICE << 22 | self.device),
            tags.identifier(2, self.key),
            tags.within(3, tags.stamp(self.moment)),
            tags.unsigned(4, CLASS),
            tags.unsigned(5, self.priority),
            tags.unsigned(6, self.type),
            tags.text(7, self.text, LONGEST_TEXT),
            tags.unsigned(8, ACKNOWLEDGEMENT if self.before is None else ALARM),
        ]
        if self.before is not None:
            found += [tags.unsigned(9, int(self.required)), tags.unsigned(10, self.before)]
        found.append(tags.unsigned(11, self.after))
        if self.transition is not None:
            found.append(tags.within(12, _values(self.type, self.transition)))
        return b"".join(found)


def event_type(before: int, after: int) -> int:
    """BACnetEventType of a change of state."""
    if FAULTY in (before, after):
        return CHANGE_OF_RELIABILITY
    return OUT_OF_RANGE if {before, after} & {HIGH_LIMIT, LOW_LIMIT} else CHANGE_OF_STATE


def _values(kind: int, told: Transition) -> bytes:
    """BACnetNotificationParameters of a transition."""
    flags = tags.bits(1, told.flags, 4)
    if kind == CHANGE_OF_RELIABILITY:
        reliability = UNRELIABLE if told.after == FAULTY else NO_FAULT
        return tags.within(kind, tags.unsigned(0, reliability) + flags + tags.within(2, b""))
    if kind == CHANGE_OF_STATE:
        state = tags.within(0, tags.unsigned(1, int(told.value != 0.0)))
        return tags.within(kind, state + flags)
    return tags.within(kind, tags.real(0, told.value) + flags + tags.real(2, told.deadband) + tags.real(3, told.limit))


def acknowledged(
    device: int, key: int, name: str, kind: int, state: int, moment: int, priority: int, binary: bool, source: str
) -> Notice:
    """The notice that somebody has acknowledged a transition; `source` says who."""
    fault, plain = state == FAULTY, CHANGE_OF_STATE if binary else OUT_OF_RANGE
    type_ = CHANGE_OF_RELIABILITY if fault else plain
    what = "return to normal" if kind == TO_NORMAL and state == NORMAL else STATES[state]
    return Notice(kind, device, key, moment, priority, type_, f"{name}: {what} acknowledged by {source}", state)
