"""Answers that are kept: worked once in the background, or asked again when they have grown old, and never twice at the same time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from twin.dashboard.reading import Reading, ready

from twin.errors import TwinError

Value = TypeVar("Value")
Key = tuple[str, ...]
FRESH = 5.0
"""How long an answer of the historian is shown to everybody who asks. [s]"""
GRACE = 4.0 * FRESH
"""How old such an answer may be where the background asks again. [s]"""
log = logging.getLogger(__name__)


class Answers:
    """What was asked, by its key; runs are worked one after another, and so is what is read."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="twin-run")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="twin-read")
        self._kept: dict[Key, Future[Any]] = {}
        self._renewed: dict[Key, tuple[float, Future[Any] | None, Reading[Any] | None]] = {}
        self._told: dict[Key, tuple[float, Any, bool]] = {}
        self._lock, self._asking = threading.Lock(), threading.Lock()

    def worked(self, key: Key, work: Callable[[], Value]) -> Reading[Value]:
        """A run, once: loading, until the background has it."""
        return self._soon(key, work, self._worker)

    def read(self, key: Key, work: Callable[[], Value]) -> Reading[Value]:
        """Something that is read, once: loading, until the background has it."""
        return self._soon(key, work, self._reader)

    def _soon(self, key: Key, work: Callable[[], Value], pool: ThreadPoolExecutor) -> Reading[Value]:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = pool.submit(work)
            future = self._kept[key]
        return _reading(future)

    def made(self, key: Key, make: Callable[[], Value]) -> Reading[Value]:
        """Something quick that is made of what is there, once."""
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

    def forget(self, stale: Callable[[Key], bool]) -> None:
        """Drop what is kept under some keys."""
        with self._lock:
            for key in [each for each in self._kept if stale(each)]:
                del self._kept[key]

    def renewed(self, key: Key, every: float, ask: Callable[[], Reading[Value]]) -> Reading[Value]:
        """Something slow that grows old: the last answer, while the background asks again."""
        with self._lock:
            began, future, last = self._renewed.get(key, (-every, None, None))
            if future is not None and future.done():
                told = _reading(future)
                last = told.value if told.value is not None else replace(told, why="historian_fails")
                future = None
            age = time.monotonic() - began
            if future is None and (last is None or age > every or (last.state == "empty" and age > FRESH)):
                began, future = time.monotonic(), self._reader.submit(ask)
            self._renewed[key] = (began, future, last)
        return last or Reading("loading", why="working")

    def shared(self, key: Key, ask: Callable[[], Value]) -> Value:
        """Something quick that grows old: for some seconds everybody gets the same, and for some more while the background asks again.

        Where nothing so young is known one asks and the others wait for its answer.
        """
        with self._asking:
            told, answer, again = self._told.get(key, (-GRACE, None, False))
            age = time.monotonic() - told
            if answer is None or age >= GRACE:
                answer = ask()
                self._told[key] = time.monotonic(), answer, False
            elif age >= FRESH and not again:
                self._told[key] = told, answer, True
                self._reader.submit(self._renew, key, ask)
        return answer

    def _renew(self, key: Key, ask: Callable[[], Any]) -> None:
        """Ask in the background; what fails there is asked in the foreground by whoever comes next."""
        try:
            answer = ask()
        except Exception:
            answer = None
            log.exception("asking again failed")
        with self._asking:
            self._told[key] = time.monotonic(), answer, False

    def close(self) -> None:
        """Stop what runs in the background."""
        for pool in (self._worker, self._reader):
            pool.shutdown(wait=False, cancel_futures=True)


class Begun:
    """What a page begins while it is built, until its browser asks for it a moment later."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[float, Callable[[], Any]]] = {}
        self._lock = threading.Lock()

    def keep(self, key: Key, wait: Callable[[], Any]) -> None:
        """Keep, for some seconds, what waits for the answer of something that was begun."""
        late = time.monotonic() - FRESH
        with self._lock:
            self._kept = {each: held for each, held in self._kept.items() if held[0] > late}
            self._kept[key] = time.monotonic(), wait

    def taken(self, key: Key) -> Callable[[], Any] | None:
        """What was begun under a key, for the first who asks; nothing where that is long ago."""
        with self._lock:
            made, wait = self._kept.pop(key, (-FRESH, None))
        return wait if time.monotonic() - made < FRESH else None


def _reading(future: Future[Value]) -> Reading[Value]:
    if not future.done():
        return Reading("loading", why="working")
    problem = future.exception()
    if problem is None:
        return ready(future.result())
    if not isinstance(problem, TwinError):
        log.error("work in the background failed", exc_info=problem)
    return Reading("error", why="twin_fails", detail=f"{problem or type(problem).__name__}")
