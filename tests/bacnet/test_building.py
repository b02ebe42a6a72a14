"""A site as a virtual building: stable numbers, a router with controllers behind it, and writes that are obeyed or refused."""

from __future__ import annotations

import asyncio
import dataclasses
import math
from datetime import datetime

import numpy as np
import pytest
from bacpypes3.apdu import WritePropertyMultipleRequest, WritePropertyRequest
from bacpypes3.basetypes import PropertyValue, WriteAccessSpecification
from bacpypes3.constructeddata import Any
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import Boolean, CharacterString, Null, ObjectIdentifier, PropertyIdentifier, Real, Unsigned

from tests.bacnet.wire import Wire
from twin.bacnet import points as listed
from twin.bacnet.application import RefusedError, SafeApplication, free_port
from twin.bacnet.building.building import NETWORK, ROUTER, Building
from twin.bacnet.building.running import RunningSite
from twin.bacnet.points import Point
from twin.errors import BacnetError
from twin.site.load import load
from twin.weather.year import Weather

NAN = math.nan
POINTS = [
    Point(100, "AI", 1, "room.air", "room.air", "degC", "Air", 0.2, NAN, NAN),
    Point(100, "AV", 1, "room.wanted", "room.wanted", "degC", "Set-point", 0.2, 15.0, 30.0),
    Point(100, "BV", 1, "room.on", "room.on", "1", "Switch", 0.0, 0.0, 1.0),
    Point(200, "AI", 1, "plant.power", "plant.power", "W", "Power", 500.0, NAN, NAN),
    Point(200, "MSV", 1, "plant.mode", "plant.mode", "1", "Mode", 0.0, 1.0, 3.0),
]


class Scene:
    """A building, a client, and what was commanded."""

    def __init__(self, writers=("127.0.0.1",), points=POINTS, **building):
        self.told = []
        self.port = free_port("127.0.0.1")
        self.building = Building(
            points,
            lambda point, *rest: self.told.append((point.signal, *rest)),
            "test",
            "127.0.0.1",
            self.port,
            8,
            frozenset(writers),
            **building,
        )
        if len(points) == len(POINTS):
            self.building.put(np.array([21.5, 22.0, 1.0, 5000.0, 2.0]))
        self.client = SafeApplication.start("127.0.0.1", free_port("127.0.0.1"), 9, "client", mask=8)

    def behind(self, device):
        return Address(f"{NETWORK}:0x{device:06x}@127.0.0.1:{self.port}")

    async def read(self, device, kind, instance, prop="present-value"):
        asked = self.client.read_property(self.behind(device), ObjectIdentifier((kind, instance)), prop)
        return await self.client.timed(asked, "read")

    async def write(self, device, kind, instance, value, priority=None, prop="present-value", index=None):
        told = {"objectIdentifier": ObjectIdentifier((kind, instance)), "propertyIdentifier": PropertyIdentifier(prop)}
        if priority is not None:
            told["priority"] = priority
        if index is not None:
            told["propertyArrayIndex"] = index
        await self.client.ask(WritePropertyRequest(**told, propertyValue=Any(value), destination=self.behind(device)))

    async def stop(self):
        await self.building.stop()
        await self.client.stop()


def play(act, kind=Scene, **told):
    async def run():
        scene = kind(**told)
        await asyncio.sleep(0.05)
        try:
            return await act(scene)
        finally:
            await scene.stop()

    return asyncio.run(asyncio.wait_for(run(), 60.0))


def test_numbers_of_points_never_move():
    site = load("binhai")
    first = listed.derive(site)
    known = [dataclasses.replace(point, instance=point.instance + 500) for point in first[100:]]
    again = {point.signal: point for point in listed.derive(site, known)}
    assert all(again[point.signal] == point for point in known)
    assert len({(p.device, p.object, p.instance) for p in again.values()}) == len(again) == len(first)


def test_a_site_whose_devices_count_in_their_own_units_is_not_served(tmp_path):
    site = load("binhai")
    found = [
        dataclasses.replace(p, engineering_units="kilowatts" if p.unit == "W" else "") for p in listed.derive(site)
    ]
    listed.write(found, tmp_path / listed.FILE)
    assert len(listed.of(site, tmp_path)) == len(found)
    with pytest.raises(BacnetError, match="counts in SI"):
        listed.served(site, tmp_path)


def test_points_are_written_and_read_back(tmp_path):
    found = listed.derive(load("binhai"))
    listed.write(found, tmp_path / "points.csv")
    back = listed.read(tmp_path / "points.csv")
    assert [(p.device, p.object, p.instance, p.signal, p.writable) for p in back] == [
        (p.device, p.object, p.instance, p.signal, p.writable) for p in found
    ]
    assert next(p for p in back if p.writable).low == next(p for p in found if p.writable).low


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"instance": 1, "name": "other", "signal": "other"}, "its place is taken by room.air"),
        ({"instance": 2, "signal": "other"}, "its name is taken"),
        ({"instance": 2, "name": "other"}, "stands twice"),
        ({"object": "XY", "name": "o", "signal": "o"}, "the type is not one of"),
        ({"instance": 5_000_000, "name": "o", "signal": "o"}, "instances are 0 to"),
        ({"instance": 2, "name": "", "signal": "o"}, "has no name"),
        (
            {"instance": 2, "name": "o", "signal": "o", "low": 2.0, "high": 3.0},
            "inputs are not written; .* or make it AV",
        ),
        ({"instance": 2, "name": "o", "signal": "o", "low": 3.0, "high": 2.0}, "low and high do not fit"),
    ],
)
def test_wrong_points_are_told_with_their_place(tmp_path, change, told):
    with pytest.raises(BacnetError, match=told):
        listed.check([*POINTS, dataclasses.replace(POINTS[0], **change)])


