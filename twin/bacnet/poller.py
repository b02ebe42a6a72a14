"""Poll devices as a good guest does: batches that fit, few requests at a time, a ladder down to the one bad object, and patience."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from bacpypes3.apdu import ConfirmedRequestPDU
from bacpypes3.pdu import Address

from twin.bacnet import ask, engineering_units
from twin.bacnet.application import MismatchError, RefusedError, SafeApplication, SilenceError
from twin.bacnet.board import NUMBERS, OUT_OF_SERVICE, OVERRIDDEN
from twin.bacnet.points import Point
from twin.errors import BacnetError

GOOD, FAULTY, OVERRIDE, RANGE, LOST = 0, 2, 3, 4, 5
"""Codes of good, fault, overridden, out_of_range and communication_lost in the historian."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Pauses before a silent device is asked again; each is twice the one before. [s]"""
ROUTER_WINDOW = 16
"""Requests under way through one router: more answers at once than a socket holds would be lost."""
TRIES = 3
"""How often the same is asked of a device that is silent, but was there."""
QUARANTINE = 900.0
"""How long an object that spoils its batch is asked alone before it may join others again. [s]"""
JITTER = 0.1
"""Share of the period by which polls are spread."""
DEVICE_KEY, DEVICE_ANY = 8, 4_194_303
Took = Callable[[Sequence[Point], npt.NDArray[np.float64], npt.NDArray[np.uint8], float], None]
"""Told (points, values, quality codes, seconds since 1970) of every poll of a device."""


class Bucket:
    """At most so many requests a second, a few at once."""

    def __init__(self, rate: float, burst: int = 4) -> None:
        self.rate, self.burst = rate, burst
        self._level, self._since = float(burst), time.monotonic()

    async def take(self) -> None:
        """Wait for one request's turn."""
        while True:
            now = time.monotonic()
            self._level = min(float(self.burst), self._level + (now - self._since) * self.rate)
            self._since = now
            if self._level >= 1.0:
                self._level -= 1.0
                return
            await asyncio.sleep((1.0 - self._level) / self.rate)


@dataclass
class Peer:
    """One device that is polled; what it tells becomes the unit of each point.

    Attributes
    ----------
    window : requests under way at a time: 4 on BACnet/IP, 1 behind MS/TP.
    longest : APDU that it takes.
    low, high : what is plausible, by point; outside is told as out of range.
    online : whether it answered the last time; `pause` : seconds before it is asked again.
    alone : objects that are asked alone, and until when.
    heard : monotonic second of its last answer.
    """

    instance: int
    address: Address
    points: Sequence[Point]
    window: int = 4
    longest: int = 1476
    online: bool = True
    pause: float = FIRST_PAUSE
    alone: dict[int, float] = field(default_factory=dict)
    heard: float = -math.inf

    def __post_init__(self) -> None:
        self.keys = np.array([NUMBERS[each.object] << 22 | each.instance for each in self.points], dtype=np.uint32)
        scales = [engineering_units.scale(each.engineering_units, each.unit) for each in self.points]
        self.scale, self.offset = np.array(scales, dtype=np.float64).reshape(-1, 2).T
        self.most = ask.fit(self.longest)
        self.gate = asyncio.Semaphore(self.window)


