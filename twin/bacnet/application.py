"""The one BACnet/IP application, for clients and servers alike: bounded, on time, checked, and read-only unless a subclass allows more."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections import Counter
from collections.abc import Iterable
from typing import Any

from bacpypes3 import app as bacpypes_app
from bacpypes3.apdu import (
    APDU,
    AbortPDU,
    ChangeListError,
    ComplexAckPDU,
    ConfirmedRequestPDU,
    ConfirmedServiceChoice,
    ErrorPDU,
    ReadPropertyACK,
    ReadPropertyMultipleACK,
    RejectPDU,
    RejectReason,
    UnconfirmedServiceChoice,
    confirmed_request_types,
    unconfirmed_request_types,
)  # fmt: skip
from bacpypes3.app import Application
from bacpypes3.basetypes import ObjectTypesSupported, ServicesSupported
from bacpypes3.errors import ExecutionError
from bacpypes3.local.device import DeviceObject
from bacpypes3.primitivedata import ObjectIdentifier
from bacpypes3.settings import settings

from twin.bacnet import codec, journal, selection
from twin.bacnet.port import Port, check
from twin.bacnet.transactions import AccessPoint
from twin.errors import BacnetError

MOST_OUTSTANDING = 64
"""Requests outstanding to one peer; 257 stop bacpypes3 0.0.110 for ever."""
OPENING = 0.5
"""Longest wait for a socket that is just being opened. [s]"""
DEADLINE = 5.0
"""Longest wait for one answer. [s]"""
APDU_LENGTH, SEGMENTS = 1476, 64
"""Longest APDU on BACnet/IP, and segments accepted. ASHRAE 135, annex J."""
ANYBODY = ("device", 4_194_303)
"""A device answers to this instead of its own identifier. ASHRAE 135, 15.5.2."""
REFUSED = (ErrorPDU, RejectPDU, AbortPDU)
ChangeListError.service_choice = ConfirmedServiceChoice.addListElement  # without one it cannot be decoded


class TooManyRequestsError(BacnetError):
    """A peer has not answered enough of what it was asked to be asked more."""


class SilenceError(BacnetError):
    """A peer did not answer in time."""


class RefusedError(BacnetError):
    """A peer answered with an error, a reject or an abort; `kind` says which, `code` its reason."""

    def __init__(self, text: str, kind: str, code: str) -> None:
        super().__init__(text)
        self.kind, self.code = kind, code


class MismatchError(BacnetError):
    """A peer answered for something else than was asked."""


class Device(DeviceObject):
    """A device object whose lists tell the truth."""

    @property
    def protocolObjectTypesSupported(self) -> ObjectTypesSupported:
        """The types of the objects that are here."""
        found = ObjectTypesSupported([])
        for identifier in self._app.objectIdentifier if self._app else [self.objectIdentifier]:
            place = int(identifier[0])
            found.extend([0] * (place + 1 - len(found)))
            found[place] = 1
        return found

    @protocolObjectTypesSupported.setter
    def protocolObjectTypesSupported(self, value: Any) -> None:
        """Ignored: the objects say it."""


class SafeApplication(Application):
    """bacpypes3's application with bounds, deadlines and checks.

    Attributes
    ----------
    asap : `asap.listens_to` holds the addresses that confirmed requests are taken from; everybody when empty.
    """

    asap: AccessPoint
    unexecuted: frozenset[str] = frozenset({
        "WritePropertyRequest", "WritePropertyMultipleRequest", "SubscribeCOVRequest", "ReadRangeRequest",
        "ConfirmedCOVNotificationRequest", "UnconfirmedCOVNotificationRequest",
    })  # fmt: skip
    """Requests that are rejected, or for WriteProperty refused, although bacpypes3 knows them."""

    @classmethod
    def start(
        cls, address: str, port: int, instance: int, name: str, objects: Iterable[Any] = (), mask: int = 24, shared: int = 0,
        bbmd: str = "", **told: Any,
    ) -> SafeApplication:  # fmt: skip
        """An application on an address of this machine.

        Parameters
        ----------
        mask : bits of the network's part of the address.
        shared : the network's UDP port, to which broadcasts go; the application's own where nothing is given.
        bbmd : `address:port` of a BBMD to be a foreign device of.
        told : further properties of the device object.

        Raises
        ------
        BacnetError
            When the address is taken, or not one of this machine, or the mask is wrong.
        """
        claim(address, port)
        check(address, mask)
        codec.hasten()
        journal.limit()
        settings.route_aware = True  # `2001:0x01@10.0.0.5` names the router of a device
        device = Device(**{
            "objectIdentifier": ("device", instance), "objectName": name, "vendorIdentifier": 999, "vendorName": "campus twin",
            "modelName": "campus twin", "maxApduLengthAccepted": APDU_LENGTH, "segmentationSupported": "segmentedBoth",
            "maxSegmentsAccepted": SEGMENTS, "apduTimeout": 3000, "numberOfApduRetries": 1,
        } | told)  # fmt: skip
        return cls.from_object_list([device, Port.at(address, mask, port, shared, bbmd), *objects])

    @classmethod
    def from_object_list(cls, *told: Any, **named: Any) -> SafeApplication:
        """As bacpypes3 does, with our access point instead of its own."""
        own = bacpypes_app.ApplicationServiceAccessPoint
        bacpypes_app.ApplicationServiceAccessPoint = AccessPoint
        try:
            made: SafeApplication = super().from_object_list(*told, **named)
        finally:
            bacpypes_app.ApplicationServiceAccessPoint = own
        made._octets = set()
        return made

    @property
    def counted(self) -> Counter[str]:
        """What went wrong so far, by kind."""
        return self.asap.counted

    def wants_octets(self, answer: Any) -> bool:
        """Whether the asker of an answer decodes it itself."""
        return (answer.pduSource, answer.apduInvokeID) in self._octets

    def request(self, apdu: APDU) -> Any:
        """Send a request; its future has the answer.

        Raises
        ------
        TooManyRequestsError
            When the peer owes too many answers.
        """
        if (
            isinstance(apdu, ConfirmedRequestPDU)
            and len(self._requests.get(apdu.pduDestination, ())) >= MOST_OUTSTANDING
        ):
            self.counted["too_many_requests"] += 1
            raise TooManyRequestsError(f"{apdu.pduDestination}: owes {MOST_OUTSTANDING} answers; ask it less at a time")
        return super().request(apdu)

    async def ask(self, apdu: Any, deadline: float = DEADLINE, octets: bool = False) -> Any:
        """The answer to a confirmed request, checked against what was asked.

        Parameters
        ----------
        octets : leave the answer's data undecoded.

        Raises
        ------
        SilenceError, RefusedError, MismatchError, TooManyRequestsError
            When there is no such answer.
        """
        what = f"{apdu.pduDestination}: {_name(apdu)}"
        future = self.request(apdu)
        ticket = (apdu.pduDestination, apdu.apduInvokeID)
        if octets:
            self._octets.add(ticket)
        try:
            await asyncio.wait((future,), timeout=deadline)
            if not future.done():
                self.counted["silence"] += 1
                raise SilenceError(f"{what}: no answer within {deadline:g} s")
            return future.result()
        except REFUSED as problem:
            kind, code = _refusal(problem)
            self.counted[f"answered_with_{kind}"] += 1
            raise RefusedError(f"{what}: {kind} {code}", kind, code) from None
        finally:
            future.cancel()
            self._octets.discard(ticket)
            self.asap.forget(*ticket)

    async def timed(self, request: Any, what: str, deadline: float = DEADLINE) -> Any:
        """The same for bacpypes3's own helpers, which return what they should raise."""
        try:
            async with asyncio.timeout(deadline):
                answer = await request
        except TimeoutError:
            self.counted["silence"] += 1
            raise SilenceError(f"{what}: no answer within {deadline:g} s") from None
        except REFUSED as problem:
            answer = problem
        if isinstance(answer, REFUSED):
            kind, code = _refusal(answer)
            self.counted[f"answered_with_{kind}"] += 1
            raise RefusedError(f"{what}: {kind} {code}", kind, code)
        if isinstance(answer, str) and answer.startswith("-no "):
            raise MismatchError(f"{what}: the type of this property is unknown")
        return answer

    async def confirmation(self, apdu: Any) -> None:
        """Take an answer: once, and only if it answers what was asked."""
        for request, future in self._requests.get(apdu.pduSource, ()):
            if request.apduInvokeID == apdu.apduInvokeID and not future.done():
                problem = _mismatch(request, apdu)
                if problem:
                    self.counted["answers_for_something_else"] += 1
                    future.set_exception(MismatchError(f"{apdu.pduSource}: {problem}"))
                else:
                    await super().confirmation(apdu)
                return
        self.counted["unasked"] += 1

    async def indication(self, apdu: Any) -> None:
        """Take a request, or reject it as a service that is not executed here."""
        name = type(apdu).__name__
        if name in self.unexecuted and name != "WritePropertyRequest":
            self.counted["not_executed"] += 1
            if isinstance(apdu, ConfirmedRequestPDU):
                await self.response(RejectPDU(reason=RejectReason.unrecognizedService, context=apdu))
            return
        await super().indication(apdu)

    def get_services_supported(self) -> ServicesSupported:
        """The services that are executed here, in the places of the standard's one list."""
        found = ServicesSupported([])
        for types, choices in (
            (confirmed_request_types, ConfirmedServiceChoice),
            (unconfirmed_request_types, UnconfirmedServiceChoice),
        ):
            for choice, cls in types.items():
                place = getattr(found, choices(choice).attr, None)
                if place is not None and self.executes(cls.__name__):
                    found[place] = 1
        return found

    def executes(self, request: str) -> bool:
        """Whether a kind of request is answered with more than a refusal."""
        return hasattr(self, f"do_{request}") and request not in self.unexecuted

    def meant(self, identifier: Any) -> Any:
        """The identifier of an object, where a device is asked for without knowing its instance that of our own."""
        return self.device_object.objectIdentifier if identifier == ObjectIdentifier(ANYBODY) else identifier

    async def do_ReadPropertyRequest(self, apdu: Any) -> None:
        """Read one property."""
        apdu.objectIdentifier = self.meant(apdu.objectIdentifier)
        await super().do_ReadPropertyRequest(apdu)

    async def do_ReadPropertyMultipleRequest(self, apdu: Any) -> None:
        """Read some properties of some objects."""
        told = await selection.results(self, apdu.listOfReadAccessSpecs)
        await self.response(ReadPropertyMultipleACK(listOfReadAccessResults=told, context=apdu))

    async def do_WritePropertyRequest(self, apdu: Any) -> None:
        """Refuse with write-access-denied."""
        self.counted["writes_refused"] += 1
        raise ExecutionError("property", "writeAccessDenied")

    async def stop(self) -> None:
        """Give up what is outstanding and free the address; takes no longer than a moment."""
        for each in [future for held in self._requests.values() for _, future in held]:
            each.cancel()
        self.asap.stop()
        for layer in self.link_layers.values():
            getattr(layer, "unregister", lambda: None)()
        tasks = [
            task
            for layer in self.link_layers.values()
            for task in getattr(getattr(layer, "server", None), "_transport_tasks", ())
        ]
        if tasks:
            await asyncio.wait(tasks, timeout=OPENING)
        self.close()
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


