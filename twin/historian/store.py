"""An append-only store of samples in Parquet files: what is acknowledged is on disk, and nothing is ever half-written."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from twin.errors import StoreError

COLUMNS = ["name", "first", "last", "count"]


class Historian:
    """A folder of Parquet files in long format: time (UTC), point, value; a new point needs no new schema.

    One file a call and UTC day, named `DAY.NUMBER.MARK.parquet`; NUMBER grows with every append and decides which value
    wins when a time is written twice. Files are written under a hidden name, forced to disk, then renamed.

    Parameters
    ----------
    folder : Path
        Made when absent.

    Raises
    ------
    StoreError
        When the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(f"{folder}: cannot be made ({problem.strerror}); choose another folder") from problem

    def append(self, samples: pd.DataFrame) -> None:
        """Add samples; they survive a crash once this returns. A value that is not a number is not a sample.

        Parameters
        ----------
        samples : pd.DataFrame
            Wide: one float column a point, in the point's SI unit. A naive index is UTC; an aware one is converted.

        Raises
        ------
        StoreError
            When the index holds no times, a column is no number or stands twice, or the disk refuses.
        """
        rows = _long(samples)
        number = 1 + max((_number(path) for path in self._files()), default=-1)
        for day, part in rows.groupby(rows["time"].dt.strftime("%Y-%m-%d"), sort=True):
            self._write(part, self.folder / f"{day}.{number:09d}.{uuid.uuid4().hex[:8]}.parquet")

    def points(self) -> pd.DataFrame:
        """Every point by name: first and last time (aware, UTC) and count of samples, a time written twice counted once."""
        found = self._query(
            "select point as name, min(time) as first, max(time) as last, count(distinct time) as count from {files} "
            "group by point order by point",
            self._files(),
            [],
        )
        if found is None:
            return pd.DataFrame({name: [] for name in COLUMNS})
        for edge in ("first", "last"):
            found[edge] = pd.DatetimeIndex(found[edge]).tz_localize("UTC")
        return found

    def read(
        self, points: Sequence[str] | None = None, start: datetime | None = None, end: datetime | None = None
    ) -> pd.DataFrame:
        """Samples of some points, all when None, from `start` up to but not including `end`.

        Parameters
        ----------
        points : Sequence[str], optional
            Names; the columns come in this order, and by name when None.
        start, end : datetime, optional
            Naive is UTC.

        Returns
        -------
        pd.DataFrame
            Wide, float64, with an aware UTC index that only grows; the latest append wins where a time is written twice.

        Raises
        ------
        StoreError
            When a point was never stored.
        """
        self._must_know(points)
        clauses, given = [], []
        if points is not None:
            clauses.append(f"point in ({', '.join('?' for _ in points) or 'null'})")
            given += list(points)
        bounds = (("time >= ?", start), ("time < ?", end))
        for clause, edge in bounds:
            if edge is not None:
                clauses.append(clause)
                given.append(_naive(edge))
        where = f"where {' and '.join(clauses)}" if clauses else ""
        order = "parse_filename(filename)[12:20]"
        found = self._query(
            f"select time, point, last(value order by {order}) as value from {{files}} {where} group by time, point",
            self._files(start, end),
            given,
        )
        if found is None:
            found = pd.DataFrame({"time": pd.DatetimeIndex([]), "point": [], "value": np.empty(0)})
        wide = found.pivot(index="time", columns="point", values="value").sort_index()
        wide.index = pd.DatetimeIndex(wide.index, name="time").tz_localize("UTC")
        wide.columns.name = None
        return wide.reindex(columns=sorted(wide.columns) if points is None else list(points)).astype(float)

    def _must_know(self, points: Sequence[str] | None) -> None:
        known = set(self.points()["name"]) if points is not None else set()
        absent = [name for name in points or [] if name not in known]
        if absent:
            raise StoreError(f"{self.folder}: never stored {', '.join(absent)}; points() lists what is there")

    def _files(self, start: datetime | None = None, end: datetime | None = None) -> list[Path]:
        """Files whose day can hold times within the bounds; the unfinished ones begin with a dot and are left out."""
        first = "" if start is None else f"{_naive(start):%Y-%m-%d}"
        last = "9999" if end is None else f"{_naive(end):%Y-%m-%d}"
        found = [path for path in self.folder.glob("*.parquet") if not path.name.startswith(".")]
        return sorted(path for path in found if first <= path.name[:10] <= last)

    def _query(self, text: str, files: list[Path], given: list[Any]) -> pd.DataFrame | None:
        if not files:
            return None
        source = "read_parquet(?, filename = true)"
        with duckdb.connect() as connection:
            return connection.execute(text.format(files=source), [[str(path) for path in files], *given]).df()

    def _write(self, rows: pd.DataFrame, target: Path) -> None:
        """Write one file so that either all of it or none of it is seen, now and after a power cut."""
        part = target.with_name(f".{target.name}")
        try:
            rows.to_parquet(part, index=False)
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            os.replace(part, target)
            entry = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(entry)
            finally:
                os.close(entry)
        except OSError as problem:
            part.unlink(missing_ok=True)
            raise StoreError(
                f"{target}: cannot be written ({problem.strerror}); make room or mend its rights"
            ) from problem


def _long(samples: pd.DataFrame) -> pd.DataFrame:
    """One row a sample, refused with every problem at once."""
    problems = []
    if not isinstance(samples.index, pd.DatetimeIndex):
        problems.append("the index holds no times; give a DatetimeIndex in UTC")
    elif samples.index.hasnans:
        problems.append("the index holds NaT; drop those rows")
    problems += [f"column {name!r} stands twice" for name in samples.columns[samples.columns.duplicated()]]
    problems += [
        f"column {name!r} is {kind}; store numbers only"
        for name, kind in zip(samples.columns, samples.dtypes, strict=True)
        if not pd.api.types.is_numeric_dtype(kind)
    ]
    if problems:
        raise StoreError("samples: " + "; ".join(problems))
    index = pd.DatetimeIndex(samples.index)
    naive = index if index.tz is None else index.tz_convert("UTC").tz_localize(None)
    values = samples.to_numpy(dtype=float)
    count = len(samples.columns)
    return pd.DataFrame(
        {
            "time": np.repeat(naive.to_numpy().astype("datetime64[us]"), count),
            "point": pd.array([str(name) for name in samples.columns] * len(samples), dtype="str"),
            "value": values.ravel(),
        }
    ).dropna()


def _naive(time: datetime) -> pd.Timestamp:
    stamp = pd.Timestamp(time)
    return stamp if stamp.tzinfo is None else stamp.tz_convert("UTC").tz_localize(None)


def _number(path: Path) -> int:
    part = path.name.split(".")[1]
    if not part.isdigit():
        raise StoreError(f"{path}: is not a file of this historian; keep other files out of its folder")
    return int(part)
