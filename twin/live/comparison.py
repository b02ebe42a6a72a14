"""The twin beside a building: read two weeks of points over BACnet/IP, simulate the same weeks, and say what differs and why."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twin.bacnet import points
from twin.bacnet.application import free_port
from twin.bacnet.building import replay
from twin.bacnet.points import STATION
from twin.errors import BacnetError
from twin.historian.store import open_store
from twin.live.pretence import differing
from twin.live.walk import walk
from twin.sim.results import Run
from twin.sim.scene import Scene
from twin.site.site import Site
from twin.site.wiring import Address
from twin.study.runner import simulate
from twin.weather import measured, moist
from twin.weather.almanac import Almanac
from twin.weather.year import Weather

DAYS = 14
STEP = 900.0
FIRST = (7, 1)
"""The two weeks start on 1 July: high load, no public holiday."""
NOISE = {"degC": 0.1, "W": 0.01, "1": 0.0, "W/m2": 0.02, "m/s": 0.02}
"""Spread of sensor noise: absolute in K, relative elsewhere. Usual classes of building sensors; an assumption."""
EQUAL = 0.10
"""Explanations whose remaining misfit is within this share of the best one's count as equally good."""
WEATHER = tuple(measured.STATION)
Progress = Callable[[int, int], None]


def signals(site: Site) -> list[tuple[Address, str]]:
    """The signals that the virtual building exposes, with their units: meters, plant, some zones, terminals; at most 110."""
    chosen: list[tuple[Address, str]] = []
    most = {"zone": 24, "fan_coil": 16, "vav_terminal": 12, "air_handling_unit": 8}
    wanted = {
        "grid": ("power",), "chiller_plant": ("compressor", "running"), "cooling_tower": ("power", "leaving"),
        "chilled_water_loop": ("load", "water", "power"), "server_room": ("power",), "base_load": ("power",),
        "zone": ("air",), "fan_coil": ("valve",), "vav_terminal": ("damper",), "air_handling_unit": ("supply",),
    }  # fmt: skip
    for each in site.components:
        kind = type(each).kind
        if most.get(kind, 1) > 0 and kind in wanted:
            most[kind] = most.get(kind, len(site.components)) - 1
            chosen += [((each.name, name), type(each).signals[name].unit) for name in wanted[kind]]
    return chosen


def occupancy(site: Site) -> list[Address]:
    """Schedules that a building measures as occupancy or equipment status."""
    return [(each.name, "value") for each in site.components if type(each).kind == "schedule"]


def pretend(site: Site, seed: int) -> pd.DataFrame:
    """Two weeks of a building that differs from its site file in one hidden number, with sensor noise.

    Returns
    -------
    One row per quarter of an hour, one column a point, local standard time.
    """
    random = np.random.default_rng([seed, 7])
    other = differing(site, random)
    weather = Weather.named(f"{site.location.climate}:{seed + 1}", site.year)
    listed = signals(site)
    more = tuple(".".join(address) for address in (*(a for a, _ in listed), *occupancy(site)))
    run = _fortnight(other, weather, more)
    frame = pd.DataFrame({name: run.series(name) for name in more}, index=run.times())
    for address, unit in listed:
        spread = NOISE.get(unit, 0.0)
        noise = random.standard_normal(len(frame)) * spread
        column = ".".join(address)
        frame[column] += noise if unit == "degC" else noise * frame[column]
    start = (run.clock.start - weather.start).total_seconds()
    grid = weather.on_grid(start, STEP, len(frame))
    dry = grid.dry_bulb + random.standard_normal(len(frame)) * NOISE["degC"]
    relative = moist.saturation_pressure(grid.dew_point) / moist.saturation_pressure(grid.dry_bulb)
    light = [
        np.maximum(values * (1.0 + NOISE["W/m2"] * random.standard_normal(len(frame))), 0.0)
        for values in (grid.global_horizontal, grid.direct_normal, grid.diffuse_horizontal)
    ]
    columns = (dry, np.clip(relative, 0.0, 1.0), *light, grid.wind_speed)
    return frame.assign(**{f"weather.{name}": values for name, values in zip(WEATHER, columns, strict=True)})


def _fortnight(
    site: Site,
    weather: Weather,
    more: tuple[str, ...],
    given: dict[Address, Any] | None = None,
    scene: Scene | None = None,
) -> Run:
    first = weather.start.replace(month=FIRST[0], day=FIRST[1])
    last = first + timedelta(days=DAYS)
    return simulate(site, weather, first, last, STEP, given=given, more=more, warm_up=4, scene=scene)


