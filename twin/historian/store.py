"""An append-only store of samples in Parquet files: what is acknowledged is on disk, and nothing is ever half-written."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path

import duckdb
import pandas as pd

from twin.errors import StoreError


class Historian:
    """A folder of Parquet files with the columns time (naive UTC), point and value.

    Parameters
    ----------
    folder : made when absent.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(f"{folder}: cannot be made ({problem.strerror}); choose another folder") from problem

    def append(self, samples: pd.DataFrame) -> None:
        """Add samples: a wide frame, one column a point, with an aware time index; durable when this returns.

        Raises
        ------
        StoreError
            When the index is not aware, or the disk refuses.
        """
        index = pd.DatetimeIndex(samples.index)
        if index.tz is None:
            raise StoreError("samples need times with a time zone; localise the index first")
        naive = samples.set_axis(index.tz_convert("UTC").tz_localize(None), axis=0).rename_axis("time")
        rows = naive.reset_index().melt(id_vars="time", var_name="point", value_name="value").dropna()
        target = self.folder / f"{time.time_ns():020d}_{uuid.uuid4().hex[:12]}.parquet"
        part = target.with_suffix(".part")
        try:
            rows.to_parquet(part, index=False)
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            os.replace(part, target)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as problem:
            raise StoreError(f"{target}: cannot be written ({problem.strerror})") from problem
        finally:
            part.unlink(missing_ok=True)

    def points(self) -> pd.DataFrame:
        """Every point with its first and last time and the number of samples."""
        return self._query(
            "select point, min(time) as first, max(time) as last, count(*) as samples from {files} group by point order by point"
        )

    def read(self, points: list[str] | None = None) -> pd.DataFrame:
        """Samples as a wide frame with an aware UTC index; a time written twice keeps its latest value."""
        chosen = "" if points is None else "where point in ($points)"
        found = self._query(
            f"select time, point, last(value order by filename) as value from {{files}} {chosen} group by time, point",
            points,
        )
        wide = found.pivot(index="time", columns="point", values="value").sort_index()
        wide.index = pd.DatetimeIndex(wide.index).tz_localize("UTC")
        return wide if points is None else wide[points]

    def _query(self, text: str, points: list[str] | None = None) -> pd.DataFrame:
        if not any(self.folder.glob("*.parquet")):
            raise StoreError(f"{self.folder}: holds no samples yet")
        marks = ", ".join("?" for _ in points or [])
        query = text.format(files="read_parquet(?, filename=true)").replace("$points", marks)
        with duckdb.connect() as connection:
            return connection.execute(query, [f"{self.folder}/*.parquet", *(points or [])]).df()
