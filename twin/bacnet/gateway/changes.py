"""COV notifications and subscriptions as octets, on the subscriber's side. ASHRAE 135, 13.1 and 13.14."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from twin.bacnet.gateway import ask
from twin.bacnet.numbers import PRESENT_VALUE, STATUS_FLAGS

SUBSCRIBE = 5
"""Service choice of SubscribeCOV. ASHRAE 135, clause 21."""
OPENING, CLOSING = -1, -2
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


def _unsigned(number: int, value: int) -> bytes:
    """An unsigned number with its context tag. ASHRAE 135, 20.2.4."""
    octets = value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
    return bytes([number << 4 | 8 | len(octets)]) + octets


def subscription(process: int, key: int, confirmed: bool, lifetime: int) -> bytes:
    """Parameters of SubscribeCOV.

    >>> subscription(18, 10, True, 60).hex()
    '09121c0000000a2901393c'
    """
    return cancellation(process, key) + bytes([0x29, confirmed]) + _unsigned(3, lifetime)


def cancellation(process: int, key: int) -> bytes:
    """Parameters of a SubscribeCOV that ends a subscription."""
    return _unsigned(0, process) + b"\x1c" + struct.pack(">I", key)


def read(octets: bytes) -> Notice:
    """Decode a notification.

    Raises
    ------
    ValueError
        When the octets are none, or tell no present value.
    """
    at, numbers = 0, []
    for place, (least, most) in enumerate(((1, 4), (4, 4), (4, 4), (1, 4))):
        number, context, size, at = _tag(octets, at)
        if number != place or not context or not least <= size <= most:
            raise ValueError(f"octet {at} is not in a notification")
        numbers.append(int.from_bytes(octets[at : at + size], "big"))
        at += size
    if octets[at : at + 1] != b"\x4e":
        raise ValueError(f"octet {at} opens no list of values")
    value, flags, at = None, 0, at + 1
    while octets[at : at + 1] != b"\x4f":
        prop, told, at = _property(octets, at)
        if prop == PRESENT_VALUE:
            value = told
        elif prop == STATUS_FLAGS and not math.isnan(told):
            flags = int(told)
    if at + 1 != len(octets) or value is None or numbers[1] >> 22 != 8:
        raise ValueError("the notification is too long, or tells no present value of a device's object")
    return Notice(numbers[0], numbers[1] & 0x3FFFFF, numbers[2], numbers[3], value, flags)


def _property(octets: bytes, at: int) -> tuple[int, float, int]:
    """One property of the list: its number, its value, and where the octets go on."""
    number, context, size, at = _tag(octets, at)
    if number or not context or size < 1:
        raise ValueError(f"octet {at} names no property")
    prop = int.from_bytes(octets[at : at + size], "big")
    number, context, size, at = _tag(octets, at + size)
    if number == 1 and context and size >= 0:  # an index
        number, context, size, at = _tag(octets, at + size)
    if (number, size) != (2, OPENING):
        raise ValueError(f"octet {at} opens no value")
    value, at = _value(octets, at)
    if octets[at : at + 1] and octets[at] >> 4 == 3 and octets[at] & 8:  # a priority
        number, context, size, at = _tag(octets, at)
        at += max(0, size)
    return prop, value, at


def _value(octets: bytes, at: int) -> tuple[float, int]:
    """A value up to its closing tag; NaN for one that is not a single number."""
    value, depth, seen = math.nan, 1, 0
    while depth:
        number, context, size, start = _tag(octets, at)
        at = start
        if size == OPENING:
            depth += 1
        elif size == CLOSING:
            depth -= 1
        elif not context and number == 1:
            value = float(octets[start - 1] & 7)
        else:
            at = start + size
            if at > len(octets):
                raise ValueError("a value is cut")
            value = math.nan if context else ask.decoded(number, octets[start:at], size)
        seen += 1
        if depth > DEEPEST:
            raise ValueError("values are nested without end")
    return (value if seen == 2 else math.nan), at


def _tag(octets: bytes, at: int) -> tuple[int, bool, int, int]:
    """A tag: number, whether it is of the context, length (or opening, closing), and where its data begin. ASHRAE 135, 20.2.1."""
    if at >= len(octets):
        raise ValueError("the octets are cut")
    first = octets[at]
    number, context, size, at = first >> 4, bool(first & 8), first & 7, at + 1
    if number == 15:
        number, at = (octets[at] if at < len(octets) else 0), at + 1
    if context and size >= 6:
        return number, True, OPENING if size == 6 else CLOSING, at
    if size == 5:
        size, at = (octets[at] if at < len(octets) else 255), at + 1
        if size >= 254:
            raise ValueError("a value is too long")
    return number, context, size, at
