"""Figures of a period as the historian has them: measured, as the twin expected on the same weather, and in the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from twin.dashboard.overview.expectation import meters
from twin.dashboard.overview.measured import EXPECTED, missing
from twin.dashboard.reading import Reading, ready

from twin.historian.store import open_store

if TYPE_CHECKING:
    from twin.historian.historian import Historian
    from twin.sim.results import Run

QUARTER, HOUR = "15min", "1h"
PERIODS = {"today": 0, "week": 7, "month": 30, "year": 365}
"""Whole days of a period that ends now; today begins at midnight."""
DENSITY = 0.05 / 100.0
"""People per floor area from which a room counts as occupied, as the zone's own equation does."""
KWH = 3.6e6
LIKE = 0.9
"""Share of the period before that has to be measured for a comparison with it."""
SPARSE = 0.02
"""Share of a period that has to be measured for its figures to be shown."""


@dataclass(frozen=True)
class Beside:
    """One figure: measured, expected over the intervals that were measured, and of the period before; None where nobody knows."""

    measured: float | None
    expected: float | None
    before: float | None


@dataclass(frozen=True)
class Period:
    """Figures of a period.

    Attributes
    ----------
    energy : [kWh]; intensity : [kWh/m2]; peak : [kW], with the start of its quarter of an hour; cost : [CNY], without demand charges;
    carbon, carbon_market : of the power bought [t]; comfort : share of occupied hours; indicator : with its name, `pue` or `cop`.
    complete : share of the meter's quarters of an hour that were measured.
    """

    start: datetime
    end: datetime
    energy: Beside
    intensity: Beside
    peak: Beside
    peak_time: datetime | None
    cost: Beside
    carbon: Beside
    carbon_market: Beside
    comfort: Beside
    indicator: tuple[str, Beside] | None
    complete: Beside


@dataclass(frozen=True)
class Books:
    """What energy at the meter costs and emits, as the twin's year has booked it.

    Attributes
    ----------
    price : by month and hour of the day. [CNY/kWh]
    location, market : carbon dioxide of a kilowatt-hour bought. [t]
    """

    price: np.ndarray[Any, Any]
    location: float
    market: float

    @classmethod
    def of(cls, run: Run) -> Books:
        """The books of a run over a whole year."""
        power = np.zeros(len(run.power))
        cost = np.zeros(len(run.power))
        for each in meters(run.site):
            power += run.series(f"{each.name}.power") * each.multiplier
            cost += run.series(f"{each.name}.cost") * each.multiplier
        times, paid = run.times(), power > 0.0
        frame = (
            pd.DataFrame({"power": power[paid], "cost": cost[paid]})
            .groupby([times.month[paid], times.hour[paid]])
            .sum()
        )
        ratio = (frame["cost"] / frame["power"] * KWH).reindex(pd.MultiIndex.from_product([range(1, 13), range(24)]))
        price = ratio.fillna(ratio.mean()).fillna(0.0).to_numpy().reshape(12, 24)
        told = run.ledger
        bought = told["bought"] / KWH
        return cls(
            price,
            told["scope2"] / 1e3 / bought if bought else 0.0,
            told["scope2_market"] / 1e3 / bought if bought else 0.0,
        )

    def cost(self, energy: pd.Series) -> float:
        """Price of energy by interval. [CNY]"""
        index = pd.DatetimeIndex(energy.index)
        return float(np.nansum(energy.to_numpy() * self.price[index.month - 1, index.hour]))


@dataclass(frozen=True)
class Names:
    """Which points a site's figures are made of, with their factors."""

    meter: dict[str, float]
    above: dict[str, float]
    below: dict[str, float]
    indicator: str
    rooms: tuple[tuple[str, str, float, float, float, float], ...]

    @classmethod
    def of(cls, site: Any) -> Names:
        """Points of a site: the meter's, those of an indicator, and rooms with their people, area and comfort band."""
        meter = {f"{each.name}.power": each.multiplier / 1e3 for each in meters(site)}
        facility, work = _booked(site, "facility"), _booked(site, "it")
        kinds = {"chiller_plant": "compressor", "cooling_tower": "power", "chilled_water_loop": "power"}
        made = {f"{c.name}.cooling": c.multiplier for c in site.components if type(c).kind == "chiller_plant"}
        used = {f"{c.name}.{kinds[type(c).kind]}": c.multiplier for c in site.components if type(c).kind in kinds}
        if facility and work:
            return cls(meter, facility, work, "pue", _rooms(site))
        return cls(meter, made, used if made else {}, "cop" if made else "", _rooms(site))

    def every(self) -> list[str]:
        """All of them but rooms."""
        return [*self.meter, *self.above, *self.below]


def _booked(site: Any, account: str) -> dict[str, float]:
    return {
        f"{c.name}.{name}": float(c.multiplier)
        for c in site.components for name, signal in type(c).signals.items() if signal.ledger == account
    }  # fmt: skip


def _rooms(site: Any) -> tuple[tuple[str, str, float, float, float, float], ...]:
    """Zone, people beside it, area of one and of all copies, and the comfort band."""
    people = {c.name.rpartition("/")[0]: f"{c.name}.people" for c in site.components if type(c).kind == "people"}
    return tuple(
        (f"{c.name}.air", people[c.name.rpartition("/")[0]], c.area, c.area * c.multiplier, c.comfort_low, c.comfort_high)
        for c in site.components
        if type(c).kind == "zone" and c.name.rpartition("/")[0] in people
    )  # fmt: skip


