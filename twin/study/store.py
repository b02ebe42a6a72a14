"""Finished runs of studies in one SQLite file: each durable once it is kept, with a check; many studies may share it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from twin.errors import StoreError
from twin.historian.tail import StoreFullError

VERSION = 1
FILE = "runs.sqlite"
PATIENCE = 60.0
"""Wait for another study that writes. [s]"""
SOME = 500
"""Keys asked for at a time."""
SCHEMA = """
create table if not exists manifests (digest text primary key, text text not null) without rowid;
create table if not exists runs (
  key text primary key, body text not null, proof text not null, manifest text not null, made real not null)
"""
UNREADABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SpoiltError(StoreError):
    """The file can no longer be read."""


class Store:
    """Runs by key in a folder; every `keep` is all on disk when it returns, or nothing of it is.

    Parameters
    ----------
    folder : made when absent. durable : wait for the disk; a store that is thrown away need not.

    Raises
    ------
    StoreFullError
        When the disk is full.
    StoreError
        When the folder cannot be used.
    """

    def __init__(self, folder: Path, durable: bool = True) -> None:
        self.folder, self.path = folder, folder / FILE
        self.remarks: list[str] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(
                f"{folder}: no store can be made here ({problem.strerror}); choose another folder"
            ) from problem
        self._durable = durable
        try:
            self._open()
        except SpoiltError:
            self.set_aside()

    def _open(self) -> None:
        with self._told():
            self._tables = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
            self._tables.text_factory = lambda octets: octets.decode("utf-8", "replace")
            self._tables.execute("pragma journal_mode = wal")
            self._tables.execute(f"pragma synchronous = {'full' if self._durable else 'off'}")
            version = int(self._tables.execute("pragma user_version").fetchone()[0])
        if version > VERSION:
            raise StoreError(f"{self.path}: was written by a newer version of the twin; update this one")
        if version < VERSION:
            with self._changing() as tables:
                for statement in SCHEMA.split(";"):
                    tables.execute(statement)
                tables.execute(f"pragma user_version = {VERSION}")

    def set_aside(self) -> None:
        """Begin a new file beside one that can no longer be read."""
        self._tables.close()
        aside = self.path.with_name(f"spoilt-{time.time_ns()}.sqlite")
        self.path.replace(aside)
        for ending in ("-wal", "-shm"):
            self.path.with_name(FILE + ending).unlink(missing_ok=True)
        self.remarks.append(
            f"{self.path}: cannot be read any more; set aside as {aside.name}, its runs are worked out again"
        )
        self._open()

    def keep(self, bodies: Mapping[str, str], manifest: str) -> None:
        """Add finished runs, durable when this returns; what is there already is replaced.

        Raises
        ------
        StoreFullError
            When the disk is full; everything kept before is safe.
        """
        rows = [(key, body, proof(key, body), manifest, time.time()) for key, body in bodies.items()]
        with self._changing() as tables:
            tables.executemany("insert or replace into runs values (?, ?, ?, ?, ?)", rows)

    def describe(self, manifest: str, origin: Mapping[str, str]) -> None:
        """Say what a manifest's hash stands for."""
        with self._changing() as tables:
            tables.execute("insert or ignore into manifests values (?, ?)", (manifest, json.dumps(origin)))

    def known(self, keys: Sequence[str]) -> tuple[set[str], set[str]]:
        """Keys of runs that are there and sound, and of those that are there and spoilt."""
        sound: set[str] = set()
        spoilt: set[str] = set()
        for key, body, check in self._rows(keys):
            good = isinstance(body, str) and proof(str(key), body) == check
            (sound if good else spoilt).add(str(key))
        return sound, spoilt

    def body(self, key: str) -> str:
        """One run.

        Raises
        ------
        SpoiltError
            When it is not there, or not as it was kept.
        """
        for _, body, check in self._rows([key]):
            if isinstance(body, str) and proof(key, body) == check:
                return body
        raise SpoiltError(f"{self.path}: run {key} was kept and is gone or spoilt; run the same command again")

    def _rows(self, keys: Sequence[str]) -> Iterator[tuple[object, object, object]]:
        for at in range(0, len(keys), SOME):
            some = keys[at : at + SOME]
            with self._told():
                marks = ",".join("?" * len(some))
                yield from self._tables.execute(f"select key, body, proof from runs where key in ({marks})", some)

    def close(self) -> None:
        """Close the file."""
        self._tables.close()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing."""
        with self._told():
            self._tables.execute("begin immediate")
            try:
                yield self._tables
                self._tables.execute("commit")
            finally:
                if self._tables.in_transaction:
                    self._tables.execute("rollback")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and "disk I/O" in str(problem)):
                raise StoreFullError(f"{self.path}: no room left ({problem}); free some room") from problem
            if code in UNREADABLE or "malformed" in str(problem) or "not a database" in str(problem):
                raise SpoiltError(f"{self.path}: {problem}; move it away and run the same command again") from problem
            raise StoreError(f"{self.path}: {problem}; choose another folder with --store") from problem


def proof(key: str, body: str) -> str:
    """Hash by which a spoilt run is found."""
    return hashlib.sha256(f"{key}\n{body}".encode()).hexdigest()
