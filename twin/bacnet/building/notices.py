"""A device's notification class: who is told of alarms, when and how, bounded and in turn."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bacpypes3 import object as standard
from bacpypes3.apdu import ConfirmedRequestPDU, UnconfirmedRequestPDU
from bacpypes3.basetypes import Destination, EventTransitionBits
from bacpypes3.constructeddata import ArrayOf, ListOf
from bacpypes3.pdu import Address, GlobalBroadcast, LocalBroadcast, LocalStation, RemoteBroadcast, RemoteStation
from bacpypes3.primitivedata import Unsigned

from twin.bacnet import tags
from twin.bacnet.application import RefusedError
from twin.bacnet.building import writes
from twin.bacnet.building.alarms import ALL, CLASS, TO_FAULT, TO_OFFNORMAL, Transition
from twin.bacnet.building.board import WriteRefusedError
from twin.bacnet.building.notice import Notice
from twin.bacnet.building.objects import local
from twin.bacnet.transactions import IP_OCTETS, WIRE
from twin.errors import BacnetError

CONFIRMED, UNCONFIRMED = 2, 3
"""Service choices of event notifications. ASHRAE 135, clause 21."""
KIND = 15
"""BACnetObjectType of a notification class."""
RECIPIENTS, PRIORITY, ACK_REQUIRED = 102, 86, 1
"""BACnetPropertyIdentifier of what may be written."""
MOST_RECIPIENTS, MOST_WAITING = 32, 1000
"""Recipients of a device, and notifications that wait for one of them; further ones are dropped and counted."""
TRIES = 3
"""Times that a confirmed notification is sent; once only while a recipient is silent."""
SEARCH, REST = 1.0, 30.0
"""Seconds for which a device is looked for, and after which it is looked for again."""
BREATH = 50
"""Notifications after which others get their turn."""
PRIORITIES = (128, 192, 192)
"""Of transitions to off-normal, fault and normal, until somebody writes others: supervisory and trouble. ASHRAE 135, annex M."""
GLOBAL = 65_535
"""Network of everybody. ASHRAE 135, 6.2.2.1."""
GATE = b"\0"
"""Address of the router on the network behind it."""
NotificationClass = local(standard.NotificationClassObject)


@dataclass(frozen=True)
class Recipient:
    """Somebody who is told.

    Attributes
    ----------
    days : of the week as bits, Monday lowest; first, last : time of day, as (hour, minute, second, hundredth).
    device : instance to look for, or none; address : where it is, or none.
    process : its process; confirmed : whether it answers; kinds : transitions that it wants, as bits.
    """

    days: int
    first: tuple[int, ...]
    last: tuple[int, ...]
    device: int | None
    address: Address | None
    process: int
    confirmed: bool
    kinds: int

    def wants(self, kind: int, now: datetime) -> bool:
        """Whether a transition at a moment is told. ASHRAE 135, 12.21.8."""
        clock = (now.hour, now.minute, now.second, now.microsecond // 10_000)
        return bool(self.kinds >> kind & 1 and self.days >> now.weekday() & 1) and self.first <= clock <= self.last


class Notices:
    """The recipients of a device's alarms, and the notifications on their way.

    Parameters
    ----------
    device : its instance; name : of the object.
    send : sends an unconfirmed request; ask : sends a request and waits for its acknowledgement; search : finds a device's address.
    """

    def __init__(
        self, device: int, name: str, send: Callable[[Any], Any], ask: Callable[[Any], Awaitable[Any]],
        search: Callable[[int], Awaitable[Address | None]], counted: Counter[str],
    ) -> None:  # fmt: skip
        self.device, self.counted = device, counted
        self._send, self._ask, self._search = send, ask, search
        self.recipients: list[Recipient] = []
        self.priorities, self.required = list(PRIORITIES), 1 << TO_OFFNORMAL | 1 << TO_FAULT
        self._waiting: dict[Recipient, deque[Notice]] = {}
        self._tasks: dict[Recipient, asyncio.Task[None]] = {}
        self._found: dict[int, tuple[Address | None, float]] = {}
        self.object = NotificationClass(
            objectIdentifier=("notification-class", CLASS), objectName=name, description="Who is told of this device's alarms",
            notificationClass=CLASS, priority=list(PRIORITIES), ackRequired=[self.required >> kind & 1 for kind in range(3)],
            recipientList=[], statusFlags=[0, 0, 0, 0], eventState="normal", reliability="no-fault-detected",
        )  # fmt: skip

    def needs_acknowledgement(self, kind: int) -> bool:
        """Whether a kind of transition must be acknowledged."""
        return bool(self.required >> kind & 1)

    def tell(self, notices: Sequence[Notice], now: datetime) -> None:
        """Tell every recipient that wants it now; nobody waits for anybody."""
        for notice in notices if self.recipients else ():
            for each in self.recipients:
                if not each.wants(notice.kind, now):
                    continue
                waiting = self._waiting.setdefault(each, deque())
                if len(waiting) >= MOST_WAITING:
                    self.counted["event_notifications_dropped"] += 1
                    continue
                waiting.append(notice)
                if each not in self._tasks:
                    self._tasks[each] = asyncio.get_running_loop().create_task(self._deliver(each, waiting))

    def notices(self, transitions: Sequence[Transition], keys: Callable[[int], tuple[int, str]]) -> list[Notice]:
        """Notices of transitions, for those that are to be told.

        Parameters
        ----------
        keys : told a row, gives the object's identifier as a number, and its name.
        """
        if not self.recipients:
            return []
        return [
            Notice.of(
                self.device, *keys(each.row), each, self.priorities[each.kind], self.needs_acknowledgement(each.kind)
            )
            for each in transitions
            if each.told
        ]

    async def _deliver(self, recipient: Recipient, waiting: deque[Notice]) -> None:
        """Send what waits for one recipient, in order."""
        silent, sent = False, 0
        try:
            while waiting:
                notice = waiting.popleft()
                peer = recipient.address or await self._where(recipient.device or 0)
                if peer is None:
                    self.counted["event_recipients_not_found"] += 1
                elif recipient.confirmed:
                    silent = not await self._confirm(peer, recipient.process, notice, 1 if silent else TRIES)
                    if silent and recipient.device is not None:
                        self._found.pop(recipient.device, None)
                else:
                    apdu = UnconfirmedRequestPDU(UNCONFIRMED, destination=peer)
                    apdu.put_data(notice.data(recipient.process))
                    self._send(apdu)
                    self.counted["event_notifications"] += 1
                sent += 1
                if sent % BREATH == 0 or peer is None:
                    await asyncio.sleep(0)
        finally:
            if self._tasks.get(recipient) is asyncio.current_task():
                del self._tasks[recipient]
                self._waiting.pop(recipient, None)

    async def _confirm(self, peer: Address, process: int, notice: Notice, tries: int) -> bool:
        """Send until it is acknowledged, a few times; false where nobody answers."""
        for _ in range(tries):
            apdu = ConfirmedRequestPDU(CONFIRMED, destination=peer)
            apdu.put_data(notice.data(process))
            try:
                await self._ask(apdu)
            except RefusedError:
                self.counted["event_notifications_refused"] += 1
                return True
            except BacnetError:
                continue
            self.counted["event_notifications"] += 1
            return True
        self.counted["event_notifications_unanswered"] += 1
        return False

    async def _where(self, device: int) -> Address | None:
        """Address of a device, looked for when it is not known."""
        known = self._found.get(device)
        if known is None or (known[0] is None and time.monotonic() - known[1] > REST):
            known = await self._search(device), time.monotonic()
            self._found[device] = known
        return known[0]

    def take(self, key: tuple[int, int], prop: int, index: int | None, value: Any) -> bool:
        """Take a written property; false where it is none of this object that may be written.

        Raises
        ------
        WriteRefusedError
            When the value is of a wrong type, out of range, or too long.
        """
        if key != (KIND, CLASS) or prop not in (RECIPIENTS, PRIORITY, ACK_REQUIRED):
            return False
        if prop == PRIORITY:
            self._take_priorities(index, value)
            return True
        writes.not_indexed(index)
        if prop == ACK_REQUIRED:
            self.required = writes.flags(value, EventTransitionBits, 3)
            self.object.ackRequired = [self.required >> kind & 1 for kind in range(3)]
            return True
        told = writes.decoded(value, ListOf(Destination))
        if len(told) > MOST_RECIPIENTS:
            raise WriteRefusedError("resources", "no-space-to-write-property")
        self.recipients = list(dict.fromkeys(_recipient(each) for each in told))
        self._found.clear()
        for gone in [each for each in self._tasks if each not in self.recipients]:
            self._tasks.pop(gone).cancel()
            self._waiting.pop(gone, None)
        self.object.recipientList = told
        return True

    def _take_priorities(self, index: int | None, value: Any) -> None:
        if index is None:
            found = [int(each) for each in writes.decoded(value, ArrayOf(Unsigned))]
            if len(found) != 3:
                raise WriteRefusedError("property", "value-out-of-range")
        elif index in (1, 2, 3):
            found = list(self.priorities)
            found[index - 1] = writes.whole(value, 0, 255)
        else:
            raise WriteRefusedError("property", "write-access-denied" if index == 0 else "invalid-array-index")
        if max(found) > 255:
            raise WriteRefusedError("property", "value-out-of-range")
        self.priorities = found
        self.object.priority = found

    def stop(self) -> None:
        """Tell nobody any more."""
        for task in list(self._tasks.values()):
            task.cancel()
        self._tasks.clear()
        self._waiting.clear()


def _recipient(told: Any) -> Recipient:
    """A recipient as it is written, or a refusal."""
    wrong = WriteRefusedError("property", "value-out-of-range")
    days, kinds = list(told.validDays), list(told.transitions)
    first, last = tuple(told.fromTime), tuple(told.toTime)
    if len(days) != 7 or len(kinds) != 3 or not (is_time(first) and is_time(last)) or first > last:
        raise wrong
    device, address = told.recipient.device, told.recipient.address
    where = None if address is None else _address(int(address.networkNumber), bytes(address.macAddress))
    confirmed, process = bool(told.issueConfirmedNotifications), int(told.processIdentifier)
    if address is not None and (where is None or (confirmed and not (where.is_localstation or where.is_remotestation))):
        raise wrong
    if device is not None and (int(device[0]) != tags.DEVICE or int(device[1]) > tags.LAST_INSTANCE):
        raise wrong
    if process >= 2**32:
        raise wrong
    wanted = sum(1 << place for place in range(3) if kinds[place])
    return Recipient(
        sum(1 << place for place in range(7) if days[place]), first, last, None if device is None else int(device[1]), where,
        process, confirmed, wanted & ALL,
    )  # fmt: skip


def is_time(told: tuple[int, ...]) -> bool:
    """Whether a time of day is one, without wildcards."""
    return len(told) == 4 and told[0] < 24 and told[1] < 60 and told[2] < 60 and told[3] < 100


def _address(network: int, octets: bytes) -> Address | None:
    """Where a recipient's address is; an IP address on the device's own network can only be one on the wire."""
    if network > GLOBAL or len(octets) > 18:
        return None
    if network == GLOBAL:
        return None if octets else GlobalBroadcast()
    if not octets:
        return RemoteBroadcast(network) if network else LocalBroadcast()
    if network == 0 and len(octets) == IP_OCTETS:
        network = WIRE
    return RemoteStation(network, octets, route=LocalStation(GATE)) if network else LocalStation(octets)
