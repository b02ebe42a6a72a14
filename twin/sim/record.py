"""What a run remembers: some signals every tick, some as hourly means, and monthly sums of every energy flow."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt

from twin.errors import RunError
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
    summed = {cls: cls.summed() for cls in {type(each) for each in plan.components}}
    for each in plan.components:
        cls = type(each)
        every += [(each.name, name) for name in cls.each_tick]
        hourly += [(each.name, name) for name in cls.hourly]
        total += [(each.name, name) for name in summed[cls]]
    return every, hourly, total


def find(plan: Plan, wanted: str) -> list[Address]:
    """Signals and parameters that `component.signal` means, with `*` for any part of a name and `[2]` for the third of many.

    Raises
    ------
    RunError
        When nothing in the site has that name.
    """
    name, _, member = wanted.rpartition(".")
    with suppress(KeyError):
        plan.place((name, member))
        return [(name, member)]
    found = [a for a in plan.slot if ":" not in a[1] and fnmatchcase(f"{a[0]}.{a[1]}", wanted)] if "*" in wanted else []
    if not found:
        near = get_close_matches(wanted, [f"{a[0]}.{a[1]}" for a in plan.slot if a[0] == name or a[1] == member], 1)
        raise RunError(f"{wanted}: no such signal in this site" + (f"; did you mean {near[0]!r}?" if near else ""))
    return found


def blank(plan: Plan, ticks: int, hours: int, months: int, more: tuple[str, ...] = ()) -> Record:
    """An empty record for a run of so many ticks; `more` names further signals to record every tick, as in `find`."""
    every, hourly, total = choose(plan)
    for wanted in more:
        every += [address for address in find(plan, wanted) if address not in every]
    return Record(
        every,
        hourly,
        total,
        np.full((ticks, len(every)), np.nan),
        np.full((hours, len(hourly)), np.nan, dtype=np.float32),
        np.zeros((months, len(total))),
        np.full((months + 1, plan.states), np.nan),
    )
