"""Errors of P10, P50 and P90 by the way samples are drawn, beside the standard errors that a study tells; `python benchmarks/sampling.py [SEEDS]`.

A site of three fans and a package of two measures: 2,000 Sobol' samples are the reference, and studies of 32, 64 and 128 samples
with several seeds are held to it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from twin.site.load import load
from twin.site.provenance import Quantity
from twin.study.appraisal import amounts, cash_flow
from twin.study.compare import scenarios
from twin.study.convergence import standard_errors
from twin.study.engine import Means, work_study
from twin.study.sampling import draw, placed
from twin.study.task import BASELINE
from twin.study.terms import Terms
from twin.study.uncertain import uncertain

SITE = """schema_version: 1
name: {en: Fans}
location: {latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}
floor_area: 100 m2
suppliers: {electricity: grid}
components:
  grid: {kind: grid, energy_price: "0.8 CNY/kWh [0.6 .. 0.9] assumed", emission_factor: 0.5 kg/kWh}
  hours: {kind: schedule}
  one: {kind: base_load, rating: "10 kW [7 .. 12] assumed", base: "0.5 [0.3 .. 0.6] assumed", schedule: hours}
  two: {kind: base_load, rating: "6 kW [5 .. 9] assumed", base: "0.4 [0.2 .. 0.6] assumed", schedule: hours}
  three: {kind: base_load, rating: "3 kW [2 .. 4] assumed", base: "0.7 [0.5 .. 0.9] assumed", schedule: hours}
"""
MEASURES = """schema_version: 1
measures:
  smaller:
    title: {en: Smaller fans, zh: 小风机}
    changes: [{select: {name: one}, scale: {rating: "0.8 [0.6 .. 0.9] assumed"}}]
    cost: {per: site, value: "20000 CNY [12000 .. 30000] assumed"}
    lifetime: 10 [8 .. 12] assumed
  slower:
    title: {en: Slower fans, zh: 低速风机}
    changes: [{select: {name: two}, scale: {base: "0.7 [0.5 .. 0.9] assumed"}}]
    cost: {per: site, value: "9000 CNY [6000 .. 15000] assumed"}
    lifetime: 12 [8 .. 15] assumed
packages: {both: [smaller, slower]}
"""
WAYS = ("random", "lhs", "sobol")
SIZES = (32, 64, 128)
REFERENCE = 2_000
SEEDS = 5
FIGURES = ("saving_kwh", "npv")


def samples(way: str, numbers: list[Quantity], count: int, seed: int) -> list[dict[str, float]]:
    """Samples drawn one of three ways; independent ones are only for comparison."""
    if way == "random":
        return placed(numbers, np.random.default_rng(seed).random((count, len(numbers))))
    return draw(numbers, count, seed, "sobol" if way == "sobol" else "lhs")


class Study:
    """The package's saving and net present value for any samples, by real runs."""

    def __init__(self, folder: str) -> None:
        """Read the site."""
        Path(folder, "site.yaml").write_text(SITE, encoding="utf-8")
        Path(folder, "measures.yaml").write_text(MEASURES, encoding="utf-8")
        self.site = load(folder)
        found = scenarios(self.site)
        self.pair = [(each.name, each.measures) for each in (found[0], found[-1])]
        self.numbers = uncertain(self.site, self.pair, Terms())
        self.pieces = amounts(self.site, self.pair[1][1])
        self.means = Means(store=Path(folder, "store"))

    def figures(self, rows: list[dict[str, float]]) -> np.ndarray:
        """Both figures of each sample."""
        tasks = [t for row in rows for t in self.numbers.tasks(self.site, "shenzhen", 3600.0, row, self.pair)]
        answers = work_study(tasks, self.means)
        found = []
        for place, row in enumerate(rows):
            base, own = answers[2 * place][BASELINE], answers[2 * place + 1][self.pair[1][0]]
            worth = cash_flow(self.site, self.pieces, base, own, Terms(), row).npv
            found.append((base.electricity - own.electricity, worth))
        return np.array(found)


def main() -> None:
    """Print the root mean square error of each percentile in shares of the reference's P50, and the error that was told."""
    began, seeds = time.perf_counter(), int(sys.argv[1]) if sys.argv[1:] else SEEDS
    with tempfile.TemporaryDirectory() as folder:
        study = Study(folder)
        numbers = study.numbers.all
        whole = np.percentile(study.figures(samples("sobol", numbers, REFERENCE, 99)), [10, 50, 90], axis=0)
        print(f"{len(numbers)} uncertain numbers, {seeds} seeds, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for at, figure in enumerate(FIGURES):
            print(f"{figure}: reference P10 {whole[0, at]:,.0f}, P50 {whole[1, at]:,.0f}, P90 {whole[2, at]:,.0f}")
        rows = [row for way in WAYS for n in SIZES for seed in range(seeds) for row in samples(way, numbers, n, seed)]
        drawn, start = study.figures(rows), 0
        for way in WAYS:
            for size in SIZES:
                some = drawn[start : start + size * seeds].reshape(seeds, size, len(FIGURES))
                start += size * seeds
                report(way, size, some, whole)
    print(f"{time.perf_counter() - began:.0f} s in all")


def report(way: str, size: int, drawn: np.ndarray, whole: np.ndarray) -> None:
    """Print one way of drawing at one number of samples."""
    for at, figure in enumerate(FIGURES):
        found = np.percentile(drawn[:, :, at], [10, 50, 90], axis=1)
        true = np.sqrt(((found - whole[:, at, None]) ** 2).mean(axis=1)) / abs(whole[1, at])
        told = np.mean([list(standard_errors(each).values()) for each in drawn[:, :, at]], axis=0) / abs(whole[1, at])
        parts = "  ".join(
            f"{name} {t:.2%} (told {s:.2%})" for name, t, s in zip(("P10", "P50", "P90"), true, told, strict=True)
        )
        print(f"{way:6s} {size:4d}  {figure:10s}  {parts}", flush=True)


if __name__ == "__main__":
    main()
