"""What comes from the network, and what does not come, neither stops nor fills nor fools the application."""

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest
from bacpypes3.apdu import ReadPropertyRequest
from bacpypes3.basetypes import PropertyIdentifier
from bacpypes3.local.analog import AnalogInputObject
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import ObjectIdentifier
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bacnet.wire import READ, READ_MULTIPLE, Wire, confirmed, read, wrapped
from twin.bacnet.application import (
    MOST_OUTSTANDING,
    MismatchError,
    RefusedError,
    SafeApplication,
    SilenceError,
    TooManyRequestsError,
    free_port,
)
from twin.bacnet.transactions import MOST_OF_PEER
from twin.errors import BacnetError

REJECT, ABORT, ERROR, COMPLEX = 6, 7, 5, 3
PRESENT_VALUE = read(0, 1, 85)


def sensors(count):
    return [
        AnalogInputObject(
            objectIdentifier=("analog-input", number), objectName=f"sensor {number}", presentValue=float(number), units="degreesCelsius",
            statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False, description="x" * 60,
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def on_the_air(scene, count=3, listens_to=()):
    """Run a scene with an application, its port and a rude socket; nothing may be left behind."""

    async def play():
        port = free_port("127.0.0.1")
        app = SafeApplication.start("127.0.0.1", port, 7, "under test", sensors(count), mask=8)
        app.asap.listens_to = frozenset(listens_to)
        wire = Wire()
        try:
            await asyncio.sleep(0.05)
            answer = await scene(app, port, wire)
            wire.send(confirmed(READ, PRESENT_VALUE, 200), port)
            assert await until(wire, 200) == COMPLEX or listens_to, "the application does not answer any more"
            assert len(app.asap.serverTransactions) == 0
            return answer
        finally:
            wire.close()
            began = time.monotonic()
            await app.stop()
            assert time.monotonic() - began < 2.0

    return asyncio.run(asyncio.wait_for(play(), 60.0))


async def until(wire, invoke, wait=2.0):
    """Kind of the answer with an invoke id."""
    while True:
        apdu, _ = await wire.receive(wait)
        if not apdu:
            return None
        if apdu[1] == invoke:
            return apdu[0] >> 4


def request(target, **told):
    return ReadPropertyRequest(
        objectIdentifier=ObjectIdentifier(("analog-input", 1)), propertyIdentifier=PropertyIdentifier("present-value"), destination=Address(target), **told
    )  # fmt: skip


def test_a_peer_that_owes_many_answers_is_asked_no_more():
    async def scene(app, _port, wire):
        silent = f"127.0.0.1:{wire.port}"
        asked = [asyncio.create_task(app.ask(request(silent), deadline=0.5)) for _ in range(300)]
        done = await asyncio.gather(*asked, return_exceptions=True)
        while (await wire.receive(0.05))[0]:
            pass
        assert len(app.asap.clientTransactions) == 0
        return [type(each) for each in done]

    kinds = on_the_air(scene)
    assert kinds.count(SilenceError) == MOST_OUTSTANDING
    assert kinds.count(TooManyRequestsError) == 300 - MOST_OUTSTANDING


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (bytes([0x30, 0, READ]) + b"\xff\xff\xff", RefusedError),
        (bytes([0x30, 0, READ]), RefusedError),
        (bytes([0x30, 0, READ]) + b"\x0c\x00\x00\x00\x02\x19\x55\x3e\x44\x42\x28\x00\x00\x3f", MismatchError),
        (bytes([0x30, 0, READ]) + b"\x0c\x00\x00\x00\x01\x19\x1c\x3e\x44\x42\x28\x00\x00\x3f", MismatchError),
        (bytes([0x30, 0, READ_MULTIPLE]) + b"", (MismatchError, RefusedError)),
        (bytes([0x20, 0, READ]), MismatchError),
        (bytes([0x50, 0, READ]) + b"\x91\x02\x91\x20", RefusedError),
        (bytes([0x50, 0, READ]) + b"\xff", RefusedError),
        (bytes([0x60, 0, 9]), RefusedError),
        (bytes([0x71, 0, 4]), RefusedError),
        (bytes([0x50]), SilenceError),
        (b"", SilenceError),
    ],
)
def test_a_mangled_answer_ends_its_request(answer, kind):
    async def scene(app, _port, wire):
        task = asyncio.create_task(app.ask(request(f"127.0.0.1:{wire.port}"), deadline=1.0))
        asked, port = await wire.receive()
        if len(answer) > 1:
            wire.send(wrapped(answer[:1] + asked[2:3] + answer[2:], expecting=False), port)
        else:
            wire.send(wrapped(answer, expecting=False), port)
        with pytest.raises(kind):
            await task

    on_the_air(scene)


