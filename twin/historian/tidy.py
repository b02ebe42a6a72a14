"""Put a store in order: move the tail into files by day, merge closed months, sum them up by the hour, let go of what is old."""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from twin.errors import StoreError
from twin.historian import files
from twin.historian.embedded import Embedded
from twin.historian.files import HOURLY, RAW, File, Span
from twin.historian.samples import EARLIEST, LATEST, Samples, joined, microseconds

HOT = 250_000
"""Samples that stay in the tail: a query decodes them all in a few milliseconds."""
AT_ONCE = 4_000_000
"""Samples moved or merged in memory at a time."""
LARGEST = 20_000_000
"""Samples in the largest file."""
DAY = 86_400_000_000
LONG = 7 * DAY
"""Stretch from which on samples are filed by the month at once."""
LATE = 3 * DAY
"""A month is closed that long after its end."""
WORTH = 8
"""Samples of a point in an hour from which on sums by the hour are worth their room: below, a year is read as fast without."""
MANY = 4
"""Files of one group and day that are merged."""
Told = tuple[File, list[Span]]


def tidy(store: Embedded, hot: int = HOT) -> dict[str, int]:
    """Move all but the newest samples into files, and merge files; another process that does so already is left alone.

    Returns
    -------
    Samples moved, files written and files replaced.
    """
    done = {"moved": 0, "written": 0, "replaced": 0}
    with _alone(store) as mine:
        if mine:
            _sweep(store)
            while store.tail.size()[0] > hot:
                moved, written = _move(store)
                done["moved"] += moved
                done["written"] += written
            written, replaced = _merge(store)
            done["written"] += written
            done["replaced"] += replaced
            store.tail.shrink()
    return done


def retain(store: Embedded, raw: str, hourly: str | None = None, now: pd.Timestamp | None = None) -> dict[str, int]:
    """Let go of samples older than `raw`, once their sums by the hour are kept, and of sums older than `hourly`.

    Parameters
    ----------
    raw, hourly : lengths of time, `400D`; None keeps sums for ever.
    now : moment to count from; the present when left out.
    """
    end = microseconds(now or pd.Timestamp.now("UTC"))
    engine = store.engine.cursor()
    done = {"samples": 0, "hours": 0}
    with _alone(store) as mine:
        if not mine:
            return done
        summed = {(each.part, each.first, each.sequence) for each in store.ledger.files(HOURLY, None, EARLIEST, LATEST)}
        for each in store.ledger.files(RAW, None, EARLIEST, end - _length(raw)):
            if each.last < end - _length(raw):
                new: list[Told] = []
                if (each.part, each.first, each.sequence) not in summed:
                    new = [(files.write_hours(store.folder, engine, each, _label(each.first, by_month=True)), [])]
                _drop(store, [each], new)
                done["samples"] += each.count
        for each in store.ledger.files(HOURLY, None, EARLIEST, LATEST) if hourly else []:
            if each.last < end - _length(hourly or ""):
                _drop(store, [each], [])
                done["hours"] += 1
    return done


def shelve(store: Embedded, samples: Samples) -> int:
    """Put history that comes at once straight into files, durable when this returns; gives their number.

    Where samples are there already for the same moments, those in files stay, or are replaced, and those in the tail stay.
    """
    if not len(samples):
        return 0
    held = samples.newest_of_each()
    by_month = int(held.time.max() - held.time.min()) > LONG
    with _in_turn(store):
        new = list(_split(store, held, store.tail.newest(), by_month))
        store.ledger.replace([], new)
    return len(new)


