"""Where the nodes of a drawing stand: in layers along what flows, always the same for the same site, and none on another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import networkx as nx

WIDE, TALL = 176.0, 54.0
"""A node's size."""
APART, BELOW = 264.0, 78.0
"""From one node to the next, beside and below it."""
SHAPE = 2.3
"""Width over height of a drawing on a wide screen."""
ABREAST = 2
"""Nodes beside each other on a narrow screen."""
SWEEPS = 4
Place = tuple[float, float]


def layers(nodes: Sequence[str], edges: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Nodes by layers, so that suppliers stand before what they supply; edges that would close a circle are left out.

    Parameters
    ----------
    edges : the most important first, which is drawn forwards where two contradict.

    >>> layers(["c", "b", "a"], [("a", "b"), ("b", "c")])
    [['a'], ['b'], ['c']]
    """
    graph = _acyclic(nodes, edges)
    depth: dict[str, int] = {}
    for each in nx.lexicographical_topological_sort(graph, key={name: place for place, name in enumerate(nodes)}.get):
        depth[each] = max((depth[before] + 1 for before in graph.predecessors(each)), default=0)
    for each in nodes:
        after = [depth[other] for other in graph.successors(each)]
        if after and not list(graph.predecessors(each)):
            depth[each] = min(after) - 1
    last = max(depth.values(), default=0)
    depth.update({each: last for each in nodes if not list(graph.successors(each))})
    alone = max(depth.values(), default=-1) + 1
    for each in nodes:
        if not graph.degree(each):
            depth[each] = alone
    found: dict[int, list[str]] = {}
    for each in nodes:
        found.setdefault(depth[each], []).append(each)
    return _ordered([found[each] for each in sorted(found)], graph)


def _acyclic(nodes: Sequence[str], edges: Iterable[tuple[str, str]]) -> nx.DiGraph[str]:
    """The edges that can be drawn forwards; of a circle the last given is left out."""
    pairs = list(dict.fromkeys((a, b) for a, b in edges if a != b))
    told = nx.DiGraph()
    told.add_nodes_from(nodes)
    told.add_edges_from(pairs)
    part = {name: at for at, group in enumerate(nx.strongly_connected_components(told)) for name in group}
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((a, b) for a, b in pairs if part[a] != part[b])
    for a, b in pairs:
        if part[a] == part[b] and not nx.has_path(graph, b, a):
            graph.add_edge(a, b)
    return graph


def _ordered(rows: list[list[str]], graph: nx.DiGraph[str]) -> list[list[str]]:
    """Each layer in the order of the mean place of its neighbours, so that few edges cross."""
    for sweep in range(SWEEPS):
        place = {name: at / max(len(row) - 1, 1) for row in rows for at, name in enumerate(row)}
        for row in rows[:: 1 if sweep % 2 == 0 else -1]:
            middle = {
                name: _mean([place[other] for other in (graph.predecessors(name) if sweep % 2 == 0 else graph.successors(name))], place[name])
                for name in row
            }  # fmt: skip
            row.sort(key=middle.__getitem__)
            place.update({name: at / max(len(row) - 1, 1) for at, name in enumerate(row)})
    return rows


def _mean(values: list[float], usual: float) -> float:
    return sum(values) / len(values) if values else usual


def wide(rows: Sequence[Sequence[str]]) -> dict[str, Place]:
    """Layers as columns from left to right; one that is too long goes on beside itself, so that the drawing fits a screen."""
    longest = max((len(row) for row in rows), default=0)
    best = min(range(1, longest + 1), key=lambda most: max(_columns(rows, most) * APART / SHAPE, most * BELOW), default=1)  # fmt: skip
    found, column = {}, 0
    for row in rows:
        parts = math.ceil(len(row) / best)
        each = math.ceil(len(row) / parts) if parts else 0
        for at, name in enumerate(row):
            part, line = divmod(at, each)
            count = min(each, len(row) - part * each)
            found[name] = ((column + part) * APART, (line - (count - 1) / 2.0) * BELOW)
        column += parts
    return found


def _columns(rows: Sequence[Sequence[str]], most: int) -> int:
    return sum(math.ceil(len(row) / most) for row in rows)


def narrow(rows: Sequence[Sequence[str]]) -> dict[str, Place]:
    """Layers from top to bottom, few nodes beside each other, as a phone is held."""
    found, line = {}, 0
    for row in rows:
        for at, name in enumerate(row):
            below, beside = divmod(at, ABREAST)
            count = min(ABREAST, len(row) - below * ABREAST)
            found[name] = ((beside - (count - 1) / 2.0) * (WIDE + 16.0), (line + below) * BELOW)
        line += math.ceil(len(row) / ABREAST)
    return found


def height(places: Mapping[str, Place]) -> float:
    """How tall a drawing is, with a margin."""
    values = [y for _, y in places.values()]
    return max(values) - min(values) + 2.0 * TALL if values else TALL