@pytest.mark.parametrize(
    ("text", "told"),
    [("device,object\n1,AI\n", "has no column"), (",".join(listed.COLUMNS) + "\nx,AI,1,a,a,W,,1,,\n", "points.csv:2:")],
)
def test_a_wrong_file_is_told_by_its_line(tmp_path, text, told):
    (tmp_path / "points.csv").write_text(text)
    with pytest.raises(BacnetError, match=told):
        listed.read(tmp_path / "points.csv")


def test_every_controller_is_behind_the_router():
    async def act(scene):
        found = await scene.client.who_is(address=Address(f"127.0.0.1:{scene.port}"), timeout=1)
        return (
            [int(each.iAmDeviceIdentifier[1]) for each in found], await scene.read(100, "device", 100, "object-list"),
            await scene.read(100, "analog-input", 1), await scene.read(200, "analog-input", 1),
            await scene.read(200, "multi-state-value", 1), str(await scene.read(100, "binary-value", 1)),
            str(await scene.read(100, "analog-input", 1, "units")), await scene.read(100, "analog-input", 1, "cov-increment"),
        )  # fmt: skip

    found, objects, air, power, mode, on, units, increment = play(act)
    assert found == [ROUTER]
    assert [(str(kind), int(number)) for kind, number in objects] == [
        ("device", 100), ("network-port", 1), ("schedule", 1), ("schedule", 2), ("calendar", 1),
        ("analog-input", 1), ("analog-value", 1), ("binary-value", 1),
    ]  # fmt: skip
    assert (air, power, mode, on, units) == (21.5, 5000.0, 2, "active", "degrees-celsius")
    assert increment == pytest.approx(0.2)


def test_the_highest_priority_wins_and_relinquishing_restores():
    async def act(scene):
        seen = []
        for value, priority in (
            (Real(25.0), 10),
            (Real(18.0), 8),
            (Real(28.0), None),
            (Null(()), 8),
            (Null(()), 10),
            (Null(()), 16),
        ):
            await scene.write(100, "analog-value", 1, value, priority)
            seen.append(await scene.read(100, "analog-value", 1))
        return seen, scene.told

    seen, told = play(act)
    assert seen == [25.0, 18.0, 18.0, 25.0, 28.0, 22.0]
    assert told == [
        ("room.wanted", value, slot, "127.0.0.1")
        for value, slot in ((25.0, 10), (18.0, 8), (28.0, 16), (None, 8), (None, 10), (None, 16))
    ]


def test_a_tick_that_had_begun_before_a_write_does_not_undo_it():
    async def act(scene):
        await scene.write(100, "analog-value", 1, Real(25.0), 8)
        scene.building.put(np.array([21.5, 22.0, 1.0, 5000.0, 2.0]))
        during = await scene.read(100, "analog-value", 1)
        await scene.write(100, "analog-value", 1, Null(()), 8)
        scene.building.put(np.array([21.5, 23.0, 1.0, 5000.0, 2.0]))
        return during, await scene.read(100, "analog-value", 1)

    assert play(act) == (25.0, 23.0)


def test_several_writes_stop_at_the_first_that_is_refused():
    async def act(scene):
        def spec(kind, value):
            told = PropertyValue(propertyIdentifier=PropertyIdentifier("present-value"), value=Any(value), priority=9)
            return WriteAccessSpecification(objectIdentifier=ObjectIdentifier((kind, 1)), listOfProperties=[told])

        specs = [spec("analog-value", Real(20.0)), spec("analog-input", Real(9.0)), spec("analog-value", Real(21.0))]
        with pytest.raises(RefusedError):
            await scene.client.ask(
                WritePropertyMultipleRequest(listOfWriteAccessSpecs=specs, destination=scene.behind(100))
            )
        return scene.told, await scene.read(100, "analog-input", 1)

    told, air = play(act)
    assert told == [("room.wanted", 20.0, 9, "127.0.0.1")]
    assert air == 21.5


