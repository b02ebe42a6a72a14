"""A building is written to on loan only: what the list allows, seen to be there, and given back whatever happens."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import subprocess
import sys

import pytest
from bacpypes3.primitivedata import Real

from tests.bacnet.test_building import POINTS, Scene
from twin.bacnet.gateway.leases import Journal, Rule, WriteDeniedError, Writer, rules
from twin.errors import BacnetError

ALLOWED = {
    "room.wanted": Rule("room.wanted", 18.0, 26.0, 13, 3, "operator"),
    "room.air": Rule("room.air", 0.0, 50.0, 13, 3, "operator"),
}
ORDER = {"signal": "room.wanted", "value": 24.0, "seconds": 60.0, "who": "Li", "role": "operator"}


def play(act, tmp_path, allowed=ALLOWED):
    async def run():
        scene = Scene()
        await asyncio.sleep(0.05)
        writer = Writer(scene.client, POINTS, allowed, Journal(tmp_path / "journal.jsonl"))
        try:
            return await act(scene, writer)
        finally:
            await scene.building.stop()
            await scene.client.stop()

    return asyncio.run(asyncio.wait_for(run(), 60.0))


def order(scene, **change):
    return {**ORDER, "address": scene.behind(100), **change}


def test_a_lease_is_written_shown_journalled_and_given_back(tmp_path):
    async def act(scene, writer):
        lease = await writer.write(**order(scene))
        during = await scene.read(100, "analog-value", 1)
        assert await writer.release(lease)
        return during, await scene.read(100, "analog-value", 1), scene.told

    during, after, told = play(act, tmp_path)
    assert (during, after) == (24.0, 22.0)
    assert told == [("room.wanted", 24.0, 13, "127.0.0.1"), ("room.wanted", None, 13, "127.0.0.1")]
    lines = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert [line["what"] for line in lines] == ["intent", "active", "released"]
    assert (lines[0]["lease"]["who"], lines[0]["lease"]["role"], lines[2]["why"]) == ("Li", "operator", "asked")


def test_a_lease_ends_by_itself(tmp_path):
    async def act(scene, writer):
        await writer.write(**order(scene, seconds=0.3))
        await asyncio.sleep(0.8)
        return await scene.read(100, "analog-value", 1), writer.journal.open_leases()

    assert play(act, tmp_path) == (22.0, [])


def test_stopping_gives_everything_back(tmp_path):
    async def act(scene, writer):
        await writer.write(**order(scene))
        await writer.stop()
        return await scene.read(100, "analog-value", 1), writer.journal.open_leases()

    assert play(act, tmp_path) == (22.0, [])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"signal": "room.on"}, "not on the allow-list"),
        ({"signal": "nothing.here"}, "not on the allow-list"),
        ({"role": "guest"}, "is for the role operator"),
        ({"role": ""}, "is for the role operator"),
        ({"value": 17.9}, "is outside 18 to 26"),
        ({"value": 26.1}, "is outside 18 to 26"),
        ({"value": math.nan}, "is outside"),
        ({"value": math.inf}, "is outside"),
        ({"seconds": 0.0}, "a lease is up to"),
        ({"seconds": -5.0}, "a lease is up to"),
        ({"seconds": 1e9}, "a lease is up to"),
    ],
)
def test_what_the_list_does_not_allow_is_never_sent(tmp_path, change, told):
    async def act(scene, writer):
        with pytest.raises(WriteDeniedError, match=told):
            await writer.write(**order(scene, **change))
        return scene.told

    assert play(act, tmp_path) == []
    assert not (tmp_path / "journal.jsonl").exists()


def test_a_point_is_not_written_too_often(tmp_path):
    async def act(scene, writer):
        for _ in range(3):
            await writer.release(await writer.write(**order(scene)))
        with pytest.raises(WriteDeniedError, match="3 times in the last hour"):
            await writer.write(**order(scene))
        return len(scene.told)

    assert play(act, tmp_path) == 6


def test_a_dry_run_sends_nothing(tmp_path):
    async def act(scene, writer):
        lease = await writer.write(**order(scene, dry_run=True))
        return lease.slot, scene.told

    assert play(act, tmp_path) == (13, [])
    assert not (tmp_path / "journal.jsonl").exists()


def test_a_refusal_of_the_device_is_told_and_given_back(tmp_path):
    async def act(scene, writer):
        with pytest.raises(BacnetError, match="write-access-denied"):
            await writer.write(**order(scene, signal="room.air"))
        return [line["what"] for line in writer.journal.lines()]

    assert play(act, tmp_path)[0] == "intent"


def test_a_value_that_is_not_shown_is_given_back(tmp_path):
    async def act(scene, writer):
        board = scene.building.boards[100]
        board.write, real = (
            (lambda row, value, slot, source: real(row, None if value is None else 20.0, slot, source)),
            board.write,
        )
        with pytest.raises(BacnetError, match=r"slot 13 shows 20.0 and not 24"):
            await writer.write(**order(scene))
        return await scene.read(100, "analog-value", 1), writer.journal.open_leases()

    assert play(act, tmp_path) == (22.0, [])


def test_an_override_by_a_lower_slot_is_an_alarm(tmp_path):
    async def act(scene, writer):
        lease = await writer.write(**order(scene))
        await scene.write(100, "analog-value", 1, Real(19.0), 8)
        await writer.look(lease)
        await writer.look(lease)
        return writer.alarms

    assert play(act, tmp_path) == ["room.wanted: slot 8 overrides our slot 13"]


CRASH = """
import asyncio, os, signal, sys
from pathlib import Path
from bacpypes3.pdu import Address
from tests.bacnet.test_building import POINTS
from tests.bacnet.test_leases import ALLOWED, ORDER
from twin.bacnet.application import SafeApplication, free_port
from twin.bacnet.gateway.leases import Journal, Writer

