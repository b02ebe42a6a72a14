"""A site whose simulation goes on tick by tick, for as long as somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from twin.bacnet.points import STATION
from twin.errors import PeriodError
from twin.sim.plan import Plan
from twin.sim.scene import Clock, Scene
from twin.sim.simulation import Simulation
from twin.site.site import Site
from twin.weather import measured
from twin.weather.almanac import Almanac
from twin.weather.year import Weather

WARM_UP = timedelta(days=4)
"""Preconditioning before the first tick that anybody sees."""
STRETCH = timedelta(days=7)
"""Records of a simulation are kept that long; then a new one goes on from the same state."""


class RunningSite:
    """The simulation of a site, one tick after the other.

    Parameters
    ----------
    start : local standard time; the year is that of the weather, since typical years come round.
    step : length of a tick. [s]
    """

    def __init__(self, site: Site, weather: Weather, start: datetime, step: float) -> None:
        if step < 1.0 or 3600.0 % step:
            raise PeriodError(f"step {step:g} s: must divide the hour, for instance 60")
        self.site, self.step = site, step
        self.scene = Scene(weather, Almanac(site.location.country))
        self.plan = Plan(list(site.components), site.wiring())
        self._table = self.plan.link()
        begin = start.replace(minute=0, second=0, microsecond=0, tzinfo=weather.start.tzinfo)
        rehearsal = self._simulation(begin - WARM_UP, WARM_UP, 900.0)
        rehearsal.advance()
        self._now = self._simulation(begin, STRETCH, step)
        self._now.vector[:] = rehearsal.vector
        self._now.vector[self.plan.clock] = step
        self._before = 0
        self._day: tuple[datetime, npt.NDArray[np.float64]] | None = None

    def _simulation(self, start: datetime, length: timedelta, step: float) -> Simulation:
        return Simulation(
            self.plan, Clock(start, round(length.total_seconds() / step), step), self.scene, table=self._table
        )

    @property
    def moment(self) -> datetime:
        """Local standard time at the end of the last tick."""
        return self._now.clock.at(self._now.tick)

    def places(self, signals: Sequence[str]) -> npt.NDArray[np.int64]:
        """Places of signals in the vector; those of the weather station count down from -1."""
        told = [signal.rpartition(".") for signal in signals]
        outdoors = list(measured.STATION)
        return np.array([
            -1 - outdoors.index(member) if name == STATION else self.plan.place((name, member)) for name, _, member in told
        ], dtype=np.int64)  # fmt: skip

    def values(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Values of some places at the end of the last tick."""
        found: npt.NDArray[np.float64] = np.where(
            places < 0, self._outdoors()[np.minimum(places, -1)], self._now.vector[places]
        )
        return found

    def _outdoors(self) -> npt.NDArray[np.float64]:
        """What the weather station measures in the last tick, its first value last."""
        first = self.moment.replace(hour=0, minute=0, second=0)
        if self._day is None or self._day[0] != first:
            start = (first - self.scene.weather.start).total_seconds()
            grid = self.scene.weather.on_grid(start, self.step, round(86400.0 / self.step))
            self._day = first, np.array([measured.station(grid)[name] for name in measured.STATION])[::-1]
        tick = max(0, round((self.moment - first).total_seconds() / self.step) - 1)
        return self._day[1][:, tick]

    def post(self, signal: str, value: float | None, priority: int, source: str) -> None:
        """Command a signal from the next tick on, or take the command back."""
        self._now.post(signal, value, priority, source)

    @property
    def ticks(self) -> int:
        """Without end."""
        return 0

    def seek(self, tick: int) -> None:
        """Go forward to a tick."""
        while self.tick < tick:
            self.advance()

    @property
    def tick(self) -> int:
        """Ticks since the first that anybody saw."""
        return self._before + self._now.tick

    def advance(self) -> None:
        """One tick."""
        if self._now.tick >= self._now.clock.ticks:
            before = self._now
            self._before += before.tick
            self._now = self._simulation(self.moment, STRETCH, self.step)
            self._now.vector[:] = before.vector
            self._now.mailbox.slots = before.mailbox.slots
            for letter in before.mailbox.letters:
                self._now.post(".".join(letter.signal), letter.value, letter.priority, letter.source)
        self._now.advance(1)
