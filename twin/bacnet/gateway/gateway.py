"""The gateway's reading side: find the devices of some points, poll or watch them, and keep every sample with its quality."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from twin.bacnet import journal
from twin.bacnet.gateway import status
from twin.bacnet.gateway.addresses import Addresses
from twin.bacnet.gateway.ages import FACTOR, Ages, words
from twin.bacnet.gateway.announcements import Alarms
from twin.bacnet.gateway.discover import Client, discover, routed
from twin.bacnet.gateway.keeper import Keeper
from twin.bacnet.gateway.peer import Codes, Peer, Values
from twin.bacnet.gateway.poller import SAFETY, Poller
from twin.bacnet.gateway.refill import Refill
from twin.bacnet.gateway.roster import Roster, peer_of, remembered
from twin.bacnet.gateway.watch import LIFETIME, MOST, Watch
from twin.bacnet.points import Point
from twin.errors import BacnetError
from twin.files import write_text
from twin.historian.historian import Historian
from twin.historian.samples import QUALITIES

FLUSH = 1.0
"""Longest time that a sample waits before it is durable. [s]"""
WRITTEN = 10_000
"""Points whose ages one more second between two writings of the status is for."""


@dataclass(frozen=True)
class Options:
    """How a gateway reads.

    Attributes
    ----------
    fast : networks behind routers that are as fast as Ethernet; all others are asked one request at a time.
    cov : kind of notifications to subscribe to; empty for polling alone.
    lifetime : of a subscription [s]; most : subscriptions to one device.
    safety : seconds after which points are polled although a subscription tells their changes.
    stale : periods without a good value after which a point is stale.
    refill : fetch what an outage has missed from the devices' trend logs.
    cache, status : files for known addresses and for the gateway's news of itself.
    """

    fast: frozenset[int] = frozenset()
    cov: Literal["", "confirmed", "unconfirmed"] = ""
    lifetime: float = LIFETIME
    most: int = MOST
    safety: float = SAFETY
    stale: float = FACTOR
    refill: bool = False
    cache: Path | None = None
    status: Path | None = None


async def find(
    app: Client, points: Sequence[Point], where: Sequence[Any], told: Callable[[str], None],
    fast: frozenset[int] = frozenset(), addresses: Addresses | None = None,
) -> list[Peer]:  # fmt: skip
    """The devices of some points, ready to be polled; those that do not answer Who-Is are asked at remembered addresses.

    Raises
    ------
    BacnetError
        When none of the devices answers, or one instance is on several devices.
    """
    wanted = sorted({point.device for point in points})
    found, doubled = await discover(app, where, min(wanted), max(wanted))
    clash = {instance: held for instance, held in doubled.items() if instance in wanted}
    if clash:
        listed = "; ".join(f"{i} at {', '.join(each.text for each in held)}" for i, held in clash.items())
        raise BacnetError(f"several devices have one instance: {listed}; give each its own before polling")
    here = {each.instance: each for each in found if each.instance in wanted}
    book = Addresses() if addresses is None else addresses
    silent = [each for instance, each in book.known.items() if instance in wanted and instance not in here]
    here |= {each.instance: each for each in await remembered(app, silent)}
    missing = [instance for instance in wanted if instance not in here]
    if len(missing) == len(wanted):
        raise BacnetError(
            f"none of the devices {', '.join(map(str, wanted[:5]))} answers Who-Is; check address and network"
        )
    if missing:
        told(f"not found: devices {', '.join(map(str, missing))}")
    book.note(here.values())
    held = by_device(points)
    return [peer_of(here[instance], held[instance], fast) for instance in wanted if instance in here]


def by_device(points: Sequence[Point]) -> dict[int, list[Point]]:
    """Points by the instance of their device."""
    held: dict[int, list[Point]] = {}
    for point in points:
        held.setdefault(point.device, []).append(point)
    return held


@dataclass(frozen=True)
class Reading:
    """What one point says: its value in SI units, and its quality; both empty where its device is not found."""

    point: Point
    value: float
    quality: str


async def validate(
    app: Client, points: Sequence[Point], where: Sequence[Any], told: Callable[[str], None],
    fast: frozenset[int] = frozenset(),
) -> list[Reading]:  # fmt: skip
    """Read every point once.

    Raises
    ------
    BacnetError
        As for `find`.
    """
    found: dict[Point, Reading] = {point: Reading(point, math.nan, "communication_lost") for point in points}

    def take(some: Sequence[Point], values: Values, quality: Codes, _when: float) -> None:
        for point, value, code in zip(some, values.tolist(), quality.tolist(), strict=True):
            found[point] = Reading(point, value, QUALITIES[code])

    peers = await find(app, points, where, told, fast)
    poller = Poller(app, peers, take)
    await asyncio.gather(*(poller.poll(peer) for peer in peers))
    return list(found.values())


class Gateway:
    """Reads the points of found devices until it is stopped.

    Parameters
    ----------
    peers : the devices that were found.
    where : addresses to send Who-Is to for the others.
    alarms : what people should know.
    """

    def __init__(
        self, app: Client, points: Sequence[Point], peers: Sequence[Peer], where: Sequence[Any], store: Historian, period: float,
        alarms: Alarms, options: Options, addresses: Addresses,
    ) -> None:  # fmt: skip
        self.app, self.period, self.alarms, self.options = app, period, alarms, options
        self.ages = Ages(points, period, options.stale)
        self.keeper = Keeper(store, points, self.ages)
        self.poller = Poller(app, peers, self.keeper.take, safety=options.safety)
        self.roster = Roster(app, self.poller, by_device(points), where, addresses, alarms, options.fast)
        self.watch: Watch | None = None
        if options.cov:
            self.watch = Watch(
                self.poller, options.cov == "confirmed", options.lifetime, options.most, period, self.ages.expect
            )
            self.roster.joined.append(self.watch.add)
            self.roster.moved.append(self.watch.renew)
            self.roster.announced.append(self.watch.announced)
            app.notified = self.watch.take
            for peer in peers:
                self.watch.add(peer)
        self.refill: Refill | None = None
        if options.refill:
            self.refill = Refill(self.poller, store, period, alarms)
            self.poller.returned.append(self.refill.begin)
            self.roster.joined.append(self.refill.begin)
        self.began = time.time()
        self._every = status.EVERY + len(self.ages.points) / WRITTEN
        self._written = -math.inf

    async def run(self, stop: asyncio.Event) -> None:
        """Read until stopped."""
        polling = asyncio.create_task(self.poller.run(self.period, stop))
        looking = asyncio.create_task(self.roster.run(stop))
        if self.refill is not None:
            for peer in self.poller.peers:
                self.refill.begin(peer)
        try:
            while not (polling.done() or looking.done()):
                await asyncio.wait([polling, looking], timeout=FLUSH, return_when=asyncio.FIRST_COMPLETED)
                await self._tend(running=True)
                for part in (self.watch, self.roster):
                    if part is not None and part.problem is not None:
                        raise part.problem
            stop.set()
            await asyncio.gather(polling, looking)
        finally:
            stop.set()
            if self.watch is not None:
                await self.watch.stop()
            if self.refill is not None:
                await self.refill.stop()
            self.app.notified = None
            await asyncio.gather(polling, looking, return_exceptions=True)
            await self._tend(running=False)

    async def _tend(self, running: bool) -> None:
        """What is done every second: mark stale points, make samples durable, tell alarms, write the status."""
        now = time.time()
        if running:
            self.keeper.mark(now)
        await self.keeper.flush()
        self.alarms.put("store", self.keeper.alarm)
        if self.options.status is not None and (not running or time.monotonic() - self._written >= self._every):
            self._written = time.monotonic()
            try:
                text = json.dumps(self.picture(running), allow_nan=False)
                await asyncio.to_thread(write_text, text, self.options.status, error=BacnetError)
            except BacnetError as problem:
                self.alarms.put("status", str(problem))
            else:
                self.alarms.put("status", "")

    def counters(self) -> dict[str, dict[str, int]]:
        """Everything that is counted, by the part that counts it."""
        parts: dict[str, Counter[str]] = {
            "network": self.app.counted, "polling": self.poller.counted, "keeping": self.keeper.counted,
            "devices": self.roster.counted, "log": Counter(records_held_back=journal.held_back()),
        }  # fmt: skip
        if self.watch is not None:
            parts["subscriptions"] = self.watch.counted
        if self.refill is not None:
            parts["refilling"] = self.refill.backfill.counted
        return {part: {name: count for name, count in sorted(held.items()) if count} for part, held in parts.items()}

    def picture(self, running: bool = True) -> dict[str, Any]:
        """What is going on at this moment; ages and pauses in seconds."""
        now = time.time()
        age, word = self.ages.age(now), words(self.ages.quality)
        return {
            "second": now, "time": status.moment(now), "running": running, "every_s": self._every,
            "since": status.moment(self.began), "uptime_s": round(now - self.began, 1), "process": status.process(),
            "period_s": self.period,
            "devices": [self._device(peer, now, age) for peer in sorted(self.poller.peers, key=lambda each: each.instance)],
            "missing": self.roster.missing(), "counters": self.counters(),
            "alarms": [{"text": each.text, "since": status.moment(each.since)} for each in self.alarms.standing()],
            "qualities": {
                name: {"points": count, "oldest_s": _number(oldest)}
                for name, (count, oldest) in self.ages.by_quality(now).items()
            },
            "points": {
                "signal": [point.signal for point in self.ages.points], "quality": word,
                "age_s": [None if each != each else each for each in age.round(1).tolist()],
            },
        }  # fmt: skip

    def _device(self, peer: Peer, now: float, age: Values) -> dict[str, Any]:
        silence = time.monotonic() - peer.heard
        held = age[self.ages.rows(peer.points)]
        known = held[~np.isnan(held)]
        return {
            "instance": peer.instance, "address": str(peer.address), "online": peer.online,
            "heard": status.moment(now - silence) if math.isfinite(silence) else None,
            "pause_s": None if peer.online else peer.pause, "window": peer.window, "batch": peer.most,
            "alone": len(peer.alone), "points": len(peer.points), "polls": peer.polls, "failures": peer.failures,
            "samples": peer.samples, "subscriptions": self.watch.held(peer.instance) if self.watch else 0,
            "oldest_s": _number(float(known.max())) if len(known) else None,
        }  # fmt: skip


def _number(value: float) -> float | None:
    return round(value, 1) if math.isfinite(value) else None


async def gather(
    app: Client, points: Sequence[Point], where: Sequence[Any], store: Historian, period: float, stop: asyncio.Event,
    told: Callable[[str], None], options: Options = Options(),
) -> Counter[str]:  # fmt: skip
    """Read points until stopped, and keep them.

    Parameters
    ----------
    where : addresses to send Who-Is to.
    told : told what people should know: devices that are missing, doubled or have moved, a store without room.

    Raises
    ------
    BacnetError
        When none of the devices answers, or one instance is on several devices.
    """
    alarms, addresses = Alarms(told), Addresses(options.cache)
    try:
        addresses.read()
    except BacnetError as problem:
        alarms.put("addresses", str(problem))
    where = await routed(app, where)
    peers = await find(app, points, where, lambda text: alarms.put("missing", text), options.fast, addresses)
    gateway = Gateway(app, points, peers, where, store, period, alarms, options, addresses)
    gateway.roster.remember()
    await gateway.run(stop)
    return sum((Counter(held) for held in gateway.counters().values()), Counter())
