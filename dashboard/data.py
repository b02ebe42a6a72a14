"""The only place that reads: sites, the twin's runs and the historian, through their public verbs, as small typed answers that are never blank."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from twin.dashboard.answers import FRESH, Answers, Begun
from twin.dashboard.carbon import emissions
from twin.dashboard.carbon.studied import Road, Worked
from twin.dashboard.explore.history import History
from twin.dashboard.graph.condition import Conditions, look
from twin.dashboard.graph.recent import Recent, Trend, points_of, simulated, trend
from twin.dashboard.graph.structure import Structure
from twin.dashboard.live import Pulse
from twin.dashboard.overview import standing
from twin.dashboard.overview.expectation import Day, Year, day_of, year_of
from twin.dashboard.overview.measured import Alarm, Load, newest, noted, on_day
from twin.dashboard.overview.totals import Books, Period, over
from twin.dashboard.points.inventory import Inventory, Latest, inventory_of, latest, stamp
from twin.dashboard.reading import Reading, ready
from twin.dashboard.what_if.choices import Choice, choices
from twin.dashboard.what_if.studies import Studies

from twin.bacnet.points import Point
from twin.errors import TwinError
from twin.live.filling import Progress
from twin.site.load import load, shipped
from twin.site.site import Site
from twin.stock import data_folder
from twin.weather.year import Weather

if TYPE_CHECKING:
    from twin.dashboard.points.lending import Lending

    from twin.sim.results import Run
    from twin.study.restate import Restated

Value = TypeVar("Value")
Part = TypeVar("Part")
HISTORY = "::history"
"""Name under which the days of a virtual building's past that are filled are told live."""
LATELY = {"today": 60.0, "week": 300.0, "month": 600.0, "year": 1800.0}
"""How long figures of a period are shown until they are worked out anew. [s]"""