def claim(address: str, port: int) -> None:
    """Make sure that an address is of this machine, and nobody's yet; a second owner would go unnoticed.

    Raises
    ------
    BacnetError
        When it is neither.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, port))
        except (OSError, OverflowError) as problem:
            code = getattr(problem, "errno", 0)
            if code == errno.EADDRINUSE:
                raise BacnetError(
                    f"{address}:{port} is taken by another program; stop it or choose another port"
                ) from problem
            raise BacnetError(f"{address} is not an address of this machine ({problem}); choose another") from problem


def free_port(address: str) -> int:
    """A UDP port that nobody has at this moment.

    Raises
    ------
    BacnetError
        When the address is not one of this machine.
    """
    claim(address, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def _name(apdu: Any) -> str:
    cls = (
        confirmed_request_types.get(getattr(apdu, "apduService", None))
        if type(apdu) is ConfirmedRequestPDU
        else type(apdu)
    )
    return cls.__name__.removesuffix("Request") if cls else "request"


def _refusal(problem: Any) -> tuple[str, str]:
    if isinstance(problem, ErrorPDU):
        problem = getattr(problem, "errorType", None) or problem
        code = getattr(problem, "errorCode", None)
        return "error", f"{getattr(problem, 'errorClass', 'device')} {code}" if code is not None else "of its own kind"
    kind = "reject" if isinstance(problem, RejectPDU) else "abort"
    return kind, str(problem.apduAbortRejectReason)


def _mismatch(request: Any, answer: Any) -> str:
    """What is wrong with an answer, or an empty text."""
    if isinstance(answer, (*REFUSED,)):
        return ""
    if answer.apduService != request.apduService:
        return f"answers service {request.apduService} with service {answer.apduService}"
    if isinstance(answer, ReadPropertyACK) and hasattr(request, "objectIdentifier"):
        asked, told = request.objectIdentifier, answer.objectIdentifier
        if told != asked and asked != ObjectIdentifier(ANYBODY):
            return f"asked for {asked}, got {told}"
        for name in ("propertyIdentifier", "propertyArrayIndex"):
            if getattr(answer, name) != getattr(request, name):
                return f"asked for {asked} {name} {getattr(request, name)}, got {getattr(answer, name)}"
    if isinstance(answer, ReadPropertyMultipleACK) and hasattr(request, "listOfReadAccessSpecs"):
        asked = [each.objectIdentifier for each in request.listOfReadAccessSpecs]
        told = [each.objectIdentifier for each in answer.listOfReadAccessResults]
        if len(asked) != len(told) or any(
            a != t and a != ObjectIdentifier(ANYBODY) for a, t in zip(asked, told, strict=True)
        ):
            return "ReadPropertyMultiple answers for other objects than asked"
    if isinstance(answer, ComplexAckPDU) == (request.apduService in SIMPLE):
        return f"answers service {request.apduService} {'with' if request.apduService in SIMPLE else 'without'} data"
    return ""


SIMPLE = frozenset({15, 16, 5, 17, 20, 1, 2, 0, 8, 9})
"""Services whose answer is a bare acknowledgement: WriteProperty(Multiple), SubscribeCOV, device control, events, list elements."""
