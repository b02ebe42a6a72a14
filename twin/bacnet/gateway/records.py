"""Records of a trend log as a ReadRange tells them, decoded from their octets. ASHRAE 135-2016, 15.8 and clause 21."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from twin.bacnet.gateway.ask import TURNED, WIDEST
from twin.bacnet.tags import CLOSING, OPENING, Tag, tags

DATE, TIME = 10, 11
"""Application tags. ASHRAE 135, 20.2.1.4."""
STATUS, BOOLEAN, REAL, ENUMERATED, UNSIGNED, INTEGER, TIME_CHANGE = 0, 1, 2, 3, 4, 5, 9
"""Choices of a record's datum."""


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


def page(octets: bytes) -> Page:
    """The parameters of a ReadRange's acknowledgement.

    Raises
    ------
    ValueError
        When they are not such.
    """
    held = list(tags(octets))
    heads = {tag.number: tag.data for tag in held[:5] if tag.context and not tag.bracket}
    begin = next((at for at, tag in enumerate(held) if tag.bracket == OPENING and tag.number == 5), None)
    end = next(
        (at for at in range(len(held) - 1, -1, -1) if held[at].bracket == CLOSING and held[at].number == 5), None
    )
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
        if at + 4 > len(held) or not (
            held[at].bracket == OPENING and held[at].number == 0 and held[at + 3].bracket == CLOSING
        ):
            raise ValueError("a record does not begin with its time")
        time = _time(held[at + 1], held[at + 2])
        at += 4
        if at >= len(held) or not (held[at].bracket == OPENING and held[at].number == 1):
            raise ValueError("a record has no datum")
        depth, inside, at = 1, [], at + 1
        while depth and at < len(held):
            depth += {OPENING: 1, CLOSING: -1}.get(held[at].bracket, 0)
            inside.append(held[at])
            at += 1
        if depth or len(inside) < 2:
            raise ValueError("a record's datum does not end")
        flags = 0
        if at < len(held) and held[at].context and held[at].number == 2 and not held[at].bracket:
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
