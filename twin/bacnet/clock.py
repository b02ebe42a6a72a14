"""The clock of a building's devices: the building's own time, and what the clock is ahead of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class Clock:
    """A clock that may be set.

    Attributes
    ----------
    moment : tells the time in the building, simulated where the building is.
    offset : what this clock is ahead of it.
    """

    moment: Callable[[], datetime] = datetime.now
    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """What the clock shows."""
        return self.moment() + self.offset
