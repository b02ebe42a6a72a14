"""The mailbox is the only door into a running simulation: events, operators, BACnet and optimisers post, the tick drains."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field

from twin.errors import RunError
from twin.sim.plan import Floats, Plan
from twin.site.wiring import Address

DEFAULT_PRIORITY = 16
PRIORITIES = range(1, 17)


@dataclass(order=True)
class Letter:
    """One wish: from `time` on, `signal` shall be `value` (None relinquishes) at a BACnet priority."""

    time: float
    priority: int
    source: str
    sequence: int
    signal: Address = field(compare=False)
    value: float | None = field(compare=False)


@dataclass
class Mailbox:
    """Letters in the order (time, priority, source, sequence), and the priority array of each command."""

    letters: list[Letter] = field(default_factory=list)
    slots: dict[Address, dict[int, float]] = field(default_factory=dict)
    count: int = 0

    def post(self, plan: Plan, time: float, signal: Address, value: float | None, priority: int, source: str) -> None:
        """Leave a letter; it takes effect at the first tick boundary at or after `time` (seconds since the run's start).

        Raises
        ------
        RunError
            When the signal is no command or parameter, when the value is not finite, or the priority is not 1..16.
        """
        if priority not in PRIORITIES:
            raise RunError(f"priority {priority}: must be 1 (highest) to 16")
        if signal not in plan.slot:
            raise RunError(f"{'.'.join(signal)}: no such command or parameter in this site")
        if signal not in plan.override and signal not in plan.settable:
            raise RunError(f"{'.'.join(signal)}: is told by the model; only commands and parameters can be set")
        if value is not None and not math.isfinite(value):
            raise RunError(f"{'.'.join(signal)}: {value} is not a finite number; give none to take an override back")
        self.count += 1
        heapq.heappush(self.letters, Letter(time, priority, source, self.count, signal, value))

    def drain(self, plan: Plan, now: float, vector: Floats) -> bool:
        """Let every letter that is due take effect; tells whether a parameter changed."""
        changed = False
        while self.letters and self.letters[0].time <= now:
            letter = heapq.heappop(self.letters)
            if letter.signal in plan.override:
                self._resolve(plan, letter, vector)
            elif letter.value is not None:
                vector[plan.slot[letter.signal]] = letter.value
                changed = True
        return changed

    def _resolve(self, plan: Plan, letter: Letter, vector: Floats) -> None:
        """Write the value of the highest priority in use, or NaN where nobody overrides any more."""
        slots = self.slots.setdefault(letter.signal, {})
        if letter.value is None:
            slots.pop(letter.priority, None)
        else:
            slots[letter.priority] = letter.value
        vector[plan.override[letter.signal]] = slots[min(slots)] if slots else float("nan")
