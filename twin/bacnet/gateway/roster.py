"""Which devices are where: looked for while they are missing, followed when they move, and told when an instance is doubled."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bacpypes3.apdu import WhoIsRequest
from bacpypes3.pdu import Address

from twin.bacnet.application import SilenceError
from twin.bacnet.gateway.addresses import Addresses
from twin.bacnet.gateway.announcements import Alarms
from twin.bacnet.gateway.discover import Client, Found, identify
from twin.bacnet.gateway.peer import Peer
from twin.bacnet.gateway.poller import TRIES, Poller
from twin.bacnet.points import Point
from twin.errors import BacnetError

FIRST_LOOK, LONGEST_LOOK = 10.0, 300.0
"""Pauses before a missing device is looked for again; each is twice the one before. [s]"""
SPACE = 0.05
"""Pause between two Who-Is. [s]"""
CALM = 10.0
"""Time in which a device's claims to have another address are not looked into again. [s]"""
REMEMBERED = 3600.0
"""How long a move or a doubled instance is told as an alarm. [s]"""
PROBE = 1.5
"""Longest wait for a device that is asked at an address where it may be. [s]"""
AT_ONCE = 16
"""Devices that are asked at remembered addresses at a time."""


class Roster:
    """Keeps the addresses of a poller's devices right while it runs.

    Parameters
    ----------
    points : of every device that is wanted, by instance.
    where : addresses to send Who-Is to.
    fast : networks behind routers that are as fast as Ethernet.
    first : seconds before a missing device is looked for again the first time.

    Attributes
    ----------
    joined, moved, announced : told of a device that is polled from now on, has another address, or says that it is there.
    problem : what ended a check against all expectation.
    """

    def __init__(
        self, app: Client, poller: Poller, points: Mapping[int, Sequence[Point]], where: Sequence[Any], addresses: Addresses,
        alarms: Alarms, fast: frozenset[int] = frozenset(), first: float = FIRST_LOOK,
    ) -> None:  # fmt: skip
        self.app, self.poller, self.points, self.where = app, poller, points, list(where)
        self.addresses, self.alarms, self.fast, self.first = addresses, alarms, fast, first
        self.peers = {peer.instance: peer for peer in poller.peers}
        self.joined: list[Callable[[Peer], None]] = []
        self.moved: list[Callable[[Peer], None]] = []
        self.announced: list[Callable[[Peer], None]] = []
        self.counted: Counter[str] = Counter()
        self.problem: BaseException | None = None
        self._checks: dict[int, asyncio.Task[None]] = {}
        self._checked: dict[int, float] = {}
        self._looks: dict[int, tuple[float, float]] = {}
        app.listeners.append(self.hear)

    def missing(self) -> list[int]:
        """Devices that have not been found yet."""
        return [instance for instance in self.points if instance not in self.peers]

    def hear(self, found: Found) -> None:
        """Take an I-Am: from where a device is known to be it is a sign of life, from elsewhere it is a claim to be checked."""
        peer = self.peers.get(found.instance)
        if found.instance not in self.points:
            return
        if peer is not None and peer.address == found.address:
            self.poller.nudge(peer)
            for told in self.announced:
                told(peer)
        elif found.instance not in self._checks and self._checked.get(found.instance, 0.0) <= time.monotonic():
            self._checked[found.instance] = time.monotonic() + CALM
            task = asyncio.get_running_loop().create_task(self._check(found))
            self._checks[found.instance] = task
            task.add_done_callback(lambda task: self._ended(found.instance, task))

    def _ended(self, instance: int, task: asyncio.Task[None]) -> None:
        self._checks.pop(instance, None)
        if not task.cancelled() and task.exception() is not None:
            self.problem = task.exception()

    async def _check(self, found: Found) -> None:
        """Follow a claim only if the device is no longer where it was, and is there where it says."""
        peer = self.peers.get(found.instance)
        if peer is not None and await self._still(peer):
            if _station(peer.address) != _station(found.address):
                self.counted["doubled"] += 1
                self.alarms.put(
                    f"doubled {found.instance}",
                    f"doubled: device {found.instance} is at {peer.address} and at {found.text}; the first is read on; "
                    "give each its own instance",
                    REMEMBERED,
                )
            return
        if await is_at(self.app, found):
            self._take(found)
        else:
            self.counted["claims_refuted"] += 1

    async def _still(self, peer: Peer) -> bool:
        """Whether a device answers as itself where it is known to be."""
        for _ in range(TRIES):
            try:
                return await identify(lambda request: self.poller.ask(peer, request), peer.address, peer.instance)
            except SilenceError:
                continue
            except BacnetError:
                return True
        return False

    def _take(self, found: Found) -> None:
        """Read a device at an address from now on."""
        peer = self.peers.get(found.instance)
        self._looks.pop(found.instance, None)
        if peer is None:
            peer = peer_of(found, self.points[found.instance], self.fast)
            self.peers[found.instance] = peer
            self.poller.join(peer)
            self.counted["joined"] += 1
            told = self.joined
        else:
            self.alarms.put(
                f"moved {found.instance}",
                f"device {found.instance} has moved from {peer.address} to {found.text}",
                REMEMBERED,
            )
            peer.settle(found.address, found.longest, self.fast)
            self.counted["moved"] += 1
            self.poller.nudge(peer)
            told = self.moved
        self.addresses.note([found])
        self.remember()
        for each in told:
            each(peer)
        self.report()

    def remember(self) -> None:
        """Keep addresses for the next start."""
        try:
            self.addresses.write()
        except BacnetError as problem:
            self.alarms.put("addresses", str(problem))
        else:
            self.alarms.put("addresses", "")

    def report(self) -> None:
        """Tell which devices are missing, or that none is."""
        missing = self.missing()
        self.alarms.put("missing", f"not found: devices {', '.join(map(str, missing))}" if missing else "")

    async def run(self, stop: asyncio.Event) -> None:
        """Look for devices that are missing or silent, ever more seldom, until stopped."""
        while not stop.is_set():
            now = time.monotonic()
            wanted = {instance for instance in self.points if not self._is_here(instance)}
            self._looks = {instance: look for instance, look in self._looks.items() if instance in wanted}
            for instance in sorted(wanted):
                due, pause = self._looks.setdefault(instance, (now + self.first, self.first))
                if due <= now:
                    pause = min(2.0 * pause, LONGEST_LOOK)
                    self._looks[instance] = (now + pause, pause)
                    await self._look(instance)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(1.0, self.first)):
                    await stop.wait()
        for task in self._checks.values():
            task.cancel()
        self.app.listeners.remove(self.hear)

    def _is_here(self, instance: int) -> bool:
        return instance in self.peers and self.peers[instance].online

    async def _look(self, instance: int) -> None:
        """One Who-Is for one device; one that is missing is asked at its remembered address, too."""
        self.counted["looked_for"] += 1
        for each in self.where:
            request = WhoIsRequest(destination=each)
            request.deviceInstanceRangeLowLimit = request.deviceInstanceRangeHighLimit = instance
            self.app.request(request)
            await asyncio.sleep(SPACE)
        known = self.addresses.known.get(instance)
        if known is None or instance in self.peers or instance in self._checks:
            return
        if await is_at(self.app, known) and instance not in self.peers:
            self._take(known)


def peer_of(found: Found, points: Sequence[Point], fast: frozenset[int] = frozenset()) -> Peer:
    """A device ready to be polled, as gently as its network asks for."""
    peer = Peer(found.instance, found.address, list(points))
    peer.settle(found.address, found.longest, fast)
    return peer


async def is_at(app: Client, found: Found, tries: int = 2) -> bool:
    """Whether a device answers as itself at an address."""
    for _ in range(tries):
        try:
            return await identify(lambda request: app.ask(request, PROBE), found.address, found.instance)
        except SilenceError:
            continue
        except BacnetError:
            return False
    return False


async def remembered(app: Client, known: Sequence[Found]) -> list[Found]:
    """Those devices that still are where they were last seen."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(found: Found) -> bool:
        async with gate:
            return await is_at(app, found)

    there = await asyncio.gather(*map(ask, known))
    return [found for found, here in zip(known, there, strict=True) if here]


def _station(address: Address) -> tuple[Any, Any]:
    """What is left of an address without the router that leads there."""
    return address.addrNet, address.addrAddr
