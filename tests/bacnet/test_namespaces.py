"""On a network of its own, with broadcast and links that fail: buildings are found, doubles are told, and one bad device harms no other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
import time

import pytest

from tests.bacnet import rude
from tests.bacnet.netns import MASK, network
from twin.bacnet.application import SafeApplication
from twin.bacnet.building.building import ROUTER
from twin.bacnet.gateway import poller as polling
from twin.bacnet.gateway.discover import Client, discover, targets
from twin.bacnet.gateway.peer import FAULTY, GOOD, LOST
from twin.bacnet.gateway.poller import Poller
from twin.bacnet.gateway.roster import peer_of
from twin.bacnet.points import Point
from twin.errors import BacnetError

DEVICES = range(100_001, 100_021)
SENSORS = 40


def twin(host, *told):
    """A future of the command, run on a host."""
    command = [sys.executable, "-m", "twin", *map(str, told)]
    return host.submit(subprocess.run, command, capture_output=True, text=True, check=False, timeout=60)


@contextlib.contextmanager
def serving(*hosts):
    """The shipped site as a virtual building on every host."""
    started = [
        host.call(
            subprocess.Popen,
            [sys.executable, "-m", "twin", "bacnet", "serve", "binhai", "--address", host.address],
            stdout=subprocess.PIPE,
            text=True,
        )
        for host in hosts
    ]
    try:
        for each in started:
            assert each.stdout.readline().startswith("ready: 749 points of 20 devices")
        yield
    finally:
        for each in started:
            each.send_signal(signal.SIGTERM)
        codes = [each.wait(timeout=10) for each in started]
        for each in started:
            each.stdout.close()
    assert codes == [0] * len(hosts)


def discovering(host, *told):
    """A future of what discover prints there."""
    return twin(host, "bacnet", "discover", "--own", host.address, *told)


@pytest.fixture(scope="module")
def town():
    """Six hosts with a building on the first; the last has listened since before the building started."""

    async def listen(host):
        client = Client.on(host.address, MASK)
        try:
            announced = client.nsap.router_info_cache.path_info
            while not announced:
                await asyncio.sleep(0.05)
            heard = {network: str(path[0]) for (_, network), path in announced.items()}
            return heard, [each.iartnNetworkList for _, each in await client.nse.who_is_router_to_network()]
        finally:
            await client.stop()

    with network("abcdef") as on:
        listening = on["f"].submit(asyncio.run, asyncio.wait_for(listen(on["f"]), 30.0))
        with serving(on["a"]):
            yield on, listening


def test_a_router_announces_its_network_and_answers_who_asks_for_it(town):
    on, listening = town
    assert listening.result(30) == ({2001: on["a"].address}, [[2001]])


def test_a_building_is_found_by_broadcast(town):
    on, _ = town
    asked = [
        discovering(on["b"], "--json"),
        discovering(on["c"], "--network", 2001, "--json"),
        discovering(on["a"], "--low", 100_003, "--high", 100_005, "--json"),  # the port is the building's there
    ]
    nowhere = discovering(on["d"], "--network", 7)
    found = [json.loads(each.result(60).stdout) for each in asked]
    assert [[each["instance"] for each in one] for one in found] == [[ROUTER, *DEVICES], [*DEVICES], [*DEVICES][2:5]]
    behind = [f"2001:0x{each:06x}@{on['a'].address}" for each in DEVICES]
    assert [each["address"] for each in found[0]] == [on["a"].address, *behind]
    assert not any(each["doubled"] for one in found for each in one)
    assert nowhere.result(60).returncode == 1
    assert "no router says that it leads to network 7" in nowhere.result().stderr


def test_two_buildings_with_the_same_devices_are_told_and_not_polled(town, tmp_path):
    on, _ = town
    with serving(on["e"]):
        seen = discovering(on["c"], "--json")
        told = twin(
            on["d"], "bacnet", "poll", "binhai", "--own", on["d"].address, "--store", tmp_path, "--seconds", "5"
        )
        found, refused = json.loads(seen.result(60).stdout), told.result(60)
    assert [each["instance"] for each in found] == [ROUTER, *DEVICES]
    assert all(each["doubled"] for each in found)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert "one instance: 100001 at 2001:0x0186a1@10.77.1.1, 2001:0x0186a1@10.77.1.5; 100002 at" in refused.stderr
    assert "give each its own before polling" in refused.stderr
    assert list(tmp_path.rglob("*.parquet")) == []


@pytest.mark.parametrize(
    ("own", "mask", "says"),
    [
        (
            "10.77.1.1",
            16,
            "10.77.255.255 is no broadcast address of this machine; give the mask of its network: --mask 24",
        ),
        ("10.77.1.1", 32, "a broadcast from there reaches nobody"),
        ("127.0.0.1", 8, "a broadcast from there reaches nobody"),
        ("10.77.9.9", 24, "is not an address of this machine"),
        ("10.77.1.1:x", 24, "is no address"),
        ("10.77.1.1:70000", 24, "is no address"),
    ],
)
def test_what_cannot_be_found_is_told_with_the_way_out(own, mask, says):
    with network("a") as on, pytest.raises(BacnetError, match=says):
        on["a"].call(asyncio.run, find(own, mask))


async def find(own, mask=MASK):
    """Who is on the network, and who is doubled, in a moment."""
    client = Client.on(own, mask)
    try:
        return await discover(client, targets("", []), waits=(0.3, 0.3))
    finally:
        await client.stop()


def test_a_client_is_nobodys_device():
    with network("ab") as on:
        both = [on[name].submit(asyncio.run, find(on[name].address)) for name in "ab"]
        assert [each.result(10) for each in both] == [([], {}), ([], {})]


class Watch:
    """A poller on a host, and what it took: (seconds, values, quality) by device."""

    def __init__(self, app: SafeApplication, found, deadline=0.15) -> None:
        self.app, self.took = app, {each.instance: [] for each in found}
        peers = [peer_of(each, sensors(each.instance)) for each in found]
        self.poller = Poller(app, peers, self._take, rate=1e4, deadline=deadline)

    def _take(self, points, values, quality, _when):
        self.took[points[0].device].append((time.monotonic(), values.copy(), quality.copy()))

    @property
    def counted(self):
        return self.poller.counted + self.app.counted


def sensors(device):
    return [
        Point(device, "AI", n, f"s{n}", f"s{n}", "degC", "", 0.2, float("nan"), float("nan"))
        for n in range(1, SENSORS + 1)
    ]


def watching(host, act):
    """What `act(watch)` gives, once the devices on the network are found by broadcast."""

    async def run():
        client = Client.on(host.address, MASK)
        try:
            found, doubled = await discover(client, targets("", []), waits=(0.3, 0.3))
            assert not doubled
            watch = Watch(client, found)
            given = await asyncio.wait_for(act(watch), 40.0)
            assert len(client.asap.clientTransactions) == 0
            return given
        finally:
            began = time.monotonic()
            await client.stop()
            assert time.monotonic() - began < 2.0

    return host.submit(asyncio.run, run()).result(60)


def states(took):
    """The quality of a device's polls, one after the other without repetitions; a poll is all of one quality."""
    codes = [int(quality[0]) for _, _, quality in took if (quality == quality[0]).all()]
    assert len(codes) == len(took)
    return [code for code, before in zip(codes, [None, *codes], strict=False) if code != before]


