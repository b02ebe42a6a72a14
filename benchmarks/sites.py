"""A year of every shipped site at 15 minutes on one core, after caching: loading, planning, linking and running.

`python benchmarks/sites.py` prints the median of three passes for each site, and of their sum.
"""

from __future__ import annotations

import os
import statistics
import time

PASSES = 3
WANTED = 20.0


def main() -> None:
    """Print every figure."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from twin.site.load import load, shipped
    from twin.study.runner import simulate

    times: dict[str, list[float]] = {name: [] for name in shipped()}
    for turn in range(PASSES + 1):
        for name, spent in times.items():
            began = time.perf_counter()
            run = simulate(load(name))
            if turn:  # the first pass fills the caches
                spent.append(time.perf_counter() - began)
            assert max(run.balance.values()) < 1e-6, name
    for name, spent in times.items():
        print(f"{statistics.median(spent):6.2f} s  {name}")
    total = statistics.median(map(sum, zip(*times.values(), strict=True)))
    print(f"{total:6.2f} s  a year of all {len(times)} sites at 15 minutes on one core (wanted: {WANTED:.0f} s)")


if __name__ == "__main__":
    main()
