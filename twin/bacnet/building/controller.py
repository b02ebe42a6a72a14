"""A controller of the virtual building: a BACnet device whose objects are a board's points, with a write policy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Self

from bacpypes3.apdu import SimpleAckPDU, UnconfirmedRequestPDU, WritePropertyMultipleError
from bacpypes3.basetypes import ErrorType, ListOfCOVSubscription, ObjectPropertyReference
from bacpypes3.errors import ExecutionError
from bacpypes3.primitivedata import Enumerated, Real, Unsigned

from twin.bacnet.building import writes
from twin.bacnet.building.automation import Automation
from twin.bacnet.building.board import Board, WriteRefusedError
from twin.bacnet.building.cov import Subscriptions, take
from twin.bacnet.building.hours import Hours
from twin.bacnet.building.objects import Names, Shelf
from twin.bacnet.building.ranges import answer
from twin.bacnet.building.trends import Trends
from twin.bacnet.clock import Clock
from twin.bacnet.numbers import LOG_BUFFER, PRESENT_VALUE, UNCONFIRMED
from twin.bacnet.transactions import host


class Controller(Automation):
    """Serves the points of a board; `writers` holds the addresses that may write, nobody else may."""

    board: Board
    trends: Trends | None
    unexecuted = Automation.unexecuted - {
        "WritePropertyRequest", "WritePropertyMultipleRequest", "SubscribeCOVRequest", "ReadRangeRequest",
    }  # fmt: skip
    subscriptions: Subscriptions
    quiet: Callable[[bool], None] = staticmethod(lambda quiet: None)
    """Told when the device falls silent, and when it talks again."""

    @classmethod
    def of(
        cls, board: Board, objects: Iterable[Any], writers: frozenset[str] = frozenset(), clock: Clock | None = None,
        trends: Trends | None = None, password: str = "", hours: Hours | None = None,
    ) -> Self:  # fmt: skip
        """A controller with its device object and network port, the points of a board, their logs, alarms and schedules."""
        made = cls.from_object_list(list(objects))
        assert isinstance(made, cls)
        made.clock, made.password, made.trends = clock or Clock(), password, trends
        made.device_object._clock = made.clock
        if trends is None:
            made.unexecuted = cls.unexecuted | {"ReadRangeRequest"}
        shelf = Shelf(board, trends)
        shelf.update(made.objectIdentifier)
        names = Names(shelf)
        names.update(made.objectName)
        made.objectIdentifier, made.objectName = shelf, names
        made.board, made.writers = board, writers
        instance = int(made.device_object.objectIdentifier[1])
        made.subscriptions = Subscriptions(instance, board, made.notify, made.ask, made.counted)
        made.furnish(made.clock, hours or Hours())
        return made

    def get_object_id(self, objid: Any) -> Any:
        """An object, or nothing."""
        return self.objectIdentifier.get(objid)

    def get_object_name(self, objname: Any) -> Any:
        """An object by its name, or nothing."""
        return self.objectName.get(objname)

    async def do_SubscribeCOVRequest(self, apdu: Any) -> None:
        """Tell a subscriber of changes from now on, or no longer."""
        await take(self.subscriptions, apdu, self.response)

    def hush(self, quiet: bool) -> None:
        """Nobody answers for a silenced device."""
        self.quiet(quiet)

    async def do_ReadRangeRequest(self, apdu: Any) -> None:
        """Records of a trend log."""
        point = self.objectIdentifier.logged(apdu.objectIdentifier)
        if point is None or self.trends is None:
            if apdu.objectIdentifier not in self.objectIdentifier:
                raise ExecutionError("object", "unknownObject")
            raise ExecutionError("services", "propertyIsNotAList")
        await self.response(await asyncio.to_thread(answer, self.trends, point, apdu))

    async def do_ReadPropertyRequest(self, apdu: Any) -> None:
        """Read a property; the records of a log are read by ReadRange alone."""
        if int(apdu.propertyIdentifier) == LOG_BUFFER and self.objectIdentifier.logged(apdu.objectIdentifier):
            raise ExecutionError("property", "readAccessDenied")
        await super().do_ReadPropertyRequest(apdu)

    def notify(self, peer: Any, data: bytes) -> None:
        """Send an unconfirmed notification."""
        apdu = UnconfirmedRequestPDU(UNCONFIRMED, destination=peer)
        apdu.put_data(data)
        self.request(apdu)

    def get_active_cov_subscriptions(self) -> Any:
        """For the device object."""
        return ListOfCOVSubscription(self.subscriptions.listed())

    async def stop(self) -> None:
        """Forget subscribers and recipients, too."""
        self.subscriptions.stop()
        self.notices.stop()
        await super().stop()

    async def do_WritePropertyRequest(self, apdu: Any) -> None:
        """Write a present value or another writable property, or refuse with the standard's error."""
        self._write(
            apdu.objectIdentifier,
            apdu.propertyIdentifier,
            apdu.propertyArrayIndex,
            apdu.propertyValue,
            apdu.priority,
            apdu,
        )
        await self.settle()
        await self.response(SimpleAckPDU(context=apdu))

    async def settle(self) -> None:
        """What has to be done before a write is acknowledged."""

    async def do_WritePropertyMultipleRequest(self, apdu: Any) -> None:
        """Write one after the other, up to the first that is refused. ASHRAE 135, 15.10."""
        for each in apdu.listOfWriteAccessSpecs:
            for told in each.listOfProperties:
                try:
                    self._write(
                        each.objectIdentifier,
                        told.propertyIdentifier,
                        told.propertyArrayIndex,
                        told.value,
                        told.priority,
                        apdu,
                    )
                except ExecutionError as problem:
                    failed = ObjectPropertyReference(
                        objectIdentifier=each.objectIdentifier, propertyIdentifier=told.propertyIdentifier
                    )
                    error = ErrorType(errorClass=problem.errorClass, errorCode=problem.errorCode)
                    await self.response(
                        WritePropertyMultipleError(errorType=error, firstFailedWriteAttempt=failed, context=apdu)
                    )
                    return
        await self.settle()
        await self.response(SimpleAckPDU(context=apdu))

    def _write(self, identifier: Any, prop: Any, index: Any, value: Any, priority: Any, apdu: Any) -> None:
        source = host(apdu.pduSource)
        try:
            if identifier not in self.objectIdentifier:
                raise WriteRefusedError("object", "unknown-object")
            if source not in self.writers:
                raise WriteRefusedError("property", "write-access-denied")
            row = self.board.row.get((int(identifier[0]), int(identifier[1])))
            if row is None or int(prop) != PRESENT_VALUE:
                if not self.taken(identifier, prop, index, value):
                    raise WriteRefusedError("property", "write-access-denied")
            elif index is not None:
                raise WriteRefusedError("property", "property-is-not-an-array")
            else:
                self.board.write(row, _number(self.board.points[row].object, value), priority, source)
        except WriteRefusedError as problem:
            self.counted["writes_refused"] += 1
            raise ExecutionError(problem.error_class, problem.error_code) from problem
        self.counted["writes_done"] += 1


def _number(kind: str, value: Any) -> float | None:
    """The value that a write tells, None for NULL."""
    if writes.is_null(value):
        return None
    number = float(
        writes.decoded(value, Real if kind.startswith("A") else Enumerated if kind.startswith("B") else Unsigned)
    )
    if kind.startswith("B") and number not in (0.0, 1.0):
        raise WriteRefusedError("property", "value-out-of-range")
    return number
