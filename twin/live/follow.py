"""Follow a building: advance the twin whenever a tick is over, until stopped, and say how it is in a small file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime

from twin.errors import StoreError
from twin.files import write_text
from twin.live.twin import LiveTwin

GRACE = 3.0
"""Seconds after the end of a tick before it is simulated: polls of that moment are then in the historian."""
STATUS = "twin.json"


async def follow(
    twin: LiveTwin, stop: asyncio.Event, now: Callable[[], datetime] = lambda: datetime.now(UTC), grace: float = GRACE
) -> None:
    """Advance a twin with the clock until stopped, then keep its state.

    Raises
    ------
    StoreError
        When its state cannot be written.
    """
    try:
        while not stop.is_set():
            moment = datetime.fromtimestamp(now().timestamp() - grace, UTC)
            await asyncio.to_thread(twin.advance, moment)
            tell(twin)
            ahead = twin.step - (now().timestamp() - grace) % twin.step
            try:
                async with asyncio.timeout(ahead + 0.01):
                    await stop.wait()
            except TimeoutError:
                continue
    finally:
        await asyncio.to_thread(twin.save)
        tell(twin)


def tell(twin: LiveTwin) -> None:
    """Write the status beside the state; the old one stays until the new one is whole, and where there is no room."""
    try:
        write_text(json.dumps(twin.status()), twin.home / STATUS)
    except StoreError:
        twin.counted["status_refused"] += 1
