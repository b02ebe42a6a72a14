"""Typical years made from compact climate statistics, so that the product runs without any weather file."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin import stock
from twin.errors import WeatherError
from twin.weather.sun import ephemeris

Floats = npt.NDArray[np.float64]
FOLDER = Path(__file__).parent / "climates"
MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
QUANTILES = np.linspace(0.0, 1.0, 16)
DAMP = np.array([0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 1.0])
"""Shares of a month's hours at which the tables tell its dew point and its wind."""
SOLAR_CONSTANT = 1361.0
"""Irradiance above the air at the mean distance of the sun. [W/m2] Kopp and Lean, Geophysical Research Letters 38, 2011."""
BRIGHTEST = 1050.0
"""Most direct normal irradiance of an hour. [W/m2] Clear, dry air at sea level gives about 1000."""
GUSTS = 0.35
"""Spread of the logarithm of an hour's wind about its day: an assumption that orders the hours; how often winds blow is the table's."""
CLASSES = 6
"""Classes of warm and cool days in a month: humidity and sun are drawn as they go with the day's temperature."""
HOURLY = 0.9
"""Hour-to-hour persistence of the deviations from a day's mean course: an assumption, typical of hourly temperature."""
HUMP = np.sin((np.arange(24) + 0.5) * np.pi / 24) / np.sin((np.arange(24) + 0.5) * np.pi / 24).mean()
"""Weights of mean 1 that vanish at midnight, by which a day's mean is kept while its ends are joined to its neighbours."""
SKIES = 3
"""Classes of dull and bright days in a month: the day's course of temperature goes with them."""


def cities() -> list[str]:
    """Names of the embedded climates."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def horizontal(latitude: float, longitude: float, start: datetime) -> Floats:
    """Extraterrestrial irradiance on the horizontal, (365 days, 24 hours). [W/m2]"""
    name = stock.key("horizontal", latitude, longitude, start)
    held = stock.take("weather", name)
    if held is None:
        held = {"hours": _horizontal(latitude, longitude, start)}
        stock.keep("weather", name, held)
    return held["hours"]


def _horizontal(latitude: float, longitude: float, start: datetime) -> Floats:
    import pandas as pd
    import pvlib

    times = pd.date_range(start + timedelta(minutes=7.5), periods=365 * 96, freq="15min")
    zenith = ephemeris(times, latitude, longitude)["elevation"].to_numpy()
    normal = np.asarray(pvlib.irradiance.get_extra_radiation(np.repeat(np.arange(1.0, 366.0), 96)))
    flat: Floats = np.maximum(np.sin(np.radians(zenith)), 0.0) * normal
    hours: Floats = flat.reshape(365, 24, 4).mean(axis=2)
    return hours


def generate(city: str, year: int, seed: int) -> dict[str, Any]:
    """Fields of a `Weather`: one reproducible year of a city.

    In every month the daily mean temperatures are those of the climate's quantiles, in an order drawn from a first-order
    autoregressive process. Humidity and clearness are drawn for classes of warm and cool days, with stratified deviates and
    their correlation; the month's irradiation is then met exactly. Hours follow the mean course of dull and bright days.

    Raises
    ------
    WeatherError
        When the city has no table.
    """
    path = FOLDER / f"{city}.json"
    if not path.is_file():
        raise WeatherError(f"{city!r}: no embedded climate; cities: {', '.join(cities())}")
    table = json.loads(path.read_text(encoding="utf-8"))
    random = np.random.default_rng([seed, 2019])
    start = datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=table["zone"])))
    extra = horizontal(table["latitude"], table["longitude"], start)
    process = _process(365, table["persistence"], random)
    parts = []
    first = 0
    for month, days in zip(table["months"], MONTHS, strict=True):
        stretch = slice(first, first + days)
        parts.append(_month(month, process[stretch], extra[stretch], np.array(table["diffuse"]), random))
        first += days
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    for name in ("dry_bulb", "dew_point"):
        columns[name] = _smooth(columns[name])
    for month, hours in zip(table["months"], np.split(columns["dew_point"], 24 * np.cumsum(MONTHS)[:-1]), strict=True):
        spread = _spread(hours, np.array(month["dew_point"])).reshape(-1, 24)
        hours[:] = np.minimum(spread, month["extremes"][2]).ravel()
    columns["dew_point"] = np.minimum(columns["dew_point"], columns["dry_bulb"])
    gusts = np.random.default_rng([seed, 2020])
    for month, hours in zip(table["months"], np.split(columns["wind_speed"], 24 * np.cumsum(MONTHS)[:-1]), strict=True):
        blown = hours.reshape(-1, 24) * np.exp(_wander(len(hours) // 24, np.full(24, GUSTS), gusts))
        hours[:] = _spread(blown, np.array(month["breeze"])).ravel()
    return {
        "name": f"{city}:{seed}" if seed else city,
        "source": f"typical year made from climate statistics of {table['source']}",
        **{k: table[k] for k in ("latitude", "longitude", "elevation")},
        "start": start, "step": 3600.0, "offset": 0.0, "notes": (), **columns,
    }  # fmt: skip


def _process(count: int, persistence: float, random: np.random.Generator) -> Floats:
    """A stationary first-order autoregressive series with unit variance."""
    values = np.empty(count)
    values[0] = random.standard_normal()
    noise = random.standard_normal(count) * np.sqrt(1.0 - persistence**2)
    for day in range(1, count):
        values[day] = persistence * values[day - 1] + noise[day]
    return values


def _strata(count: int, random: np.random.Generator) -> Floats:
    """Normal deviates in random order whose distribution is even, so that small samples keep mean and spread."""
    from scipy.special import ndtri

    values = ndtri((np.arange(count) + 0.5) / count) if count > 1 else np.zeros(1)
    spread = values.std()
    return random.permutation(values / spread if spread > 0.0 else values)


def _wander(days: int, rough: Floats, random: np.random.Generator) -> Floats:
    """Deviations of the spread each hour has that persist for some hours and leave each day's mean alone, (days, 24)."""
    noise = random.standard_normal((days, 24))
    values = np.empty((days, 24))
    values[:, 0] = noise[:, 0]
    for hour in range(1, 24):
        values[:, hour] = HOURLY * values[:, hour - 1] + np.sqrt(1.0 - HOURLY**2) * noise[:, hour]
    values -= values.mean(axis=1, keepdims=True)
    wander: Floats = values * rough / values.std(axis=0)
    wander -= wander.mean(axis=1, keepdims=True)
    return wander


