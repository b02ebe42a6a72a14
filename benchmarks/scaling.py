"""Time 64, 640 and 6,016 zones for a year at 15 minutes; `python benchmarks/scaling.py`."""

from __future__ import annotations

import math
import resource
import subprocess
import sys

SIZES = (64, 640, 6016)
RUN = """
import resource, sys, time
from dataclasses import replace
from twin.sim.scene import Scene
from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather
from twin.weather.almanac import Almanac

site, copies = load("binhai"), int(sys.argv[1])
components, links = [], {}
shared = {"grid", "hours/office", "hours/devices", "hours/lights", "hours/air", "plant/loop", "plant/chillers", "plant/towers"}
for copy in range(copies):
    rename = lambda name: name if name in shared or copy == 0 else f"{copy}:{name}"
    for each in site.components:
        if copy == 0 or each.name not in shared:
            components.append(each.model_copy(update={"name": rename(each.name)}))
    for (name, port), suppliers in site.links.items():
        links[rename(name), port] = tuple(rename(s) for s in suppliers)
large = replace(site, components=tuple(components), links=links, quantities={})
scene = Scene(Weather.named("shenzhen", 2019), Almanac("CN"))
simulate(site, scene.weather, scene=scene)
began = time.process_time()
run = simulate(large, scene.weather, scene=scene, warm_up=0)
print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, max(run.balance.values()))
"""


def main() -> None:
    """Print time, memory and the slope of log time against log zones."""
    times = []
    for size in SIZES:
        done = subprocess.run([sys.executable, "-c", RUN, str(size // 64)], capture_output=True, text=True, check=True)
        seconds, memory, worst = map(float, done.stdout.split())
        times.append(seconds)
        print(f"{size:6d} zones: {seconds:7.2f} s CPU, peak memory {memory:6.0f} MiB, balance {worst:.0e}")
    slope = math.log(times[-1] / times[0]) / math.log(SIZES[-1] / SIZES[0])
    print(
        f"slope of log time against log zones: {slope:.3f}; children peaked at "
        f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB"
    )


if __name__ == "__main__":
    main()
