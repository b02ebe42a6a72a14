"""Forcing of a stretch of time: means over ticks of what weather and calendar tell, worked out once and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from twin import stock
from twin.core.kernel import Forcing
from twin.sim.plan import Plan
from twin.sim.scene import Clock, Scene
from twin.site.wiring import Address

Floats = npt.NDArray[np.float64]
FINEST = 450.0
"""Forcing is computed on a grid at least this fine and averaged over the tick. [s]"""
Wish = tuple[Forcing, tuple[Any, ...]]
"""A forcing and its parameter values."""


def columns(
    plan: Plan, scene: Scene | None, given: Mapping[Address, Floats], clock: Clock, first: int, last: int
) -> list[Floats]:
    """Means over ticks `first` to `last` of each of the plan's columns, as views of what is kept."""
    wishes = [(column.forcing, column.values) for column in plan.columns if column.forcing]
    told = _told(wishes, scene, clock, first, last) if scene else {}
    found = []
    for column in plan.columns:
        if column.forcing is None:
            found.append(np.asarray(given[column.values[0], column.tell][first:last], dtype=np.float64))
        else:
            found.append(told[column.forcing, column.values][column.forcing.tells.index(column.tell)])
    return found


def _told(wishes: list[Wish], scene: Scene, clock: Clock, first: int, last: int) -> dict[Wish, Floats]:
    """What each forcing tells, from this process, from one before, or worked out now."""
    when = (clock.at(first), clock.step, last - first)
    found = {wish: scene.kept[wish, when] for wish in wishes if (wish, when) in scene.kept}
    missing = [wish for wish in dict.fromkeys(wishes) if wish not in found]
    if not missing:
        return found
    ours = scene.lasting and all(wish[0].function.__module__.startswith("twin.") for wish in missing)
    name = stock.key(
        "forcing", scene.digest, when, [(w[0].function.__module__, w[0].function.__qualname__, w[1]) for w in missing]
    )
    held = stock.take("forcing", name) if ours and not found else None
    if held is not None:
        parts = np.split(held["told"], np.cumsum([len(forcing.tells) for forcing, _ in missing])[:-1])
        found = dict(zip(missing, parts, strict=True))
        scene.almanac.notes.update(json.loads(held["notes"].astype(np.uint8).tobytes()))
    else:
        fine = max(1, round(clock.step / FINEST))
        grid = scene.grid(clock, first, last, fine)
        for forcing, values in missing:
            answer = forcing.function(grid, *values)
            answers = answer if isinstance(answer, tuple) else (answer,)
            found[forcing, values] = np.array([_means(each, last - first, fine) for each in answers])
        if ours and len(missing) == len(set(wishes)):
            notes = np.frombuffer(json.dumps(sorted(scene.almanac.notes)).encode(), dtype=np.uint8).astype(float)
            stock.keep("forcing", name, {"notes": notes, "told": np.concatenate([found[wish] for wish in missing])})
    for wish in missing:
        scene.keep((wish, when), found[wish])
    return found


def _means(values: Floats, ticks: int, fine: int) -> Floats:
    """Means over ticks of values on a grid that cuts each into `fine` parts."""
    spread = np.broadcast_to(values, ticks * fine)
    return np.asarray(sum(spread[part::fine] for part in range(fine)) / fine)