def compare_live(site: Site, progress: Progress | None = None, seed: int = 0) -> tuple[dict[str, Any], pd.DataFrame]:
    """Start a virtual building, read it over BACnet/IP, and compare it with the twin on its measured weather and occupancy.

    Returns
    -------
    Streams with CV(RMSE), NMBE and bias, the numbers that explain the difference equally well, and the frame of the
    building's power, measured and simulated [kW].

    Raises
    ------
    BacnetError
        When the device cannot be started or read.
    """
    with tempfile.TemporaryDirectory() as folder:
        samples, device, count = _read_building(site, Path(folder), seed, progress)
    weather = _measured_weather(site, samples)
    given = {address: samples[".".join(address)].to_numpy() for address in occupancy(site)}
    listed = signals(site)
    scene = Scene(weather, Almanac(site.location.country))
    more = tuple(".".join(address) for address, _ in listed)
    run = _fortnight(site, weather, more, given, scene)
    streams = [_stream(address, unit, samples, run) for address, unit in listed]

    def misfit(other: Site) -> float:
        return _misfit(listed, samples, _fortnight(other, weather, more, given, scene))

    main = pd.DataFrame(index=samples.index)
    power = ".".join(listed[0][0])
    main[f"{power} measured"] = samples[power] / 1e3
    main[f"{power} twin"] = run.series(power) / 1e3
    answer = {
        "device": device, "points": count, "rows": len(samples), "formula": "NMBE = sum(twin - measured) / sum(measured)",
        "streams": streams, "explanations": explain(site, misfit),
    }  # fmt: skip
    return answer, main


def _read_building(site: Site, folder: Path, seed: int, progress: Progress | None) -> tuple[pd.DataFrame, str, int]:
    """Serve the pretended building from another process and read it back over BACnet/IP into a historian."""
    trends = pretend(site, seed)
    trends.to_parquet(folder / "trends.parquet")
    units = {".".join(address): unit for address, unit in signals(site)}
    units |= {f"{STATION}.{name}": unit for name, (unit, _) in measured.STATION.items()}
    listed = [replace(point, unit=units.get(point.signal, "1")) for point in replay.derive(trends)]
    points.write(listed, folder / points.FILE)
    port = free_port("127.0.0.1")
    command = [
        sys.executable,
        "-m",
        "twin",
        "bacnet",
        "replay",
        str(folder / "trends.parquet"),
        "--points",
        str(folder / points.FILE),
    ]
    building = subprocess.Popen(
        [*command, "--port", str(port), "--stepped", "--allow-writes-from", "127.0.0.1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        line = building.stdout.readline() if building.stdout else ""
        if not line.startswith("ready"):
            raise BacnetError(
                f"the virtual building did not start: {building.stderr.read() if building.stderr else ''}"
            )
        samples = walk(f"127.0.0.1:{port}", listed, progress)
    finally:
        building.terminate()
        building.communicate(timeout=10)
    with open_store(folder / "history") as store:
        store.append(samples)
        first, last = samples.index[0], samples.index[-1] + pd.Timedelta(1, "us")
        rows = store.query(list(samples.columns), first, last, zone=pd.DatetimeIndex(trends.index).tz or "UTC")
    kept = rows.pivot(index="time", columns="point", values="value")
    return kept, f"device {listed[0].device} at 127.0.0.1:{port}", len(listed)


def _measured_weather(site: Site, samples: pd.DataFrame) -> Weather:
    frame = pd.DataFrame({name: samples[f"weather.{name}"] for name in WEATHER})
    fields = measured.columns(
        frame, "measured over BACnet", "virtual building", site.location.latitude, site.location.longitude, 10.0
    )
    return replace(Weather(**fields))


def _stream(address: Address, unit: str, samples: pd.DataFrame, run: Run) -> dict[str, Any]:
    """Distance of one point from the twin."""
    name = ".".join(address)
    seen, told = samples[name].to_numpy(), run.series(name)
    off = told - seen
    mean = float(np.mean(seen))
    scale = abs(mean) or 1.0
    return {
        "point": name, "unit": unit, "cv_rmse": float(np.sqrt(np.mean(off**2))) / scale, "nmbe": float(np.mean(off)) / scale,
        "bias": float(np.mean(off)), "n": len(seen),
    }  # fmt: skip


def _misfit(listed: list[tuple[Address, str]], samples: pd.DataFrame, run: Run) -> float:
    """Mean over the points of RMSE over the spread of what was measured."""
    found = []
    for address, _ in listed:
        seen, told = samples[".".join(address)].to_numpy(), run.series(".".join(address))
        spread = float(np.std(seen))
        if spread > 0.0:
            found.append(float(np.sqrt(np.mean((told - seen) ** 2))) / spread)
    return float(np.mean(found))


def explain(site: Site, misfit: Callable[[Site], float]) -> list[dict[str, Any]]:
    """Every uncertain number that, moved alone within its range, brings the twin as close to the building as the best one does."""
    before = misfit(site)
    names: dict[str, str] = {}
    for (component, parameter), quantity in site.quantities.items():
        names.setdefault(quantity.place, f"{type(site[component]).kind}.{parameter}")
    found = []
    for each in site.assumptions():
        trials = [each.low, 0.5 * (each.low + each.value), 0.5 * (each.value + each.high), each.high]
        best = min((misfit(site.with_values({each.place: v})), v) for v in dict.fromkeys(trials) if v != each.value)
        found.append((best[0], best[1], each))
    closest = min(score for score, _, _ in found)
    limit = closest + EQUAL * (before - closest)
    return [
        {
            "parameter": names[each.place], "place": each.place, "change": f"{each.show(each.value)} -> {each.show(value)}",
            "misfit_before": before, "misfit_after": score, "equally_good": True,
        }
        for score, value, each in sorted(found, key=lambda row: row[0])
        if score <= limit and score < before
    ]  # fmt: skip
