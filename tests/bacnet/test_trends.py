"""Trend logs of the virtual building, read by position, sequence and time, and gaps that are filled from them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from bacpypes3.apdu import ReadRangeRequest
from bacpypes3.basetypes import (
    DateTime,
    LogRecord,
    PropertyIdentifier,
    Range,
    RangeByPosition,
    RangeBySequenceNumber,
    RangeByTime,
)
from bacpypes3.constructeddata import ListOf
from bacpypes3.primitivedata import Date, ObjectIdentifier, Time
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bacnet.test_building import POINTS, play
from twin.bacnet.application import RefusedError
from twin.bacnet.clock import Clock
from twin.bacnet.gateway import records
from twin.bacnet.gateway.announcements import Alarms
from twin.bacnet.gateway.backfill import Backfill
from twin.bacnet.gateway.peer import Peer
from twin.bacnet.gateway.poller import Poller
from twin.bacnet.gateway.refill import Refill
from twin.errors import BacnetError
from twin.historian.store import open_store

ZONE = timezone(timedelta(hours=8))
START = datetime(2026, 7, 1, 8, tzinfo=ZONE)
MINUTES = 300
AIR, WANTED = 1, 400_001


class Time0:
    """A clock that a test moves."""

    def __init__(self, now):
        self.now = now


def logged(act, tmp_path, minutes=MINUTES, start=START, missing=range(0)):
    """A building whose room warms by a hundredth of a degree a minute, logged every minute."""
    time = Time0(start)

    async def go(scene):
        for minute in range(minutes):
            time.now = start + timedelta(minutes=minute)
            if minute not in missing:
                scene.building.put(np.array([20.0 + minute / 100.0, 22.0, 1.0, np.nan, 2.0]))
                await scene.building.log()
        return await act(scene)

    with open_store(tmp_path / "trends") as store:
        return play(go, clock=Clock(lambda: time.now), store=store)


async def ranged(scene, log=AIR, octets=True, prop="log-buffer", **range_):
    told = {"range": Range(**range_)} if range_ else {}
    request = ReadRangeRequest(
        objectIdentifier=ObjectIdentifier(("trend-log", log)),
        propertyIdentifier=PropertyIdentifier(prop),
        destination=scene.behind(100),
        **told,
    )
    answer = await scene.client.ask(request, octets=octets)
    return records.page(bytes(answer.pduData)) if octets else answer


def at(minute):
    local = START + timedelta(minutes=minute)
    return DateTime(date=Date(local.date()), time=Time(local.time()))


def test_a_log_is_read_by_position_sequence_and_time(tmp_path):
    async def act(scene):
        return {
            "all": await ranged(scene),
            "positions": await ranged(scene, byPosition=RangeByPosition(referenceIndex=11, count=5)),
            "before": await ranged(scene, byPosition=RangeByPosition(referenceIndex=5, count=-5)),
            "last": await ranged(scene, byPosition=RangeByPosition(referenceIndex=MINUTES, count=-3)),
            "beyond": await ranged(scene, byPosition=RangeByPosition(referenceIndex=MINUTES + 1, count=3)),
            "times": await ranged(scene, byTime=RangeByTime(referenceTime=at(100), count=4)),
            "earlier": await ranged(scene, byTime=RangeByTime(referenceTime=at(100), count=-4)),
            "future": await ranged(scene, byTime=RangeByTime(referenceTime=at(MINUTES), count=4)),
        }

    told = logged(act, tmp_path)
    minutes = {
        name: [round((each.time - START.replace(tzinfo=None)) / timedelta(minutes=1)) for each in page.records]
        for name, page in told.items()
    }
    assert minutes["all"] == list(range(59))  # what fits 1,476 octets
    assert (told["all"].first, told["all"].last, told["all"].more) == (True, False, True)
    assert minutes["positions"] == [10, 11, 12, 13, 14]
    assert (told["positions"].first, told["positions"].last, told["positions"].more) == (False, False, False)
    assert minutes["before"] == [0, 1, 2, 3, 4]
    assert told["before"].first
    assert minutes["last"] == [297, 298, 299]
    assert told["last"].last
    assert (told["beyond"].count, told["future"].count) == (0, 0)
    assert not told["beyond"].first | told["beyond"].last | told["beyond"].more
    assert minutes["times"] == [101, 102, 103, 104]
    assert minutes["earlier"] == [96, 97, 98, 99]
    assert [each.value for each in told["times"].records] == pytest.approx([21.01, 21.02, 21.03, 21.04], abs=1e-5)
    assert told["positions"].sequence is None
    assert told["times"].sequence == round((START + timedelta(minutes=101)).timestamp()) // 60


def test_a_long_log_is_read_page_by_page_by_its_sequence_numbers(tmp_path):
    async def act(scene):
        found, sequence = [], (await ranged(scene, byTime=RangeByTime(referenceTime=at(-1), count=1))).sequence
        while True:
            page = await ranged(
                scene, bySequenceNumber=RangeBySequenceNumber(referenceSequenceNumber=sequence, count=1000)
            )
            found += page.records
            if page.last:
                return found, await scene.read(100, "trend-log", AIR, "total-record-count"), page
            sequence = page.sequence + page.count

    found, total, page = logged(act, tmp_path)
    assert [each.value for each in found] == pytest.approx([20.0 + m / 100.0 for m in range(MINUTES)], abs=1e-5)
    assert total == page.sequence + page.count - 1


def test_the_stack_decodes_the_records_and_the_object_tells_what_it_logs(tmp_path):
    async def act(scene):
        answer = await ranged(scene, octets=False, byPosition=RangeByPosition(referenceIndex=1, count=2))
        told = {
            name: await scene.read(100, "trend-log", AIR, name)
            for name in (
                "object-name",
                "record-count",
                "log-interval",
                "buffer-size",
                "log-device-object-property",
                "enable",
            )
        }
        listed = await scene.read(100, "device", 100, "object-list")
        services = await scene.read(100, "device", 100, "protocol-services-supported")
        return answer, told, listed, services

    answer, told, listed, services = logged(act, tmp_path, 5)
    first, second = answer.itemData.cast_out(ListOf(LogRecord))
    assert first.logDatum.realValue == pytest.approx(20.0)
    assert second.timestamp.time == (8, 1, 0, 0)
    assert list(first.statusFlags) == [0, 0, 0, 0]
    assert (told["object-name"], told["record-count"], told["log-interval"]) == ("room.air trend", 5, 6000)
    assert str(told["log-device-object-property"].objectIdentifier) == "analog-input,1"
    assert {("trend-log", AIR), ("trend-log", WANTED)} <= {(str(each[0]), each[1]) for each in listed}
    assert services[26]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"log": 77}, "unknown-object"),
        ({"prop": "object-name"}, "property-is-not-alist"),
        ({"byPosition": RangeByPosition(referenceIndex=1, count=0)}, "parameter-out-of-range"),
        ({"byTime": RangeByTime(referenceTime=DateTime(date=(255, 255, 255, 255), time=(0, 0, 0, 0)), count=1)}, "parameter-out-of-range"),
    ],
)  # fmt: skip
def test_a_wrong_range_is_refused(tmp_path, wrong, code):
    async def act(scene):
        with pytest.raises(RefusedError) as refused:
            await ranged(scene, **wrong)
        return refused.value.code

    assert code in logged(act, tmp_path, 3)


def test_a_missing_value_is_logged_as_null_and_the_buffer_is_not_read_whole(tmp_path):
    async def act(scene):
        request = ReadRangeRequest(
            objectIdentifier=ObjectIdentifier(("trend-log", 1)),
            propertyIdentifier=PropertyIdentifier("log-buffer"),
            destination=scene.behind(200),
        )
        page = records.page(bytes((await scene.client.ask(request, octets=True)).pduData))
        with pytest.raises(RefusedError) as refused:
            await scene.read(100, "trend-log", AIR, "log-buffer")
        return page, refused.value.code

    page, code = logged(act, tmp_path, 2)
    assert [(each.value != each.value, each.flags) for each in page.records] == [(True, 2), (True, 2)]
    assert "read-access-denied" in code


def test_gaps_are_filled_from_the_devices_log_once_and_accounted_for(tmp_path):
    now = datetime.now(ZONE).replace(second=0, microsecond=0)
    begin = now - timedelta(minutes=MINUTES - 1)
    utc = pd.date_range(begin, periods=MINUTES, freq="1min").tz_convert("UTC")
    seen = pd.DataFrame({"room.air": 20.0 + np.arange(MINUTES) / 100.0, "plant.power": 7.0}, index=utc)
    out = slice(100, 200)

    async def act(scene):
        store.append(seen.drop(seen.index[out])[["room.air"]])
        filler = Backfill(scene.client, store, UTC)
        told = [await filler.fill(100, scene.behind(100), POINTS[:3], begin, now, 150.0) for _ in range(2)]
        again = Backfill(scene.client, store, UTC)
        told.append(await again.fill(100, scene.behind(100), POINTS[:3], begin, now, 150.0))
        return told, filler.counted

    with open_store(tmp_path / "history") as store:
        told, counted = logged(act, tmp_path, start=begin, missing=range(150, 155))
        held = store.query(["room.air"], begin, now + timedelta(minutes=1))
        notes = store.notes()
    assert told == [95, 0, 0]
    assert (counted["gaps"], counted["gaps_filled"], counted["samples_filled"]) == (2, 1, 95)
    assert held["time"].is_unique
    assert held["value"].to_numpy() == pytest.approx(
        20.0 + np.delete(np.arange(MINUTES), range(150, 155)) / 100.0, abs=1e-5
    )
    assert notes["text"].tolist() == ["95 samples filled from trend log 1 of device 100"]


def test_a_gateway_fetches_what_an_outage_has_missed(tmp_path, monkeypatch):
    monkeypatch.setattr("twin.bacnet.gateway.refill.SETTLED", 0.0)
    now = datetime.now(ZONE).replace(second=0, microsecond=0)
    begin = now - timedelta(minutes=59)
    seen = pd.DataFrame({"room.air": 20.0}, index=pd.date_range(begin, periods=60, freq="1min"))

    async def act(scene):
        store.append(seen.drop(seen.index[20:40]))
        told = []
        peer = Peer(100, scene.behind(100), POINTS[:1])
        refill = Refill(Poller(scene.client, [peer], lambda *_: None), store, 60.0, Alarms(told.append), ZONE)
        refill.begin(peer)
        for _ in range(100):
            await asyncio.sleep(0.05)
            if refill.backfill.counted["samples_filled"]:
                break
        await refill.stop()
        return told, refill.backfill.counted["samples_filled"]

    with open_store(tmp_path / "history") as store:
        assert logged(act, tmp_path, minutes=60, start=begin) == ([], 20)
        assert store.gaps(["room.air"], begin, now, "2min").empty


def test_a_device_whose_clock_is_far_off_is_not_believed(tmp_path):
    async def act(scene):
        store.append(
            pd.DataFrame({"room.air": [1.0, 2.0]}, index=pd.DatetimeIndex([START, START + timedelta(hours=4)]))
        )
        with pytest.raises(BacnetError, match=r"clock is .* ahead"):
            await Backfill(scene.client, store, UTC).fill(
                100, scene.behind(100), POINTS[:1], START, START + timedelta(hours=4), 60.0
            )

    with open_store(tmp_path / "history") as store:
        logged(act, tmp_path, 3)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 255))
def test_mangled_answers_are_refused_or_read_but_never_break_the_reader(noise, place, octet):
    good = bytearray.fromhex(
        "0c05000001 1983 3a05e0 4901 5e 0ea47e0701 03b408000000 0f1e2c41a000001f2a0400 5f 6a1234".replace(" ", "")
    )
    for octets in (
        noise,
        bytes(good[:place]),
        bytes(good[: place % len(good)] + bytes([octet]) + good[place % len(good) + 1 :]),
    ):
        try:
            assert all(isinstance(each.value, float) for each in records.page(octets).records)
        except ValueError:
            continue
    assert records.page(bytes(good)).records[0].value == 20.0
