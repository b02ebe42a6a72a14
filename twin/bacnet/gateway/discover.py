"""Find devices: Who-Is with patience, every answer kept, so that two devices with one instance are told instead of hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bacpypes3.apdu import (
    ConfirmedRequestPDU,
    Error,
    ReadPropertyRequest,
    RejectPDU,
    RejectReason,
    SimpleAckPDU,
    UnconfirmedRequestPDU,
    WhoIsRequest,
)
from bacpypes3.ipv4.service import BIPForeign
from bacpypes3.pdu import Address, GlobalBroadcast
from bacpypes3.primitivedata import ObjectIdentifier

from twin.bacnet.application import RefusedError, SafeApplication, claim, free_port
from twin.bacnet.numbers import CONFIRMED, UNCONFIRMED
from twin.bacnet.port import PORT, broadcasts, check, parse, whole
from twin.errors import BacnetError

WAITS = (1.0, 2.0, 4.0)
"""Seconds to listen after each Who-Is: a busy network loses some, and a large one answers slowly."""
TRIES = 2
"""How often routers are asked for, each time with two seconds to answer."""
LARGEST = 4_194_303
REGISTRATION = 3.0
"""Longest wait for a BBMD's answer to our registration. [s]"""
NOTIFICATIONS = frozenset({"ConfirmedCOVNotificationRequest", "UnconfirmedCOVNotificationRequest"})
MOST_HEARD = 100_000
"""Devices that are remembered from one Who-Is to the next."""
INSTANCE = 4_194_001
"""Of our own device object, which nobody is told of."""


@dataclass(frozen=True)
class Found:
    """A device that answered: instance, address with its router, longest APDU that it takes, segmentation, vendor."""

    instance: int
    address: Address
    longest: int
    segmentation: str
    vendor: int

    @property
    def text(self) -> str:
        """Its address as people write it."""
        return str(self.address)


class Client(SafeApplication):
    """An application that hears every I-Am and hands COV notifications on, and is itself nobody's device: two may be on one network.

    Attributes
    ----------
    heard : devices by instance and address since the last Who-Is of `discover`.
    listeners : told of every I-Am.
    notified : told source and octets of every notification; tells why it was not expected, or an empty text.
    broadcasts : whether a broadcast reaches the network from here; own : address and mask, as people write them.
    """

    heard: dict[tuple[int, str], Found]
    listeners: list[Callable[[Found], None]]
    notified: Callable[[Any, bytes], str] | None = None
    broadcasts: bool = False
    own: str = ""
    unexecuted = SafeApplication.unexecuted - NOTIFICATIONS

    @classmethod
    def from_object_list(cls, *told: Any, **named: Any) -> Client:
        """As for every application; nothing is heard yet."""
        made = super().from_object_list(*told, **named)
        assert isinstance(made, cls)
        made.heard, made.listeners = {}, []
        made.asap.undecoded = frozenset({(True, CONFIRMED), (False, UNCONFIRMED)})
        return made

    async def indication(self, apdu: Any) -> None:
        """Take a notification from its octets; bacpypes3 takes the other requests."""
        if type(apdu) not in (ConfirmedRequestPDU, UnconfirmedRequestPDU):
            await super().indication(apdu)
            return
        why = "unknown-subscription"
        if self.notified is None:
            self.counted["notices_unasked"] += 1
        else:
            why = self.notified(apdu.pduSource, bytes(apdu.pduData))
        if isinstance(apdu, UnconfirmedRequestPDU):
            return
        if why == "malformed":
            await self.response(RejectPDU(reason=RejectReason.inconsistentParameters, context=apdu))
        elif why:
            error = Error(errorClass="services", errorCode=why, service_choice=apdu.apduService, context=apdu)
            await self.response(error)
        else:
            await self.response(SimpleAckPDU(context=apdu))

    @classmethod
    def on(cls, own: str, mask: int, bbmd: str = "") -> Client:
        """A client on an address of this machine: on the network's port where it is free, and else on another that hears its broadcasts.

        Parameters
        ----------
        own : `10.0.0.9`, or `10.0.0.9:47809` on a network with another port than BACnet's own.
        bbmd : of another network, which tells our broadcasts there and its own to us.

        Raises
        ------
        BacnetError
            When the address is not one of this machine, or the mask is not that of its network.
        """
        address, told = parse(own)
        claim(address, 0)
        check(address, mask)
        shared, reaching = told or PORT, broadcasts(address, mask)
        port = free_port(address)
        if reaching or told:
            try:
                claim(address, shared)
                port = shared
            except BacnetError:
                if not reaching:
                    raise
        if bbmd:
            bbmd, shared = whole(bbmd), 0
        made = cls.start(address, port, INSTANCE, "campus twin", mask=mask, shared=shared if reaching else 0, bbmd=bbmd)
        assert isinstance(made, cls)
        made.broadcasts, made.own = reaching or bool(bbmd), f"{address}/{mask}"
        return made

    async def registered(self, deadline: float = REGISTRATION) -> None:
        """Wait until the BBMD, where there is one, has taken us for its foreign device.

        Raises
        ------
        BacnetError
            When it refuses, or does not answer.
        """
        for layer in self.link_layers.values():
            if not isinstance(layer, BIPForeign):
                continue
            ends = asyncio.get_running_loop().time() + deadline
            while layer.bbmdRegistrationStatus != 0:
                if layer.bbmdRegistrationStatus > 0 or asyncio.get_running_loop().time() > ends:
                    why = "refuses foreign devices" if layer.bbmdRegistrationStatus > 0 else "does not answer"
                    raise BacnetError(f"{layer.bbmdAddress}: {why}; check that it is a BBMD that accepts registrations")
                await asyncio.sleep(0.02)

    async def do_WhoIsRequest(self, apdu: Any) -> None:
        """Stay silent."""

    async def do_WhoHasRequest(self, apdu: Any) -> None:
        """Stay silent."""

    async def do_IAmRequest(self, apdu: Any) -> None:
        """Keep who and where."""
        instance = int(apdu.iAmDeviceIdentifier[1])
        found = Found(
            instance,
            apdu.pduSource,
            int(apdu.maxAPDULengthAccepted),
            str(apdu.segmentationSupported),
            int(apdu.vendorID),
        )
        if len(self.heard) < MOST_HEARD:
            self.heard[instance, str(apdu.pduSource)] = found
        else:
            self.counted["too_many_devices"] += 1
        for told in self.listeners:
            told(found)
        await super().do_IAmRequest(apdu)


