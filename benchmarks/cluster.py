"""The same study by two Dask workers and by two processes of this machine; `python benchmarks/cluster.py`."""

from __future__ import annotations

import importlib.util
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from twin.site.load import load
from twin.study.design import scenarios
from twin.study.engine import Means, work_study
from twin.study.sampling import draw
from twin.study.task import BASELINE, Task, outcome

ROUNDS = 3
WORKERS = 2


@contextmanager
def cluster(count: int) -> Iterator[str]:
    """Address of a scheduler with so many workers, which end with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    host, port = address.split(":")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    with tempfile.TemporaryDirectory() as folder:
        started = [subprocess.Popen([*dask, "scheduler", "--host", host, "--port", port, "--no-dashboard"], **quiet)]  # type: ignore[call-overload]
        worker = [*dask, "worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory", folder]
        started += [subprocess.Popen(worker, **quiet) for _ in range(count)]  # type: ignore[call-overload]
        try:
            from distributed import Client

            with Client(f"tcp://{address}", timeout=60, set_as_default=False) as client:
                client.wait_for_workers(count, timeout=60)
            yield address
        finally:
            for each in reversed(started):
                each.terminate()
            for each in reversed(started):
                each.wait()


def main() -> None:
    """Print the time of both in turn, and the ratio of their throughput; 200 runs unless another number is given."""
    if importlib.util.find_spec("distributed") is None:
        print("the extra dask is not installed; nothing to measure")
        return
    count = int(sys.argv[1]) if sys.argv[1:] else 200
    site = load("binhai")
    names = [(each.name, each.measures) for each in scenarios(site)]
    many = draw(site.assumptions(), -(-count // len(names)), 0)
    tasks = [Task(site, "shenzhen", 3600.0, values, names) for values in many]
    outcome(site, "shenzhen", 3600.0, {}, ())
    print(f"{len(tasks) * len(names)} runs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    ratios = []
    with cluster(WORKERS) as address:
        work_study(tasks[:2], Means(dask=address))  # the workers have imported the twin, as those of a cluster have
        for _ in range(ROUNDS):
            spent, found = [], []
            for means in (Means(workers=WORKERS), Means(dask=address)):
                began = time.perf_counter()
                found.append(work_study(tasks, means))
                spent.append(time.perf_counter() - began)
            assert all(a[BASELINE] == b[BASELINE] for a, b in zip(*found, strict=True))
            ratios.append(spent[0] / spent[1])
            print(
                f"two processes {spent[0]:.1f} s, two Dask workers {spent[1]:.1f} s, throughput {ratios[-1]:.0%}",
                flush=True,
            )
    print(f"median {statistics.median(ratios):.0%} of the local throughput")


if __name__ == "__main__":
    main()
