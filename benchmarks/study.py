"""Time the 30-sample study of Binhai on all cores; `python benchmarks/study.py`."""

from __future__ import annotations

import os
import time

from twin.site.load import load
from twin.study.compare import compare


def main() -> None:
    """Print the wall time of the whole study, with and without the ranking of its drivers."""
    site = load("binhai")
    for swing in (False, True):
        began = time.perf_counter()
        answer = compare(site, samples=30, swing=swing)
        ranked = "with" if swing else "without"
        print(
            f"30 samples x {len(answer['scenarios']) + 1} scenarios, hourly, {os.cpu_count()} cores, "
            f"{ranked} drivers: {time.perf_counter() - began:.0f} s"
        )


if __name__ == "__main__":
    main()
