"""Transactions of BACnet's application layer that always end: found at once, bounded, rejected where they cannot be understood.

They stand on the state machines of bacpypes3 0.0.110 and mend what is listed in docs/bacnet.md.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bacpypes3.apdu import (
    APDU,
    AbortPDU,
    AbortReason,
    APCISequence,
    ComplexAckPDU,
    ConfirmedRequestPDU,
    ErrorPDU,
    RejectPDU,
    RejectReason,
    SegmentAckPDU,
    UnconfirmedRequestPDU,
    confirmed_request_types,
)  # fmt: skip
from bacpypes3.appservice import AWAIT_RESPONSE, IDLE, ApplicationServiceAccessPoint, ClientSSM, ServerSSM
from bacpypes3.comm import ServiceAccessPoint
from bacpypes3.errors import DecodingError, InvalidTag, RejectException
from bacpypes3.pdu import Address

from twin.bacnet.tags import is_balanced

log = logging.getLogger("twin.bacnet")
MOST_ANSWERING, MOST_OF_PEER = 1024, 64
"""Requests being answered, in all and of one peer; beyond, a peer is told that resources are out."""
WIRE, IP_OCTETS = 1, 6
"""Number that our routers give the network they are on, and octets of an address there: IP and port. ASHRAE 135, annex J."""
LARGEST = 64 * 1476
"""Octets of a segmented request; a peer could send segments for ever."""
HEAD, SEGMENT_HEAD = 3, 5
"""Octets of a complex acknowledgement before its data, whole and in segments. ASHRAE 135, 20.1.5."""
UNBROKEN = 1447
"""Longest APDU whose packet is never cut on Ethernet: 1,500 octets less 20 of IP, 8 of UDP, 4 of BVLL and up to 21 of the network layer."""
KNOWN_LENGTHS = range(6)
"""Codes of the longest answer that a peer takes; others are reserved. ASHRAE 135, 20.1.2.5."""
REQUEST_HEAD = 4
"""Octets of a confirmed request before its data. ASHRAE 135, 20.1.2."""


class Held:
    """Transactions by peer and invoke id; bacpypes3 appends to it and removes from it as if it were a list."""

    def __init__(self) -> None:
        self._all: dict[Any, Any] = {}
        self.peers: Counter[Address] = Counter()

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._all.values()))

    def __len__(self) -> int:
        return len(self._all)

    def find(self, peer: Any, invoke: Any) -> Any:
        """The transaction, or nothing."""
        return self._all.get((peer, invoke))

    def append(self, transaction: Any) -> None:
        """Add one; it replaces one that was forgotten under the same number."""
        self.remove(self.find(transaction.pdu_address, transaction.invokeID))
        self._all[transaction.pdu_address, transaction.invokeID] = transaction
        self.peers[transaction.pdu_address] += 1

    def remove(self, transaction: Any) -> None:
        """Remove one; doing it twice does nothing."""
        if transaction is None or self.find(transaction.pdu_address, transaction.invokeID) is not transaction:
            return
        del self._all[transaction.pdu_address, transaction.invokeID]
        self.peers[transaction.pdu_address] -= 1
        if not self.peers[transaction.pdu_address]:
            del self.peers[transaction.pdu_address]


class Answering(ServerSSM):
    """A request of a peer: what cannot be decoded is rejected, and segments fit the peer."""

    maxApduLengthAccepted: int  # noqa: N815

    async def request(self, apdu: Any) -> None:
        """Hand a whole request to the application, or reject it."""
        if not isinstance(apdu, AbortPDU):
            try:
                if not is_balanced(bytes(apdu.pduData)):
                    raise InvalidTag("tags are cut or not closed")
                if (True, apdu.apduService) not in self.ssmSAP.undecoded:
                    apdu = APCISequence.decode(apdu)
            except Exception as problem:  # whatever a decoder trips over, the peer is told
                self.ssmSAP.counted["rejected"] += 1
                reject = RejectPDU(self.invokeID, reason=_reason(apdu, problem))
                reject.pduDestination = self.pdu_address
                await self.confirmation(reject)
                return
        apdu.pduSource, apdu.pduDestination = self.pdu_address, None
        await self.ssmSAP.sap_request(apdu)

    async def confirmation(self, apdu: Any) -> None:
        """Send an answer, in segments where the peer takes no longer ones."""
        if isinstance(apdu, ComplexAckPDU) and len(apdu.pduData) + HEAD > self.maxApduLengthAccepted:
            longest = min(int(self.maxApduLengthAccepted), UNBROKEN)
            self.maxApduLengthAccepted = longest - SEGMENT_HEAD
        await ServerSSM.confirmation(self, apdu)

    async def segmented_request(self, apdu: Any) -> None:
        """Take one more segment, within reason."""
        held = len(self.segmentAPDU.pduData) if self.segmentAPDU else 0
        if held > LARGEST:
            await self.response(self.abort(AbortReason.bufferOverflow))
            return
        await ServerSSM.segmented_request(self, apdu)


class AccessPoint(ApplicationServiceAccessPoint):
    """The application layer's door to the network: nothing that comes in can leave a transaction behind or stop it.

    Attributes
    ----------
    listens_to : addresses that confirmed requests are taken from; everybody when empty.
    undecoded : services (confirmed or not, number) whose octets the application decodes itself.
    """

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        self.serverTransactions, self.clientTransactions = Held(), Held()
        self.counted: Counter[str] = Counter()
        self.listens_to: frozenset[str] = frozenset()
        self.undecoded: frozenset[tuple[bool, int]] = frozenset()

    async def confirmation(self, pdu: Any) -> None:
        """Take one packet from the network."""
        try:
            apdu = APDU.decode(pdu)
        except Exception:  # decoders of malformed packets raise whatever they meet
            self.counted["malformed"] += 1
            return
        if self.dccEnableDisable == "disable" and not _reaches_the_deaf(apdu):
            self.counted["while_disabled"] += 1
            return
        if isinstance(apdu, ConfirmedRequestPDU):
            if self.listens_to and host(apdu.pduSource) not in self.listens_to:
                self.counted["strangers"] += 1
                return
            await self._asked(apdu)
        elif isinstance(apdu, UnconfirmedRequestPDU):
            try:
                told = apdu if (False, apdu.apduService) in self.undecoded else APCISequence.decode(apdu)
            except Exception:
                self.counted["malformed"] += 1
                return
            await self.sap_request(told)
        else:
            ours = getattr(apdu, "apduSrv", True) if isinstance(apdu, (AbortPDU, SegmentAckPDU)) else True
            held = self.clientTransactions if ours else self.serverTransactions
            transaction = held.find(apdu.pduSource, apdu.apduInvokeID)
            if transaction is None:
                self.counted["unasked"] += 1
            elif not (isinstance(apdu, SegmentAckPDU) and not apdu.apduWin):
                await self._guarded(transaction.confirmation if ours else transaction.indication, apdu, transaction)

    async def _asked(self, apdu: Any) -> None:
        """A new request, one more segment of a known one, or a repetition."""
        known = self.serverTransactions.find(apdu.pduSource, apdu.apduInvokeID)
        if known is None:
            busy = len(self.serverTransactions) >= MOST_ANSWERING
            reason = None
            if busy or self.serverTransactions.peers[apdu.pduSource] >= MOST_OF_PEER:
                reason = AbortReason.outOfResources
            elif apdu.apduMaxResp not in KNOWN_LENGTHS:
                reason = AbortReason.other
            elif apdu.apduSeg and not apdu.apduWin:
                reason = AbortReason.windowSizeOutOfRange
            elif apdu.apduSeg and apdu.apduSeq:
                reason = AbortReason.invalidApduInThisState
            if reason is not None:
                self.counted["turned_away"] += 1
                await self._abort(apdu, reason)
                return
            known = Answering(self, apdu.pduSource)
            known.invokeID = apdu.apduInvokeID
            self.serverTransactions.append(known)
        await self._guarded(known.indication, apdu, known)

    async def _guarded(self, go_on: Any, apdu: Any, transaction: Any) -> None:
        """Let a transaction go on; one that fails before it has a timer is ended here."""
        try:
            await go_on(apdu)
        except Exception as problem:
            self.counted["failed"] += 1
            log.warning("a packet from %s could not be used: %r", apdu.pduSource, problem)
            if isinstance(apdu, ConfirmedRequestPDU) and transaction.state in (IDLE, AWAIT_RESPONSE):
                transaction.stop_timer()
                self.serverTransactions.remove(transaction)
                await self._abort(apdu, AbortReason.other)

    async def _abort(self, apdu: Any, reason: Any) -> None:
        told = AbortPDU(True, apdu.apduInvokeID, reason)
        told.pduDestination = apdu.pduSource
        await self.request(told)

    async def sap_indication(self, apdu: Any) -> None:
        """Send a request of the application; one too long for its peer is aborted here, since segmented requests are not sent."""
        if isinstance(apdu, APCISequence):
            apdu = apdu.encode()
        if not isinstance(apdu, ConfirmedRequestPDU):
            await super().sap_indication(apdu)
            return
        known = await self.device_info_cache.get_device_info(apdu.pduDestination)
        most = (known and known.max_apdu_length_accepted) or self.device_object.maxApduLengthAccepted
        if self.dccEnableDisable != "enable" or len(apdu.pduData) + REQUEST_HEAD > most:
            told = AbortPDU(False, apdu.apduInvokeID, AbortReason.apduTooLong)
            told.pduSource = apdu.pduDestination
            await self.sap_response(told)
            return
        transaction = ClientSSM(self, apdu.pduDestination)
        transaction.invokeID = apdu.apduInvokeID
        self.clientTransactions.append(transaction)
        await transaction.indication(apdu)

    async def sap_response(self, apdu: Any) -> None:
        """Hand an answer to the application; one that cannot be decoded ends its request, too."""
        if isinstance(apdu, ComplexAckPDU) and self.serviceElement.wants_octets(apdu):
            await self.serviceElement.confirmation(apdu)
            return
        told = apdu
        if isinstance(apdu, (ComplexAckPDU, ErrorPDU)) and not isinstance(apdu, APCISequence):
            try:
                told = APCISequence.decode(apdu)
            except Exception:  # whatever a decoder trips over, the request has ended
                self.counted["answers_malformed"] += 1
                told = AbortPDU(True, apdu.apduInvokeID, AbortReason.other)
                told.pduSource = apdu.pduSource
        await ServiceAccessPoint.sap_response(self, told)

    def forget(self, peer: Address, invoke: int) -> None:
        """Give a request of ours up: it is not sent again, and an answer to it is nobody's."""
        transaction = self.clientTransactions.find(peer, invoke)
        if transaction is not None:
            transaction.stop_timer()
            self.clientTransactions.remove(transaction)

    def drop(self, peer: Address, invoke: int | None) -> None:
        """Leave a peer's request without an answer."""
        transaction = None if invoke is None else self.serverTransactions.find(peer, invoke)
        if transaction is not None:
            transaction.stop_timer()
            self.serverTransactions.remove(transaction)

    def stop(self) -> None:
        """Give everything up."""
        for held in (self.clientTransactions, self.serverTransactions):
            for transaction in held:
                transaction.stop_timer()
                held.remove(transaction)


