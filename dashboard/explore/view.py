"""What the page Explore shows for an address: the chart that it asks for, or the reason why there is none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from twin.dashboard.address import Address
from twin.dashboard.data import Source
from twin.dashboard.explore.curves import Style
from twin.dashboard.explore.frame import Frame, View, choose, framed
from twin.dashboard.explore.pairs import scatter, signature
from twin.dashboard.explore.period import UnfitError
from twin.dashboard.explore.shapes import carpet, duration
from twin.dashboard.explore.trend import trend
from twin.dashboard.reading import Reading

DRAW: Mapping[str, Callable[[Frame, list[tuple[str, Style]]], View]] = {
    "trend": trend, "carpet": carpet, "duration": duration, "signature": signature, "scatter": scatter,
}  # fmt: skip
log = logging.getLogger(__name__)
BROKEN = ("explore_store_fails", "explore_busy", "twin_fails")
"""Reasons that are no fault of the one who asks."""


def show(source: Source, address: Address, zoom: str = "") -> View:
    """The answer to an address, or, with a zoom, to what of it is looked at."""
    period = None
    try:
        frame = framed(source, address, zoom)
        period = frame.asked.period
        return frame.history.within(lambda: _drawn(frame))  # type: ignore[no-any-return]
    except UnfitError as problem:
        loading = "loading" in (source.site(address.site).state, source.sky(address.site).state)
        if loading or (problem.why == "explore_unknown" and source.run(address.site).state == "loading"):
            return View(Reading("loading", why="working"), period=period, waiting=True)
        return View(
            Reading("error" if problem.why in BROKEN else "empty", why=problem.why, detail=problem.detail),
            period=period,
        )
    except Exception as problem:
        log.exception("the chart could not be drawn")
        return View(
            Reading("error", why="explore_failed", detail=f"{type(problem).__name__}: {problem}"), period=period
        )


def _drawn(frame: Frame) -> View:
    """The chart that is asked for, of the points that there are."""
    chosen, notes, waiting = choose(frame)
    found = DRAW[frame.asked.chart](frame, chosen)
    typical = [name for name, style in chosen if style.expected and name not in frame.history.measured()]
    if typical:
        notes.append(frame.words["explore_typical"])
    found.notes = notes + found.notes
    found.period, found.waiting = frame.asked.period, waiting
    return found