async def main():
    client = SafeApplication.start("127.0.0.1", free_port("127.0.0.1"), 11, "crashing", mask=8)
    await asyncio.sleep(0.05)
    writer = Writer(client, POINTS, ALLOWED, Journal(Path(sys.argv[1])))
    await writer.write(**ORDER, address=Address(sys.argv[2]))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_what_a_crash_leaves_in_the_building_is_given_back_at_the_next_start(tmp_path):
    async def act(scene, writer):
        command = [sys.executable, "-c", CRASH, str(tmp_path / "journal.jsonl"), str(scene.behind(100))]
        crashed = await asyncio.create_subprocess_exec(*command, cwd=os.getcwd(), stderr=subprocess.DEVNULL)
        code = await crashed.wait()
        before = await scene.read(100, "analog-value", 1)
        (lease,) = await writer.recover()
        return code, before, lease.signal, await scene.read(100, "analog-value", 1), await writer.recover()

    assert play(act, tmp_path) == (-signal.SIGKILL, 24.0, "room.wanted", 22.0, [])


def test_what_cannot_be_given_back_stays_open_and_is_an_alarm(tmp_path):
    async def act(scene, writer):
        lease = await writer.write(**order(scene))
        scene.building.controllers[100].writers = frozenset()
        assert not await writer.release(lease)
        return len(writer.journal.open_leases()), writer.alarms[-1]

    left, alarm = play(act, tmp_path)
    assert left == 1
    assert "could not be given back" in alarm


def test_two_programs_do_not_share_a_journal(tmp_path):
    mine, other = Journal(tmp_path / "journal.jsonl"), Journal(tmp_path / "journal.jsonl")
    with mine.held(), pytest.raises(BacnetError, match="another program writes with this journal"), other.held():
        pass
    with other.held():
        pass


def test_nothing_is_sent_without_a_journal(tmp_path):
    (tmp_path / "file").write_text("")

    async def act(scene, writer):
        writer.journal = Journal(tmp_path / "file" / "journal.jsonl")
        with pytest.raises(BacnetError, match="nothing is sent without a journal"):
            await writer.write(**order(scene))
        return scene.told

    assert play(act, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("signal,low\na,1\n", "has no column high"),
        ("signal,low,high,slot,hourly,role\na,1,2,8,3,operator\n", "slot 8: must be 9 to 16"),
        ("signal,low,high,slot,hourly,role\na,3,2,13,3,operator\n", "are no range"),
        ("signal,low,high,slot,hourly,role\na,1,nan,13,3,operator\n", "are no range"),
        ("signal,low,high,slot,hourly,role\na,x,2,13,3,operator\n", "could not convert"),
        ("signal,low,high,slot,hourly,role\na,1,2,13,3,\n", "a role"),
        ("signal,low,high,slot,hourly,role\na,1,2,13,3,o\na,1,2,13,3,o\n", "stands twice"),
    ],
)
def test_a_wrong_allow_list_is_told_by_its_line(tmp_path, text, told):
    (tmp_path / "writes.csv").write_text(text)
    with pytest.raises(BacnetError, match=told):
        rules(tmp_path / "writes.csv")
    with pytest.raises(BacnetError, match="nothing may be written without it"):
        rules(tmp_path / "absent.csv")