def _month(
    month: dict[str, Any], process: Floats, extra: Floats, diffuse: Floats, random: np.random.Generator
) -> dict[str, Floats]:
    """Hourly columns of one month."""
    days = len(process)
    ranks = np.argsort(np.argsort(process))
    daily = np.interp(ranks / (days - 1), QUANTILES, month["dry_bulb"])
    daily += month["mean"] - daily.mean()
    which = ranks * CLASSES // days
    depression, clear = np.empty(days), np.empty(days)
    for each in range(CLASSES):
        members = np.flatnonzero(which == each)
        first, second = _strata(len(members), random), _strata(len(members), random)
        together = month["together"]
        mean, spread = month["depression"][each]
        depression[members] = mean + spread * first
        mean, spread = month["clearness"][each]
        clear[members] = mean + spread * (together * first + np.sqrt(1.0 - together**2) * second)
    depression = np.maximum(depression, 0.3)
    clear = np.clip(clear, 0.03, 0.80)
    for _ in range(3):
        clear = np.clip(clear * month["global"] / ((clear * extra.sum(1)).sum() / extra.sum()), 0.02, 0.82)
    sky = np.argsort(np.argsort(clear)) * SKIES // days
    dry = daily[:, None] + np.array(month["dry_shape"])[sky]
    wet = np.maximum(depression[:, None] + np.array(month["depression_shape"])[sky], 0.1)
    dry = dry + _wander(days, np.array(month["dry_rough"]), random)
    for _ in range(5):
        dry = np.clip(dry + (daily - dry.mean(axis=1))[:, None], *np.array(month["extremes"][:2]))
    wet = np.maximum(wet + _wander(days, np.array(month["depression_rough"]), random), 0.1)
    light = clear[:, None] * extra * np.array(month["light_shape"])
    light *= (clear * extra.sum(1) / np.maximum(light.sum(1), 1e-9))[:, None]
    share = np.interp(clear, diffuse[:, 0], diffuse[:, 1])[:, None]
    scattered = light * share
    scattered *= month["scattered"] * light.sum() / max(scattered.sum(), 1.0)
    wind = np.tile(np.array(month["wind"]), (days, 1)) * np.exp(0.3 * _strata(days, random) - 0.045)[:, None]
    direct = _direct(
        np.maximum(light - scattered, 0.0), extra, month["direct"] * light.sum(), month["beam"] * light.sum()
    )
    infrared = month["infrared"] * 5.67e-8 * (dry + 273.15) ** 4
    return {
        "dry_bulb": dry.ravel(),
        "dew_point": (dry - wet).ravel(),
        "pressure": np.full(days * 24, month["pressure"]),
        "wind_speed": wind.ravel(),
        "infrared": infrared.ravel(),
        "global_horizontal": light.ravel(),
        "diffuse_horizontal": scattered.ravel(),
        "direct_normal": direct.ravel(),
    }


def _direct(beam: Floats, extra: Floats, total: float, flat: float) -> Floats:
    """Direct normal irradiance that follows the horizontal beam, weakened the more the lower the sun stands, with the month's sum
    along the beam (`total`) and on the horizontal (`flat`). [W/m2]
    """
    height = np.maximum(extra / SOLAR_CONSTANT, 0.05)
    low, high = -1.0, 4.0
    direct = beam
    for _ in range(30):
        power = 0.5 * (low + high)
        direct = beam * height ** (power - 1.0)
        if direct.sum() * flat > total * (direct * height).sum():
            low = power
        else:
            high = power
    scale = total / max(float(direct.sum()), 1.0)
    return np.asarray(np.minimum(direct * scale, BRIGHTEST), dtype=np.float64)


def _spread(hours: Floats, quantiles: Floats) -> Floats:
    """Values in the order of the given ones, spread over the month as its quantiles tell."""
    ranks = np.argsort(np.argsort(hours, axis=None)).reshape(hours.shape)
    spread: Floats = np.interp(ranks / (hours.size - 1), DAMP, quantiles)
    return spread


def _smooth(hours: Floats) -> Floats:
    """Join the days: spread the jump at each midnight over the three hours around it, keeping each day's mean."""
    smooth = hours.copy()
    for midnight in range(24, len(hours), 24):
        jump = hours[midnight] - hours[midnight - 1]
        for far, share in ((0, 0.35), (1, 0.2), (2, 0.08)):
            smooth[midnight + far] -= jump * share
            smooth[midnight - 1 - far] += jump * share
    lost = (hours - smooth).reshape(-1, 24).mean(axis=1)
    return smooth + np.outer(lost, HUMP).ravel()
