"""The only place that reads: sites, the twin's runs and the historian, through their public verbs, as small typed answers that are never blank."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

from twin.dashboard import standing
from twin.dashboard.expectation import Day, Year, day_of, year_of
from twin.dashboard.live import Pulse
from twin.dashboard.measured import Alarm, Load, newest, noted, on_day
from twin.dashboard.period import Books, Period, over
from twin.dashboard.reading import Reading, ready

from twin.errors import TwinError
from twin.live.filling import Progress
from twin.site.load import load, shipped
from twin.site.site import Site

if TYPE_CHECKING:
    from twin.sim.results import Run

Value = TypeVar("Value")
HISTORY = "::history"
"""Name under which the days of a virtual building's past that are filled are told live."""
FRESH = 5.0
"""How long an answer of the historian is shown to everybody who asks. [s]"""
LATELY = {"today": 60.0, "week": 300.0, "month": 600.0, "year": 1800.0}
"""How long figures of a period are shown until they are worked out anew. [s]"""
log = logging.getLogger(__name__)


class Source:
    """All that pages may ask for; slow answers are worked out once, in the background, and kept.

    Parameters
    ----------
    opened : name or folder of the site the dashboard was started for; shipped sites are beside it.
    store : historian with measurements of that site, or an empty text.
    now : the clock; tests give their own.
    """

    def __init__(self, opened: str, store: str = "", now: Callable[[], datetime] | None = None) -> None:
        site = load(opened)
        self.home = site.path.parent.name
        self.store = store
        self._paths = {**{name: str(path) for name, path in shipped().items()}, self.home: str(site.path.parent)}
        self._now = now
        self.pulse = Pulse(store, self._facts)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="twin-run")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="twin-read")
        self._kept: dict[tuple[str, ...], Future[Any]] = {}
        self._late: dict[tuple[str, ...], tuple[float, Future[Any] | None, Reading[Any] | None]] = {}
        self._told: dict[str, tuple[float, Any]] = {}
        self._zones: dict[str, tzinfo | None] = {}
        self._lock = threading.Lock()
        self._asking = threading.Lock()

    @property
    def names(self) -> list[str]:
        """Names of all sites, the one the dashboard was started for first."""
        return [self.home, *(name for name in self._paths if name != self.home)]

    def now(self, name: str) -> datetime:
        """The moment, in the site's own time once a run has told its zone."""
        return self._now() if self._now else datetime.now(self._zones.get(name)).astimezone(self._zones.get(name))

    def site(self, name: str) -> Reading[Site]:
        """A site as its file says it."""
        return self._soon(("site", name), lambda: load(self._paths[name]), self._reader)

    def run(self, name: str) -> Reading[Run]:
        """The twin's present calendar year at 15 minutes, on the site's typical weather."""
        year = self.now(name).year
        return self._soon(("run", name, str(year)), lambda: self._simulated(name, year))

    def year(self, name: str) -> Reading[Year]:
        """What the twin expects of the calendar year that the site's file names, as `twin run` does it."""
        return self._soon(("year", name), lambda: year_of(self._simulated(name)))

    def _simulated(self, name: str, year: int | None = None) -> Run:
        from twin.study.runner import simulate

        site = load(self._paths[name])
        found = simulate(replace(site, year=year) if year else site)
        self._zones[name] = found.clock.start.tzinfo
        return found

    def day(self, name: str) -> Reading[Day]:
        """What the twin expects of this day, on the day's own calendar and typical weather."""
        found = self.run(name)
        if found.value is None:
            return found
        today = self.now(name).date()
        return self._made(("day", name, today.isoformat()), lambda: day_of(found.value, today))

    def load(self, name: str) -> Reading[Load]:
        """The power measured at the meter since midnight."""
        moment = self.now(name)
        return self._asked("load", name, lambda site: on_day(self.store, site, moment.replace(hour=0, minute=0, second=0, microsecond=0), moment))  # fmt: skip

    def age(self, name: str) -> Reading[timedelta]:
        """How old the newest sample of the meter is."""
        return self._asked("age", name, lambda site: newest(self.store, site, self.now(name)))

    def alarms(self, name: str) -> Reading[tuple[Alarm, ...]]:
        """What was noted about the site."""
        return self._asked("alarms", name, lambda _: noted(self.store, self.now(name)))

    def period(self, name: str, period: str) -> Reading[Period]:
        """Measured figures of a period, beside what was expected and what was before it; worked out anew in the background when they are old."""
        run = self.run(name)
        if name != self.home or not self.store:
            return Reading("empty", why="no_historian", detail=name)
        if run.value is None:
            return Reading(run.state, why=run.why, detail=run.detail)
        found = run.value
        books = self._made(("books", name, str(found.clock.start.year)), lambda: Books.of(found)).value
        assert books is not None
        return self._lately(("period", period), LATELY[period], lambda: over(self.store, found, books, period, self.now(name)))  # fmt: skip

    def measures(self, name: str) -> bool:
        """Whether a historian was given for a site."""
        return name == self.home and bool(self.store)

    def standing(self, name: str) -> Reading[tuple[standing.Standing, ...]]:
        """What stands at this moment."""
        return self._asked("standing", name, lambda site: ready(standing.found(self.store, site, self.now(name))))

    def origin(self, name: str) -> Progress | None:
        """Whether measurements are those of a virtual building, and how much of its past is there."""
        return standing.origin(self.store) if name == self.home else None

    def _facts(self) -> dict[str, Any]:
        """What is told live beside points."""
        known = standing.origin(self.store)
        return {HISTORY: known.days} if known else {}

    def _lately(self, key: tuple[str, ...], every: float, work: Callable[[], Reading[Value]]) -> Reading[Value]:
        """Something that is slow and grows old: the last answer, while a newer one is worked out in the background."""
        with self._lock:
            began, future, last = self._late.get(key, (0.0, None, None))
            if future is not None and future.done():
                last = _settled(future)
                future = None
            if future is None and (
                last is None
                or time.monotonic() - began > every
                or (last.state == "empty" and time.monotonic() - began > FRESH)
            ):
                began, future = time.monotonic(), self._reader.submit(work)
            self._late[key] = (began, future, last)
        return last or Reading("loading", why="working")

    def _asked(self, what: str, name: str, ask: Callable[[Site], Reading[Value]]) -> Reading[Value]:
        """An answer of the historian, which has the points of one site only; for some seconds all screens get the same."""
        if name != self.home or not self.store:
            return Reading("empty", why="no_historian", detail=name)
        run = self.run(name)
        if run.value is None:
            return Reading(run.state, why=run.why, detail=run.detail)
        with self._asking:  # one asks, the others wait for its answer
            told, answer = self._told.get(what, (-FRESH, None))
            if answer is not None and time.monotonic() - told < FRESH:
                return answer
            try:
                found = ask(run.value.site)
            except TwinError as problem:
                found = Reading("error", why="historian_fails", detail=str(problem))
            self._told[what] = time.monotonic(), found
        return found

    def _made(self, key: tuple[str, ...], make: Callable[[], Value]) -> Reading[Value]:
        """Something quick that is made of what is there, kept by its key."""
        with self._lock:
            future = self._kept.get(key)
        if future is None:
            future = Future()
            try:
                future.set_result(make())
            except TwinError as problem:
                future.set_exception(problem)
            with self._lock:
                self._kept[key] = future
        return _reading(future)

    def _soon(
        self, key: tuple[str, ...], work: Callable[[], Value], pool: ThreadPoolExecutor | None = None
    ) -> Reading[Value]:
        """Something slow: loading, until the background has it."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = (pool or self._worker).submit(work)
            future = self._kept[key]
        return _reading(future)

    def close(self) -> None:
        """Stop what runs in the background."""
        self.pulse.stop()
        for pool in (self._worker, self._reader):
            pool.shutdown(wait=False, cancel_futures=True)


def _settled(future: Future[Reading[Value]]) -> Reading[Value]:
    found = _reading(future)
    return found.value if found.value is not None else Reading("error", why="historian_fails", detail=found.detail)


def _reading(future: Future[Value]) -> Reading[Value]:
    if not future.done():
        return Reading("loading", why="working")
    problem = future.exception()
    if problem is None:
        return ready(future.result())
    if not isinstance(problem, TwinError):
        log.error("a run in the background failed", exc_info=problem)
    return Reading("error", why="twin_fails", detail=f"{problem or type(problem).__name__}")
