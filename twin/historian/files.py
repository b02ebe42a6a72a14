"""History in Parquet files, a group of points and a day or month each: written whole, named in the store's list, then counted."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import StoreError
from twin.historian.samples import LAYOUT, NONE, Samples
from twin.historian.tail import StoreFullError

GROUP = 100
"""Points in one file."""
ROWS = 65_536
"""Samples in one row group: a month of a point at one minute is in one or two."""
HOUR = 3_600_000_000
"""Microseconds."""
VARIED = 0.5
"""Share of different values from which on a dictionary of them costs more than it saves."""
RAW, HOURLY = "raw", "hour"
AGGREGATES = """
  count(*)::bigint as n, sum(value) as total, min(value) as least, max(value) as most,
  arg_min(value, time) as opening, arg_max(value, time) as closing, min(time) as first, max(time) as last
"""
REPEATED = """
  sum(n)::bigint as n, sum(total) as total, min(least) as least, max(most) as most,
  arg_min(opening, first) as opening, arg_max(closing, last) as closing, min(first) as first, max(last) as last
"""


@dataclass(frozen=True)
class File:
    """One file that counts.

    Attributes
    ----------
    path : below the store's folder.
    grain : `raw` samples or sums by the `hour`.
    part : number of the group of points.
    first, last : microseconds of the earliest and latest sample.
    sequence : of the newest block in it; of two samples for one moment, the newer block's counts.
    count : samples in it.
    """

    path: str
    grain: str
    part: int
    first: int
    last: int
    sequence: int
    count: int


Span = tuple[str, int, int, int, int]
"""Path, point, first and last microsecond, and samples of one point in one file."""


def part_of(point: int) -> int:
    """Group of a point; numbers start at 1."""
    return (point - 1) // GROUP


def write(folder: Path, part: int, label: str, samples: Samples, sequence: int) -> tuple[File, list[Span]]:
    """Write the samples of one group; durable when this returns, and not in the list yet.

    Parameters
    ----------
    samples : in the order of points and times.
    label : day or month, for people.
    """
    value = pa.array(samples.value)
    varied = len(np.unique(samples.value[:ROWS])) > VARIED * min(len(samples), ROWS)
    table = pa.table(
        {
            "point": samples.point,
            "time": pa.array(samples.time, pa.timestamp("us", "UTC")),
            "value": value,
            "quality": samples.quality,
        }
    )
    encoding = {"time": "DELTA_BINARY_PACKED"} | ({"value": "BYTE_STREAM_SPLIT"} if varied else {})
    counted = ["point", "quality"] + ([] if varied else ["value"])
    path = _written(folder, RAW, part, label, sequence, table, encoding, counted)
    file = File(path, RAW, part, int(samples.time.min()), int(samples.time.max()), sequence, len(samples))
    points, starts, counts = np.unique(samples.point, return_index=True, return_counts=True)
    spans = [
        (path, int(point), int(samples.time[at]), int(samples.time[at + count - 1]), int(count))
        for point, at, count in zip(points, starts, counts, strict=True)
    ]
    return file, spans


def write_hours(folder: Path, engine: duckdb.DuckDBPyConnection, raw: File, label: str) -> File:
    """Write the sums by hour, point and quality of one file of samples."""
    table = engine.sql(
        f"""select point, time // {HOUR} * {HOUR} as hour, quality, {AGGREGATES}
        from (select point, epoch_us(time) as time, value, quality from read_parquet(?)) where not isnan(value)
        group by 1, 2, 3 order by 1, 2, 3""",
        params=[str(folder / raw.path)],
    ).to_arrow_table()
    encoding = dict.fromkeys(("hour", "first", "last"), "DELTA_BINARY_PACKED")
    path = _written(folder, HOURLY, raw.part, label, raw.sequence, table, encoding, ["point", "quality", "n"])
    return File(path, HOURLY, raw.part, raw.first, raw.last, raw.sequence, raw.count)


def _written(
    folder: Path, grain: str, part: int, label: str, sequence: int, table: pa.Table, encoding: dict[str, str],
    counted: list[str],
) -> str:  # fmt: skip
    path = f"{grain}/g{part:04d}/{label}_{sequence:012d}_{uuid.uuid4().hex[:6]}.parquet"
    target = folder / path
    half = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(
            table, half, compression="zstd", row_group_size=ROWS, use_dictionary=counted, column_encoding=encoding
        )
        with half.open("rb+") as done:
            os.fsync(done.fileno())
        os.replace(half, target)
        for each in (target.parent, target.parent.parent, folder):
            _settle(each)
    except OSError as problem:
        half.unlink(missing_ok=True)
        raise StoreFullError(
            f"{target}: cannot be written ({problem}); nothing acknowledged is lost; free some room"
        ) from problem
    return path


def _settle(folder: Path) -> None:
    """Make names in a folder durable."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def read(
    folder: Path, engine: duckdb.DuckDBPyConnection, files: Iterable[File], points: Sequence[int], first: int, last: int
) -> Samples:
    """Samples of some points in a stretch of time, both ends included, file by file in the order given.

    Raises
    ------
    StoreError
        When a file cannot be read.
    """
    paths = [str(folder / each.path) for each in files]
    if not paths:
        return NONE
    query = """select point, epoch_us(time) as time, value, quality from read_parquet(?)
        where point in (select unnest(?)) and time between make_timestamptz(?) and make_timestamptz(?)"""
    if len(points) == 1:
        query = query.replace("in (select unnest(?))", "= ?")
    told = [paths, points[0] if len(points) == 1 else list(points), first, last]
    return fetched(engine, query, told)


def fetched(engine: duckdb.DuckDBPyConnection, query: str, told: Sequence[object]) -> Samples:
    """Samples that a query for point, time, value and quality finds."""
    found = run(engine, query, told).fetchnumpy()
    columns = (np.asarray(found[name], dtype=kind) for name, kind in LAYOUT)
    return Samples(*columns)


def run(
    engine: duckdb.DuckDBPyConnection, query: str, told: Sequence[object] | Mapping[str, object] = ()
) -> duckdb.DuckDBPyConnection:
    """Ask, and turn the engine's complaints into ours."""
    try:
        return engine.execute(query, told)
    except duckdb.Error as problem:
        raise StoreError(f"the history cannot be read: {problem}") from problem
