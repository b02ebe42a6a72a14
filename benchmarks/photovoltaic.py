"""Time 100 photovoltaic array-years beside pvlib's ModelChain, and PVWatts 8 of NREL-PySAM where installed.

`python benchmarks/photovoltaic.py [WEATHER.epw]`: every array has a tilt and azimuth of its own, so that nothing is shared but the
sun's position; without a file it takes the embedded year of Shenzhen and leaves PySAM out.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pvlib

from twin.sim.scene import Scene
from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather
from twin.weather.almanac import Almanac

ARRAYS, ROUNDS = 100, 5
PLANES = [(5.0 + 0.4 * place, 90.0 + 1.8 * place) for place in range(ARRAYS)]
"""Tilt and azimuth of each array. [deg]"""
SITE = """schema_version: 1
name: {en: Arrays}
location: {latitude: 22.5 deg, longitude: 114 deg, country: CN, province: Guangdong, climate: shenzhen}
floor_area: 100 m2
year: 2019
suppliers: {electricity: grid}
components:
  grid: {kind: grid, energy_price: 1 CNY/kWh, emission_factor: 0.5 kg/kWh}
"""


class Fresh(Scene):
    """Weather whose forcing no other process keeps."""

    lasting = False


def ours(weather: Weather, step: float) -> Callable[[], float]:
    """A run of one site with all arrays; every round starts from a fresh scene, so that nothing is kept between rounds."""
    with TemporaryDirectory() as folder:
        rows = [
            f"  array{place}: {{kind: photovoltaic, rating: 100 kW, optics: beam, tilt: {tilt} deg, azimuth: {azimuth} deg}}\n"
            for place, (tilt, azimuth) in enumerate(PLANES)
        ]
        (Path(folder) / "site.yaml").write_text(SITE + "".join(rows), encoding="utf-8")
        site = load(Path(folder))

    def run() -> float:
        scene = Fresh(weather, Almanac("CN"))
        return (
            simulate(site, weather, datetime(2019, 1, 1), step=step, warm_up=0, scene=scene).ledger["generation"]
            / 3.6e6
        )

    return run


def theirs(weather: Weather) -> Callable[[], float]:
    """The ModelChain of pvlib in its PVWatts configuration, one array after the other, hourly."""
    times = pd.date_range("2019-01-01 00:30", periods=8760, freq="h", tz=weather.start.tzinfo)
    columns = {"ghi": weather.global_horizontal, "dni": weather.direct_normal, "dhi": weather.diffuse_horizontal}
    columns |= {"temp_air": weather.dry_bulb, "wind_speed": weather.wind_speed}
    frame = pd.DataFrame(columns, index=times)
    place = pvlib.location.Location(weather.latitude, weather.longitude, altitude=weather.elevation)
    warm = pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"]["open_rack_glass_polymer"]

    def run() -> float:
        total = 0.0
        for tilt, azimuth in PLANES:
            array = pvlib.pvsystem.Array(
                mount=pvlib.pvsystem.FixedMount(tilt, azimuth), albedo=0.2,
                module_parameters={"pdc0": 100e3, "gamma_pdc": -0.0037}, temperature_model_parameters=warm,
            )  # fmt: skip
            inverter = {"pdc0": 100e3 / 1.2 / 0.96, "eta_inv_nom": 0.96}
            system = pvlib.pvsystem.PVSystem([array], inverter_parameters=inverter)
            chain = pvlib.modelchain.ModelChain.with_pvwatts(system, place)
            chain.run_model(frame)
            total += float(chain.results.ac.sum()) / 1e3
        return total

    return run


def pvwatts(path: Path) -> Callable[[], float] | None:
    """PVWatts 8 on a weather file, one array after the other, hourly; None where PySAM is not installed."""
    try:
        from PySAM import Pvwattsv8
    except ImportError:
        return None
    data = Pvwattsv8.default("PVWattsNone")
    data.SolarResource.assign({"solar_resource_file": str(path), "use_wf_albedo": 0, "albedo": [0.2] * 12})
    fixed = {"system_capacity": 100.0, "array_type": 0, "module_type": 0, "dc_ac_ratio": 1.2, "inv_eff": 96.0, "losses": 14.0757, "gcr": 0.01}  # fmt: skip

    def run() -> float:
        total = 0.0
        for tilt, azimuth in PLANES:
            data.SystemDesign.assign({**fixed, "tilt": tilt, "azimuth": azimuth})
            data.execute(0)
            total += data.Outputs.ac_annual
        return total

    return run


def timed(run: Callable[[], float]) -> tuple[float, float]:
    """Median time of a round after one that does not count, and the energy. [s, kWh]"""
    energy = run()
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        energy = run()
        took.append(time.perf_counter() - began)
    return statistics.median(took), energy


def main() -> None:
    """Print medians, ratios and energies; the twin works on steps of 7.5 minutes in any case."""
    warnings.simplefilter("ignore")
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    weather = Weather.epw(path, 2019) if path else Weather.named("shenzhen", 2019)
    rows = {
        "twin, 60 min": ours(weather, 3600.0),
        "twin, 15 min": ours(weather, 900.0),
        "pvlib ModelChain, 60 min": theirs(weather),
    }
    found = pvwatts(path) if path else None
    if found:
        rows["PySAM Pvwattsv8, 60 min"] = found
    print(
        f"{ARRAYS} array-years on {weather.name}, median of {ROUNDS} rounds, {np.__name__} {np.__version__}, pvlib {pvlib.__version__}"
    )
    first = None
    for name, run in rows.items():
        took, energy = timed(run)
        first = first or took
        print(f"{name:26s} {took:8.3f} s   {took / first:7.1f} x   {energy / 1e3:10.1f} MWh")


if __name__ == "__main__":
    main()
