"""What people should know now: each alarm is told once, and stands until it is cleared or has had its time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Alarm:
    """A text, and the seconds since 1970 from which and until which it stands."""

    text: str
    since: float
    until: float


class Alarms:
    """Alarms by a name of what they are about.

    Parameters
    ----------
    told : told the text of every new alarm.
    """

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self._held: dict[str, Alarm] = {}

    def put(self, name: str, text: str, seconds: float = math.inf) -> None:
        """Raise an alarm for some seconds, or until it is cleared; an empty text clears it."""
        if not text:
            self._held.pop(name, None)
            return
        now, before = time.time(), self._held.get(name)
        same = before is not None and before.text == text and before.until > now
        self._held[name] = Alarm(text, before.since if before and same else now, now + seconds)
        if not same:
            self._told(text)

    def standing(self) -> list[Alarm]:
        """Those that stand, the oldest first."""
        now = time.time()
        self._held = {name: each for name, each in self._held.items() if each.until > now}
        return sorted(self._held.values(), key=lambda each: each.since)
