"""What changes is told at once, what is not told is polled, and no subscription outlives its reader."""

from __future__ import annotations

import asyncio
import struct
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bacnet.field import FieldDevice
from tests.bacnet.test_building import NAN, POINTS, Scene
from twin.bacnet.application import free_port
from twin.bacnet.gateway import changes, watch
from twin.bacnet.gateway.discover import Client
from twin.bacnet.gateway.peer import Peer
from twin.bacnet.gateway.poller import Poller
from twin.bacnet.gateway.watch import Watch
from twin.bacnet.points import Point
from twin.errors import BacnetError

SENSORS = [Point(7, "AI", n, f"s{n}", f"s{n}.air", "degC", "", 0.2, NAN, NAN) for n in range(1, 6)]


class Desk:
    """A client with a poller and a watch, and what they took: (signal, value, quality)."""

    def __init__(self, peers, **told):
        self.port = free_port("127.0.0.1")
        self.client = Client.start("127.0.0.1", self.port, 10, "client", mask=8)
        self.took = []
        self.poller = Poller(self.client, peers, self._take, rate=1e4, deadline=0.2, safety=told.pop("safety", 600.0))
        self.watch = Watch(self.poller, **told)
        self.client.notified = self.watch.take
        self.stop = asyncio.Event()
        self.polling = None

    def _take(self, points, values, quality, _when):
        self.took += [
            (point.signal, value, code)
            for point, value, code in zip(points, values.tolist(), quality.tolist(), strict=True)
        ]

    def start(self, period=0.1):
        for peer in self.poller.peers:
            self.watch.add(peer)
        self.polling = asyncio.create_task(self.poller.run(period, self.stop))

    async def close(self):
        self.stop.set()
        await self.watch.stop()
        if self.polling:
            await self.polling
        await self.client.stop()
        assert self.watch.problem is None


def play(act, device=None, **told):
    """Act with a desk and a device of the field."""

    async def run():
        made = FieldDevice(7, **(device or {}))
        desk = Desk([Peer(7, made.address, SENSORS, longest=made.longest)], **told)
        await asyncio.sleep(0.05)
        try:
            return await act(desk, made)
        finally:
            await desk.close()
            made.close()

    return asyncio.run(asyncio.wait_for(run(), 30.0))


async def until(done, wait=20.0):
    """Wait until something is true."""
    end = time.monotonic() + wait
    while not done():
        assert time.monotonic() < end, "it did not become true in time"
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_virtual_building_is_watched_renewed_and_left(confirmed):
    async def run():
        scene = Scene()
        board = scene.building.controllers[100].subscriptions
        points = [point for point in POINTS if point.device == 100]
        desk = Desk([Peer(100, scene.behind(100), points)], confirmed=confirmed, lifetime=2.0)
        await asyncio.sleep(0.05)
        desk.start()
        await until(lambda: desk.watch.counted["notices"] == desk.watch.held(100) == 2)
        assert len(board) == 2  # the switch has no increment
        assert {each.confirmed for each in board._held.values()} == {confirmed}
        desk.took.clear()
        scene.building.put(np.array([25.0, 40.0, 1.0, 5000.0, 2.0]))
        await scene.building.tell()
        await until(lambda: len([each for each in desk.took if each[0] != "room.on"]) == 2)
        told = [each for each in desk.took if each[0] != "room.on"]
        await asyncio.sleep(4.0)
        held, renewed = len(board), desk.watch.counted["renewals"]
        unanswered = scene.building.counted()["notifications_unanswered"]
        await desk.close()
        left = len(board)
        await scene.building.stop()
        await scene.client.stop()
        return told, held, renewed, left, unanswered, desk.watch.counted

    told, held, renewed, left, unanswered, counted = asyncio.run(asyncio.wait_for(run(), 30.0))
    assert sorted(told) == [("room.air", 25.0, 0), ("room.wanted", 40.0, 4)]
    assert held == 2
    assert 4 <= renewed <= 10  # twice two in four seconds at the least, at 1.4 s each; five times two at the most
    assert (left, counted["subscriptions_ended"], unanswered) == (0, 2, 0)
    assert counted["subscriptions"] == 2


def test_subscriptions_have_a_lifetime_and_spread_renewals():
    async def act(desk, device):
        desk.start()
        await until(lambda: len(device.subscribed) == 5)
        lifetimes = {lifetime for _, _, _, lifetime in device.subscribed.values()}
        due = desk.watch._wishes[7].due - time.monotonic()
        return lifetimes, due.tolist(), {process for process, *_ in device.subscribed.values()}, desk.watch.process

    lifetimes, due, processes, own = play(act, lifetime=400.0)
    assert lifetimes == {400}
    assert processes == {own}
    assert all(195.0 < each < 281.0 for each in due)
    assert len({round(each, 3) for each in due}) == 5
    with pytest.raises(BacnetError, match="without end"):
        Watch(None, lifetime=0.0)


