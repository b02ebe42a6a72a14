"""Seconds per scenario and memory of studies of the 64-zone Binhai towers, a year by the hour each; `python benchmarks/studies.py [SIZES]`."""

from __future__ import annotations

import os
import subprocess
import sys

SIZES = (10, 100, 1_000)
STUDY = """
import resource, sys, tempfile, time
from pathlib import Path
from twin.site.load import load
from twin.study.design import scenarios
from twin.study.engine import Means, work_study
from twin.study.sampling import draw
from twin.study.screening import screen
from twin.study.task import Task, outcome

if __name__ == "__main__":
    wide, count, linear = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "linear"
    site = load(sys.argv[4])
    outcome(site, site.location.climate, 3600.0, {}, ())
    names = [(each.name, each.measures) for each in scenarios(site)][:wide]
    numbers = site.assumptions()
    samples = draw(numbers, count // wide, 0)

    def answered(store):
        means = Means(store=Path(store))
        if linear:
            fit = screen(site, site.location.climate, 3600.0, numbers, names, 0, means, None)
            return [fit.sample(each) for each in samples]
        return work_study([Task(site, site.location.climate, 3600.0, values, names) for values in samples], means)

    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        worked_out = sum(sample[name].electricity > 0.0 for sample in answered(folder) for name, _ in names)
        spent = time.perf_counter() - began
        again = time.perf_counter()
        answered(folder)
        used = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(spent, used, time.perf_counter() - again, *(resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
        assert worked_out == len(samples) * len(names)
"""


def measure(wide: int, count: int, way: str = "full physics", site: str = "binhai") -> None:
    """Print time, time per scenario, time when all is kept, and memory of a study in processes of its own."""
    with open("/dev/null", "w", encoding="utf-8") as quiet:
        done = subprocess.run(
            [sys.executable, _written(), str(wide), str(count), way, site],
            stdout=subprocess.PIPE,
            stderr=quiet,
            text=True,
            check=True,
        )
    spent, used, again, own, others = map(float, done.stdout.split())
    print(
        f"{site} {way:12s} {count // wide:5d} samples x {wide} scenarios: {spent:7.1f} s, {spent / count:.3f} s a scenario ({used / count:.3f} s "
        f"of processor, start included); again from the store {again:.2f} s; peak memory {own:.0f} MiB, its largest process {others:.0f} MiB",
        flush=True,
    )


def _written() -> str:
    """The study as a file, which processes of its own can be started from."""
    import tempfile
    from pathlib import Path

    path = Path(tempfile.gettempdir()) / f"twin_studies_{os.getpid()}.py"
    path.write_text(STUDY, encoding="utf-8")
    return str(path)


def main() -> None:
    """Measure 10 to 1,000 scenarios of Binhai, or the numbers given; then screening, 100 samples of 6, and a small site up to 10,000."""
    sizes = [int(each) for each in sys.argv[1:]] or SIZES
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    for size in sizes:
        measure(10, size)
    if not sys.argv[1:]:
        measure(10, 1_000, "linear")
        measure(10, 10_000, "linear")
        measure(6, 600)
        for size in (10, 100, 1_000, 10_000):
            measure(5, size, site="yizheng")


if __name__ == "__main__":
    main()
