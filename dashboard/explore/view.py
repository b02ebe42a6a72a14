"""What the page Explore shows for an address: the chart that it asks for, or the reason why there is none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future

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
    return begin(source, address, zoom)()


def begin(source: Source, address: Address, zoom: str = "") -> Callable[[], View]:
    """The same, read while other things are done; what comes back waits for it."""
    period, history = None, source.history(address.site)
    begun: Future[View] = Future()
    try:
        frame = framed(source, address, zoom)
        period = frame.asked.period
        begun = history.begin(lambda: _drawn(frame))
    except Exception as problem:
        begun.set_exception(problem)

    def wait() -> View:
        try:
            return history.answer(begun)  # type: ignore[no-any-return]
        except UnfitError as problem:
            loading = "loading" in (source.site(address.site).state, source.sky(address.site).state)
            if loading or (problem.why == "explore_unknown" and source.run(address.site).state == "loading"):
                return View(Reading("loading", why="working"), period=period, waiting=True)
            state = "error" if problem.why in BROKEN else "empty"
            return View(Reading(state, why=problem.why, detail=problem.detail), period=period)
        except Exception as problem:
            log.exception("the chart could not be drawn")
            failed = f"{type(problem).__name__}: {problem}"
            return View(Reading("error", why="explore_failed", detail=failed), period=period)

    return wait


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
