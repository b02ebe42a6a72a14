"""Subscribers are told of changes once, soon and in full, and those who are gone are forgotten."""

from __future__ import annotations

import asyncio
import dataclasses

import numpy as np
import pytest
from bacpypes3.apdu import SubscribeCOVRequest
from bacpypes3.primitivedata import ObjectIdentifier

from tests.bacnet.test_building import POINTS, play
from tests.bacnet.test_quick import routed
from tests.bacnet.wire import Wire, wrapped
from twin.bacnet.application import RefusedError
from twin.bacnet.building import cov

VALUES = np.array([21.5, 22.0, 1.0, 5000.0, 2.0])


def subscribe(kind=0, instance=1, process=7, confirmed=False, lifetime=600, invoke=1):
    data = bytes([0x09, process, 0x1C]) + (kind << 22 | instance).to_bytes(4, "big")
    if confirmed is not None:
        data += bytes([0x29, int(confirmed)])
    if lifetime is not None:
        data += b"\x3a" + lifetime.to_bytes(2, "big")
    return routed(bytes([0x00, 0x05, invoke, 5]) + data)


async def heard(wire, wait=0.4):
    """Notifications that arrive: (service, invoke or None, data)."""
    found = []
    while True:
        frame = b""
        try:
            frame, _ = await asyncio.wait_for(asyncio.get_running_loop().sock_recvfrom(wire.socket, 2048), wait)
        except TimeoutError:
            return found
        at = 6 + 3 + frame[8] if frame[5] & 0x08 else 6
        apdu = frame[at:]
        if apdu[0] >> 4 == 1:
            found.append((apdu[1], None, apdu[2:]))
        elif apdu[0] >> 4 == 0:
            found.append((apdu[3], apdu[2], apdu[4:]))


@pytest.mark.parametrize(("kind", "row", "small", "big"), [(0, 0, 0.1, 0.3), (2, 1, 0.1, 0.3), (5, 2, 0.0, -1.0)])
def test_changes_as_large_as_the_increment_are_told_once(kind, row, small, big):
    async def act(scene):
        wire = Wire()
        wire.send(subscribe(kind), scene.port)
        first = await heard(wire)
        counts = []
        for change in (small, big, 0.0):
            now[row] += change
            scene.building.put(now)
            await scene.building.tell()
            counts.append(len(await heard(wire)))
        wire.close()
        return first, counts

    now = VALUES.copy()
    first, counts = play(act)
    assert [service for service, _, _ in first] == [2]
    assert counts == [0, 1, 0]


def test_a_change_of_flags_is_told():
    async def act(scene):
        wire = Wire()
        wire.send(subscribe(), scene.port)
        await heard(wire)
        scene.building.put(np.array([np.nan, *VALUES[1:]]))
        await scene.building.tell()
        (told,) = await heard(wire)
        wire.close()
        return told[2]

    data = play(act)
    assert data.endswith(b"\x09\x6f\x2e\x82\x04\x40\x2f\x4f")  # fault


def test_confirmed_notifications_wait_for_each_other_and_tell_the_newest():
    async def act(scene):
        wire = Wire()
        wire.send(subscribe(confirmed=True), scene.port)
        told = await heard(wire)
        for step in range(1, 6):
            scene.building.put(VALUES + np.array([step, 0, 0, 0, 0]))
            await scene.building.tell()
        assert await heard(wire, 0.2) == []
        wire.send(routed(bytes([0x20, told[0][1], 1]), control=0x20), scene.port)
        later = await heard(wire)
        wire.close()
        return told, later

    told, later = play(act)
    assert [service for service, _, _ in told] == [1]
    assert len(later) == 1
    assert np.frombuffer(later[0][2].split(b"\x09\x55\x2e\x44")[1][:4], ">f4")[0] == 26.5


def test_subscribers_who_never_answer_are_forgotten(monkeypatch):
    async def act(scene):
        controller = scene.building.controllers[100]
        controller.subscriptions._ask = lambda apdu: controller.ask(apdu, deadline=0.05)
        wire = Wire()
        for process in range(100):
            wire.send(subscribe(process=process, confirmed=True, invoke=process), scene.port)
        for step in range(30):
            scene.building.put(VALUES + np.array([step, 0, 0, 0, 0]))
            await scene.building.tell()
            await asyncio.sleep(0.05)
        value = await scene.read(100, "analog-input", 1)
        wire.close()
        return value, len(controller.subscriptions), scene.building.counted()["subscribers_lost"]

    value, left, lost = play(act)
    assert value == 50.5
    assert left == 0
    assert lost == 100


