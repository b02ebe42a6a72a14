"""A device's clock and silence: set and ordered by listed addresses only, and never without the password."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from bacpypes3.apdu import (
    DeviceCommunicationControlRequest,
    TimeSynchronizationRequest,
    UTCTimeSynchronizationRequest,
)
from bacpypes3.basetypes import DateTime
from bacpypes3.primitivedata import Date, Real, Time

from tests.bacnet.test_building import play
from twin.bacnet.application import RefusedError, SilenceError, free_port
from twin.bacnet.clock import Clock
from twin.bacnet.gateway.discover import Client, discover, targets
from twin.errors import BacnetError

ZONE = timezone(timedelta(hours=8))
NOON = datetime(2026, 7, 1, 12, tzinfo=ZONE)


def stamp(moment):
    return DateTime(date=Date(moment.date()), time=Time(moment.time()))


async def shown(scene):
    date = await scene.read(100, "device", 100, "local-date")
    time = await scene.read(100, "device", 100, "local-time")
    return datetime(1900 + date[0], *date[1:3], *time[:3])


@pytest.mark.parametrize(
    ("kind", "told", "expected"),
    [
        (TimeSynchronizationRequest, NOON + timedelta(minutes=7), datetime(2026, 7, 1, 12, 7)),
        (UTCTimeSynchronizationRequest, datetime(2026, 7, 1, 5, tzinfo=UTC), datetime(2026, 7, 1, 13)),
    ],
)
def test_a_listed_address_sets_the_clock_and_nobody_else(kind, told, expected):
    async def act(scene):
        before = await shown(scene)
        scene.client.request(kind(time=stamp(told), destination=scene.behind(100)))
        await asyncio.sleep(0.1)
        return before, await shown(scene), await scene.read(100, "device", 100, "utc-offset"), scene.building.counted()

    before, after, offset, counted = play(act, clock=Clock(lambda: NOON))
    assert (before, after, offset) == (datetime(2026, 7, 1, 12), expected, -480)
    assert counted["times_set"] == 1
    before, after, _, counted = play(act, clock=Clock(lambda: NOON), writers=["10.0.0.5"])
    assert after == before
    assert counted["times_refused"] == 1


def test_a_time_with_open_parts_is_refused():
    async def act(scene):
        for date, time in (
            ((255, 7, 1, 255), (1, 2, 3, 0)),
            ((126, 255, 1, 255), (1, 2, 3, 0)),
            ((126, 7, 1, 255), (255, 2, 3, 0)),
        ):
            scene.client.request(
                TimeSynchronizationRequest(time=DateTime(date=date, time=time), destination=scene.behind(100))
            )
        await asyncio.sleep(0.1)
        return await shown(scene), scene.building.counted()["times_refused"]

    assert play(act, clock=Clock(lambda: NOON)) == (datetime(2026, 7, 1, 12), 3)


async def control(scene, wanted, password, minutes=None):
    told = {} if minutes is None else {"timeDuration": minutes}
    if password is not None:
        told["password"] = password
    await scene.client.ask(
        DeviceCommunicationControlRequest(enableDisable=wanted, destination=scene.behind(100), **told)
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "writers"),
    [("", None, "127.0.0.1"), ("", "", "127.0.0.1"), ("secret", None, "127.0.0.1"), ("secret", "Secret", "127.0.0.1"), ("secret", "secret", "10.0.0.5")],
)  # fmt: skip
def test_control_is_refused_without_the_password_and_to_strangers(ours, theirs, writers):
    async def act(scene):
        with pytest.raises(RefusedError) as refused:
            await control(scene, "disable", theirs)
        return refused.value.code, await scene.read(100, "analog-input", 1), scene.building.counted()

    code, value, counted = play(act, password=ours, writers=[writers])
    assert "password-failure" in code
    assert value == 21.5
    assert counted["controls_refused"] == 1


def test_a_silenced_device_hears_only_the_order_to_talk_again():
    async def act(scene):
        await control(scene, "disable", "secret")
        with pytest.raises(SilenceError):
            await scene.client.timed(scene.read(100, "analog-input", 1), "read", 0.5)
        with pytest.raises(SilenceError):
            await scene.client.timed(scene.write(100, "analog-value", 1, Real(20.0), 8), "write", 0.5)
        other = await scene.read(200, "analog-input", 1)
        await control(scene, "enable", "secret")
        again = await scene.read(100, "analog-input", 1)
        left = list(scene.building.controllers[100].asap.serverTransactions)
        return other, again, scene.told, left

    assert play(act, password="secret") == (5000.0, 21.5, [], [])


def test_silence_ends_by_itself():
    async def act(scene):
        controller = scene.building.controllers[100]
        controller.talk(1, 0.2)
        with pytest.raises(SilenceError):
            await scene.client.timed(scene.read(100, "analog-input", 1), "read", 0.1)
        await asyncio.sleep(0.2)
        return await scene.read(100, "analog-input", 1)

    assert play(act, password="secret") == 21.5


def foreign(port):
    """A client that is a foreign device of a building's router."""
    return Client.on(f"127.0.0.1:{free_port('127.0.0.1')}", 8, f"127.0.0.1:{port}")


def test_a_foreign_device_finds_the_building_through_its_bbmd():
    async def act(scene):
        client = foreign(scene.port)
        try:
            await client.registered()
            found, doubled = await discover(client, targets("", []), waits=(0.7,))
            return [each.instance for each in found], doubled
        finally:
            await client.stop()

    assert play(act, bbmd=[]) == ([100, 200, 100_000], {})


def test_a_router_that_is_no_bbmd_says_so():
    async def act(scene):
        client = foreign(scene.port)
        try:
            with pytest.raises(BacnetError, match=r"refuses foreign devices|does not answer"):
                await client.registered(1.0)
        finally:
            await client.stop()

    play(act)
