"""Answers to those who ask for alarms or acknowledge them: GetEventInformation, GetAlarmSummary, AcknowledgeAlarm."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from bacpypes3.apdu import ComplexAckPDU

from twin.bacnet import tags
from twin.bacnet.building.alarms import ALL, NORMAL, Alarms
from twin.bacnet.building.board import WriteRefusedError
from twin.bacnet.building.notice import ALARM, Notice, acknowledged
from twin.bacnet.building.notices import Notices
from twin.bacnet.numbers import LENGTHS
from twin.bacnet.transactions import HEAD

CLOSING = 4
"""Octets of an answer to GetEventInformation besides its summaries: two tags around them, and whether there are more."""


def information(alarms: Alarms, notices: Notices, apdu: Any) -> ComplexAckPDU:
    """Answer to GetEventInformation: as many summaries as fit one answer, after the object that was received last. ASHRAE 135, 13.12."""
    places = alarms.pending()
    last = apdu.lastReceivedObjectIdentifier
    if last is not None:
        after = int(last[0]) << 22 | int(last[1])
        places = places[np.searchsorted(alarms.keys[places], after, side="right") :]
    room = LENGTHS[min(apdu.apduMaxResp, len(LENGTHS) - 1)] - HEAD - CLOSING
    priorities = b"".join(b"\x21" + bytes([each]) for each in notices.priorities)
    told: list[bytes] = []
    for place in places.tolist():
        summary = _summary(alarms, place, priorities)
        room -= len(summary)
        if room < 0 and told:
            break
        told.append(summary)
    more = len(told) < len(places)
    answer = ComplexAckPDU(context=apdu)
    answer.put_data(tags.within(0, b"".join(told)) + tags.unsigned(1, int(more)))
    return answer


def _summary(alarms: Alarms, place: int, priorities: bytes) -> bytes:
    stamps = b"".join(tags.stamp(int(moment)) for moment in alarms.moments[place])
    return b"".join((
        tags.identifier(0, int(alarms.keys[place])), tags.unsigned(1, int(alarms.state[place])), tags.bits(2, int(alarms.acked[place]), 3),
        tags.within(3, stamps), tags.unsigned(4, ALARM), tags.bits(5, int(alarms.enabled[place]), 3), tags.within(6, priorities),
    ))  # fmt: skip


def summary(alarms: Alarms, apdu: Any) -> ComplexAckPDU:
    """Answer to GetAlarmSummary: all that is not normal. ASHRAE 135, 13.10."""
    places = alarms.pending()
    places = places[alarms.state[places] != NORMAL]
    rows = np.zeros((len(places), 10), dtype=np.uint8)
    rows[:, 0], rows[:, 5], rows[:, 7], rows[:, 8] = 0xC4, 0x91, 0x82, 5
    rows[:, 1:5] = alarms.keys[places].astype(">u4").view(np.uint8).reshape(-1, 4)
    rows[:, 6] = alarms.state[places]
    acked = alarms.acked[places] & ALL
    rows[:, 9] = (acked & 1) << 7 | (acked & 2) << 5 | (acked & 4) << 3
    answer = ComplexAckPDU(context=apdu)
    answer.put_data(rows.tobytes())
    return answer


def acknowledge(alarms: Alarms, notices: Notices, apdu: Any, now: datetime) -> None:
    """Take an acknowledgement, and tell the recipients of it. ASHRAE 135, 13.5.

    Raises
    ------
    WriteRefusedError
        When the object is unknown or has no alarms, or the state or the time stamp is not that of the last transition.
    """
    identifier = apdu.eventObjectIdentifier
    board = alarms.board
    row = board.row.get((int(identifier[0]), int(identifier[1])))
    if row is None:
        raise WriteRefusedError("object", "unknown-object")
    state, stamp = int(apdu.eventStateAcknowledged), apdu.timeStamp.dateTime
    if stamp is None:
        raise WriteRefusedError("services", "invalid-time-stamp")
    kind = alarms.acknowledge(row, state, tuple(stamp.date), tuple(stamp.time))
    place = alarms.place[row]
    told: Notice = acknowledged(
        notices.device, int(alarms.keys[place]), board.points[row].name, kind, state, tags.moment_of(now),
        notices.priorities[kind], bool(alarms.binary[place]), str(apdu.acknowledgmentSource),
    )  # fmt: skip
    notices.tell([told], now)
