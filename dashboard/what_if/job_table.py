"""The table of jobs in one SQLite file: what was asked, how far it is, and how it ended; pages, the server and its workers share it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from twin.errors import StoreError

State = Literal["waiting", "running", "done", "failed", "stopped", "interrupted"]
VERSION = 1
FILE = "jobs.sqlite"
PATIENCE = 20.0
"""Wait for another process that writes. [s]"""
SURE = 0.05
"""Share that has to be done before anybody can say how long the rest takes: the first runs wait for processes to start."""
LISTED = 100
"""Jobs that a list has at most."""


@dataclass(frozen=True)
class Job:
    """A study that somebody asked for.

    Attributes
    ----------
    wish : what was asked, as JSON. state : `stopped` by somebody, `interrupted` by the server's end.
    made, began, ended, staged, seen : seconds since 1970; `staged` is when its present stage began, `seen` when its worker last told.
    stage, done, total : what it is at, and how far. runs : runs of its longest stage.
    stop : whether somebody wants it to end. attempt : counts its starts; a worker of an earlier one is not listened to.
    """

    id: str
    site: str
    title: str
    wish: str
    state: State = "waiting"
    made: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    staged: float = 0.0
    seen: float = 0.0
    stage: str = ""
    done: int = 0
    total: int = 0
    runs: int = 0
    problem: str = ""
    stop: int = 0
    attempt: int = 0
    author: str = ""

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("waiting", "running")

    @property
    def asked(self) -> Mapping[str, Any]:
        """What was asked."""
        found: Mapping[str, Any] = json.loads(self.wish)
        return found

    def called(self, language: str) -> str:
        """Its title in a language: as somebody gave it, else by its measures, else its id."""
        asked = self.asked
        return str(asked.get("title") or (asked.get("titles") or {}).get(language) or self.title or self.id)

    def left(self, now: float) -> float | None:
        """Seconds that its present stage still takes, at the pace so far; None where nobody can know yet."""
        if self.state != "running" or self.total <= 1 or self.done < max(1.0, SURE * self.total):
            return None
        return max(0.0, now - self.staged) / self.done * (self.total - self.done)


NAMES = tuple(each.name for each in fields(Job))
KINDS = {"float": "real", "int": "integer"}
COLUMNS = ", ".join(f"{each.name} {KINDS.get(str(each.type), 'text')} not null" for each in fields(Job))


class Table:
    """Jobs by their id in a folder, which is made when absent.

    Raises
    ------
    StoreError
        When the folder or its table cannot be used; the message says what to do.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(f"{folder}: studies cannot be kept here ({problem.strerror}); choose another folder with --studies") from problem  # fmt: skip
        with self._open() as tables:
            tables.execute("pragma journal_mode = wal")
            version = int(tables.execute("pragma user_version").fetchone()[0])
            if version > VERSION:
                raise StoreError(f"{self.path}: was written by a newer version of the twin; update this one")
            tables.execute(f"create table if not exists jobs ({COLUMNS}, primary key (id))")
            tables.execute(f"pragma user_version = {VERSION}")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file for one question; each statement is a transaction of its own."""
        try:
            with closing(sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)) as tables:
                yield tables
        except sqlite3.Error as problem:
            raise StoreError(f"{self.path}: the table of jobs cannot be used ({problem}); move it away and start again; kept studies stay") from problem  # fmt: skip

    def add(self, job: Job) -> None:
        """Add a job."""
        with self._open() as tables:
            marks = ", ".join("?" * len(NAMES))
            tables.execute(f"insert into jobs ({', '.join(NAMES)}) values ({marks})", [getattr(job, n) for n in NAMES])

    def get(self, name: str) -> Job | None:
        """A job by its id."""
        found = self._some("where id = ?", name)
        return found[0] if found else None

    def listed(self, site: str = "") -> list[Job]:
        """Jobs of a site, or all; the newest first."""
        rule, values = ("where site = ?", (site,)) if site else ("", ())
        return self._some(f"{rule} order by made desc limit {LISTED}", *values)

    def open(self) -> list[Job]:
        """Jobs that wait or run, the oldest first."""
        return self._some("where state in ('waiting', 'running') order by made")

    def _some(self, rule: str, *values: object) -> list[Job]:
        with self._open() as tables:
            return [Job(*row) for row in tables.execute(f"select {', '.join(NAMES)} from jobs {rule}", values)]

    def change(self, job: Job, *states: State, **now: object) -> bool:
        """Write some columns of a job, where it is still in one of some states and at the same attempt.

        Returns
        -------
        Whether it was.
        """
        marks = ", ".join(f"{name} = ?" for name in now)
        held = ", ".join("?" * len(states))
        with self._open() as tables:
            rule = f"update jobs set {marks} where id = ? and attempt = ? and state in ({held})"
            done = tables.execute(rule, [*now.values(), job.id, job.attempt, *states])
            return done.rowcount == 1

    def end(self, job: Job, state: State, problem: str = "") -> bool:
        """Say how a running or waiting job ended."""
        return self.change(job, "running", "waiting", state=state, problem=problem, ended=time.time())

    def remove(self, job: Job) -> bool:
        """Forget a job that neither waits nor runs."""
        with self._open() as tables:
            done = tables.execute("delete from jobs where id = ? and state not in ('waiting', 'running')", [job.id])
            return done.rowcount == 1
