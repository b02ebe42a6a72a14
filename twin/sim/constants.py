"""Constants of components: what preparations work out once, before the first tick."""

from __future__ import annotations

from typing import Any

from twin.core.component import Component

_prepared: dict[tuple[Any, ...], dict[str, Any]] = {}
"""Constants already worked out, by preparation, tick length and parameter values."""
MOST = 20_000
"""All are dropped beyond so many: samples of uncertain numbers never ask for theirs again."""


def constants(each: Component, dt: float) -> dict[str, Any]:
    """Constants of a component for ticks of `dt` seconds; equal components share them."""
    found: dict[str, Any] = {}
    for preparation in type(each).preparations.values():
        values = tuple(getattr(each, name) for name in preparation.parameters)
        key = (preparation, dt, values)
        if key not in _prepared:
            if len(_prepared) >= MOST:
                _prepared.clear()
            answer = preparation.function(dt, *values)
            answers = answer if isinstance(answer, tuple) else (answer,)
            _prepared[key] = dict(zip(preparation.tells, answers, strict=True))
        found |= _prepared[key]
    return found