FORBIDDEN = [
    ("analog-input", 1, Real(9.0), 8, "present-value", "write-access-denied"),
    ("analog-value", 1, Real(NAN), 8, "present-value", "value-out-of-range"),
    ("analog-value", 1, Real(math.inf), 8, "present-value", "value-out-of-range"),
    ("analog-value", 1, Real(-math.inf), 8, "present-value", "value-out-of-range"),
    ("analog-value", 1, Real(14.9), 8, "present-value", "value-out-of-range"),
    ("analog-value", 1, Real(30.1), 8, "present-value", "value-out-of-range"),
    ("analog-value", 1, Real(20.0), 6, "present-value", "write-access-denied"),
    ("analog-value", 1, Real(20.0), 17, "present-value", "parameter-out-of-range"),
    ("analog-value", 1, Real(20.0), 0, "present-value", "parameter-out-of-range"),
    ("analog-value", 1, Unsigned(20), 8, "present-value", "invalid-data-type"),
    ("analog-value", 1, CharacterString("20"), 8, "present-value", "invalid-data-type"),
    ("analog-value", 1, CharacterString("mine"), None, "object-name", "write-access-denied"),
    ("analog-value", 1, ObjectIdentifier(("analog-value", 7)), None, "object-identifier", "write-access-denied"),
    ("analog-value", 1, Boolean(True), None, "out-of-service", "write-access-denied"),
    ("analog-value", 1, Real(0.0), None, "cov-increment", "write-access-denied"),
    ("analog-value", 1, Real(0.0), None, "relinquish-default", "write-access-denied"),
    ("analog-value", 99, Real(20.0), 8, "present-value", "unknown-object"),
    ("multi-state-value", 1, Unsigned(9), 8, "present-value", "unknown-object"),
    ("binary-value", 1, Real(1.0), 8, "present-value", "invalid-data-type"),
    ("device", 100, ObjectIdentifier(("device", 666)), None, "object-identifier", "write-access-denied"),
    ("device", 100, Unsigned(50), None, "max-apdu-length-accepted", "write-access-denied"),
    ("device", 100, CharacterString("mine"), None, "object-name", "write-access-denied"),
]


def test_forbidden_writes_are_refused_and_change_nothing():
    async def act(scene):
        codes = []
        for kind, instance, value, priority, prop, _ in FORBIDDEN:
            with pytest.raises(RefusedError) as refused:
                await scene.write(100, kind, instance, value, priority, prop)
            codes.append(refused.value.code)
        with pytest.raises(RefusedError) as indexed:
            await scene.write(100, "analog-value", 1, Real(20.0), 8, index=3)
        codes.append(indexed.value.code)
        values = [await scene.read(100, kind, 1) for kind in ("analog-input", "analog-value")]
        return codes, values, scene.told, scene.building.counted()

    codes, values, told, counted = play(act)
    assert [code for code, row in zip(codes, FORBIDDEN, strict=False) if row[-1] not in code] == []
    assert "not-an-array" in codes[-1]
    assert values == [21.5, 22.0]
    assert told == []
    assert counted["writes_refused"] == len(FORBIDDEN) + 1


def test_only_listed_addresses_may_write_and_nobody_may_pretend():
    async def act(scene):
        with pytest.raises(RefusedError, match="write-access-denied"):
            await scene.write(100, "analog-value", 1, Real(20.0), 8)
        wire = Wire()
        apdu = bytes([0x00, 0x05, 7, 15]) + b"\x0c\x00\x80\x00\x01\x19\x55\x3e\x44\x41\xa0\x00\x00\x3f\x39\x08"
        npdu = (
            bytes([1, 0x2C])
            + (2001).to_bytes(2, "big")
            + b"\x03\x00\x00\x64"
            + b"\x00\x01\x06\x0a\x00\x00\x05\xba\xc0\xff"
            + apdu
        )
        wire.send(b"\x81\x0a" + (len(npdu) + 4).to_bytes(2, "big") + npdu, scene.port)
        await asyncio.sleep(0.2)
        wire.close()
        return scene.told, scene.building.counted()["forged"]

    told, forged = play(act, writers=["10.0.0.5"])
    assert told == []
    assert forged == 1


def test_ten_thousand_objects_are_read_from_their_first_to_their_last():
    many = [dataclasses.replace(POINTS[0], instance=n, name=f"p{n}", signal=f"p{n}.air") for n in range(1, 10_001)]

    async def act(scene):
        scene.building.put(np.arange(1.0, 10_001.0))
        count = await scene.read(100, "device", 100, "object-list[0]")
        return count, await scene.read(100, "analog-input", 1), await scene.read(100, "analog-input", 10_000)

    assert play(act, points=many) == (10_002, 1.0, 10_000.0)


def test_a_write_changes_the_physics_and_relinquishing_restores_it():
    site = load("binhai")
    running = RunningSite(site, Weather.named(site.location.climate, site.year), datetime(2019, 7, 3, 10), 300.0)
    places = running.places(["plant/loop.water", "plant/loop.setpoint"])
    for _ in range(6):
        running.advance()
    before = running.values(places)
    running.post("plant/loop.setpoint", before[1] + 4.0, 8, "test")
    for _ in range(24):
        running.advance()
    during = running.values(places)
    running.post("plant/loop.setpoint", None, 8, "test")
    for _ in range(24):
        running.advance()
    after = running.values(places)
    assert during[1] == pytest.approx(before[1] + 4.0)
    assert during[0] > before[0] + 2.0
    assert after == pytest.approx(before, abs=0.5)
