"""Any point of a site over any period: what the historian has of it, and where it has none the twin's run of the year."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from twin.dashboard.explore.period import UnfitError
from twin.dashboard.explore.series import HOUR, Floats, Integers, Series
from twin.dashboard.reading import Reading

from twin.errors import TwinError
from twin.historian.samples import QUALITIES, USABLE, codes
from twin.historian.store import open_store
from twin.weather.measured import STATION

if TYPE_CHECKING:
    from twin.historian.historian import Historian
    from twin.sim.results import Run
    from twin.weather.year import Weather

EXPECTED = ":expected"
"""What stands after the name of a point whose value is the twin's."""
OUTDOORS = "weather."
RAW = 400_000
"""Samples of a point up to which they are read themselves; more are asked for as means and extremes of intervals."""
KEPT = 60.0
"""How long the list of points is used before it is read again, beside the answers. [s]"""
REMEMBERED = 40
"""Lines of intervals that are remembered as long: a zoom that is undone, or a page in another language, needs no reading."""
PATIENCE = 8.0
"""How long a page waits for the historian. [s]"""
SECOND = 1_000_000
STEPS = tuple(SECOND * each for each in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800))  # fmt: skip
"""Lengths of intervals. [us]"""
COARSE = 900 * SECOND
"""Longest intervals that are made of samples rather than of the historian's sums by the hour. [us]"""
USABLE_CODES = [int(code) for code in codes(USABLE)]
ODD_CODES = [int(code) for code in codes([each for each in QUALITIES if each not in USABLE])]


@dataclass(frozen=True)
class Entry:
    """A point that can be shown: its name, unit, description, where it comes from, and how many samples there are between two moments [us]."""

    name: str
    unit: str
    description: str
    source: Literal["measured", "twin"]
    first: int = 0
    last: int = 0
    samples: int = 0

    def estimate(self, first: int, last: int) -> float:
        """About how many samples there are in a stretch of time."""
        length = max(self.last - self.first, 1)
        return self.samples * max(0, min(last, self.last + 1) - max(first, self.first)) / length


