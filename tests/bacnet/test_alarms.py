"""Alarms are raised after their delay, told to those who want them, acknowledged, and over when the value is back."""

from __future__ import annotations

import asyncio
import dataclasses
import math
import socket
from datetime import datetime, timedelta

import numpy as np
import pytest
from bacpypes3.apdu import (
    AcknowledgeAlarmRequest,
    AddListElementRequest,
    GetAlarmSummaryRequest,
    GetEventInformationRequest,
    RemoveListElementRequest,
    SimpleAckPDU,
)
from bacpypes3.basetypes import (
    Destination,
    DeviceAddress,
    EventState,
    EventTransitionBits,
    LimitEnable,
    Recipient,
)
from bacpypes3.constructeddata import Any, ArrayOf, ListOf
from bacpypes3.primitivedata import Null, ObjectIdentifier, PropertyIdentifier, Real, Unsigned

from tests.bacnet.test_building import Scene
from tests.bacnet.test_cov import heard, subscribe
from tests.bacnet.wire import Wire
from twin.bacnet import notices
from twin.bacnet.alarms import Alarms
from twin.bacnet.application import RefusedError, SafeApplication, free_port
from twin.bacnet.board import Board
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
    async def run():
        scene = Watch(**told)
        await asyncio.sleep(0.05)
        try:
            return await act(scene)
        finally:
            await scene.building.stop()
            await scene.client.stop()
            await scene.panel.stop()

    return asyncio.run(asyncio.wait_for(run(), 60.0))


def test_a_limit_passed_for_the_delay_is_an_alarm_that_everybody_learns_of():
    async def act(scene):
        wire = Wire()
        wire.send(subscribe(), scene.port)
        await heard(wire, 0.2)
        await scene.tell(scene.destination(), scene.destination(confirmed=False, processIdentifier=78))
        states = []
        for _ in range(3):
            await scene.pass_time(room_air=33.0)
            flags = await scene.read(100, "analog-input", 1, "status-flags")
            states.append((str(await scene.read(100, "analog-input", 1, "event-state")), list(flags)))
        told = await heard(wire, 0.2)
        wire.close()
        return states, told, scene.panel.confirmed, scene.panel.unconfirmed

    states, told, confirmed, unconfirmed = watch(act)
    assert states == [("normal", [0, 0, 0, 0]), ("high-limit", [1, 0, 0, 0]), ("high-limit", [1, 0, 0, 0])]
    assert [data.endswith(b"\x82\x04\x80\x2f\x4f") for _, _, data in told] == [False, True]  # the value, then in-alarm
    for (each,), process in ((confirmed, 77), (unconfirmed, 78)):
        values = each.eventValues.outOfRange
        assert (int(each.processIdentifier), int(each.notificationClass), int(each.priority)) == (process, 1, 128)
        assert tuple(each.eventObjectIdentifier) == tuple(ObjectIdentifier(("analog-input", 1)))
        assert tuple(each.initiatingDeviceIdentifier) == tuple(ObjectIdentifier(("device", 100)))
        assert (str(each.eventType), str(each.notifyType)) == ("out-of-range", "alarm")
        assert (str(each.fromState), str(each.toState), bool(each.ackRequired)) == ("normal", "high-limit", True)
        assert (values.exceedingValue, values.deadband, values.exceededLimit) == (33.0, 0.5, 32.0)
        assert list(values.statusFlags) == [1, 0, 0, 0]
        assert day(each.timeStamp) == ((119, 7, 3, 3), (10, 2, 0, 0))
        assert each.messageText == "room.air: high-limit"


