"""A building whose clock is turned by hand, and a panel that is told of its alarms."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime, timedelta

import numpy as np
from bacpypes3.apdu import (
    AcknowledgeAlarmRequest,
    SimpleAckPDU,
)
from bacpypes3.basetypes import (
    Destination,
    DeviceAddress,
    EventState,
    Recipient,
)
from bacpypes3.constructeddata import Any, ListOf
from bacpypes3.primitivedata import ObjectIdentifier, PropertyIdentifier

from tests.bacnet.test_building import Scene, play
from twin.bacnet.application import SafeApplication, free_port
from twin.bacnet.clock import Clock
from twin.bacnet.points import Point

NAN = math.nan
POINTS = [
    Point(100, "AI", 1, "room.air", "room.air", "degC", "Air", 0.5, NAN, NAN, 15.0, 32.0),
    Point(100, "AI", 2, "hall.air", "hall.air", "degC", "Air", 0.5, NAN, NAN, 15.0, 32.0),
    Point(100, "BI", 1, "fan.trip", "fan.trip", "1", "Trip", 0.0, NAN, NAN, 0.0, 1.0),
    Point(100, "AI", 3, "room.humid", "room.humid", "1", "Humidity", 0.1, NAN, NAN),
    Point(200, "AI", 1, "plant.power", "plant.power", "W", "Power", 500.0, NAN, NAN),
]
START = datetime(2019, 7, 3, 10)
NORMAL = np.array([22.0, 22.0, 0.0, 0.5, 5000.0])


def day(told):
    """An event state, time stamp or other value as text or plain numbers."""
    return tuple(told.dateTime.date), tuple(told.dateTime.time)


class Panel(SafeApplication):
    """A client that is told of alarms."""

    def __init__(self, *told, **named):
        super().__init__(*told, **named)
        self.confirmed, self.unconfirmed = [], []

    async def do_ConfirmedEventNotificationRequest(self, apdu):  # noqa: N802
        self.confirmed.append(apdu)
        await self.response(SimpleAckPDU(context=apdu))

    async def do_UnconfirmedEventNotificationRequest(self, apdu):  # noqa: N802
        self.unconfirmed.append(apdu)


class Watch(Scene):
    """A building with a clock that is turned by hand, and a panel."""

    def __init__(self, points=POINTS, **told):
        self.now = START
        super().__init__(points=points, clock=Clock(lambda: self.now), **told)
        self.values = NORMAL.copy() if len(points) == len(NORMAL) else np.full(len(points), 22.0)
        self.building.put(self.values)
        self.panel = Panel.start("127.0.0.1", free_port("127.0.0.1"), 10, "panel", mask=8)
        self.alarms = self.building.controllers[100].alarms

    async def stop(self):
        await super().stop()
        await self.panel.stop()

    async def pass_time(self, seconds=60, **values):
        self.now += timedelta(seconds=seconds)
        for name, value in values.items():
            self.values[[each.name for each in self.building.points].index(name.replace("_", ".", 1))] = value
        self.building.put(self.values)
        await self.building.tell()
        await asyncio.sleep(0.08)

    def destination(self, port=None, confirmed=True, **told):
        octets = bytes([127, 0, 0, 1]) + (port or self.panel_port).to_bytes(2, "big")
        return Destination(**{
            "validDays": [1] * 7, "fromTime": (0, 0, 0, 0), "toTime": (23, 59, 59, 99), "processIdentifier": 77,
            "recipient": Recipient(address=DeviceAddress(networkNumber=1, macAddress=octets)),
            "issueConfirmedNotifications": confirmed, "transitions": [1, 1, 1],
        } | told)  # fmt: skip

    @property
    def panel_port(self):
        (layer,) = self.panel.link_layers.values()
        return layer.server.local_address[1]

    async def tell(self, *destinations):
        await self.write(100, "notification-class", 1, ListOf(Destination)(list(destinations)), prop="recipient-list")

    async def change_list(self, request, kind, *elements, device=100):
        told = Any(ListOf(kind)(list(elements)))
        await self.client.ask(
            request(
                objectIdentifier=ObjectIdentifier(("notification-class", 1)), propertyIdentifier=PropertyIdentifier("recipient-list"),
                listOfElements=told, destination=self.behind(device),
            )
        )  # fmt: skip

    async def acknowledge(self, state, stamp, kind="analog-input", instance=1):
        await self.client.ask(
            AcknowledgeAlarmRequest(
                acknowledgingProcessIdentifier=1, eventObjectIdentifier=ObjectIdentifier((kind, instance)), acknowledgmentSource="operator",
                eventStateAcknowledged=EventState(state), timeStamp=stamp, timeOfAcknowledgment=stamp, destination=self.behind(100),
            )
        )  # fmt: skip


def watch(act, **told):
    return play(act, Watch, **told)