class Keeper(threading.Thread):
    """Puts a store in order in the background, every so many seconds, until stopped; what goes wrong is kept in `alarm`."""

    def __init__(self, store: Embedded, period: float = 60.0, hot: int = HOT) -> None:
        super().__init__(name="historian", daemon=True)
        self.store, self.period, self.hot, self.alarm = store, period, hot, ""
        self._stop_asked = threading.Event()

    def run(self) -> None:
        """Until stopped."""
        while not self._stop_asked.wait(self.period):
            try:
                tidy(self.store, self.hot)
                self.alarm = ""
            except StoreError as problem:
                self.alarm = str(problem)
        self.store.tail.close()

    def __enter__(self) -> Keeper:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop after what is being done."""
        self._stop_asked.set()
        self.join()


def _length(text: str) -> int:
    try:
        return int(pd.Timedelta(text) / pd.Timedelta("1us"))
    except ValueError as problem:
        raise StoreError(f"{text!r}: is no length of time; write 400D") from problem


@contextlib.contextmanager
def _alone(store: Embedded) -> Iterator[bool]:
    """Whether nobody else puts the store in order at this moment."""
    with (store.folder / "tidy.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def _in_turn(store: Embedded) -> Iterator[None]:
    """Wait until nobody else puts the store in order, and keep them from it."""
    with (store.folder / "tidy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(store: Embedded) -> None:
    """Remove files that were written and never counted, because their process died."""
    counted = store.ledger.paths()
    for grain in (RAW, HOURLY):
        for path in (store.folder / grain).glob("*/*"):
            if path.relative_to(store.folder).as_posix() not in counted:
                path.unlink(missing_ok=True)


def _move(store: Embedded) -> tuple[int, int]:
    """Move the oldest blocks of the tail into files."""
    blocks: list[Samples] = []
    count = until = 0
    for sequence, size in store.tail.rows("select sequence, count from blocks order by sequence"):
        if blocks and count + size > AT_ONCE:
            break
        blocks += [each for _, each in store.tail.exactly(sequence)]
        count, until = count + size, int(sequence)
    held = joined(blocks).newest_of_each()
    by_month = bool(len(held)) and int(held.time.max() - held.time.min()) > LONG
    new = list(_split(store, held, until, by_month))
    store.ledger.replace([], new, until)
    return count, len(new)


def _split(store: Embedded, held: Samples, sequence: int, by_month: bool) -> Iterator[Told]:
    """Write samples, ordered by point and time, a group and a day or month a file."""
    parts = (held.point.astype(np.int64) - 1) // files.GROUP
    kind = "datetime64[M]" if by_month else "datetime64[D]"
    periods = held.time.astype("datetime64[us]").astype(kind).astype(np.int64)
    for part in np.unique(parts):
        for period in np.unique(periods[parts == part]):
            some = held.chosen((parts == part) & (periods == period))
            yield files.write(store.folder, int(part), _label(int(some.time[0]), by_month), some, sequence)


def _label(moment: int, by_month: bool) -> str:
    return str(np.datetime64(moment, "us").astype("datetime64[M]" if by_month else "datetime64[D]"))


def _merge(store: Embedded) -> tuple[int, int]:
    """Merge the files of closed months and of days with many, and sum closed months up by the hour."""
    held = store.ledger.files(RAW, None, EARLIEST, LATEST)
    hours = store.ledger.files(HOURLY, None, EARLIEST, LATEST)
    newest = max((each.last for each in held), default=EARLIEST)
    written = replaced = 0
    for (part, month), group in groupby(sorted(held, key=_by_month), key=_by_month):
        some = sorted(group, key=lambda each: (each.sequence, each.path))
        closed = newest > _end(month) + LATE and sum(each.count for each in some) <= LARGEST
        for few in [some] if closed else [list(day) for _, day in groupby(sorted(some, key=_by_day), key=_by_day)]:
            if len(few) > (1 if closed else MANY) and sum(each.count for each in few) <= LARGEST:
                file, spans = _merged(store, few, closed)
                old = [each for each in hours if each.part == part and any(_same(each, o) for o in few)]
                new: list[Told] = [(file, spans)]
                if closed and _worth(file, spans):
                    new.append((files.write_hours(store.folder, store.engine.cursor(), file, month), []))
                _drop(store, [*few, *old], new)
                written, replaced = written + len(new), replaced + len(few)
            elif closed and not any(_same(each, few[0]) for each in hours) and _worth(few[0], store.ledger.of(few[0])):
                _drop(store, [], [(files.write_hours(store.folder, store.engine.cursor(), few[0], month), [])])
                written += 1
    return written, replaced


def _merged(store: Embedded, few: Sequence[File], by_month: bool) -> Told:
    engine = store.engine.cursor()
    points = range(few[0].part * files.GROUP + 1, (few[0].part + 1) * files.GROUP + 1)
    parts = [files.read(store.folder, engine, [each], points, EARLIEST, LATEST) for each in few]
    held = joined(parts).newest_of_each()
    sequence = max(each.sequence for each in few)
    return files.write(store.folder, few[0].part, _label(few[0].first, by_month), held, sequence)


def _drop(store: Embedded, old: Sequence[File], new: Sequence[Told]) -> None:
    store.ledger.replace(old, new)
    for each in old:
        (store.folder / each.path).unlink(missing_ok=True)


def _worth(file: File, spans: Sequence[Span]) -> bool:
    return file.count >= WORTH * sum((last - first) / files.HOUR for _, _, first, last, _ in spans)


def _same(hours: File, raw: File) -> bool:
    return hours.part == raw.part and hours.first == raw.first and hours.sequence == raw.sequence


def _by_month(each: File) -> tuple[int, str]:
    return each.part, _label(each.first, by_month=True)


def _by_day(each: File) -> int:
    return each.first // DAY


def _end(month: str) -> int:
    return int((np.datetime64(month, "M") + 1).astype("datetime64[us]").astype(np.int64))