def test_an_alarm_is_over_below_the_deadband_and_may_be_acknowledged_before_or_after():
    async def act(scene):
        await scene.tell(scene.destination())
        for _ in range(2):
            await scene.pass_time(room_air=33.0)
        await scene.pass_time(room_air=31.8)  # within the deadband
        inside = str(await scene.read(100, "analog-input", 1, "event-state"))
        for _ in range(3):
            await scene.pass_time(room_air=31.0)
        after = str(await scene.read(100, "analog-input", 1, "event-state"))
        acked = list(await scene.read(100, "analog-input", 1, "acked-transitions"))
        first, over = scene.panel.confirmed
        codes = []
        for state, stamp in (
            ("low-limit", first.timeStamp),
            ("fault", first.timeStamp),
            ("high-limit", over.timeStamp),
        ):
            with pytest.raises(RefusedError) as refused:
                await scene.acknowledge(state, stamp)
            codes.append(refused.value.code.split()[-1])
        with pytest.raises(RefusedError) as unknown:
            await scene.acknowledge("high-limit", first.timeStamp, instance=3)
        codes.append(unknown.value.code.split()[-1])
        await scene.acknowledge("high-limit", first.timeStamp)
        await asyncio.sleep(0.1)
        stamps = await scene.read(100, "analog-input", 1, "event-time-stamps")
        return (
            inside,
            after,
            acked,
            codes,
            scene.panel.confirmed,
            list(await scene.read(100, "analog-input", 1, "acked-transitions")),
            stamps,
        )

    inside, after, acked, codes, told, acked_now, stamps = watch(act)
    assert (inside, after, acked, acked_now) == ("high-limit", "normal", [0, 1, 1], [1, 1, 1])
    assert codes[:2] == ["invalid-event-state"] * 2
    assert codes[2:] == ["invalid-time-stamp", "no-alarm-configured"]
    assert [str(each.toState) for each in told] == ["high-limit", "normal", "high-limit"]
    assert [str(each.notifyType) for each in told] == ["alarm", "alarm", "ack-notification"]
    assert told[2].fromState is None
    assert told[2].eventValues is None
    assert "operator" in told[2].messageText
    assert day(stamps[1]) == ((255,) * 4, (255,) * 4)
    assert [day(stamps[place]) for place in (0, 2)] == [day(each.timeStamp) for each in told[:2]]


def test_a_fault_is_told_without_delay_and_a_trip_by_its_state():
    async def act(scene):
        await scene.tell(scene.destination())
        await scene.pass_time(room_air=NAN, fan_trip=1.0)
        at_once = [str(each.toState) for each in scene.panel.confirmed]
        await scene.pass_time(room_air=22.0)
        state = str(await scene.read(100, "binary-input", 1, "event-state"))
        value = str(await scene.read(100, "binary-input", 1, "alarm-value"))
        return at_once, scene.panel.confirmed, state, value

    at_once, told, state, value = watch(act)
    assert at_once == ["fault"]
    assert str(told[0].eventType) == "change-of-reliability"
    assert str(told[0].eventValues.changeOfReliability.reliability) == "unreliable-other"
    assert list(told[0].eventValues.changeOfReliability.statusFlags) == [1, 1, 0, 0]
    assert sorted((str(each.eventType), str(each.toState)) for each in told[1:]) == [
        ("change-of-reliability", "normal"), ("change-of-state", "offnormal")
    ]  # fmt: skip
    trip = next(each for each in told if str(each.eventType) == "change-of-state")
    assert str(trip.eventValues.changeOfState.newState.binaryValue) == "active"
    assert (state, value) == ("offnormal", "active")


def test_windows_of_time_and_kinds_of_transitions_are_honoured():
    async def act(scene):
        await scene.tell(
            scene.destination(processIdentifier=1, fromTime=(12, 0, 0, 0)),
            scene.destination(processIdentifier=2, toTime=(9, 59, 59, 99)),
            scene.destination(processIdentifier=3, validDays=[1, 1, 0, 1, 1, 1, 1]),  # 3 July 2019 is a Wednesday
            scene.destination(processIdentifier=4, transitions=[0, 1, 1]),
            scene.destination(processIdentifier=5, transitions=[1, 0, 0]),
        )
        for value in (10.0, 10.0, 22.0, 22.0):
            await scene.pass_time(room_air=value)
        first = [(int(each.processIdentifier), str(each.toState)) for each in scene.panel.confirmed]
        scene.panel.confirmed.clear()
        scene.now = datetime(2019, 7, 4, 12)
        for value in (10.0, 10.0):
            await scene.pass_time(room_air=value)
        second = sorted(int(each.processIdentifier) for each in scene.panel.confirmed)
        return first, second

    first, second = watch(act)
    assert first == [(5, "low-limit"), (4, "normal")]
    assert second == [1, 3, 5]


