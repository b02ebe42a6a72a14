"""What runs beside a dashboard: the virtual building, the live twin with its gateway, and the filling of history, as processes that end with it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PATIENCE = 12.0
"""How long a part may take to stop before it is killed. [s]"""
AGAIN = (2.0, 10.0, 60.0)
"""Pauses before a part that ended by itself is started again; the last one stays. [s]"""
STEADY = 120.0
"""A part that ran for so long begins with the shortest pause again. [s]"""
KINDNESS = 10
"""How much less urgent a quiet part is than all others, as `nice` counts."""


@dataclass(frozen=True)
class Part:
    """One command of the program.

    Attributes
    ----------
    name : what the terminal calls it.
    arguments : of the command line.
    ready : how the line begins by which it says that others may go on; empty where they wait for its end.
    lasting : whether it goes on for ever, so that it is started again when it ends; a part that does not is done when it ends.
    quiet : whether it gives way to all others.
    """

    name: str
    arguments: Sequence[str]
    ready: str = ""
    lasting: bool = True
    quiet: bool = False


class Together:
    """Parts that are started one after the other, each once the one before it is ready, and that end together.

    Parameters
    ----------
    told : told of every line that a part prints, with the part's name.
    """

    def __init__(self, parts: Sequence[Part], told: Callable[[str, str], None]) -> None:
        self.parts, self.told = list(parts), told
        self.state: dict[str, str] = {part.name: "waiting" for part in parts}
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin, in the background."""
        self._begin(self._in_turn)

    def stop(self) -> None:
        """Ask the parts to stop, the last one first, wait for each, and kill those that do not."""
        self._stop.set()
        for part in reversed(self.parts):
            with self._lock:
                process = self._running.get(part.name)
            if process is None:
                continue
            with contextlib.suppress(OSError):
                process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _begin(self, work: Callable[..., None], *told: object) -> None:
        thread = threading.Thread(target=work, args=told, name="twin-parts", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _in_turn(self) -> None:
        for part in self.parts:
            if self._stop.is_set():
                return
            ready = threading.Event()
            self._begin(self._tend, part, ready)
            ready.wait()

    def _tend(self, part: Part, ready: threading.Event) -> None:
        """Run a part until all stop; one that lasts is started again when it ends."""
        tried = 0
        while not self._stop.is_set():
            began = time.monotonic()
            code = self._run(part, ready)
            if self._stop.is_set() or (not part.lasting and code == 0):
                break
            tried = 0 if time.monotonic() - began > STEADY else tried + 1
            pause = AGAIN[min(max(tried - 1, 0), len(AGAIN) - 1)]
            if not part.lasting and tried >= len(AGAIN):
                self.state[part.name] = "failed"
                self.told(part.name, f"alarm: ended with code {code} {tried} times and is given up")
                ready.set()
                return
            self.state[part.name] = "failed"
            self.told(part.name, f"alarm: ended with code {code}; it is started again in {pause:.0f} s")
            self._stop.wait(pause)
        self.state[part.name] = "done"
        ready.set()

    def _run(self, part: Part, ready: threading.Event) -> int:
        """One life of a part; gives its code."""
        command = [sys.executable, "-m", "twin.tethered", *part.arguments]
        with self._lock:
            if self._stop.is_set():
                return 0
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
                errors="replace", start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
            self._running[part.name] = process
        self.state[part.name] = "starting"
        if part.quiet:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, KINDNESS)
        assert process.stdout
        for line in process.stdout:
            if part.ready and line.startswith(part.ready):
                self.state[part.name] = "running"
                ready.set()
            if not self._stop.is_set():
                self.told(part.name, line.rstrip("\n"))
        code = process.wait()
        for pipe in (process.stdout, process.stdin):
            if pipe:
                pipe.close()
        with self._lock:
            self._running.pop(part.name, None)
        return code
