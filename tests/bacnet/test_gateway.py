"""A gateway finds its devices again wherever they are, asks each as gently as its network needs, and says how it is."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
import time
from collections import Counter
from functools import partial

import numpy as np
import pytest
from bacpypes3.pdu import Address

from tests.bacnet.field import FieldDevice
from tests.bacnet.test_building import NAN
from tests.bacnet.test_watch import until
from twin.bacnet.application import free_port
from twin.bacnet.gateway import status
from twin.bacnet.gateway.addresses import Addresses
from twin.bacnet.gateway.ages import Ages
from twin.bacnet.gateway.announcements import Alarms
from twin.bacnet.gateway.discover import Client, Found, discover
from twin.bacnet.gateway.gateway import Gateway, Options, by_device, gather
from twin.bacnet.gateway.keeper import Keeper
from twin.bacnet.gateway.peer import Peer
from twin.bacnet.gateway.poller import Poller
from twin.bacnet.gateway.roster import Roster, peer_of
from twin.bacnet.points import Point
from twin.errors import BacnetError
from twin.historian.embedded import Embedded


def sensors(device, count=5, **told):
    return [
        Point(device, "AI", n, f"d{device}s{n}", f"d{device}.s{n}", "degC", "", 0.2, NAN, NAN, **told)
        for n in range(1, count + 1)
    ]


class Site:
    """A client, a poller and a roster over some devices of the field; what was told and taken."""

    def __init__(self, peers, points, where, path=None):
        self.port = free_port("127.0.0.1")
        self.client = Client.start("127.0.0.1", self.port, 10, "client", mask=8)
        self.took, self.said = [], []
        self.poller = Poller(self.client, peers, lambda *told: self.took.append(told), rate=1e4, deadline=0.2)
        self.alarms = Alarms(self.said.append)
        self.addresses = Addresses(path)
        self.roster = Roster(
            self.client, self.poller, by_device(points), where, self.addresses, self.alarms, first=0.2
        )  # fmt: skip
        self.stop, self.tasks = asyncio.Event(), []

    def start(self, period=0.1):
        self.tasks = [
            asyncio.create_task(part) for part in (self.poller.run(period, self.stop), self.roster.run(self.stop))
        ]

    async def close(self):
        self.stop.set()
        await asyncio.gather(*self.tasks)
        await self.client.stop()
        assert self.roster.problem is None

    def newest(self, signal):
        """The newest value of a point."""
        for points, values, _, _ in reversed(self.took):
            for place, point in enumerate(points):
                if point.signal == signal:
                    return float(values[place])
        return None


def play(act, wait=30.0):
    """Act with whatever it opens; it closes what it has put into the list that it is given."""

    async def run():
        opened = []
        try:
            return await act(opened)
        finally:
            for each in reversed(opened):
                done = each.close()
                if done is not None:
                    await done

    return asyncio.run(asyncio.wait_for(run(), wait))


async def begin(opened, devices, points, peers=None, where=None, path=None):
    opened += devices
    site = Site(peers if peers is not None else [Peer(devices[0].instances[0], devices[0].address, points)], points,
                [each.address for each in devices] if where is None else where, path)  # fmt: skip
    opened.append(site)
    await asyncio.sleep(0.05)
    return site


class Closing:
    """A client that is closed like the others."""

    def __init__(self, client):
        self.close = client.stop


def test_groups_are_polled_at_their_own_periods():
    points = [dataclasses.replace(each, period=period) for each, period in zip(sensors(7), (0, 0.1, 0.1, 1.0, 0), strict=True)]  # fmt: skip

    async def act(opened):
        site = await begin(opened, [FieldDevice(7)], points)
        site.start(0.4)
        await asyncio.sleep(2.2)
        await site.close()
        opened.remove(site)
        return Counter(tuple(keys) for _, keys in opened[0].asked), site.poller.peers[0].polls

    asked, polls = play(act)
    assert set(asked) == {(1, 5), (2, 3), (4,)}
    assert 4 <= asked[1, 5] <= 7
    assert 15 <= asked[2, 3] <= 23
    assert 2 <= asked[4,] <= 4
    assert polls == sum(asked.values())


def test_a_slow_group_lets_a_quick_one_in_between():
    slow, quick = sensors(7, 60), dataclasses.replace(sensors(7, 61)[-1], period=0.1)

    async def act(opened):
        device = FieldDevice(7, longest=50, delay=0.02)
        peer = peer_of(Found(7, device.address, 50, "", 9), [*slow, quick])
        site = await begin(opened, [device], [*slow, quick], [peer])
        site.start(5.0)
        await until(lambda: sum(len(keys) for _, keys in device.asked) > 60)
        return [keys for _, keys in device.asked], device.most_under_way

    asked, under_way = play(act)
    assert sum(keys == [61] for keys in asked) >= 4
    assert max(under_way.values()) == 1  # it takes no more than 50 octets: as gently as a serial device


def test_a_device_of_several_groups_is_lost_and_found_once():
    points = [dataclasses.replace(each, period=0.1 * place) for place, each in enumerate(sensors(7))]

    async def act(opened):
        site = await begin(opened, [FieldDevice(7)], points)
        device = opened[0]
        site.start(0.1)
        await until(lambda: site.poller.peers[0].polls > 8)
        site.poller.peers[0].pause = 0.3
        device.silent = True
        await until(lambda: site.poller.counted["went_away"] == 1)
        lost = [quality.tolist() for _, _, quality, _ in site.took if 5 in quality]
        device.silent = False
        site.poller.nudge(site.poller.peers[0])
        await until(lambda: site.poller.counted["came_back"] == 1)
        await asyncio.sleep(0.6)
        return lost, site.poller.counted, site.poller.peers[0].pause

    lost, counted, pause = play(act)
    assert lost == [[5]] * 5
    assert (counted["went_away"], counted["came_back"]) == (1, 1)
    assert pause == 5.0


@pytest.mark.parametrize(("fast", "most"), [(frozenset(), 1), (frozenset({5}), 4)])
def test_devices_on_one_serial_line_share_one_request_under_way(fast, most):
    async def act(opened):
        router = FieldDevice(1, 2, 3, network=5, delay=0.01)
        points = [point for device in (1, 2, 3) for point in sensors(device, 200)]
        peers = [peer_of(Found(i, router.behind(i), 1476, "", 9), held, fast) for i, held in by_device(points).items()]
        site = await begin(opened, [router], points, peers)
        await asyncio.gather(*(site.poller.poll(peer) for peer in peers))
        own = [peer.window for peer in peers]
        return router.most_under_way, own, len(site.took)

    under_way, own, took = play(act)
    assert took == 3
    assert own == [most] * 3
    assert max(under_way.values()) == (1 if most == 1 else 12)


def test_a_device_that_takes_short_packets_is_asked_one_at_a_time_on_a_fast_network_too():
    async def act(opened):
        router = FieldDevice(1, 2, network=5, delay=0.01)
        points = [*sensors(1, 100), *sensors(2, 100)]
        held = by_device(points)
        peers = [peer_of(Found(i, router.behind(i), 480, "", 9), held[i], frozenset({5})) for i in (1, 2)]
        site = await begin(opened, [router], points, peers)
        await asyncio.gather(*(site.poller.poll(peer) for peer in peers))
        return max(router.most_under_way.values())

    assert play(act) == 2


def test_points_without_news_are_stale_once_with_their_last_value(tmp_path):
    points = [*sensors(7), dataclasses.replace(sensors(8)[0], period=600.0)]
    with Embedded(tmp_path) as store:
        ages = Ages(points, 10.0)
        keeper = Keeper(store, points, ages)
        quality = np.array([0, 3, 4, 2, 5, 0], dtype=np.uint8)
        keeper.take(points, np.array([1.0, 2.0, 3.0, 4.0, NAN, 6.0]), quality, 1000.0)
        assert keeper.mark(1030.0) == 0
        assert keeper.mark(1030.1) == 3
        assert keeper.mark(1040.0) == 0
        assert ages.by_quality(1040.0)["stale"] == (3, 40.0)
        keeper.take(points[:1], np.array([1.5]), np.zeros(1, np.uint8), 1050.0)
        keeper.take(points[1:2], np.array([NAN]), np.array([5], dtype=np.uint8), 1050.0)
        assert keeper.mark(1060.0) == 1  # lost since, and its last good value is old
        assert keeper.mark(1080.5) == 1
        asyncio.run(keeper.flush())
        last = store.last([point.signal for point in points])
    assert last["quality"].tolist() == ["stale", "stale", "stale", "fault", "communication_lost", "good"]
    assert last["value"].tolist()[:3] == [1.5, 2.0, 3.0]
    assert keeper.counted["stale"] == 5


def test_a_store_that_stays_full_costs_no_more_memory_than_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr("twin.bacnet.gateway.keeper.MOST_WAITING", 12)
    points = sensors(7)
    with Embedded(tmp_path) as store:
        keeper = Keeper(store, points)
        store.reserve = 2**60
        for step in range(5):
            keeper.take(points, np.full(5, float(step)), np.zeros(5, np.uint8), 1000.0 + step)
            asyncio.run(keeper.flush())
        store.reserve = 0
        asyncio.run(keeper.flush())
        assert keeper.counted["samples_dropped"] == 13
        assert keeper.counted["samples"] == 12
        assert store.last(["d7.s1"])["value"].tolist() == [4.0]


def test_the_gateway_says_how_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr("twin.bacnet.gateway.gateway.discover", partial(discover, waits=(0.3,)))
    monkeypatch.setattr(status, "EVERY", 0.5)
    where = tmp_path / status.FILE
    points = [*sensors(7), *sensors(8)]

    async def act(opened):
        device = FieldDevice(7)
        opened.append(device)
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 10, "client", mask=8)
        opened.append(Closing(client))
        stop, said = asyncio.Event(), []
        options = Options(cov="confirmed", most=2, cache=tmp_path / status.ADDRESSES, status=where)
        with Embedded(tmp_path) as store:
            running = asyncio.create_task(
                gather(client, points, [device.address], store, 0.2, stop, said.append, options)
            )
            await until(lambda: where.exists() and json.loads(where.read_text())["devices"][0]["subscriptions"] == 2)
            now = status.read(str(tmp_path))
            assert status.trouble(now, time.time()) == ""
            shown = await asyncio.to_thread(twin, "bacnet", "status", str(tmp_path))
            stop.set()
            counted = await running
            return now, shown, said, counted, sorted(device.ended), str(device.address)

    now, shown, said, counted, ended, address = play(act)
    (device,) = now["devices"]
    assert (device["instance"], device["address"], device["online"], device["window"]) == (7, address, True, 4)
    assert (device["points"], device["batch"], device["alone"], device["pause_s"]) == (5, 62, 0, None)
    assert device["samples"] >= 5
    assert now["missing"] == [8]
    assert [each["text"] for each in now["alarms"]] == said == ["not found: devices 8"]
    assert {name: held["points"] for name, held in now["qualities"].items()} == {"good": 5, "unread": 5}
    assert now["points"]["signal"] == [point.signal for point in points]
    assert now["points"]["age_s"][5:] == [None] * 5
    assert all(0.0 <= age < 5.0 for age in now["points"]["age_s"][:5])
    assert now["counters"]["subscriptions"]["subscriptions"] == 2
    assert now["counters"]["polling"]["polls"] >= 1
    assert now["process"]["cpu_s"] > 0.0
    assert now["process"]["memory_mib"] > 10.0
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "alarm: not found: devices 8" in shown.stdout
    assert counted["subscriptions_ended"] == 2
    assert ended == [1, 2]
    assert "stale" not in counted
    old = twin("bacnet", "status", str(where), "--json")
    assert old.returncode == 1
    assert json.loads(old.stdout)["trouble"].endswith("the gateway is not running")
    text = twin("bacnet", "status", str(tmp_path))
    assert text.returncode == 1
    assert "no news since 20" in text.stdout


def twin(*told):
    command = [sys.executable, "-m", "twin", *told]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_gateway_that_was_killed_is_told_from_one_that_runs(tmp_path):
    path = tmp_path / "status.json"
    path.write_text(json.dumps({"second": time.time(), "every_s": 5.0, "running": True}))
    assert status.trouble(status.read(str(path)), time.time()) == ""
    assert "no news since" in status.trouble(status.read(str(path)), time.time() + 20.1)
    for where, says in ((tmp_path, "has `twin bacnet poll` run"), ("postgresql://u@h/d", "give the FILE")):
        with pytest.raises(BacnetError, match=says):
            status.read(str(where))
    path.write_text("[1]")
    with pytest.raises(BacnetError, match="is no status"):
        status.read(str(path))


def test_a_large_gateway_writes_its_status_in_a_moment(tmp_path):
    points = [point for device in range(500) for point in sensors(device, 100)]

    async def act(opened):
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 10, "client", mask=8)
        opened.append(Closing(client))
        with Embedded(tmp_path) as store:
            store.describe = lambda *_: None
            peers = [peer_of(Found(i, Address(f"10.0.{i // 250}.{1 + i % 250}"), 1476, "", 9), held) for i, held in by_device(points).items()]  # fmt: skip
            gateway = Gateway(client, points, [], [], store, 60.0, Alarms(print), Options(), Addresses())
            gateway.poller.peers = peers
            gateway.ages.take(np.arange(50_000), np.ones(50_000), np.zeros(50_000, np.uint8), time.time())
            began = time.process_time()
            text = json.dumps(gateway.picture())
            return time.process_time() - began, len(text), gateway._every

    spent, size, every = play(act)
    assert spent / every < 0.05
    assert size < 4_000_000
