"""Change of value: who wants to be told of which point, and the notifications they get, bounded and fair."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from bacpypes3.apdu import ConfirmedRequestPDU, SimpleAckPDU
from bacpypes3.basetypes import COVSubscription, DeviceAddress, ObjectPropertyReference, Recipient, RecipientProcess
from bacpypes3.errors import ExecutionError, ParameterOutOfRange
from bacpypes3.primitivedata import ObjectIdentifier

from twin.bacnet import tags
from twin.bacnet.building.board import Board
from twin.bacnet.building.quick import Table
from twin.bacnet.numbers import CONFIRMED, DEVICE, PRESENT_VALUE, STATUS_FLAGS, kind_of
from twin.errors import BacnetError

MOST, MOST_OF_PEER = 2000, 500
"""Subscriptions to one device, in all and of one peer."""
WINDOW = 16
"""Confirmed notifications under way to one peer; the others wait their turn."""
PATIENCE, PATIENCE_PEER = 3, 20
"""Confirmed notifications without an answer, one after the other, after which a subscription, and a peer with all of its, is taken for gone."""
BREATH = 100
"""Notifications after which others get their turn."""


@dataclass
class Subscription:
    """One wish to be told.

    Attributes
    ----------
    until : monotonic second at which it ends; infinity for one that never does.
    increment : change that counts; the point's own.
    busy : a confirmed notification is under way; `late` : the point has changed meanwhile.
    silent : confirmed notifications without an answer, one after the other.
    """

    peer: Any
    process: int
    row: int
    confirmed: bool
    until: float
    busy: bool = False
    late: bool = False
    silent: int = 0
    head: bytes = field(default=b"", repr=False)

    @property
    def left(self) -> int:
        """Seconds left; 0 for one that never ends."""
        return 0 if self.until == float("inf") else max(1, round(self.until - time.monotonic()))


class Subscriptions:
    """The subscriptions of one device.

    Parameters
    ----------
    device : its instance.
    send : sends an unconfirmed notification's data to a peer; ask : sends an APDU and waits for its acknowledgement.
    """

    def __init__(
        self,
        device: int,
        board: Board,
        send: Callable[[Any, bytes], None],
        ask: Callable[[Any], Awaitable[Any]],
        counted: Counter[str],
    ) -> None:
        self.board, self.counted, self.send, self._ask = board, counted, send, ask
        self._table = Table(board)
        self._device = tags.identifier(1, DEVICE << 22 | device)
        self._held: dict[tuple[Any, int, int], Subscription] = {}
        self._by_row: dict[int, list[Subscription]] = {}
        self._value, self._flags = board.value.copy(), board.flags.copy()
        self._increment = np.array([point.increment for point in board.points], dtype=np.float32)
        self._gates: dict[Any, asyncio.Semaphore] = {}
        self._silent: Counter[Any] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._keys = {row: kind << 22 | instance for (kind, instance), row in board.row.items()}

    def __len__(self) -> int:
        return len(self._held)

    def subscribe(self, peer: Any, process: int, row: int, confirmed: bool | None, lifetime: int | None) -> None:
        """Add or renew a subscription, and tell the value at once; end it where neither kind nor lifetime is given.

        Raises
        ------
        ExecutionError
            When there are too many.
        """
        key = (peer, process, row)
        if confirmed is None and lifetime is None:
            self._end(key)
            return
        of_peer = sum(each.peer == peer for each in self._held.values()) if key not in self._held else 0
        if key not in self._held and (len(self._held) >= MOST or of_peer >= MOST_OF_PEER):
            self.counted["subscriptions_refused"] += 1
            raise ExecutionError("resources", "noSpaceToAddListElement")
        self._end(key)
        until = time.monotonic() + lifetime if lifetime else float("inf")
        made = Subscription(peer, process, row, bool(confirmed), until)
        made.head = tags.unsigned(0, process) + self._device + tags.identifier(2, self._keys[row])
        self._held[key] = made
        if row not in self._by_row:
            self._value[row], self._flags[row] = self.board.value[row], self.board.flags[row]
        self._by_row.setdefault(row, []).append(made)
        asyncio.get_running_loop().call_soon(self._tell, made)

    def _end(self, key: tuple[Any, int, int]) -> None:
        old = self._held.pop(key, None)
        if old is not None:
            self._by_row[old.row].remove(old)
            if not self._by_row[old.row]:
                del self._by_row[old.row]

    async def look(self) -> int:
        """Tell subscribers what has changed; gives the number of notifications.

        Every point's newest change is told to all of its subscribers before the next point's, and after some notifications
        others get their turn, so that a storm of changes starves nobody.
        """
        now = time.monotonic()
        for key in [key for key, each in self._held.items() if each.until <= now]:
            self._end(key)
        board, rows = self.board, np.fromiter(self._by_row, dtype=np.intp)
        moved = np.abs(board.value[rows] - self._value[rows]) >= np.maximum(self._increment[rows], np.float32(1e-30))
        changed = rows[moved | (board.flags[rows] != self._flags[rows])]
        told = 0
        for row in changed.tolist():
            self._value[row], self._flags[row] = board.value[row], board.flags[row]
            values = self._values(row)
            for each in list(self._by_row.get(row, ())):
                self._tell(each, values)
                told += 1
                if told % BREATH == 0:
                    await asyncio.sleep(0)
        return told

    def _values(self, row: int) -> bytes:
        present, flags = self._table.value(row, PRESENT_VALUE), self._table.value(row, STATUS_FLAGS)
        return b"\x4e\x09\x55\x2e" + (present or b"\x00") + b"\x2f\x09\x6f\x2e" + (flags or b"\x00") + b"\x2f\x4f"

    def _tell(self, each: Subscription, values: bytes = b"") -> None:
        data = each.head + tags.unsigned(3, each.left) + (values or self._values(each.row))
        if not each.confirmed:
            self.send(each.peer, data)
            self.counted["notifications"] += 1
        elif each.busy:
            each.late = True
        else:
            each.busy = True
            task = asyncio.get_running_loop().create_task(self._tell_and_wait(each, data))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tell_and_wait(self, each: Subscription, data: bytes) -> None:
        """One confirmed notification at a time to a subscriber; what changes meanwhile is told once it has answered."""
        apdu = ConfirmedRequestPDU(CONFIRMED, destination=each.peer)
        apdu.put_data(data)
        try:
            async with self._gates.setdefault(each.peer, asyncio.Semaphore(WINDOW)):
                await self._ask(apdu)
            each.silent = 0
            self._silent[each.peer] = 0
            self.counted["notifications"] += 1
        except BacnetError:
            each.silent += 1
            self._silent[each.peer] += 1
            self.counted["notifications_unanswered"] += 1
        each.busy = False
        key = (each.peer, each.process, each.row)
        if self._held.get(key) is not each:
            return
        if self._silent[each.peer] >= PATIENCE_PEER:
            gone = [other for other, held in self._held.items() if held.peer == each.peer]
            self.counted["subscribers_lost"] += len(gone)
            for other in gone:
                self._end(other)
            self._silent[each.peer] = 0
        elif each.silent >= PATIENCE:
            self.counted["subscribers_lost"] += 1
            self._end(key)
        elif each.late or each.silent:
            each.late = False
            self._tell(each)

    def listed(self) -> list[COVSubscription]:
        """For the device's list of active subscriptions."""
        found = []
        for each in self._held.values():
            address = DeviceAddress(networkNumber=each.peer.addrNet or 0, macAddress=bytes(each.peer.addrAddr or b""))
            number, instance = self._keys[each.row] >> 22, self._keys[each.row] & 0x3FFFFF
            what = ObjectPropertyReference(
                objectIdentifier=ObjectIdentifier((kind_of(number), instance)), propertyIdentifier="present-value"
            )
            who = RecipientProcess(recipient=Recipient(address=address), processIdentifier=each.process)
            told = {"recipient": who, "monitoredPropertyReference": what, "issueConfirmedNotifications": each.confirmed}
            found.append(
                COVSubscription(**told, timeRemaining=each.left, covIncrement=float(self._increment[each.row]))
            )
        return found

    def stop(self) -> None:
        """Forget everybody."""
        for task in list(self._tasks):
            task.cancel()
        self._held.clear()
        self._by_row.clear()


async def take(subscriptions: Subscriptions, apdu: Any, respond: Callable[[Any], Awaitable[None]]) -> None:
    """Answer a SubscribeCOV request.

    Raises
    ------
    ExecutionError
        When the object is unknown or has no COV, or there are too many subscriptions.
    """
    identifier = apdu.monitoredObjectIdentifier
    row = subscriptions.board.row.get((int(identifier[0]), int(identifier[1])))
    if row is None:
        raise ExecutionError("object", "unknownObject")
    confirmed, lifetime = apdu.issueConfirmedNotifications, apdu.lifetime
    if confirmed is None and lifetime is not None:
        raise ParameterOutOfRange("a lifetime without the kind of notifications")
    process = int(apdu.subscriberProcessIdentifier)
    if process >= 2**32:
        raise ParameterOutOfRange("process identifiers have 32 bits")
    kind = None if confirmed is None else bool(confirmed)
    subscriptions.subscribe(apdu.pduSource, process, row, kind, None if lifetime is None else int(lifetime))
    await respond(SimpleAckPDU(context=apdu))