def test_watched_points_are_polled_seldom_and_lost_notifications_are_caught():
    async def act(desk, device):
        desk.start()
        await until(lambda: desk.watch.counted["notices"] == 5)
        await asyncio.sleep(0.3)
        device.asked.clear()
        device.values[3] = 99.0  # and its notification is lost
        began = time.monotonic()
        await until(lambda: ("s3.air", 99.0, 0) in desk.took)
        took = time.monotonic() - began
        await asyncio.sleep(2.5)
        return took, [keys for _, keys in device.asked]

    took, asked = play(act, safety=1.0)
    assert 0.02 < took < 1.2
    assert all(keys == [1, 2, 3, 4, 5] for keys in asked)
    assert 2 <= len(asked) <= 5  # and not every tenth of a second


def test_only_so_many_subscriptions_are_asked_of_a_device():
    async def act(desk, device):
        desk.start()
        await until(lambda: desk.watch.counted["notices"] == 2)
        await asyncio.sleep(0.3)
        device.asked.clear()
        await asyncio.sleep(0.5)
        return sorted(device.subscribed), {tuple(keys) for _, keys in device.asked}, device.services[5]

    held, asked, requests = play(act, most=2)
    assert held == [1, 2]
    assert requests == 2
    assert asked == {(3, 4, 5)}


@pytest.mark.parametrize(
    "refusal",
    [b"\x50\x91\x02\x91\x12", b"\x50\x91\x05\x91\x2d", b"\x60\x09", b"\x71\x04"],
    ids=["no space", "not supported", "unrecognised service", "abort"],
)
def test_what_is_refused_is_polled(refusal, monkeypatch):
    monkeypatch.setattr(watch, "AGAIN", 1.0)

    async def act(desk, device):
        device.refuse = refusal
        desk.start()
        await until(lambda: desk.watch.counted["subscriptions_refused"] == 3)
        device.asked.clear()
        await asyncio.sleep(0.5)
        asked, requests = [keys for _, keys in device.asked], device.services[5]
        device.refuse = b""
        await until(lambda: len(device.subscribed) == 5)
        return asked, requests

    asked, requests = play(act)
    assert requests == 3  # of five: then the device is left alone for a while
    assert len(asked) >= 3
    assert all(keys == [1, 2, 3, 4, 5] for keys in asked)


def test_subscriptions_without_an_answer_are_polled_and_asked_for_again(monkeypatch):
    monkeypatch.setattr(watch, "PAUSE", 0.5)

    async def act(desk, device):
        device.deaf = True
        desk.start()
        await until(lambda: desk.watch.counted["subscriptions_unanswered"] == 2)
        polled = len(device.asked)
        device.deaf = False
        await until(lambda: desk.watch.held(7) == 5)
        return polled

    assert play(act) > 3


def test_an_acknowledged_subscription_that_tells_nothing_is_polled_all_the_same():
    async def act(desk, device):
        device.notify = lambda key: None
        desk.start()
        await until(lambda: desk.watch.held(7) == 5)
        device.asked.clear()
        await asyncio.sleep(0.5)
        return len(device.asked), desk.poller.peers[0].groups[0].watched.any()

    polled, watched = play(act)
    assert polled >= 3
    assert not watched


def test_a_watch_that_is_woken_as_it_stops_stops_all_the_same():
    async def act(desk, device):
        desk.start()
        await until(lambda: desk.watch.held(7) == 5)
        desk.watch.renew(desk.poller.peers[0])
        await asyncio.wait_for(desk.watch.stop(), 5.0)
        return desk.watch.held(7)

    assert play(act) == 0


def test_a_device_that_has_restarted_is_subscribed_to_again():
    async def act(desk, device):
        desk.start()
        await until(lambda: desk.watch.held(7) == 5)
        device.subscribed.clear()
        peer = desk.poller.peers[0]
        await asyncio.sleep(1.0)  # a quarter of the lifetime: announcements are not answered more often
        for _ in range(3):
            desk.watch.announced(peer)
        await until(lambda: len(device.subscribed) == 5, 0.5)
        desk.watch.announced(peer)
        await asyncio.sleep(0.3)
        soon = device.services[5]
        await until(lambda: device.services[5] == 15, 1.0)
        return soon

    assert play(act, lifetime=4.0) == 10


def test_a_device_that_comes_back_is_polled_at_once_and_subscribed_to_again(monkeypatch):
    monkeypatch.setattr("twin.bacnet.gateway.poller.FIRST_PAUSE", 0.2)

    async def act(desk, device):
        desk.start()
        await until(lambda: desk.watch.held(7) == 5 and desk.watch.counted["notices"] == 5)
        device.silent = True
        device.subscribed.clear()
        await until(lambda: desk.poller.counted["went_away"] == 1)
        device.silent = False
        device.values[1] = 77.0
        desk.took.clear()
        await until(lambda: desk.poller.counted["came_back"] == 1)
        await until(lambda: ("s1.air", 77.0, 0) in desk.took, 0.5)
        await until(lambda: len(device.subscribed) == 5)
        return desk.watch.counted["resubscribed"]

    assert play(act, safety=0.5) == 1


