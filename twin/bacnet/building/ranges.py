"""ReadRange of trend logs: by position, by sequence number and by time. ASHRAE 135-2016, 15.8."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

import numpy as np
from bacpypes3.apdu import ComplexAckPDU
from bacpypes3.errors import ExecutionError

from twin.bacnet import tags
from twin.bacnet.building.trends import Trends, datum
from twin.bacnet.numbers import LENGTHS, LOG_BUFFER, READ_RANGE, TREND_LOG, UNSPECIFIED
from twin.bacnet.points import Point

if TYPE_CHECKING:
    from twin.historian.samples import Samples

RECORD, HEAD = 24, 40
"""Octets of the longest record, and of everything else in an answer."""
WHOLE_SEQUENCE = 2**32
FLAGS = {0: 0x00, 2: 0x40, 3: 0x20, 4: 0x40}
"""Status flags of a record by its quality: faulty ones, and those that somebody held."""


def answer(trends: Trends, point: Point, apdu: Any) -> Any:
    """The answer to a ReadRange of a point's log.

    Raises
    ------
    ExecutionError
        When it asks for something else than a log buffer, or by a wrong range.
    """
    if int(apdu.propertyIdentifier) != LOG_BUFFER:
        raise ExecutionError("services", "propertyIsNotAList")
    if apdu.propertyArrayIndex is not None:
        raise ExecutionError("property", "propertyIsNotAnArray")
    identifier = int(apdu.objectIdentifier[1])
    held = trends.held(point.device, identifier)
    first, last = _chosen(held, trends, apdu.range)
    longest = LENGTHS[apdu.apduMaxResp] if apdu.apduMaxResp < len(LENGTHS) else LENGTHS[0]
    most = max(1, (longest - HEAD) // RECORD)
    more = last - first > most
    if more and _backwards(apdu.range):
        first = last - most  # the ones next to the reference
    last = min(last, first + most)
    zone = trends.clock.now().tzinfo
    items = b"".join(_record(point.object, held, at, zone) for at in range(first, last))
    flags = 0x80 * (first == 0 and last > first) | 0x40 * (last == len(held) and last > first) | 0x20 * more
    data = b"\x0c" + struct.pack(">I", TREND_LOG << 22 | identifier) + b"\x19" + bytes([LOG_BUFFER])
    data += b"\x3a\x05" + bytes([flags]) + tags.unsigned(4, last - first) + b"\x5e" + items + b"\x5f"
    if last > first and apdu.range is not None and apdu.range.byPosition is None:
        data += tags.unsigned(6, int(held.time[first]) // trends.interval % WHOLE_SEQUENCE)
    told = ComplexAckPDU(READ_RANGE, context=apdu)
    told.put_data(data)
    return told


def _backwards(wanted: Any) -> bool:
    choice = None if wanted is None else wanted.byPosition or wanted.bySequenceNumber or wanted.byTime
    return choice is not None and int(choice.count) < 0


def _chosen(held: Samples, trends: Trends, wanted: Any) -> tuple[int, int]:
    """Places of the first record and behind the last that are asked for."""
    size = len(held)
    if wanted is None:
        return 0, size
    if wanted.byPosition is not None:
        at, count = int(wanted.byPosition.referenceIndex) - 1, int(wanted.byPosition.count)
        if not 0 <= at < size:
            return 0, 0
    elif wanted.bySequenceNumber is not None:
        numbers = held.time // trends.interval % WHOLE_SEQUENCE
        found = np.flatnonzero(numbers == int(wanted.bySequenceNumber.referenceSequenceNumber))
        count = int(wanted.bySequenceNumber.count)
        if not len(found):
            return 0, 0
        at = int(found[0])
    elif wanted.byTime is not None:
        count = int(wanted.byTime.count)
        moment = _moment(wanted.byTime.referenceTime, trends.clock.now().tzinfo)
        if count > 0:
            at = int(np.searchsorted(held.time, moment, side="right"))
        else:
            at = int(np.searchsorted(held.time, moment, side="left")) - 1
        if not 0 <= at < size:
            return 0, 0
    else:
        raise ExecutionError("services", "parameterOutOfRange")
    if count == 0 or abs(count) > 0x7FFF:
        raise ExecutionError("services", "parameterOutOfRange")
    return (at, min(size, at + count)) if count > 0 else (max(0, at + 1 + count), at + 1)


def _moment(told: Any, zone: tzinfo | None) -> int:
    """A reference time as microseconds.

    Raises
    ------
    ExecutionError
        When it leaves anything open.
    """
    year, month, day, _ = told.date
    hour, minute, second, hundredth = told.time
    try:
        if year == UNSPECIFIED:
            raise ValueError("a year is missing")
        found = datetime(1900 + year, month, day, hour, minute, second, 10_000 * hundredth, zone)
    except ValueError as problem:
        raise ExecutionError("services", "parameterOutOfRange") from problem
    return round(found.timestamp() * 1e6)


def _record(kind: str, held: Samples, at: int, zone: tzinfo | None) -> bytes:
    local = datetime.fromtimestamp(int(held.time[at]) / 1e6, zone or UTC)
    date = bytes([local.year - 1900, local.month, local.day, local.isoweekday()])
    time = bytes([local.hour, local.minute, local.second, local.microsecond // 10_000])
    stamp = b"\x0e\xa4" + date + b"\xb4" + time + b"\x0f"
    flags = b"\x2a\x04" + bytes([FLAGS.get(int(held.quality[at]), 0)])
    return stamp + b"\x1e" + datum(kind, float(held.value[at])) + b"\x1f" + flags
