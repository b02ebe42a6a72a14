"""Writing to a building on loan: allowed by a list, read back, journalled before it happens, and given back by NULL whatever happens to us."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import fcntl
import json
import math
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bacpypes3.apdu import ReadPropertyRequest, WritePropertyRequest
from bacpypes3.basetypes import PriorityArray
from bacpypes3.constructeddata import Any as Octets
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import Enumerated, Null, ObjectIdentifier, PropertyIdentifier, Real, Unsigned

from twin.bacnet import engineering_units
from twin.bacnet.application import SafeApplication
from twin.bacnet.points import KINDS, Point
from twin.errors import BacnetError

SLOTS = range(9, 17)
"""Priorities that a program may write at; 1 to 8 are people's and safety's. ASHRAE 135, 19.2, and common practice."""
LONGEST = 24 * 3600.0
"""Longest lease. [s]"""
HOUR = 3600.0
NEAR = 1e-4
"""Relative difference between what was written and what is read back that is put down to REAL's 24 bits."""
ATOMS = {"A": Real, "B": Enumerated, "M": Unsigned}
"""What a present value is, by the first letter of the object's type."""
FIELDS = ("signal", "low", "high", "slot", "hourly", "role")


class WriteDeniedError(BacnetError):
    """The policy does not allow a write; nothing was sent."""

    exit_code = 2


@dataclass(frozen=True)
class Rule:
    """What may be written to one point: range, slot, times an hour, and by which role."""

    signal: str
    low: float
    high: float
    slot: int
    hourly: int
    role: str


@dataclass(frozen=True)
class Lease:
    """One value in SI units at one slot of one object, until a moment (seconds since 1970)."""

    id: str
    signal: str
    device: int
    object: str
    instance: int
    address: str
    slot: int
    value: float
    until: float
    who: str
    role: str


def rules(path: Path) -> dict[str, Rule]:
    """Read the allow-list: CSV with signal, low, high, slot, hourly, role; what is not in it is never written.

    Raises
    ------
    BacnetError
        When a column is missing, a number is none, or a slot is not 9 to 16; all problems at once.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as problem:
        raise BacnetError(f"{path}: cannot be read ({problem}); nothing may be written without it") from problem
    found: dict[str, Rule] = {}
    problems = [f"{path}:1: has no column {name}" for name in FIELDS if rows and name not in rows[0]]
    for line, row in enumerate(() if problems else rows, 2):
        try:
            rule = Rule(
                row["signal"], float(row["low"]), float(row["high"]), int(row["slot"]), int(row["hourly"]), row["role"]
            )
        except (TypeError, ValueError) as problem:
            problems.append(f"{path}:{line}: {problem}")
            continue
        if rule.slot not in SLOTS:
            problems.append(f"{path}:{line}: slot {rule.slot}: must be 9 to 16")
        if not (math.isfinite(rule.low) and math.isfinite(rule.high) and rule.low <= rule.high):
            problems.append(f"{path}:{line}: low {rule.low:g} and high {rule.high:g} are no range")
        if not rule.role or rule.hourly < 1:
            problems.append(f"{path}:{line}: a role and at least one write an hour are needed")
        if rule.signal in found:
            problems.append(f"{path}:{line}: {rule.signal} stands twice")
        found[rule.signal] = rule
    if problems:
        raise BacnetError("\n".join(problems))
    return found


class Journal:
    """What was intended, done, refused and given back: one JSON line each, on disk before anything happens."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, what: str, **told: Any) -> None:
        """Append a line; durable when this returns.

        Raises
        ------
        BacnetError
            When it cannot be written: then nothing may be sent.
        """
        line = json.dumps({"time": time.time(), "what": what, **told}, ensure_ascii=False) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as problem:
            raise BacnetError(
                f"{self.path}: cannot be written ({problem.strerror}); nothing is sent without a journal"
            ) from problem

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep others from giving back what this process has on loan.

        Raises
        ------
        BacnetError
            When another process holds it, or it cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self.path.with_name(f"{self.path.name}.lock").open("w")
        except OSError as problem:
            raise BacnetError(
                f"{self.path}: cannot be written ({problem.strerror}); nothing is sent without a journal"
            ) from problem
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BacnetError(
                    f"{self.path}: another program writes with this journal; stop it or take another"
                ) from None
            yield

    def lines(self) -> list[dict[str, Any]]:
        """Everything so far; a line that a crash cut off is left out."""
        found = []
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                try:
                    found.append(json.loads(line))
                except ValueError:
                    continue
        return found

    def open_leases(self) -> list[Lease]:
        """Leases that were intended and never given back."""
        held: dict[str, Lease] = {}
        for line in self.lines():
            if line["what"] == "intent":
                held[line["lease"]["id"]] = Lease(**line["lease"])
            elif line["what"] in ("released", "denied"):
                held.pop(line["id"], None)
        return list(held.values())


