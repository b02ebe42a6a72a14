"""What the twin expects, as a page needs it: figures of a year, and a day at 15 minutes with the band of days like it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from twin.weather.almanac import Almanac

if TYPE_CHECKING:
    from twin.sim.results import Run

KWH = 3.6e6
NEAR = 21
"""Days before and after one whose like are compared with it. Assumed."""
FEWEST = 5
"""Days that a band needs at least. Assumed."""
BAND = (10.0, 90.0)
"""Percentiles of a band."""


@dataclass(frozen=True)
class Flow:
    """Electricity from a source to the meter, or from it to a use. [kWh]"""

    name: str
    energy: float


@dataclass(frozen=True)
class Year:
    """Figures of a year, equal to those that `twin run` prints.

    Attributes
    ----------
    comfort : share of the occupied hours within the comfort band, where rooms have one. sources, uses : what the meter sees.
    rest : what sources give beyond all uses: storage, losses of connections, or an error. [kWh]
    """

    weather: str
    year: int
    area: float
    electricity: float
    intensity: float
    peak: float
    peak_time: str
    cost: float
    carbon: float
    carbon_market: float
    comfort: float | None
    indicators: dict[str, float]
    sources: tuple[Flow, ...]
    uses: tuple[Flow, ...]
    rest: float
    months: tuple[str, ...]
    monthly: dict[str, tuple[float, ...]]
    notes: tuple[str, ...]
    balance: float


@dataclass(frozen=True)
class Day:
    """A day's power at the meter. [kW]

    Attributes
    ----------
    alike : days the band is made of; low and high are empty where they are too few.
    before : energy of the day before. [kWh]
    """

    date: date
    step: timedelta
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    alike: int
    workday: bool
    before: float | None

    @property
    def energy(self) -> float:
        """Energy of the whole day. [kWh]"""
        return sum(self.expected) * self.step.total_seconds() / 3600.0

    def until(self, moment: timedelta) -> float:
        """Energy from midnight to a moment of the day. [kWh]"""
        whole, part = divmod(moment, self.step)
        power = sum(self.expected[:whole])
        if whole < len(self.expected):
            power += self.expected[whole] * (part / self.step)
        return power * self.step.total_seconds() / 3600.0

    def at(self, moment: timedelta) -> float:
        """Power at a moment of the day. [kW]"""
        return self.expected[min(moment // self.step, len(self.expected) - 1)]


def year_of(run: Run) -> Year:
    """Figures of a run over a calendar year."""
    told = run.ledger
    sources = {"from_grid": told["bought"] / KWH, "from_site": told["generation"] / KWH}
    uses = {**run.end_uses, "to_grid": told["sold"] / KWH}
    occupied = run.zone_hours("occupied")
    months = run.monthly()
    return Year(
        weather=run.weather, year=run.clock.start.year, area=float(run.site.floor_area.value), electricity=run.electricity,
        intensity=run.electricity / run.site.floor_area.value, peak=run.peak, peak_time=run.peak_time, cost=run.cost, carbon=run.carbon,
        carbon_market=(told["scope1"] + told["scope2_market"]) / 1e3,
        comfort=1.0 - run.zone_hours("outside") / occupied if occupied else None, indicators=dict(run.indicators),
        sources=_flows(sources), uses=_flows(uses), rest=sum(sources.values()) - sum(uses.values()), months=tuple(months.index),
        monthly={use: tuple(float(v) for v in months[use]) for use in months}, notes=tuple(run.notes), balance=max(run.balance.values()),
    )  # fmt: skip


def _flows(found: dict[str, float]) -> tuple[Flow, ...]:
    return tuple(Flow(name, value) for name, value in sorted(found.items(), key=lambda pair: -pair[1]) if value > 0.0)


def meters(site: Any) -> list[Any]:
    """The site's connections to the grid, whose power its meter measures."""
    return [each for each in site.components if type(each).kind == "grid"]


def meter_power(run: Run) -> npt.NDArray[np.float64]:
    """Power bought less power sold in every tick; of a site without a connection, the power used. [W]"""
    found = [run.series(f"{each.name}.power") * each.multiplier for each in meters(run.site)]
    return np.sum(found, axis=0) if found else run.power


def day_of(run: Run, day: date) -> Day:
    """One day of a run, with the band of the days like it (workdays or free days) within three weeks."""
    start = run.clock.start.date()
    per_day = round(86400.0 / run.clock.step)
    power = meter_power(run)[: len(run.power) // per_day * per_day].reshape(-1, per_day) / 1e3
    almanac, place = Almanac(run.site.location.country), (day - start).days
    workday = almanac.day_kind(day) == 0
    near = range(max(place - NEAR, 0), min(place + NEAR + 1, len(power)))
    alike = [each for each in near if each != place and (almanac.day_kind(start + timedelta(days=each)) == 0) == workday]  # fmt: skip
    low, high = np.percentile(power[alike], BAND, axis=0) if len(alike) >= FEWEST else (np.array([]), np.array([]))
    before = float(power[place - 1].sum()) * run.clock.step / 3600.0 if place else None
    return Day(
        day, timedelta(seconds=run.clock.step), tuple(power[place].tolist()), tuple(low.tolist()), tuple(high.tolist()),
        len(alike), workday, before,
    )  # fmt: skip
