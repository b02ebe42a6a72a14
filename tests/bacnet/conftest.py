"""Loops of tests have time for what they do: what other programs take of the machine does not pass there."""

from __future__ import annotations

import asyncio
import selectors
import threading
import time

import pytest

_real = time.monotonic


class Clock(threading.local):
    """The monotonic second of a thread: while it has a loop, what it has computed and waited since, else the machine's."""

    def __init__(self):
        self.now = self.spent = None

    def read(self):
        if self.now is None:
            return _real()
        spent = time.thread_time()
        self.now, self.spent = self.now + spent - self.spent, spent
        return self.now

    def wait(self, select, timeout):
        """Select, no longer than was asked for, whatever the machine does meanwhile."""
        self.read()
        began = _real()
        ready = select(timeout)
        took = _real() - began
        self.now += took if timeout is None else min(took, max(0.0, timeout))
        self.spent = time.thread_time()
        return ready


class Patient(asyncio.SelectorEventLoop):
    """A loop by the clock of its thread."""

    def __init__(self, clock):
        self._clock, clock.now, clock.spent = clock, _real(), time.thread_time()
        selector = selectors.DefaultSelector()
        select, selector.select = selector.select, lambda timeout=None: clock.wait(select, timeout)
        super().__init__(selector)

    def close(self):
        self._clock.now = None
        super().close()


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Let loops and all who look at the monotonic clock beside them live by the time that they were given."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock.read)
    monkeypatch.setattr(asyncio.events, "new_event_loop", lambda: Patient(clock))
