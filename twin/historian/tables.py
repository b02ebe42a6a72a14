"""Tables of measured data in and out of a store: CSV and Parquet, with a mapping of columns to points and units."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from twin.errors import StoreError, UnitError
from twin.historian import quality
from twin.historian.historian import Historian
from twin.units import factor, si_unit

FIELDS = ("column", "point", "unit")
MARKED = {"spike": "fault", "zeros": "communication_lost", "stuck": "stale"}
"""Quality that samples get when findings are to be marked."""
LONG = ("point", "value")


@dataclass(frozen=True)
class Column:
    """A column of a table: its name there, the point it becomes, its unit there (empty when nobody knows)."""

    name: str
    point: str
    unit: str

    def taken(self, values: pd.Series[float]) -> pd.Series[float]:
        """In SI units."""
        if not self.unit:
            return values
        scale, offset = factor(self.unit, si_unit(self.unit))
        return values * scale + offset


@dataclass(frozen=True)
class Imported:
    """What an import did: samples and points taken, times left out because they exist twice or never, and what looks wrong."""

    samples: int
    points: int
    dropped: int
    findings: pd.DataFrame


def mapping(path: Path) -> list[Column]:
    """Read a mapping: CSV with the columns `column`, `point`, `unit`.

    Raises
    ------
    StoreError
        When a field is missing, a unit is none, or a column or point stands twice; all problems at once.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as problem:
        raise StoreError(f"{path}: cannot be read ({problem})") from problem
    if not rows or not set(FIELDS) <= set(rows[0]):
        raise StoreError(f"{path}:1: a mapping is CSV with the columns {', '.join(FIELDS)}")
    problems: list[str] = []
    found: list[Column] = []
    for line, row in enumerate(rows, 2):
        name, point, unit = ((row[field] or "").strip() for field in FIELDS)
        if not name or not point:
            problems.append(f"{path}:{line}: names no {'point' if name else 'column'}")
        if any(each.name == name or each.point == point for each in found):
            problems.append(f"{path}:{line}: {name} or {point} stands twice")
        try:
            si_unit(unit)
        except UnitError as problem:
            problems.append(f"{path}:{line}: {problem}")
        found.append(Column(name, point, unit))
    if problems:
        raise StoreError("\n".join(problems))
    return found


def read(path: Path, time: str | None = None, zone: str | None = None) -> tuple[pd.DataFrame, int]:
    """A table as a wide frame with an aware index, and how many rows were left out.

    Parameters
    ----------
    path : .csv, .csv.gz or .parquet; wide with a column a point, or long with the columns point and value.
    time : column of times; the first one when left out.
    zone : of times that name none. Hours that a clock change repeats are told apart by their order; hours that it skips are left out.

    Raises
    ------
    StoreError
        When the file cannot be read, the times are none, or nobody knows their zone.
    """
    try:
        frame = pd.read_parquet(path).reset_index() if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError, UnicodeDecodeError) as problem:
        raise StoreError(f"{path}: cannot be read ({problem}); give a .csv or .parquet file") from problem
    time = time or next(
        (str(n) for n in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[n])), str(frame.columns[0])
    )
    if time not in frame.columns:
        raise StoreError(f"{path}: has no column {time!r}; there are {', '.join(map(str, frame.columns[:12]))}")
    moments, kept = _moments(path, frame.pop(time), zone)
    frame = frame[kept].set_axis(moments[kept], axis=0)
    if set(LONG) <= set(frame.columns):
        frame = frame.pivot_table(index=frame.index, columns="point", values="value", aggfunc="last")
    numbers = frame.apply(pd.to_numeric, errors="coerce").astype(float).dropna(axis="columns", how="all")
    return numbers[~numbers.index.duplicated(keep="last")].sort_index(), int((~kept).sum())


def _moments(path: Path, told: pd.Series[Any], zone: str | None) -> tuple[pd.DatetimeIndex, Any]:
    try:
        found = pd.DatetimeIndex(pd.to_datetime(told))
    except (ValueError, TypeError) as problem:
        raise StoreError(f"{path}: column {told.name!r} holds no times ({problem})") from problem
    if found.tz is None:
        if not zone:
            raise StoreError(f"{path}: its times have no zone; add --zone, for instance Asia/Shanghai or UTC")
        try:
            found = found.tz_localize(zone, ambiguous="infer", nonexistent="NaT")
        except KeyError as problem:
            raise StoreError(f"zone {zone!r}: is no time zone; write Asia/Shanghai") from problem
        except ValueError:  # a repeated hour that stands only once
            found = found.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    return found, found.notna()


def take(
    store: Historian | None, path: Path, time: str | None = None, zone: str | None = None, columns: list[Column] | None = None,
    mark: bool = False, local: str | None = None,
) -> Imported:  # fmt: skip
    """Read a table into a store, and say what looks wrong with it; without a store it is only looked at.

    Parameters
    ----------
    columns : from `mapping`; when left out every column of numbers becomes the point of its name.
    local : zone where people use the building, whose clock changes are looked at; that of the times when left out.
    mark : give samples that look wrong the quality that says so, instead of good.
    """
    frame, dropped = read(path, time, zone)
    chosen = columns or [Column(str(name), str(name), "") for name in frame.columns]
    absent = [each.name for each in chosen if each.name not in frame.columns]
    if absent:
        raise StoreError(
            f"{path}: has no column of numbers {', '.join(absent[:5])}; there are {', '.join(map(str, frame.columns[:12]))}"
        )
    taken = pd.DataFrame({each.point: each.taken(frame[each.name]) for each in chosen}, index=frame.index)
    findings = quality.report(taken, local or zone or "UTC")
    rows = taken.rename_axis(index="time").reset_index().melt("time", var_name="point").dropna()
    rows["quality"] = "good"
    for each in findings.itertuples() if mark else ():
        if each.kind in MARKED:
            hit = (rows["point"] == each.point) & (rows["time"] >= each.start) & (rows["time"] <= each.end)
            rows.loc[hit, "quality"] = MARKED[str(each.kind)]
    if store is not None:
        store.append(rows)
        for column in chosen:
            store.describe(
                column.point, unit=si_unit(column.unit) if column.unit else "", source=f"{path.name}: {column.name}"
            )
    return Imported(len(rows), len(chosen), dropped, findings)
