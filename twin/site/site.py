"""A site: frozen components with the provenance of every number, and what may be done to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from twin.core.component import Component
from twin.errors import SiteError
from twin.site.claims import Reported
from twin.site.provenance import Quantity
from twin.site.tariffs import Edition
from twin.site.wiring import Address, Wiring, wire

if TYPE_CHECKING:
    import networkx as nx

    from twin.site.measures import Measure


@dataclass(frozen=True)
class Location:
    """Where a site stands; `climate` names its embedded weather."""

    latitude: float
    longitude: float
    country: str
    province: str
    climate: str


@dataclass(frozen=True)
class Site:
    """What a site file says, checked.

    Attributes
    ----------
    path : the file; name : texts by language; floor_area : [m2]; year : calendar year of runs.
    components : in the file's order.
    links : (component, needing port) -> suppliers; inputs : (component, inlet) -> explicit sources.
    quantities : (component, parameter) -> number with provenance, for every number the file states.
    tags : component -> words a measure can select by.
    filled : (room, what) -> what the library filled in where the file says nothing.
    suppliers : medium -> default suppliers, which components that a measure adds take.
    """

    path: Path
    name: dict[str, str]
    location: Location
    floor_area: Quantity
    year: int
    components: tuple[Component, ...]
    links: dict[Address, tuple[str, ...]]
    inputs: dict[Address, tuple[str, ...]]
    quantities: dict[Address, Quantity]
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reported: tuple[Reported, ...] = ()
    measures: dict[str, Measure] = field(default_factory=dict)
    packages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    package_titles: dict[str, dict[str, str]] = field(default_factory=dict)
    applied: tuple[str, ...] = ()
    filled: dict[tuple[str, str], str] = field(default_factory=dict)
    suppliers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tariffs: dict[str, Edition] = field(default_factory=dict)
    """Grid connection -> edition of the tariff that it names."""
    building: str = ""
    """Kind of building that standards know it as; empty where the file does not say."""

    def __getitem__(self, name: str) -> Component:
        """One component by name."""
        for each in self.components:
            if each.name == name:
                return each
        raise SiteError(f"{self.path}: there is no component {name!r}")

    def wiring(self) -> Wiring:
        """Wires between signals."""
        return wire(self.components, self.links, self.inputs)

    def graph(self) -> nx.MultiDiGraph[str]:
        """Components as nodes, supply of a medium as edges from supplier to consumer."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=self.name.get("en", ""))
        for each in self.components:
            graph.add_node(each.name, kind=type(each).kind, brick=type(each).brick, multiplier=each.multiplier)
        for supplier, consumer, medium in self.wiring().edges:
            graph.add_edge(supplier, consumer, medium=medium)
        return graph

    def digest(self) -> str:
        """Hash of everything that a run depends on."""
        content: list[Any] = [self.year, [[type(c).kind, c.model_dump()] for c in self.components]]
        content += [sorted(map(str, self.links.items())), sorted(map(str, self.inputs.items()))]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def assumptions(self) -> list[Quantity]:
        """Uncertain numbers, each place in the file once, in the file's order."""
        found = {q.place: q for q in self.quantities.values() if q.uncertain}
        return list(found.values())

    def unsourced(self) -> list[Quantity]:
        """Numbers of the file that do not say where they come from."""
        found = {q.place: q for q in (self.floor_area, *self.quantities.values()) if not q.kind}
        return list(found.values())

    def with_values(self, values: Mapping[str, float]) -> Site:
        """The same site with other numbers: place in a file -> value in SI."""
        moved: dict[int, Quantity] = {}
        for each in self.quantities.values():
            if each.place in values and id(each) not in moved:
                moved[id(each)] = each.moved(values[each.place])
        return self.with_changes({at: moved[id(q)] for at, q in self.quantities.items() if id(q) in moved})

    def with_changes(self, changes: Mapping[Address, Quantity]) -> Site:
        """The same site with some parameters changed.

        Raises
        ------
        SiteError
            When a component refuses its new value.
        """
        by_component: dict[str, dict[str, Any]] = {}
        for (name, parameter), quantity in changes.items():
            by_component.setdefault(name, {})[parameter] = quantity.value
        fresh = tuple(renewed(c, by_component[c.name]) if c.name in by_component else c for c in self.components)
        return replace(self, components=fresh, quantities={**self.quantities, **changes})

    def with_measures(self, *names: str, **arguments: Mapping[str, object]) -> Site:
        """The same site after retrofit measures of its own or of the library, applied in the given order.

        Parameters
        ----------
        names : of measures, also as on the command line, `photovoltaics:rating=8 MW`.
        arguments : arguments by measure: `site.with_measures("led_lighting", photovoltaics={"rating": "8 MW"})`; a measure
            that `names` leaves out comes last.

        Raises
        ------
        SiteError
            For an unknown measure or argument, a measure that selects nothing, or two that contradict.
        """
        from twin.site.arguments import joined
        from twin.site.measures import apply

        told = [joined(each, arguments.get(each, {})) for each in names]
        told += [joined(each, given) for each, given in arguments.items() if each not in names]
        return apply(self, told)


def renewed(component: Component, values: Mapping[str, Any]) -> Component:
    """A component with other values.

    Raises
    ------
    SiteError
        When it refuses them.
    """
    if not values:
        return component
    try:
        return type(component).model_validate({**component.model_dump(), **values})
    except ValidationError as problem:
        first = problem.errors()[0]
        where = f"{component.name}.{first['loc'][0]}: {first['input']!r}" if first["loc"] else component.name
        raise SiteError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from problem
