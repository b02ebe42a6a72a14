"""Work the runs of a study: find those already finished, run the rest in batches, keep each batch at once, read the answers back."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import overload

from twin.errors import RunError
from twin.historian.tail import StoreFullError
from twin.study import batch
from twin.study.batch import Context, Done, Job
from twin.study.crew import Alone, Crew, Processes, StudyError, cores
from twin.study.manifest import Keys
from twin.study.store import SpoiltError, Store
from twin.study.task import Outcome, Task

LENGTH = 1.5
"""Aim for the length of a batch: long beside the way to another process, short enough to lose. [s]"""
LARGEST = 64
"""Runs in one batch."""
HELD = 4096
"""Runs that are held in memory while answers are made of them."""
AHEAD = 2
"""Batches handed over for each that is worked, so that no process waits."""


Progress = Callable[[int, int], None]
"""Told (runs done, runs in all)."""


def _quiet(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Means:
    """What a study may use.

    Attributes
    ----------
    workers : processes; all cores when None. store : folder that keeps finished runs; thrown away at the end when None.
    dask : address of a Dask scheduler whose workers do the work. mixed : take workers that differ from this process.
    tell : told what the user should know, a line each.
    """

    workers: int | None = None
    store: Path | None = None
    dask: str = ""
    mixed: bool = False
    tell: Callable[[str], None] = _quiet

    def quietly(self) -> Means:
        """The same, with nobody told of anything."""
        return replace(self, tell=_quiet)


ALL_CORES = Means()
"""What a study uses where nothing else is said."""


class StoppedError(StudyError):
    """The user stopped the study."""

    exit_code = 130


class Sample(Mapping[str, Outcome], ABC):
    """Scenarios of one sample by name; those that cannot be had are not in it."""

    @abstractmethod
    def problem(self, *names: str) -> str:
        """Why the first of some scenarios that cannot be had cannot be; empty where all can."""


class Stored(Sample):
    """Scenarios of one task by name, read from the store when asked for."""

    def __init__(self, answers: Answers, keys: Mapping[str, str]) -> None:
        self._answers, self._keys = answers, keys

    def __getitem__(self, name: str) -> Outcome:
        """What was kept of a run.

        Raises
        ------
        RunError
            When it could not be simulated.
        """
        found = self._answers.read(self._keys[name])
        if isinstance(found, str):
            raise RunError(f"{name}: {found}")
        return found

    def problem(self, *names: str) -> str:
        """Why the first of some scenarios that cannot be simulated cannot be; empty where all can."""
        found = (self._answers.read(self._keys[name]) for name in names)
        return next((each for each in found if isinstance(each, str)), "")

    def __contains__(self, name: object) -> bool:
        return name in self._keys and not self.problem(str(name))

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._keys if not self.problem(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Answers(Sequence[Stored]):
    """What came of the tasks, in their order; kept in the store, so that memory does not grow with their number."""

    def __init__(self, tasks: Sequence[Task], means: Means) -> None:
        self.tasks, self.means = tasks, means
        folder = means.store or Path(tempfile.mkdtemp(prefix="twin-study-"))
        self.store = Store(folder, durable=means.store is not None)
        self._end = weakref.finalize(self, _clear, self.store, means.store is None)
        maker = Keys(means.mixed)
        self.store.describe(maker.manifest, maker.origin)
        self.manifest = maker.manifest
        self.keys = [maker.of(each) for each in tasks]
        self.context = Context.pack(
            {maker.site(each.site): each.site for each in tasks},
            {(each.weather, each.site.year): maker.weather(each)[0] for each in tasks},
        )
        self._sites = {id(each.site): maker.site(each.site) for each in tasks}
        self._passing: dict[str, str] = {}
        self._held = lru_cache(HELD)(self._read)

    @overload
    def __getitem__(self, place: int) -> Stored: ...
    @overload
    def __getitem__(self, place: slice) -> list[Stored]: ...
    def __getitem__(self, place: int | slice) -> Stored | list[Stored]:
        """What came of one task, or of some."""
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        names = (name for name, _ in self.tasks[place].scenarios)
        return Stored(self, dict(zip(names, self.keys[place], strict=True)))

    def __len__(self) -> int:
        return len(self.tasks)

    def read(self, key: str) -> Outcome | str:
        """A run, or why it could not be simulated."""
        return self._held(key)

    def _read(self, key: str) -> Outcome | str:
        return batch.read(self._passing.get(key) or self.store.body(key))

    def missing(self) -> deque[Job]:
        """Runs that are not in the store, each once, in the order of the tasks."""
        try:
            found, spoilt = self._stock()
        except SpoiltError:
            self.store.set_aside()
            found, spoilt = set(), set()
        for remark in self.store.remarks:
            self.means.tell(remark)
        if spoilt:
            self.means.tell(f"{self.store.path}: {len(spoilt)} runs are spoilt; they are worked out again")
        wanted: deque[Job] = deque()
        for task, keys in zip(self.tasks, self.keys, strict=True):
            for key, (_, measures) in zip(keys, task.scenarios, strict=True):
                if key not in found:
                    found.add(key)
                    site = self._sites[id(task.site)]
                    wanted.append(Job(key, site, task.weather, task.step, task.values, measures))
        return wanted

    def _stock(self) -> tuple[set[str], set[str]]:
        found: set[str] = set()
        spoilt: set[str] = set()
        for keys in self.keys:
            good, bad = self.store.known(keys)
            found |= good
            spoilt |= bad
        return found, spoilt

    def keep(self, done: Sequence[Done]) -> None:
        """Make finished runs durable; what may go better another time is only remembered."""
        self._passing |= {each.key: each.body for each in done if not each.lasting}
        self.store.keep({each.key: each.body for each in done if each.lasting}, self.manifest)


def _clear(store: Store, passing: bool) -> None:
    store.close()
    if passing:
        shutil.rmtree(store.folder, ignore_errors=True)


def work_study(tasks: Sequence[Task], means: Means, progress: Progress | None = None) -> Answers:
    """Answers of all tasks; runs that the store has are not run again.

    Parameters
    ----------
    progress : told (runs done, runs in all) of those that had to be run.

    Raises
    ------
    StoppedError
        When the user stops it. All that has finished is in the store.
    StudyError
        When no process or worker is left to work.
    StoreError
        When the store cannot be used, for instance for want of room.
    """
    answers = Answers(tasks, means)
    wanted = answers.missing()
    total, all_runs = len(wanted), len({key for keys in answers.keys for key in keys})
    if means.store and total < all_runs:
        means.tell(f"{all_runs - total:,} of {all_runs:,} runs were found in {means.store}; {total:,} to do")
    if not wanted:
        if progress:
            progress(all_runs, all_runs)
        return answers
    left = [total]
    try:
        crew = _crew(answers, total)
        try:
            with _heard() as interrupts:
                _work(
                    answers,
                    wanted,
                    crew,
                    left,
                    lambda: progress(total - left[0], total) if progress else None,
                    interrupts,
                )
        finally:
            crew.close()
    except KeyboardInterrupt:
        raise StoppedError(f"stopped; {_kept(means, total - left[0], total)}") from None
    except StoreFullError as problem:
        raise StoreFullError(f"{problem}; {_kept(means, total - left[0], total)}") from problem
    except StudyError as problem:
        raise StudyError(f"{problem}; {_kept(means, total - left[0], total)}") from problem
    return answers


def left(tasks: Sequence[Task], means: Means) -> tuple[int, int]:
    """How many runs of some tasks the store lacks, and how many there are."""
    answers = Answers(tasks, means)
    return len(answers.missing()), len({key for keys in answers.keys for key in keys})


def _crew(answers: Answers, total: int) -> Crew:
    means = answers.means
    if means.dask:
        from twin.study.cluster import Cluster

        return Cluster(answers.context, means.dask, means.mixed, means.tell)
    count = means.workers or cores()
    return Alone(answers.context) if count == 1 or total == 1 else Processes(answers.context, min(count, total))


@contextmanager
def _heard() -> Iterator[list[int]]:
    """Remember Ctrl-C: a library that swallows its exception must not make the study go on."""
    found: list[int] = []

    def hear(number: int, _: object) -> None:
        found.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield found
        return
    former = signal.signal(signal.SIGINT, hear)
    try:
        yield found
    finally:
        signal.signal(signal.SIGINT, former)


def _work(
    answers: Answers,
    wanted: deque[Job],
    crew: Crew,
    left: list[int],
    moved: Callable[[], None],
    interrupts: Sequence[int],
) -> None:
    """Hand batches over as processes become free, and keep what comes back."""
    running, mean, first = 0, 0.0, True
    moved()
    while wanted or running:
        if interrupts:
            raise KeyboardInterrupt
        ahead = 1 if first else AHEAD * crew.capacity()
        while wanted and running < ahead:
            fair = -(-len(wanted) // (AHEAD * crew.capacity()))
            jobs = [wanted.popleft() for _ in range(min(len(wanted), max(1, min(_size(mean), fair))))]
            elsewhere, _ = answers.store.known([each.key for each in jobs])  # finished by another study meanwhile
            left[0] -= len(elsewhere)
            jobs = [each for each in jobs if each.key not in elsewhere]
            if jobs:
                crew.submit(tuple(jobs))
                running += 1
        for jobs_done, done in crew.finished() if running else ():
            running -= 1
            if done is None:
                wanted.extendleft(reversed(jobs_done))
                continue
            answers.keep(done)
            left[0] -= len(done)
            spent = sum(each.seconds for each in done) / len(done)
            mean, first = min(spent, LENGTH / 4) if first else spent, False  # the first may have had to compile
        moved()


def _size(mean: float) -> int:
    """Runs that make a batch of the wanted length; one where nobody knows yet."""
    return min(LARGEST, round(LENGTH / mean)) if mean else 1


def _kept(means: Means, done: int, total: int) -> str:
    if means.store:
        return f"{done:,} of {total:,} runs are kept in {means.store}; run the same command again and it goes on there"
    return f"{done:,} of {total:,} runs were done and not kept; give a --store to keep them"
