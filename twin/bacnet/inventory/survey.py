"""Ask devices what they are and hold, as a good guest does: few requests at a time, and a ladder down to the simplest question."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from bacpypes3.apdu import ConfirmedRequestPDU
from bacpypes3.basetypes import ServicesSupported

from twin.bacnet.application import MismatchError, RefusedError, SafeApplication, SilenceError
from twin.bacnet.gateway import ask
from twin.bacnet.gateway.discover import Found
from twin.bacnet.gateway.poller import ROUTER_WINDOW, Bucket
from twin.bacnet.inventory import properties
from twin.bacnet.inventory.inventory import FLAGS, SHORT, TYPES, UNITS, Device, Item
from twin.bacnet.inventory.properties import Answer, Asked, Failure, Reference
from twin.bacnet.numbers import READ, READ_MULTIPLE

DEVICE = 8
"""Number of the device object's type (ASHRAE 135, clause 21)."""
WINDOW, SLOW_WINDOW, SLOW = 4, 1, 480
"""Requests under way to a device; to one behind a router that takes no longer APDU than MS/TP's usual."""
MOST_OBJECTS, MOST_STATES = 65_536, 256
"""Elements of a list that are read one by one; a device could claim any number."""
AT_A_TIME = 8
"""Devices that are read at a time."""
TRIES = 2
"""How often the same is asked of a device that is silent."""
IDENTITY = (
    "object-name", "vendor-name", "model-name", "firmware-revision", "application-software-version", "location", "description",
    "protocol-version", "protocol-revision", "protocol-services-supported",
)  # fmt: skip
COMMON = ("object-name", "description")
LIVE = ("present-value", "status-flags")
ANALOG = frozenset({"AI", "AO", "AV", "integer-value", "large-analog-value", "positive-integer-value", "accumulator"})
OCTETS = {
    "object-name": 44, "description": 60, "units": 8, "present-value": 10, "status-flags": 8, "cov-increment": 10, "priority-array": 12,
    "inactive-text": 24, "active-text": 24, "state-text": 90, "number-of-states": 8,
}  # fmt: skip
"""About how much of an answer a property takes; a guess, since texts have any length."""
OBJECT_OCTETS, REFERENCE_OCTETS = 7, 3
Told = Callable[[str], None]


def references(kind: str) -> list[Reference]:
    """What is asked of an object, by its type."""
    names: list[Reference] = [(name, None) for name in COMMON]
    if kind in ANALOG:
        names += [("units", None), *((name, None) for name in LIVE), ("cov-increment", None)]
    elif kind.startswith("B") and len(kind) == 2:
        names += [*((name, None) for name in LIVE), ("inactive-text", None), ("active-text", None)]
    elif kind.startswith("MS"):
        names += [*((name, None) for name in LIVE), ("number-of-states", None), ("state-text", None)]
    if kind in ("AV", "BV", "MSV", "integer-value", "large-analog-value", "positive-integer-value"):
        names.append(("priority-array", 1))  # outputs always have one, inputs never
    return names


