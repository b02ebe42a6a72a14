"""Devices are found again wherever they are, and nobody else is taken for them."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial

import numpy as np
import pytest

from tests.bacnet.field import FieldDevice
from tests.bacnet.test_gateway import Closing, begin, play, sensors
from tests.bacnet.test_watch import until
from twin.bacnet.application import free_port
from twin.bacnet.gateway import roster as rosters
from twin.bacnet.gateway.addresses import Addresses
from twin.bacnet.gateway.discover import Client, Found, discover, identify
from twin.bacnet.gateway.gateway import find
from twin.bacnet.gateway.peer import Peer
from twin.bacnet.gateway.watch import Watch
from twin.errors import BacnetError


def test_a_device_that_moves_is_followed(tmp_path):
    points = sensors(7)

    async def act(opened):
        old, new = FieldDevice(7), FieldDevice(7, address="127.0.0.2")
        new.values[1] = 55.0
        new.silent = True
        site = await begin(opened, [old, new], points, path=tmp_path / "addresses.json")
        site.start()
        await until(lambda: site.newest("d7.s1") == 1.0)
        old.silent, new.silent = True, False
        new.announce(("127.0.0.1", site.port))
        await until(lambda: site.roster.counted["moved"] == 1)
        await until(lambda: site.newest("d7.s1") == 55.0)
        return site.said, str(site.poller.peers[0].address), str(new.address), site.roster.counted["doubled"]

    said, address, new, doubled = play(act)
    assert address == new
    assert doubled == 0
    assert len(said) == 1
    assert "device 7 has moved" in said[0]
    (kept,) = json.loads((tmp_path / "addresses.json").read_text())["devices"]
    assert (kept["instance"], kept["address"], kept["max_apdu"]) == (7, new, 1476)


def test_a_device_that_moves_in_silence_is_found_by_who_is():
    async def act(opened):
        old, new = FieldDevice(7), FieldDevice(7, address="127.0.0.2")
        new.values[1] = 55.0
        new.silent = True
        site = await begin(opened, [old, new], sensors(7))
        site.start()
        await until(lambda: site.newest("d7.s1") == 1.0)
        old.silent, new.silent = True, False
        await until(lambda: site.newest("d7.s1") == 55.0)
        return site.roster.counted

    counted = play(act)
    assert counted["moved"] == 1
    assert counted["looked_for"] >= 1


def test_a_second_device_with_the_instance_is_told_and_never_followed():
    async def act(opened):
        first, second = FieldDevice(7), FieldDevice(7, address="127.0.0.2")
        second.values[1] = 55.0
        site = await begin(opened, [first, second], sensors(7), where=[])
        site.start()
        await until(lambda: site.newest("d7.s1") == 1.0)
        for _ in range(3):
            second.announce(("127.0.0.1", site.port))
            await asyncio.sleep(0.2)
        texts = [alarm.text for alarm in site.alarms.standing()]
        return site.roster.counted, texts, site.newest("d7.s1"), site.said, second.services

    counted, texts, newest, said, asked = play(act)
    assert (counted["doubled"], counted["moved"]) == (1, 0)  # looked into once in a while, however often it says so
    assert newest == 1.0
    assert texts == said
    assert "doubled: device 7 is at 127.0.0.1" in texts[0]
    assert not asked


def test_a_claim_that_nobody_stands_by_is_not_followed():
    async def act(opened):
        device, liar = FieldDevice(7), FieldDevice(8, address="127.0.0.2")
        site = await begin(opened, [device, liar], sensors(7), where=[])
        site.start()
        await until(lambda: site.newest("d7.s1") == 1.0)
        device.silent = True
        liar.announce(("127.0.0.1", site.port), 7)
        await until(lambda: site.roster.counted["claims_refuted"] == 1)
        return site.poller.peers[0].address == device.address

    assert play(act)


def test_another_device_at_the_address_is_not_taken_for_the_old_one():
    async def act(opened):
        site = await begin(opened, [FieldDevice(7)], sensors(7), where=[])
        device, peer = opened[0], site.poller.peers[0]
        await site.poller.poll(peer)
        device.silent = True
        assert not await site.poller.poll(peer)
        device.silent, device.instances = False, (8,)
        site.took.clear()
        there = await site.poller.poll(peer)
        with pytest.raises(BacnetError, match="no answer"):
            await identify(lambda request: site.client.ask(request, 0.1), "127.0.0.1:9", 7)
        return there, site.took, site.poller.counted["someone_else"]

    assert play(act) == (False, [], 1)


def test_a_device_that_was_not_there_joins_when_it_appears():
    async def act(opened):
        here, late = FieldDevice(7), FieldDevice(8)
        late.silent = True
        points = [*sensors(7), *sensors(8)]
        site = await begin(opened, [here, late], points, [Peer(7, here.address, sensors(7))])
        joined = []
        site.roster.joined.append(joined.append)
        site.roster.report()
        site.start()
        await asyncio.sleep(0.3)
        missing = site.roster.missing()
        late.silent = False
        await until(lambda: site.newest("d8.s1") == 1.0)
        return missing, site.said, [peer.instance for peer in joined], site.alarms.standing(), site.roster.missing()

    assert play(act) == ([8], ["not found: devices 8"], [8], [], [])


def test_missing_devices_are_looked_for_ever_more_seldom(monkeypatch):
    monkeypatch.setattr(rosters, "LONGEST_LOOK", 0.8)

    async def act(opened):
        device, absent = FieldDevice(7), FieldDevice(8)
        looked = []
        absent._present = lambda *_: looked.append(time.monotonic())
        site = await begin(opened, [device, absent], [*sensors(7), *sensors(8)])
        site.start()
        await until(lambda: len(looked) == 5)
        return np.diff(looked)

    pauses = play(act)
    assert (np.abs(pauses - [0.4, 0.8, 0.8, 0.8]) < 0.25).all()


def test_remembered_addresses_are_used_when_who_is_stays_unanswered(tmp_path, monkeypatch):
    monkeypatch.setattr("twin.bacnet.gateway.gateway.discover", partial(discover, waits=(0.1,)))
    monkeypatch.setattr(rosters, "PROBE", 0.2)
    path = tmp_path / "addresses.json"

    async def act(opened):
        device, other = FieldDevice(7), FieldDevice(9)
        opened += [device, other]
        client = Client.start("127.0.0.1", free_port("127.0.0.1"), 10, "client", mask=8)
        opened.append(Closing(client))
        book = Addresses(path)
        book.note([Found(7, device.address, 480, "segmented-both", 9), Found(8, other.address, 1476, "", 9)])
        book.write()
        told = []
        again = Addresses(path)
        again.read()
        peers = await find(client, [*sensors(7), *sensors(8)], ["127.0.0.1:9"], told.append, addresses=again)
        with pytest.raises(BacnetError, match="none of the devices 8"):
            await find(client, sensors(8), ["127.0.0.1:9"], told.append, addresses=again)
        return peers, told, again.known == book.known, device.address

    peers, told, same, address = play(act)
    assert same
    assert [(peer.instance, peer.address, peer.most, peer.window) for peer in peers] == [(7, address, 20, 1)]
    assert told == ["not found: devices 8"]  # at its place is another device


@pytest.mark.parametrize("text", ["", "[]", '{"devices": [{"instance": 7}]}', '{"devices": [{"instance": 7, "address": "x y", "max_apdu": 480, "segmentation": "", "vendor": 1}]}'])  # fmt: skip
def test_a_spoilt_file_of_addresses_is_told(tmp_path, text):
    path = tmp_path / "addresses.json"
    path.write_text(text)
    with pytest.raises(BacnetError, match="remove it, it will be made anew"):
        Addresses(path).read()
    book = Addresses(path / "addresses.json")
    book.read()
    book.note([Found(7, "10.0.0.5", 480, "", 9)])
    with pytest.raises(BacnetError, match="cannot be written"):
        book.write()


def test_a_device_that_announces_itself_is_subscribed_to_again():
    async def act(opened):
        device = FieldDevice(7)
        site = await begin(opened, [device], sensors(7), where=[])
        watch = Watch(site.poller, lifetime=2.0)
        site.client.notified = watch.take
        site.roster.announced.append(watch.announced)
        watch.add(site.poller.peers[0])
        site.start()
        await until(lambda: watch.held(7) == 5)
        device.subscribed.clear()
        await asyncio.sleep(0.6)
        device.announce(("127.0.0.1", site.port))
        await until(lambda: len(device.subscribed) == 5, 0.3)
        await watch.stop()
        return watch.counted["resubscribed"]

    assert play(act) == 1


def test_a_watched_device_that_moves_is_subscribed_to_at_its_new_place():
    async def act(opened):
        old, new = FieldDevice(7), FieldDevice(7, address="127.0.0.2")
        new.silent = True
        site = await begin(opened, [old, new], sensors(7), where=[])
        watch = Watch(site.poller, lifetime=400.0)
        site.client.notified = watch.take
        site.roster.moved.append(watch.renew)
        watch.add(site.poller.peers[0])
        site.start()
        await until(lambda: watch.counted["notices"] == 5)
        old.silent, new.silent = True, False
        new.announce(("127.0.0.1", site.port))
        await until(lambda: len(new.subscribed) == 5)
        new.values[2] = 44.0
        new.notify(2)
        await until(lambda: site.newest("d7.s2") == 44.0)
        old.silent = False
        old.notify(1)
        await until(lambda: watch.counted["notices_of_strangers"] == 1)
        await watch.stop()
        return sorted(new.ended)

    assert play(act) == [1, 2, 3, 4, 5]