class Writer:
    """Writes on loan.

    Parameters
    ----------
    allowed : from `rules`.
    journal : its open leases of an earlier run are given back first, by `recover`.
    """

    def __init__(
        self, app: SafeApplication, points: Sequence[Point], allowed: Mapping[str, Rule], journal: Journal
    ) -> None:
        self.app, self.journal, self.allowed = app, journal, dict(allowed)
        self._points = {point.signal: point for point in points}
        self._expiry: dict[str, asyncio.Task[None]] = {}
        self.held: dict[str, Lease] = {}
        self.alarms: list[str] = []

    def check(self, signal: str, value: float, seconds: float, role: str) -> Rule:
        """The rule that allows a write.

        Raises
        ------
        WriteDeniedError
            When there is none, or it does not cover this.
        """
        rule = self.allowed.get(signal)
        if rule is None:
            raise WriteDeniedError(f"{signal}: is not on the allow-list; nothing is written")
        if signal not in self._points:
            raise WriteDeniedError(f"{signal}: is no point of this site; nothing is written")
        if role != rule.role:
            raise WriteDeniedError(f"{signal}: is for the role {rule.role}, not {role or 'none'}; nothing is written")
        if not (math.isfinite(value) and rule.low <= value <= rule.high):
            raise WriteDeniedError(f"{signal}: {value:g} is outside {rule.low:g} to {rule.high:g}; nothing is written")
        if not 0.0 < seconds <= LONGEST:
            raise WriteDeniedError(f"{signal}: a lease is up to {LONGEST / HOUR:.0f} h long; nothing is written")
        since = time.time() - HOUR
        intents = [line for line in self.journal.lines() if line["what"] == "intent" and line["time"] > since]
        lately = [line for line in intents if line["lease"]["signal"] == signal]
        if len(lately) >= rule.hourly:
            raise WriteDeniedError(f"{signal}: was written {len(lately)} times in the last hour; nothing is written")
        return rule

    async def write(
        self, signal: str, value: float, seconds: float, address: Address, who: str, role: str, dry_run: bool = False
    ) -> Lease:
        """Write a value until a moment, and make sure that it is there.

        Raises
        ------
        WriteDeniedError
            When the policy forbids it.
        BacnetError
            When the device refuses it, or does not show it at its slot; it is given back then.
        """
        rule = self.check(signal, value, seconds, role)
        point = self._points[signal]
        lease = Lease(
            uuid.uuid4().hex, signal, point.device, point.object, point.instance, str(address), rule.slot, value, time.time() + seconds,
            who, role,
        )  # fmt: skip
        if dry_run:
            return lease
        self.journal.add("intent", lease=asdict(lease))
        try:
            await self._send(lease, value)
            slots = await self._slots(lease)
        except BacnetError:
            await self.give_back(lease, "failed")
            raise
        if not _same(slots[lease.slot - 1], value):
            await self.give_back(lease, "not shown")
            raise BacnetError(
                f"{signal}: slot {lease.slot} shows {slots[lease.slot - 1]} and not {value:g}; it was given back"
            )
        self.journal.add("active", id=lease.id, who=who)
        self.held[lease.id] = lease
        self._watch(lease, slots)
        self._expiry[lease.id] = asyncio.get_running_loop().create_task(self._expire(lease))
        return lease

    async def look(self, lease: Lease) -> None:
        """Read the slots of a lease again; an override by a lower slot, or a value that is gone, becomes an alarm."""
        self._watch(lease, await self._slots(lease))

    def _watch(self, lease: Lease, slots: Sequence[float | None]) -> None:
        above = [place + 1 for place, held in enumerate(slots[: lease.slot - 1]) if held is not None]
        told = ""
        if above:
            told = f"{lease.signal}: slot {above[0]} overrides our slot {lease.slot}"
        elif not _same(slots[lease.slot - 1], lease.value):
            told = f"{lease.signal}: slot {lease.slot} shows {slots[lease.slot - 1]} and not our {lease.value:g}"
        if told and told not in self.alarms:
            self.alarms.append(told)
            self.journal.add("alarm", id=lease.id, text=told)

    async def _expire(self, lease: Lease) -> None:
        await asyncio.sleep(max(0.0, lease.until - time.time()))
        await self.give_back(lease, "expired")

    async def release(self, lease: Lease) -> bool:
        """Give a lease back early."""
        task = self._expiry.pop(lease.id, None)
        if task:
            task.cancel()
        return await self.give_back(lease, "asked")

    async def stop(self) -> None:
        """Give everything back."""
        for lease in list(self.held.values()):
            await self.release(lease)

    async def recover(self) -> list[Lease]:
        """Give back what an earlier run, that ended without doing so, has left in the building."""
        left = [lease for lease in self.journal.open_leases() if lease.id not in self.held]
        return [lease for lease in left if await self.give_back(lease, "left over")]

    async def give_back(self, lease: Lease, why: str) -> bool:
        """Write NULL at the lease's slot; where that fails, the lease stays open in the journal and the next start tries again."""
        self.held.pop(lease.id, None)
        try:
            await self._send(lease, None)
        except BacnetError as problem:
            told = f"{lease.signal}: slot {lease.slot} could not be given back ({problem}); it is tried again at the next start"
            self.alarms.append(told)
            self.journal.add("alarm", id=lease.id, text=told)
            return False
        self.journal.add("released", id=lease.id, why=why)
        return True

    async def _send(self, lease: Lease, value: float | None) -> None:
        number: Any = Null(())
        if value is not None:
            point = self._points[lease.signal]
            value = float(engineering_units.from_si(value, point.engineering_units, point.unit))
            number = ATOMS[lease.object[0]](value if lease.object.startswith("A") else round(value))
        await self.app.ask(
            WritePropertyRequest(
                objectIdentifier=ObjectIdentifier((KINDS[lease.object], lease.instance)), propertyIdentifier=PropertyIdentifier("present-value"),
                propertyValue=Octets(number), priority=lease.slot, destination=Address(lease.address),
            )
        )  # fmt: skip

    async def _slots(self, lease: Lease) -> list[float | None]:
        return await self.slots(lease.signal, Address(lease.address))

    async def slots(self, signal: str, address: Address) -> list[float | None]:
        """What the 16 slots of a point hold, in SI units.

        Raises
        ------
        BacnetError
            When the device does not answer, or the point has none.
        """
        answer = await self._ask(signal, "priority-array", address)
        scale, offset = self._scale(signal)
        told = [_value(each) for each in answer.cast_out(PriorityArray)]
        return [None if each is None else each * scale + offset for each in told]

    async def present(self, signal: str, address: Address) -> float:
        """The present value of a point, in SI units.

        Raises
        ------
        BacnetError
            When the device does not answer.
        """
        scale, offset = self._scale(signal)
        told = await self._ask(signal, "present-value", address)
        return float(told.cast_out(ATOMS[self._points[signal].object[0]])) * scale + offset

    async def _ask(self, signal: str, name: str, address: Address) -> Any:
        point = self._points[signal]
        answer = await self.app.ask(
            ReadPropertyRequest(
                objectIdentifier=ObjectIdentifier((KINDS[point.object], point.instance)), propertyIdentifier=PropertyIdentifier(name),
                destination=address,
            )
        )  # fmt: skip
        return answer.propertyValue

    def _scale(self, signal: str) -> tuple[float, float]:
        point = self._points[signal]
        return engineering_units.scale(point.engineering_units, point.unit)


def _value(slot: Any) -> float | None:
    """What a slot holds, as a number."""
    for name in ("real", "enumerated", "unsigned", "integer", "double"):
        held = getattr(slot, name, None)
        if held is not None:
            return float(held)
    return None


def _same(shown: float | None, value: float) -> bool:
    return shown is not None and math.isclose(shown, value, rel_tol=NEAR, abs_tol=NEAR)
