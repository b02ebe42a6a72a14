"""A gateway for hours: `python benchmarks/bacnet_soak.py [MINUTES]`; one process polls 50,000 points on 500 devices every minute into a historian.

The devices are served by another process. Every minute tells CPU seconds and memory of the gateway's process, with historian and status; the end tells
how the last third of the run stands to the third after the first minutes.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

DEVICES, EACH, PERIOD, WARM = 500, 100, 60.0, 2


def points() -> list:
    """The points of all devices."""
    from twin.bacnet.points import Point

    first = Point(0, "AI", 0, "", "", "degC", "Temperature", 0.2, math.nan, math.nan)
    return [
        dataclasses.replace(first, device=100_001 + d, instance=1 + n, name=f"p{n}", signal=f"d{d}.p{n}")
        for d in range(DEVICES)
        for n in range(EACH)
    ]


async def serve(port: int) -> None:
    """The devices, whose values change every ten seconds, until standard input closes."""
    from twin.bacnet.building.building import Building

    building = Building(points(), lambda *_: None, "soak", "127.0.0.1", port, 8)
    random = np.random.default_rng(1)
    values = random.uniform(15.0, 30.0, DEVICES * EACH)
    print("ready", flush=True)
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    while not ended.done():
        values += random.normal(0.0, 0.05, len(values))
        building.put(values)
        await asyncio.wait([ended], timeout=10.0)
    await building.stop()


def memory() -> float:
    """Resident memory of this process. [MiB]"""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def gather(port: int, minutes: int, store: str) -> tuple[list[float], list[float], dict[str, int]]:
    """CPU seconds and memory of every minute, and what was counted."""
    from twin.bacnet.application import free_port
    from twin.bacnet.gateway import discover, gateway, status
    from twin.historian.store import open_store, tended

    client = discover.Client.start("127.0.0.1", free_port("127.0.0.1"), 9, "soak", mask=8)
    stop, spent, sizes = asyncio.Event(), [], []
    options = gateway.Options(fast=frozenset({2001}), refill=True, status=status.beside(store, status.FILE))
    with open_store(store) as held, tended(held):
        running = asyncio.create_task(
            gateway.gather(
                client, points(), discover.targets(f"127.0.0.1:{port}", [2001]), held, PERIOD, stop, print, options
            )
        )
        for minute in range(minutes):
            before = time.process_time()
            await asyncio.wait([running], timeout=60.0)
            spent.append(time.process_time() - before)
            sizes.append(memory())
            print(f"minute {minute + 1}: {spent[-1]:.2f} s CPU, {sizes[-1]:.0f} MiB", flush=True)
            if running.done():
                break
        stop.set()
        counted = dict(await running)
    await client.stop()
    return spent, sizes, counted


def main(minutes: int) -> None:
    """Run and print."""
    from twin.bacnet.application import free_port

    port = free_port("127.0.0.1")
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, __file__, "serve", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as serving,
    ):
        assert serving.stdout
        assert serving.stdin
        serving.stdout.readline()
        spent, sizes, counted = asyncio.run(gather(port, minutes, folder))
        serving.stdin.close()
    third = max(1, (minutes - WARM) // 3)
    early, late = slice(WARM, WARM + third), slice(minutes - third, minutes)
    print(f"CPU a minute {statistics.median(spent[early]):.2f} s early, {statistics.median(spent[late]):.2f} s late; memory "
          f"{statistics.median(sizes[early]):.0f} MiB early, {statistics.median(sizes[late]):.0f} MiB late")  # fmt: skip
    print(
        f"{counted.get('samples', 0):,} samples of {DEVICES * EACH:,} points; failures: {counted.get('batches_failed', 0)} batches, {counted.get('went_away', 0)} devices lost"
    )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        asyncio.run(serve(int(sys.argv[2])))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
