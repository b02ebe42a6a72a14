"""The carbon ledger of a run by the GHG Protocol: every booked figure with its activity, its factor and where both come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from twin.core.component import Component
from twin.core.signal import Signal, Trail
from twin.sim.constants import constants
from twin.sim.results import Run
from twin.site.factors import Factor, find, named_in
from twin.site.provenance import Quantity

SCOPES = {"scope1": "1", "scope2": "2 location-based", "scope2_market": "2 market-based", "matched": "2 market-based", "scope3": "3"}  # fmt: skip
"""Accounts of the ledger; what contracts match belongs to the market-based method and emits nothing."""
METHODS = {"activity": "activity-based", "spend": "spend-based", "average": "average-data"}
UNITS = {"W": ("kWh", 3.6e6), "kg/s": ("t", 1e3)}
"""Units in which activities are shown, and what they are in SI."""
SCORES = {"activity": 1, "average": 3, "spend": 4}
DOUBT = {"published": 0, "derived": 1, "typical": 1, "assumed": 2, "": 2}
"""Data quality from 1, best, to 5: where the activity comes from, plus the weakest provenance of amount and factor. The order is that
of the GHG Protocol's Scope 3 Standard (2011), chapter 7; the numbers are assumed."""
POOREST = 5
CLOSE = 1e-9
"""Relative difference below which two factors are the same."""


@dataclass(frozen=True)
class Row:
    """One figure with its audit trail.

    Attributes
    ----------
    account, category : where it belongs. component, signal, what : the activity. amount : in `unit`, over the run.
    factor : kg per `unit`. name : of the row of the table that it is from; empty for one of the site's own.
    source, kind : of the factor. method, quality : how it was found. co2 : [kg]
    """

    account: str
    category: str
    component: str
    signal: str
    what: str
    amount: float
    unit: str
    factor: float
    name: str
    source: str
    kind: str
    method: str
    quality: int
    co2: float

    @property
    def scope(self) -> str:
        """Scope, and of scope 2 the method."""
        return SCOPES[self.account]

    @property
    def factor_source(self) -> str:
        """Row, source and kind of provenance in one text."""
        return f"{self.source} ({self.kind})" if self.kind else self.source

    def short(self) -> dict[str, Any]:
        """The row in stable keys."""
        return {
            "activity": f"{self.component}.{self.signal}: {self.what}", "amount": self.amount, "unit": self.unit,
            "factor": self.factor, "factor_source": self.factor_source, "method": self.method, "quality": self.quality,
            "co2_t": self.co2 / 1e3,
        }  # fmt: skip

    def full(self) -> dict[str, Any]:
        """The row with everything an auditor follows, as it is exported."""
        return {
            "scope": self.scope, "category": self.category, "component": self.component, "signal": self.signal, **self.short(),
            "factor_unit": f"kg/{self.unit}", "factor_row": self.name,
        }  # fmt: skip

    def restated(self, other: Factor) -> Row:
        """The same activity with another factor."""
        value = other.per(f"kg/({self.unit})")
        return replace(
            self, factor=value, name=other.name, source=f"{other.name}; {other.source}", kind=other.kind, co2=self.amount * value,
        )  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """All rows of a run, with scope 2 by both methods; `notes` and `manifest` are the run's."""

    year: int
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    manifest: dict[str, Any]

    def total(self, *accounts: str) -> float:
        """Sum of some accounts. [t]"""
        return sum(row.co2 for row in self.rows if row.account in accounts) / 1e3

    def listed(self, method: str) -> list[Row]:
        """Rows that add up to the total by one method for scope 2: `market` or `location`."""
        hidden = {"market": ("scope2",), "location": ("scope2_market", "matched")}[method]
        return [row for row in self.rows if row.account not in hidden]

    def score(self, method: str) -> float:
        """Data quality of the whole, weighted by emission: 1 is best, 5 poorest."""
        rows = self.listed(method)
        weight = sum(abs(row.co2) for row in rows)
        return sum(row.quality * abs(row.co2) for row in rows) / weight if weight else 0.0

    def answer(self, method: str = "market") -> dict[str, Any]:
        """The ledger in the stable keys of `twin ledger --json`; the total counts scope 2 by the method of the rows."""
        categories: dict[str, float] = {}
        for row in self.rows:
            if row.account == "scope3":
                categories[row.category] = categories.get(row.category, 0.0) + row.co2 / 1e3
        second = {"market": "scope2_market", "location": "scope2"}[method]
        return {
            "year": self.year,
            "scope1_t": self.total("scope1"),
            "scope2_location_t": self.total("scope2"),
            "scope2_market_t": self.total("scope2_market"),
            "scope3_t": self.total("scope3"),
            "scope3_categories": categories,
            "total_t": self.total("scope1", second, "scope3"),
            "rows": [row.short() for row in self.listed(method)],
        }