def test_nobody_waits_for_a_recipient_that_does_not_answer(monkeypatch):
    async def act(scene):
        controller = scene.building.controllers[100]
        controller.notices._ask = lambda apdu: controller.ask(apdu, deadline=0.05)
        deaf = Wire()
        await scene.tell(scene.destination(deaf.port), scene.destination())
        for value in (33.0, 33.0, 22.0, 22.0):
            await scene.pass_time(room_air=value)
        await asyncio.sleep(0.4)
        tries = len(await heard(deaf, 0.1))
        deaf.close()
        return tries, len(scene.panel.confirmed), scene.building.counted(), len(controller.notices._tasks)

    monkeypatch.setattr(notices, "TRIES", 3)
    tries, told, counted, left = watch(act)
    assert told == 2
    assert tries >= 4  # three for the first, one for the second
    assert counted["event_notifications_unanswered"] == 2
    assert left == 0


def test_a_recipient_is_found_by_its_device():
    async def act(scene):
        everybody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        everybody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        everybody.bind(("127.255.255.255", scene.port))
        everybody.setblocking(False)
        await scene.tell(scene.destination(recipient=Recipient(device=ObjectIdentifier(("device", 10)))))
        for value in (33.0, 33.0, 22.0, 22.0):
            await scene.pass_time(room_air=value)
        asked = await asyncio.get_running_loop().sock_recv(everybody, 2048)
        everybody.close()
        scene.panel.i_am(scene.behind(100))
        await asyncio.sleep(0.3)
        return asked, [str(each.toState) for each in scene.panel.confirmed], scene.building.counted()["forged"]

    asked, told, forged = watch(act)
    assert asked.endswith(bytes([0x10, 8, 0x09, 10, 0x19, 10]))  # Who-Is 10
    assert told == ["high-limit", "normal"]
    assert forged == 0


def test_waiting_notifications_are_bounded(monkeypatch):
    many = [dataclasses.replace(POINTS[0], instance=n, name=f"p{n}.air", signal=f"p{n}.air") for n in range(1, 201)]

    async def act(scene):
        await scene.tell(scene.destination(free_port("127.0.0.1"), confirmed=True))
        scene.values[:] = 40.0
        for _ in range(2):
            await scene.pass_time()
        held = scene.building.controllers[100].notices
        return sum(len(each) for each in held._waiting.values()), scene.building.counted()[
            "event_notifications_dropped"
        ]

    monkeypatch.setattr(notices, "MOST_WAITING", 50)
    waiting, dropped = watch(act, points=many)
    assert waiting <= 50
    assert dropped == 150


def test_event_information_comes_in_pages_that_fit_the_asker():
    many = [dataclasses.replace(POINTS[0], instance=n, name=f"p{n}.air", signal=f"p{n}.air") for n in range(1, 101)]

    async def act(scene):
        scene.values[10:] = 40.0
        for _ in range(2):
            await scene.pass_time()
        found, pages, last = [], [], None
        while True:
            told = {} if last is None else {"lastReceivedObjectIdentifier": last}
            answer = await scene.client.ask(GetEventInformationRequest(destination=scene.behind(100), **told))
            found += answer.listOfEventSummaries
            pages.append(len(answer.listOfEventSummaries))
            if not answer.moreEvents:
                break
            last = found[-1].objectIdentifier
        small = GetEventInformationRequest(destination=scene.behind(100))
        small.apduMaxResp = 2
        summary = await scene.client.ask(GetAlarmSummaryRequest(destination=scene.behind(100)))
        none = await scene.client.ask(GetEventInformationRequest(destination=scene.behind(200)))
        return found, pages, summary.listOfAlarmSummaries, len(none.listOfEventSummaries), bool(none.moreEvents)

    found, pages, summary, none, more = watch(act, points=[*many, POINTS[4]])
    assert [int(each.objectIdentifier[1]) for each in found] == [*range(11, 101)]
    assert pages == [24, 24, 24, 18]
    assert {str(each.eventState) for each in found} == {"high-limit"}
    assert list(found[0].acknowledgedTransitions) == [0, 1, 1]
    assert [int(each) for each in found[0].eventPriorities] == [128, 192, 192]
    assert day(found[0].eventTimeStamps[0]) == ((119, 7, 3, 3), (10, 2, 0, 0))
    assert [int(each.objectIdentifier[1]) for each in summary] == [*range(11, 101)]
    assert {(str(each.alarmState), tuple(each.acknowledgedTransitions)) for each in summary} == {
        ("high-limit", (0, 1, 1))
    }
    assert (none, more) == (0, False)


