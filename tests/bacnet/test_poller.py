"""A poller takes what is there, says what it is worth, and lets no bad object, device or answer hold up the others."""

from __future__ import annotations

import asyncio
import dataclasses
import math
import struct

import numpy as np
import pandas as pd
import pytest
from bacpypes3.pdu import Address
from hypothesis import given
from hypothesis import strategies as st

from tests.bacnet.test_building import NAN, POINTS, Scene
from tests.bacnet.wire import Wire, wrapped
from twin.bacnet.application import free_port
from twin.bacnet.gateway import ask
from twin.bacnet.gateway.discover import Client, discover, targets
from twin.bacnet.gateway.gateway import Keeper, gather
from twin.bacnet.gateway.poller import Peer, Poller
from twin.bacnet.points import Point
from twin.errors import BacnetError
from twin.historian.embedded import Embedded
from twin.historian.tail import StoreFullError

SENSORS = [Point(7, "AI", n, f"s{n}", f"s{n}.air", "degC", "", 0.2, NAN, NAN) for n in range(1, 41)]


class Device:
    """A device made of a bare socket, as bad as it is told to be."""

    def __init__(self, poison=(), most=1000, silent=False, mangle=False, longest=1476):
        self.wire = Wire()
        self.poison, self.most, self.silent, self.mangle, self.longest = set(poison), most, silent, mangle, longest
        self.asked = []
        self.task = asyncio.get_running_loop().create_task(self._serve())

    @property
    def address(self):
        return Address(f"127.0.0.1:{self.wire.port}")

    async def _serve(self):
        while True:
            apdu, port = await self.wire.receive(10.0)
            if not apdu or self.silent or apdu[0] >> 4:
                continue
            keys = [struct.unpack_from(">I", apdu, at + 1)[0] for at in range(4, len(apdu), 11)]
            self.asked.append(len(keys))
            if len(keys) > self.most or (self.poison & set(keys) and len(keys) > 1):
                told = bytes([0x71, apdu[2], 4])
            elif self.poison & set(keys):
                told = bytes([0x50, apdu[2], 14, 0x91, 1, 0x91, 31])
            else:
                data = b"".join(
                    b"\x0c" + struct.pack(">I", key) + b"\x1e\x29\x55\x4e\x44" + struct.pack(">f", key & 0xFFFF)
                    + b"\x4f\x29\x6f\x4e\x82\x04\x00\x4f\x1f" for key in keys
                )  # fmt: skip
                told = bytes([0x30, apdu[2], 14]) + (data[:-3] if self.mangle else data)
            self.wire.send(wrapped(told, expecting=False), port)

    def close(self):
        self.task.cancel()
        self.wire.close()


def play(act, **device):
    async def run():
        made = Device(**device)
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 9, "client", mask=8)
        await asyncio.sleep(0.05)
        took = []
        peer = Peer(7, made.address, SENSORS, longest=made.longest)
        poller = Poller(client, [peer], lambda *told: took.append(told), rate=1e4, deadline=0.3)
        try:
            return await act(poller, peer, made, took)
        finally:
            made.close()
            await client.stop()

    return asyncio.run(asyncio.wait_for(run(), 60.0))


def test_all_points_come_in_batches_that_fit():
    async def act(poller, peer, device, took):
        assert await poller.poll(peer)
        return device.asked, took

    asked, ((points, values, quality, _),) = play(act, longest=480)
    assert asked == [20, 20]
    assert list(points) == SENSORS
    assert values.tolist() == [float(n) for n in range(1, 41)]
    assert set(quality.tolist()) == {0}


def test_one_bad_object_is_found_and_asked_alone_from_then_on():
    async def act(poller, peer, device, took):
        await poller.poll(peer)
        first = len(device.asked)
        await poller.poll(peer)
        return first, device.asked[first:], took, poller.counted["objects_alone"]

    first, second, took, alone = play(act, poison=[17])
    assert first <= 2 * math.ceil(math.log2(40)) + 2
    assert sorted(second) == [1, 39]
    for _, values, quality, _ in took:
        assert np.isnan(values[16])
        assert quality.tolist() == [0] * 16 + [2] + [0] * 23
    assert alone == 1


