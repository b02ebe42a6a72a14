"""A session in which clients and the virtual building say to each other everything they can say, each service in all its forms."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

import numpy as np
from bacpypes3.apdu import (
    ReadPropertyMultipleRequest,
    SubscribeCOVRequest,
    WhoHasObject,
    WhoHasRequest,
    WritePropertyMultipleRequest,
)  # fmt: skip
from bacpypes3.basetypes import PropertyReference, PropertyValue, ReadAccessSpecification, WriteAccessSpecification
from bacpypes3.constructeddata import Any
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import Boolean, Null, ObjectIdentifier, PropertyIdentifier, Real

from tests.bacnet.test_building import NAN, POINTS
from tests.bacnet.test_quick import routed
from tests.bacnet.wire import Wire, confirmed, read
from twin.bacnet.application import RefusedError, free_port
from twin.bacnet.building.building import NETWORK, ROUTER
from twin.bacnet.gateway.discover import Client, discover, targets
from twin.bacnet.gateway.peer import Peer
from twin.bacnet.gateway.poller import Poller
from twin.bacnet.points import Point
from twin.bacnet.transactions import UNBROKEN

LARGE, MIXED = 300, 400
"""Devices: one whose lists take many segments, and one with every kind of object."""
KINDS = ("AI", "AO", "AV", "BI", "BO", "BV", "MSI", "MSO", "MSV")
SENSORS = [Point(LARGE, "AI", n, f"s{n}", f"s{n}", "degC", "Air", 0.2, NAN, NAN) for n in range(1, 601)]
LIMITS = {"A": (1.0, 3.0), "B": (0.0, 1.0), "M": (1.0, 3.0)}
EVERY_KIND = [
    Point(MIXED, kind, 1, f"of {kind}", f"of.{kind}", "1", "Every kind", 0.5, *((NAN, NAN) if kind.endswith("I") else LIMITS[kind[0]]))
    for kind in KINDS
]  # fmt: skip
HELD = [*POINTS, *SENSORS, *EVERY_KIND]
VALUES = np.array([21.5, 22.0, 1.0, 5000.0, 2.0, *np.arange(600.0), *np.ones(9)])
SELECTIONS = ("all", "required", "optional", "present-value", "priority-array")
NARROW = 128
"""Longest APDU that one of the clients takes."""


def several(where, objects, prop):
    """A request for one property, or one selection of properties, of several objects."""
    return ReadPropertyMultipleRequest(
        listOfReadAccessSpecs=[
            ReadAccessSpecification(
                objectIdentifier=ObjectIdentifier(each),
                listOfPropertyReferences=[PropertyReference(propertyIdentifier=PropertyIdentifier(prop))],
            )
            for each in objects
        ],
        destination=where,
    )


class Session:
    """Clients of a scene's building; `refused` counts what they were refused by its kind."""

    def __init__(self, scene) -> None:
        scene.building.put(VALUES)
        self.scene, self.refused = scene, Counter()
        self.router = Address(f"127.0.0.1:{scene.port}")
        self.wide, self.narrow = (
            Client.start("127.0.0.1", free_port("127.0.0.1"), 10 + n, "client", mask=8, maxApduLengthAccepted=longest)
            for n, longest in enumerate((1476, NARROW))
        )
        self.wide.notified = lambda source, octets: ""  # every notification is welcome

    async def stop(self):
        for each in (self.wide, self.narrow):
            await each.stop()

    async def ask(self, client, request):
        """An answer, or a refusal that is counted."""
        try:
            return await client.ask(request)
        except RefusedError as problem:
            self.refused[problem.kind] += 1

    async def read(self, client, device, kind, instance, prop, index=None):
        told = client.read_property(self.scene.behind(device), ObjectIdentifier((kind, instance)), prop, index)
        try:
            return await client.timed(told, "read")
        except RefusedError as problem:
            self.refused[problem.kind] += 1

    async def reading(self):
        """ReadProperty and ReadPropertyMultiple: whole, by element, in segments, refused."""
        for client in (self.wide, self.narrow):
            assert len(await self.read(client, LARGE, "device", LARGE, "object-list")) == 602
            for index in (0, 1, 602, 603):
                await self.read(client, LARGE, "device", LARGE, "object-list", index)
            await self.read(client, LARGE, "analog-input", 9999, "present-value")
            await self.read(client, LARGE, "analog-input", 1, "priority-array")
            for kind, number in await self.read(client, MIXED, "device", MIXED, "object-list"):
                await self.read(client, MIXED, kind, number, "present-value")
                for prop in SELECTIONS:
                    assert await self.ask(client, several(self.scene.behind(MIXED), [(kind, number)], prop))
            ports = [("device", ROUTER), ("network-port", 1), ("network-port", 2)]
            assert await self.ask(client, several(self.router, ports, "all"))
            sensors = [("analog-input", n) for n in (*range(1, 60), 9999)]
            for prop in ("all", "object-name"):
                await self.ask(client, several(self.scene.behind(LARGE), sensors, prop))
            poller = Poller(
                client, [Peer(LARGE, self.scene.behind(LARGE), SENSORS, longest=UNBROKEN)], lambda *_: None, 1e4, 1e4
            )
            assert await poller.poll(poller.peers[0])

    async def writing(self):
        """WriteProperty and WritePropertyMultiple: taken, given back, refused."""
        for value, priority in (
            (Real(20.0), 8),
            (Null(()), 8),
            (Real(99.0), 9),
            (Real(20.0), 6),
            (Boolean(True), None),
        ):
            with contextlib.suppress(RefusedError):
                await self.scene.write(100, "analog-value", 1, value, priority)
        for kind in ("analog-value", "analog-input"):
            told = PropertyValue(
                propertyIdentifier=PropertyIdentifier("present-value"), value=Any(Real(20.0)), priority=9
            )
            spec = WriteAccessSpecification(objectIdentifier=ObjectIdentifier((kind, 1)), listOfProperties=[told])
            request = WritePropertyMultipleRequest(listOfWriteAccessSpecs=[spec], destination=self.scene.behind(100))
            await self.ask(self.wide, request)

    async def subscribe(self, device, kind, process, confirmed, lifetime):
        """Ask to be told, or no longer to be."""
        wish = {} if confirmed is None else {"issueConfirmedNotifications": confirmed}
        wish |= {} if lifetime is None else {"lifetime": lifetime}
        await self.ask(
            self.wide,
            SubscribeCOVRequest(
                subscriberProcessIdentifier=process, monitoredObjectIdentifier=ObjectIdentifier((kind, 1)), **wish,
                destination=self.scene.behind(device),
            ),
        )  # fmt: skip

    async def telling(self):
        """Changes of value: both kinds of notification, for a time and for ever, cancelled, refused."""
        wishes = (
            (100, "analog-input", 1, False, 60), (100, "analog-value", 70_000, True, 600), (100, "binary-value", 3, True, 100_000),
            (200, "multi-state-value", 4, False, 0), (100, "analog-input", 5, False, 60), (100, "analog-input", 5, None, None),
            (100, "trend-log", 6, False, 60), (100, "analog-value", 7, None, 60),
        )  # fmt: skip
        for each in wishes:
            await self.subscribe(*each)
        for step in range(1, 4):
            self.scene.building.put(VALUES + step % 2)
            await self.scene.building.tell()
            await asyncio.sleep(0.05)
        for client in (self.wide, self.narrow):
            assert len(await self.read(client, 100, "device", 100, "active-cov-subscriptions")) == 3

    async def finding(self):
        """Who-Is, Who-Has, and messages between routers."""
        found, _ = await discover(self.wide, targets(f"127.0.0.1:{self.scene.port}", [NETWORK]), waits=(0.1, 0.1))
        assert [each.instance for each in found] == [100, 200, LARGE, MIXED, ROUTER]
        everybody = Address(f"{NETWORK}:*@127.0.0.1:{self.scene.port}")
        sought = (
            {"objectName": "room.air"},
            {"objectIdentifier": ObjectIdentifier(("analog-input", 1))},
            {"objectName": "nobody"},
        )
        for each in sought:
            self.wide.request(WhoHasRequest(object=WhoHasObject(**each), destination=everybody))
        asked = await self.wide.nse.who_is_router_to_network(destination=self.router)
        assert [told.iartnNetworkList for _, told in asked] == [[NETWORK]]

    async def provoking(self):
        """Requests of somebody else that cannot be answered as they wish; gives the first octets of the answers' APDUs by kind."""
        wire, got = Wire(), Counter()
        for apdu in (
            bytes([0x02, 0x75, 1, 99]), bytes([0x02, 0x75, 2, 12]), bytes([0x02, 0x75, 3, 12, 0x0C]),
            bytes([0x02, 0x7F, 4, 12]) + read(0, 1, 85), bytes([0x0A, 0x75, 5, 9, 4, 12]), bytes([0x00, 0x00, 6, 12]) + read(8, LARGE, 76),
        ):  # fmt: skip
            wire.send(routed(apdu, device=LARGE), self.scene.port)
        wire.send(confirmed(12, read(8, ROUTER, 200), 8), self.scene.port)
        for message in (b"\x00", b"\x06\x00", b"\x12"):  # which networks, which tables, which number
            body = b"\x01\x80" + message
            wire.send(b"\x81\x0a" + (len(body) + 4).to_bytes(2, "big") + body, self.scene.port)
        with contextlib.suppress(TimeoutError):
            while True:
                frame, _ = await asyncio.wait_for(asyncio.get_running_loop().sock_recvfrom(wire.socket, 2048), 0.3)
                at = 6 + (3 + frame[8] if frame[5] & 0x08 else 0)
                got["network" if frame[5] & 0x80 else frame[at] >> 4] += 1
        wire.close()
        return got
