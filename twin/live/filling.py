"""Which days of a virtual building's past are missing in a historian, and how far filling them has come."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from twin.errors import StoreError
from twin.files import write_text
from twin.historian.historian import Historian, moments
from twin.historian.samples import LATEST
from twin.live.past import AUTHOR, CHUNK, FAR_STEP, NEAR_STEP, Past

FILE = "past.json"
"""Says in the folder of a store that a virtual building has filled it, and how far."""
NEAR = 14
"""Days that are filled first, at shorter steps."""
YEAR = 365
SHORTEST = timedelta(minutes=10)
"""Pauses shorter than that are left to the live twin."""
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Progress:
    """How far filling has come.

    Attributes
    ----------
    state : `near` while the last days are filled, `far` while those before them are, `done`.
    days, wanted : days that are filled, and that are wanted.
    since : first day that is filled, where the days behind it are.
    """

    seed: int
    state: str
    days: int
    wanted: int
    since: str = ""

    def keep(self, folder: Path) -> None:
        """Write it where the dashboard reads it."""
        write_text(json.dumps(vars(self)), folder / FILE)


def read(folder: Path) -> Progress | None:
    """How far filling has come; nothing where no virtual building has filled a store, or its file cannot be read."""
    try:
        told: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Progress(int(told["seed"]), str(told["state"]), int(told["days"]), int(told["wanted"]), str(told["since"]))  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def claim(store: Historian, folder: Path, seed: int) -> Progress:
    """Make a store a virtual building's own, or go on with one that is.

    Raises
    ------
    StoreError
        When it holds measurements of somebody else, or of a building with another seed.
    """
    known = read(folder)
    if known is None:
        frame = store.points()
        if len(frame) and int(frame["samples"].sum()):
            raise StoreError(
                f"{folder}: holds measurements of a building; a virtual one is only put into a store of its own"
            )
        known = Progress(seed, "near", 0, NEAR)
        known.keep(folder)
    elif known.seed != seed:
        raise StoreError(
            f"{folder}: is that of the virtual building with seed {known.seed}; choose it, or another store"
        )
    return known


def newest(past: Past) -> datetime | None:
    """Moment of the newest measurement."""
    numbers = past.store.numbers([point.signal for point in past.compared])
    found = past.store.latest(list(numbers.values()), LATEST)
    return moments([int(found.time.max())], past.zone)[0].to_pydatetime() if len(found) else None


def fill_near(past: Past, known: Progress, folder: Path, now: datetime) -> int:
    """Fill what is missing of the last days, and keep the twin's state at their end; gives the number of samples."""
    last = newest(past)
    begin = now.astimezone(past.zone).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=NEAR)
    if last is not None:
        if now - last < SHORTEST:
            return 0
        past.resume()
    first = begin if last is None else max(last, begin)
    count = past.fill(first, now, NEAR_STEP, keep=True)
    past.store.annotate(f"virtual building (seed {known.seed}): filled in, not measured live", first, now, author=AUTHOR)  # fmt: skip
    replace(known, state="far", days=max(known.days, NEAR), since=known.since or f"{begin:%Y-%m-%d}").keep(folder)
    return count


def missing(past: Past, now: datetime, days: int = YEAR) -> list[Stretch]:
    """Stretches of whole days without a measurement before the last ones, the newest first, none longer than a chunk."""
    end = now.astimezone(past.zone).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=NEAR)
    start = end - timedelta(days=days - NEAR)
    name = past.compared[0].signal
    counted = past.store.query([name], start, end, every="1D", how="count", zone=past.zone)[name]
    found: list[Stretch] = []
    for day in pd.DatetimeIndex(counted.index[counted.to_numpy() == 0]).to_pydatetime()[::-1]:
        after = day + timedelta(days=1)
        if found and found[-1][0] == after and found[-1][1] - day <= CHUNK:
            found[-1] = day, found[-1][1]
        else:
            found.append((day, after))
    return found


def fill_far(past: Past, known: Progress, folder: Path, now: datetime, told: Callable[[Progress], None], days: int = YEAR) -> int:  # fmt: skip
    """Fill the days before the last ones, back from them; told after every stretch, gives the number of samples."""
    count = 0
    stretches = missing(past, now, days)
    left = sum((last - first).days for first, last in stretches)
    for first, last in stretches:
        replace(known, state="far", days=days - left, wanted=days).keep(folder)
        count += past.fill(first, last, FAR_STEP)
        left -= (last - first).days
        known = replace(known, state="far", days=days - left, wanted=days, since=f"{first:%Y-%m-%d}")
        told(known)
    replace(known, state="done", days=days, wanted=days).keep(folder)
    return count
