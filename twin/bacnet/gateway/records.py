"""Records of a trend log as a ReadRange tells them, decoded from their octets. ASHRAE 135-2016, 15.8 and clause 21."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from twin.bacnet.gateway.ask import TURNED, WIDEST

DATE, TIME = 10, 11
"""Application tags. ASHRAE 135, 20.2.1.4."""
STATUS, BOOLEAN, REAL, ENUMERATED, UNSIGNED, INTEGER, TIME_CHANGE = 0, 1, 2, 3, 4, 5, 9
"""Choices of a record's datum."""
OPENING, CLOSING = 6, 7


@dataclass(frozen=True)
class Tag:
    """One tag: number, whether it is of the context, opens or closes something, and its data."""

    number: int
    context: bool
    opens: bool
    closes: bool
    data: bytes


@dataclass(frozen=True)
class Record:
    """One record: the device's local time, value (NaN where there is none) and status flags as bits, in-alarm lowest."""

    time: datetime
    value: float
    flags: int


@dataclass(frozen=True)
class Page:
    """One answer: whether it holds the log's first and last record, whether more were asked for, and the records that are samples.

    `count` counts the others, too: changes of the log's status and of the clock.
    """

    first: bool
    last: bool
    more: bool
    count: int
    sequence: int | None
    records: tuple[Record, ...]


def tags(octets: bytes) -> Iterator[Tag]:
    """All tags.

    Raises
    ------
    ValueError
        When one is cut.
    """
    at = 0
    while at < len(octets):
        first = octets[at]
        number, context, length = first >> 4, bool(first & 8), first & 7
        at += 1
        if number == 15:
            number, at = _octet(octets, at), at + 1
        if context and length in (OPENING, CLOSING):
            yield Tag(number, True, length == OPENING, length == CLOSING, b"")
            continue
        if length == 5:
            length, at = _octet(octets, at), at + 1
            if length >= 254:
                size = 2 if length == 254 else 4
                length, at = int.from_bytes(octets[at : at + size], "big"), at + size
        if not context and number == 1:
            length = 0  # a Boolean's value stands in its tag
        if at + length > len(octets):
            raise ValueError(f"octet {at}: a tag is cut")
        yield Tag(number, context, False, False, octets[at : at + length])
        at += length


def _octet(octets: bytes, at: int) -> int:
    if at >= len(octets):
        raise ValueError(f"octet {at}: a tag is cut")
    return octets[at]


def page(octets: bytes) -> Page:
    """The parameters of a ReadRange's acknowledgement.

    Raises
    ------
    ValueError
        When they are not such.
    """
    held = list(tags(octets))
    heads = {tag.number: tag.data for tag in held[:5] if tag.context and not tag.opens}
    begin = next((at for at, tag in enumerate(held) if tag.opens and tag.number == 5), None)
    end = next((at for at in range(len(held) - 1, -1, -1) if held[at].closes and held[at].number == 5), None)
    if begin is None or end is None or end < begin or len(heads.get(3, b"")) != 2 or not heads.get(4):
        raise ValueError("is no acknowledgement of ReadRange")
    flags = heads[3][1]
    rest = held[end + 1 :]
    sequence = int.from_bytes(rest[0].data, "big") if rest and rest[0].number == 6 else None
    records = tuple(each for each in _records(held[begin + 1 : end]) if each)
    return Page(
        bool(flags & 0x80), bool(flags & 0x40), bool(flags & 0x20), int.from_bytes(heads[4], "big"), sequence, records
    )


def _records(held: list[Tag]) -> Iterator[Record | None]:
    """Records one after the other; nothing for one that is no sample."""
    at = 0
    while at < len(held):
        if at + 4 > len(held) or not (held[at].opens and held[at].number == 0 and held[at + 3].closes):
            raise ValueError("a record does not begin with its time")
        time = _time(held[at + 1], held[at + 2])
        at += 4
        if at >= len(held) or not (held[at].opens and held[at].number == 1):
            raise ValueError("a record has no datum")
        depth, inside, at = 1, [], at + 1
        while depth and at < len(held):
            depth += held[at].opens - held[at].closes
            inside.append(held[at])
            at += 1
        if depth or len(inside) < 2:
            raise ValueError("a record's datum does not end")
        flags = 0
        if at < len(held) and held[at].context and held[at].number == 2 and not held[at].opens:
            flags = int(TURNED[held[at].data[1] >> 4]) if len(held[at].data) == 2 else 0
            at += 1
        value = _value(inside[0])
        yield None if value is None or time is None else Record(time, value, flags)


def _time(date: Tag, time: Tag) -> datetime | None:
    """A moment; nothing where something is left open."""
    if (date.number, time.number) != (DATE, TIME) or len(date.data) != 4 or len(time.data) != 4:
        raise ValueError("a record's time is none")
    year, month, day, _ = date.data
    hour, minute, second, hundredth = time.data
    try:
        return None if year == 255 else datetime(1900 + year, month, day, hour, minute, second, 10_000 * hundredth)
    except ValueError:
        return None


def _value(datum: Tag) -> float | None:
    """A datum as a number: NaN where it is none, nothing where the record is no sample."""
    if datum.number in (STATUS, TIME_CHANGE):
        return None
    if datum.number == REAL and len(datum.data) == 4:
        return float(struct.unpack(">f", datum.data)[0])
    if len(datum.data) > WIDEST:
        return math.nan
    if datum.number in (BOOLEAN, ENUMERATED, UNSIGNED) and datum.data:
        return float(int.from_bytes(datum.data, "big"))
    if datum.number == INTEGER and datum.data:
        return float(int.from_bytes(datum.data, "big", signed=True))
    return math.nan
