"""What a run remembers: some signals every tick, some as hourly means, and monthly sums of every energy flow."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from twin.sim.plan import SITE, Plan
from twin.site.wiring import Address

Floats = npt.NDArray[np.float64]


@dataclass
class Record:
    """Arrays that the tick loop fills.

    Attributes
    ----------
    every, hourly, total : the addresses recorded in each way.
    ticks : (ticks, every) float64; `means` : (hours, hourly) float32; `sums` : (months, total) sums over ticks.
    stores : (months + 1, states) states at the start of each month and at the end.
    """

    every: list[Address]
    hourly: list[Address]
    total: list[Address]
    ticks: Floats
    means: npt.NDArray[np.float32]
    sums: Floats
    stores: Floats
    places: dict[Address, int] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {address: place for place, address in enumerate(self.every)}
        self.hour_places = {address: place for place, address in enumerate(self.hourly)}
        self.sum_places = {address: place for place, address in enumerate(self.total)}


def choose(plan: Plan) -> tuple[list[Address], list[Address], list[Address]]:
    """Default choice: site, plant and meters every tick; zones hourly; every energy flow, note and measure of comfort summed."""
    every: list[Address] = [(SITE, use) for use in plan.end_uses]
    hourly: list[Address] = []
    total: list[Address] = []
    for each in plan.components:
        cls = type(each)
        every += [(each.name, name) for name in cls.each_tick]
        hourly += [(each.name, name) for name in cls.hourly]
        total += [(each.name, n) for n, s in cls.signals.items() if s.energy or s.note or s.unit == "h/h"]
    return every, hourly, total


def blank(plan: Plan, ticks: int, hours: int, months: int, more: tuple[Address, ...] = ()) -> Record:
    """An empty record for a run of so many ticks; `more` names further signals to record every tick."""
    every, hourly, total = choose(plan)
    every += [address for address in more if address not in every]
    return Record(
        every,
        hourly,
        total,
        np.full((ticks, len(every)), np.nan),
        np.full((hours, len(hourly)), np.nan, dtype=np.float32),
        np.zeros((months, len(total))),
        np.full((months + 1, plan.states), np.nan),
    )