class Poller:
    """Polls peers over one application.

    Parameters
    ----------
    took : told of every poll.
    rate : requests a second to one device; router_rate : to one router, for all devices behind it.
    """

    def __init__(
        self,
        app: SafeApplication,
        peers: Sequence[Peer],
        took: Took,
        rate: float = 50.0,
        router_rate: float = 200.0,
        deadline: float = 3.0,
    ) -> None:
        self.app, self.peers, self.took, self.deadline = app, list(peers), took, deadline
        self._rate = {each.instance: Bucket(rate) for each in peers}
        routes = {str(each.address.addrRoute) for each in peers if each.address.addrRoute}
        self._routers = {route: Bucket(router_rate, burst=ROUTER_WINDOW) for route in routes}
        self._gates = {route: asyncio.Semaphore(ROUTER_WINDOW) for route in routes}
        self.counted: Counter[str] = Counter()

    async def poll(self, peer: Peer) -> bool:
        """All points of a device once; tells what it took, and whether the device is there."""
        now = time.monotonic()
        peer.alone = {key: until for key, until in peer.alone.items() if until > now}
        together = [place for place, key in enumerate(peer.keys.tolist()) if key not in peer.alone]
        batches = [together[at : at + peer.most] for at in range(0, len(together), peer.most)]
        batches += [[place] for place, key in enumerate(peer.keys.tolist()) if key in peer.alone]
        values = np.full(len(peer.keys), math.nan)
        quality = np.full(len(peer.keys), FAULTY, dtype=np.uint8)
        try:
            await asyncio.gather(*(self._batch(peer, batch, values, quality) for batch in batches))
        except SilenceError:
            self._lost(peer, values, quality)
            return False
        if not peer.online:
            self.counted["came_back"] += 1
        peer.online, peer.pause = True, FIRST_PAUSE
        self.took(peer.points, values, quality, time.time())
        self.counted["polls"] += 1
        return True

    def _lost(self, peer: Peer, values: npt.NDArray[np.float64], quality: npt.NDArray[np.uint8]) -> None:
        """A device that does not answer is told as lost once, then asked ever more seldom."""
        if peer.online:
            self.counted["went_away"] += 1
            values[:], quality[:] = math.nan, LOST
            self.took(peer.points, values, quality, time.time())
            peer.pause = FIRST_PAUSE
        else:
            peer.pause = min(2.0 * peer.pause, LONGEST_PAUSE)
        peer.online = False

    async def _batch(
        self, peer: Peer, places: Sequence[int], values: npt.NDArray[np.float64], quality: npt.NDArray[np.uint8]
    ) -> bool:
        """One batch; where it fails both halves, down to the object that spoils it. Tells whether it came in one piece."""
        keys = peer.keys[list(places)]
        try:
            told, flags = await self._ask_again(peer, keys)
        except (RefusedError, MismatchError, SilenceError, ValueError) as problem:
            if isinstance(problem, SilenceError) and not await self._is_there(peer):
                raise
            self.counted["batches_failed"] += 1
            if len(places) > 1:
                half = len(places) // 2
                parts = [await self._batch(peer, part, values, quality) for part in (places[:half], places[half:])]
                if all(parts):  # it was the length, not an object
                    peer.most = min(peer.most, len(places) - half)
            elif isinstance(problem, SilenceError):
                quality[places[0]] = LOST
            else:
                self.counted["objects_alone"] += int(keys[0]) not in peer.alone
                peer.alone[int(keys[0])] = time.monotonic() + QUARANTINE
            return False
        told = told * peer.scale[list(places)] + peer.offset[list(places)]
        for place, value, bits in zip(places, told.tolist(), flags.tolist(), strict=True):
            values[place] = value
            quality[place] = self._worth(peer.points[place], value, bits)
        return True

    def _worth(self, point: Point, value: float, flags: int) -> int:
        if flags & ask.FAULT or not math.isfinite(value):
            return FAULTY
        if flags & (OVERRIDDEN | OUT_OF_SERVICE):
            return OVERRIDE
        return RANGE if point.writable and not point.low <= value <= point.high else GOOD

    async def _ask(self, peer: Peer, keys: npt.NDArray[np.uint32]) -> ask.Values:
        request = ConfirmedRequestPDU(ask.READ_MULTIPLE, destination=peer.address)
        request.put_data(ask.question(keys))
        route = str(peer.address.addrRoute)
        async with peer.gate, self._gates.get(route, contextlib.nullcontext()):
            await self._rate[peer.instance].take()
            if route in self._routers:
                await self._routers[route].take()
            try:
                answer = await self.app.ask(request, self.deadline, octets=True)
            except RefusedError:
                peer.heard = time.monotonic()
                raise
        peer.heard = time.monotonic()
        return ask.answer(bytes(answer.pduData), keys)

    async def _ask_again(self, peer: Peer, keys: npt.NDArray[np.uint32]) -> ask.Values:
        """The same, a few times: a packet may be lost."""
        for _ in range(TRIES - 1):
            try:
                return await self._ask(peer, keys)
            except SilenceError:
                self.counted["asked_again"] += 1
                if not peer.online:
                    raise
        return await self._ask(peer, keys)

    async def _is_there(self, peer: Peer) -> bool:
        """Whether a device answers at all: lately, or now, asked for the least there is."""
        if time.monotonic() - peer.heard < TRIES * self.deadline:
            return True
        try:
            await self._ask_again(peer, np.array([DEVICE_KEY << 22 | peer.instance], dtype=np.uint32))
        except SilenceError:
            return False
        except (BacnetError, ValueError):
            return True
        return True

    async def run(self, period: float, stop: asyncio.Event) -> None:
        """Poll every device each period until stopped; a device that is away stalls nobody else."""
        await asyncio.gather(*(self._run(peer, period, stop) for peer in self.peers))

    async def _run(self, peer: Peer, period: float, stop: asyncio.Event) -> None:
        pause = random.uniform(0.0, min(period, 1.0) * JITTER)
        due = time.monotonic() + pause
        while not await _stopped(stop, pause):
            there = await self.poll(peer)
            due = max(due + period, time.monotonic())
            pause = due - time.monotonic() if there else peer.pause * random.uniform(1.0 - JITTER, 1.0 + JITTER)


async def _stopped(stop: asyncio.Event, wait: float) -> bool:
    """Whether a stop was asked for within some seconds."""
    try:
        await asyncio.wait_for(stop.wait(), max(0.0, wait))
    except TimeoutError:
        return False
    return True