def span(name: str, now: datetime) -> tuple[datetime, datetime, timedelta]:
    """Start and end of a period that ends with the last whole quarter of an hour, and how far back the one before it lies."""
    end = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = PERIODS[name]
    return (end - timedelta(days=days) if days else midnight), end, timedelta(days=days or 1)


def over(where: str, run: Run, books: Books, name: str, now: datetime) -> Reading[Period]:
    """Figures of a period of a site."""
    if missing(where):
        return Reading("empty", why="store_missing", detail=where)
    start, end, back = span(name, now)
    names = Names.of(run.site)
    with open_store(where) as store:
        known = set(store.numbers([*names.every(), *(n + EXPECTED for n in names.every())]))
        if not set(names.meter) <= known:
            return Reading("empty", why="no_samples", detail=where)
        if end <= start:
            return Reading("empty", why="overview_early", detail=f"{start:%H:%M}")
        seen = _Seen.of(store, names, known, start, end)
        told = _Seen.of(store, names, known, start, end, EXPECTED)
        earlier = _Seen.of(store, names, known, start - back, end - back)
        comfort = [
            _comfort(store, names, *when, end_of=suffix)
            for *when, suffix in ((start, end, ""), (start, end, EXPECTED), (start - back, end - back, ""))
        ]
    if seen.complete < SPARSE:
        return Reading("empty", why="overview_sparse", detail=f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}")
    return ready(_figures(run, books, names, (seen, told.where(seen), earlier), comfort, start, end))


def _figures(run: Run, books: Books, names: Names, three: tuple[_Seen, _Seen, _Seen], comfort: Sequence[float | None], start: datetime, end: datetime) -> Period:  # fmt: skip
    area = float(run.site.floor_area.value)
    energy = [each.energy for each in three]
    if three[2].complete < LIKE:
        energy[2] = energy[2] * np.nan
        comfort = [*comfort[:2], None]
    total = [float(each.sum()) if each.notna().any() else None for each in energy]
    peaks = [float(each.max()) * 4.0 if each.notna().any() else None for each in energy]
    at = energy[0].idxmax().to_pydatetime() if peaks[0] is not None else None
    cost = [books.cost(each) if value is not None else None for each, value in zip(energy, total, strict=True)]

    def times(factor: float) -> Beside:
        return Beside(*(None if each is None else each * factor for each in total))

    indicator = Beside(
        three[0].indicator, three[1].indicator, three[2].indicator if three[2].complete >= LIKE else None
    )
    return Period(
        start, end, times(1.0), times(1.0 / area), Beside(*peaks), at, Beside(*cost), times(books.location), times(books.market),
        Beside(*comfort), (names.indicator, indicator) if names.indicator and indicator.measured is not None else None,
        Beside(three[0].complete, None, three[2].complete),
    )  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """Energy at the meter by quarters [kWh], and both sides of the indicator over the period."""

    energy: pd.Series
    above: float | None
    below: float | None

    @classmethod
    def of(
        cls, store: Historian, names: Names, known: set[str], start: datetime, end: datetime, ending: str = ""
    ) -> _Seen:
        """What a store has of a period."""
        zone = start.tzinfo or "UTC"
        meter = [name + ending for name in names.meter]
        if not set(meter) <= known:
            nothing = pd.Series(np.nan, index=pd.date_range(start, end, freq=QUARTER, inclusive="left"))
            return cls(nothing, None, None)
        frame = store.query(meter, start, end, every=QUARTER, zone=zone)
        energy = (frame * [names.meter[name.removesuffix(EXPECTED)] for name in frame]).sum(axis=1, skipna=False) / 4.0
        sides = [_mean(store, side, known, start, end, ending) for side in (names.above, names.below)]
        return cls(energy, *sides)

    @property
    def complete(self) -> float:
        """Share of quarters that are known."""
        return float(self.energy.notna().mean()) if len(self.energy) else 0.0

    @property
    def indicator(self) -> float | None:
        """One side over the other."""
        return self.above / self.below if self.above is not None and self.below else None

    def where(self, other: _Seen) -> _Seen:
        """The same, with the quarters alone that another one knows."""
        return _Seen(self.energy.where(other.energy.notna()), self.above, self.below)


def _mean(store: Historian, side: Mapping[str, float], known: set[str], start: datetime, end: datetime, ending: str) -> float | None:  # fmt: skip
    """Mean of some points, each times its factor, where all are known."""
    names = [name + ending for name in side]
    if not names or not set(names) <= known:
        return None
    means = store.query(names, start, end, every=HOUR, zone=start.tzinfo or "UTC").mean()
    found = sum(means[name + ending] * factor for name, factor in side.items())
    return float(found) if found == found else None


def _comfort(store: Historian, names: Names, start: datetime, end: datetime, *, end_of: str = "") -> float | None:
    """Share of the occupied hours of rooms, by their area, in which the air is within the comfort band."""
    rooms = [
        room for room in names.rooms if {room[0] + end_of, room[1]} <= set(store.numbers([room[0] + end_of, room[1]]))
    ]
    if not rooms:
        return None
    asked = [*dict.fromkeys(name for room in rooms for name in (room[0] + end_of, room[1]))]
    frame = store.query(asked, start, end, every=HOUR, zone=start.tzinfo or "UTC")
    inside = occupied = 0.0
    for air, people, area, weight, low, high in rooms:
        here = (frame[people] > DENSITY * area) & frame[air + end_of].notna()
        occupied += weight * float(here.sum())
        inside += weight * float((here & frame[air + end_of].between(low, high)).sum())
    return inside / occupied if occupied else None
