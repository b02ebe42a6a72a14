"""What every chart of the page Explore is made with: the address, the points that there are, the intervals, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from twin.dashboard.address import Address
from twin.dashboard.data import Source
from twin.dashboard.explore.asked import Asked, ask, expected, looked_at
from twin.dashboard.explore.curves import Style, unit
from twin.dashboard.explore.history import EXPECTED, History
from twin.dashboard.explore.period import Period, UnfitError
from twin.dashboard.explore.series import Floats, Integers
from twin.dashboard.language import say
from twin.dashboard.reading import Reading
from twin.dashboard.report.drawing import shown

from twin.weather.almanac import Almanac

LONGEST = 1500
"""Days of a chart that is made of intervals."""
FINE = 400
"""Days up to which quarters of an hour are used where samples allow it."""
Words = Mapping[str, str]


@dataclass
class View:
    """An answer.

    Attributes
    ----------
    figure : the chart; None where the reading says why there is none.
    rows : what the table below says, a row a series, after its heads. waiting : whether the twin's year is still worked out.
    """

    reading: Reading[None]
    figure: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    period: Period | None = None
    waiting: bool = False


@dataclass(frozen=True)
class Frame:
    """What all charts are made with."""

    address: Address
    asked: Asked
    history: History
    now: datetime
    almanac: Almanac

    @property
    def words(self) -> Words:
        """Texts in the reader's language."""
        return say(self.address.language)

    @property
    def until(self) -> datetime:
        """Where figures end: the period's end or now; a period that is all to come has the twin's alone."""
        seen = self.asked.seen
        return seen.until(self.now) if seen.start < self.now else seen.end


def framed(source: Source, address: Address, zoom: str = "") -> Frame:
    """What an address asks for, with what it is read from.

    Raises
    ------
    UnfitError
        When the site is not read yet or cannot be, or the address asks for what cannot be.
    """
    site, sky = source.site(address.site), source.sky(address.site)
    for each in (site, sky):
        if each.value is None:
            raise UnfitError(each.why, each.detail)
    assert site.value is not None
    assert sky.value is not None
    now = source.now(address.site).astimezone(sky.value.start.tzinfo)
    asked = ask(address, now)
    if zoom:
        asked = replace(asked, zoom=looked_at(zoom, asked.period))
    return Frame(address, asked, source.history(address.site), now, Almanac(site.value.location.country))


def choose(frame: Frame) -> tuple[list[tuple[str, Style]], list[str], bool]:
    """Points that can be shown with their looks, what is to be said of the others, and whether more may come.

    Raises
    ------
    UnfitError
        When there is none.
    """
    asked, history, words = frame.asked, frame.history, frame.words
    if not asked.points:
        raise UnfitError("explore_choose")
    found: list[tuple[str, Style]] = []
    unmeasured, unknown = [], []
    waiting = history.run().state == "loading"
    alone = len(asked.points) == 1
    for place, name in enumerate(asked.points):
        entry, twin = history.entry(name), expected(name)
        beside = asked.twin and twin != name and twin not in asked.points and history.entry(twin, fresh=False)
        if entry is not None:
            found.append((name, Style(place, entry.source == "twin", alone=alone)))
        elif beside:
            unmeasured.append(name)
        else:
            unknown.append(name)
        if beside:
            found.append((twin, Style(place, True, alone=alone)))
    if not found:
        raise UnfitError("explore_unknown", ", ".join(unknown))
    notes = [words["explore_unmeasured"].format(detail=", ".join(unmeasured))] if unmeasured else []
    waiting = waiting and (asked.twin or bool(unknown))
    notes += [words["explore_left_out"].format(detail=", ".join(unknown))] if unknown and not waiting else []
    return found, notes, waiting


def micro(moment: datetime) -> int:
    """Microseconds since 1970."""
    return round(moment.timestamp() * 1e6)


def label(name: str, style: Style, words: Words) -> str:
    """What a series is called."""
    told = f"{name.removesuffix(EXPECTED)} · {words['explore_twin']}" if style.expected else name
    return f"{told} · {words['explore_earlier']}" if style.before else told


def grain(frame: Frame, chosen: Sequence[tuple[str, Style]], usual: int = 0) -> int:
    """Length of the intervals of a chart: as asked for, or as fine as the samples and the period allow. [s]"""
    if frame.asked.grain or usual:
        return frame.asked.grain or usual
    pause = max(frame.history.usual(name) for name, _ in chosen) / 1e6
    days = (frame.asked.period.end - frame.asked.period.start) / timedelta(days=1)
    return 900 if pause <= 900 and days <= FINE else 3600 if pause <= 3600 * 1.5 else 86400


def cuts(frame: Frame, step: int, whole: bool = False) -> Integers:
    """Edges of intervals from the period's first midnight, up to the last that is over, or to the end of the last day.

    Raises
    ------
    UnfitError
        When the period is too long for them.
    """
    period = frame.asked.period
    if (period.end - period.start) / timedelta(days=1) > LONGEST:
        raise UnfitError("explore_long", f"{LONGEST:,}")
    midnight = period.start.replace(hour=0, minute=0, second=0, microsecond=0)
    end = period.end if whole else frame.until
    first, last, width = micro(midnight), micro(end), step * 1_000_000
    if whole:
        last = micro(
            (end + timedelta(days=1) - timedelta(microseconds=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        )
    start = first + (micro(period.start) - first) // width * width if not whole else first
    count = (last - start) // width
    if count < 1:
        raise UnfitError("explore_nothing", period.text)
    return start + width * np.arange(count + 1, dtype=np.int64)


def unit_of(frame: Frame, name: str) -> str:
    """The unit inside of a point's values."""
    entry = frame.history.entry(name)
    return entry.unit if entry else ""


def summary(frame: Frame, chosen: Sequence[tuple[str, Style]], values: Floats) -> tuple[list[str], list[list[str]]]:
    """A short table: mean, least, greatest and how many intervals have a value."""
    words = frame.words
    rows = []
    for column, (name, style) in enumerate(chosen):
        told = values[~np.isnan(values[:, column]), column]
        factor, name_of_unit = unit(unit_of(frame, name))
        numbers = [told.mean(), told.min(), told.max()] if len(told) else []
        texts = [f"{shown(float(each) * factor, 5)} {name_of_unit}".strip() for each in numbers] or ["–"] * 3
        rows.append([label(name, style, words), *texts, f"{len(told):,} / {len(values):,}"])
    return [
        words[key] for key in ("explore_point", "explore_mean", "explore_least", "explore_most", "explore_intervals")
    ], rows
