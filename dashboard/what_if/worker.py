"""The process that works one job: it answers the question with the public verbs, tells how far it is, and leaves the study as a file."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from twin.dashboard.what_if.job_table import Job, Table
from twin.dashboard.what_if.wish import Wish, question

from twin.answer import answer
from twin.errors import TwinError
from twin.files import write_text

PULSE = 0.5
"""How often it is told how far the work is. [s]"""
NICE = 10
"""How much others come first."""


class Pulse:
    """Tells how far a job is, from a thread of its own; a job that is no longer wanted interrupts its work."""

    def __init__(self, table: Table, job: Job) -> None:
        self._table, self._job = table, job
        self._now: dict[str, object] = {}
        self._runs, self._stage = 0, ""
        self._over = threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def move(self, stage: str, done: int, total: int) -> None:
        """Take what the engine tells."""
        self._runs = max(self._runs, total)
        now = {"stage": stage, "done": done, "total": total, "runs": self._runs}
        if stage != self._stage:
            self._stage = stage
            now["staged"] = time.time()
        self._now = {**self._now, **now}

    def _beat(self) -> None:
        while not self._over.wait(PULSE):
            with suppress(TwinError):  # a table that is busy for long is told at the next beat
                if not self._tell():
                    interrupt()
                    return

    def _tell(self) -> bool:
        """Write down how far the work is; no where somebody else has taken or stopped the job."""
        return self._table.change(self._job, "running", seen=time.time(), **self._now)

    def end(self) -> None:
        """Tell where the work ended, and no more."""
        self._over.set()
        with suppress(TwinError):
            self._tell()


def interrupt() -> None:
    """Stop the work of this process as Ctrl-C does."""
    os.kill(os.getpid(), signal.SIGINT)


def follow() -> None:
    """End with the server, however it ends: it holds the other end of the standard input."""
    sys.stdin.buffer.read()
    interrupt()


def work(folder: Path, name: str, attempt: int) -> None:
    """Work a job to its end, whatever that is."""
    table = Table(folder)
    job = table.get(name)
    if job is None or job.attempt != attempt:
        return
    pulse = Pulse(table, job)
    try:
        study = answer(question(Wish(**job.asked)), None, pulse.move)
        pulse.end()
        write_text(json.dumps(study, ensure_ascii=False, indent=1) + "\n", folder / f"{name}.json")
        table.end(job, "done")
    except BaseException as problem:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        pulse.end()
        stopped = isinstance(problem, KeyboardInterrupt) or getattr(problem, "exit_code", 0) == 130
        if stopped:
            latest = table.get(name)
            table.end(job, "stopped" if latest and latest.stop else "interrupted", str(problem))
        elif isinstance(problem, TwinError):
            table.end(job, "failed", str(problem))
        else:
            table.end(job, "failed", f"{type(problem).__name__}: {problem}")
            raise


def main() -> None:
    """Work the job that the command line names: folder, id, attempt."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    threading.Thread(target=follow, daemon=True).start()
    work(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))


if __name__ == "__main__":
    main()
