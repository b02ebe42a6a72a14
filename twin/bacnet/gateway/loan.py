"""One lease from finding the device to giving it back, and giving back what an earlier run has left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.bacnet.application import SafeApplication
from twin.bacnet.gateway.discover import Client, discover
from twin.bacnet.gateway.leases import Journal, Rule, Writer
from twin.bacnet.points import Point
from twin.errors import BacnetError

LOOK = 1.0
"""Seconds between looks at the slots of a lease."""
Told = Callable[[str], None]


@dataclass(frozen=True)
class Loan:
    """What is to be written: signal, value in SI units, seconds, who and in which role; `dry_run` sends nothing."""

    signal: str
    value: float
    seconds: float
    who: str
    role: str
    dry_run: bool


async def lend(
    client: Client, points: Sequence[Point], allowed: Mapping[str, Rule], journal: Journal, loan: Loan, where: Sequence[Any],
    stop: asyncio.Event, told: Told,
) -> None:  # fmt: skip
    """Write on loan until the lease ends or `stop`; alarms and steps are told.

    Raises
    ------
    BacnetError
        When the list forbids it, the device is not found or is doubled, or does not take the value.
    """
    writer = Writer(client, points, allowed, journal)
    try:
        rule = writer.check(loan.signal, loan.value, loan.seconds, loan.role)
        if not loan.dry_run:
            await _recover(writer, told)
        device = next(each.device for each in points if each.signal == loan.signal)
        found, doubled = await discover(client, where, device, device)
        if not found or doubled:
            why = "is on several devices" if doubled else "does not answer Who-Is"
            raise BacnetError(f"device {device} {why}; nothing is written")
        what = f"{loan.value:g} to {loan.signal} at slot {rule.slot} of {found[0].text} for {loan.seconds:g} s"
        if loan.dry_run:
            told(f"would write {what}; nothing was sent")
            return
        lease = await writer.write(loan.signal, loan.value, loan.seconds, found[0].address, loan.who, loan.role)
        told(f"written and read back: {what}; Ctrl-C gives it back")
        while not stop.is_set() and lease.id in writer.held:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await stop.wait()
            if lease.id in writer.held:
                await writer.look(lease)
    finally:
        await writer.stop()
        for alarm in writer.alarms:
            told(f"alarm: {alarm}")
    told(f"given back; the record is {journal.path}")


async def give_back(client: SafeApplication, points: Sequence[Point], journal: Journal, told: Told) -> None:
    """Give back every lease that an earlier run has left.

    Raises
    ------
    BacnetError
        When a device does not take it; it stays in the journal.
    """
    writer = Writer(client, points, {}, journal)
    await _recover(writer, told)
    for alarm in writer.alarms:
        told(f"alarm: {alarm}")
    if writer.alarms:
        raise BacnetError("not everything could be given back; try again when the devices answer")
    told("nothing is left over")


async def _recover(writer: Writer, told: Told) -> None:
    for lease in await writer.recover():
        told(f"given back from an earlier run: {lease.signal} at slot {lease.slot}")
