"""Alarms are raised after their delay, told to those who want them, acknowledged, and over when the value is back."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from datetime import datetime, timedelta

import numpy as np
import pytest
from bacpypes3.basetypes import (
    Recipient,
    TimeStamp,
)
from bacpypes3.primitivedata import ObjectIdentifier

from tests.bacnet.test_cov import heard, subscribe
from tests.bacnet.watch import NAN, POINTS, START, day, watch
from tests.bacnet.wire import Wire
from twin.bacnet.application import RefusedError, free_port
from twin.bacnet.building import notices
from twin.bacnet.building.alarms import Alarms
from twin.bacnet.building.board import Board


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
        with pytest.raises(RefusedError, match="invalid-time-stamp"):
            await scene.acknowledge("high-limit", TimeStamp(sequenceNumber=1))
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
