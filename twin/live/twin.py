"""A twin that goes along with its building: measured weather and commands drive it, what it expects is kept beside what is measured."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.bacnet.points import STATION, Point
from twin.errors import PeriodError, StoreError
from twin.historian.historian import Historian
from twin.historian.samples import NONE, QUALITIES, USABLE, Samples, codes, joined, microseconds
from twin.live import snapshot
from twin.live.inputs import Inputs, MeasuredScene
from twin.live.residuals import HOUR, Residuals
from twin.sim.plan import Plan
from twin.sim.scene import Clock
from twin.sim.simulation import Simulation
from twin.site.site import Site
from twin.weather.almanac import Almanac
from twin.weather.year import Weather

EXPECTED = ":expected"
"""Ending of the name under which the twin's expectation of a point is kept."""
WARM_UP, WARM_STEP = timedelta(days=4), 900.0
"""Preconditioning before the first tick, and its step. [s]"""
LONGEST = timedelta(days=7)
"""Longest absence that is caught up with; after a longer one the twin starts anew."""
BACK = timedelta(hours=1)
"""A clock set back by more than that makes the twin start anew; by less, it waits."""
PRIORITY, SOURCE = 8, "measured"
SUBSTITUTED = QUALITIES.index("substituted")
MOST_WAITING = 5_000_000
"""Samples that wait for room in the store, about 100 MiB; beyond, the oldest are dropped."""
WORST = 20
"""Points named in the status."""


