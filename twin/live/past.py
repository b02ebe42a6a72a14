"""The past of a virtual building, and what the twin would have expected of it, put into a historian at once: a demonstration begins with two weeks behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.bacnet.points import STATION, Point
from twin.historian.embedded import Embedded
from twin.historian.historian import Historian
from twin.historian.samples import Samples, microseconds
from twin.historian.tidy import shelve
from twin.live import snapshot
from twin.live.inputs import MeasuredScene
from twin.live.residuals import HOUR, Residuals
from twin.live.twin import EXPECTED, WARM_STEP, WARM_UP
from twin.sim.plan import Plan
from twin.sim.plans import planned
from twin.sim.scene import Clock, Scene
from twin.sim.simulation import Simulation
from twin.site.site import Site
from twin.weather import measured
from twin.weather.almanac import Almanac
from twin.weather.year import Weather

Floats = npt.NDArray[np.float64]
NEAR_STEP, FAR_STEP = 300.0, 900.0
"""Seconds between samples of the last days, and of those before them."""
CHUNK = timedelta(days=28)
"""Longest stretch that is simulated and kept at once."""
AUTHOR = "virtual building"
Told = Callable[[datetime, datetime], None]


@dataclass
class Past:
    """A virtual building and its twin, on the same calendar.

    Parameters
    ----------
    site : as its file says it: what the twin knows.
    building, weather : what is true, as `pretended` tells it.
    points : what a gateway would read.
    climate : the twin's own weather, where no station measures.
    """

    site: Site
    building: Site
    weather: Weather
    climate: Weather
    points: Sequence[Point]
    store: Historian
    home: Path
    _plans: tuple[Plan, Plan] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        plan = Plan(list(self.site.components), self.site.wiring())
        inside = [p for p in self.points if p.signal.rpartition(".")[::2] in plan.slot]
        self.commands = [p for p in inside if p.signal.rpartition(".")[::2] in plan.override]
        driving = {p.signal for p in self.commands}
        self.compared = [p for p in inside if p.signal not in driving]
        self.outdoors = [p for p in self.points if p.signal.rpartition(".")[0] == STATION]
        self.residuals = Residuals(np.array([max(p.increment / 2.0, 1e-9) for p in self.compared]))
        self._scene = Scene(self.weather, Almanac(self.building.location.country))
        self._told = MeasuredScene(self.climate, Almanac(self.site.location.country))
        names = [p.signal for p in (*self.compared, *self.commands, *self.outdoors)]
        expected = [p.signal + EXPECTED for p in self.compared]
        known = self.store.numbers([*names, *expected], make=True)
        self._numbers = np.array([known[name] for name in names], dtype=np.int32)
        self._expected = np.array([known[name] for name in expected], dtype=np.int32)
        self.store.describe_all([p.story for p in self.points])
        self.store.describe_all([(p.signal + EXPECTED, p.unit, f"{p.description}, as the twin expects it", "twin") for p in self.compared])  # fmt: skip

    @property
    def zone(self) -> Any:
        """Local standard time."""
        return self.climate.start.tzinfo

    def fill(self, first: datetime, last: datetime, step: float, keep: bool = False) -> int:
        """Simulate a stretch of time and put it into the store; gives the number of samples.

        Parameters
        ----------
        keep : follow the residuals, and keep the twin's state at the end, from which it goes on living.
        """
        begin = first.astimezone(self.zone).replace(minute=0, second=0, microsecond=0)
        count = int((last - begin).total_seconds() // step)
        if count < 1:
            return 0
        clock = Clock(begin, count, step)
        seen = self._building(clock)
        expected, state = self._twin(clock, seen)
        ends = microseconds(begin) + np.round(np.arange(1, count + 1) * step * 1e6).astype(np.int64)
        new = ends > microseconds(first)
        parts = [_samples(self._numbers, ends[new], seen[new]), _samples(self._expected, ends[new], expected[new])]
        for part in parts:
            self._put(part)
        if keep:
            self._follow(seen[new, : len(self.compared)] - expected[new], step)
            names = [p.signal for p in self.compared]
            snapshot.save(self.home, self._plan(1), state, clock.at(count), names, self.residuals)
        return sum(map(len, parts))

    def resume(self) -> None:
        """Take the residuals that an earlier twin has kept."""
        vector = self._plan(1).start.copy()
        snapshot.load(self.home, self._plan(1), vector, [p.signal for p in self.compared], self.residuals)

    def _plan(self, which: int) -> Plan:
        if self._plans is None:
            given = frozenset(_address(p) for p in self.commands)
            self._plans = planned(self.building), planned(self.site, given)
        return self._plans[which]

    def _building(self, clock: Clock) -> Floats:
        """What sensors would have told: compared points, commands and weather, a row a tick."""
        plan = self._plan(0)
        names = tuple(p.signal for p in (*self.compared, *self.commands))
        simulation = _rehearsed(plan, clock, self._scene, names)
        record = simulation.advance()
        places = [record.places[_address(p)] for p in (*self.compared, *self.commands)]
        return np.hstack([record.ticks[:, places], *(each[:, None] for each in self._station(clock))])

    def _station(self, clock: Clock) -> list[Floats]:
        """What the weather station tells of every tick."""
        start = (clock.start - self.weather.start).total_seconds()
        told = measured.station(self.weather.on_grid(start, clock.step, clock.ticks))
        return [np.asarray(told[p.signal.rpartition(".")[2]]) for p in self.outdoors]

    def _twin(self, clock: Clock, seen: Floats) -> tuple[Floats, Floats]:
        """What the twin expects of compared points on measured weather and commands, and its state at the end."""
        plan = self._plan(1)
        commands = seen[:, len(self.compared) : len(self.compared) + len(self.commands)]
        given = {_address(p): commands[:, place] for place, p in enumerate(self.commands)}
        before = Clock(clock.start - WARM_UP, round(WARM_UP.total_seconds() / WARM_STEP), WARM_STEP)
        early = {a: np.resize(v[: round(86400.0 / clock.step)], before.ticks) for a, v in given.items()}
        self._measure(before)
        rehearsal = Simulation(plan, before, self._told, early)
        rehearsal.advance()
        self._measure(clock)
        names = tuple(p.signal for p in self.compared)
        simulation = Simulation(plan, clock, self._told, given, more=names)
        _enter(simulation, rehearsal, clock)
        record = simulation.advance()
        return record.ticks[:, [record.places[_address(p)] for p in self.compared]], simulation.vector

    def _measure(self, clock: Clock) -> None:
        told = dict(zip((p.signal.rpartition(".")[2] for p in self.outdoors), self._station(clock), strict=True))
        self._told.measure(clock, 0, told)

    def _follow(self, residual: Floats, step: float) -> None:
        """Learn what distance from the twin is usual."""
        per_hour = round(HOUR / step)
        for place, row in enumerate(residual, 1):
            self.residuals.take(row, step)
            if place % per_hour == 0:
                self.residuals.turn()

    def _put(self, samples: Samples) -> None:
        if isinstance(self.store, Embedded):
            shelve(self.store, samples)
        else:
            self.store.append_samples(samples)


def _address(point: Point) -> tuple[str, str]:
    name, _, member = point.signal.rpartition(".")
    return name, member


def _rehearsed(plan: Plan, clock: Clock, scene: Scene, more: tuple[str, ...]) -> Simulation:
    """A simulation whose walls have forgotten their start values."""
    before = Clock(clock.start - WARM_UP, round(WARM_UP.total_seconds() / WARM_STEP), WARM_STEP)
    rehearsal = Simulation(plan, before, scene)
    rehearsal.advance()
    simulation = Simulation(plan, clock, scene, more=more)
    _enter(simulation, rehearsal, clock)
    return simulation


def _enter(simulation: Simulation, rehearsal: Simulation, clock: Clock) -> None:
    """Go on from the end of a rehearsal, which may have had longer ticks."""
    simulation.vector[:] = rehearsal.vector
    simulation.vector[simulation.plan.clock] = clock.step


def _samples(numbers: npt.NDArray[np.int32], ends: npt.NDArray[np.int64], values: Floats) -> Samples:
    """Good samples in the order of points and times."""
    rows, count = values.shape
    return Samples(
        np.repeat(numbers, rows), np.tile(ends, count), np.ascontiguousarray(values.T).reshape(-1),
        np.zeros(rows * count, dtype=np.uint8),
    )  # fmt: skip