def test_limits_are_written_by_listed_writers_and_obeyed():
    async def act(scene):
        for prop, value in (
            ("high-limit", Real(28.0)), ("low-limit", Real(18.0)), ("deadband", Real(2.0)), ("time-delay", Unsigned(0)),
            ("time-delay-normal", Unsigned(120)), ("event-enable", EventTransitionBits([1, 0, 0])),
        ):  # fmt: skip
            await scene.write(100, "analog-input", 1, value, prop=prop)
        await scene.tell(scene.destination())
        states = []
        for value in (28.5, 27.0, 25.0, 25.0, 25.0, 17.0):
            await scene.pass_time(room_air=value)
            states.append(str(await scene.read(100, "analog-input", 1, "event-state")))
        await scene.write(100, "analog-input", 1, LimitEnable([0, 1]), prop="limit-enable")
        await scene.pass_time()
        states.append(str(await scene.read(100, "analog-input", 1, "event-state")))
        whole = [
            await scene.read(100, "analog-input", 1, prop)
            for prop in ("high-limit", "low-limit", "deadband", "time-delay")
        ]
        return states, whole, [str(each.toState) for each in scene.panel.confirmed]

    states, whole, told = watch(act)
    assert states == ["high-limit", "high-limit", "high-limit", "high-limit", "normal", "low-limit", "normal"]
    assert whole == [28.0, 18.0, 2.0, 0]
    assert told == ["high-limit", "low-limit"]


BAD = [
    ("analog-input", 1, "high-limit", Real(NAN), "value-out-of-range"),
    ("analog-input", 1, "high-limit", Real(14.0), "value-out-of-range"),
    ("analog-input", 1, "low-limit", Real(33.0), "value-out-of-range"),
    ("analog-input", 1, "high-limit", Unsigned(30), "invalid-data-type"),
    ("analog-input", 1, "deadband", Real(-1.0), "value-out-of-range"),
    ("analog-input", 1, "time-delay", Unsigned(90_000), "value-out-of-range"),
    ("analog-input", 1, "limit-enable", EventTransitionBits([1, 1, 1]), "value-out-of-range"),
    ("analog-input", 1, "event-enable", Null(()), "invalid-data-type"),
    ("analog-input", 1, "acked-transitions", EventTransitionBits([1, 1, 1]), "write-access-denied"),
    ("analog-input", 3, "high-limit", Real(1.0), "write-access-denied"),
    ("binary-input", 1, "high-limit", Real(1.0), "write-access-denied"),
    ("notification-class", 1, "recipient-list", Unsigned(1), "invalid-data-type"),
    ("notification-class", 1, "priority", ArrayOf(Unsigned)([1, 2]), "value-out-of-range"),
    ("notification-class", 1, "priority", ArrayOf(Unsigned)([1, 2, 256]), "value-out-of-range"),
    ("notification-class", 1, "notification-class", Unsigned(2), "write-access-denied"),
]


def test_malformed_writes_are_refused_and_change_nothing():
    async def act(scene):
        before = [await scene.read(100, kind, number, prop) for kind, number, prop, _, code in BAD if code[0] != "w"]
        codes = []
        for kind, number, prop, value, _ in BAD:
            with pytest.raises(RefusedError) as refused:
                await scene.write(100, kind, number, value, prop=prop)
            codes.append(refused.value.code.split()[-1])
        wrong = [
            scene.destination(fromTime=(25, 0, 0, 0)),
            scene.destination(fromTime=(255, 255, 255, 255)),
            scene.destination(recipient=Recipient(device=ObjectIdentifier(("analog-input", 1)))),
            scene.destination(
                recipient=Recipient(address=DeviceAddress(networkNumber=65535, macAddress=b""))
            ),  # confirmed
        ]
        for each in wrong:
            with pytest.raises(RefusedError, match="value-out-of-range"):
                await scene.tell(scene.destination(), each)
        with pytest.raises(RefusedError, match="no-space-to-write-property"):
            await scene.tell(*[scene.destination(processIdentifier=n) for n in range(33)])
        after = [await scene.read(100, kind, number, prop) for kind, number, prop, _, code in BAD if code[0] != "w"]
        return codes, before, after

    codes, before, after = watch(act)
    assert codes == [row[-1] for row in BAD]
    assert before == after


