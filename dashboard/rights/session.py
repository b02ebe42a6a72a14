"""Who is logged in: sessions by the digest of their token, with an end after idleness and an end in any case."""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from twin.errors import StoreError

HOUR, DAY = 3600.0, 86400.0
LIFETIMES = {
    "viewer": (7 * DAY, 30 * DAY),
    "engineer": (8 * HOUR, 7 * DAY),
    "operator": (HOUR, 12 * HOUR),
    "admin": (HOUR, 12 * HOUR),
}
"""After how long without its person a session ends, and after how long in any case: who may do more proves themselves more often. [s]"""
ROUGHLY = 60.0
"""How exactly it is kept when a person was last there. [s]"""
SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (digest TEXT PRIMARY KEY, name TEXT, role TEXT, known TEXT, mark TEXT, made REAL, seen REAL, place TEXT, browser TEXT);
CREATE TABLE IF NOT EXISTS failures (key TEXT PRIMARY KEY, count INTEGER, last REAL);
CREATE TABLE IF NOT EXISTS places (key TEXT PRIMARY KEY, last REAL);
CREATE TABLE IF NOT EXISTS pending (digest TEXT PRIMARY KEY, made REAL, told TEXT);
"""


def digest(token: str) -> str:
    """What is kept of a secret: who reads the file cannot use it."""
    return sha256(token.encode()).hexdigest()


class State:
    """The file of sessions, failed log-ins and log-ins under way: SQLite, for its owner only, shared by all programs that use it."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.path, self.clock = path, clock
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._database = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
            self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)
        except (OSError, sqlite3.Error) as problem:
            raise StoreError(f"{path}: sessions cannot be kept there ({problem}); move the file away, or name another file with --accounts") from problem  # fmt: skip

    def ask(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query, or what a change returns.

        Raises
        ------
        StoreError
            When the file cannot be used.
        """
        with self._lock:
            try:
                return self._database.execute(text, values).fetchall()
            except sqlite3.Error as problem:
                raise StoreError(f"{self.path}: sessions cannot be read or kept ({problem})") from problem

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()


@dataclass(frozen=True)
class Session:
    """Somebody who is logged in.

    Attributes
    ----------
    known : by a local account or by another's log-in. mark : of the account when they logged in. made, seen : when. [s since 1970]
    place, browser : where from.
    """

    name: str
    role: str
    known: str
    mark: str
    made: float
    seen: float
    place: str
    browser: str


class Sessions:
    """Begin, find and end sessions."""

    def __init__(self, state: State) -> None:
        self.state = state

    def begin(self, name: str, role: str, known: str, mark: str, place: str, browser: str) -> str:
        """A new session's token; nobody but the browser ever has it."""
        token, now = secrets.token_urlsafe(32), self.state.clock()
        self.state.ask("DELETE FROM sessions WHERE made < ?", now - max(longest for _, longest in LIFETIMES.values()))
        self.state.ask("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", digest(token), name, role, known, mark, now, now, place, browser[:200])  # fmt: skip
        return token

    def find(self, token: str, attended: bool = True) -> Session | None:
        """The session of a token, unless it is over.

        Parameters
        ----------
        attended : whether a person is there; a page that only renews itself keeps no session alive.
        """
        if not token:
            return None
        found = self.state.ask("SELECT name, role, known, mark, made, seen, place, browser FROM sessions WHERE digest = ?", digest(token))  # fmt: skip
        if not found:
            return None
        session, now = Session(*found[0]), self.state.clock()
        idle, longest = LIFETIMES[session.role]
        if now - session.seen > idle or now - session.made > longest:
            self.end(token)
            return None
        if attended and now - session.seen > ROUGHLY:
            self.state.ask("UPDATE sessions SET seen = ? WHERE digest = ?", now, digest(token))
        return session

    def end(self, token: str) -> None:
        """End one session."""
        self.state.ask("DELETE FROM sessions WHERE digest = ?", digest(token))

    def end_all(self, name: str, known: str) -> int:
        """End all sessions of somebody; how many there were."""
        return len(self.state.ask("DELETE FROM sessions WHERE name = ? AND known = ? RETURNING digest", name, known))

    def all(self) -> list[Session]:
        """Sessions that are not over, the newest first."""
        now = self.state.clock()
        rows = self.state.ask(
            "SELECT name, role, known, mark, made, seen, place, browser FROM sessions ORDER BY seen DESC"
        )
        found = (Session(*row) for row in rows)
        return [each for each in found if now - each.seen <= LIFETIMES[each.role][0] and now - each.made <= LIFETIMES[each.role][1]]  # fmt: skip