class Source:
    """All that pages may ask for; slow answers are worked out once, in the background, and kept.

    Parameters
    ----------
    opened : name or folder of the site the dashboard was started for; shipped sites are beside it.
    store : historian with measurements of that site, or an empty text.
    now : the clock; tests give their own.
    studies : folder of what-if studies; in the user's data when empty.

    Attributes
    ----------
    begun : what pages have begun to read. lending : through which points of the building are written; none where writing is off.
    """

    lending: Lending | None = None

    def __init__(
        self, opened: str, store: str = "", now: Callable[[], datetime] | None = None, studies: str = ""
    ) -> None:
        site = load(opened)
        self.home = site.path.parent.name
        self.store = store
        self._paths = {**{name: str(path) for name, path in shipped().items()}, self.home: str(site.path.parent)}
        self._now = now
        self.pulse = Pulse(store, self._facts)
        self._answers, self.begun = Answers(), Begun()
        self._zones: dict[str, tzinfo | None] = {}
        self._histories: dict[str, History] = {}
        self._lock = threading.Lock()
        self.studied = Worked()
        self._shelf = Path(studies) if studies else data_folder() / "studies"
        self._studies: Studies | None = None

    @property
    def studies(self) -> Studies:
        """What-if studies, finished and at work; their folder is made when they are first asked for.

        Raises
        ------
        StoreError
            When the folder cannot be used.
        """
        with self._lock:
            if self._studies is None:
                self._studies = Studies(self._shelf)
            return self._studies

    def path(self, name: str) -> str:
        """Folder of a site."""
        return self._paths[name]

    def choices(self, name: str) -> Reading[tuple[Choice, ...]]:
        """Measures that can be chosen at a site."""
        return self._answers.read(("choices", name), lambda: choices(load(self._paths[name])))

    @property
    def names(self) -> list[str]:
        """Names of all sites, the one the dashboard was started for first."""
        return [self.home, *(name for name in self._paths if name != self.home)]

    def now(self, name: str) -> datetime:
        """The moment, in the site's own time once a run has told its zone."""
        return self._now() if self._now else datetime.now(self._zones.get(name)).astimezone(self._zones.get(name))

    def site(self, name: str) -> Reading[Site]:
        """A site as its file says it."""
        return self._answers.read(("site", name), lambda: load(self._paths[name]))

    def run(self, name: str) -> Reading[Run]:
        """The twin's present calendar year at 15 minutes, on the site's typical weather."""
        year = self.now(name).year
        return self._answers.worked(("run", name, str(year)), lambda: self._simulated(name, year))

    def year(self, name: str) -> Reading[Year]:
        """What the twin expects of the calendar year that the site's file names, as `twin run` does it."""
        return _part(self._annual(name), lambda both: both[0])

    def inventory(self, name: str) -> Reading[emissions.Inventory]:
        """The carbon inventory of that year, as `twin ledger` makes it."""
        return _part(self._annual(name), lambda both: both[1])

    def _annual(self, name: str) -> Reading[tuple[Year, emissions.Inventory]]:
        def work() -> tuple[Year, emissions.Inventory]:
            run = self._simulated(name)
            return year_of(run), emissions.inventory_of(run)

        return self._answers.worked(("year", name), work)

    def restated(self, name: str, factors: str) -> Reading[Restated]:
        """That inventory with the factors of another year, place or table."""
        found = self.inventory(name)
        if found.value is None:
            return Reading(found.state, why=found.why, detail=found.detail)
        try:
            return ready(emissions.again(found.value, factors))
        except TwinError as problem:
            return Reading("error", why="carbon_restate_fails", detail=str(problem))

    def pathway(self, name: str) -> Reading[Road]:
        """The road of a site to a later year, as `twin ledger --pathway` makes it; worked in the background and kept on disk."""
        found = self.site(name)
        return self.studied.pathway(name, found.value) if found.value else Reading(found.state, why=found.why, detail=found.detail)  # fmt: skip

    def reported(self, name: str) -> Reading[list[dict[str, Any]]]:
        """What was reported of a site beside the twin's range, as `twin sites --reported` makes it; worked once somebody asks for it."""
        found = self.site(name)
        return self.studied.reported(name, found.value) if found.value else Reading(found.state, why=found.why, detail=found.detail)  # fmt: skip

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
        return self._answers.made(("day", name, today.isoformat()), lambda: day_of(found.value, today))

    def sky(self, name: str) -> Reading[Weather]:
        """The site's typical weather of this year; it also knows the site's time zone.

        It is read where runs are worked out, never beside them: both parse Python, and CPython 3.11 fails at times where two threads do.
        """
        year = self.now(name).year
        return self._answers.worked(
            ("sky", name, str(year)), lambda: Weather.named(load(self._paths[name]).location.climate, year)
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

    def points(self, name: str) -> Reading[Inventory]:
        """The points of a site as rows; read again when one of their files has changed."""
        site = self.site(name)
        if site.value is None:
            return Reading(site.state, why=site.why, detail=site.detail)
        held = site.value
        found = self._answers.read(("points", name, stamp(held)), lambda: inventory_of(held))
        return replace(found, why="points_fail") if found.state == "error" else found

    def latest(self, name: str, signals: Sequence[str]) -> Latest:
        """The newest samples of some points."""
        return latest(self.store if name == self.home else "", signals)

    def latest_of_all(self, name: str, signals: Sequence[str]) -> Latest:
        """The newest samples of all points; for some seconds all screens get the same."""
        return self._answers.shared(("latest", name), lambda: self.latest(name, signals))

    def structure(self, name: str) -> Reading[Structure]:
        """A site's components in their groups, and what flows between them."""
        return self._answers.read(("structure", name), lambda: Structure(load(self._paths[name])))

    def mapped(self, name: str) -> Reading[dict[str, Point]]:
        """The points of a site, by the signal each of them is."""
        return self._answers.read(("mapped", name), lambda: points_of(self._paths[name]))

    def recent(self, name: str) -> Reading[Recent]:
        """What the twin has of the last days, quarter of an hour by quarter, for every point."""
        today = self.now(name).date().isoformat()
        self._answers.forget(lambda key: key[:2] == ("recent", name) and key[2] != today)
        return self._answers.worked(("recent", name, today), lambda: self._last_days(name))

    def _last_days(self, name: str) -> Recent:
        from twin.weather.year import Weather

        site = load(self._paths[name])
        zone = Weather.named(site.location.climate, site.year).start.tzinfo
        self._zones[name] = zone
        return simulated(site, self.now(name), zone)

    def conditions(self, name: str) -> Reading[Conditions]:
        """How the points of a site are, and so its components."""
        points = self.mapped(name)
        if points.value is None:
            return Reading(points.state, why=points.why, detail=points.detail)
        listed = list(points.value.values())
        if not self.measures(name):
            return Reading("empty", why="no_historian", detail=name)
        return self._answers.renewed(("conditions",), FRESH, lambda: look(self.store, listed, self.now(name)))

    def trend(self, name: str, signal: str, days: int) -> Reading[Trend]:
        """The last days of a point, measured and as the twin has them."""
        recent, now = self.recent(name), self.now(name)
        if recent.value is None:
            return Reading(recent.state, why=recent.why, detail=recent.detail)
        start = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
        store = self.store if name == self.home else ""
        try:
            found = trend(store, signal, start, now, recent.value)
        except TwinError as problem:
            return Reading("error", why="historian_fails", detail=str(problem))
        return ready(found) if any(each is not None for each in (*found.measured, *found.expected)) else Reading("empty", why="component_no_trend", detail=signal)  # fmt: skip

    def period(self, name: str, period: str) -> Reading[Period]:
        """Measured figures of a period, beside what was expected and what was before it; worked out anew in the background when they are old."""
        run = self.run(name)
        if not self.measures(name):
            return Reading("empty", why="no_historian", detail=name)
        if run.value is None:
            return Reading(run.state, why=run.why, detail=run.detail)
        found = run.value
        books = self._answers.made(("books", name, str(found.clock.start.year)), lambda: Books.of(found)).value
        assert books is not None
        return self._answers.renewed(("period", period), LATELY[period], lambda: over(self.store, found, books, period, self.now(name)))  # fmt: skip

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

    def _asked(self, what: str, name: str, ask: Callable[[Site], Reading[Value]]) -> Reading[Value]:
        """An answer of the historian, which has the points of one site only."""
        if not self.measures(name):
            return Reading("empty", why="no_historian", detail=name)
        run = self.run(name)
        if run.value is None:
            return Reading(run.state, why=run.why, detail=run.detail)
        site = run.value.site
        return self._answers.shared((what,), lambda: _told(lambda: ask(site)))

    def close(self) -> None:
        """Stop what runs in the background, and give back what is on loan."""
        if self.lending is not None:
            self.lending.close()
        self.pulse.stop()
        self._answers.close()
        for each in self._histories.values():
            each.close()
        if self._studies:
            self._studies.close()
        self.studied.close()


def _part(whole: Reading[Value], pick: Callable[[Value], Part]) -> Reading[Part]:
    """A part of an answer, in the state that the whole is in."""
    value = None if whole.value is None else pick(whole.value)
    return Reading(whole.state, value, whole.why, whole.detail)


def _told(ask: Callable[[], Reading[Value]]) -> Reading[Value]:
    """What the historian answers, or why it cannot."""
    try:
        return ask()
    except TwinError as problem:
        return Reading("error", why="historian_fails", detail=str(problem))