def test_expired_subscriptions_fall_back_to_polling(monkeypatch):
    monkeypatch.setattr(watch, "PAUSE", 0.3)

    async def act(desk, device):
        desk.start()
        await until(lambda: desk.watch.counted["notices"] == 5)
        device.deaf = True
        await until(lambda: desk.watch.counted["fell_back_to_polling"] == 5)
        device.asked.clear()
        await asyncio.sleep(0.5)
        return len(device.asked), desk.watch.held(7)

    polled, held = play(act, lifetime=1.5)
    assert polled >= 3
    assert held == 0


def test_wrong_notifications_are_counted_and_confirmed_ones_answered():
    async def act(desk, device):
        desk.start()
        await until(lambda: desk.watch.counted["notices"] == 5)
        stranger = FieldDevice(7)
        stranger.subscribed[1] = device.subscribed[1]
        desk.took.clear()
        device.notify(1, confirmed=True)
        await until(lambda: device.acknowledged)
        device.notify(1, process=desk.watch.process + 1, confirmed=True)
        await until(lambda: len(device.acknowledged) == 2)
        device.notify(1, told=9, confirmed=True)
        await until(lambda: len(device.acknowledged) == 3)
        stranger.notify(1, confirmed=True)
        await until(lambda: stranger.acknowledged)
        for _ in range(3):
            device.notify(1, device=8)
        device.wire.send(b"\x81\x0a\x00\x0c\x01\x00\x10\x02\x09\x01\x1c\x02", desk.port)
        device.wire.send(b"\x81\x0a\x00\x0e\x01\x04\x00\x05\x63\x01\x09\x01\x1c\x02", desk.port)
        await until(lambda: desk.watch.counted["notices_malformed"] == 1 and len(device.acknowledged) == 4)
        stranger.close()
        good = [each for each in desk.took if each[0] == "s1.air"]
        return device.acknowledged, stranger.acknowledged, desk.watch.counted, good

    answers, strange, counted, good = play(act, safety=600.0)
    unknown = b"\x05\x91\x05\x91\x4f"  # services, unknown-subscription (ASHRAE 135, 13.1.2)
    assert answers[0] == b"\x20\x01\x01"
    assert [each[0] for each in answers] == [0x20, 0x50, 0x50, 0x60]
    assert [each[-4:] for each in (*answers[1:3], *strange)] == [unknown[1:]] * 3
    assert counted["notices_of_other_processes"] == 1
    assert counted["notices_of_other_objects"] == 1
    assert counted["notices_of_strangers"] == 4
    assert good.count(("s1.air", 1.0, 0)) == len(good)


def test_without_a_watch_notifications_are_refused():
    async def act(desk, device):
        desk.client.notified = None
        device.subscribed[1] = (5, ("127.0.0.1", desk.port), True, 60)
        device.notify(1)
        await until(lambda: device.acknowledged)
        return device.acknowledged, desk.client.counted["notices_unasked"]

    answers, counted = play(act)
    assert [each[0] for each in answers] == [0x50]
    assert counted == 1


VALUES = [
    (b"\x44" + struct.pack(">f", 21.5), 21.5),
    (b"\x55\x08" + struct.pack(">d", 21.5), 21.5),
    (b"\x91\x01", 1.0),
    (b"\x21\x07", 7.0),
    (b"\x31\xff", -1.0),
    (b"\x11", 1.0),
    (b"\x00", NAN),
    (b"\x0e\x21\x01\x0f", NAN),
]


@pytest.mark.parametrize(("octets", "value"), VALUES)
def test_values_of_every_kind_are_read(octets, value):
    head = bytes.fromhex("09121c02000007 2c00000003 39 3c 4e".replace(" ", ""))
    told = changes.read(
        head + b"\x09\x55\x2e" + octets + b"\x2f\x09\x6f\x2e\x82\x04\x40\x2f\x09\x1c\x2e\x44\0\0\0\0\x2f\x4f"
    )
    assert (told.process, told.device, told.key, told.left, told.flags) == (18, 7, 3, 60, 2)
    assert np.array_equal(told.value, value, equal_nan=True)


@pytest.mark.parametrize("flags", [b"\x22\x04\x00", b"\x31\xff", b"\x44\x7f\xc0\x00\x00", b"\x2a\xff\xff"])
def test_flags_that_are_none_are_malformed(flags):
    head = bytes.fromhex("09121c020000072c00000003393c4e") + b"\x09\x55\x2e\x44\x41\xac\x00\x00\x2f"
    with pytest.raises(ValueError, match="four bits"):
        changes.read(head + b"\x09\x6f\x2e" + flags + b"\x2f\x4f")


@given(st.binary(max_size=80))
def test_no_octets_stop_the_reading_of_notifications(octets):
    for data in (octets, bytes.fromhex("09121c020000072c00000003393c4e") + octets):
        try:
            changes.read(data)
        except ValueError:
            continue
