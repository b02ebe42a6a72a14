"""The road of a site to a later year: business as usual, the grid, reductions, green power and offsets as wedges from real runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from twin.errors import SiteError
from twin.site.form import known_fields, number, read_form
from twin.site.measures import apply
from twin.site.problems import Problems
from twin.site.reader import Node
from twin.site.site import Site
from twin.study.engine import ALL_CORES, Means, Progress, work_study
from twin.study.task import BASELINE, Outcome, Task
from twin.study.terms import CARRIERS

KINDS = ("business_as_usual", "reductions", "green_power")
FIELDS = ("schema_version", "first", "last", "grid_factor", "prices", *KINDS, "offsets")
PHASE = ("measure", "from", "to", "degradation")
MORE = "changes more than numbers, so it cannot grow or fade over years; leave 'to' and 'degradation' out"
GRID = "grid"
"""Name of the wedge of a grid that changes by itself."""


@dataclass(frozen=True)
class Phase:
    """A measure that grows from nothing in `start` to its whole extent in `end`; the same year twice is a step.

    What is in place loses `degradation` of itself a year from then on.
    """

    kind: str
    measure: str
    start: int
    end: int
    degradation: float = 0.0

    def built(self, year: int) -> float:
        """Share that has been put in place, from 0 to 1."""
        if self.end <= self.start:
            return 1.0 if year >= self.start else 0.0
        return min(max((year - self.start) / (self.end - self.start), 0.0), 1.0)

    def share(self, year: int) -> float:
        """Extent in a year: what has been put in place, less what it has lost since it was whole."""
        return self.built(year) * (1.0 - self.degradation) ** max(year - self.end, 0)


@dataclass(frozen=True)
class Pathway:
    """What happens in which year.

    Attributes
    ----------
    first, last : years. phases : in the order in which they are applied, and their wedges cut.
    factors : grid factor by year [kg/J], between them by a straight line; empty where it stays. offset : year from which the rest is
        offset; 0 for never. offset_price : of a tonne. [CNY/kg]
    prices : carrier -> price by year over today's, between them by a straight line; a carrier that is left out stays.
    """

    first: int
    last: int
    phases: tuple[Phase, ...]
    factors: Mapping[int, float]
    offset: int
    offset_price: float = 0.0
    prices: Mapping[str, Mapping[int, float]] = field(default_factory=dict)

    def price(self, carrier: str, year: int) -> float:
        """Price of a carrier in a year over today's."""
        values = self.prices.get(carrier)
        return _between(values, sorted(values), year) if values else 1.0

    def grid(self, year: int) -> float:
        """Grid factor of a year over that of the first."""
        years = sorted(self.factors)
        if not years:
            return 1.0
        return _between(self.factors, years, year) / _between(self.factors, years, self.first)


def _between(values: Mapping[int, float], years: Sequence[int], year: int) -> float:
    before = max((y for y in years if y <= year), default=years[0])
    after = min((y for y in years if y >= year), default=years[-1])
    part = (year - before) / (after - before) if after > before else 0.0
    return values[before] + part * (values[after] - values[before])


def load_pathway(site: Site, path: Path | None = None) -> Pathway:
    """The pathway beside a site file, or of another file.

    Raises
    ------
    SiteError
        With every problem of the file, or when there is none.
    """
    path = path or site.path.parent / "pathway.yaml"
    if not path.is_file():
        raise SiteError(
            f"{path}: no such file; a pathway says first, last, {', '.join(KINDS)} and offsets; see docs/carbon.md"
        )
    problems = Problems()
    place, top = read_form(path, FIELDS, problems)
    first, last = (_year(top.get(name), name, place, problems) for name in ("first", "last"))
    if last < first:
        problems.add(top["last"].place if "last" in top else place, f"last: {last} is before first, {first}")
    phases = [
        phase for kind in KINDS for node in (top[kind].items or [] if kind in top else [])
        if (phase := _phase(kind, node, site, problems))
    ]  # fmt: skip
    named = [phase.measure for phase in phases]
    for name in dict.fromkeys(each for each in named if named.count(each) > 1):
        problems.add(place, f"{name}: stands in two phases; a measure happens once")
    factors = _by_year(top.get("grid_factor"), "grid_factor", "kg/J", problems)
    prices = {}
    for carrier, node in (top["prices"].fields or {}).items() if "prices" in top else ():
        if carrier in CARRIERS:
            prices[carrier] = _by_year(node, f"prices.{carrier}", "1", problems)
        else:
            problems.unknown(top["prices"].keys[carrier], f"prices.{carrier}", carrier, CARRIERS)
    offset, offset_price = _offsets(top.get("offsets"), problems)
    problems.check()
    return Pathway(first, last, tuple(phases), factors, offset, offset_price, prices)


