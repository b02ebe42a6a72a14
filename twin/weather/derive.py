"""Derive the embedded climate statistics from weather files: `python -m twin.weather.derive FOLDER`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.weather import epw
from twin.weather.typical import CLASSES, DAMP, FOLDER, MONTHS, QUANTILES, SKIES, SOLAR_CONSTANT, horizontal

Floats = npt.NDArray[np.float64]

STATIONS = {
    "shenzhen": ("CHN_Guangdong.Shenzhen.594930_SWERA.epw", {}),
    "guangzhou": ("CHN_Guangdong.Guangzhou.592870_CSWD.epw", {}),
    "tianjin": ("CHN_Tianjin.Tianjin.545270_CSWD.epw", {}),
    "shanghai": ("CHN_Shanghai.Shanghai.583620_CSWD.epw", {}),
    "guiyang": ("CHN_Guizhou.Guiyang.578160_CSWD.epw", {}),
    "huailai": ("CHN_Hebei.Huailai.544050_CSWD.epw", {}),
    "nanjing": ("CHN_Jiangsu.Nanjing.582380_CSWD.epw", {"latitude": 32.0}),
    "beijing": ("CHN_Beijing.Beijing.545110_CSWD.epw", {}),
    "chongqing": ("CHN_Chongqing.Chongqing.Shapingba.575160_CSWD.epw", {}),
    "chengdu": ("CHN_Sichuan.Chengdu.562940_CSWD.epw", {}),
    "wuhan": ("CHN_Hubei.Wuhan.574940_CSWD.epw", {}),
}
"""City -> file, and corrections of its header (Nanjing's latitude is wrong in the file)."""


def derive(path: Path, corrections: dict[str, float]) -> dict[str, Any]:
    """Statistics of one weather file, as stored in `climates/`; see `twin.weather.typical` for how they are used."""
    year = {**epw.read(path, 2019), **corrections}
    shift = {n: np.roll(year[n], 1).reshape(365, 24) for n in ("dry_bulb", "dew_point")}
    sun = {
        n: year[n].reshape(365, 24)
        for n in ("global_horizontal", "diffuse_horizontal", "wind_speed", "infrared", "direct_normal")
    }
    extra = horizontal(year["latitude"], year["longitude"], year["start"])
    clear = sun["global_horizontal"].sum(1) / extra.sum(1)
    months = np.repeat(np.arange(12), MONTHS)
    table: dict[str, Any] = {
        "source": path.stem,
        **{k: round(float(year[k]), 3) for k in ("latitude", "longitude", "elevation")},
        "zone": year["start"].utcoffset().total_seconds() / 3600.0,
        "persistence": _persistence(shift["dry_bulb"].mean(1), months),
        "months": [
            _month(
                months == m, shift["dry_bulb"], shift["dew_point"], clear, sun, extra, year["pressure"].reshape(365, 24)
            )
            for m in range(12)
        ],
        "diffuse": _diffuse(clear, sun),
    }
    return table


def _round(values: Floats, digits: int = 3) -> list[Any]:
    return np.round(np.nan_to_num(values), digits).tolist()  # type: ignore[no-any-return]


def _persistence(daily: Floats, months: npt.NDArray[np.int64]) -> float:
    """Lag-one correlation of daily means about their month."""
    anomaly = daily - np.array([daily[months == m].mean() for m in range(12)])[months]
    return round(float(np.corrcoef(anomaly[:-1], anomaly[1:])[0, 1]), 3)


def _month(
    days: npt.NDArray[np.bool_],
    dry: Floats,
    dew: Floats,
    clear: Floats,
    sun: dict[str, Floats],
    extra: Floats,
    pressure: Floats,
) -> dict[str, Any]:
    """Statistics of one month."""
    dry, dew, clear, extra = dry[days], dew[days], clear[days], extra[days]
    light = sun["global_horizontal"][days]
    daily = dry.mean(1)
    depression = dry - dew
    ranks = np.argsort(np.argsort(daily)) * CLASSES // len(daily)
    sky = np.argsort(np.argsort(clear)) * SKIES // len(clear)
    return {
        "dry_bulb": _round(np.quantile(daily, QUANTILES), 2),
        "mean": round(float(daily.mean()), 3),
        "depression": _round(
            np.array([[f(depression.mean(1)[ranks == c]) for f in (np.mean, np.std)] for c in range(CLASSES)]), 2
        ),
        "clearness": _round(np.array([[f(clear[ranks == c]) for f in (np.mean, np.std)] for c in range(CLASSES)])),
        "together": round(float(np.corrcoef(depression.mean(1), clear)[0, 1]), 2),
        "global": round(float(light.sum() / extra.sum()), 4),
        "dry_shape": _round(np.array([(dry - daily[:, None])[sky == s].mean(0) for s in range(SKIES)]), 2),
        "depression_shape": _round(
            np.array([(depression - depression.mean(1)[:, None])[sky == s].mean(0) for s in range(SKIES)]), 2
        ),
        "light_shape": _round(
            np.clip(light.sum(0) / np.maximum(extra.sum(0), 1.0) / (light.sum() / extra.sum()), 0.0, 1.6)
        ),
        "wind": _round(sun["wind_speed"][days].mean(0), 2),
        "infrared": round(float(sun["infrared"][days].mean() / (5.67e-8 * (dry + 273.15) ** 4).mean()), 4),
        "pressure": round(float(pressure[days].mean()), 0),
        "direct": round(float(sun["direct_normal"][days].sum() / max(light.sum(), 1.0)), 4),
        "beam": round(float((sun["direct_normal"][days] * extra / SOLAR_CONSTANT).sum() / max(light.sum(), 1.0)), 4),
        "scattered": round(float(sun["diffuse_horizontal"][days].sum() / max(light.sum(), 1.0)), 4),
        "breeze": _round(np.quantile(sun["wind_speed"][days], DAMP), 2),
        "extremes": [_round(v, 1) for v in (dry.min(0), dry.max(0), dew.max(0))],
        "dew_point": _round(np.quantile(dew, DAMP), 1),
        "dry_rough": _rough(dry - daily[:, None], sky),
        "depression_rough": _rough(depression - depression.mean(1)[:, None], sky),
    }


def _rough(hours: Floats, sky: npt.NDArray[np.int64]) -> list[float]:
    """Spread of each hour about the mean course of its class of days."""
    rest = np.concatenate([hours[sky == s] - hours[sky == s].mean(0) for s in range(SKIES)])
    return _round(rest.std(axis=0), 2)


def _diffuse(clear: Floats, sun: dict[str, Floats]) -> list[list[float]]:
    """Mean daily clearness and diffuse share in eight equal classes of clearness."""
    order = np.array_split(np.argsort(clear), 8)
    share = sun["diffuse_horizontal"].sum(1) / np.maximum(sun["global_horizontal"].sum(1), 1.0)
    return [[round(float(clear[c].mean()), 3), round(float(share[c].mean()), 3)] for c in order]


def main() -> None:
    """Write one table per city; the argument is the folder that holds the weather files."""
    folder = Path(sys.argv[1])
    FOLDER.mkdir(exist_ok=True)
    for city, (file, corrections) in STATIONS.items():
        table = derive(folder / file, corrections)
        (FOLDER / f"{city}.json").write_text(json.dumps(table, separators=(",", ":")) + "\n", encoding="utf-8")
        print(city, (FOLDER / f"{city}.json").stat().st_size)


if __name__ == "__main__":
    main()
