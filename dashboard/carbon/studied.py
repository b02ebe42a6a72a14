"""Answers that take minutes of runs: worked once, in the background and below everything else, with finished runs kept on disk."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from twin.dashboard.reading import Reading, ready

from twin.errors import TwinError
from twin.site.site import Site
from twin.stock import cache_folder
from twin.study.crew import StudyError, cores
from twin.study.engine import Means, Progress, left
from twin.study.pathway import Pathway, load_pathway, wedges
from twin.study.reported import drawn, examine

Value = TypeVar("Value")
SAMPLES = 8
"""Samples of a site's uncertain numbers for its reported figures; `twin sites --reported` takes 20. Assumed: a few minutes of two cores."""
STEP = 900.0
"""Tick of a pathway, as that of `twin ledger`. [s]"""
BELOW = 10
"""How far studies stand back behind the pages."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Road:
    """A pathway with its wedges: rows of `twin.study.pathway.wedges`."""

    site: Site
    pathway: Pathway
    rows: list[dict[str, Any]]


class Worked:
    """Studies by key, one at a time.

    Parameters
    ----------
    folder : where finished runs are kept; beside the program's other caches when left out.
    workers : processes, so that pages need not wait; 1 works the runs in this process.
    """

    def __init__(self, folder: Path | None = None, workers: int = 0) -> None:
        self.means = Means(workers or max(cores() - 1, 2), folder or cache_folder() / "dashboard")
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="twin-study", initializer=_below)
        self._kept: dict[tuple[str, str], Future[Any]] = {}
        self._told: dict[tuple[str, str], tuple[int, int]] = {}
        self._lock = threading.Lock()
        self._wanted, self._closing = False, False

    def pathway(self, name: str, site: Site) -> Reading[Road]:
        """The road of a site to a later year."""
        if not (site.path.parent / "pathway.yaml").is_file():
            return Reading("empty", why="carbon_no_pathway", detail=name)

        def work(progress: Progress) -> Road:
            plan = load_pathway(site)
            return Road(site, plan, wedges(site, plan, step=STEP, means=self.means, progress=progress))

        return self._soon(("pathway", name), work)

    def reported(self, name: str, site: Site) -> Reading[list[dict[str, Any]]]:
        """Reported figures of a site beside the twin's; its runs are begun once somebody asks, unless all are kept."""
        lacks = self._soon(("lacks", name), lambda _: left(drawn(site, samples=SAMPLES), self.means))
        if lacks.value is None:
            return Reading(lacks.state, why=lacks.why, detail=lacks.detail)
        if lacks.value[0] and not self._wanted:
            return Reading("empty", why="portfolio_not_asked", detail=str(lacks.value[0]))
        return self._soon(("reported", name), lambda progress: examine({name: site}, samples=SAMPLES, means=self.means, progress=progress))  # fmt: skip

    def want(self) -> None:
        """Begin the runs that reported figures need."""
        self._wanted = True

    @property
    def wanted(self) -> bool:
        """Whether somebody asked for them."""
        return self._wanted

    def _soon(self, key: tuple[str, str], work: Callable[[Progress], Value]) -> Reading[Value]:
        """An answer, or how far it is."""

        def told(done: int, total: int) -> None:
            self._told[key] = done, total
            if self._closing:
                raise StudyError("the dashboard is closing")

        with self._lock:
            if key not in self._kept:
                self._kept[key] = self._pool.submit(work, told)
            future = self._kept[key]
        if not future.done():
            done, total = self._told.get(key, (0, 0))
            return Reading("loading", why="carbon_runs" if total else "carbon_waits", detail=f"{done} / {total}")
        problem = future.exception()
        if problem is None:
            return ready(future.result())
        if not isinstance(problem, TwinError):
            log.error("a study in the background failed", exc_info=problem)
        return Reading("error", why="carbon_study_fails", detail=f"{problem or type(problem).__name__}")

    def close(self) -> None:
        """Stop after the runs that are being worked; what has finished is kept."""
        self._closing = True
        self._pool.shutdown(wait=False, cancel_futures=True)


def _below() -> None:
    """Let pages go first; processes that this thread starts stand back with it."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BELOW)