def targets(router: str, networks: Sequence[int]) -> list[Address]:
    """Where to send Who-Is: the whole internetwork, some networks of it, or one router and the networks behind it.

    Raises
    ------
    BacnetError
        When the address is none.
    """
    if not router:
        return [Address(f"{network}:*") for network in networks] or [GlobalBroadcast()]
    try:
        return [Address(router), *(Address(f"{network}:*@{router}") for network in networks)]
    except (ValueError, TypeError, RuntimeError) as problem:
        raise BacnetError(f"{router}: is no address; write 10.0.0.5 or 10.0.0.5:47808") from problem


async def routed(app: Client, where: Iterable[Address]) -> list[Address]:
    """Addresses with the routers that lead there: all that claim to, since two routers to one network are a fault worth seeing.

    Raises
    ------
    BacnetError
        When broadcasts reach nobody from here, or no router leads to a network.
    """
    found, open_networks = [], []
    for each in (each if isinstance(each, Address) else Address(each) for each in where):
        if each.addrRoute is None and each.addrType in (Address.globalBroadcastAddr, Address.remoteBroadcastAddr):
            if not app.broadcasts:
                raise BacnetError(
                    f"{app.own}: a broadcast from there reaches nobody; give --own ADDRESS of the network, or --router"
                )
            if each.addrType == Address.remoteBroadcastAddr:
                open_networks.append(int(each.addrNet))
                continue
        found.append(each)
    for _ in range(TRIES):
        if not open_networks:
            break
        for _adapter, told in await app.nse.who_is_router_to_network():
            for network in set(open_networks) & set(told.iartnNetworkList):
                found.append(Address(f"{network}:*@{told.pduSource}"))
        led = {each.addrNet for each in found}
        open_networks = [each for each in open_networks if each not in led]
    if open_networks:
        raise BacnetError(
            f"no router says that it leads to network {open_networks[0]}; check the number, or give --router"
        )
    return found


async def discover(
    app: Client, where: Sequence[Address], low: int = 0, high: int = LARGEST, waits: Sequence[float] = WAITS
) -> tuple[list[Found], dict[int, list[Found]]]:
    """Devices by instance, and those instances that more than one device has.

    Who-Is is sent again, each time with a longer wait, until a round brings nobody new.

    Raises
    ------
    BacnetError
        As for `routed`.
    """
    app.heard = {}
    where = await routed(app, where)
    for wait in waits:
        before = len(app.heard)
        for each in where:
            request = WhoIsRequest(destination=each)
            if (low, high) != (0, LARGEST):
                request.deviceInstanceRangeLowLimit, request.deviceInstanceRangeHighLimit = low, high
            app.request(request)
        await asyncio.sleep(wait)
        if before and len(app.heard) == before:
            break
    chosen = [each for each in app.heard.values() if low <= each.instance <= high]
    by_instance: dict[int, list[Found]] = {}
    for each in sorted(chosen, key=lambda each: (each.instance, each.text)):
        by_instance.setdefault(each.instance, []).append(each)
    return [held[0] for held in by_instance.values()], {i: held for i, held in by_instance.items() if len(held) > 1}


async def identify(ask: Callable[[Any], Awaitable[Any]], address: Address, instance: int) -> bool:
    """Whether the device at an address is the one with an instance, asked for its own identifier.

    Parameters
    ----------
    ask : sends a request and waits for the answer.

    Raises
    ------
    SilenceError
        When nobody answers.
    RefusedError, MismatchError
        When the answer tells neither.
    """
    device = ObjectIdentifier(("device", instance))
    try:
        answer = await ask(
            ReadPropertyRequest(objectIdentifier=device, propertyIdentifier="object-identifier", destination=address)
        )
    except RefusedError as problem:
        if problem.code.endswith("unknown-object"):
            return False
        raise
    return bool(answer.propertyValue.cast_out(ObjectIdentifier) == device)