class History:
    """All points of one site.

    Parameters
    ----------
    where : the historian, or an empty text. run : the twin's present year. sky : the site's typical weather of that year.
    """

    def __init__(self, where: str, run: Callable[[], Reading[Run]], sky: Callable[[], Reading[Weather]]) -> None:
        self.where, self.run, self.sky = where, run, sky
        self._lock = threading.Lock()
        self._store: tuple[Any, Historian] | None = None
        self._listed: tuple[float, dict[str, Entry]] | None = None
        self._relisting: Future[Any] | None = None
        self._twin: tuple[int, dict[str, Entry]] = (0, {})
        self._searched: tuple[int, list[tuple[str, Entry]]] = (0, [])
        self._made: dict[tuple[Entry, int, int, int], tuple[float, Series]] = {}
        self._workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="explore")

    def store(self) -> Historian | None:
        """The historian, opened once; nothing where there is none."""
        if not self.where or not _there(self.where):
            return None
        mark = _mark(self.where)
        with self._lock:
            if self._store is None or self._store[0] != mark:
                self._store, self._listed = (mark, open_store(self.where)), None
            return self._store[1]

    def measured(self, fresh: bool = False) -> dict[str, Entry]:
        """Points of the historian; a list that is some time old is read again in the background, or at once."""
        store = self.store()
        if store is None:
            return {}
        if self._listed is None or (fresh and time.monotonic() - self._listed[0] > 2.0):
            self._list(store)
        elif time.monotonic() - self._listed[0] > KEPT and (self._relisting is None or self._relisting.done()):
            self._relisting = self._workers.submit(self._list, store)
        return self._listed[1] if self._listed else {}

    def _list(self, store: Historian) -> None:
        frame = store.points()
        first = frame["first"].to_numpy(dtype="datetime64[us]").astype(np.int64)
        last = frame["last"].to_numpy(dtype="datetime64[us]").astype(np.int64)
        rows = zip(frame.index, frame["unit"], frame["description"], first.tolist(), last.tolist(), frame["samples"].tolist(), strict=True)  # fmt: skip
        found = {
            str(name): Entry(str(name), unit or "", text or "", "twin" if str(name).endswith(EXPECTED) else "measured", a, b, n)
            for name, unit, text, a, b, n in rows if n
        }  # fmt: skip
        self._listed = time.monotonic(), found

    def twin(self) -> dict[str, Entry]:
        """Series of the run of the year and its weather, under the names of the points that they are the twin of."""
        run = self.run().value
        if run is None:
            return {}
        if self._twin[0] != id(run):
            found = [Entry(f"{OUTDOORS}{name}{EXPECTED}", unit, text, "twin") for name, (unit, text) in STATION.items()]
            for name, member in [*run.record.every, *run.record.hourly]:
                signal = type(run.site[name]).signals[member] if name else None
                label = f"{name}.{member}" if name else member
                found.append(
                    Entry(label + EXPECTED, signal.unit if signal else "W", signal.doc if signal else "", "twin")
                )
            self._twin = id(run), {each.name: each for each in found}
        return self._twin[1]

    def entry(self, name: str, fresh: bool = True) -> Entry | None:
        """A point by its name: the historian's, or the twin's of the year, whose unit it has where it has none itself.

        Parameters
        ----------
        fresh : whether to look again for one that is new.
        """
        twin = self.twin()
        found = self.measured().get(name) or twin.get(name) or (self.measured(fresh=True).get(name) if fresh else None)
        if found is None or found.unit:
            return found
        like = twin.get(name if name.endswith(EXPECTED) else name + EXPECTED)
        return replace(found, unit=like.unit, description=found.description or like.description) if like else found

    def search(self, text: str, most: int) -> tuple[list[Entry], int]:
        """Points whose name or description has all words of a text, those of the historian first, and how many there are."""
        measured, twin = self.measured(), self.twin()
        mark = hash((id(measured), id(twin)))
        if self._searched[0] != mark:
            every = [*measured.values(), *(each for each in twin.values() if each.name not in measured)]
            self._searched = mark, [(f"{each.name} {each.description}".lower(), each) for each in every]
        wanted = text.lower().split()
        found = [each for told, each in self._searched[1] if all(word in told for word in wanted)]
        found.sort(key=lambda each: (each.source == "twin", not each.name.lower().startswith(text.lower().strip())))
        return found[:most], len(found)

    def within(self, ask: Callable[[], Any]) -> Any:
        """The answer of something that reads, or, where it takes too long, a refusal; others are not held up by it.

        Raises
        ------
        UnfitError
            When it takes too long, or the historian cannot be read.
        """
        return self.answer(self.begin(ask))

    def begin(self, ask: Callable[[], Any]) -> Future[Any]:
        """Begin to read; `answer` waits for it."""
        return self._workers.submit(ask)

    def answer(self, begun: Future[Any]) -> Any:
        """What came of something that was begun; raises as `within` does."""
        try:
            return begun.result(PATIENCE)
        except TimeoutError as problem:
            raise UnfitError("explore_busy", f"{PATIENCE:.0f}") from problem
        except UnfitError:
            raise
        except TwinError as problem:
            with self._lock:
                self._store = None
            raise UnfitError("explore_store_fails", str(problem)) from problem

    def read(self, names: Sequence[str], first: int, last: int, bins: int) -> list[Series]:
        """Points from a microsecond to before another: samples where they are few, else about so many intervals.

        Raises
        ------
        UnfitError
            When nobody has a point.
        """
        entries = [self._known(name) for name in names]
        step = next((each for each in STEPS if (last - first) / each <= bins), STEPS[-1])
        step = HOUR if COARSE < step < HOUR else step  # sums by the hour are kept, those by the half hour are not
        few, many, held = [], [], {}
        for each in entries:
            if each.name in self.measured():
                (few if each.estimate(first, last) <= RAW else many).append(each)
        for each in list(many):
            series = self._remembered(each, first, last, step)
            if series is not None:
                held[each.name] = series
                many.remove(each)
        binned = self._binned(many, first, last, step)
        self._made = dict(list(self._made.items())[-REMEMBERED:]) | {
            (each, first, last, step): (time.monotonic(), binned[each.name]) for each in many
        }
        found = {**self._raw(few, first, last), **binned, **held}
        empty = [
            each for each in few if not len(found[each.name]) and not len(found[each.name].odd_time)
        ]  # sums outlive samples
        found |= self._binned(empty, first, last, max(step, HOUR))
        return [found[each.name] if each.name in found else self._of_run(each, first, last) for each in entries]

    def _remembered(self, entry: Entry, first: int, last: int, step: int) -> Series | None:
        """A line read a moment ago, or, where all its samples count, the stretch of a longer one; a zoom in is the second."""
        young = time.monotonic() - KEPT
        for (known, start, end, width), (made, series) in reversed(self._made.items()):
            if known == entry and width == step and start <= first and last <= end and made > young:
                if (start, end) == (first, last):
                    return series
                if not len(series.odd_time):
                    return series.between(first // step * step, last)
        return None

    def _known(self, name: str) -> Entry:
        found = self.entry(name)
        if found is None:
            raise UnfitError("explore_unknown", name)
        return found

    def _raw(self, entries: Sequence[Entry], first: int, last: int) -> dict[str, Series]:
        store = self.store()
        if store is None or not entries:
            return {}
        places = store.numbers([each.name for each in entries])
        held = store.raw(sorted(places.values()), first, last - 1)
        found = {}
        for each in entries:
            at = slice(*np.searchsorted(held.point, [places[each.name], places[each.name] + 1]))
            time, value, quality = held.time[at], held.value[at], held.quality[at]
            good = np.isin(quality, USABLE_CODES) & ~np.isnan(value)
            odd = ~good
            counts = np.bincount(quality, minlength=len(QUALITIES))
            found[each.name] = Series(
                each.name, each.unit, each.description, each.source, time[good], value[good],
                odd_time=time[odd], odd_value=value[odd], odd_quality=tuple(QUALITIES[code] for code in quality[odd]),
                qualities={name: int(n) for name, n in zip(QUALITIES[1:], counts[1:], strict=True) if n},
            )  # fmt: skip
        return found

    def _binned(self, entries: Sequence[Entry], first: int, last: int, step: int) -> dict[str, Series]:
        store = self.store()
        if store is None or not entries:
            return {}
        cuts = np.arange(first // step * step, last + step, step, dtype=np.int64)
        cuts = cuts[: np.searchsorted(cuts, last) + 1]
        places = store.numbers([each.name for each in entries])
        numbers = sorted(places.values())
        sums = store.sums(numbers, cuts, int(cuts[-1]) - 1, USABLE_CODES)
        some = len(store.sums(numbers, cuts[[0, -1]], int(cuts[-1]) - 1, ODD_CODES))
        others = {
            code: store.sums(numbers, cuts, int(cuts[-1]) - 1, [code])
            for code in (ODD_CODES if some else ODD_CODES[:1])
        }
        found = {}
        for each in entries:
            mine = sums[sums["point"] == places[each.name]].sort_values("bin")
            odd = {code: frame[frame["point"] == places[each.name]] for code, frame in others.items()}
            n = mine["n"].to_numpy(np.int64)
            found[each.name] = Series(
                each.name, each.unit, each.description, each.source, cuts[mine["bin"].to_numpy()], mine["total"].to_numpy(float) / n,
                step, mine["least"].to_numpy(float), mine["most"].to_numpy(float), n,
                np.concatenate([cuts[frame["bin"].to_numpy(int)] + step // 2 for frame in odd.values()]),
                np.concatenate([(frame["total"] / frame["n"]).to_numpy(float) for frame in odd.values()]),
                tuple(QUALITIES[code] for code, frame in odd.items() for _ in range(len(frame))),
                {QUALITIES[code]: int(frame["n"].sum()) for code, frame in odd.items() if len(frame)},
            )  # fmt: skip
        return found

    def _of_run(self, entry: Entry, first: int, last: int) -> Series:
        """What the twin's run of the year has of a stretch of time."""
        run, sky = self.run().value, self.sky().value
        if run is None or sky is None:
            raise UnfitError("explore_unknown", entry.name)
        name = entry.name.removesuffix(EXPECTED)
        start, step = round(run.clock.start.timestamp() * 1e6), round(run.clock.step * 1e6)
        values = (
            self._sky_of(run, sky, name.removeprefix(OUTDOORS)) if name.startswith(OUTDOORS) else _values(run, name)
        )
        if len(values) < run.clock.ticks:
            step = round(step * run.clock.ticks / len(values))
        times = start + step * np.arange(len(values), dtype=np.int64)
        a, b = np.searchsorted(times, [first, last])
        return Series(
            entry.name, entry.unit, entry.description, "twin", times[a:b], np.asarray(values[a:b], dtype=np.float64)
        )

    def _sky_of(self, run: Run, sky: Weather, name: str) -> Floats:
        from twin.weather.measured import station

        return station(sky.on_grid((run.clock.start - sky.start).total_seconds(), run.clock.step, run.clock.ticks))[
            name
        ]

    def grid(self, names: Sequence[str], cuts: Integers) -> npt.NDArray[np.float64]:
        """Means of points between cuts of one distance [us], a column a point; NaN where nothing counts.

        Raises
        ------
        UnfitError
            When nobody has a point.
        """
        entries = [self._known(name) for name in names]
        answer = np.full((len(cuts) - 1, len(names)), np.nan)
        store, measured = self.store(), self.measured()
        known = [each.name for each in entries if each.name in measured]
        if store is not None and known:
            places = store.numbers(known)
            sums = store.sums(sorted(places.values()), cuts, int(cuts[-1]) - 1, USABLE_CODES)
            for name in known:
                mine = sums[sums["point"] == places[name]]
                answer[mine["bin"].to_numpy(int), names.index(name)] = mine["total"] / mine["n"]
        for each in entries:
            if each.name not in measured:
                answer[:, names.index(each.name)] = _means(self._of_run(each, int(cuts[0]), int(cuts[-1])), cuts)
        return answer

    def samples(self, name: str, first: int, last: int) -> Iterator[tuple[int, float | None, str]]:
        """Time [us], value and quality of every sample of a point, whatever it is worth."""
        entry = self._known(name)
        store = self.store()
        if store is None or name not in self.measured():
            series = self._of_run(entry, first, last)
            yield from (
                (at, value, "good") for at, value in zip(series.time.tolist(), series.value.tolist(), strict=True)
            )
            return
        held = store.raw([store.numbers([name])[name]], first, last - 1)
        for at, value, code in zip(held.time.tolist(), held.value.tolist(), held.quality.tolist(), strict=True):
            yield at, None if value != value else value, QUALITIES[code]

    def usual(self, name: str) -> int:
        """About how long is between two samples of a point. [us]"""
        entry = self._known(name)
        if not entry.samples:
            return STEPS[10]
        return (entry.last - entry.first) // max(entry.samples - 1, 1)

    def close(self) -> None:
        """Let go of the historian."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        if self._store is not None:
            self._store[1].close()


def _there(where: str) -> bool:
    """Whether a historian in a folder is there; opening would make an empty one."""
    return "://" in where or (Path(where) / "tail.sqlite").is_file()


def _mark(where: str) -> Any:
    """What changes when a store in a folder is another one."""
    path = Path(where) / "tail.sqlite"
    return path.stat().st_ino if "://" not in where and path.exists() else where


def _values(run: Run, name: str) -> Floats:
    """Values of a signal of a run, by the tick or by the hour."""
    label, _, member = name.rpartition(".")
    return run.series(name) if (label, member) in run.record.places else run.hourly(name)


def _means(series: Series, cuts: Integers) -> Floats:
    """Means of samples between cuts; a sample longer than an interval stands for all that it covers."""
    width = int(cuts[1] - cuts[0])
    found = np.full(len(cuts) - 1, np.nan)
    if not len(series):
        return found
    if series.usual > width:
        at = np.searchsorted(series.time, cuts[:-1], side="right") - 1
        fresh = (at >= 0) & (cuts[:-1] - series.time[np.maximum(at, 0)] < series.usual)
        found[fresh] = series.value[at[fresh]]
        return found
    place = (series.time - cuts[0]) // width
    count = np.bincount(place, minlength=len(found))[: len(found)]
    total = np.bincount(place, series.value, len(found))[: len(found)]
    found[count > 0] = total[count > 0] / count[count > 0]
    return found
