"""The hot tail and all metadata in one SQLite file: blocks of samples as they came, points, notes, and which files count."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import StoreError
from twin.historian.samples import Samples, from_octets

VERSION = 1
LARGEST = 65_536
"""Samples in one block."""
PATIENCE = 30.0
"""Wait for another writer. [s]"""
SCHEMA = """
create table if not exists points (id integer primary key, name text unique not null, unit text, description text, source text);
create table if not exists blocks (
  sequence integer primary key autoincrement, first integer not null, last integer not null, count integer not null,
  octets blob not null);
create table if not exists files (
  path text primary key, grain text not null, part integer not null, first integer not null, last integer not null,
  sequence integer not null, count integer not null);
create table if not exists spans (
  path text not null references files(path), point integer not null, first integer not null, last integer not null,
  count integer not null, primary key (point, path)) without rowid;
create index if not exists spans_of_file on spans (path);
create table if not exists notes (
  id integer primary key, point integer references points(id), first integer not null, last integer not null,
  text text not null, author text not null, made integer not null)
"""


class StoreFullError(StoreError):
    """There is no room for more samples; those acknowledged are safe, and appending goes on once there is room."""


class Tail:
    """One SQLite file in write-ahead mode; every commit is on disk when it returns. Threads may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mine = threading.local()
        with self.changing() as tables:
            version = int(tables.execute("pragma user_version").fetchone()[0])
            if version > VERSION:
                raise StoreError(f"{path}: was written by a newer version of the twin; update this one")
            for statement in SCHEMA.split(";"):
                tables.execute(statement)
            tables.execute(f"pragma user_version = {VERSION}")

    def _tables(self) -> sqlite3.Connection:
        """The connection of the thread that asks."""
        found: sqlite3.Connection | None = getattr(self._mine, "tables", None)
        if found is None:
            found = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            found.execute("pragma journal_mode = wal")
            found.execute("pragma synchronous = full")
            self._mine.tables = found
        return found

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing.

        Raises
        ------
        StoreFullError
            When the disk is full.
        StoreError
            When the file cannot be read or written.
        """
        try:
            tables = self._tables()
            tables.execute("begin immediate")
            try:
                yield tables
                tables.execute("commit")
            finally:
                if tables.in_transaction:
                    tables.execute("rollback")
        except sqlite3.Error as problem:
            raise _told(self.path, problem) from problem

    def rows(self, query: str, told: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Answer of a query."""
        try:
            return self._tables().execute(query, told).fetchall()
        except sqlite3.Error as problem:
            raise _told(self.path, problem) from problem

    def append(self, samples: Samples) -> None:
        """Add samples, durable when this returns."""
        parts = [samples.chosen(slice(at, at + LARGEST)) for at in range(0, len(samples), LARGEST)]
        rows = [(int(each.time.min()), int(each.time.max()), len(each), each.octets()) for each in parts]
        with self.changing() as tables:
            tables.executemany("insert into blocks (first, last, count, octets) values (?, ?, ?, ?)", rows)

    def numbers(self, names: Sequence[str], make: bool = False) -> dict[str, int]:
        """Number of each point; new ones get one when asked."""
        found = self._known(names)
        new = [name for name in dict.fromkeys(names) if name not in found]
        if new and make:
            with self.changing() as tables:
                tables.executemany("insert or ignore into points (name) values (?)", [(name,) for name in new])
            found |= self._known(new)
        return found

    def _known(self, names: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for at in range(0, len(names), 500):
            some = names[at : at + 500]
            marks = ",".join("?" * len(some))
            found |= dict(self.rows(f"select name, id from points where name in ({marks})", some))
        return found

    def blocks(self, first: int, last: int) -> list[tuple[int, Samples]]:
        """Sequence and samples of each block that touches a stretch of time, oldest block first."""
        query = "select sequence, octets from blocks where last >= ? and first <= ? order by sequence"
        return [(int(sequence), from_octets(octets)) for sequence, octets in self.rows(query, (first, last))]

    def newest(self) -> int:
        """Sequence of the newest block that there has been."""
        rows = self.rows("select seq from sqlite_sequence where name = 'blocks'")
        return int(rows[0][0]) if rows else 0

    def after(self, sequence: int) -> list[Samples]:
        """Samples of blocks that came after one, oldest first."""
        return [from_octets(octets) for (octets,) in self.rows("select octets from blocks where sequence > ? order by sequence", (sequence,))]  # fmt: skip

    def exactly(self, sequence: int) -> list[tuple[int, Samples]]:
        """One block."""
        rows = self.rows("select sequence, octets from blocks where sequence = ?", (sequence,))
        return [(int(each), from_octets(octets)) for each, octets in rows]

    def size(self) -> tuple[int, int]:
        """Samples in blocks, and the newest block's sequence."""
        count, newest = self.rows("select coalesce(sum(count), 0), coalesce(max(sequence), 0) from blocks")[0]
        return int(count), int(newest)

    def shrink(self) -> None:
        """Give the write-ahead file's room back."""
        self.rows("pragma wal_checkpoint(truncate)")

    def close(self) -> None:
        """Close the connection of the thread that asks; every thread closes its own."""
        found: sqlite3.Connection | None = getattr(self._mine, "tables", None)
        if found is not None:
            found.close()
            del self._mine.tables


def _told(path: Path, problem: sqlite3.Error) -> StoreError:
    full = getattr(problem, "sqlite_errorcode", 0)
    if full & 0xFF == sqlite3.SQLITE_FULL or (full & 0xFF == sqlite3.SQLITE_IOERR and "disk I/O" in str(problem)):
        return StoreFullError(f"{path}: no room left ({problem}); nothing acknowledged is lost; free some room")
    return StoreError(f"{path}: {problem}")


def within(samples: Samples, points: Sequence[int] | None, first: int, last: int) -> Samples:
    """Those of some points in a stretch of time, both ends included."""
    keep = (samples.time >= first) & (samples.time <= last)
    if points is not None:
        keep &= np.isin(samples.point, np.asarray(points, dtype=np.int32))
    return samples.chosen(keep)
