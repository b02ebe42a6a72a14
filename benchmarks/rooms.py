"""Throughput of rooms told by surfaces, full physics, against what the processor can do; `python benchmarks/rooms.py`."""

from __future__ import annotations

import ast
import resource
import tempfile
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numba import njit

from twin.sim.emit import parse
from twin.sim.plan import Plan
from twin.sim.scene import Clock, Scene
from twin.sim.simulation import Simulation
from twin.site.load import load
from twin.site.site import Site
from twin.weather import Weather
from twin.weather.almanac import Almanac

COUNTS = (10, 100, 1_000, 10_000)
DAYS = 3
SITE = """schema_version: 1
name: {en: Rooms}
location: {latitude: 40 deg, longitude: 116 deg, country: CN, province: Beijing, climate: beijing}
floor_area: 100 m2
components:
  none: {kind: schedule}
rooms:
  a: {width: 6 m, depth: 6 m, windows: {south: 0.4}, sides: {south: outdoors, west: same, north: same, east: same}, climate: cold}
  b: {width: 6 m, depth: 6 m, turned: 90 deg, windows: {south: 0.4}, sides: {south: outdoors, west: same, north: same, east: same}, climate: cold}
"""


def copies(site: Site, count: int) -> Site:
    """So many rooms side by side."""
    parts = [each for each in site.components if "/" in each.name or each.name in ("a", "b")]
    own = {each.name for each in parts}
    fresh, links = [], {}
    for number in range(count // 2):
        for each in parts:
            fresh.append(each.model_copy(update={"name": f"{number} {each.name}"}))
        for (name, port), suppliers in site.links.items():
            if name in own:
                links[f"{number} {name}", port] = tuple(f"{number} {each}" for each in suppliers)
    return replace(site, components=tuple(fresh), links=links, inputs={}, quantities={})


def work(plan: Plan) -> tuple[float, float]:
    """Arithmetic operations and octets told or written in a tick, counted in the kernels' sources."""
    operations = octets = 0.0
    for each in plan.components:
        for kernel in type(each).kernels.values():
            operations += _operations(kernel.function)
            octets += 8.0 * sum(each.size(n) if n != "dt" else 1 for n in kernel.told) + 8.0 * len(kernel.tells)
    return operations, octets


def _operations(function: object, known: dict[object, float] | None = None) -> float:
    """Operations of a function with all it calls; loops over arrays count four times, powers and exponentials forty."""
    known = {} if known is None else known
    if function in known:
        return known[function]
    body, total = parse(function, "count"), 0.0  # type: ignore[arg-type]
    loops = {id(inner) for node in ast.walk(body) if isinstance(node, ast.For) for inner in ast.walk(node)}
    for node in ast.walk(body):
        times = 4.0 if id(node) in loops else 1.0
        if isinstance(node, ast.BinOp | ast.AugAssign | ast.UnaryOp | ast.Compare):
            total += times * (40.0 if isinstance(getattr(node, "op", None), ast.Pow) else 1.0)
        elif isinstance(node, ast.Call):
            called = function.__globals__.get(ast.unparse(node.func))  # type: ignore[attr-defined]
            name = ast.unparse(node.func)
            total += times * (
                _operations(called, known)
                if hasattr(called, "__code__")
                else 40.0
                if name in ("exp", "log", "pow")
                else 1.0
            )
    known[function] = total
    return total


@njit(error_model="numpy")
def _peak(values, times):
    for _ in range(times):
        for k in range(values.size):
            values[k] = values[k] * 1.0000001 + 1e-9
    return values[0]


@njit(error_model="numpy")
def _stream(one, other):
    for k in range(one.size):
        other[k] = one[k] + 1.0


def limits() -> tuple[float, float]:
    """Operations and octets a second that this core reaches on a plain loop in its nearest cache, and in memory."""
    near, far = np.ones(2048), np.ones(8_000_000)
    copy = far.copy()
    _peak(near, 1)
    _stream(far, copy)
    began = time.process_time()
    _peak(near, 100_000)
    rate = 2.0 * near.size * 100_000 / (time.process_time() - began)
    began = time.process_time()
    for _ in range(5):
        _stream(far, copy)
    return rate, 5.0 * 16.0 * far.size / (time.process_time() - began)


def main() -> None:
    """Print time and memory for each number of rooms, and the distance to the limits."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "site.yaml").write_text(SITE, encoding="utf-8")
        site = load(folder)
    sky = Weather.named("beijing", site.year)
    scene, spent = Scene(sky, Almanac("CN")), {}
    for count in COUNTS:
        many = copies(site, count)
        began = time.process_time()
        plan = Plan(list(many.components), many.wiring())
        table = plan.link()
        laid = time.process_time() - began
        ticks = DAYS * 96
        simulation = Simulation(
            plan, Clock(datetime(site.year, 1, 1, tzinfo=sky.start.tzinfo), 2 * ticks, 900.0), scene, table=table
        )
        simulation.advance(ticks)
        began = time.process_time()
        simulation.advance(ticks)
        spent[count] = (time.process_time() - began) / ticks / count
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        print(
            f"{count:6d} rooms, {len(many.components):6d} components: {spent[count] * 1e9:6.0f} ns a zone-step, plan laid in {laid:5.1f} s, peak memory {memory:5.0f} MiB"
        )
        if count == 100:
            operations, octets = (each / count for each in work(plan))
    slope = float(np.polyfit(np.log(COUNTS), np.log([spent[c] * c for c in COUNTS]), 1)[0])
    rate, stream = limits()
    best = min(spent.values())
    print(
        f"slope of log time against log rooms: {slope:.3f}; {1e-6 / best:.2f} million zone-steps a second of one core at best"
    )
    print(f"a zone-step: about {operations:.0f} operations and {octets:.0f} octets told or written")
    print(
        f"reached: {operations / best / 1e9:.2f} of {rate / 1e9:.1f} G operations/s, {octets / best / 1e9:.1f} GB/s ({stream / 1e9:.1f} GB/s from memory)"
    )


if __name__ == "__main__":
    main()
