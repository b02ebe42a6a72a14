"""Studies that are worked beside the dashboard: a queue, a process for each, and a watch that marks what ended; no page holds them."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from twin.dashboard.what_if.job_table import Job, Table
from twin.dashboard.what_if.wish import Wish

from twin.errors import TwinError

AT_ONCE, WAITING = 1, 20
"""Jobs that run together, each of which takes all cores, and that may wait."""
TICK = 0.5
"""How often the watch looks. [s]"""
LOST = 20.0
"""Silence after which a job of another server has ended with it. [s]"""
GRACE = 15.0
"""How long a job may take to end once it was told to. [s]"""
TOLD = 300
"""Letters that are kept of what a broken worker said last."""
log = logging.getLogger(__name__)


class JobError(TwinError):
    """A job cannot be taken."""


class Jobs:
    """Jobs of a folder; workers end with this process, and what they had done is not done again.

    Parameters
    ----------
    folder : of the table and of the finished studies. at_once : jobs that run together.
    """

    def __init__(self, folder: Path, at_once: int = AT_ONCE) -> None:
        self.folder, self.table, self._at_once = folder, Table(folder), at_once
        self._children: dict[str, tuple[Job, subprocess.Popen[bytes]]] = {}
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()
        self._wake, self._over = threading.Event(), False
        self._look(started=True)
        self._watch = threading.Thread(target=self._watching, name="twin-jobs", daemon=True)
        self._watch.start()

    def start(self, wish: Wish, site: str, author: str = "") -> Job:
        """Put a study in the queue.

        Raises
        ------
        JobError
            When too many wait.
        """
        if len(self.table.open()) >= WAITING:
            raise JobError(f"{WAITING} studies wait already; let them finish or stop some")
        job = Job(
            secrets.token_hex(6),
            site,
            wish.title or wish.titles.get("en", ""),
            wish.text(),
            made=time.time(),
            author=author,
        )
        self.table.add(job)
        self._wake.set()
        return job

    def resume(self, name: str) -> bool:
        """Put a job that was stopped, interrupted or failed in the queue again; runs that it had finished are not run again."""
        job = self.table.get(name)
        again = {"state": "waiting", "stop": 0, "attempt": job.attempt + 1, "problem": "", "stage": "", "done": 0, "total": 0} if job else {}  # fmt: skip
        done = bool(job and self.table.change(job, "stopped", "interrupted", "failed", **again))
        self._wake.set()
        return done

    def stop(self, name: str) -> bool:
        """End a job; what it has finished stays in the store of runs."""
        job = self.table.get(name)
        if job is None:
            return False
        if self.table.change(job, "waiting", state="stopped", ended=time.time()):
            return True
        done = self.table.change(job, "running", stop=1)
        self._wake.set()
        return done

    def remove(self, name: str) -> bool:
        """Forget a job that has ended, and its study."""
        job = self.table.get(name)
        if job is None or not self.table.remove(job):
            return False
        for ending in ("json", "log"):
            (self.folder / f"{job.id}.{ending}").unlink(missing_ok=True)
        return True

    def _watching(self) -> None:
        while not self._over:
            busy = bool(self._children)
            self._wake.wait(TICK if busy else TICK * 10.0)
            self._wake.clear()
            if self._over:
                return
            try:
                self._look()
            except TwinError:
                log.exception("the table of jobs cannot be read")

    def _look(self, started: bool = False) -> None:
        """Mark what has ended, tell what somebody stopped, and begin what waits."""
        with self._lock:
            if self._over:
                return
            self._collect()
            running = len(self._children)
            for job in self.table.open():
                if job.state == "running":
                    running += self._alive(job, started) and job.id not in self._children
            for job in [each for each in self.table.open() if each.state == "waiting"]:
                if running >= self._at_once:
                    return
                if job.id not in self._children:  # else the process of its former attempt has not gone yet
                    running += self._begin(job)

    def _collect(self) -> None:
        """Mark jobs whose process is gone without a word."""
        for name, (job, child) in list(self._children.items()):
            code = child.poll()
            if code is None:
                continue
            del self._children[name]
            self._told.pop(name, None)
            if child.stdin:
                child.stdin.close()
            latest = self.table.get(name)
            asked = bool(latest and latest.stop)
            self.table.end(job, "stopped" if asked else "failed", "" if asked else self._last_words(name, code))

    def _last_words(self, name: str, code: int) -> str:
        """Why a worker may have ended."""
        if code < 0:
            return f"its process was ended by signal {-code}, perhaps for want of memory"
        with contextlib.suppress(OSError):
            lines = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if lines:
                return f"its process broke: {lines[-1][-TOLD:]}"
        return f"its process ended with code {code}"

    def _alive(self, job: Job, started: bool) -> bool:
        """Whether a running job still does; ours is told to stop where somebody wants it, one of a server that is gone is marked."""
        own = self._children.get(job.id)
        if own is None:
            silent = time.time() - max(job.seen, job.began)
            if silent > LOST or (started and silent > LOST / 4.0):
                self.table.end(job, "interrupted")
                return False
            return True
        if job.stop:
            self._tell(job.id, own[1])
        return True

    def _tell(self, name: str, child: subprocess.Popen[bytes]) -> None:
        """Interrupt a worker; one that does not hear is ended."""
        if name not in self._told:
            self._told[name] = time.monotonic()
            with contextlib.suppress(OSError):
                child.send_signal(signal.SIGINT)
        elif time.monotonic() - self._told[name] > GRACE:
            child.kill()

    def _begin(self, job: Job) -> bool:
        """Start the process of a job that waits."""
        now = time.time()
        if not self.table.change(job, "waiting", state="running", began=now, staged=now, seen=now):
            return False
        command = [sys.executable, "-m", "twin.dashboard.what_if.worker", str(self.folder), job.id, str(job.attempt)]
        try:
            with (self.folder / f"{job.id}.log").open("wb") as told:
                child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=told, stderr=told, start_new_session=os.name == "posix")  # fmt: skip
        except OSError as problem:
            self.table.end(job, "failed", f"no process can be started ({problem.strerror}); try again later")
            return False
        self._children[job.id] = job, child
        return True

    def close(self) -> None:
        """End all workers with this server; their jobs can be resumed."""
        with self._lock:
            self._over = True
            self._wake.set()
            children = list(self._children.values())
            for _, child in children:
                with contextlib.suppress(OSError):
                    child.send_signal(signal.SIGINT)
            until = time.monotonic() + GRACE
            for job, child in children:
                try:
                    child.wait(max(0.1, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
                if child.stdin:
                    child.stdin.close()
                self.table.end(job, "interrupted")
            self._children.clear()
        self._watch.join()