def _by_year(node: Node | None, where: str, unit: str, problems: Problems) -> dict[int, float]:
    """Numbers by calendar year."""
    found = {}
    for key, each in (node.fields or {}).items() if node else ():
        value = _positive(each, f"{where}.{key}", unit, problems)
        if value is not None:
            found[_year(Node(each.place, text=key), where, each.place, problems)] = value
    return found


def _positive(node: Node, where: str, unit: str, problems: Problems) -> float | None:
    found = number(node, where, unit, problems)
    if found and found.value < 0.0:
        problems.add(node.place, f"{where}: {node.text}: must not be negative")
    return found.value if found else None


def _offsets(node: Node | None, problems: Problems) -> tuple[int, float]:
    """Year from which the rest is offset, and the price of a tonne. [CNY/kg]"""
    if node is None:
        return 0, 0.0
    fields = known_fields(node, ("from", "price"), problems, "offsets")
    price = _positive(fields["price"], "offsets.price", "CNY/kg", problems) if "price" in fields else 0.0
    return _year(fields.get("from"), "offsets.from", node.place, problems), price or 0.0


def _year(node: Node | None, where: str, place: str, problems: Problems) -> int:
    text = node.text or "" if node else ""
    if not text.isdigit() or not 1950 <= int(text) <= 2100:
        problems.add(node.place if node else place, f"{where}: {text!r}: must be a calendar year from 1950 to 2100")
        return 0
    return int(text)


def _phase(kind: str, node: Node, site: Site, problems: Problems) -> Phase | None:
    fields = known_fields(node, PHASE, problems, kind)
    name = fields["measure"].text or "" if "measure" in fields else ""
    if name not in site.measures:
        problems.unknown(node.place, f"{kind}: measure {name!r}", name, site.measures)
        return None
    start = _year(fields.get("from"), f"{kind}.{name}.from", node.place, problems)
    end = _year(fields["to"], f"{kind}.{name}.to", node.place, problems) if "to" in fields else start
    if end < start:
        problems.add(node.place, f"{kind}.{name}: ends in {end}, before it starts in {start}")
    loses = (
        _positive(fields["degradation"], f"{kind}.{name}.degradation", "1", problems)
        if "degradation" in fields
        else 0.0
    )
    if loses is not None and loses >= 1.0:
        problems.add(node.place, f"{kind}.{name}.degradation: loses all in a year; write for instance 0.5 %")
    return Phase(kind, name, start, end, loses or 0.0)


def partly(site: Site, measure: str, share: float) -> Site:
    """The site with a share of a measure: every number that it changes goes that part of its way.

    Raises
    ------
    SiteError
        When the measure changes more than numbers and the share is neither nothing nor all.
    """
    if share <= 0.0:
        return site
    whole = apply(site, (measure,))
    if share >= 1.0:
        return whole
    changes = {}
    if [c.name for c in whole.components] != [c.name for c in site.components] or whole.links != site.links:
        raise SiteError(f"{measure}: {MORE}")
    for old, new in zip(site.components, whole.components, strict=True):
        if type(old) is not type(new):
            raise SiteError(f"{measure}: {MORE}")
        for name in type(old).parameters() if old != new else ():
            before, after = getattr(old, name), getattr(new, name)
            if before == after:
                continue
            if (old.name, name) not in whole.quantities or not isinstance(after, float | int):
                raise SiteError(f"{measure}: {MORE}")
            changes[old.name, name] = whole.quantities[old.name, name].moved(before + share * (after - before))
    return replace(site.with_changes(changes), applied=(*site.applied, f"{measure} ({share:.0%})"))


