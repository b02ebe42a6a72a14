"""The historian in a folder: SQLite for what came lately, Parquet for history, DuckDB to ask both."""

from __future__ import annotations

import functools
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import pandas as pd

from twin.errors import StoreError
from twin.historian import files
from twin.historian.files import AGGREGATES, HOUR, HOURLY, RAW, REPEATED, File
from twin.historian.historian import Historian, Moment, moments, span
from twin.historian.ledger import Ledger
from twin.historian.samples import EARLIEST, LATEST, Integers, Samples, joined
from twin.historian.tail import StoreFullError, Tail, within

Found = TypeVar("Found")
RESERVE = 2**25
"""Room that stays free, so that what is kept can still be put in order. [octets]"""
TRIES = 5
"""How often a query starts again because files it was about to read have just been merged."""


@functools.cache
def _engine() -> duckdb.DuckDBPyConnection:
    """The engine of this process; starting one takes as long as many a query, and it holds nothing of its own."""
    return duckdb.connect(config={"autoinstall_known_extensions": "false"})


class Embedded(Historian):
    """A store in a folder; several processes may read and append at once.

    Parameters
    ----------
    folder : made when absent.
    reserve : octets of the disk that appending leaves free.

    Attributes
    ----------
    alarm : why the last append was refused, or an empty text.
    """

    def __init__(self, folder: Path, reserve: int = RESERVE) -> None:
        self.folder, self.reserve, self.alarm = folder, reserve, ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(f"{folder}: cannot be made ({problem.strerror}); choose another folder") from problem
        self.tail = Tail(folder / "tail.sqlite")
        self.ledger = Ledger(self.tail)
        self.engine = _engine().cursor()

    def close(self) -> None:
        """Let go of files and connections."""
        self.engine.close()
        self.tail.close()

    def numbers(self, names: Sequence[str], make: bool = False) -> dict[str, int]:
        """Number of each point; new ones get one when asked."""
        return self.tail.numbers(names, make)

    def append_samples(self, samples: Samples) -> None:
        """Add samples whose points are numbers of this store; durable when this returns.

        Raises
        ------
        StoreFullError
            When there is no room; nothing of them is kept then.
        """
        try:
            free = shutil.disk_usage(self.folder).free
            if free < self.reserve:
                raise StoreFullError(
                    f"{self.folder}: {free / 2**20:.0f} MiB free and {self.reserve / 2**20:.0f} MiB are kept in reserve; "
                    "nothing acknowledged is lost; free some room"
                )
            self.tail.append(samples)
        except StoreFullError as problem:
            self.alarm = str(problem)
            raise
        self.alarm = ""

    def raw(self, points: Sequence[int], first: int, last: int) -> Samples:
        """Samples in a stretch of microseconds, both ends included, by point and time; of two for one moment the newer."""
        return self._again(lambda: self._raw(points, first, last))

    def _again(self, ask: Callable[[], Found]) -> Found:
        """Ask again when files that counted a moment ago are gone: they have been merged into others."""
        for _ in range(TRIES):
            before = self.ledger.paths()
            try:
                return ask()
            except StoreError:
                if self.ledger.paths() == before:
                    raise
        return ask()

    def _raw(self, points: Sequence[int], first: int, last: int) -> Samples:
        blocks = self.tail.blocks(first, last)  # first: a block that moves on in between is then seen twice, not never
        held = self.ledger.files(RAW, points, first, last)
        engine = self.engine.cursor()
        if _apart(held):
            parts = [files.read(self.folder, engine, held, points, first, last)]
        else:
            parts = [files.read(self.folder, engine, [each], points, first, last) for each in held]
        return joined([*parts, *(within(block, points, first, last) for _, block in blocks)]).newest_of_each()

    def sums(self, points: Sequence[int], cuts: Integers, last: int, qualities: Sequence[int]) -> pd.DataFrame:
        """By point and interval `bin` between cuts [us], up to `last`: n, total, least, most, opening, closing."""
        return self._again(lambda: self._sums(points, cuts, last, qualities))

    def _sums(self, points: Sequence[int], cuts: Integers, last: int, qualities: Sequence[int]) -> pd.DataFrame:
        first, widths = int(cuts[0]), np.diff(cuts)
        unit = int(np.gcd.reduce(widths))
        blocks = joined(within(each, points, first, last) for _, each in self.tail.blocks(first, last))
        whole = unit % HOUR == 0 and first % HOUR == 0 and (last + 1) % HOUR == 0
        hours, raw = self._sources(points, first, last, blocks, whole)
        told: dict[str, Any] = {
            "points": list(points), "qualities": list(qualities), "first": first, "last": last, "unit": unit,
        }  # fmt: skip
        engine = self.engine.cursor()
        engine.register(
            "steps",
            pd.DataFrame(
                {"step": np.arange(widths.sum() // unit), "bin": np.repeat(np.arange(len(widths)), widths // unit)}
            ),
        )
        chosen = "point in (select unnest($points)) and quality in (select unnest($qualities))"
        bounds = "time between $first and $last"
        asked = []
        clean, mixed = _alone(raw, blocks)
        loose = [files.read(self.folder, engine, [each], points, first, last) for each in mixed]
        held = joined([*loose, blocks]).newest_of_each()
        if len(held):
            engine.register(
                "held", pd.DataFrame({name: getattr(held, name) for name in ("point", "time", "value", "quality")})
            )
            asked.append(f"select point, time, value from held where {chosen} and {bounds} and not isnan(value)")
        if clean:
            told["clean"] = [str(self.folder / each.path) for each in clean]
            asked.append(
                "select point, epoch_us(time) as time, value from read_parquet($clean) where "
                f"{chosen} and time between make_timestamptz($first) and make_timestamptz($last) and not isnan(value)"
            )
        grouped = [
            f"select point, bin, {AGGREGATES} from ({each}) join steps on step = (time - $first) // $unit group by 1, 2"
            for each in asked
        ]
        if hours:
            told["hours"] = [str(self.folder / each.path) for each in hours]
            grouped.append(
                f"select point, bin, {REPEATED} from read_parquet($hours) join steps on step = (hour - $first) // $unit "
                f"where {chosen} and hour between $first and $last group by 1, 2"
            )
        if not grouped:
            grouped = [
                f"select point, bin, {AGGREGATES} from (select 0 as point, 0 as bin, 0 as time, 0.0 as value limit 0) group by 1, 2"
            ]
        query = f"select point, bin, {REPEATED} from ({' union all '.join(grouped)}) group by 1, 2"
        return files.run(engine, query, {k: v for k, v in told.items() if f"${k}" in query}).df()

    def _sources(
        self, points: Sequence[int], first: int, last: int, blocks: Samples, whole: bool
    ) -> tuple[list[File], list[File]]:
        """Sums by the hour that say all there is to say of their stretch, and the files of samples for the rest."""
        raw = self.ledger.files(RAW, points, first, last)
        hours = self.ledger.files(HOURLY, points, first, last)
        if not whole:
            return [each for each in hours if not any(_touch(each, other) for other in raw)], raw
        touched = {files.part_of(int(point)) for point in np.unique(blocks.point)}
        said = []
        for each in hours:
            sources = [other for other in raw if _touch(each, other)]
            fresh = all(other.sequence == each.sequence for other in sources) and len(sources) < 2
            if not sources or (fresh and each.part not in touched):
                said.append(each)
                raw = [other for other in raw if other not in sources]
        return said, raw

    def latest(self, points: Sequence[int], before: int) -> Samples:
        """Newest sample of each point at or before a microsecond."""
        return self._again(lambda: self._latest(points, before))

    def _latest(self, points: Sequence[int], before: int) -> Samples:
        found = joined(
            within(each, points, EARLIEST, before) for _, each in self.tail.blocks(EARLIEST, before)
        ).last_of_each()
        held = self.ledger.files(RAW, points, EARLIEST, before)
        engine = self.engine.cursor()
        for file in sorted(held, key=lambda each: -each.last):
            newest = dict(zip(found.point.tolist(), found.time.tolist(), strict=True))
            behind = [p for p in points if newest.get(p, EARLIEST) < file.last and files.part_of(p) == file.part]
            if behind:
                query = """select point, max(time) as time, arg_max(value, time) as value, arg_max(quality, time) as quality from (
                    select point, epoch_us(time) as time, value, quality from read_parquet(?)
                    where point in (select unnest(?)) and time <= make_timestamptz(?)) group by point"""
                told = [str(self.folder / file.path), behind, before]
                more = files.fetched(engine, query, told)
                found = joined([more, found]).last_of_each()  # what is in the tail is newer than any file
        return found

    def since(self, mark: int, points: Sequence[int]) -> tuple[int, Samples]:
        """Newest samples of points, at least those that have come since a mark, and the mark to ask with next time; the first is 0.

        Asking again costs no more than the blocks that have come in between.
        """
        newest = self.tail.newest()
        if not mark:
            return newest, self.latest(points, LATEST)
        held = [within(each, points, EARLIEST, LATEST) for each in self.tail.after(mark)] if newest > mark else []
        return newest, joined(held).last_of_each()

    def points(self) -> pd.DataFrame:
        """Every point: unit, description, source, first and last time and the number of samples; indexed by name."""
        rows = self.tail.rows("select id, name, unit, description, source from points order by name")
        frame = pd.DataFrame(rows, columns=["id", "name", "unit", "description", "source"]).set_index("id")
        spans = pd.DataFrame(self.ledger.spans(), columns=["id", "first", "last", "samples"])
        held = joined(each for _, each in self.tail.blocks(EARLIEST, LATEST))
        tail = pd.DataFrame({"id": held.point, "first": held.time, "last": held.time, "samples": 1})
        both = pd.concat(
            [spans, tail.groupby("id", as_index=False).agg({"first": "min", "last": "max", "samples": "sum"})]
        )
        both = both.groupby("id").agg({"first": "min", "last": "max", "samples": "sum"}).reindex(frame.index)
        frame["first"] = pd.to_datetime(both["first"], unit="us", utc=True)
        frame["last"] = pd.to_datetime(both["last"], unit="us", utc=True)
        frame["samples"] = both["samples"].fillna(0).astype(int)
        return frame.set_index("name").rename_axis("point").fillna({"unit": "", "description": "", "source": ""})

    def describe_all(self, rows: Sequence[tuple[str, str, str, str]]) -> None:
        """Say what points are: name, unit, description and source of each; empty texts leave what was said before."""
        known = self.numbers([row[0] for row in rows], make=True)
        said = [(*row[1:], known[row[0]]) for row in rows]
        query = """update points set unit = coalesce(nullif(?, ''), unit), description = coalesce(nullif(?, ''), description),
            source = coalesce(nullif(?, ''), source) where id = ?"""
        with self.tail.changing() as tables:
            tables.executemany(query, said)

    def annotate(
        self, text: str, start: Moment, end: Moment = None, point: str | None = None, author: str = ""
    ) -> None:
        """Keep a note about a moment or a stretch of time, of one point or of all."""
        first, last = span(start, end)
        number = self._places([point])[0] if point else None
        row = (number, first, last, text, author, time.time_ns() // 1000)
        with self.tail.changing() as tables:
            tables.execute("insert into notes (point, first, last, text, author, made) values (?, ?, ?, ?, ?, ?)", row)

    def notes(self, start: Moment = None, end: Moment = None) -> pd.DataFrame:
        """Notes that touch a stretch of time: point, start, end, text, author."""
        first, last = span(start, end, whole=True)
        rows = self.tail.rows(
            "select p.name, n.first, n.last, n.text, n.author from notes n left join points p on p.id = n.point "
            "where n.last >= ? and n.first <= ? order by n.first, n.id",
            [first, last],
        )
        frame = pd.DataFrame(rows, columns=["point", "start", "end", "text", "author"])
        return frame.assign(**{n: moments(frame[n].to_numpy(np.int64)) for n in ("start", "end")})

    def status(self) -> dict[str, Any]:
        """Room and state: samples in the tail, files, octets, free room, and the alarm."""
        tail, _ = self.tail.size()
        count, kept = self.tail.rows("select count(*), coalesce(sum(count), 0) from files where grain = 'raw'")[0]
        octets = sum(os.stat(self.folder / p).st_size for p in self.ledger.paths() if (self.folder / p).exists())
        return {
            "samples_in_tail": tail, "files": int(count), "samples_in_files": int(kept), "octets_in_files": octets,
            "free_octets": shutil.disk_usage(self.folder).free, "alarm": self.alarm,
        }  # fmt: skip


def _touch(one: File, other: File) -> bool:
    return one.part == other.part and one.first <= other.last and other.first <= one.last


def _apart(held: Sequence[File]) -> bool:
    """Whether no two files of one group share a stretch of time."""
    ends: dict[int, int] = {}
    for each in sorted(held, key=lambda each: each.first):
        if each.first <= ends.get(each.part, EARLIEST):
            return False
        ends[each.part] = each.last
    return True


def _alone(held: Sequence[File], blocks: Samples) -> tuple[list[File], list[File]]:
    """Files that share no stretch of time with others or with the tail, and those that do, oldest sequence first."""
    parts = (blocks.point.astype(np.int64) - 1) // files.GROUP
    ends = {
        int(part): (blocks.time[parts == part].min(), blocks.time[parts == part].max()) for part in np.unique(parts)
    }
    alone: list[File] = []
    mixed: list[File] = []
    for each in held:
        low, high = ends.get(each.part, (LATEST, EARLIEST))
        shared = (each.first <= high and low <= each.last) or any(_touch(each, o) for o in held if o is not each)
        (mixed if shared else alone).append(each)
    return alone, mixed
