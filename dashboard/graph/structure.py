"""A site as people walk through it: buildings, systems in them, their components, and what flows between any two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twin.site.site import Site

FEW = 40
"""Components that are drawn one by one without being asked for. Assumed: what a screen of 1,080 lines shows legibly."""
LIMIT = 500
"""Nodes that are drawn at most."""
NEAR = 3
"""Components of another group that are drawn themselves; more of them are drawn as their group."""
FOUND = 200
"""Components that a search shows at most."""


@dataclass(frozen=True)
class Node:
    """Something that is drawn: a component, or a group of them with an ending slash in its key.

    Attributes
    ----------
    kind : of the component; empty for a group. members : names of the components it stands for.
    outside : not below the focus, but connected with something there.
    """

    key: str
    title: str
    kind: str
    members: tuple[str, ...]
    outside: bool = False

    @property
    def group(self) -> bool:
        """Whether it stands for several components that can be opened."""
        return not self.kind


@dataclass(frozen=True)
class Flow:
    """Connections of one medium from one node to another, and how many of them there are."""

    source: str
    target: str
    medium: str
    count: int


@dataclass(frozen=True)
class View:
    """What is drawn of a site.

    Attributes
    ----------
    left : nodes there was no room for. parts : components below the focus.
    """

    focus: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    left: int
    parts: int


class Structure:
    """Components by the groups that their names say, and the connections between them.

    Attributes
    ----------
    kinds : component -> kind, in the file's order. edges : (supplier, consumer, medium). groups : every group with its components.
    """

    def __init__(self, site: Site) -> None:
        self.kinds: dict[str, str] = {each.name: type(each).kind for each in site.components}
        self.edges = tuple(_physical(site))
        self.groups: dict[str, list[str]] = {"": list(self.kinds)}
        for name in self.kinds:
            for group in above(name)[1:]:
                self.groups.setdefault(group, []).append(name)

    def members(self, focus: str) -> list[str]:
        """Components of a group."""
        return self.groups[focus]

    def children(self, focus: str) -> list[Node]:
        """What is right below a group; a group of one component is that component."""
        found: dict[str, list[str]] = {}
        for name in self.groups[focus]:
            first, slash, _ = name.removeprefix(focus).partition("/")
            found.setdefault(focus + first + slash, []).append(name)
        return [self._node(key, members, focus) for key, members in found.items()]

    def _node(self, key: str, members: list[str], focus: str, outside: bool = False) -> Node:
        if len(members) == 1:
            name = members[0]
            return Node(name, name.removeprefix(focus), self.kinds[name], (name,), outside)
        return Node(key, key.removeprefix(focus).rstrip("/"), "", tuple(members), outside)

    def view(self, focus: str = "", whole: bool = False) -> View:
        """What to draw of a group, with what it is connected to.

        Parameters
        ----------
        whole : every component by itself, however many there are.
        """
        parts = self.groups[focus]
        singly = whole or len(parts) <= FEW
        inside = [self._node(name, [name], focus) for name in parts] if singly else self.children(focus)
        place = {name: node.key for node in inside for name in node.members}
        outside = self._outside(focus, place)
        place.update({name: node.key for node in outside for name in node.members})
        nodes = [*inside, *outside]
        drawn = {node.key for node in nodes[:LIMIT]}
        return View(focus, tuple(nodes[:LIMIT]), self._flows(place, drawn), max(len(nodes) - LIMIT, 0), len(parts))

    def _outside(self, focus: str, inside: dict[str, str]) -> list[Node]:
        """Groups beside the focus, or few components of them, that anything below it is connected with."""
        linked: dict[str, dict[str, None]] = {}
        for supplier, consumer, _ in self.edges:
            if (supplier in inside) != (consumer in inside):
                name = consumer if supplier in inside else supplier
                linked.setdefault(_beside(name, focus), {})[name] = None
        found = []
        for key, names in linked.items():
            near = sorted(names, key=list(names).index)
            if len(near) <= NEAR:
                found += [self._node(name, [name], "", True) for name in near]
            else:
                found.append(self._node(key, self.groups[key], "", True))
        return found

    def _flows(self, place: dict[str, str], drawn: set[str]) -> tuple[Flow, ...]:
        counts = Counter(
            (place[supplier], place[consumer], medium)
            for supplier, consumer, medium in self.edges
            if supplier in place and consumer in place
        )
        return tuple(Flow(*ends, count) for ends, count in counts.items() if {*ends[:2]} <= drawn and ends[0] != ends[1])  # fmt: skip

    def around(self, name: str) -> View:
        """A component with what supplies it and what it supplies; many of one group are that group."""
        place = {name: name}
        outside = self._outside(above(name)[-1], place)
        place.update({each: node.key for node in outside for each in node.members})
        near = {name, *(node.key for node in outside)}
        flows = tuple(flow for flow in self._flows(place, near) if name in (flow.source, flow.target))
        return View("", (self._node(name, [name], ""), *outside), flows, 0, 1)

    def neighbours(self, name: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Who supplies a component, and whom it supplies, each with the medium."""
        suppliers = [(medium, supplier) for supplier, consumer, medium in self.edges if consumer == name]
        consumers = [(medium, consumer) for supplier, consumer, medium in self.edges if supplier == name]
        return list(dict.fromkeys(suppliers)), list(dict.fromkeys(consumers))

    def search(
        self, text: str = "", kind: str = "", group: str = "", titles: Mapping[str, str] | None = None
    ) -> list[str]:
        """Components whose name or kind has all words of a text, those whose name begins with it first.

        Parameters
        ----------
        titles : what readers call kinds, by kind.
        """
        words = text.lower().split()
        called = {
            each: f"{each.replace('_', ' ')} {(titles or {}).get(each, '')}".lower()
            for each in set(self.kinds.values())
        }
        found = [
            name
            for name in self.groups.get(group, [])
            if (not kind or self.kinds[name] == kind)
            and all(word in name.lower() or word in called[self.kinds[name]] for word in words)
        ]
        return sorted(found, key=lambda name: not name.lower().startswith(text.lower())) if words else found


def _physical(site: Site) -> Iterator[tuple[str, str, str]]:
    """Connections in the direction in which something flows: power comes from what generates it, heat goes into the room."""
    makers = {each.name for each in site.components if any(signal.ledger == "generation" for signal in type(each).signals.values())}  # fmt: skip
    for supplier, consumer, medium in site.wiring().edges:
        back = medium == "room" or (medium == "electricity" and consumer in makers)
        yield (consumer, supplier, medium) if back else (supplier, consumer, medium)


def above(name: str) -> list[str]:
    """Groups that a component or group is in, from the whole site down.

    >>> above("south/low/air")
    ['', 'south/', 'south/low/']
    """
    parts = name.rstrip("/").split("/")[:-1]
    return ["/".join(parts[:count]) + "/" if count else "" for count in range(len(parts) + 1)]


def _beside(name: str, focus: str) -> str:
    """The largest group of a component that the focus is not in; the component itself where there is none."""
    return next((group for group in above(name) if not focus.startswith(group)), name)
