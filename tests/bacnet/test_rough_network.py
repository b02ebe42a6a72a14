"""A network that loses, delays, doubles and reorders frames: nothing hangs, nothing wrong is taken for good, nothing is left behind."""

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest
from bacpypes3.pdu import Address

from tests.bacnet.netns import MASK, enter, network
from tests.bacnet.test_poller import SENSORS
from twin.bacnet.application import SafeApplication
from twin.bacnet.building.building import NETWORK, Building
from twin.bacnet.gateway.leases import Journal, Rule, Writer
from twin.bacnet.gateway.poller import Peer, Poller
from twin.bacnet.points import Point
from twin.bacnet.port import PORT
from twin.errors import BacnetError


class RoughNetwork(asyncio.DatagramProtocol):
    """Stands between a client and a building: drops 30 %, doubles 10 %, delays each by up to 60 ms, so that order is lost, too."""

    def __init__(self, target, seed, loss=0.3):
        self.target, self.random, self.loss = target, np.random.default_rng(seed), loss
        self.client, self.passed, self.lost = None, 0, 0

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, frame, peer):
        if peer != self.target:
            self.client = peer
        to = self.target if peer != self.target else self.client
        if self.random.random() < self.loss:
            self.lost += 1
            return
        for _ in range(1 + (self.random.random() < 0.1)):
            self.passed += 1
            asyncio.get_running_loop().call_later(self.random.uniform(0.0, 0.06), self._pass, frame, to)

    def _pass(self, frame, to):
        if not self.transport.is_closing():
            self.transport.sendto(frame, to)


def play(act, seed=1, points=SENSORS):
    """Building, line and client, each on a host of its own; sockets stay in the namespace in which they were opened."""

    async def run(on):
        enter(on["a"].name)
        building = Building(points, lambda *_: None, "test", on["a"].address, PORT, MASK, frozenset({on["c"].address}))
        await asyncio.sleep(0.1)
        enter(on["c"].name)
        loop, target = asyncio.get_running_loop(), (on["a"].address, PORT)
        transport, rough = await loop.create_datagram_endpoint(
            lambda: RoughNetwork(target, seed), local_addr=(on["c"].address, PORT)
        )
        enter(on["b"].name)
        client = SafeApplication.start(on["b"].address, PORT, 12, "client", mask=MASK)
        await asyncio.sleep(0.1)
        address = Address(f"{NETWORK}:0x{7:06x}@{on['c'].address}:{PORT}")
        try:
            return await act(building, client, address, rough)
        finally:
            transport.close()
            await building.stop()
            began = time.monotonic()
            await client.stop()
            assert time.monotonic() - began < 2.0

    with network("abc") as on:
        acting = on["b"].submit(lambda: asyncio.run(asyncio.wait_for(run(on), 100.0)))
        return acting.result(110.0)


@pytest.mark.parametrize("polls", [5, pytest.param(12, marks=pytest.mark.nightly)])
def test_polls_go_on_and_every_good_value_is_true(polls):
    async def act(building, client, address, rough):
        took = []
        peer = Peer(7, address, SENSORS, longest=206)
        poller = Poller(
            client, [peer], lambda _points, values, quality, _: took.append((values, quality)), rate=1e4, deadline=0.4
        )
        wrong = 0
        for step in range(polls):
            truth = np.arange(40.0) + 100.0 * step
            building.put(truth)
            if await poller.poll(peer):
                values, quality = took[-1]
                wrong += int((values[quality == 0] != truth[quality == 0]).sum())
        await asyncio.sleep(0.5)
        return wrong, took, poller.counted, rough, len(client.asap.clientTransactions), client.counted

    wrong, took, counted, rough, left, complaints = play(act)
    good = sum(int((quality == 0).sum()) for _, quality in took)
    assert rough.lost > 2.5 * polls
    assert wrong == 0
    assert good > 0.5 * polls * 40
    assert counted["asked_again"] > 0
    assert left == 0
    assert complaints["silence"] > 0


def test_a_loan_over_a_bad_line_is_either_there_or_given_back(tmp_path):
    points = [*SENSORS[:-1], Point(7, "AV", 1, "wanted", "wanted", "degC", "", 0.2, 15.0, 30.0)]

    async def act(building, client, address, rough):
        allowed = {"wanted": Rule("wanted", 15.0, 30.0, 13, 100, "operator")}
        journal = Journal(tmp_path / "journal.jsonl")
        writer = Writer(client, points, allowed, journal)
        board = next(iter(building.boards.values()))
        row = board.by_name["wanted"]
        shown = []
        for step in range(3):
            try:
                await writer.write("wanted", 20.0 + step, 60.0, address, "Li", "operator")
            except BacnetError:
                continue
            shown.append(board.priorities(row)[12] == 20.0 + step)
        rough.loss = 0.0
        await writer.stop()
        await writer.recover()
        return shown, board.priorities(row)[12], journal.open_leases()

    shown, slot, left = play(act, seed=3, points=points)
    assert all(shown)
    assert slot is None
    assert left == []