def test_a_cut_cable_is_told_once_and_holds_up_nobody_else(monkeypatch):
    monkeypatch.setattr(polling, "FIRST_PAUSE", 0.3)

    async def act(watch):
        async def meanwhile(wait, *cables):
            await asyncio.sleep(wait)
            for host, state in cables:
                await asyncio.to_thread(host.link, state)

        stop = asyncio.Event()
        going = asyncio.create_task(watch.poller.run(0.1, stop))
        await meanwhile(0.4, (on["a"], "down"))
        await meanwhile(1.5, (on["a"], "up"))
        await meanwhile(1.5, (on["b"], "down"))
        cut = time.monotonic()
        await meanwhile(1.5, (on["b"], "up"))
        await meanwhile(1.5)
        stop.set()
        await going
        return watch.took, cut, watch.counted

    with network("abc") as on:
        devices = [rude.Device(on["a"], 1), rude.Device(on["c"], 3)]
        try:
            took, cut, counted = watching(on["b"], act)
        finally:
            for each in devices:
                each.stop()
    assert states(took[1]) == [GOOD, LOST, GOOD, LOST, GOOD]
    assert states(took[3]) == [GOOD, LOST, GOOD]
    while_one_is_away = [when for when, _, _ in took[3] if when < cut]
    assert max(later - when for when, later in zip(while_one_is_away, while_one_is_away[1:], strict=False)) < 0.5
    assert (counted["went_away"], counted["came_back"]) == (3, 3)


def test_liars_and_manglers_hang_nothing_and_every_fault_is_counted():
    async def act(watch):
        asked = []
        for _ in range(2):
            began = time.monotonic()
            await asyncio.gather(*(watch.poller.poll(each) for each in watch.poller.peers))
            assert time.monotonic() - began < 15.0
            asked.append(boaster.asked)
        return watch.took, watch.counted, asked

    kinds = {"a": rude.Device, "b": rude.Mute, "c": rude.Boaster, "d": rude.Flooder, "e": rude.Mangler}
    with network("abcdef") as on:
        devices = [
            kind(on[name], number, 480 if kind is rude.Flooder else 1476)
            for number, (name, kind) in enumerate(kinds.items(), 1)
        ]
        boaster = devices[2]
        try:
            took, counted, asked = watching(on["f"], act)
        finally:
            for each in devices:
                each.stop()
    truth = [n + 0.25 for n in range(1, SENSORS + 1)]
    for when in took.values():
        for _, values, quality in when:
            assert all(value == true for value, true, code in zip(values, truth, quality, strict=True) if code == GOOD)
    assert [states(took[number]) for number in (1, 2, 3, 4)] == [[GOOD], [LOST], [GOOD], [FAULTY]]
    assert (counted["polls"], counted["went_away"], counted["came_back"]) == (8, 1, 0)
    wrong = ("answers_for_something_else", "malformed", "unasked", "silence", "asked_again", "batches_failed")
    assert min(counted[name] for name in wrong) > 5
    assert SENSORS < counted["objects_alone"] <= 2 * SENSORS
    assert asked[1] - asked[0] < asked[0] / 2  # what fits is learnt


def test_a_network_is_gone_with_its_namespaces():
    def spaces():
        return subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout

    def fail():
        with network("ab") as on:
            made.append(on["a"].name)
            assert made[0] in spaces()
            raise BacnetError("as asked")

    made = []
    with pytest.raises(BacnetError, match="as asked"):
        fail()
    assert made[0] not in spaces()