def test_an_answer_for_what_was_asked_is_taken_once():
    async def scene(app, _port, wire):
        task = asyncio.create_task(app.ask(request(f"127.0.0.1:{wire.port}")))
        asked, port = await wire.receive()
        good = bytes([0x30, asked[2], READ]) + b"\x0c\x00\x00\x00\x01\x19\x55\x3e\x44\x42\x28\x00\x00\x3f"
        for _ in range(3):
            wire.send(wrapped(good, expecting=False), port)
        answer = await task
        await asyncio.sleep(0.1)
        assert app.counted["unasked"] == 2
        return answer

    assert on_the_air(scene).objectIdentifier == ObjectIdentifier(("analog-input", 1))


@pytest.mark.parametrize(
    ("service", "data", "reason"),
    [
        (READ, b"", 5),
        (READ, PRESENT_VALUE[:3], 4),
        (READ, b"\x0c\x00\x00\x00\x01\xff\xff", 4),
        (READ_MULTIPLE, b"\x0c\x00\x00\x00\x01\x1e", 4),
        (60, b"\x00", 9),
        (3, b"", 9),
        (5, b"\x09\x01\x1c\x00\x00\x00\x01\x29\x00\x39\x3c", 9),
        (16, b"\x0c\x00\x00\x00\x01\x1e\x09\x55\x2e\x44\x42\x28\x00\x00\x2f\x1f", 9),
    ],
)
def test_what_cannot_be_understood_is_rejected_with_its_reason(service, data, reason):
    async def scene(_app, port, wire):
        wire.send(confirmed(service, data, 3), port)
        apdu, _ = await wire.receive()
        return apdu

    apdu = on_the_air(scene)
    assert (apdu[0] >> 4, apdu[1]) == (REJECT, 3)
    assert apdu[2] == reason or reason in (4, 5)


def test_reserved_lengths_leave_nothing_behind():
    async def scene(app, port, wire):
        for number in range(1000):
            wire.send(confirmed(READ, PRESENT_VALUE, number % 200, longest=6 + number % 10), port)
            if number % 50 == 49:
                await asyncio.sleep(0.02)
        while (await wire.receive(0.1))[0]:
            pass
        assert len(app.asap.serverTransactions) == 0
        assert app.counted["turned_away"] > 500

    on_the_air(scene)


def test_a_flood_of_requests_to_be_continued_is_turned_away_and_forgotten():
    async def scene(app, port, wire):
        first = bytes([0x0C | 0x02, 0x75])
        for invoke in range(150):
            wire.send(wrapped(first + bytes([invoke, 0, 4, READ_MULTIPLE]) + b"\x0c"), port)
        await asyncio.sleep(0.3)
        assert len(app.asap.serverTransactions) <= MOST_OF_PEER
        await asyncio.sleep(2.5)
        while (await wire.receive(0.05))[0]:
            pass
        assert len(app.asap.serverTransactions) == 0

    on_the_air(scene)


def test_segments_without_end_are_cut_off():
    async def scene(app, port, wire):
        for number in range(120):
            head = bytes([0x0C | 0x02, 0x75, 9, number % 256, 1, READ_MULTIPLE])
            wire.send(wrapped(head + bytes(1400)), port)
            apdu, _ = await wire.receive()
            if apdu and apdu[0] >> 4 == ABORT:
                return number
        return None

    assert 60 < on_the_air(scene) < 80


@pytest.mark.parametrize(("code", "longest"), [(5, 1476), (4, 1024), (3, 480), (2, 206), (1, 128), (0, 50)])
def test_no_segment_is_longer_than_its_peer_takes(code, longest):
    names = b"".join(b"\x0c" + (number).to_bytes(4, "big") + b"\x1e\x09\x1c\x09\x4d\x1f" for number in range(1, 61))

    async def scene(_app, port, wire):
        sizes, data = [], b""
        wire.send(confirmed(READ_MULTIPLE, names, 5, longest=code), port)
        while True:
            apdu, _ = await wire.receive()
            sizes.append(len(apdu))
            if not apdu[0] & 0x08:
                return sizes, data + apdu[3:]
            data += apdu[5:]
            wire.send(wrapped(bytes([0x40, 5, apdu[2], 1])), port)
            if not apdu[0] & 0x04:
                return sizes, data

    sizes, data = on_the_air(scene, count=60)
    assert max(sizes) <= longest
    assert len(sizes) > 2
    assert data.count(b"sensor") == 60


def test_the_device_says_truly_what_it_does():
    async def scene(app, _port, _wire):
        return app.get_services_supported(), app.device_object.protocolObjectTypesSupported

    services, types = on_the_air(scene)
    on = {
        name
        for name in dir(services)
        if isinstance(getattr(services, name), int) and not name.startswith("_") and services[getattr(services, name)]
    }
    assert on == {"readProperty", "readPropertyMultiple", "whoIs", "iAm", "whoHas", "iHave"}
    assert [place for place, bit in enumerate(types) if bit] == [0, 8, 56]


