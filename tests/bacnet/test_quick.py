"""The quick path answers octet for octet what bacpypes3 would, and leaves it everything else."""

from __future__ import annotations

import asyncio
import dataclasses
import struct

import numpy as np
import pytest

from tests.bacnet.test_building import POINTS
from tests.bacnet.wire import READ, READ_MULTIPLE, Wire, read
from twin.bacnet.application import free_port
from twin.bacnet.building.building import NETWORK, Building
from twin.bacnet.numbers import LENGTHS

ANALOG = [dataclasses.replace(POINTS[0], instance=n, name=f"p{n}", signal=f"p{n}.air") for n in range(2, 101)]


def routed(apdu, device=100, control=0x24):
    npdu = bytes([1, control]) + NETWORK.to_bytes(2, "big") + b"\x03" + device.to_bytes(3, "big") + b"\xff" + apdu
    return b"\x81\x0a" + (len(npdu) + 4).to_bytes(2, "big") + npdu


def asked(service, data, invoke=1, longest=5, segmented=False):
    return routed(bytes([0x02 if segmented else 0x00, 0x70 | longest, invoke, service]) + data)


def many(numbers, props=(85,), kind=0):
    body = b"".join(b"\x09" + bytes([prop]) for prop in props)
    return b"".join(b"\x0c" + struct.pack(">I", kind << 22 | n) + b"\x1e" + body + b"\x1f" for n in numbers)


def both(*frames):
    """Answers of the quick path and of bacpypes3 to the same frames, and how many the quick path gave."""

    async def run():
        port = free_port("127.0.0.1")
        building = Building([*POINTS, *ANALOG], lambda *_: None, "test", "127.0.0.1", port, 8)
        values = np.random.default_rng(4).uniform(-50.0, 50.0, len(building.points))
        values[[2, 3, 4]] = [1.0, np.nan, 2.0]
        building.put(values)
        wire = Wire()
        await asyncio.sleep(0.05)
        (server,) = (layer.server for layer in building.router.link_layers.values() if hasattr(layer, "server"))
        answers = []
        for answer in (building.quick.answer, None):
            server.quick = answer
            told = []
            for frame in frames:
                wire.send(frame, port)
                loop = asyncio.get_running_loop()
                told.append((await asyncio.wait_for(loop.sock_recvfrom(wire.socket, 2048), 5.0))[0])
            answers.append(told)
        wire.close()
        await building.stop()
        return (*answers, building.quick.answered)

    return asyncio.run(run())


@pytest.mark.parametrize(
    "frame",
    [
        asked(READ, read(0, 1, 85)),
        asked(READ, read(0, 1, 111)),
        asked(READ, read(5, 1, 85)),
        asked(READ_MULTIPLE, many([1])),
        asked(READ_MULTIPLE, many(range(1, 61))),
        asked(READ_MULTIPLE, many(range(100, 1, -1))[: 9 * 92]),
        asked(READ_MULTIPLE, many([1, 2, 3], props=(85, 111))),
        asked(READ_MULTIPLE, many([1], props=(85, 111), kind=5) + many([1])),
        asked(READ_MULTIPLE, many([7, 7, 7])),
    ],
)
def test_the_octets_are_those_of_bacpypes3(frame):
    quick, slow, answered = both(frame)
    assert quick == slow
    assert answered == 1


def test_a_multi_state_value_and_a_fault_are_told_as_bacpypes3_does():
    frames = [routed(bytes([0, 0x75, 9, READ]) + data, device=200) for data in (read(19, 1, 85), read(0, 1, 111))]
    quick, slow, answered = both(*frames)
    assert quick == slow
    assert answered == 2


@pytest.mark.parametrize(
    "frame",
    [
        asked(READ, read(0, 999, 85)),
        asked(READ, read(0, 1, 77)),
        asked(READ, read(0, 1, 85) + b"\x29\x01"),
        asked(READ, read(8, 100, 76)),
        asked(READ_MULTIPLE, many([1], props=(85, 77))),
        asked(READ_MULTIPLE, many([1, 999])),
        asked(READ_MULTIPLE, many([1])[:-1]),
        asked(READ_MULTIPLE, b""),
        asked(READ_MULTIPLE, many(range(1, 61)), longest=2),
        asked(15, read(0, 1, 85) + b"\x3e\x44\x00\x00\x00\x00\x3f"),
        asked(99, b""),
    ],
)
def test_what_it_does_not_know_is_left_to_bacpypes3(frame):
    quick, slow, answered = both(frame)
    assert quick == slow
    assert answered == 0


def test_no_answer_is_longer_than_its_peer_takes():
    for code, longest in enumerate(LENGTHS):
        for count in range(1, 100, 7):
            frame = asked(READ_MULTIPLE, many(range(2, 2 + count)), longest=code)
            building_answer = _answer(frame)
            assert building_answer is None or len(building_answer) - 12 <= longest


def _answer(frame):
    from twin.bacnet.building.board import Board
    from twin.bacnet.building.quick import Quick

    return Quick({(100).to_bytes(3, "big"): Board(ANALOG, lambda *_: None)}, NETWORK).answer(frame, ("127.0.0.1", 1))
