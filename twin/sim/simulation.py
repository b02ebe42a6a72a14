"""A simulation: SimPy decides when, compiled kernels decide how much, and the mailbox is the only door between them."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from twin.errors import RunError
from twin.sim import record as records
from twin.sim.forced import columns
from twin.sim.link import caller
from twin.sim.loop import run_ticks
from twin.sim.mailbox import DEFAULT_PRIORITY, Mailbox
from twin.sim.plan import Floats, Plan
from twin.sim.record import Record
from twin.sim.scene import Clock, Scene
from twin.site.wiring import Address

HOUR = 3600.0

Process = Callable[["Simulation"], Generator[simpy.Event, Any, Any]]


@dataclass(frozen=True)
class Snapshot:
    """Everything that a simulation needs to go on from here."""

    tick: int
    vector: Floats
    hour: Floats
    record: Record
    mailbox: Mailbox


class Simulation:
    """One plan on one stretch of weather.

    Parameters
    ----------
    plan : the plan.
    clock : start, number of ticks and their length.
    scene : tells the weather grid of any stretch of time; None where no component has forcing.
    given : measured series, (component, inlet or command) -> one mean per tick of the run; the plan must name them too.
    processes : SimPy processes, each a generator function of the simulation: occupancy events, faults, demand response.
    more : further signals to record in every tick.
    table : the linked kernels, where several simulations share a plan.
    """

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        scene: Scene | None,
        given: Mapping[Address, Floats] | None = None,
        processes: tuple[Process, ...] = (),
        more: tuple[str, ...] = (),
        table: npt.NDArray[np.int64] | None = None,
    ) -> None:
        self.plan, self.clock, self.scene, self.given = plan, clock, scene, dict(given or {})
        self.table = plan.link() if table is None else table
        self.vector = plan.start.copy()
        self.vector[plan.clock] = clock.step
        plan.prepare(clock.step, self.vector)
        self.settle()
        self.mailbox = Mailbox()
        self.months = clock.months
        hours = math.ceil(clock.ticks * clock.step / HOUR)
        self.record = records.blank(plan, clock.ticks, hours, len(self.months), more)
        self.hour: Floats = np.zeros(len(self.record.hourly))
        self.tick = 0
        self.env = simpy.Environment()
        for process in processes:
            self.env.process(process(self))
        self._ticker = self.env.process(self._tick())
        self._slots = [
            np.array([plan.place(address) for address in group], dtype=np.uint64)
            for group in (self.record.every, self.record.hourly, self.record.total)
        ]
        self._columns: list[Floats] = []
        self._forcing = np.empty((0, 2), dtype=np.int64)
        self._chunk = -1
        self._until = clock.ticks

    @property
    def now(self) -> float:
        """Seconds since the start of the run."""
        return float(self.env.now)

    def post(
        self,
        signal: str,
        value: float | None,
        priority: int = DEFAULT_PRIORITY,
        source: str = "process",
        at: float | None = None,
    ) -> None:
        """Ask for a command or parameter, `component.signal`, to be `value` from now on (or from second `at`)."""
        name, _, member = signal.rpartition(".")
        self.mailbox.post(self.plan, self.now if at is None else at, (name, member), value, priority, source)

    def read(self, signal: str) -> float:
        """Value of `component.signal` at the end of the last tick."""
        return float(self.vector[self.plan.place(records.find(self.plan, signal)[0])])

    def advance(self, ticks: int | None = None) -> Record:
        """Run so many ticks, or to the end of the clock, and return the record."""
        self._until = self.clock.ticks if ticks is None else min(self.tick + ticks, self.clock.ticks)
        if self.tick < self._until:
            self.env.run(until=self._goal())
        return self.record

    def _goal(self) -> simpy.Event:
        self._reached = self.env.event()
        return self._reached

    def _tick(self) -> Generator[simpy.Event, Any, None]:
        """The one ticker: everybody due now has spoken before a tick starts."""
        step = self.clock.step
        while self.tick < self.clock.ticks:
            yield self.env.timeout(0)
            if self.mailbox.drain(self.plan, self.tick * step, self.vector):
                self.settle()
            ahead = self.env.peek() - self.env.now
            letters = [letter.time - self.env.now for letter in self.mailbox.letters[:1]]
            stretch = min([ahead, *letters])
            left = self._until - self.tick
            count = left if stretch == math.inf else min(left, max(1, math.ceil(stretch / step)))
            self._run(count)
            yield self.env.timeout(self.tick * step - self.env.now)
            if self.tick >= self._until:
                self._reached.succeed()
                yield self.env.timeout(0)

    def _run(self, count: int) -> None:
        """Run ticks month by month, since forcing is computed and sums are kept by month."""
        while count > 0:
            chunk = self.clock.month_of(self.tick)
            first, last = self.months[chunk]
            if chunk != self._chunk:
                self._force(first, last)
                self._chunk = chunk
            if self.tick == first:
                self.record.stores[chunk] = self.vector[: self.plan.states]
            part = min(count, last - self.tick)
            self._loop(first, chunk, part)
            self.tick += part
            count -= part
            self._check()
            if self.tick == last:
                self.record.stores[chunk + 1] = self.vector[: self.plan.states]

    def settle(self) -> None:
        """Run what depends on parameters alone."""
        for address, place, count in self.table[: self.plan.settled].tolist():
            caller(address, self.plan.index, place, count)(self.vector)

    def _loop(self, first: int, chunk: int, part: int) -> None:
        plan, record, step = self.plan, self.record, self.clock.step
        every, hourly, total = self._slots
        per_hour = max(1, round(HOUR / step))
        run_ticks(
            self.table[plan.settled :], self.vector, plan.index, plan.states, plan.forced, self._forcing,
            every, record.ticks[first:], hourly, self.hour, record.means[first // per_hour :], total, record.sums[chunk],
            per_hour, self.tick % per_hour, self.tick - first, part,
        )  # fmt: skip

    def _force(self, first: int, last: int) -> None:
        """Forcing of one month; the tick loop reads it where it is kept."""
        self._columns = columns(self.plan, self.scene, self.given, self.clock, first, last)
        told = [(each.ctypes.data, each.strides[0]) for each in self._columns]
        self._forcing = np.array(told, dtype=np.int64).reshape(-1, 2)

    def _check(self) -> None:
        """Name the first signal that is not a number."""
        states = self.plan.states
        if np.isfinite(self.vector[:states]).all() and np.isfinite(self.record.sums).all():
            return
        bad = {i for i in range(states) if not np.isfinite(self.vector[i])}
        names = [".".join(a) for a, slot in self.plan.slot.items() if slot in bad][:3] or ["an energy flow"]
        raise RunError(
            f"{', '.join(names)} stopped being a number before {self.clock.at(self.tick)}; look at its parameters and inputs"
        )

    def skip(self, tick: int) -> None:
        """Begin at a tick of the clock instead of its first; what is before it is never simulated."""
        self.tick = tick
        self.env = simpy.Environment(initial_time=tick * self.clock.step)
        self._ticker = self.env.process(self._tick())

    def renew(self) -> None:
        """Ask for forcing again before the next tick: more has become known about it."""
        self._chunk = -1

    def snapshot(self) -> Snapshot:
        """Copy of everything needed to go on; SimPy processes are not part of it and start afresh."""
        return copy.deepcopy(Snapshot(self.tick, self.vector, self.hour, self.record, self.mailbox))

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot of a simulation of the same plan."""
        kept = copy.deepcopy(snapshot)
        self.tick, self.vector, self.hour, self.record = kept.tick, kept.vector, kept.hour, kept.record
        self.mailbox = kept.mailbox
        self.skip(self.tick)
