"""COV notifications and subscriptions as octets, on the subscriber's side. ASHRAE 135, 13.1 and 13.14."""

from __future__ import annotations

import math
from dataclasses import dataclass

from twin.bacnet import tags
from twin.bacnet.gateway import ask
from twin.bacnet.numbers import PRESENT_VALUE, STATUS_FLAGS

SUBSCRIBE = 5
"""Service choice of SubscribeCOV. ASHRAE 135, clause 21."""
DEEPEST = 8
"""Constructs within each other in a value; none that is a number has any."""


@dataclass(frozen=True)
class Notice:
    """What a notification tells.

    Attributes
    ----------
    process : the subscriber's number for itself.
    device : instance of the device that tells.
    key : identifier of the object as a number.
    left : seconds that are left of the subscription; 0 for one that never ends.
    value : present value; not a number where it is none.
    flags : status flags as bits, in-alarm lowest.
    """

    process: int
    device: int
    key: int
    left: int
    value: float
    flags: int


def subscription(process: int, key: int, confirmed: bool, lifetime: int) -> bytes:
    """Parameters of SubscribeCOV.

    >>> subscription(18, 10, True, 60).hex()
    '09121c0000000a2901393c'
    """
    return cancellation(process, key) + bytes([0x29, confirmed]) + tags.unsigned(3, lifetime)


def cancellation(process: int, key: int) -> bytes:
    """Parameters of a SubscribeCOV that ends a subscription."""
    return tags.unsigned(0, process) + tags.identifier(1, key)


def read(octets: bytes) -> Notice:
    """Decode a notification.

    Raises
    ------
    ValueError
        When the octets are none, or tell no present value.
    """
    at, numbers = 0, []
    for place, (least, most) in enumerate(((1, 4), (4, 4), (4, 4), (1, 4))):
        each = tags.tag_at(octets, at)
        if each.number != place or not each.context or each.bracket or not least <= len(each.data) <= most:
            raise ValueError(f"octet {at} is not in a notification")
        numbers.append(int.from_bytes(each.data, "big"))
        at = each.end
    if octets[at : at + 1] != b"\x4e":
        raise ValueError(f"octet {at} opens no list of values")
    value, flags, at = None, 0, at + 1
    while octets[at : at + 1] != b"\x4f":
        prop, told, at = _property(octets, at)
        if prop == PRESENT_VALUE:
            value = told
        elif prop == STATUS_FLAGS:
            flags = ask.flags_of(told)
    if at + 1 != len(octets) or value is None or numbers[1] >> 22 != 8:
        raise ValueError("the notification is too long, or tells no present value of a device's object")
    return Notice(numbers[0], numbers[1] & 0x3FFFFF, numbers[2], numbers[3], value, flags)


def _property(octets: bytes, at: int) -> tuple[int, float, int]:
    """One property of the list: its number, its value, and where the octets go on."""
    named = tags.tag_at(octets, at)
    if named.number or not named.context or not named.data:
        raise ValueError(f"octet {at} names no property")
    opened = tags.tag_at(octets, named.end)
    if opened.number == 1 and opened.context and not opened.bracket:  # an index
        opened = tags.tag_at(octets, opened.end)
    if (opened.number, opened.bracket) != (2, tags.OPENING):
        raise ValueError(f"octet {named.end} opens no value")
    value, at = _value(octets, opened.end)
    if octets[at : at + 1] and octets[at] >> 4 == 3 and octets[at] & 8:  # a priority
        at = tags.tag_at(octets, at).end
    return int.from_bytes(named.data, "big"), value, at


def _value(octets: bytes, at: int) -> tuple[float, int]:
    """A value up to its closing tag; NaN for one that is not a single number."""
    value, depth, seen = math.nan, 1, 0
    while depth:
        each = tags.tag_at(octets, at)
        at = each.end
        if each.bracket:
            depth += 1 if each.bracket == tags.OPENING else -1
        else:
            value = math.nan if each.context else ask.decoded(each.number, each.data)
        seen += 1
        if depth > DEEPEST:
            raise ValueError("values are nested without end")
    return (value if seen == 2 else math.nan), at
