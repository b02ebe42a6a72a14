"""A device that mangles what it says: nothing hangs, nothing is left behind, and what is left good is still read."""

from __future__ import annotations

import asyncio
from collections import Counter

import numpy as np
import pytest
from bacpypes3.apdu import ConfirmedRequestPDU

from tests.bacnet.field import FieldDevice, found
from tests.bacnet.test_poller import SENSORS
from twin.bacnet.gateway import ask
from twin.bacnet.gateway.discover import Client
from twin.bacnet.gateway.peer import GOOD, Peer
from twin.bacnet.gateway.poller import Poller
from twin.bacnet.numbers import READ_MULTIPLE
from twin.errors import BacnetError

AT_ONCE, BATCH, DEADLINE = 48, 10, 0.03


class Mangling(FieldDevice):
    """Changes a few octets of every frame that it sends, and mends the length most of the time."""

    random: np.random.Generator | None = None

    def _send(self, apdu, source, peer, expecting=False):
        super()._send(apdu, source, Turned(self.wire.socket, self.random, peer) if self.random else peer, expecting)


class Turned(tuple):
    """An address; what goes there is mangled on the way."""

    def __new__(cls, socket, random, peer):
        made = super().__new__(cls, peer)
        made.random = random
        return made


def mangled(frame, random):
    told = bytearray(frame)
    for _ in range(int(random.integers(1, 9))):
        at, what = int(random.integers(len(told))) if told else 0, random.integers(4)
        if what < 2 and told:
            told[at] ^= 1 << int(random.integers(8))
        elif what == 2 and told:
            del told[at]
        else:
            told.insert(at, int(random.integers(256)))
    if random.random() < 0.7 and len(told) >= 4:
        told[2:4] = len(told).to_bytes(2, "big")
    return bytes(told)


class Line:
    """A socket that mangles what goes to a `Turned` address."""

    def __init__(self, socket):
        self.real = socket

    def sendto(self, frame, peer):
        return self.real.sendto(mangled(frame, peer.random) if isinstance(peer, Turned) else frame, tuple(peer))

    def __getattr__(self, name):
        return getattr(self.real, name)


def survives(count, seed):
    async def go():
        client = Client.on("127.0.0.1", 8)
        device = Mangling(7)
        device.wire.socket = Line(device.wire.socket)
        outcome = Counter()
        gate = asyncio.Semaphore(AT_ONCE)
        keys = np.array([1 + n for n in range(BATCH)], dtype=np.uint32)

        async def one():
            request = ConfirmedRequestPDU(READ_MULTIPLE, destination=device.address)
            request.put_data(ask.question(keys))
            async with gate:
                try:
                    values, _ = ask.answer(bytes((await client.ask(request, DEADLINE, octets=True)).pduData), keys)
                    outcome["read"] += len(values) == BATCH
                except (BacnetError, ValueError) as problem:
                    outcome[type(problem).__name__] += 1

        try:
            await asyncio.sleep(0.1)
            device.random = np.random.default_rng(seed)
            own = next(iter(client.link_layers.values())).server.local_transport.get_extra_info("sockname")
            for first in range(0, count, 500):
                device._send(found(7), b"", own)
                await asyncio.gather(*(one() for _ in range(min(500, count - first))))
            device.random = None
            await asyncio.sleep(0.2)
            took = []
            peer = Peer(7, device.address, SENSORS)
            poller = Poller(client, [peer], lambda *told: took.append(told), rate=1e6)
            there = await poller.poll(peer)
            left = sum(map(len, client._requests.values())), list(client.asap.clientTransactions)
            return outcome, there, took[0][1], took[0][2], left
        finally:
            device.close()
            await client.stop()

    outcome, there, values, quality, left = asyncio.run(asyncio.wait_for(go(), 300.0))
    assert sum(outcome.values()) == count
    assert 0 < outcome["read"] < count / 10  # a changed value cannot be told from another one
    assert outcome["SilenceError"]
    assert outcome["ValueError"]
    assert there
    assert values.tolist() == [float(n) for n in range(1, 41)]
    assert (quality == GOOD).all()
    assert left == (0, [])


def test_six_thousand_mangled_answers_hang_nothing_and_leave_nothing():
    survives(6_000, seed=3)


@pytest.mark.nightly
def test_sixty_thousand_mangled_answers_hang_nothing_and_leave_nothing():
    survives(60_000, seed=4)
