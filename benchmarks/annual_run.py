"""Time the annual run of Binhai, its import and its first compilation; `python benchmarks/annual_run.py`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

RUN = """
import time
from twin.site.load import load
from twin.study.runner import simulate
began = time.process_time()
site = load("binhai")
run = simulate(site)
print(time.process_time() - began)
began = time.process_time()
simulate(site)
print(time.process_time() - began)
"""


def process(code: str, **environment: str) -> tuple[float, list[float]]:
    """Wall time of a fresh process and the numbers it prints."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return time.perf_counter() - began, [float(line) for line in done.stdout.split()]


def main() -> None:
    """Print medians of five processes each."""
    with tempfile.TemporaryDirectory() as folder:
        first, _ = process(RUN, TWIN_CACHE=folder, NUMBA_CACHE_DIR=folder)
    warm = [process(RUN) for _ in range(6)][1:]
    imports = [
        process("import time; b = time.perf_counter(); import twin; print(time.perf_counter() - b)")[1][0]
        for _ in range(5)
    ]
    print(f"first ever run, kernels compiled: {first:.1f} s wall (two annual runs, 15-minute step)")
    print(
        f"annual run with cached kernels: {statistics.median(r[1][0] for r in warm):.2f} s CPU, loading and linking included"
    )
    print(f"annual run in a warm process:   {statistics.median(r[1][1] for r in warm):.2f} s CPU")
    print(f"import twin: {statistics.median(imports) * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