def _reason(apdu: Any, problem: Exception) -> Any:
    """Why a request is rejected. ASHRAE 135, 18.8."""
    if apdu.apduService not in confirmed_request_types:
        return RejectReason.unrecognizedService
    if isinstance(problem, RejectException):
        return problem.rejectReason
    if isinstance(problem, (DecodingError, IndexError)):
        return RejectReason.missingRequiredParameter if not apdu.pduData else RejectReason.invalidTag
    return RejectReason.invalidParameterDatatype


def host(peer: Address) -> str:
    """IP address that a packet comes from, also when a router of ours passed it on; the address as text where it has none."""
    told = getattr(peer, "addrTuple", None)
    if told:
        return str(told[0])
    octets = bytes(peer.addrAddr or b"")
    if peer.addrNet == WIRE and len(octets) == IP_OCTETS:
        return ".".join(map(str, octets[:4]))
    return str(peer)


def _reaches_the_deaf(apdu: Any) -> bool:
    """Whether a device that is told to be silent still listens: to DeviceCommunicationControl and ReinitializeDevice, Who-Is and Who-Has."""
    if isinstance(apdu, ConfirmedRequestPDU):
        return apdu.apduService in (17, 20)
    return isinstance(apdu, UnconfirmedRequestPDU) and apdu.apduService in (7, 8)