class Guest:
    """Asks one device.

    Parameters
    ----------
    gate : requests under way to all devices.
    rate : requests a second.
    """

    def __init__(
        self, app: SafeApplication, found: Found, gate: asyncio.Semaphore, rate: float, deadline: float
    ) -> None:
        self.app, self.found, self.deadline = app, found, deadline
        routed = found.address.addrRoute is not None
        self.longest = max(50, min(found.longest, 1476))
        self.window = SLOW_WINDOW if routed and found.longest <= SLOW else WINDOW
        self._gates = (asyncio.Semaphore(self.window), gate)
        self._bucket = Bucket(rate)
        self.multiple, self._proved = True, False
        self.share = 1.0
        """Part of the usual batch that this device answers."""

    async def ask(self, service: int, data: bytes) -> bytes:
        """The data of an answer; asked again where there was silence."""
        for remaining in reversed(range(TRIES)):
            request = ConfirmedRequestPDU(service, destination=self.found.address)
            request.put_data(data)
            async with self._gates[0], self._gates[1]:
                await self._bucket.take()
                try:
                    return bytes((await self.app.ask(request, self.deadline, octets=True)).pduData)
                except SilenceError:
                    if not remaining:
                        raise
        raise AssertionError("the last try answers or raises")

    async def one(self, key: int, reference: Reference) -> Answer:
        """One property by ReadProperty; a failure where the device refuses it or answers nonsense.

        Raises
        ------
        SilenceError
            When the device is gone.
        """
        try:
            return properties.answer(await self.ask(READ, properties.single(key, reference)), key, reference)
        except RefusedError as problem:
            unknown = problem.kind == "error" and "unknown-property" in problem.code
            return Failure(2, properties.UNKNOWN_PROPERTY) if unknown else Failure()
        except (MismatchError, ValueError):
            return Failure()
        except SilenceError:
            if not await self.is_there():
                raise
            return Failure()

    async def is_there(self) -> bool:
        """Whether the device still answers the simplest question."""
        key, reference = DEVICE << 22 | self.found.instance, ("object-identifier", None)
        try:
            await self.ask(READ, properties.single(key, reference))
        except SilenceError:
            return False
        except (RefusedError, MismatchError):
            return True
        return True

    async def batch(self, asked: Sequence[Asked], into: dict[int, list[Answer]]) -> bool:
        """Many properties of some objects; where that fails halves, then single objects, then single properties.

        Tells whether it came in one piece.
        """
        if self.multiple:
            try:
                told = properties.answers(await self.ask(READ_MULTIPLE, properties.question(asked)), asked)
            except (RefusedError, MismatchError, SilenceError, ValueError) as problem:
                if isinstance(problem, SilenceError) and not await self.is_there():
                    raise
                if isinstance(problem, RefusedError) and "unrecognized-service" in problem.code:
                    self.multiple = False
            else:
                self._proved = True
                into.update(zip((key for key, _ in asked), told, strict=True))
                return True
            if self.multiple and len(asked) > 1:
                half = len(asked) // 2
                parts = [await self.batch(part, into) for part in (asked[:half], asked[half:])]
                if all(parts):  # it was the length
                    self.share = max(0.01, self.share / 2)
                return False
            self.multiple = self.multiple and self._proved
        for key, wanted in asked:
            into[key] = [await self.one(key, reference) for reference in wanted]
        return False

    async def elements(self, key: int, name: str, count: int) -> list[Answer]:
        """The elements of an array one by one."""
        found: list[Answer] = [Failure()] * count
        waiting = deque(range(count))

        async def work() -> None:
            while waiting:
                place = waiting.popleft()
                found[place] = await self.one(key, (name, place + 1))

        await together(work() for _ in range(self.window))
        return found

    async def objects(self) -> tuple[list[tuple[int, int]], str]:
        """Identifiers of all objects, and what is wrong with the list: whole, or by element where that fails."""
        key = DEVICE << 22 | self.found.instance
        whole = await self.one(key, ("object-list", None))
        if not isinstance(whole, Failure) and all(isinstance(each, tuple) for each in whole):
            return list(dict.fromkeys(whole)), ""
        counted = await self.one(key, ("object-list", 0))
        if isinstance(counted, Failure) or not counted or not isinstance(counted[0], int):
            return [], "its object list cannot be read"
        count = min(counted[0], MOST_OBJECTS)
        told = [
            each[0] if not isinstance(each, Failure) and each and isinstance(each[0], tuple) else None
            for each in await self.elements(key, "object-list", count)
        ]
        missing = sum(each is None for each in told) + counted[0] - count
        found = list(dict.fromkeys(each for each in told if each is not None))
        return found, f"{missing} elements of its object list cannot be read" if missing else ""

    async def items(self, listed: Sequence[tuple[int, int]], into: dict[int, list[Answer]]) -> None:
        """What is asked of every object, in batches that fit."""
        waiting: deque[Asked] = deque(
            (kind << 22 | instance, references(_short(kind))) for kind, instance in listed if kind != DEVICE
        )

        async def work() -> None:
            while waiting:
                asked: list[Asked] = []
                room = (self.longest - ask.HEAD) * self.share
                question = self.longest - ask.REQUEST_HEAD
                while waiting and (not asked or (room > 0 and question > 0)):
                    key, wanted = waiting[0]
                    room -= OBJECT_OCTETS + sum(OCTETS[name] for name, _ in wanted)
                    question -= OBJECT_OCTETS + REFERENCE_OCTETS * len(wanted)
                    if asked and (room < 0 or question < 0):
                        break
                    asked.append(waiting.popleft())
                await self.batch(asked, into)
                for key, wanted in asked:
                    await self._texts(key, wanted, into[key])

        await together(work() for _ in range(self.window))

    async def _texts(self, key: int, wanted: Sequence[Reference], told: list[Answer]) -> None:
        """State texts one by one where they did not come whole."""
        names = [name for name, _ in wanted]
        if "state-text" not in names:
            return
        place, count = names.index("state-text"), told[names.index("number-of-states")]
        failed = told[place]
        if (
            isinstance(failed, Failure)
            and failed.error_code != properties.UNKNOWN_PROPERTY
            and not isinstance(count, Failure)
        ):
            number = min(int(count[0]), MOST_STATES) if count and isinstance(count[0], int) else 0
            each = await self.elements(key, "state-text", number)
            told[place] = [text[0] if not isinstance(text, Failure) and text else "" for text in each]


