"""What a building tells its twin: measured weather and commands, as a historian has them, tick by tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from twin.bacnet.points import STATION, Point
from twin.historian.historian import Historian
from twin.historian.samples import codes
from twin.sim.plan import Plan
from twin.sim.scene import Clock, Scene
from twin.weather import measured
from twin.weather.grid import Grid

Floats = npt.NDArray[np.float64]
HOLD = 3600.0
"""How long the last value of an input counts after its point has gone bad; then the model's own takes its place. [s]"""
TRUSTED = ("good", "overridden")
"""Qualities of samples that drive the twin."""


@dataclass(frozen=True)
class Inputs:
    """Points that drive the twin: those of the weather station, and those of commands (set-points, schedules).

    Attributes
    ----------
    weather, commands : points by what they tell: a column of the weather, or `component.signal`.
    """

    weather: dict[str, Point]
    commands: dict[str, Point]

    @classmethod
    def of(cls, points: Sequence[Point], plan: Plan) -> Inputs:
        """The inputs among some points."""
        outdoors, commands = {}, {}
        for point in points:
            name, _, member = point.signal.rpartition(".")
            if name == STATION and member in measured.STATION:
                outdoors[member] = point
            elif (name, member) in plan.override:
                commands[point.signal] = point
        return cls(outdoors, commands)

    def read(self, store: Historian, instants: npt.NDArray[np.int64]) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Weather and commands at some instants [us], NaN where nothing trustworthy is young enough."""
        every = [*self.weather.values(), *self.commands.values()]
        known = store.numbers([point.signal for point in every])
        places = sorted(known.values())
        values, _ = store.at(places, instants, round(HOLD * 1e6), [int(code) for code in codes(TRUSTED)])
        column = {place: values[:, at] for at, place in enumerate(places)}
        nothing = np.full(len(instants), np.nan)

        def told(point: Point) -> Floats:
            return column[known[point.signal]] if point.signal in known else nothing

        return {n: told(p) for n, p in self.weather.items()}, {n: told(p) for n, p in self.commands.items()}


class MeasuredScene(Scene):
    """A scene whose weather is the measured one in the ticks that somebody has measured, and that of the climate else."""

    lasting = False

    def measure(self, clock: Clock, first: int, told: dict[str, Floats]) -> None:
        """Take measured weather for ticks from `first` on; what was measured before is forgotten."""
        self.kept.clear()
        self.grids.clear()
        self.__dict__["_told"] = (clock.at(first), clock.step, told)

    def _grid(self, start: datetime, step: float, count: int) -> Grid:
        grid = super()._grid(start, step, count)
        begin, tick, told = self.__dict__.get("_told", (start, step, {}))
        middle = (start - begin).total_seconds() + (np.arange(count) + 0.5) * step
        place = np.floor(middle / tick).astype(np.int64)
        known = {}
        for name, values in told.items():
            inside = (place >= 0) & (place < len(values))
            known[name] = np.where(inside, values[np.clip(place, 0, len(values) - 1)], np.nan)
        return measured.overlay(grid, known)