def with_grid(site: Site, scale: float) -> Site:
    """The site with the factors of its connections scaled."""
    changes = {
        at: each.moved(each.value * scale)
        for at, each in site.quantities.items()
        if at[1] in ("emission_factor", "market_factor") and type(site[at[0]]).kind == "grid"
    }
    return site.with_changes(changes)


@dataclass(frozen=True)
class Stage:
    """A phase of a year, and the site as it is with it and all before it."""

    kind: str
    measure: str
    site: Site


def stages(site: Site, pathway: Pathway, year: int) -> list[Stage]:
    """The site of a year after each phase, in the pathway's order."""
    phases = [(phase, phase.share(year)) for phase in pathway.phases]
    for phase, share in phases:
        if phase.kind == KINDS[0]:
            site = partly(site, phase.measure, share)
    found = [Stage(KINDS[0], KINDS[0], site)]
    site = with_grid(site, pathway.grid(year))
    found.append(Stage(GRID, GRID, site))
    for phase, share in phases:
        if phase.kind != KINDS[0]:
            site = partly(site, phase.measure, share)
            found.append(Stage(phase.kind, phase.measure, site))
    return found


def wedges(
    site: Site, pathway: Pathway, weather: str = "", step: float = 3600.0, means: Means = ALL_CORES, progress: Progress | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The wedge table: a row a year, whose wedges and residual add up to business as usual, in tonnes and in money.

    A wedge is what the inventory and the cost fall by when the measure is added to all before it, each a run of its own, so that
    interactions are counted once, in the order of the file. `capital_cny` is what the phases put in place in a year cost then.
    Weather and calendar are those of the site's year throughout.

    Raises
    ------
    TwinError
        When a stage cannot be made or simulated.
    """
    years = {year: stages(site, pathway, year) for year in range(pathway.first, pathway.last + 1)}
    every = [each for found in years.values() for each in found]
    sky = weather or site.location.climate
    answers = work_study([Task(each.site, sky, step, {}, [(BASELINE, ())]) for each in every], means, progress)
    outcomes = iter([each[BASELINE] for each in answers])
    return [_row(site, pathway, year, [(each, next(outcomes)) for each in found]) for year, found in years.items()]


def _row(site: Site, pathway: Pathway, year: int, ran: Sequence[tuple[Stage, Outcome]]) -> dict[str, Any]:
    emitted = [own.inventory for _, own in ran]
    spent = [sum(amount * pathway.price(carrier, year) for carrier, amount in own.costs.items()) for _, own in ran]
    rest = emitted[-1]
    offset = rest if pathway.offset and year >= pathway.offset else 0.0
    capital = 0.0
    for phase in pathway.phases:
        before = phase.built(year - 1) if year > pathway.first else 0.0
        capital += site.measures[phase.measure].capital(site) * (phase.built(year) - before)
    return {
        "year": year,
        "business_as_usual_t": emitted[0],
        "wedges": [
            {
                "kind": ran[place][0].kind, "measure": ran[place][0].measure,
                "co2_t": emitted[place - 1] - emitted[place], "cost_cny": spent[place - 1] - spent[place],
            }
            for place in range(1, len(ran))
        ],
        "residual_t": rest,
        "offsets_t": offset,
        "net_t": rest - offset,
        "business_as_usual_cny": spent[0],
        "cost_cny": spent[-1],
        "offsets_cny": offset * 1e3 * pathway.offset_price,
        "capital_cny": capital,
    }  # fmt: skip
