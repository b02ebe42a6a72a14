"""Finished studies in a folder: read with every check, kept in memory while their file stays as it is, taken in from an upload, and compared."""

from __future__ import annotations

import json
import secrets
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from twin.dashboard.reading import Reading, ready
from twin.dashboard.report.content import Content
from twin.dashboard.report.page import render
from twin.dashboard.report.workbook import workbook
from twin.dashboard.what_if.job_table import Job
from twin.dashboard.what_if.jobs import Jobs

from twin.errors import StoreError, TwinError
from twin.files import write_text
from twin.study.kept import AGAIN, KeptError, read_study

LARGEST = 24 * 2**20
"""Largest study that is taken in. [octets]"""
HELD = 12
"""Studies that are held in memory."""
UNSOUND = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError)


class Studies:
    """Studies of a folder, finished and at work.

    Parameters
    ----------
    folder : made when absent. at_once : jobs that run together.
    """

    def __init__(self, folder: Path, at_once: int = 1) -> None:
        self.folder = folder
        self.jobs = Jobs(folder, at_once)
        self._held: dict[str, tuple[int, Content]] = {}
        self._lock = threading.Lock()

    def path(self, name: str) -> Path:
        """File of a study."""
        return self.folder / f"{name}.json"

    def study(self, name: str) -> Reading[Content]:
        """A finished study, or why there is none and what to do."""
        job = self.jobs.table.get(name)
        path = self.path(name)
        try:
            age = path.stat().st_mtime_ns
        except OSError:
            if job is None:
                return Reading("error", why="what_if_unknown", detail=name)
            return Reading("empty" if job.state != "done" else "error", why=f"what_if_{job.state}", detail=job.problem)
        with self._lock:
            held = self._held.get(name)
        if held and held[0] == age:
            return ready(held[1])
        try:
            content = Content(read_study(path))
        except KeptError as problem:
            return Reading("error", why="what_if_unreadable", detail=str(problem).replace(str(self.folder), "…"))
        with self._lock:
            self._held[name] = age, content
            while len(self._held) > HELD:
                del self._held[next(iter(self._held))]
        return ready(content)

    def take(self, octets: bytes, label: str, site: str, author: str = "") -> Job:
        """Keep a study that somebody brings.

        Raises
        ------
        TwinError
            When it is too large, or no kept study of this program's version; the message says which.
        """
        if len(octets) > LARGEST:
            raise StoreError(
                f"{label}: has {len(octets) / 2**20:,.0f} MiB; {LARGEST / 2**20:.0f} MiB are taken at most"
            )
        with tempfile.TemporaryDirectory(prefix="twin-study-") as folder:
            path = Path(folder) / "study.json"
            path.write_bytes(octets)
            try:
                study = read_study(path)
            except KeptError as problem:
                raise KeptError(str(problem).replace(str(path), label)) from problem
        prove(study, label)
        now = time.time()
        job = Job(secrets.token_hex(6), site, label, "{}", "done", now, now, now, author=author)
        write_text(json.dumps(study, ensure_ascii=False, indent=1) + "\n", self.path(job.id))
        self.jobs.table.add(job)
        return job

    def close(self) -> None:
        """End what runs."""
        self.jobs.close()


def prove(study: dict[str, Any], label: str) -> None:
    """Refuse a study that has all its parts and cannot be shown.

    Raises
    ------
    KeptError
        With the part that is wrong.
    """
    try:
        render(study)
        workbook(study)
    except TwinError:
        raise
    except UNSOUND as problem:
        raise KeptError(f"{label}: a part is not as this program writes it ({type(problem).__name__}: {problem}); {AGAIN}") from problem  # fmt: skip
