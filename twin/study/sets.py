"""Which measures of a site go together, and in which order they can be applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations, product
from math import prod

import networkx as nx

from twin.errors import SiteError
from twin.site.measures import apply, with_needs
from twin.site.site import Site

WIDEST = 18
"""Measures that hang together up to which their sets are counted one by one; beyond, only an upper end is told."""

Members = frozenset[str]


class Sets:
    """Sets of a site's measures that go together: each with what it needs, none that exclude or contradict each other.

    Two measures may work in one order only, for instance where one sets what the other scales; a set is then applied in that
    order, and in the order of the site's file where both orders work.

    Parameters
    ----------
    site : with its measures. names : of those that may be chosen; all when None.
    """

    def __init__(self, site: Site, names: Sequence[str] | None = None) -> None:
        self.site = site
        self.names = tuple(dict.fromkeys(site.measures if names is None else names))
        self.needs = {name: frozenset(with_needs(site, name)) - {name} for name in self.names}
        self.apart: dict[Members, str] = {}
        """Pairs that do not go together, and why."""
        before = nx.DiGraph()
        before.add_nodes_from(self.names)
        before.add_edges_from((other, name) for name, others in self.needs.items() for other in others)
        for one, two in combinations(self.names, 2):
            why = self._refused(one, two)
            if why and self._refused(two, one):
                self.apart[frozenset((one, two))] = why
            elif why:
                before.add_edge(two, one)
        places = {name: place for place, name in enumerate(before)}
        ordered = self.names
        if nx.is_directed_acyclic_graph(before):
            ordered = tuple(nx.lexicographical_topological_sort(before, key=places.__getitem__))
        self._places = {name: place for place, name in enumerate(ordered)}

    def _refused(self, one: str, two: str) -> str:
        """Why one measure after another cannot be applied; empty where it can."""
        try:
            apply(self.site, tuple(dict.fromkeys((*with_needs(self.site, one), *with_needs(self.site, two)))))
        except SiteError as problem:
            return str(problem)
        return ""

    def ordered(self, members: Iterable[str]) -> tuple[str, ...]:
        """Measures in the order in which they are applied."""
        return tuple(sorted(set(members), key=lambda name: (self._places.get(name, len(self._places)), name)))

    def broken(self, members: Iterable[str]) -> int:
        """How many rules a set breaks: pairs that do not go together, and needed measures that are not in it."""
        chosen = frozenset(members)
        lacking = sum(len(self.needs[name] - chosen) for name in chosen if name in self.needs)
        return lacking + sum(pair <= chosen for pair in self.apart)

    def problem(self, members: Iterable[str]) -> str:
        """Why a set does not go together; empty where it does."""
        chosen = self.ordered(members)
        if not self.broken(chosen):
            return ""
        for pair, why in self.apart.items():
            if pair <= set(chosen):
                return why
        try:
            apply(self.site, chosen)
        except SiteError as problem:
            return str(problem)
        return ""

    def neighbours(self, members: Iterable[str]) -> list[Members]:
        """Sets one measure away that go together: one less, with what needs it, or one more, with what it needs and instead of
        what it does not go with.
        """
        chosen = frozenset(members)
        found = []
        for name in self.names:
            if name in chosen:
                changed = frozenset(each for each in chosen if each != name and name not in self.needs[each])
            else:
                added = self.needs[name] | {name}
                gone = {other for pair in self.apart for other in pair - added if pair & added and other in chosen}
                changed = added | frozenset(each for each in chosen - gone if not self.needs[each] & gone)
            if not self.broken(changed):
                found.append(changed)
        return found

    @cached_property
    def _groups(self) -> list[tuple[str, ...]]:
        """Measures that need each other or do not go together, directly or through others."""
        rules = nx.Graph()
        rules.add_nodes_from(self.names)
        rules.add_edges_from(tuple(pair) for pair in self.apart)
        rules.add_edges_from((name, other) for name, others in self.needs.items() for other in others)
        return [self.ordered(group) for group in nx.connected_components(rules)]

    def _within(self, group: Sequence[str]) -> Iterator[Members]:
        """Sets of a group that go together."""
        found: list[Members] = [frozenset()]
        for name in group:
            found += [
                each | {name} for each in found if not any(frozenset((name, other)) in self.apart for other in each)
            ]
        return (each for each in found if each <= set(self.names) and not self.broken(each))

    def count(self) -> int:
        """How many sets go together, the empty one among them; an upper end where very many measures hang together."""
        return prod(sum(1 for _ in self._within(g)) if len(g) <= WIDEST else 2 ** len(g) for g in self._groups)

    def all(self) -> list[tuple[str, ...]]:
        """All sets that go together, small ones first; ask `count` before."""
        parts = [list(self._within(group)) for group in self._groups]
        found = [self.ordered(frozenset[str]().union(*some)) for some in product(*parts)]
        return sorted(found, key=lambda each: (len(each), [self._places[name] for name in each]))
