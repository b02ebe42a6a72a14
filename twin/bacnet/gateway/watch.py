"""Subscriptions to changes of value on the reading side: asked for, renewed, checked, given up for polling, and ended on stop."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from bacpypes3.apdu import ConfirmedRequestPDU

from twin.bacnet.application import RefusedError, SilenceError
from twin.bacnet.gateway import changes
from twin.bacnet.gateway.peer import Group, Peer
from twin.bacnet.gateway.poller import Poller
from twin.bacnet.points import Point
from twin.errors import BacnetError

LIFETIME = 600.0
"""How long a subscription is asked for. [s]"""
MOST = 100
"""Subscriptions to one device; controllers hold few."""
RENEWAL = (0.5, 0.7)
"""Share of the lifetime after which a subscription is renewed, spread evenly."""
AGAIN = 900.0
"""Pause before a device that refused a subscription is asked again. [s]"""
PAUSE = 10.0
"""Pause before a device that did not answer a subscription is asked again. [s]"""
PATIENCE = 3
"""Refusals, one after the other, after which a device is asked for no more subscriptions for now."""
LAST = 5.0
"""Longest time for ending subscriptions on stop; those that are left end by their lifetime. [s]"""


class Wishes:
    """The subscriptions wanted of one device, one row each.

    Attributes
    ----------
    until : monotonic second at which a subscription ends; minus infinity for none.
    due : monotonic second at which it is asked for, or renewed.
    asked : whether notifications are expected.
    renewed : monotonic second at which all were last made due.
    """

    def __init__(self, peer: Peer, most: int) -> None:
        self.peer = peer
        chosen = [
            (group, place) for group in peer.groups for place, point in enumerate(group.points) if point.increment > 0
        ]
        self.rows: list[tuple[Group, int]] = chosen[:most]
        self.keys = [int(group.keys[place]) for group, place in self.rows]
        self.row = {key: row for row, key in enumerate(self.keys)}
        self.until = np.full(len(self.rows), -math.inf)
        self.due = np.zeros(len(self.rows))
        self.asked = np.zeros(len(self.rows), dtype=bool)
        self.renewed, self.refusals = time.monotonic(), 0
        self.wake = asyncio.Event()

    def renew(self, when: float) -> None:
        """Ask for everything again at a monotonic second."""
        self.due[:] = np.minimum(self.due, when)
        self.renewed = when
        self.wake.set()


class Watch:
    """Keeps subscriptions to the points of peers, and hands what is notified to the poller's taker.

    Parameters
    ----------
    confirmed : ask for confirmed notifications.
    lifetime : seconds that a subscription is asked for; renewed at 50 to 70 % of it.
    most : subscriptions to one device; the other points are polled as ever.
    period : seconds between polls of points that have none of their own.
    expect : told of every point how many seconds may pass between its values from now on.

    Attributes
    ----------
    process : our number for ourselves, another one in every run.
    problem : what ended the keeping of a device's subscriptions against all expectation.
    """

    def __init__(
        self, poller: Poller, confirmed: bool = False, lifetime: float = LIFETIME, most: int = MOST, period: float = 60.0,
        expect: Callable[[Point, float], None] = lambda *_: None,
    ) -> None:  # fmt: skip
        if not lifetime >= 1.0:
            raise BacnetError(
                f"lifetime {lifetime:g} s: a subscription without end is never asked for; write 300 to 600"
            )
        self.poller, self.confirmed, self.lifetime, self.most = poller, confirmed, lifetime, most
        self._period, self._expect = period, expect
        self.process = random.randrange(1, 2**24)
        self.counted: Counter[str] = Counter()
        self._wishes: dict[int, Wishes] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.problem: BaseException | None = None
        poller.returned.append(self.renew)

    def add(self, peer: Peer) -> None:
        """Subscribe to the points of a device from now on."""
        wishes = Wishes(peer, self.most)
        if not wishes.rows or peer.instance in self._wishes:
            return
        self._wishes[peer.instance] = wishes
        task = asyncio.get_running_loop().create_task(self._keep(wishes))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self.problem = task.exception()

    def held(self, instance: int) -> int:
        """Subscriptions that a device holds now."""
        wishes = self._wishes.get(instance)
        return 0 if wishes is None else int((wishes.until > time.monotonic()).sum())

    def renew(self, peer: Peer) -> None:
        """A device has come back, or has another address: what it knew of us is taken for lost."""
        wishes = self._wishes.get(peer.instance)
        if wishes is not None:
            for row in range(len(wishes.rows)):
                self._give_up(wishes, row)
            wishes.renew(time.monotonic())
            self.counted["resubscribed"] += 1

    def announced(self, peer: Peer) -> None:
        """A device says unasked that it is there: perhaps it has restarted, so all is renewed, but not too often."""
        wishes, now = self._wishes.get(peer.instance), time.monotonic()
        if wishes is not None and wishes.renewed <= now < wishes.due.min():
            wishes.renew(max(now, wishes.renewed + self.lifetime / 4.0))
            self.counted["resubscribed"] += 1

    def take(self, source: Any, octets: bytes) -> str:
        """Take a notification; tells why it is not expected, or an empty text."""
        try:
            told = changes.read(octets)
        except ValueError:
            self.counted["notices_malformed"] += 1
            return "malformed"
        if told.process != self.process:
            self.counted["notices_of_other_processes"] += 1
            return "unknown-subscription"
        wishes = self._wishes.get(told.device)
        if wishes is None or wishes.peer.address != source:
            self.counted["notices_of_strangers"] += 1
            return "unknown-subscription"
        row = wishes.row.get(told.key)
        if row is None or not wishes.asked[row]:
            self.counted["notices_of_other_objects"] += 1
            return "unknown-subscription"
        group, place = wishes.rows[row]
        if not group.watched[place]:
            group.watched[place] = True
            self._expect(group.points[place], max(group.period or self._period, self.poller.safety))
        values = group.si(np.array([place]), np.array([told.value]))
        quality = group.worth(np.array([place]), values, np.array([told.flags], dtype=np.uint8))
        peer = wishes.peer
        peer.heard = time.monotonic()
        peer.samples += 1
        self.counted["notices"] += 1
        self.poller.took([group.points[place]], values, quality, time.time())
        self.poller.nudge(peer)
        return ""

    async def _keep(self, wishes: Wishes) -> None:
        """Subscribe to what is due, for ever."""
        while True:
            wishes.wake.clear()
            if wishes.peer.online:
                due = np.flatnonzero(wishes.due <= time.monotonic())
                for row in due[np.argsort(wishes.due[due], kind="stable")].tolist():
                    if not await self._subscribe(wishes, row):
                        break
            now = time.monotonic()
            for row in np.flatnonzero(wishes.asked & (wishes.until <= now)).tolist():
                self._give_up(wishes, row)
            ends = wishes.until[wishes.until > now]
            first = min(wishes.due.min() if wishes.peer.online else math.inf, ends.min() if len(ends) else math.inf)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(0.0, first - now), self.lifetime)):
                    await wishes.wake.wait()

    async def _subscribe(self, wishes: Wishes, row: int) -> bool:
        """Ask for one subscription, new or again; tells whether there is use in asking for the next one."""
        began, peer = time.monotonic(), wishes.peer
        request = ConfirmedRequestPDU(changes.SUBSCRIBE, destination=peer.address)
        request.put_data(
            changes.subscription(self.process, wishes.keys[row], self.confirmed, max(1, round(self.lifetime)))
        )
        wishes.asked[row] = True
        try:
            await self.poller.ask(peer, request)
        except RefusedError:
            self.counted["subscriptions_refused"] += 1
            self._give_up(wishes, row)
            wishes.due[row] = began + AGAIN * random.uniform(*RENEWAL) / RENEWAL[0]
            wishes.refusals += 1
            if wishes.refusals < PATIENCE:
                return True
            wishes.refusals = 0
            wishes.due[wishes.due <= time.monotonic()] = wishes.due[row]
            return False
        except BacnetError as problem:
            self.counted["subscriptions_unanswered"] += 1
            wishes.due[:] = began + (PAUSE if isinstance(problem, SilenceError) else PAUSE / 2.0)
            for group in peer.groups:
                group.sweep = -math.inf  # the next poll shows whether the device is there
            return False
        if wishes.until[row] <= began:
            self.counted["subscriptions"] += 1
        else:
            self.counted["renewals"] += 1
        wishes.refusals = 0
        wishes.until[row] = began + self.lifetime
        wishes.due[row] = began + self.lifetime * random.uniform(*RENEWAL)
        return True

    def _give_up(self, wishes: Wishes, row: int) -> None:
        """Poll a point as if it had never been subscribed to."""
        group, place = wishes.rows[row]
        wishes.until[row], wishes.asked[row] = -math.inf, False
        if group.watched[place]:
            group.watched[place] = False
            self._expect(group.points[place], group.period or self._period)
            self.counted["fell_back_to_polling"] += 1

    async def stop(self) -> None:
        """End all subscriptions, as far as devices answer within a moment."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        ending = [self._end(wishes) for wishes in self._wishes.values() if wishes.peer.online]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST):
                await asyncio.gather(*ending)

    async def _end(self, wishes: Wishes) -> None:
        for row in np.flatnonzero(wishes.until > time.monotonic()).tolist():
            request = ConfirmedRequestPDU(changes.SUBSCRIBE, destination=wishes.peer.address)
            request.put_data(changes.cancellation(self.process, wishes.keys[row]))
            wishes.until[row] = -math.inf
            try:
                await self.poller.ask(wishes.peer, request)
            except SilenceError:
                return
            except BacnetError:
                continue
            self.counted["subscriptions_ended"] += 1