def test_a_device_that_lies_about_its_length_gets_smaller_batches():
    async def act(poller, peer, device, took):
        for _ in range(4):
            await poller.poll(peer)
        return device.asked[-5:], took[-1]

    asked, (_, values, _, _) = play(act, most=10)
    assert max(asked) <= 10
    assert not np.isnan(values).any()


def test_mangled_answers_end_in_bad_quality_and_not_in_a_standstill():
    async def act(poller, peer, _device, took):
        assert await poller.poll(peer)
        return took

    ((_, values, quality, _),) = play(act, mangle=True)
    assert np.isnan(values).all()
    assert set(quality.tolist()) == {2}


def test_a_silent_device_is_lost_once_asked_ever_more_seldom_and_comes_back():
    async def act(poller, peer, device, took):
        device.silent = True
        pauses = []
        for _ in range(8):
            assert not await poller.poll(peer)
            pauses.append(peer.pause)
        device.silent = False
        assert await poller.poll(peer)
        return pauses, took, poller.counted

    pauses, took, counted = play(act)
    assert pauses == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0]
    assert [set(quality.tolist()) for _, _, quality, _ in took] == [{5}, {0}]
    assert (counted["went_away"], counted["came_back"]) == (1, 1)


def test_a_silent_device_stalls_nobody_else():
    async def run():
        good, bad = Device(), Device(silent=True)
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 9, "client", mask=8)
        await asyncio.sleep(0.05)
        took = []
        peers = [Peer(n, each.address, SENSORS) for n, each in ((1, bad), (2, good))]
        poller = Poller(
            client, peers, lambda points, values, quality, _: took.append(int(quality[0])), rate=1e4, deadline=1.0
        )
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(1.5, stop.set)
        await asyncio.wait_for(poller.run(0.1, stop), 10.0)
        good.close()
        bad.close()
        await client.stop()
        return took.count(0)

    assert asyncio.run(run()) >= 10


def test_status_flags_and_limits_become_quality():
    async def run():
        scene = Scene()
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 10, "client", mask=8)
        scene.building.put(np.array([NAN, 99.0, 1.0, 5000.0, 2.0]))
        scene.building.boards[200].flags[0] |= 4
        await asyncio.sleep(0.05)
        took = {}
        peers = [
            Peer(device, scene.behind(device), [point for point in POINTS if point.device == device])
            for device in (100, 200)
        ]
        poller = Poller(
            client,
            peers,
            lambda points, values, quality, _: took.update(
                zip([p.name for p in points], zip(values.tolist(), quality.tolist(), strict=True), strict=True)
            ),
        )
        for peer in peers:
            await poller.poll(peer)
        await scene.building.stop()
        await scene.client.stop()
        await client.stop()
        return took

    took = asyncio.run(run())
    assert took["room.air"][1] == 2
    assert took["room.wanted"] == (99.0, 4)
    assert took["room.on"] == (1.0, 0)
    assert took["plant.power"] == (5000.0, 3)
    assert took["plant.mode"] == (2.0, 0)


@given(st.binary(max_size=120))
def test_no_octets_stop_the_decoder(octets):
    try:
        values, flags = ask.answer(octets, [1, 2])
    except ValueError:
        return
    assert len(values) == len(flags) == 2


@given(st.lists(st.tuples(st.floats(width=32), st.integers(0, 15)), min_size=1, max_size=30))
def test_what_a_device_tells_is_what_is_read(told):
    keys = list(range(1, len(told) + 1))
    octets = b"".join(
        b"\x0c" + struct.pack(">I", key) + b"\x1e\x29\x55\x4e\x44" + struct.pack(">f", value)
        + b"\x4f\x29\x6f\x4e\x82\x04" + bytes([flags << 4]) + b"\x4f\x1f" for key, (value, flags) in zip(keys, told, strict=True)
    )  # fmt: skip
    values, flags = ask.answer(octets, keys)
    assert np.array_equal(values, [value for value, _ in told], equal_nan=True)
    slow, also = ask._one_by_one(octets, np.array(keys, dtype=np.uint32))
    assert np.array_equal(values, slow, equal_nan=True)
    assert flags.tolist() == also.tolist()
    with pytest.raises(ValueError, match=r"other objects|does not answer"):
        ask.answer(octets, [key + 1 for key in keys])