def ledger(run: Run) -> Ledger:
    """The ledger of a finished run.

    The sums of its accounts are those of `Run.ledger`. A component of one's own that books without a trail gets a row with its
    booking as the activity and the poorest quality.
    """
    rows = [row for each in run.plan.components for row in _rows(run, each)]
    order = list(SCOPES)
    rows.sort(key=lambda row: (order.index(row.account), row.category))
    return Ledger(run.clock.start.year, tuple(rows), tuple(run.notes), run.manifest())


def _rows(run: Run, each: Component) -> Iterator[Row]:
    for name, signal in type(each).signals.items():
        if signal.ledger not in SCOPES:
            continue
        booked = run.total(each, name) * each.multiplier
        if signal.ledger == "scope2_market":
            booked = max(booked, 0.0)  # contracts for more than is bought make nothing negative: as the run's account
        found = _row(run, each, name, signal, booked)
        if booked != 0.0 or (found.amount != 0.0 and found.factor == 0.0):
            yield found


def _row(run: Run, each: Component, name: str, signal: Signal, booked: float) -> Row:
    """One booking with what its component declares of it."""
    trail = signal.trail
    if trail is None:
        return Row(
            signal.ledger, "uncategorised" if signal.ledger == "scope3" else "", each.name, name, signal.doc, booked, "kgCO2e", 1.0,
            "", f"{type(each).kind} books it without a trail", "", METHODS["activity"], POOREST, booked,
        )  # fmt: skip
    words = each.model_dump()
    flow = type(each).signals[trail.activity]
    unit, scale = UNITS.get(flow.unit, (trail.unit.format(**words), 1.0))
    amount = run.total(each, trail.activity) * each.multiplier / scale
    factor, origin = _factor(run, each, trail, f"kg/({unit})", scale)
    emission = 0.0 if signal.ledger == "matched" else booked
    if signal.ledger == "scope2_market" and emission == 0.0 and amount < 0.0:
        amount = 0.0
    if emission and abs(factor * scale * amount - emission) > CLOSE * abs(emission):
        factor = emission / amount / scale if amount else 0.0  # it changed in mid-run: what is shown is the mean
        origin = Origin("", f"mean over the run; {origin.source}", origin.kind)
    way = trail.method.format(**words)
    stated = _stated(run, each, trail)
    category = trail.category.format(**words) or ("uncategorised" if signal.ledger == "scope3" else "")
    kinds = [origin.kind, stated.kind] if stated and origin.kind else [stated.kind] if stated else [origin.kind]
    method = SCOPES[signal.ledger].removeprefix("2 ") if signal.ledger not in ("scope1", "scope3") else METHODS[way]
    return Row(
        signal.ledger, category, each.name, trail.activity, category or flow.doc, amount, unit, factor * scale, origin.name,
        origin.source, origin.kind or (stated.kind if stated else ""), method,
        min(SCORES[way] + max(DOUBT[kind] for kind in kinds), POOREST), emission,
    )  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """Where a factor comes from: its row's name, its source and kind of provenance."""

    name: str
    source: str
    kind: str


def _factor(run: Run, each: Component, trail: Trail, shown: str, scale: float) -> tuple[float, Origin]:
    """Value in SI and origin of a factor: of the file, of the row that the component's default is from, or of its docs."""
    stated = _stated(run, each, trail)
    if not trail.factors:
        return 0.0, Origin(
            "", f"contract or certificate, nothing emitted: {stated.source if stated else 'no source'}", ""
        )
    known = {**constants(each, run.clock.step), **each.model_dump()}
    name = next((n for n in trail.factors if known[n] > 0.0), trail.factors[-1])
    value, quantity = float(known[name]), run.site.quantities.get((each.name, name))
    if quantity:
        row = named_in(quantity.source)
        if row and not _same(row.per(shown), value * scale):
            return value, Origin("", f"changed from {quantity.source}", quantity.kind)
        return value, Origin(row.name if row else "", quantity.source or f"{quantity.place}", quantity.kind)
    if trail.unit and stated and value == 1.0:
        return value, Origin("", f"stated as carbon dioxide: {stated.source}", "")
    if trail.row:
        row = find(trail.row.format(**each.model_dump()))
        if _same(row.per(shown), value * scale):
            return value, Origin(row.name, f"{row.name}; {row.source}", row.kind)
    doc = " ".join(type(each).docs().get(name, name).split())
    return value, Origin("", f"default of {type(each).kind}: {doc}", "typical")


def _stated(run: Run, each: Component, trail: Trail) -> Quantity | None:
    """The number of the site file that states the activity, where the file does."""
    for name in trail.stated.split(" or ") if trail.stated else ():
        found = run.site.quantities.get((each.name, name))
        if found and found.value:
            return found
    return None


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= CLOSE * max(abs(one), abs(other))
