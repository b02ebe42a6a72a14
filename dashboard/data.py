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

from twin.dashboard.expectation import Day, Year, day_of, year_of
from twin.dashboard.history import History
from twin.dashboard.measured import Alarm, Load, newest, noted, on_day
from twin.dashboard.reading import Reading, ready

from twin.errors import TwinError
from twin.site.load import load, shipped
from twin.site.site import Site
from twin.weather.year import Weather

if TYPE_CHECKING:
    from twin.sim.results import Run

Value = TypeVar("Value")
FRESH = 5.0
"""How long an answer of the historian is shown to everybody who asks. [s]"""
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
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="twin-run")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="twin-read")
        self._kept: dict[tuple[str, ...], Future[Any]] = {}
        self._told: dict[str, tuple[float, Any]] = {}
        self._zones: dict[str, tzinfo | None] = {}
        self._histories: dict[str, History] = {}
        self._lock = threading.Lock()

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

    def sky(self, name: str) -> Reading[Weather]:
        """The site's typical weather of this year; it also knows the site's time zone.

        It is read where runs are worked out, never beside them: both parse Python, and CPython 3.11 fails at times where two threads do.
        """
        year = self.now(name).year
        return self._soon(
            ("sky", name, str(year)),
            lambda: Weather.named(load(self._paths[name]).location.climate, year),
            self._reader,
        )

    def history(self, name: str) -> History:
        """Any point of a site over any period; measurements are of the site the dashboard was started for."""
        with self._lock:
            if name not in self._histories:
                where = self.store if name == self.home else ""
                self._histories[name] = History(where, lambda: self.run(name), lambda: self.sky(name))
            return self._histories[name]

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

    def _asked(self, what: str, name: str, ask: Callable[[Site], Reading[Value]]) -> Reading[Value]:
        """An answer of the historian, which has the points of one site only; for some seconds all screens get the same."""
        if name != self.home or not self.store:
            return Reading("empty", why="no_historian", detail=name)
        run = self.run(name)
        if run.value is None:
            return Reading(run.state, why=run.why, detail=run.detail)
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
        for pool in (self._worker, self._reader):
            pool.shutdown(wait=False, cancel_futures=True)
        for each in self._histories.values():
            each.close()


def _reading(future: Future[Value]) -> Reading[Value]:
    if not future.done():
        return Reading("loading", why="working")
    problem = future.exception()
    if problem is None:
        return ready(future.result())
    if not isinstance(problem, TwinError):
        log.error("a run in the background failed", exc_info=problem)
    return Reading("error", why="twin_fails", detail=f"{problem or type(problem).__name__}")
