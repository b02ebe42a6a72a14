"""Who asks for alarms gets them in pages, and only listed writers change limits and recipients."""

from __future__ import annotations

import dataclasses

import pytest
from bacpypes3.apdu import (
    AddListElementRequest,
    GetAlarmSummaryRequest,
    GetEventInformationRequest,
    RemoveListElementRequest,
)
from bacpypes3.basetypes import (
    Destination,
    DeviceAddress,
    EventTransitionBits,
    LimitEnable,
    Recipient,
)
from bacpypes3.constructeddata import ArrayOf
from bacpypes3.primitivedata import Null, ObjectIdentifier, Real, Unsigned

from tests.bacnet.test_quick import routed
from tests.bacnet.watch import NAN, POINTS, day, watch
from tests.bacnet.wire import Wire
from twin.bacnet.application import RefusedError


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
        wire = Wire()
        wire.send(routed(bytes([0x00, 0x02, 9, 29])), scene.port)
        small, _ = await wire.receive()
        wire.close()
        summary = await scene.client.ask(GetAlarmSummaryRequest(destination=scene.behind(100)))
        none = await scene.client.ask(GetEventInformationRequest(destination=scene.behind(200)))
        small = small[small.index(b"\x30\x09\x1d") :]
        return small, found, pages, summary.listOfAlarmSummaries, len(none.listOfEventSummaries), bool(none.moreEvents)

    small, found, pages, summary, none, more = watch(act, points=[*many, POINTS[4]])
    assert [int(each.objectIdentifier[1]) for each in found] == [*range(11, 101)]
    assert pages == [24, 24, 24, 18]
    assert len(small) <= 206
    assert small.count(b"\x19\x03") == 3  # high-limit
    assert small.endswith(b"\x0f\x19\x01")  # and there are more
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
