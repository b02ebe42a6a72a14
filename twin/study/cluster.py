"""The workers of a Dask cluster work the batches of a study; needs the extra `dask`."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from typing import Any

from twin.study import batch
from twin.study.batch import Context, Done
from twin.study.crew import Jobs, StudyError
from twin.study.manifest import differences, identity

LOOK = 5.0
"""Look for new workers, and for those that left. [s]"""
PATIENCE = 60.0
"""Wait for a worker when none is left. [s]"""
ANSWER = 10.0
"""Wait for the scheduler to answer. [s]"""
ATTEMPTS = 3
"""Times that a batch may take its worker down."""


class Cluster:
    """Workers of a Dask cluster that are the same as this process, or all of them when mixed.

    Parameters
    ----------
    address : of the scheduler, `host:8786`. mixed : take workers that differ. tell : told who is refused, and why.

    Raises
    ------
    StudyError
        When the extra is missing, no scheduler answers, or no worker may be taken.
    """

    def __init__(self, context: Context, address: str, mixed: bool, tell: Callable[[str], None]) -> None:
        try:
            self._dask: Any = importlib.import_module("distributed")
        except ImportError as problem:
            raise StudyError("--dask needs the package distributed: pip install 'campus-twin[dask]'") from problem
        self._mixed, self._tell, self._address = mixed, tell, address
        self._seen: dict[str, bool] = {}
        self._running: dict[Any, Jobs] = {}
        self._lost: dict[str, int] = {}
        try:
            where = address if "://" in address else f"tcp://{address}"
            self._client: Any = self._dask.Client(where, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError) as problem:
            raise StudyError(
                f"--dask {address}: no Dask scheduler answers there; start one with `dask scheduler`"
            ) from problem
        self._workers = self._taken()
        if not self._workers:
            refused = "all its workers are refused" if self._seen else "it has no workers"
            self.close()
            raise StudyError(f"--dask {address}: {refused}; start some with `dask worker {address} --nthreads 1`")
        self._context = self._client.scatter(context, broadcast=True, hash=False)
        self._looked = time.monotonic()

    def capacity(self) -> int:
        """Number of workers taken."""
        return max(1, len(self._workers))

    def submit(self, jobs: Jobs) -> None:
        """Hand a batch over."""
        future = self._client.submit(
            batch.perform_with, self._context, jobs, workers=self._workers, pure=False, retries=ATTEMPTS
        )
        self._running[future] = jobs

    def finished(self) -> list[tuple[Jobs, list[Done] | None]]:
        """Batches that ended since, or that were lost with their worker.

        Raises
        ------
        StudyError
            When the scheduler or the last worker went away, or a batch takes every worker down.
        """
        done: list[Any] = []
        while not done:
            try:
                with self._client.as_current():
                    done = list(self._dask.wait(list(self._running), timeout=LOOK, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                pass
            except (OSError, CancelledError) as problem:
                raise StudyError(f"--dask {self._address}: the scheduler went away") from problem
            if time.monotonic() - self._looked > LOOK and self._changed():
                return self._recalled()
        return [(self._running[each], self._result(each, self._running.pop(each))) for each in done]

    def close(self) -> None:
        """Drop what is being worked, and the line to the scheduler."""
        self._client.cancel(list(self._running), force=True)
        self._running.clear()
        self._client.close(timeout=5)

    def _result(self, future: Any, jobs: Jobs) -> list[Done] | None:
        if future.status == "finished":
            found: list[Done] = future.result()
            return found
        if future.status in ("cancelled", "lost"):
            raise StudyError(f"--dask {self._address}: the scheduler went away or dropped the study")
        self._lost[jobs[0].key] = self._lost.get(jobs[0].key, 0) + 1
        if self._lost[jobs[0].key] >= ATTEMPTS:
            raise StudyError(f"--dask {self._address}: workers break on a batch: {future.exception()}")
        return None

    def _recalled(self) -> list[tuple[Jobs, list[Done] | None]]:
        """All batches, taken back after workers came or went, so that they are shared out anew."""
        back: list[tuple[Jobs, list[Done] | None]] = []
        for future, jobs in list(self._running.items()):
            back.append((jobs, self._result(future, jobs) if future.status == "finished" else None))
        self._client.cancel([each for each in self._running if each.status != "finished"])
        self._running.clear()
        self._context = self._client.scatter(self._context.result(), broadcast=True, hash=False)
        return back

    def _changed(self) -> bool:
        """Whether other workers may be taken than before."""
        self._looked = began = time.monotonic()
        before, self._workers = self._workers, self._taken()
        while not self._workers:
            if time.monotonic() - began > PATIENCE:
                raise StudyError(f"--dask {self._address}: no worker is left")
            time.sleep(1.0)
            self._workers = self._taken()
        return self._workers != before

    def _taken(self) -> list[str]:
        """Addresses of the workers that may work; each is asked once what it is."""
        try:
            present = list(self._client.scheduler_info(n_workers=-1)["workers"])
            fresh = [each for each in present if each not in self._seen]
            told: Mapping[str, Any] = self._client.run(identity, workers=fresh, on_error="return") if fresh else {}
        except OSError as problem:
            raise StudyError(f"--dask {self._address}: the scheduler went away") from problem
        for worker, its in told.items():
            apart = refusal(its)
            self._seen[worker] = not apart or (self._mixed and isinstance(its, Mapping))
            if apart:
                verdict = "taken, though it differs" if self._seen[worker] else "refused"
                hint = "" if self._seen[worker] or not isinstance(its, Mapping) else "; --mixed takes it"
                self._tell(f"worker {worker}: {verdict}: {apart}{hint}")
        return sorted(each for each in present if self._seen.get(each))


def refusal(its: object) -> str:
    """Why a worker that told its identity is not the same as this process; empty when it is."""
    if not isinstance(its, Mapping):
        return f"it cannot run the twin ({its})"
    return ", ".join(differences(identity(), its))
