"""The road of a site to a later year: business as usual, the grid, reductions, green power and offsets as wedges from real runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twin.errors import SiteError, UnitError
from twin.site.measures import apply
from twin.site.problems import Problems
from twin.site.provenance import quantity
from twin.site.reader import Node, read
from twin.site.site import Site
from twin.study.pool import Progress, work_all
from twin.study.runner import simulate
from twin.study.task import scene

SCHEMA_VERSION = "1"
KINDS = ("business_as_usual", "reductions", "green_power")
FIELDS = ("schema_version", "first", "last", "grid_factor", *KINDS, "offsets")
MORE = "changes more than numbers, so it cannot grow over years; leave 'to' out"
GRID = "grid"
"""Name of the wedge of a grid that changes by itself."""


@dataclass(frozen=True)
class Phase:
    """A measure that grows from nothing in `start` to its whole extent in `end`; the same year twice is a step."""

    kind: str
    measure: str
    start: int
    end: int

    def share(self, year: int) -> float:
        """Extent in a year, from 0 to 1."""
        if self.end <= self.start:
            return 1.0 if year >= self.start else 0.0
        return min(max((year - self.start) / (self.end - self.start), 0.0), 1.0)


@dataclass(frozen=True)
class Pathway:
    """What happens in which year.

    Attributes
    ----------
    first, last : years. phases : in the order in which they are applied, and their wedges cut.
    factors : grid factor by year [kg/J], between them by a straight line; empty where it stays. offset : year from which the rest is
        offset; 0 for never.
    """

    first: int
    last: int
    phases: tuple[Phase, ...]
    factors: Mapping[int, float]
    offset: int

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
    root, problems = read(path), Problems()
    top = root.fields or {}
    for name in top:
        if name not in FIELDS:
            problems.unknown(root.keys[name], name, name, FIELDS)
    if (top["schema_version"].text if "schema_version" in top else "missing") != SCHEMA_VERSION:
        problems.add(root.place, f"schema_version: this program reads version {SCHEMA_VERSION}")
    first, last = (_year(top.get(name), name, root.place, problems) for name in ("first", "last"))
    if last < first:
        problems.add(top["last"].place if "last" in top else root.place, f"last: {last} is before first, {first}")
    phases = [
        phase for kind in KINDS for node in (top[kind].items or [] if kind in top else [])
        if (phase := _phase(kind, node, site, problems))
    ]  # fmt: skip
    named = [phase.measure for phase in phases]
    for name in dict.fromkeys(each for each in named if named.count(each) > 1):
        problems.add(root.place, f"{name}: stands in two phases; a measure happens once")
    factors = {}
    for key, node in (top["grid_factor"].fields or {}).items() if "grid_factor" in top else ():
        try:
            factors[_year(Node(node.place, text=key), "grid_factor", node.place, problems)] = quantity(
                node, "kg/J", ""
            ).value
        except UnitError as problem:
            problems.add(node.place, f"grid_factor.{key}: {problem}")
    offset = 0
    if "offsets" in top:
        offset = _year((top["offsets"].fields or {}).get("from"), "offsets.from", top["offsets"].place, problems)
    problems.check()
    return Pathway(first, last, tuple(phases), factors, offset)


def _year(node: Node | None, where: str, place: str, problems: Problems) -> int:
    text = node.text or "" if node else ""
    if not text.isdigit() or not 1950 <= int(text) <= 2100:
        problems.add(node.place if node else place, f"{where}: {text!r}: must be a calendar year from 1950 to 2100")
        return 0
    return int(text)


def _phase(kind: str, node: Node, site: Site, problems: Problems) -> Phase | None:
    fields = node.fields or {}
    for label in fields:
        if label not in ("measure", "from", "to"):
            problems.unknown(node.keys[label], f"{kind}.{label}", label, ("measure", "from", "to"))
    name = fields["measure"].text or "" if "measure" in fields else ""
    if name not in site.measures:
        problems.unknown(node.place, f"{kind}: measure {name!r}", name, site.measures)
        return None
    start = _year(fields.get("from"), f"{kind}.{name}.from", node.place, problems)
    end = _year(fields["to"], f"{kind}.{name}.to", node.place, problems) if "to" in fields else start
    if end < start:
        problems.add(node.place, f"{kind}.{name}: ends in {end}, before it starts in {start}")
    return Phase(kind, name, start, end)


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
class Year:
    """One year's work: the site, the pathway, the year, the weather by name and the tick. [s]"""

    site: Site
    pathway: Pathway
    year: int
    weather: str
    step: float


def work(task: Year) -> list[tuple[str, str, float]]:
    """Inventory after each phase, in the pathway's order: (kind, name, t); every one a run of the site as it then is. [t]"""
    phases = [(phase, phase.share(task.year)) for phase in task.pathway.phases]
    site = task.site
    for phase, share in phases:
        if phase.kind == KINDS[0]:
            site = partly(site, phase.measure, share)
    scale = task.pathway.grid(task.year)
    found = [(KINDS[0], KINDS[0], _inventory(site, task))]
    site = with_grid(site, scale)
    found.append((GRID, GRID, _inventory(site, task) if scale != 1.0 else found[-1][2]))
    for phase, share in phases:
        if phase.kind != KINDS[0]:
            site = partly(site, phase.measure, share)
            found.append((phase.kind, phase.measure, _inventory(site, task) if share > 0.0 else found[-1][2]))
    return found


def _inventory(site: Site, task: Year) -> float:
    """Scopes 1, 2 market-based and 3. [t]"""
    shared = scene(task.weather, site.year, site.location.country)
    books = simulate(site, shared.weather, step=task.step, scene=shared).ledger
    return (books["scope1"] + books["scope2_market"] + books["scope3"]) / 1e3


def wedges(
    site: Site, pathway: Pathway, weather: str = "", step: float = 3600.0, workers: int | None = None, progress: Progress | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The wedge table: a row a year, whose wedges and residual add up to business as usual.

    A wedge is what the inventory falls by when the measure is added to all before it, each a run of its own, so that interactions are
    counted once, in the order of the file. Weather and calendar are those of the site's year throughout.
    """
    tasks = [
        Year(site, pathway, year, weather or site.location.climate, step)
        for year in range(pathway.first, pathway.last + 1)
    ]
    rows = []
    for task, stages in zip(tasks, work_all(work, tasks, workers, progress), strict=True):
        totals = [each[2] for each in stages]
        rest = totals[-1]
        offset = rest if pathway.offset and task.year >= pathway.offset else 0.0
        rows.append(
            {
                "year": task.year,
                "business_as_usual_t": totals[0],
                "wedges": [
                    {"kind": kind, "measure": name, "co2_t": before - after}
                    for (kind, name, after), before in zip(stages[1:], totals[:-1], strict=True)
                ],
                "residual_t": rest,
                "offsets_t": offset,
                "net_t": rest - offset,
            }
        )
    return rows
