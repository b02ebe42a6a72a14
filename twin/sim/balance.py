"""The energy balance of a run, from its records alone: what components say they gave, took and kept must add up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.core.component import Component
from twin.sim.constants import constants
from twin.sim.plan import Plan
from twin.sim.record import Record
from twin.site.wiring import Address

BOUNDARIES = frozenset({"outdoors", "sun", "people", "vapour", "purchase", "fuel", "ground"})
"""Media that only one side declares, since the other side is not in the site."""
SMALLEST = 1e-9
"""Throughput below which a relative error has no meaning. [J]"""


def components(plan: Plan, record: Record, step: float) -> dict[str, float]:
    """Relative error of each component's first law: in - out - change of store, over its throughput."""
    errors = {}
    for each in plan.components:
        flows = _flows(each, record, step)
        stores = any(signal.store for signal in type(each).signals.values())
        if len({direction for _, direction, _ in flows} | ({"store"} if stores else set())) < 2:
            continue
        taken = sum(v for _, d, v in flows if d == "in")
        given = sum(v for _, d, v in flows if d == "out")
        kept = _kept(each, plan, record, step)
        throughput = sum(abs(v) for _, _, v in flows) + abs(kept)
        errors[each.name] = abs(taken - given - kept) / throughput if throughput > SMALLEST else 0.0
    return errors


def media(plan: Plan, record: Record, step: float) -> dict[str, float]:
    """Relative error of each medium: everything given to it, less everything taken from it, over its throughput.

    Identical copies count as often as they stand.
    """
    given: dict[str, float] = {}
    through: dict[str, float] = {}
    for each in plan.components:
        for medium, direction, value in _flows(each, record, step, plan.given):
            sign = 1.0 if direction == "out" else -1.0
            given[medium] = given.get(medium, 0.0) + sign * value * each.multiplier
            through[medium] = through.get(medium, 0.0) + abs(value) * each.multiplier
    return {
        medium: abs(given[medium]) / (0.5 * through[medium]) if through[medium] > SMALLEST else 0.0
        for medium in sorted(given)
        if medium not in BOUNDARIES
    }


def _flows(
    each: Component, record: Record, step: float, given: frozenset[Address] = frozenset()
) -> list[tuple[str, str, float]]:
    """(medium, direction, energy in J over the run) of every declared flow but those that are given from outside the site."""
    return [
        (signal.medium, signal.energy, float(record.sums[:, record.sum_places[each.name, name]].sum()) * step)
        for name, signal in type(each).signals.items()
        if signal.energy and (each.name, name) not in given
    ]


def _kept(each: Component, plan: Plan, record: Record, step: float) -> float:
    """Energy put into a component's stores over the run. [J]"""
    filled = np.flatnonzero(np.isfinite(record.stores).all(axis=1))
    first, last = record.stores[filled[0]], record.stores[filled[-1]]
    kept = 0.0
    for name, signal in type(each).signals.items():
        if signal.store:
            at = plan.many(each, name)
            change = last[at] - first[at]
            kept += float(np.sum(capacity(signal.store, {**each.model_dump(), **constants(each, step)}) * change))
    return kept


def capacity(text: str, parameters: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """Evaluate what a store holds per unit of its state: numbers and parameters joined by + - * and parentheses.

    >>> float(capacity("heat * (area + 1)", {"heat": 2.0, "area": 3.0}))
    8.0
    """
    if not re.fullmatch(r"[a-z_0-9 .+\-*()]+", text):
        raise ValueError(f"{text!r}: a store is written with parameters, numbers and + - * ( )")
    values = {n: np.asarray(v) if isinstance(v, tuple | np.ndarray) else v for n, v in parameters.items()}
    return np.asarray(eval(text, {"__builtins__": {}}, values), dtype=np.float64)
