"""What the live twin costs: `python benchmarks/live.py [MINUTES]`; Binhai with 2,000 points polled and simulated every minute.

The building is served by another process. The share of a core is CPU seconds of gateway, historian and twin together, over the minutes after the
second one, each minute by itself; the median is told.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from twin.bacnet import points as listed
from twin.bacnet.application import free_port
from twin.site.load import load

POINTS = 2000
WARM = 2


def widened(folder: Path) -> Path:
    """Binhai in a folder of its own, with points for further signals until there are enough."""
    site = load("binhai")
    shutil.copytree(site.path.parent, folder / "site", ignore=shutil.ignore_patterns("__pycache__"))
    held = listed.derive(site)
    known = {point.signal for point in held}
    more = [
        (f"{each.name}.{name}", signal)
        for each in site.components
        for name, signal in type(each).signals.items()
        if signal.role in ("state", "output", "inlet") and not signal.length and f"{each.name}.{name}" not in known
    ]
    first = dataclasses.replace(held[0], low=math.nan, high=math.nan, alarm_low=math.nan, alarm_high=math.nan)
    extra = [
        dataclasses.replace(first, device=200_001 + n // 100, object="AI", instance=1 + n % 100, name=label, signal=label,
                            unit=signal.unit, description=signal.doc, increment=0.01, engineering_units="")
        for n, (label, signal) in enumerate(more[: POINTS - len(held)])
    ]  # fmt: skip
    listed.write([*held, *extra], folder / "site" / listed.FILE)
    return folder / "site"


def spent(process: int) -> float:
    """CPU seconds of a process so far."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """Resident memory. [MiB]"""
    return (
        int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    )


def main(minutes: int) -> None:
    """Run both and print the share of a core."""
    twin = [sys.executable, "-m", "twin"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = str(widened(folder))
        port = str(free_port("127.0.0.1"))
        serve = [*twin, "bacnet", "serve", site, "--port", port]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as building:
            assert building.stdout
            print(building.stdout.readline().strip())
            live = [
                *twin,
                "live",
                site,
                "--store",
                str(folder / "store"),
                "--router",
                f"127.0.0.1:{port}",
                "--network",
                "2001",
                "--json",
            ]
            with subprocess.Popen(live, stdout=subprocess.PIPE, text=True) as follower:
                shares, sizes = [], []
                for minute in range(minutes):
                    before = spent(follower.pid)
                    time.sleep(60.0)
                    shares.append((spent(follower.pid) - before) / 60.0)
                    sizes.append(memory(follower.pid))
                    print(f"minute {minute + 1}: {shares[-1]:.2%} of a core, {sizes[-1]:.0f} MiB", flush=True)
                follower.send_signal(signal.SIGTERM)
                assert follower.stdout
                told = follower.stdout.read()
            building.send_signal(signal.SIGTERM)
        end = json.loads(told[told.index("{") :])
    print(f"{statistics.median(shares[WARM:]):.2%} of a core, {sizes[-1]:.0f} MiB: {end['points']} points compared, "
          f"{end['inputs_measured']} of {end['inputs']} inputs measured, {end['substituted']} replaced, {end['gateway']['samples']} samples kept")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
