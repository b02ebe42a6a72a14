"""Who works the batches of a study: this process alone, or processes on all cores of this machine."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from typing import Protocol

from twin.errors import TwinError
from twin.study import batch
from twin.study.batch import Context, Done, Job

Jobs = tuple[Job, ...]


class StudyError(TwinError):
    """A study cannot go on; what it has finished is kept."""


class Crew(Protocol):
    """Works batches; `finished` waits for some and hands back each with what came of it, or None where it was lost."""

    def capacity(self) -> int:
        """How many batches can be worked at a time."""

    def submit(self, jobs: Jobs) -> None:
        """Hand a batch over."""

    def finished(self) -> list[tuple[Jobs, list[Done] | None]]:
        """Batches that ended since."""

    def close(self) -> None:
        """Stop at once, whatever is being worked."""


class Alone:
    """The process itself works one batch after another."""

    def __init__(self, context: Context) -> None:
        batch.prepare(context)
        self._waiting: list[Jobs] = []

    def capacity(self) -> int:
        """One."""
        return 1

    def submit(self, jobs: Jobs) -> None:
        """Hand a batch over."""
        self._waiting.append(jobs)

    def finished(self) -> list[tuple[Jobs, list[Done] | None]]:
        """Work the batch that waits longest."""
        jobs = self._waiting.pop(0)
        return [(jobs, batch.perform(jobs))]

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.clear()


class Processes:
    """Processes of this machine, which end when this one does, however it ends.

    The first batch is worked here: it compiles and prepares what the others then find.
    """

    def __init__(self, context: Context, count: int) -> None:
        batch.prepare(context)
        self._first = True
        self._count = count
        self._pool = ProcessPoolExecutor(
            count, mp_context=get_context("spawn"), initializer=_begin, initargs=(context,)
        )
        self._running: dict[Future[list[Done]], Jobs] = {}

    def capacity(self) -> int:
        """Number of processes."""
        return self._count

    def submit(self, jobs: Jobs) -> None:
        """Hand a batch over."""
        if self._first:
            return self._here(jobs)
        try:
            with _undisturbed():
                self._running[self._pool.submit(batch.perform, jobs)] = jobs
        except BrokenProcessPool as problem:
            raise _broken() from problem

    def _here(self, jobs: Jobs) -> None:
        self._first = False
        done: Future[list[Done]] = Future()
        done.set_result(batch.perform(jobs))
        self._running[done] = jobs

    def finished(self) -> list[tuple[Jobs, list[Done] | None]]:
        """Batches that ended since, at least one.

        Raises
        ------
        StudyError
            When a process died.
        """
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        try:
            return [(self._running.pop(each), each.result()) for each in done]
        except BrokenProcessPool as problem:
            raise _broken() from problem

    def close(self) -> None:
        """End the processes."""
        for each in list((self._pool._processes or {}).values()):
            each.terminate()
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put Ctrl-C off: a process that is told only half of what to start with complains for all to see."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    former = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
    if heard:
        raise KeyboardInterrupt


def _broken() -> StudyError:
    return StudyError("a process of the study ended unexpectedly, perhaps for want of memory; try fewer --workers")


def _begin(context: Context) -> None:
    """Make a process ready: only the parent hears Ctrl-C, and a parent that was killed takes its processes along."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    above = parent_process()
    if above is not None:
        threading.Thread(target=_follow, args=(above.sentinel,), daemon=True).start()
    batch.prepare(context)


def _follow(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
