"""The historian in a PostgreSQL database, as a TimescaleDB hypertable where the database has that extension."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from twin.errors import StoreError
from twin.historian.historian import Historian, Moment, moments, span
from twin.historian.samples import EARLIEST, LATEST, Integers, Samples

PATIENCE = 10.0
"""Longest wait for a connection. [s]"""
MOST = 4
"""Connections."""
EPOCH = 946_684_800_000_000
"""2000-01-01, from where PostgreSQL counts, in microseconds since 1970."""
HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
ROW = np.dtype(
    [
        ("fields", ">i2"),
        *((f"{kind}{name}", of) for name, form in (("point", ">i4"), ("time", ">i8"), ("value", ">f8"), ("quality", ">i2"))
          for kind, of in (("size of ", ">i4"), ("", form))),
    ]
)  # fmt: skip
"""A row of PostgreSQL's binary copy format: number of fields, then size and octets of each. PostgreSQL 15, COPY, binary format."""
COLUMNS = ("point", "time", "value", "quality")
SCHEMA = """
create table if not exists points (id serial primary key, name text unique not null, unit text not null default '',
  description text not null default '', source text not null default '');
create sequence if not exists appends;
create table if not exists samples (point integer not null, time timestamptz not null, value double precision not null,
  quality smallint not null, sequence bigint not null default currval('appends'));
create index if not exists samples_of_point on samples (point, time desc, sequence desc);
create table if not exists notes (id serial primary key, point integer references points (id), first timestamptz not null,
  last timestamptz not null, text text not null, author text not null, made timestamptz not null default now());
"""
MICROSECONDS = "(extract(epoch from {}) * 1000000)::bigint"
NEWEST = """select distinct on (point, time) point, time, value, quality from samples
  where point = any(%(points)s::integer[]) and time between %(first)s and %(last)s order by point, time, sequence desc"""
SUMS = f"""
with newest as ({NEWEST}), chosen as (select point, {MICROSECONDS.format("time")} as at, value from newest
  where quality = any(%(qualities)s) and value <> 'NaN')
select point, width_bucket(at, %(cuts)s::bigint[]) - 1 as bin, count(*), sum(value), min(value), max(value),
  (min(array[at::double precision, value]))[2], (max(array[at::double precision, value]))[2], min(at), max(at)
from chosen group by 1, 2"""


