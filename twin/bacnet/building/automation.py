"""What a controller does by itself: raise alarms, tell of them, and follow schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bacpypes3.apdu import ChangeListError, SimpleAckPDU
from bacpypes3.basetypes import ErrorType
from bacpypes3.errors import ExecutionError
from bacpypes3.pdu import Address

from twin.bacnet.building import events, lists
from twin.bacnet.building.alarms import Alarms
from twin.bacnet.building.board import Board, WriteRefusedError
from twin.bacnet.building.communication import ENABLE, Communicative
from twin.bacnet.building.hours import Hours
from twin.bacnet.building.notices import SEARCH, Notices
from twin.bacnet.building.schedules import Schedules
from twin.bacnet.clock import Clock
from twin.bacnet.transactions import host

Take = Callable[[tuple[int, int], int, int | None, Any], bool]
"""Told (object, property, array index, value) of a write by a listed writer; false where it is none of its own."""


class Automation(Communicative):
    """The alarms and schedules of a controller.

    Attributes
    ----------
    takers : those that take written properties other than present values of points.
    """

    board: Board
    alarms: Alarms
    notices: Notices
    schedules: Schedules
    takers: list[Take]

    def furnish(self, clock: Clock, hours: Hours) -> None:
        """Set up alarms for points with limits, and schedules for those that are commanded."""
        self.clock = clock
        instance = int(self.device_object.objectIdentifier[1])
        self.schedules = Schedules(instance, self.board, hours, clock)
        for each in self.schedules.objects():
            self._stand(each)
        self.notices = Notices(instance, self._free_name("alarms"), self.request, self.ask, self._search, self.counted)
        self.alarms = Alarms(self.board, self.notices.needs_acknowledgement)
        self.board.further.append(self.alarms.told)
        self.takers = [self.alarms.take, self.schedules.take]
        if len(self.alarms):
            self._stand(self.notices.object)
            self.takers.append(self.notices.take)

    def _stand(self, thing: Any) -> None:
        thing.objectName = self._free_name(str(thing.objectName))
        self.objectIdentifier[thing.objectIdentifier] = thing
        self.objectName[thing.objectName] = thing

    def _free_name(self, name: str) -> str:
        """A name that no object has yet."""
        found, number = name, 1
        while found in self.objectName:
            number += 1
            found = f"{name} {number}"
        return found

    def tick(self) -> None:
        """Follow schedules, evaluate alarms, and tell of them."""
        now = self.clock.now()
        self.schedules.look(now)
        found = self.alarms.look(now)
        if found:
            self.counted["event_transitions"] += len(found)
        if found and self.talking == ENABLE:
            self.notices.tell(self.notices.notices(found, self._known_as), now)

    def _known_as(self, row: int) -> tuple[int, str]:
        return int(self.alarms.keys[self.alarms.place[row]]), self.board.points[row].name

    async def _search(self, device: int) -> Address | None:
        """Address of a device, by Who-Is; nothing where it does not answer."""
        found = await self.who_is(device, device, timeout=SEARCH)
        return found[0].pduSource if found else None

    def taken(self, identifier: Any, prop: Any, index: Any, value: Any) -> bool:
        """Whether a written property is one of alarms, schedules or calendars, and is written now.

        Raises
        ------
        WriteRefusedError
            When it may not have that value.
        """
        key = (int(identifier[0]), int(identifier[1]))
        return any(take(key, int(prop), None if index is None else int(index), value) for take in self.takers)

    async def do_GetEventInformationRequest(self, apdu: Any) -> None:
        """Tell what is in alarm or waits for an acknowledgement."""
        await self.response(events.information(self.alarms, self.notices, apdu))

    async def do_GetAlarmSummaryRequest(self, apdu: Any) -> None:
        """Tell what is in alarm."""
        await self.response(events.summary(self.alarms, apdu))

    async def do_AcknowledgeAlarmRequest(self, apdu: Any) -> None:
        """Take an acknowledgement of a listed writer."""
        try:
            if host(apdu.pduSource) not in self.writers:
                raise WriteRefusedError("services", "service-request-denied")
            events.acknowledge(self.alarms, self.notices, apdu, self.clock.now())
        except WriteRefusedError as problem:
            self.counted["acknowledgements_refused"] += 1
            raise ExecutionError(problem.error_class, problem.error_code) from problem
        await self.response(SimpleAckPDU(context=apdu))

    async def do_AddListElementRequest(self, apdu: Any) -> None:
        """Add elements to a list that may be written."""
        await self._change_list(apdu, remove=False)

    async def do_RemoveListElementRequest(self, apdu: Any) -> None:
        """Remove elements from a list that may be written."""
        await self._change_list(apdu, remove=True)

    async def _change_list(self, apdu: Any, remove: bool) -> None:
        try:
            thing = self.objectIdentifier.get(apdu.objectIdentifier)
            if thing is None:
                raise WriteRefusedError("object", "unknown-object")
            if host(apdu.pduSource) not in self.writers:
                raise WriteRefusedError("property", "write-access-denied")
            whole = lists.changed(thing, apdu, remove)
            if not self.taken(apdu.objectIdentifier, apdu.propertyIdentifier, None, whole):
                raise WriteRefusedError("property", "write-access-denied")
        except (WriteRefusedError, lists.ElementRefusedError) as problem:
            self.counted["writes_refused"] += 1
            code = problem.error_code.replace("no-space-to-write-property", "no-space-to-add-list-element")
            told = ErrorType(errorClass=problem.error_class, errorCode=code)
            number = getattr(problem, "number", 1)
            choice = {"service_choice": apdu.apduService, "context": apdu}
            await self.response(ChangeListError(errorType=told, firstFailedElementNumber=number, **choice))
            return
        self.counted["writes_done"] += 1
        await self.response(SimpleAckPDU(context=apdu))
