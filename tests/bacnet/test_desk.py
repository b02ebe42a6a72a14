"""A desk lends many points by orders, one loan each, and has given everything back when the orders end."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict

import pytest

from tests.bacnet.test_building import POINTS, Scene
from twin.bacnet.building.building import NETWORK
from twin.bacnet.gateway import desk as desks
from twin.bacnet.gateway.discover import Client, targets
from twin.bacnet.gateway.leases import Journal, Lease, Rule

ALLOWED = {
    "room.wanted": Rule("room.wanted", 10.0, 90.0, 13, 9, "operator"),
    "room.air": Rule("room.air", 0.0, 50.0, 13, 3, "operator"),
}
WRITE = {"do": "write", "signal": "room.wanted", "value": 24.0, "seconds": 60.0, "who": "Li", "role": "operator"}


class Talk:
    """A desk, whoever gives it orders, and the building that it writes to."""

    def __init__(self, folder):
        self.scene, self.journal = Scene(), Journal(folder / "journal.jsonl")
        self.client = Client.on("127.0.0.1", 8)
        self.orders, self.heard, self.number = asyncio.Queue(), asyncio.Queue(), 0
        where = targets(f"127.0.0.1:{self.scene.port}", [NETWORK])
        self.desk = desks.Desk(self.client, POINTS, ALLOWED, self.journal, where, self.heard.put_nowait)

    async def lines(self):
        while (line := await self.orders.get()) is not None:
            yield line

    async def said(self, wanted):
        while True:
            told = await asyncio.wait_for(self.heard.get(), 20.0)
            if wanted(told):
                return told

    async def ask(self, **order):
        self.number += 1
        number = self.number
        self.orders.put_nowait(json.dumps({"id": number, **order}))
        return await self.said(lambda told: told.get("id") == number)

    @property
    def what(self):
        return [line["what"] for line in self.journal.lines()]


def play(folder, act, before=lambda talk: None):
    async def run():
        talk = Talk(folder)
        before(talk)
        serving = asyncio.create_task(talk.desk.serve(talk.lines()))
        try:
            found = await act(talk)
            talk.orders.put_nowait(None)
            await serving
            return found, talk
        finally:
            serving.cancel()
            await talk.scene.stop()
            await talk.client.stop()

    return asyncio.run(asyncio.wait_for(run(), 60.0))


def test_a_value_is_lent_seen_and_given_back_when_the_orders_end(tmp_path):
    async def act(talk):
        before = await talk.ask(do="look", signal="room.wanted")
        told = await talk.ask(**WRITE)
        return before, told, await talk.ask(do="look", signal="room.wanted")

    (before, told, after), talk = play(tmp_path, act)
    assert (before["present"], before["slots"][12]) == (22.0, None)
    assert told["lease"]["slot"] == 13
    assert (after["present"], after["slots"][12]) == (24.0, 24.0)
    assert talk.scene.told == [("room.wanted", 24.0, 13, "127.0.0.1"), ("room.wanted", None, 13, "127.0.0.1")]
    assert talk.what == ["intent", "active", "released"]
    assert talk.journal.open_leases() == []


def test_a_point_is_lent_once_and_a_release_says_who_asked(tmp_path):
    async def act(talk):
        told = await talk.ask(**WRITE)
        again = await talk.ask(**{**WRITE, "value": 25.0})
        released = await talk.ask(do="release", lease=told["lease"]["id"], who="Wang")
        return told, again, released, await talk.ask(do="release", lease=told["lease"]["id"], who="Wang")

    (told, again, released, late), talk = play(tmp_path, act)
    assert "is lent to Li" in again["error"]
    assert again["denied"]
    assert released["released"] == told["lease"]["id"]
    assert "over already" in late["error"]
    assert talk.what == ["intent", "active", "refused", "release asked", "released", "refused"]
    assert [line["who"] for line in talk.journal.lines() if line["what"] == "release asked"] == ["Wang"]


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({**WRITE, "value": 5.0}, "outside 10 to 90"),
        ({**WRITE, "value": 85.0}, "outside the point's"),
        ({**WRITE, "value": float("nan")}, "outside"),
        ({**WRITE, "role": "engineer"}, "is for the role operator"),
        ({**WRITE, "signal": "room.on"}, "not on the allow-list"),
        ({**WRITE, "signal": "nobody.there"}, "no point of this site"),
        ({**WRITE, "seconds": 1e9}, "a lease is up to"),
        ({"do": "write"}, "cannot be read"),
        ({"do": "burn"}, "cannot be read"),
        ({"do": "release", "lease": "x", "who": "Li"}, "over already"),
    ],
)
def test_what_may_not_be_is_refused_and_nothing_is_sent(tmp_path, order, told):
    async def act(talk):
        return await talk.ask(**order)

    answer, talk = play(tmp_path, act)
    assert told in answer["error"]
    assert talk.scene.told == []
    assert set(talk.what) <= {"refused"}


def test_lines_that_are_no_orders_do_no_harm(tmp_path):
    async def act(talk):
        for line in ("", "no json", "[1]", "null", '{"do": ["look"]}'):
            talk.orders.put_nowait(line)
        return await talk.ask(do="look", signal="room.wanted")

    assert play(tmp_path, act)[0]["present"] == 22.0


def test_what_a_crash_has_left_is_given_back_wherever_the_device_is_now(tmp_path):
    left = Lease("old", "room.wanted", 100, "AV", 1, "10.9.9.9:47808", 13, 24.0, time.time() + 600.0, "Li", "operator")

    async def act(talk):
        return await talk.said(lambda told: told.get("event") == "given back")

    told, talk = play(tmp_path, act, lambda talk: talk.journal.add("intent", lease=asdict(left)))
    assert told["signal"] == "room.wanted"
    assert talk.scene.told == [("room.wanted", None, 13, "127.0.0.1")]
    assert talk.journal.open_leases() == []


def test_a_device_that_is_gone_is_told_and_nothing_is_written(tmp_path, monkeypatch):
    async def nobody(*_):
        return [], {}

    monkeypatch.setattr(desks, "discover", nobody)

    async def act(talk):
        return await talk.ask(**WRITE)

    answer, talk = play(tmp_path, act)
    assert "does not answer Who-Is" in answer["error"]
    assert talk.scene.told == []
