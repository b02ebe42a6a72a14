"""Compare generated years with weather files, 20 seeds a city; `python benchmarks/weather_fidelity.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from twin.site.load import load
from twin.study.runner import simulate
from twin.weather import Weather
from twin.weather.derive import STATIONS

SEEDS = 20


def cooling(weather: Weather) -> tuple[float, float, float]:
    """Coil loads of the Binhai towers over the year, their highest hour, and the highest electric hour."""
    run = simulate(load("binhai"), weather, step=3600.0)
    loads = run.series("plant/loop.load")
    return float(loads.sum()), float(loads.max()), run.peak


def sums(weather: Weather) -> tuple[float, float, float, float]:
    """Mean temperature, cooling and heating degree days, global irradiation."""
    daily = weather.dry_bulb.reshape(-1, 24).mean(axis=1)
    return (
        daily.mean(),
        np.maximum(daily - 18, 0).sum(),
        np.maximum(18 - daily, 0).sum(),
        weather.global_horizontal.sum(),
    )


def main() -> None:
    """Print, per city, the median and the third-worst of 20 deviations."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data/weather")
    if not folder.is_dir():
        print(f"{folder}: no weather files there; give their folder as the argument")
        return
    print("deviation of 20 seeds in %: median (18 of 20 within)")
    for city, (file, _) in STATIONS.items():
        real = Weather.epw(folder / file, 2019)
        rows = [sums(Weather.typical(city, 2019, seed)) for seed in range(SEEDS)]
        off = np.abs(np.array(rows) / np.array(sums(real)) - 1.0) * 100.0
        print(
            f"{city:10s}",
            *(
                f"{n} {np.median(c):.1f} ({np.sort(c)[17]:.1f})"
                for n, c in zip(("T", "CDD18", "HDD18", "GHI"), off.T, strict=True)
            ),
        )
    real_cooling = np.array(cooling(Weather.epw(folder / STATIONS["shenzhen"][0], 2019)))
    off = (
        np.abs(
            np.array([cooling(Weather.typical("shenzhen", 2019, seed)) for seed in range(SEEDS)]) / real_cooling - 1.0
        )
        * 100.0
    )
    print(
        "Binhai    ",
        *(
            f"{n} {np.median(c):.1f} ({np.sort(c)[17]:.1f})"
            for n, c in zip(("cooling", "cooling peak", "electric peak"), off.T, strict=True)
        ),
    )


if __name__ == "__main__":
    main()
