"""What a virtual building refuses and what a reader survives: writes by the side door, wrong answers, a device that dies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
from bacpypes3.apdu import RejectPDU, SubscribeCOVRequest, WritePropertyMultipleRequest
from bacpypes3.basetypes import PropertyValue, WriteAccessSpecification
from bacpypes3.constructeddata import Any
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import ObjectIdentifier, Real
from hypothesis import given
from hypothesis import strategies as st

from twin.bacnet import application, codec, reader
from twin.errors import BacnetError

ROOM = ("analog-input", 1)


@pytest.fixture
def building(tmp_path):
    names = [f"p{number}" for number in range(70)]
    times = pd.date_range("2019-07-01", periods=2000, freq="15min", tz="Asia/Shanghai")
    trends = pd.DataFrame(np.random.default_rng(5).uniform(0.0, 9.0, (2000, 70)), index=times, columns=names)
    trends[names[::-1]].to_parquet(tmp_path / "trends.parquet")
    told = [{"name": name, "unit": "W", "description": name} for name in names]
    (tmp_path / "points.json").write_text(json.dumps(told))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    files = [str(tmp_path / "trends.parquet"), str(tmp_path / "points.json"), "--port", str(port)]
    device = subprocess.Popen(
        [sys.executable, "-m", "twin.bacnet.replay", *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert device.stdout.readline().startswith("ready")
    yield f"127.0.0.1:{port}", device, trends
    device.kill()
    device.communicate(timeout=5)


def test_no_other_service_changes_or_subscribes(building):
    value = PropertyValue(propertyIdentifier="present-value", value=Any(Real(-77.0)))
    write = WriteAccessSpecification(objectIdentifier=ObjectIdentifier(ROOM), listOfProperties=[value])
    target = Address(building[0])
    requests = [
        WritePropertyMultipleRequest(listOfWriteAccessSpecs=[write], destination=target),
        SubscribeCOVRequest(subscriberProcessIdentifier=1, monitoredObjectIdentifier=ROOM, destination=target),
    ]

    async def attack():
        async with reader.Reader(building[0]) as client:
            room = reader.Point(ROOM, "p0", "watts", "p0")
            before = await client.values([room])
            for request in requests:
                with pytest.raises(RejectPDU):
                    await asyncio.wait_for(client.app.request(request), 3.0)
            return before, await client.values([room])

    before, after = asyncio.run(attack())
    assert before == after == [float(np.float32(building[2]["p0"].iloc[0]))]


def test_an_object_that_is_not_there_is_no_number_and_spoils_no_other(building):
    async def ask():
        async with reader.Reader(building[0]) as client:
            found = [reader.Point(("analog-input", number), "", "", "") for number in (1, 4000, 2)]
            return await client.values(found)

    first, absent, second = asyncio.run(ask())
    assert math.isnan(absent)
    row = building[2].iloc[0].astype(np.float32)
    assert (first, second) == (float(row["p0"]), float(row["p1"]))


def test_a_device_that_dies_is_told_with_its_address_within_the_deadline(building):
    dead: list[float] = []

    def kill(_read, _rows):
        if not dead:
            building[1].send_signal(signal.SIGKILL)
            dead.append(time.monotonic())

    with pytest.raises(BacnetError, match=building[0]):
        reader.collect(building[0], kill)
    assert time.monotonic() - dead[0] < application.DEADLINE + 1.0


@pytest.mark.parametrize("body", ["", "0c000000011e", "0c000000021e29554e44402000004f1f", "ff" * 40])
def test_a_wrong_answer_ends_the_request(body):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.bind(("127.0.0.1", 0))

        def answer():
            asked, client = device.recvfrom(1500)
            octets = b"\x01\x00\x30" + asked[8:9] + b"\x0e" + bytes.fromhex(body)
            device.sendto(b"\x81\x0a" + (len(octets) + 4).to_bytes(2, "big") + octets, client)

        thread = threading.Thread(target=answer)
        thread.start()
        target = f"127.0.0.1:{device.getsockname()[1]}"

        async def ask():
            async with reader.Reader(target) as client:
                await client.values([reader.Point(ROOM, "room", "", "")])

        with pytest.raises(BacnetError, match=f"{target}.*is wrong"):
            asyncio.run(ask())
        thread.join(timeout=5.0)


@given(st.binary(max_size=60))
def test_octets_of_any_kind_are_values_or_a_value_error(octets):
    with contextlib.suppress(ValueError):
        assert len(codec.decode_values(octets, [ROOM])) == 1


@given(st.floats(width=32, allow_nan=False), st.integers(0, 24))
def test_a_cut_answer_is_never_taken_for_a_whole_one(value, length):
    whole = bytes.fromhex("0c000000011e29554e44") + struct.pack(">f", value) + bytes.fromhex("4f1f")
    assert codec.decode_values(whole, [ROOM]) == [value]
    if length < len(whole):
        with pytest.raises(ValueError, match="octet"):
            codec.decode_values(whole[:length], [ROOM])