async def together(work: Any) -> None:
    """Run some things at a time; the first that fails ends the others."""
    tasks: list[asyncio.Task[None]] = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def survey(
    app: SafeApplication, found: Sequence[Found], told: Told, rate: float = 50.0, deadline: float = 3.0
) -> list[Device]:
    """What devices are and hold; one that goes away in between keeps what it has told, and says so in `problem`.

    Parameters
    ----------
    told : told of every device that is done.
    rate : requests a second to one device.
    deadline : longest wait for an answer. [s]
    """
    gate, turn = asyncio.Semaphore(ROUTER_WINDOW), asyncio.Semaphore(AT_A_TIME)

    async def visit(each: Found) -> Device:
        async with turn:
            device = await look(Guest(app, each, gate, rate, deadline))
        told(f"device {device.instance}: {len(device.items)} objects{'; ' + device.problem if device.problem else ''}")
        return device

    return list(await asyncio.gather(*(visit(each) for each in found)))


async def look(guest: Guest) -> Device:
    """One device in full."""
    found = guest.found
    key = DEVICE << 22 | found.instance
    identity: dict[int, list[Answer]] = {}
    listed: list[tuple[int, int]] = []
    told: dict[int, list[Answer]] = {}
    try:
        await guest.batch([(key, [(name, None) for name in IDENTITY])], identity)
        listed, problem = await guest.objects()
        await guest.items(listed, told)
    except SilenceError:
        objects = sum(kind != DEVICE for kind, _ in listed)
        problem = f"stopped answering after {len(told)} of {objects} objects" if listed else "does not answer any more"
    texts = dict(zip(IDENTITY, identity.get(key, [Failure()] * len(IDENTITY)), strict=True))
    name, vendor, model, firmware, software, location, description, _, revision, services = map(_text, texts.values())
    return Device(
        found.instance, found.text, name, vendor, model, firmware, software, location, description,
        f"{_text(texts['protocol-version'])}.{revision}", _services(services), found.longest, found.segmentation,
        [_item(kind, instance, told.get(kind << 22 | instance)) for kind, instance in listed if kind != DEVICE], problem,
    )  # fmt: skip


def _short(kind: int) -> str:
    name = TYPES.get(kind, str(kind))
    return SHORT.get(name, name)


def _text(answer: Answer) -> str:
    return "" if isinstance(answer, Failure) or not answer else str(answer[0])


def _services(bits: str) -> tuple[str, ...]:
    names = {place: name for name, place in vars(ServicesSupported).items() if isinstance(place, int)}
    return tuple(names[place] for place, bit in enumerate(bits) if bit == "1" and place in names)


def _item(kind: int, instance: int, told: list[Answer] | None) -> Item:
    short = _short(kind)
    if told is None:
        return Item(short, instance, problem="not read")
    wanted = [name for name, _ in references(short)]
    known: dict[str, Any] = {
        name: each for name, each in zip(wanted, told, strict=True) if not isinstance(each, Failure) and each
    }
    first = {name: each[0] for name, each in known.items()}
    array = next((each for name, each in zip(wanted, told, strict=True) if name == "priority-array"), None)
    has_array = array is not None and not (
        isinstance(array, Failure) and array.error_code in (-1, properties.UNKNOWN_PROPERTY)
    )
    states = known.get("state-text", [])
    if short.startswith("B") and ("inactive-text" in first or "active-text" in first):
        states = [first.get("inactive-text", ""), first.get("active-text", "")]
    missing = [name for name in ("object-name", "present-value") if name in wanted and name not in known]
    unit = first.get("units")
    increment = first.get("cov-increment")
    return Item(
        short, instance, str(first.get("object-name", "")), str(first.get("description", "")),
        "" if unit is None else UNITS.get(unit, str(unit)) if isinstance(unit, int) else str(unit), _shown(first.get("present-value")),
        tuple(name for name, bit in zip(FLAGS, str(first.get("status-flags", "")), strict=False) if bit == "1"),
        short in ("AO", "BO", "MSO") or has_array, float(_shown(increment)) if isinstance(increment, (int, float)) else math.nan,
        tuple(map(str, states)), f"no {', '.join(missing)}" if missing else "",
    )  # fmt: skip


def _shown(value: Any) -> str:
    """A value with the digits that a REAL has."""
    return "" if value is None else f"{value:.7g}" if isinstance(value, float) else str(value)