def test_every_sample_is_kept_with_its_quality(tmp_path):
    async def run():
        scene = Scene()
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 10, "client", mask=8)
        scene.building.put(np.array([21.5, 22.0, 1.0, NAN, 2.0]))
        await asyncio.sleep(0.05)
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(9.0, stop.set)
        said = []
        with Embedded(tmp_path) as store:
            where = targets(f"127.0.0.1:{scene.port}", [2001])
            stranger = dataclasses.replace(POINTS[0], device=150, signal="gone.air", name="gone")
            counted = await gather(client, [*POINTS, stranger], where, store, 0.2, stop, said.append)
            last = store.last(["room.air", "plant.power"])
            sources, kept = store.points()["source"].to_dict(), int(store.points()["samples"].sum())
        await scene.building.stop()
        await scene.client.stop()
        await client.stop()
        return counted, last, sources, said, kept

    counted, last, sources, said, kept = asyncio.run(run())
    assert counted["samples"] == kept
    assert counted["polls"] > 10
    assert 2 * counted["polls"] < kept < 3 * counted["polls"]
    assert last["quality"].to_dict() == {"room.air": "good", "plant.power": "fault"}
    assert last["value"]["room.air"] == 21.5
    assert sources["room.air"] == "device 100 AI 1"
    assert said == ["not found: devices 150"]


def test_a_store_without_room_keeps_samples_waiting_and_says_so(tmp_path):
    async def run():
        with Embedded(tmp_path) as store:
            keeper = Keeper(store, SENSORS)
            keeper.take(SENSORS, np.arange(40.0), np.zeros(40, np.uint8), 1.6e9)
            store.reserve = 2**60
            await keeper.flush()
            assert "free some room" in keeper.alarm
            keeper.take(SENSORS, np.arange(40.0), np.zeros(40, np.uint8), 1.6e9 + 60)
            store.reserve = 0
            await keeper.flush()
            assert keeper.alarm == ""
            return len(
                store.query([SENSORS[0].signal], pd.Timestamp(0, tz="UTC"), pd.Timestamp("2030-01-01", tz="UTC"))
            )

    assert asyncio.run(run()) == 2
    assert issubclass(StoreFullError, Exception)


def test_two_devices_with_one_instance_are_told():
    async def run():
        first, second = Scene(), Scene()
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 10, "client", mask=8)
        await asyncio.sleep(0.05)
        where = [*targets(f"127.0.0.1:{first.port}", [2001]), *targets(f"127.0.0.1:{second.port}", [2001])]
        found, doubled = await discover(client, where, waits=(0.5, 0.5))
        with pytest.raises(BacnetError, match="several devices have one instance"):
            await gather(client, POINTS, where, None, 1.0, asyncio.Event(), print)
        for each in (first, second):
            await each.building.stop()
            await each.client.stop()
        await client.stop()
        return [each.instance for each in found], sorted(doubled)

    found, doubled = asyncio.run(run())
    assert found == [100, 200, 100_000]
    assert doubled == [100, 200, 100_000]


def test_nobody_there_is_told():
    async def run():
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 10, "client", mask=8)
        await asyncio.sleep(0.05)
        try:
            with pytest.raises(BacnetError, match="none of the devices"):
                await gather(client, POINTS, targets("127.0.0.1:9", []), None, 1.0, asyncio.Event(), print)
        finally:
            await client.stop()

    asyncio.run(run())
    with pytest.raises(BacnetError, match="is no address"):
        targets("not an address", [])