def test_strangers_are_not_served():
    async def scene(_app, port, wire):
        wire.send(confirmed(READ, PRESENT_VALUE, 3), port)
        return await wire.receive(0.3)

    assert on_the_air(scene, listens_to=["192.0.2.1"])[0] == b""


def test_a_taken_or_foreign_address_is_refused_at_the_start():
    wire = Wire()
    try:
        with pytest.raises(BacnetError, match="taken by another program"):
            SafeApplication.start("127.0.0.1", wire.port, 7, "second")
        with pytest.raises(BacnetError, match="not an address of this machine"):
            SafeApplication.start("192.0.2.7", 47808, 7, "elsewhere")
    finally:
        wire.close()


def test_stopping_does_not_wait_for_answers():
    async def scene(app, _port, wire):
        return asyncio.create_task(app.ask(request(f"127.0.0.1:{wire.port}")))

    on_the_air(scene)


SEEDS = [
    confirmed(READ, PRESENT_VALUE, 1), confirmed(READ, read(8, 7, 76), 2), confirmed(READ_MULTIPLE, b"\x0c\x00\x00\x00\x01\x1e\x09\x08\x1f", 3),
    confirmed(15, PRESENT_VALUE + b"\x3e\x44\x42\x28\x00\x00\x3f\x49\x08", 4), confirmed(5, b"\x09\x01\x1c\x00\x00\x00\x01\x29\x01\x39\x3c", 5),
    confirmed(26, read(20, 1, 131) + b"\x3e\x21\x01\x31\x0a\x3f", 6), wrapped(b"\x10\x08", False), wrapped(b"\x10\x08\x09\x07\x19\x07", False),
    wrapped(b"\x10\x00\xc4\x02\x00\x00\x08\x22\x05\xc4\x91\x00\x21\x0f", False), wrapped(bytes([0x0E, 0x75, 7, 0, 4, READ_MULTIPLE]) + b"\x0c\x00\x00"),
    confirmed(17, b"\x09\x01\x19\x01", 8), confirmed(20, b"\x09\x00", 9), wrapped(b"\x10\x06\xa4\x7e\x0b\x15\x06\xb4\x0c\x00\x00\x00", False),
    wrapped(bytes([0x40, 1, 0, 8])), wrapped(bytes([0x71, 1, 0])), b"\x81\x0b\x00\x0c\x01\x20\xff\xff\x00\xff\x10\x08",
    b"\x81\x05\x00\x06\x00\x3c", b"\x81\x04\x00\x18\x7f\x00\x00\x01\xba\xc0" + confirmed(READ, PRESENT_VALUE, 10)[4:], b"\x81\x02\x00\x04",
]  # fmt: skip
"""One frame of every kind that a device meets."""


def mutated(seed, random):
    """A frame with a few octets changed, left out or added, its length mended most of the time."""
    frame = bytearray(SEEDS[seed % len(SEEDS)])
    for _ in range(int(random.integers(1, 9))):
        at = int(random.integers(len(frame))) if frame else 0
        what = random.integers(4)
        if what < 2 and frame:
            frame[at] ^= 1 << int(random.integers(8))
        elif what == 2 and frame:
            del frame[at]
        else:
            frame.insert(at, int(random.integers(256)))
    if random.random() < 0.7 and len(frame) >= 4:
        frame[2:4] = len(frame).to_bytes(2, "big")
    return bytes(frame)


def survives(count, seed):
    async def scene(app, port, wire):
        random = np.random.default_rng(seed)
        for number in range(count):
            wire.send(mutated(number, random), port)
            if number % 20 == 19:
                await asyncio.sleep(0.001)
            if number % 1000 == 999:
                while (await wire.receive(0.01))[0]:
                    pass
                kinds = []
                while COMPLEX not in kinds and len(kinds) < 5:  # the queue of a flooded socket loses some
                    wire.send(confirmed(READ, PRESENT_VALUE, 222), port)
                    kinds.append(await until(wire, 222))
                assert COMPLEX in kinds
        await asyncio.sleep(4.5)
        while (await wire.receive(0.01))[0]:
            pass
        assert app.get_object_id(ObjectIdentifier(("analog-input", 1))).presentValue == 1.0
        assert app.device_object.objectIdentifier == ObjectIdentifier(("device", 7))
        return dict(app.counted)

    counted = on_the_air(scene)
    assert counted["rejected"] > count / 100
    assert counted["malformed"] > count / 100


def test_six_thousand_mutated_packets_change_and_leave_nothing():
    survives(6_000, seed=1)


@pytest.mark.nightly
def test_sixty_thousand_mutated_packets_change_and_leave_nothing():
    survives(60_000, seed=2)


@given(st.binary(max_size=60))
@settings(max_examples=40, deadline=None)
def test_octets_that_mean_nothing_are_survived(octets):
    async def scene(_app, port, wire):
        wire.send(octets, port)
        wire.send(wrapped(octets), port)
        while (await wire.receive(0.02))[0]:
            pass

    on_the_air(scene)