class LiveTwin:
    """The twin of a building whose points a historian has.

    Parameters
    ----------
    points : what is measured: weather and commands drive, everything else that the twin knows is compared.
    store : where measurements are read and expectations are kept.
    weather : the climate, which stands in for what no station measures.
    step : length of a tick; must divide the hour. [s]
    home : folder of the state.
    fresh : how old a measurement may be to be compared. [s]
    told : told of drifts, absences and clock jumps.
    """

    def __init__(
        self, site: Site, points: Sequence[Point], store: Historian, weather: Weather, step: float, home: Path,
        fresh: float | None = None, told: Callable[[str], None] = lambda text: None,
    ) -> None:  # fmt: skip
        if step < 1.0 or 3600.0 % step:
            raise PeriodError(f"step {step:g} s: must divide the hour, for instance 60")
        self.store, self.step, self.home, self.told = store, step, home, told
        self.plan = Plan(list(site.components), site.wiring())
        self._table = self.plan.link()
        self.scene = MeasuredScene(weather, Almanac(site.location.country))
        self.inputs = Inputs.of(points, self.plan)
        driving = {*self.inputs.commands}
        self.points = [p for p in points if p.signal.rpartition(".")[::2] in self.plan.slot and p.signal not in driving]
        self._signals = [point.signal for point in self.points]
        floor = np.array([max(point.increment / 2.0, 1e-9) for point in self.points])
        self.residuals = Residuals(floor)
        self._fresh = round(1e6 * (3.0 * step if fresh is None else fresh))
        measured = store.numbers(self._signals, make=True)
        expected = store.numbers([signal + EXPECTED for signal in self._signals], make=True)
        store.describe_all([
            (point.signal + EXPECTED, point.unit, f"{point.description}, as the twin expects it", "twin") for point in self.points
        ])  # fmt: skip
        self._measured = np.array([measured[signal] for signal in self._signals], dtype=np.int32)
        self._expected = np.array([expected[signal + EXPECTED] for signal in self._signals], dtype=np.int32)
        self._order = np.argsort(self._measured)
        self._posted: dict[str, float] = {}
        self._waiting, self.alarm = NONE, ""
        self.counted: Counter[str] = Counter()
        self.driven: dict[str, bool] = {}
        self.substituted: npt.NDArray[np.bool_] = np.zeros(len(self.points), dtype=bool)
        self._now: Simulation | None = None

    @property
    def zone(self) -> Any:
        """Time zone of the twin: local standard time."""
        return self.scene.weather.start.tzinfo

    @property
    def moment(self) -> datetime | None:
        """Local standard time at the end of the last tick."""
        return self._now.clock.at(self._now.tick) if self._now else None

    def advance(self, until: datetime) -> int:
        """All ticks that are over at a moment; gives their number. The first call starts the twin, from its kept state if it can."""
        until = until.astimezone(self.zone)
        if self._now is None:
            self._begin(until)
        now = self.moment
        assert now is not None
        if until < now:
            if now - until < BACK:
                self.counted["clock_set_back"] += 1
                return 0
            self._anew(until, f"the clock was set back from {now:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}")
        elif until - now > LONGEST:
            self._anew(until, f"nothing was simulated since {now:%Y-%m-%d %H:%M}, too long to catch up with")
        done = 0
        while True:
            now = self.moment
            assert now is not None
            left = int((until - now).total_seconds() // self.step)
            if left < 1:
                break
            done += self._stretch(left)
        self.counted["ticks"] += done
        self.counted["ticks_caught_up"] += max(0, done - 1)
        return done

    def _begin(self, until: datetime) -> None:
        vector = self.plan.start.copy()
        moment = snapshot.load(self.home, self.plan, vector, self._signals, self.residuals)
        if moment is None:
            self._rehearse(until)
        else:
            self._enter(moment.astimezone(self.zone), vector)
            self.told(f"goes on from {moment:%Y-%m-%d %H:%M}")

    def _anew(self, until: datetime, why: str) -> None:
        self.counted["started_anew"] += 1
        self.told(f"alarm: {why}; the twin starts anew")
        self._note(f"the twin starts anew: {why}", until)
        self._rehearse(until)

    def _rehearse(self, until: datetime) -> None:
        """Precondition on the days before, measured where they were."""
        hour = until.replace(minute=0, second=0, microsecond=0)
        more = int((until - hour).total_seconds() // WARM_STEP)
        clock = Clock(hour - WARM_UP, round(WARM_UP.total_seconds() / WARM_STEP) + more, WARM_STEP)
        weather, _ = self.inputs.read(self.store, self._ends(clock, 0, clock.ticks))
        self.scene.measure(clock, 0, weather)
        rehearsal = Simulation(self.plan, clock, self.scene, table=self._table)
        rehearsal.advance()
        self._posted.clear()
        self._now = None
        self._enter(hour + timedelta(seconds=(until - hour).total_seconds() // self.step * self.step), rehearsal.vector)

    def _enter(self, moment: datetime, vector: npt.NDArray[np.float64]) -> None:
        """A simulation of the hour of a moment, from a state."""
        hour = moment.replace(minute=0, second=0, microsecond=0)
        before = self._now
        made = Simulation(
            self.plan,
            Clock(hour, round(HOUR / self.step), self.step),
            self.scene,
            more=tuple(self._signals),
            table=self._table,
        )
        made.vector[:] = vector
        made.vector[self.plan.clock] = self.step
        for place in self.plan.override.values():
            made.vector[place] = math.nan
        if before is not None:
            made.mailbox.slots = before.mailbox.slots
            for signal, slots in made.mailbox.slots.items():
                if slots:
                    made.vector[self.plan.override[signal]] = slots[min(slots)]
        made.settle()  # a state that was kept of another plan has nothing of what depends on parameters alone
        made.skip(round((moment - hour).total_seconds() / self.step))
        self._now = made
        self._places = np.array([made.record.places[p.signal.rpartition(".")[::2]] for p in self.points], dtype=np.intp)

    def _ends(self, clock: Clock, first: int, count: int) -> npt.NDArray[np.int64]:
        """Ends of ticks. [us]"""
        start = microseconds(clock.at(first))
        return start + np.round(np.arange(1, count + 1) * clock.step * 1e6).astype(np.int64)

    def _stretch(self, most: int) -> int:
        """Ticks of the present hour, at most so many."""
        now = self._now
        assert now is not None
        if now.tick >= now.clock.ticks:
            self._enter(now.clock.at(now.tick), now.vector)
            now = self._now
            assert now is not None
        first, count = now.tick, min(most, now.clock.ticks - now.tick)
        ends = self._ends(now.clock, first, count)
        weather, commands = self.inputs.read(self.store, ends)
        self.scene.measure(now.clock, first, weather)
        now.renew()
        self._post(now, first, commands)
        now.advance(count)
        self.driven = {
            name: bool(np.isfinite(values[-1]))
            for name, values in (*((f"{STATION}.{n}", v) for n, v in weather.items()), *commands.items())
        }
        self._compare(ends, now.record.ticks[first : first + count, self._places])
        if now.tick == now.clock.ticks:
            self._turn(now.clock.at(now.tick))
        return count

    def _post(self, now: Simulation, first: int, commands: dict[str, npt.NDArray[np.float64]]) -> None:
        """Command what the building commands, from the tick on in which it does; give back what nobody knows any more."""
        for signal, values in commands.items():
            held = self._posted.get(signal, math.nan)
            for place, value in enumerate(values.tolist()):
                if value == held or (math.isnan(value) and math.isnan(held)):
                    continue
                told = None if math.isnan(value) else value
                now.post(signal, told, PRIORITY, SOURCE, at=(first + place) * self.step)
                held = value
            self._posted[signal] = held

    def _compare(self, ends: npt.NDArray[np.int64], expected: npt.NDArray[np.float64]) -> None:
        """Keep expectations, and in the place of what is bad, the twin's value; take the residuals."""
        sorted_values, _ = self.store.at(
            self._measured[self._order].tolist(), ends, self._fresh, [int(code) for code in codes(USABLE)]
        )
        seen = np.empty_like(sorted_values)
        seen[:, self._order] = sorted_values
        bad = np.isnan(seen)
        count, points = expected.shape
        times = np.repeat(ends, points)
        kept = Samples(np.tile(self._expected, count), times, expected.reshape(-1), np.zeros(count * points, np.uint8))
        gone = bad.reshape(-1)
        instead = Samples(
            np.tile(self._measured, count)[gone], times[gone], expected.reshape(-1)[gone],
            np.full(int(gone.sum()), SUBSTITUTED, np.uint8),
        )  # fmt: skip
        self._waiting = joined([self._waiting, kept, instead]).chosen(slice(-MOST_WAITING, None))
        self._flush()
        self.counted["samples_substituted"] += len(instead)
        for row in seen - expected:
            self.residuals.take(row, self.step)
        self.substituted = bad[-1]

    def _flush(self) -> None:
        """Make what waits durable; where the store has no room it goes on waiting, and the alarm says why."""
        try:
            self.store.append_samples(self._waiting)
        except StoreError as problem:
            self.counted["store_refused"] += 1
            if not self.alarm:
                self.told(f"alarm: {problem}")
            self.alarm = str(problem)
            return
        self.alarm, self._waiting = "", NONE

    def _turn(self, moment: datetime) -> None:
        """An hour is over: tell what drifts, and keep the state."""
        out, back = self.residuals.turn()
        for place in out.tolist():
            side = "above" if self.residuals.alarm[place] > 0.0 else "below"
            text = (
                f"drifts {side} the twin: usually {self.residuals.mean[place]:+.4g} {self.points[place].unit} off, "
                f"now {self.residuals.last[place]:+.4g}"
            )
            self._note(text, moment, self._signals[place])
            self.told(f"alarm: {self._signals[place]} {text}")
        for place in back.tolist():
            self.told(f"{self._signals[place]} is back at its usual distance from the twin")
        self.counted["drifts"] += len(out)
        try:
            self.save()
        except StoreError as problem:  # the one before is still there, and the next hour tries again
            self.counted["states_refused"] += 1
            self.told(f"alarm: {problem}")

    def _note(self, text: str, moment: datetime, point: str | None = None) -> None:
        """Keep a note; a store without room does not stop the twin."""
        try:
            self.store.annotate(text, moment, point=point, author="twin")
        except StoreError:
            self.counted["notes_refused"] += 1

    def save(self) -> None:
        """Keep the state, to go on from it later."""
        if self._now is not None:
            now = self._now
            snapshot.save(self.home, self.plan, now.vector, now.clock.at(now.tick), self._signals, self.residuals)

    def status(self) -> dict[str, Any]:
        """What a person wants to know: how far it is, what drives it, what is off."""
        held = self.residuals
        off = np.where(held.learned & np.isfinite(held.last), (held.last - held.mean) / held.spread, 0.0)
        worst = np.argsort(-np.abs(off))[:WORST]
        drifting = np.flatnonzero(held.alarm)
        return {
            "moment": self.moment.isoformat() if self.moment else None, "step": self.step,
            "inputs": len(self.driven), "inputs_measured": sum(self.driven.values()),
            "inputs_of_the_model": sorted(name for name, known in self.driven.items() if not known)[:WORST],
            "points": len(self.points), "substituted": int(self.substituted.sum()),
            "learned": int(held.learned.sum()), "drifting": [self._signals[place] for place in drifting.tolist()],
            "worst": [
                {"point": self._signals[p], "unit": self.points[p].unit, "residual": float(held.last[p]), "usual": float(held.mean[p]),
                 "spreads": float(off[p]), "cusum_high": float(held.high[p]), "cusum_low": float(held.low[p]), "total": float(held.total[p])}
                for p in worst.tolist() if off[p] != 0.0
            ],
            "alarm": self.alarm, **self.counted,
        }  # fmt: skip
