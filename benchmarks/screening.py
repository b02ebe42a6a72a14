"""Throughput and error of linear screening against the full physics; `python benchmarks/screening.py`."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

import numpy as np

from twin.screening import screen as screening
from twin.sim.scene import Clock, Scene
from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather
from twin.weather.almanac import Almanac

CITIES = ("beijing", "shanghai", "shenzhen")
SITE = """schema_version: 1
name: {{en: Screening}}
location: {{latitude: 30 deg, longitude: 114 deg, country: CN, province: Hubei, climate: {city}}}
floor_area: 100 m2
suppliers: {{electricity: grid}}
components:
  grid: {{kind: grid, energy_price: 0.6 CNY/kWh, emission_factor: 0.5 kg/kWh}}
rooms:
{rooms}
"""
RUNS = 20


def rooms() -> str:
    """Rooms that differ in construction, glass, share of it, orientation and use."""
    lines = []
    for wall in ("concrete_insulated", "curtain_wall"):
        for glass in ("single_clear", "double_low_e_solar"):
            for share in (0.2, 0.6):
                for turned, above in ((0, "same"), (60, "outdoors")):
                    name = f"{wall} {glass} {share} {turned}"
                    lines.append(
                        f"  {name}: {{use: office, width: 8 m, depth: 6 m, wall: {wall}, glazing: {glass}, windows: {share}, turned: {turned} deg, "
                        f"above: {above}, sides: {{south: outdoors, west: same, north: outdoors, east: same}}}}"
                    )
    return "\n".join(lines)


def main() -> None:
    """Print errors in sums and peaks, and zone-steps a second of one core."""
    errors: dict[str, list[float]] = {}
    for city in CITIES:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "site.yaml").write_text(SITE.format(city=city, rooms=rooms()), encoding="utf-8")
            site = load(folder)
        sky = Weather.named(city, site.year)
        scene, clock = (
            Scene(sky, Almanac("CN")),
            Clock(datetime(site.year, 1, 1, tzinfo=sky.start.tzinfo), 35_040, 900.0),
        )
        full = simulate(site, sky, scene=scene, more=("*/loads.heat", "*/loads.cold"))
        for name, loads in screening.screen(site, scene, clock).items():
            for what, signal in (("heating", "heat"), ("cooling", "cold")):
                power = full.series(f"{name}/loads.{signal}")
                total, peak = float(power.sum()) * 900.0, float(power.reshape(-1, 4).mean(axis=1).max())
                if total > 3.6e8:
                    errors.setdefault(what, []).append(getattr(loads, what) / total - 1.0)
                    errors.setdefault(f"peak {what}", []).append(getattr(loads, f"peak_{what}") / peak - 1.0)
    for what, found in errors.items():
        low, middle, high = np.percentile(found, [5, 50, 95])
        print(f"{what}: {len(found)} rooms, error {middle:+.1%} median, {low:+.1%} .. {high:+.1%} for nine of ten")
    _, model, bounds = next(screening.models(site, scene, clock, {}, screening.MODES))
    screening.march_room(model, *bounds, clock)
    spent = []
    for _ in range(RUNS):
        began = time.process_time()
        screening.march_room(model, *bounds, clock)
        spent.append(time.process_time() - began)
    steps = clock.ticks + round(screening.WARM_UP * 86400.0 / clock.step)
    print(
        f"{steps / statistics.median(spent) / 1e6:.1f} million zone-steps a second of one core ({screening.MODES} modes, {model.inputs.shape[1]} inputs)"
    )


if __name__ == "__main__":
    main()