def test_strangers_may_neither_acknowledge_nor_enlist():
    async def act(scene):
        for _ in range(2):
            await scene.pass_time(room_air=33.0)
        stamps = await scene.read(100, "analog-input", 1, "event-time-stamps")
        with pytest.raises(RefusedError, match="service-request-denied"):
            await scene.acknowledge("high-limit", stamps[0])
        with pytest.raises(RefusedError, match="write-access-denied"):
            await scene.tell(scene.destination())
        with pytest.raises(RefusedError, match="write-access-denied"):
            await scene.change_list(AddListElementRequest, Destination, scene.destination())
        return list(await scene.read(100, "notification-class", 1, "recipient-list"))

    assert watch(act, writers=["10.0.0.5"]) == []


def test_recipients_are_added_and_removed_one_by_one():
    async def act(scene):
        first, second = scene.destination(), scene.destination(processIdentifier=78)
        await scene.tell(first)
        await scene.change_list(AddListElementRequest, Destination, second, first)
        both = len(await scene.read(100, "notification-class", 1, "recipient-list"))
        await scene.change_list(RemoveListElementRequest, Destination, first)
        left = [
            int(each.processIdentifier) for each in await scene.read(100, "notification-class", 1, "recipient-list")
        ]
        with pytest.raises(RefusedError) as missing:
            await scene.change_list(RemoveListElementRequest, Destination, first)
        for _ in range(2):
            await scene.pass_time(room_air=33.0)
        return (
            both,
            left,
            missing.value.code.split()[-1],
            [int(each.processIdentifier) for each in scene.panel.confirmed],
        )

    assert watch(act) == (2, [78], "list-element-not-found", [78])


def test_the_services_are_announced_and_every_property_can_be_read():
    async def act(scene):
        supported = await scene.read(100, "device", 100, "protocol-services-supported")
        objects = [(str(kind), int(number)) for kind, number in await scene.read(100, "device", 100, "object-list")]
        found = {}
        for kind, number in (("analog-input", 1), ("binary-input", 1), ("notification-class", 1)):
            told = await scene.client.timed(
                scene.client.read_property_multiple(scene.behind(100), [ObjectIdentifier((kind, number)), ["all"]]),
                "all",
            )
            found[kind] = {str(prop): value for _, prop, _, value in told}
        return supported, objects, found

    supported, objects, found = watch(act)
    for name in (
        "acknowledge-alarm",
        "get-event-information",
        "get-alarm-summary",
        "add-list-element",
        "remove-list-element",
    ):
        assert supported[name] == 1, name
    assert supported["confirmed-event-notification"] == 0
    assert ("notification-class", 1) in objects
    assert found["analog-input"]["high-limit"] == 32.0
    assert {"deadband", "limit-enable", "event-enable", "acked-transitions", "event-time-stamps", "notify-type"} <= set(
        found["analog-input"]
    )
    assert {"alarm-value", "event-state", "time-delay-normal"} <= set(found["binary-input"])
    assert {"priority", "ack-required", "recipient-list"} <= set(found["notification-class"])


def test_ten_thousand_points_change_state_all_at_once():
    points = [
        dataclasses.replace(POINTS[0], instance=n, name=f"p{n}.air", signal=f"p{n}.air") for n in range(1, 10_001)
    ]
    board = Board(points, lambda *told: None)
    alarms = Alarms(board)
    for minute, value in enumerate((22.0, 40.0, 40.0, 10.0, 10.0, 22.0, 22.0)):
        board.put(np.full(10_000, value))
        found = alarms.look(START + timedelta(minutes=minute))
        assert len(found) == (10_000 if minute in (2, 4, 6) else 0)
    assert (alarms.state == 0).all()
    assert (board.flags == 0).all()
