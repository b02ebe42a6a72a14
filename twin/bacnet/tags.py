"""Tags and the values behind them as octets, for what is told so often that objects would cost too much. ASHRAE 135, 20.2."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

EPOCH = datetime(1900, 1, 1)
"""First day of BACnet's dates. ASHRAE 135, 20.2.12."""
DEVICE, LAST_INSTANCE = 8, 4_194_302
"""BACnetObjectType of a device, and the largest instance."""
NEVER = -1
"""A moment that has not come."""
OPENING, CLOSING = 6, 7
"""Lengths that mean brackets. ASHRAE 135, 20.2.1.3.2."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its number, `context` or application, `bracket` OPENING, CLOSING or 0, its data, and where the next one starts."""

    number: int
    context: bool
    bracket: int
    data: bytes
    end: int


def tag_at(octets: bytes, at: int) -> Tag:
    """The tag at a place; the value of a Boolean, which stands in its tag, is its data.

    Raises
    ------
    ValueError
        When it is cut.
    """
    first, at = _octet(octets, at), at + 1
    number, context, length = first >> 4, bool(first & 8), first & 7
    if number == 15:
        number, at = _octet(octets, at), at + 1
    if context and length in (OPENING, CLOSING):
        return Tag(number, True, length, b"", at)
    if not context and number == 1:
        return Tag(number, False, 0, bytes([length]), at)
    if length == 5:
        length, at = _octet(octets, at), at + 1
        if length >= 254:
            size = 2 if length == 254 else 4
            length, at = int.from_bytes(octets[at : at + size], "big"), at + size
    if at + length > len(octets):
        raise ValueError(f"octet {at}: the octets are cut")
    return Tag(number, context, 0, octets[at : at + length], at + length)


def _octet(octets: bytes, at: int) -> int:
    if at >= len(octets):
        raise ValueError(f"octet {at}: the octets are cut")
    return octets[at]


def tags(octets: bytes) -> Iterator[Tag]:
    """All tags, one after the other; raises as `tag_at` does."""
    at = 0
    while at < len(octets):
        found = tag_at(octets, at)
        yield found
        at = found.end


def is_balanced(octets: bytes) -> bool:
    """Whether tags are whole, and every opening one has its closing one.

    >>> is_balanced(bytes.fromhex("0c000000031e09551f")), is_balanced(bytes.fromhex("0c000000031e0955"))
    (True, False)
    """
    opened: list[int] = []
    try:
        for each in tags(octets):
            if each.bracket == OPENING:
                opened.append(each.number)
            elif each.bracket == CLOSING and (not opened or opened.pop() != each.number):
                return False
    except ValueError:
        return False
    return not opened


def context(tag: int, data: bytes) -> bytes:
    """Data of less than 254 octets with a context tag below 15.

    >>> context(2, bytes(6)).hex()
    '2d06000000000000'
    """
    head = bytes([tag << 4 | 8 | len(data)]) if len(data) < 5 else bytes([tag << 4 | 8 | 5, len(data)])
    return head + data


def within(tag: int, data: bytes) -> bytes:
    """Values between an opening and a closing tag.

    >>> within(3, b"").hex(), within(19, b"").hex()
    ('3e3f', 'fe13ff13')
    """
    if tag > 14:
        return bytes([0xFE, tag]) + data + bytes([0xFF, tag])
    return bytes([tag << 4 | 0xE]) + data + bytes([tag << 4 | 0xF])


def unsigned(tag: int, number: int) -> bytes:
    """A whole number, also of an enumeration.

    >>> unsigned(1, 300).hex()
    '1a012c'
    """
    return context(tag, number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big"))


def identifier(tag: int, key: int) -> bytes:
    """An object identifier: type times 2 to the 22nd, plus instance."""
    return context(tag, struct.pack(">I", key))


def real(tag: int, value: float) -> bytes:
    """A number of 32 bits with a point."""
    return context(tag, struct.pack(">f", value))


def bits(tag: int, flags: int, count: int) -> bytes:
    """A bit string of up to eight bits, the first one lowest in `flags`.

    >>> bits(1, 0b101, 3).hex()
    '1a05a0'
    """
    turned = sum(0x80 >> place for place in range(count) if flags >> place & 1)
    return context(tag, bytes([8 - count, turned]))


def moment_of(now: datetime) -> int:
    """Hundredths of a second since EPOCH, of a time without a zone."""
    return round((now.replace(tzinfo=None) - EPOCH) / timedelta(milliseconds=10))


def when(moment: int) -> tuple[bytes, bytes]:
    """Date and time of a moment, four octets each; all 255 where it has not come."""
    if moment == NEVER:
        return b"\xff" * 4, b"\xff" * 4
    told = EPOCH + timedelta(milliseconds=10 * moment)
    day = bytes([told.year - 1900, told.month, told.day, told.isoweekday()])
    return day, bytes([told.hour, told.minute, told.second, told.microsecond // 10_000])


def stamp(moment: int) -> bytes:
    """A time stamp, as a date and a time.

    >>> stamp(NEVER).hex()
    '2ea4ffffffffb4ffffffff2f'
    """
    day, time = when(moment)
    return within(2, b"\xa4" + day + b"\xb4" + time)


def text(tag: int, told: str, most: int) -> bytes:
    """A text in UTF-8, cut to so many octets.

    >>> text(7, "ok", 200).hex()
    '7b006f6b'
    """
    return context(tag, b"\0" + told.encode("utf-8")[:most].decode("utf-8", "ignore").encode("utf-8"))
