"""Plans by the shape of their site: runs that differ in numbers alone share wires, order and compiled kernels."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from twin.core.component import Component
from twin.sim.plan import Plan
from twin.site.site import Site
from twin.site.wiring import Address

MOST = 64
"""Plans kept by a process."""
LARGEST = 200_000
"""Values of the largest plan that is kept: a campus of millions is laid anew, which takes little beside its run."""

Edges = Mapping[Address, Sequence[str]]
_kept: OrderedDict[tuple[Any, ...], list[tuple[Edges, Edges, Plan]]] = OrderedDict()


def planned(site: Site, given: frozenset[Address] = frozenset()) -> Plan:
    """The plan of a site, from one of the same shape where this process has one.

    Raises
    ------
    PlanError
        When the site cannot be wired or ordered.
    """
    key = (given, *_shape(site.components))
    for links, inputs, plan in _kept.get(key, ()):
        if links == site.links and inputs == site.inputs:
            _kept.move_to_end(key)
            return plan.renewed(site.components)
    plan = Plan(list(site.components), site.wiring(), given)
    if len(plan.start) <= LARGEST:
        _kept.setdefault(key, []).append((site.links, site.inputs, plan))
        if len(_kept) > MOST:
            _kept.popitem(last=False)
    return plan


def _shape(components: Sequence[Component]) -> tuple[Any, ...]:
    """All of components that a plan's places, wires and order depend on."""
    columns: dict[Any, int] = {}
    shape: list[Any] = []
    for each in components:
        cls = type(each)
        shape += (each.name, cls, each.multiplier)
        shape += [each.size(name) for name in _sized(cls)]
        for forcing in cls.forcings.values():
            values = (forcing, *(getattr(each, name) for name in forcing.parameters))
            shape.append(columns.setdefault(values, len(columns)))
    return tuple(shape)


@cache
def _sized(cls: type[Component]) -> tuple[str, ...]:
    """Names of a kind that have as many values as a parameter says."""
    return tuple(name for name in (*cls.parameters(), *cls.signals) if cls.is_series(name))
