"""Who works the batches of a study: this process alone, or processes on all cores of this machine."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection as Line
from multiprocessing.process import BaseProcess
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

    Each has a line of its own and is told a batch when it has nothing to do, so that ending one in the middle of a word leaves
    nobody waiting. The first batch is worked here: it compiles and prepares what the others then find.
    """

    def __init__(self, context: Context, count: int) -> None:
        batch.prepare(context)
        self._context, self._count, self._first = context, count, True
        self._waiting: deque[Jobs] = deque()
        self._ready: list[tuple[Jobs, list[Done] | None]] = []
        self._lines: dict[Line, BaseProcess] = {}
        self._busy: dict[Line, Jobs] = {}

    def capacity(self) -> int:
        """Number of processes."""
        return self._count

    def submit(self, jobs: Jobs) -> None:
        """Hand a batch over."""
        if self._first:
            self._first = False
            self._ready.append((jobs, batch.perform(jobs)))
            return
        if len(self._lines) < self._count:
            self._start()
        self._waiting.append(jobs)
        self._feed()

    def _start(self) -> None:
        """Start one process."""
        make = get_context("spawn")
        ours, theirs = make.Pipe()
        process = make.Process(target=_work, args=(theirs, self._context))
        with _undisturbed():
            process.start()
            self._lines[ours] = process
        theirs.close()

    def _feed(self) -> None:
        """Tell idle processes what waits."""
        for line in self._lines:
            if self._waiting and line not in self._busy:
                self._busy[line] = self._waiting.popleft()
                try:
                    line.send(self._busy[line])
                except OSError as problem:
                    raise _broken() from problem

    def finished(self) -> list[tuple[Jobs, list[Done] | None]]:
        """Batches that ended since, at least one.

        Raises
        ------
        StudyError
            When a process died.
        """
        found, self._ready = self._ready, []
        if not found:
            for line in connection.wait(list(self._busy)):
                assert isinstance(line, Line)
                try:
                    done = line.recv()
                except (EOFError, OSError) as problem:
                    raise _broken() from problem
                found.append((self._busy.pop(line), done))
            self._feed()
        return found

    def close(self) -> None:
        """End the processes."""
        for each in self._lines.values():
            each.terminate()
        for line, each in self._lines.items():
            each.join()
            line.close()
        self._lines.clear()


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


def _work(line: Line, context: Context) -> None:
    """Work the batches that are told; only the parent hears Ctrl-C, and a parent that was killed takes its processes along."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    above = parent_process()
    if above is not None:
        threading.Thread(target=_follow, args=(above.sentinel,), daemon=True).start()
    batch.prepare(context)
    with suppress(EOFError, OSError):  # the parent has gone
        while True:
            line.send(batch.perform(line.recv()))


def _follow(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
