"""The desk at which a building's points are lent: orders come in one after the other, and everything is given back when they end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bacpypes3.pdu import Address

from twin.bacnet.gateway.discover import Client, discover, identify
from twin.bacnet.gateway.leases import Journal, Lease, Rule, WriteDeniedError, Writer
from twin.bacnet.gateway.loan import LOOK
from twin.bacnet.points import Point
from twin.errors import BacnetError

RETRY = 20.0
"""Pause before what could not be given back is tried again. [s]"""
Answer = dict[str, Any]
Told = Callable[[Answer], None]
ANSWERED = ("look", "write", "release")
"""What may be ordered."""


class Desk:
    """Lends many points at once, by one journal.

    Parameters
    ----------
    where : addresses to send Who-Is to.
    told : told every answer, and what nobody has asked for: that it is open, and alarms.
    """

    def __init__(
        self, client: Client, points: Sequence[Point], allowed: Mapping[str, Rule], journal: Journal, where: Sequence[Any], told: Told
    ) -> None:  # fmt: skip
        self.writer = Writer(client, points, allowed, journal)
        self.client, self.journal, self.where, self.told = client, journal, where, told
        self._points = {point.signal: point for point in points}
        self._addresses: dict[int, Address] = {}
        self._doubled: frozenset[int] = frozenset()
        self._finding, self._writing = asyncio.Lock(), asyncio.Lock()
        self._said = 0

    async def serve(self, orders: AsyncIterator[str]) -> None:
        """Answer orders until there are no more; then everything is given back. What an earlier run has left is given back meanwhile."""
        tasks: set[asyncio.Task[None]] = set()
        looking = asyncio.gather(self._look(), self._retake())
        try:
            self.told({"event": "open"})
            async for line in orders:
                task = asyncio.create_task(self._take(line))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        finally:
            looking.cancel()
            await asyncio.gather(*tasks, looking, return_exceptions=True)
            await self.writer.stop()
            self._alarms()
            self.told({"event": "closed"})

    async def _take(self, line: str) -> None:
        """Answer one order, whatever it is."""
        order: dict[str, Any] = {}
        try:
            told = json.loads(line)
            order = told if isinstance(told, dict) else {}
            if order.get("do") not in ANSWERED:
                raise ValueError(f"it is a JSON object whose `do` is one of {', '.join(ANSWERED)}")
            answer = await {"look": self._look_at, "write": self._write, "release": self._release}[order["do"]](order)
        except (ValueError, KeyError, TypeError) as problem:
            answer = {"error": f"the order cannot be read: {problem!r}"}
        except BacnetError as problem:
            if order.get("do") != "look":
                await self._refused(order, str(problem))
            answer = {"error": str(problem), "denied": isinstance(problem, WriteDeniedError)}
        self.told({"id": order.get("id"), **answer})
        self._alarms()

    async def _refused(self, order: Mapping[str, Any], why: str) -> None:
        kept = {
            name: order.get(name)
            for name in ("do", "signal", "lease", "value", "seconds", "who", "role")
            if name in order
        }
        with contextlib.suppress(BacnetError):
            self.journal.add("refused", why=why, **kept)

    async def _look_at(self, order: Mapping[str, Any]) -> Answer:
        """Present value and slots of a point, from the device itself."""
        signal = str(order["signal"])
        address = await self._address(self._point(signal))
        slots = await self.writer.slots(signal, address) if self._points[signal].writable else []
        return {"present": await self.writer.present(signal, address), "slots": slots, "address": str(address)}

    async def _write(self, order: Mapping[str, Any]) -> Answer:
        """Lend a value: once a point, within the list's range and the point's own."""
        signal, value, seconds = str(order["signal"]), float(order["value"]), float(order["seconds"])
        async with self._writing:
            point, who = self._point(signal), str(order["who"])
            held = next((lease for lease in self.writer.held.values() if lease.signal == signal), None)
            if held:
                raise WriteDeniedError(f"{signal}: is lent to {held.who} until {_clock(held.until)}; release it first")
            if any(lease.signal == signal for lease in self._left()):
                raise WriteDeniedError(
                    f"{signal}: what an earlier loan has left there is still to be given back, which is tried again and again"
                )
            self.writer.check(signal, value, seconds, str(order["role"]))
            if not point.low <= value <= point.high:
                raise WriteDeniedError(
                    f"{signal}: {value:g} is outside the point's {point.low:g} to {point.high:g}; nothing is written"
                )
            lease = await self.writer.write(signal, value, seconds, await self._address(point), who, str(order["role"]))
        return {"lease": asdict(lease)}

    async def _release(self, order: Mapping[str, Any]) -> Answer:
        """Give a lease back before its time."""
        lease = self.writer.held.get(str(order["lease"]))
        if lease is None:
            raise BacnetError("this loan is over already; nothing was done")
        self.journal.add("release asked", id=lease.id, who=str(order["who"]))
        if not await self.writer.release(lease):
            raise BacnetError(f"{lease.signal}: the device did not take it back; it is tried again at the next start")
        return {"released": lease.id}

    def _point(self, signal: str) -> Point:
        if signal not in self._points:
            raise WriteDeniedError(f"{signal}: is no point of this site; nothing is written")
        return self._points[signal]

    async def _address(self, point: Point) -> Address:
        """Where a device is: where it was, if it is still there, or else it is looked for."""
        async with self._finding:
            known = self._addresses.get(point.device)
            if known is not None and point.device not in self._doubled:
                with contextlib.suppress(BacnetError):
                    if await identify(self.client.ask, known, point.device):
                        return known
            numbers = [point.device] if self._addresses else [each.device for each in self._points.values()]
            found, doubled = await discover(self.client, self.where, min(numbers), max(numbers))
            self._addresses = {number: where for number, where in self._addresses.items() if number not in numbers}
            self._addresses |= {each.instance: each.address for each in found}
            self._doubled = (self._doubled - set(numbers)) | set(doubled)
        if point.device in self._doubled or point.device not in self._addresses:
            why = "is on several devices" if point.device in self._doubled else "does not answer Who-Is"
            raise BacnetError(f"device {point.device} {why}; nothing is written")
        return self._addresses[point.device]

    def _left(self) -> list[Lease]:
        """Loans that nobody holds and that were never given back."""
        return [lease for lease in self.journal.open_leases() if lease.id not in self.writer.held]

    async def _retake(self) -> None:
        """Give back what was left by an earlier run, or by a device that did not answer, as soon as it answers, wherever it is now."""
        with contextlib.suppress(BacnetError, StopIteration):
            await self._address(next(iter(self._points.values())))
        while True:
            async with self._writing:
                for lease in self._left():
                    with contextlib.suppress(BacnetError):
                        address = await self._address(self._point(lease.signal))
                        if await self.writer.give_back(replace(lease, address=str(address)), "left over"):
                            self.told({"event": "given back", "signal": lease.signal})
            self._alarms()
            await asyncio.sleep(RETRY)

    async def _look(self) -> None:
        """See again and again whether what is lent still stands."""
        while True:
            await asyncio.sleep(LOOK)
            for lease in list(self.writer.held.values()):
                with contextlib.suppress(BacnetError):
                    await self.writer.look(lease)
            self._alarms()

    def _alarms(self) -> None:
        for text in self.writer.alarms[self._said :]:
            self.told({"event": "alarm", "text": text})
        self._said = len(self.writer.alarms)


def _clock(second: float) -> str:
    """A moment of the day, as people here read it."""
    return time.strftime("%H:%M:%S", time.localtime(second))