class PostgreSQL(Historian):
    """A store in a database.

    Parameters
    ----------
    where : `postgresql://user@host/database`. A password never stands in it: PostgreSQL's own `PGPASSWORD` or `~/.pgpass` hold it.

    Raises
    ------
    StoreError
        When a password is given, or the database cannot be reached.
    """

    def __init__(self, where: str) -> None:
        try:
            told = conninfo_to_dict(where)
        except psycopg.Error as problem:
            raise StoreError(
                "the address of the database is not understood; write postgresql://user@host/database"
            ) from problem
        if told.get("password"):
            raise StoreError(
                "the address of the database holds a password; put it into PGPASSWORD or ~/.pgpass instead"
            )
        self.name = f"{told.get('host', 'local')}/{told.get('dbname', '')}"
        self.pool = ConnectionPool(where, min_size=1, max_size=MOST, timeout=PATIENCE, open=False)
        try:
            self.pool.open(wait=True, timeout=PATIENCE)
        except PoolTimeout as problem:
            self.pool.close()
            raise StoreError(
                f"{self.name}: no connection within {PATIENCE:.0f} s; check that PostgreSQL runs"
            ) from problem
        with self._asking() as tables:
            tables.execute("select pg_advisory_xact_lock(19850101)")  # two processes may come at once
            tables.execute(SCHEMA)
            if tables.execute("select 1 from pg_extension where extname = 'timescaledb'").fetchone():
                tables.execute(
                    "select create_hypertable('samples', 'time', if_not_exists => true, migrate_data => true)"
                )

    @contextmanager
    def _asking(self) -> Iterator[psycopg.Connection[Any]]:
        """One transaction on a connection of the pool."""
        try:
            with self.pool.connection() as tables:
                yield tables
        except (psycopg.Error, PoolTimeout) as problem:
            raise StoreError(f"{self.name}: {str(problem).strip()}") from problem

    def close(self) -> None:
        """Let go of all connections."""
        self.pool.close()

    def numbers(self, names: Sequence[str], make: bool = False) -> dict[str, int]:
        """Number of each point; new ones get one when asked."""
        with self._asking() as tables:
            if make:
                new = "insert into points (name) select unnest(%s::text[]) on conflict (name) do nothing"
                tables.execute(new, [sorted(set(names))])
            return dict(tables.execute("select name, id from points where name = any(%s)", [list(names)]).fetchall())

    def append_samples(self, samples: Samples) -> None:
        """Add samples whose points are numbers of this store; durable when this returns."""
        held = samples.newest_of_each()
        rows = np.empty(len(held), dtype=ROW)
        rows["fields"] = len(COLUMNS)
        for name in COLUMNS:
            rows[f"size of {name}"] = ROW[name].itemsize
            rows[name] = getattr(held, name) - EPOCH if name == "time" else getattr(held, name)
        with self._asking() as tables, tables.cursor() as cursor:
            cursor.execute("select nextval('appends')")
            with cursor.copy(f"copy samples ({', '.join(COLUMNS)}) from stdin (format binary)") as copy:
                copy.write(HEAD + rows.tobytes() + END)

    def raw(self, points: Sequence[int], first: int, last: int) -> Samples:
        """Samples in a stretch of microseconds, both ends included, by point and time; of two for one moment the newer."""
        return self._read(NEWEST, points, first, last)

    def latest(self, points: Sequence[int], before: int) -> Samples:
        """Newest sample of each point at or before a microsecond."""
        query = """select p.id, s.time, s.value, s.quality from unnest(%(points)s::integer[]) as p (id) cross join lateral (
            select time, value, quality from samples where point = p.id and time between %(first)s and %(last)s
            order by time desc, sequence desc limit 1) s order by 1"""
        return self._read(query, points, EARLIEST, before)

    def _read(self, query: str, points: Sequence[int], first: int, last: int) -> Samples:
        with self._asking() as tables, psycopg.ClientCursor(tables) as cursor:
            told = {"points": list(points), "first": _moment(first), "last": _moment(last)}
            text = cursor.mogrify(query, told)
            with cursor.copy(f"copy ({text}) to stdout (format binary)") as copy:
                octets = b"".join(bytes(each) for each in copy)
        rows = np.frombuffer(octets[len(HEAD) : -len(END)], dtype=ROW)
        return Samples(
            rows["point"].astype(np.int32), rows["time"].astype(np.int64) + EPOCH, rows["value"].astype(np.float64),
            rows["quality"].astype(np.uint8),
        )  # fmt: skip

    def sums(self, points: Sequence[int], cuts: Integers, last: int, qualities: Sequence[int]) -> pd.DataFrame:
        """By point and interval `bin` between cuts [us], up to `last`: n, total, least, most, opening, closing."""
        told = {
            "points": list(points), "first": _moment(int(cuts[0])), "last": _moment(last), "cuts": cuts.tolist(),
            "qualities": list(qualities),
        }  # fmt: skip
        with self._asking() as tables:
            rows = tables.execute(SUMS, told).fetchall()
        names = ["point", "bin", "n", "total", "least", "most", "opening", "closing", "first", "last"]
        return pd.DataFrame(rows, columns=names).astype({"point": int, "bin": int, "n": int})

    def points(self) -> pd.DataFrame:
        """Every point: unit, description, source, first and last time and the number of samples; indexed by name."""
        query = f"""select p.name, unit, description, source, {MICROSECONDS.format("min(time)")},
            {MICROSECONDS.format("max(time)")}, count(s.point)
            from points p left join samples s on s.point = p.id group by p.id order by p.name"""
        with self._asking() as tables:
            rows = tables.execute(query).fetchall()
        names = ["point", "unit", "description", "source", "first", "last", "samples"]
        frame = pd.DataFrame(rows, columns=names).set_index("point")
        return frame.assign(
            **{n: pd.to_datetime(frame[n].astype("Int64"), unit="us", utc=True) for n in ("first", "last")}
        )

    def describe_all(self, rows: Sequence[tuple[str, str, str, str]]) -> None:
        """Say what points are: name, unit, description and source of each; empty texts leave what was said before."""
        known = self.numbers([row[0] for row in rows], make=True)
        said = [(*row[1:], known[row[0]]) for row in rows]
        query = """update points set unit = coalesce(nullif(%s, ''), unit), description = coalesce(nullif(%s, ''), description),
            source = coalesce(nullif(%s, ''), source) where id = %s"""
        with self._asking() as tables, tables.cursor() as cursor:
            cursor.executemany(query, said)

    def annotate(
        self, text: str, start: Moment, end: Moment = None, point: str | None = None, author: str = ""
    ) -> None:
        """Keep a note about a moment or a stretch of time, of one point or of all."""
        first, last = span(start, end)
        number = self._places([point])[0] if point else None
        row = [number, _moment(first), _moment(last), text, author]
        with self._asking() as tables:
            tables.execute("insert into notes (point, first, last, text, author) values (%s, %s, %s, %s, %s)", row)

    def notes(self, start: Moment = None, end: Moment = None) -> pd.DataFrame:
        """Notes that touch a stretch of time: point, start, end, text, author."""
        first, last = span(start, end, whole=True)
        query = f"""select p.name, {MICROSECONDS.format("n.first")}, {MICROSECONDS.format("n.last")}, n.text, n.author
            from notes n left join points p on p.id = n.point where n.last >= %s and n.first <= %s order by n.first, n.id"""
        with self._asking() as tables:
            rows = tables.execute(query, [_moment(first), _moment(last)]).fetchall()
        frame = pd.DataFrame(rows, columns=["point", "start", "end", "text", "author"])
        return frame.assign(**{n: moments(frame[n].to_numpy(np.int64)) for n in ("start", "end")})


def _moment(microseconds: int) -> str:
    """As PostgreSQL reads it; beyond what it can hold, the end of time."""
    if microseconds <= EARLIEST:
        return "-infinity"
    if microseconds >= LATEST:
        return "infinity"
    return f"{np.datetime64(microseconds, 'us')}+00"
