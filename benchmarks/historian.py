"""What the historian takes in, keeps and answers: `python benchmarks/historian.py [MINUTES]` for a year at that period (15).

Samples are those of an office's sensors: temperatures in steps of 0.1 K, valves in per cent, meters. Each figure is the median of
several runs. PostgreSQL is measured where it is installed.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from twin.historian.embedded import Embedded
from twin.historian.historian import Historian
from twin.historian.samples import Samples
from twin.historian.store import open_store
from twin.historian.tidy import tidy

START = pd.Timestamp("2025-01-01", tz="UTC")
POINTS, MINUTE = 1000, 60_000_000


def trend(points: np.ndarray, first: int, count: int, period: int) -> Samples:
    """Samples of points, a row of all of them each period [us], from row `first`."""
    row = np.arange(first, first + count)
    moment = int(START.timestamp()) * 1_000_000 + row * period
    day = np.sin(2.0 * np.pi * (moment / 86.4e9))[:, None]
    random = np.random.default_rng(first)
    kind = points[None, :] % 3
    noise = random.normal(0.0, 1.0, (count, len(points)))
    temperature = np.round(23.0 + 2.0 * day + 0.2 * noise, 1)
    valve = np.clip(np.round(50.0 + 40.0 * day + 3.0 * noise), 0.0, 100.0)
    meter = np.round(np.abs(100.0 + 60.0 * day + 5.0 * noise), 1)
    value = np.where(kind == 0, temperature, np.where(kind == 1, valve, meter))
    size = value.size
    return Samples(
        np.tile(points, count).astype(np.int32),
        np.repeat(moment, len(points)),
        value.reshape(-1),
        np.zeros(size, np.uint8),
    )


def timed(ask: Callable[[], object], runs: int = 5) -> float:
    """Median seconds."""
    spent = []
    for _ in range(runs):
        began = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def ingest(store: Historian, label: str) -> None:
    """Batches and small acknowledgements."""
    points = np.array(list(store.numbers([f"p{n}" for n in range(POINTS)], make=True).values()))
    batches = [trend(points, k * 100, 100, MINUTE) for k in range(8)]
    left = iter(batches)
    batch = timed(lambda: store.append_samples(next(left)), runs=len(batches))
    rows = iter([trend(points, 10_000 + k, 1, MINUTE) for k in range(60)])
    small = timed(lambda: store.append_samples(next(rows)), runs=60)
    print(
        f"{label}: batches of 100,000 samples {100_000 / batch:,.0f} a second, acknowledged by the 1,000 {1000 / small:,.0f} a second"
    )


def year(folder: Path, minutes: int) -> None:
    """A year of all points, then questions."""
    rows = 365 * 24 * 60 // minutes
    part = max(1, 2_000_000 // POINTS)
    with Embedded(folder) as store:
        points = np.array(list(store.numbers([f"p{n}" for n in range(POINTS)], make=True).values()))
        spent = 0.0
        for first in range(0, rows, part):
            samples = trend(points, first, min(part, rows - first), minutes * MINUTE)
            began = time.perf_counter()
            store.append_samples(samples)
            tidy(store)
            spent += time.perf_counter() - began
        began = time.perf_counter()
        tidy(store, hot=0)
        spent += time.perf_counter() - began
        status = store.status()
        print(f"year of {POINTS:,} points at {minutes} min: {rows * POINTS / 1e6:.0f} million samples stored, filed and summed up "
              f"at {rows * POINTS / spent:,.0f} a second, {status['octets_in_files'] / status['samples_in_files']:.2f} octets a sample")  # fmt: skip
        month = (START + pd.Timedelta("150D"), START + pd.Timedelta("180D"))
        print(
            f"one point's month: {len(store.query(['p7'], *month)):,} samples in {1e3 * timed(lambda: store.query(['p7'], *month)):.1f} ms"
        )
        names = [f"p{n}" for n in range(POINTS)]
        end = START + pd.Timedelta("365D")
        for zone in ("Asia/Shanghai", "UTC", "Europe/London"):
            daily = timed(lambda zone=zone: store.query(names, START, end, every="1D", zone=zone), runs=3)  # type: ignore[misc]
            print(f"{POINTS:,} points' year to days of {zone}: {daily:.2f} s")
        print(f"newest sample of {POINTS:,} points: {1e3 * timed(lambda: store.last(names)):.0f} ms")


def month_by_the_minute(folder: Path) -> None:
    """A month of 100 points at one minute."""
    with Embedded(folder) as store:
        points = np.array(list(store.numbers([f"p{n}" for n in range(100)], make=True).values()))
        for day in range(40):
            store.append_samples(trend(points, day * 1440, 1440, MINUTE))
            tidy(store)
        month = (START, START + pd.Timedelta("30D"))
        spent = timed(lambda: store.query(["p7"], *month), runs=15)
        print(f"one point's month at 1 min: {len(store.query(['p7'], *month)):,} samples in {1e3 * spent:.1f} ms")


def server(folder: Path) -> str:
    """Start a PostgreSQL server in a folder; the address of its database, or an empty text."""
    tool = next((str(each.parent) for each in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), "")
    if not tool:
        return ""
    user = ["runuser", "-u", "postgres", "--"] if Path.home() == Path("/root") else []
    if user:
        shutil.chown(folder, "postgres")
    folder.chmod(0o755)
    quiet = subprocess.DEVNULL
    data = str(folder / "data")
    subprocess.run(
        [*user, f"{tool}/initdb", "-D", data, "-A", "trust", "-U", "twin"], check=True, stdout=quiet, stderr=quiet
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    subprocess.run(
        [*user, f"{tool}/pg_ctl", "-D", data, "-w", "-o", options, "-l", f"{folder}/log", "start"],
        check=True,
        stdout=quiet,
    )
    return f"postgresql://twin@/postgres?host={folder}"


def main() -> None:
    """Print every figure."""
    minutes = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as home:
        with Embedded(Path(home) / "ingest") as store:
            ingest(store, "folder")
        month_by_the_minute(Path(home) / "month")
        year(Path(home) / "year", minutes)
        database = Path(tempfile.mkdtemp(prefix="pg"))
        where = server(database)
        if where:
            with open_store(where) as store:
                ingest(store, "PostgreSQL")
            user = ["runuser", "-u", "postgres", "--"] if Path.home() == Path("/root") else []
            tool = next(str(each) for each in sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")))
            subprocess.run(
                [*user, tool, "-D", f"{database}/data", "-m", "immediate", "stop"],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        shutil.rmtree(database, ignore_errors=True)


if __name__ == "__main__":
    main()
