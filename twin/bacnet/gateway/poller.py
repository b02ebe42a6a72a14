"""Poll devices as a good guest does: batches that fit, few requests at a time, a ladder down to the one bad object, and patience."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import numpy as np
from bacpypes3.apdu import ConfirmedRequestPDU

from twin.bacnet.application import (
    MismatchError,
    RefusedError,
    SafeApplication,
    SilenceError,
    TooManyRequestsError,
)
from twin.bacnet.gateway import ask
from twin.bacnet.gateway.discover import identify
from twin.bacnet.gateway.peer import FAULTY, FIRST_PAUSE, LONGEST_PAUSE, LOST, Codes, Group, Peer, Places, Values
from twin.bacnet.numbers import READ_MULTIPLE
from twin.bacnet.points import Point

ROUTER_WINDOW = 16
"""Requests under way through one router: more answers at once than a socket holds would be lost."""
TRIES = 3
"""How often the same is asked of a device that is silent, but was there."""
QUARANTINE = 900.0
"""How long an object that spoils its batch is asked alone before it may join others again. [s]"""
JITTER = 0.1
"""Share of the period by which polls are spread."""
SAFETY = 600.0
"""Longest time that a point whose changes are told by subscription is not polled. [s]"""
Took = Callable[[Sequence[Point], Values, Codes, float], None]
"""Told (points, values, quality codes, seconds since 1970) of every poll of a group of a device."""


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


class Router:
    """What all devices behind one router share: requests under way, and requests a second."""

    def __init__(self, rate: float) -> None:
        self.gate, self.bucket = asyncio.Semaphore(ROUTER_WINDOW), Bucket(rate, burst=ROUTER_WINDOW)


class Poller:
    """Polls peers over one application.

    Parameters
    ----------
    took : told of every poll.
    rate : requests a second to one device; router_rate : to one router, for all devices behind it.
    deadline : seconds to wait for an answer.
    safety : seconds after which points are polled although a subscription tells their changes.

    Attributes
    ----------
    returned : told of every device that answers again.
    """

    def __init__(
        self,
        app: SafeApplication,
        peers: Sequence[Peer],
        took: Took,
        rate: float = 50.0,
        router_rate: float = 200.0,
        deadline: float = 3.0,
        safety: float = SAFETY,
    ) -> None:
        self.app, self.peers, self.took, self.deadline, self.safety = app, list(peers), took, deadline, safety
        self.rate, self.router_rate = rate, router_rate
        self._buckets: dict[int, Bucket] = {}
        self._routers: dict[str, Router] = {}
        self._lines: dict[str, asyncio.Semaphore] = {}
        self._running: asyncio.TaskGroup | None = None
        self._stop, self._period = asyncio.Event(), 0.0
        self.returned: list[Callable[[Peer], None]] = []
        self.counted: Counter[str] = Counter()

    async def poll(self, peer: Peer) -> bool:
        """All points of a device once; tells what it took, and whether the device is there."""
        for group in peer.groups:
            if not await self.poll_group(peer, group):
                return False
        return True

    async def poll_group(self, peer: Peer, group: Group) -> bool:
        """The points of one group once; those that a subscription tells only when it is their time."""
        if not peer.online and not await self._back(peer):
            return False
        places = group.due(time.monotonic(), self.safety * random.uniform(1.0 - JITTER, 1.0))
        if not len(places):
            return True
        values, quality = np.full(len(group.points), math.nan), np.full(len(group.points), FAULTY, dtype=np.uint8)
        try:
            await self._batches(peer, group, places, values, quality)
        except SilenceError:
            self.lose(peer)
            return False
        if not peer.online:
            self._found(peer)
        peer.polls += 1
        peer.samples += len(places)
        self.counted["polls"] += 1
        if len(places) == len(group.points):
            self.took(group.points, values, quality, time.time())
        else:
            self.took([group.points[place] for place in places.tolist()], values[places], quality[places], time.time())
        return True

    def lose(self, peer: Peer) -> None:
        """A device that does not answer is told as lost once, whichever of its groups notices."""
        if not peer.online:
            return
        self.counted["went_away"] += 1
        peer.online, peer.pause = False, FIRST_PAUSE
        for group in peer.groups:
            size = len(group.points)
            self.took(group.points, np.full(size, math.nan), np.full(size, LOST, dtype=np.uint8), time.time())
        peer.wake.set()

    def nudge(self, peer: Peer) -> None:
        """Ask a device that was silent now, since it has been heard of."""
        if not peer.online:
            peer.wake.set()

    async def _back(self, peer: Peer) -> bool:
        """Whether a silent device answers again, and is still the same; if not, it is asked ever more seldom."""
        try:
            there = await self._answers(peer)
        except SilenceError:
            there = False
        else:
            self.counted["someone_else"] += not there
        if there:
            self._found(peer)
        else:
            peer.pause = min(2.0 * peer.pause, LONGEST_PAUSE)
        return there

    def _found(self, peer: Peer) -> None:
        self.counted["came_back"] += 1
        peer.online, peer.pause = True, FIRST_PAUSE
        for told in self.returned:
            told(peer)

    async def _batches(self, peer: Peer, group: Group, places: Places, values: Values, quality: Codes) -> None:
        """All batches of a poll, no more under way than the window, so that another group's poll comes in between."""
        now = time.monotonic()
        peer.alone = {key: until for key, until in peer.alone.items() if until > now}
        apart = np.isin(group.keys[places], np.fromiter(peer.alone, dtype=np.uint32))
        together = places[~apart]
        batches = [together[at : at + peer.most] for at in range(0, len(together), peer.most)]
        rest: Iterator[Places] = iter([*batches, *places[apart].reshape(-1, 1)])
        silent: list[SilenceError] = []

        async def work() -> None:
            try:
                for batch in rest:
                    if silent:
                        return
                    await self._batch(peer, group, batch, values, quality)
            except SilenceError as problem:
                silent.append(problem)

        await asyncio.gather(*(work() for _ in range(min(peer.window, len(batches) + int(apart.sum())))))
        if silent:
            raise silent[0]

    async def _batch(self, peer: Peer, group: Group, places: Places, values: Values, quality: Codes) -> bool:
        """One batch; where it fails both halves, down to the object that spoils it. Tells whether it came in one piece."""
        keys = group.keys[places]
        try:
            told, flags = await self._ask_again(peer, keys)
        except (RefusedError, MismatchError, SilenceError, TooManyRequestsError, ValueError) as problem:
            if isinstance(problem, SilenceError) and not await self._is_there(peer):
                raise
            self.counted["batches_failed"] += 1
            peer.failures += 1
            if len(places) > 1:
                half = len(places) // 2
                parts = [
                    await self._batch(peer, group, part, values, quality) for part in (places[:half], places[half:])
                ]
                if all(parts):  # it was the length, not an object
                    peer.most = min(peer.most, len(places) - half)
            elif isinstance(problem, SilenceError):
                quality[places] = LOST
            else:
                self.counted["objects_alone"] += int(keys[0]) not in peer.alone
                peer.alone[int(keys[0])] = time.monotonic() + QUARANTINE
            return False
        told = group.si(places, told)
        values[places] = told
        quality[places] = group.worth(places, told, flags)
        return True

    async def ask(self, peer: Peer, request: Any, octets: bool = False) -> Any:
        """The answer of a device, asked when its window, its line, its router and their rates allow it.

        Raises
        ------
        SilenceError, RefusedError, MismatchError, TooManyRequestsError
            When there is no such answer.
        """
        async with self.turn(peer):
            try:
                answer = await self.app.ask(request, self.deadline, octets=octets)
            except (RefusedError, MismatchError):
                peer.heard = time.monotonic()
                raise
        peer.heard = time.monotonic()
        return answer

    @contextlib.asynccontextmanager
    async def turn(self, peer: Peer) -> AsyncIterator[None]:
        """The right to ask a device for one thing, as its window, its line, its router and their rates allow it."""
        bucket = self._buckets.get(peer.instance) or self._buckets.setdefault(peer.instance, Bucket(self.rate))
        async with peer.gate:
            await bucket.take()
            async with self._line(peer), contextlib.AsyncExitStack() as held:
                if peer.address.addrRoute:
                    router = self._routers.setdefault(str(peer.address.addrRoute), Router(self.router_rate))
                    await held.enter_async_context(router.gate)
                    await router.bucket.take()
                yield

    def _line(self, peer: Peer) -> Any:
        if not peer.line:
            return contextlib.nullcontext()
        return self._lines.setdefault(peer.line, asyncio.Semaphore(1))

    async def _ask(self, peer: Peer, keys: Any) -> tuple[Values, Codes]:
        request = ConfirmedRequestPDU(READ_MULTIPLE, destination=peer.address)
        request.put_data(ask.question(keys))
        return ask.answer(bytes((await self.ask(peer, request, octets=True)).pduData), keys)

    async def _ask_again(self, peer: Peer, keys: Any) -> tuple[Values, Codes]:
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
        for _ in range(TRIES):
            if time.monotonic() - peer.heard < TRIES * self.deadline:
                return True
            try:
                return await self._answers(peer)
            except SilenceError:
                self.counted["asked_again"] += 1
        return time.monotonic() - peer.heard < TRIES * self.deadline  # it may have answered others meanwhile

    async def _answers(self, peer: Peer) -> bool:
        """Whether a device answers as itself; one that answers anything else than that it is another is taken for itself."""
        try:
            return await identify(lambda request: self.ask(peer, request), peer.address, peer.instance)
        except (RefusedError, MismatchError, TooManyRequestsError):
            return True

    async def run(self, period: float, stop: asyncio.Event) -> None:
        """Poll every group of every device at its period until stopped; a device that is away stalls nobody else."""
        self._period, self._stop = period, stop
        try:
            async with asyncio.TaskGroup() as self._running:
                for peer in self.peers:
                    self._running.create_task(self._run(peer))
                await stop.wait()
                for peer in self.peers:
                    peer.wake.set()
        except BaseExceptionGroup as problems:
            raise problems.exceptions[0] from None
        finally:
            self._running = None

    def join(self, peer: Peer) -> None:
        """Poll one more device from now on."""
        self.peers.append(peer)
        if self._running is not None and not self._stop.is_set():
            self._running.create_task(self._run(peer))

    async def _run(self, peer: Peer) -> None:
        """Poll one device: its groups while it answers, and ask for a sign of life now and then while it does not."""
        while True:
            peer.wake.clear()
            if self._stop.is_set():
                return
            if peer.online:
                await asyncio.gather(*(self._repeat(peer, group) for group in peer.groups))
                continue
            await _wait(peer.wake, peer.pause * random.uniform(1.0 - JITTER, 1.0 + JITTER))
            if not self._stop.is_set():
                await self._back(peer)

    async def _repeat(self, peer: Peer, group: Group) -> None:
        period = group.period or self._period
        due = time.monotonic() + random.uniform(0.0, JITTER * period)
        await _wait(peer.wake, random.uniform(0.0, JITTER * min(period, 1.0)))
        while peer.online and not self._stop.is_set():
            await self.poll_group(peer, group)
            due = max(due + period, time.monotonic())
            await _wait(peer.wake, due - time.monotonic())


async def _wait(wake: asyncio.Event, seconds: float) -> None:
    """Pause, unless woken."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await wake.wait()