def test_two_hundred_confirmed_subscriptions_of_one_peer_all_get_their_value():
    many = [dataclasses.replace(POINTS[0], instance=n, name=f"p{n}", signal=f"p{n}.air") for n in range(1, 201)]

    async def act(scene):
        wire = Wire()
        held = scene.building.controllers[100].subscriptions
        wire.send(subscribe(process=250), scene.port)  # from here on the way back is known
        await heard(wire, 0.1)
        (peer,) = (each.peer for each in held._held.values())
        for row in range(200):
            held.subscribe(peer, row, row, True, 600)
        seen = set()
        while len(seen) < 200:
            frame, _ = await asyncio.wait_for(asyncio.get_running_loop().sock_recvfrom(wire.socket, 2048), 5.0)
            apdu = frame[9 + frame[8] :]
            seen.add(bytes(apdu[4:]))
            wire.send(routed(bytes([0x20, apdu[2], 1]), control=0x20), scene.port)
        await asyncio.sleep(0.2)
        wire.close()
        return len(held), scene.building.counted()["notifications"], scene.building.counted()["subscribers_lost"]

    assert play(act, points=many) == (201, 201, 0)


def test_three_hundred_confirmed_subscriptions_without_an_answer_do_not_stop_the_building():
    async def act(scene):
        wire = Wire()
        for process in range(300):
            wire.send(
                subscribe(process=process % 256, kind=0 if process < 256 else 2, confirmed=True, invoke=process % 200),
                scene.port,
            )
            await asyncio.sleep(0)
        for step in range(20):
            scene.building.put(VALUES + np.array([step, step, 0, 0, 0]))
            await scene.building.tell()
            await asyncio.sleep(0.01)
        value = await asyncio.wait_for(scene.read(100, "analog-input", 1), 2.0)
        wire.close()
        return value

    assert play(act) == 40.5


def test_cancelling_renewing_and_quotas(monkeypatch):
    monkeypatch.setattr(cov, "MOST_OF_PEER", 3)

    async def act(scene):
        wire = Wire()
        controller = scene.building.controllers[100]
        counts = []
        for frame in (subscribe(), subscribe(lifetime=60), subscribe(confirmed=None, lifetime=None)):
            wire.send(frame, scene.port)
            await heard(wire, 0.1)
            counts.append(len(controller.subscriptions))
        for process in range(5):
            wire.send(subscribe(process=process), scene.port)
        await heard(wire, 0.2)
        listed = await scene.read(100, "device", 100, "active-cov-subscriptions")
        wire.close()
        return counts, len(controller.subscriptions), len(listed), scene.building.counted()["subscriptions_refused"]

    assert play(act) == ([1, 1, 0], 3, 3, 2)


def test_a_subscription_ends_with_its_lifetime():
    async def act(scene):
        wire = Wire()
        wire.send(subscribe(lifetime=1), scene.port)
        await heard(wire, 0.1)
        await asyncio.sleep(1.1)
        scene.building.put(VALUES + 5.0)
        told = await scene.building.tell()
        wire.close()
        return told, len(scene.building.controllers[100].subscriptions)

    assert play(act) == (0, 0)


def test_subscribing_to_what_is_not_there_is_refused():
    async def act(scene):
        with pytest.raises(RefusedError, match="unknown-object"):
            await scene.client.ask(
                SubscribeCOVRequest(
                    subscriberProcessIdentifier=1, monitoredObjectIdentifier=ObjectIdentifier(("analog-input", 99)),
                    issueConfirmedNotifications=False, lifetime=60, destination=scene.behind(100),
                )
            )  # fmt: skip

    play(act)


def test_answers_nobody_asked_for_are_counted():
    async def act(scene):
        wire = Wire()
        wire.send(wrapped(bytes([0x20, 9, 1])), scene.port)
        await asyncio.sleep(0.1)
        wire.close()
        return scene.building.counted()["unasked"]

    assert play(act) == 1
