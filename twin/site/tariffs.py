"""Tariffs and grid factors of the library as parameters of a grid connection."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twin.errors import SiteError
from twin.site.library import chosen, shelf

PERIODS = ("valley", "flat", "peak", "sharp")
PRICES = ("energy_price", "adders", "feed_in", "demand_charge", "float_by_month")


@dataclass(frozen=True)
class Edition:
    """Which tariff a grid connection is billed by: its name, what it says of its version, where it stands, hash of its content."""

    name: str
    version: str
    origin: str
    digest: str

    def __str__(self) -> str:
        return f"{self.name}, {self.version or 'no version told'} ({self.origin}, {self.digest})"


def edition(name: str, own: Mapping[str, Any] | None = None) -> Edition:
    """The edition of a tariff that `tariff` takes."""
    origin = "site" if name in (own or {}) else "library"
    found = (own or {})[name] if origin == "site" else chosen("tariff", name, shelf("tariffs")["tariffs"])
    content = hashlib.sha256(json.dumps(found, sort_keys=True, default=str).encode()).hexdigest()[:12]
    return Edition(name, str(found.get("version", "")), origin, content)


def tariff(name: str, own: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A tariff as parameters of a grid: prices as texts, `ratios` (12 x 4) and `periods` (12 x 24) as lists.

    Parameters
    ----------
    name : of the tariff. own : tariffs that the site describes itself; they come before the library's.

    Raises
    ------
    SiteError
        When there is no such tariff, when a month stands in no season or in two, an hour in two periods, or in none where a season
        names its flat hours, or when a ratio is negative.
    """
    found = chosen("tariff", name, {**shelf("tariffs")["tariffs"], **(own or {})})
    unknown = sorted(set(found) - {*PRICES, "seasons", "version"})
    if unknown or "seasons" not in found or "energy_price" not in found:
        said = f"{unknown[0]!r} is no part of it" if unknown else "energy_price or seasons is missing"
        raise SiteError(f"tariff {name!r}: {said}; a tariff has seasons, version, {', '.join(PRICES)}")
    ratios: list[list[float] | None] = [None] * 12
    periods: list[list[float]] = [[]] * 12
    for season in found["seasons"]:
        row, day = _season(name, season)
        for month in span(str(season.get("months", "1-12")), 12, first=1, where=f"tariff {name!r}, months"):
            if ratios[month - 1] is not None:
                raise SiteError(f"tariff {name!r}: month {month} stands in two seasons")
            ratios[month - 1], periods[month - 1] = row, day
    missing = [str(month + 1) for month, row in enumerate(ratios) if row is None]
    if missing:
        raise SiteError(f"tariff {name!r}: no season holds month {', '.join(missing)}")
    return {
        **{label: found[label] for label in PRICES if label in found},
        "ratios": [value for row in ratios for value in row or ()],
        "periods": [value for day in periods for value in day],
    }


def _season(name: str, season: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    """Ratios of the four periods, and the period of each hour."""
    row, day = [1.0] * 4, [float(PERIODS.index("flat"))] * 24
    taken: dict[int, str] = {}
    for label, period in season.items():
        if label == "months":
            continue
        if label not in PERIODS:
            raise SiteError(f"tariff {name!r}: {label!r} is no period; periods are {', '.join(PERIODS)}")
        if not isinstance(period, Mapping) or set(period) != {"hours", "ratio"}:
            raise SiteError(
                f"tariff {name!r}, {label}: a period has hours and ratio, such as {{hours: 8-11 18-21, ratio: 1.5}}"
            )
        row[PERIODS.index(label)] = _ratio(name, label, period["ratio"])
        for hour in span(str(period["hours"]), 24, first=0, where=f"tariff {name!r}, {label}"):
            if hour in taken:
                raise SiteError(f"tariff {name!r}: {hour}:00 is both {taken[hour]} and {label}")
            taken[hour], day[hour] = label, float(PERIODS.index(label))
    gaps = [f"{hour}:00" for hour in range(24) if hour not in taken]
    if "flat" in season and gaps:
        raise SiteError(
            f"tariff {name!r}, months {season.get('months', '1-12')}: no period holds {', '.join(gaps)}; "
            "name every hour, or leave flat out so that all other hours are flat"
        )
    return row, day


def _ratio(name: str, label: str, told: Any) -> float:
    """The price of a period over that of a flat hour."""
    try:
        ratio = float(told)
    except (TypeError, ValueError):
        raise SiteError(
            f"tariff {name!r}, {label}: ratio {told!r} is not a number; write for instance 'ratio: 1.6'"
        ) from None
    if not 0.0 <= ratio < 100.0:
        raise SiteError(
            f"tariff {name!r}, {label}: ratio {told}: must be from 0 to 100, a price over that of a flat hour"
        )
    return ratio


def span(text: str, count: int, *, first: int, where: str) -> Iterator[int]:
    """Numbers that a text such as `8-11 18-21` names: hours up to the second number, months with it.

    >>> list(span("22-2 5", 24, first=0, where="")), list(span("11-2", 12, first=1, where=""))
    ([22, 23, 0, 1, 5], [11, 12, 1, 2])
    >>> len(list(span("0-24", 24, first=0, where="")))
    24
    """
    for part in re.split(r"[ ,]+", text.strip().removesuffix(".0")):
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        if not found or not first <= int(found[1]) < count + first or not first <= int(found[2] or found[1]) <= count:
            raise SiteError(f"{where}: {part!r} is not from {first} to {count}; write for instance '8-11 18-21'")
        low, high = int(found[1]), int(found[2] or found[1])
        length = (high - low - 1) % count + 1 if found[2] and not first else (high - low) % count + 1
        yield from ((low - first + k) % count + first for k in range(length))


def factors(text: str) -> dict[str, str]:
    """Grid factors of a place and year, such as `Guangdong 2022`, as texts: location-based, and market-based where published.

    Raises
    ------
    SiteError
        When the table has no such year or place.
    """
    place, _, year = text.strip().rpartition(" ")
    years = {str(each): row for each, row in shelf("factors")["years"].items()}
    row = chosen("year of grid factors", year, years)
    found = chosen("place with a grid factor", place, {k: v for k, v in row.items() if k != "residual"})
    answer = {"emission_factor": _with_name(found, f"grid/{place}/{year}")}
    return {
        **answer,
        **({"market_factor": _with_name(row["residual"], f"grid/residual/{year}")} if "residual" in row else {}),
    }


def _with_name(text: str, name: str) -> str:
    """A number whose source begins with the name of its row, so that a ledger can tell it."""
    return re.sub(r"\b(published|assumed)\b", rf"\1 {name};", text, count=1)
