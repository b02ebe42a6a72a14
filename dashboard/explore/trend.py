"""The trend of the page Explore: lines over time, and the figures below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twin.dashboard.amounts import plain
from twin.dashboard.explore import curves
from twin.dashboard.explore.curves import Style, unit
from twin.dashboard.explore.frame import Frame, View, label, micro
from twin.dashboard.explore.series import HOUR, Series
from twin.dashboard.reading import Reading
from twin.dashboard.report.drawing import shown

BINS = 1440
"""Intervals of a line that has too many samples to read them all."""


def trend(frame: Frame, chosen: list[tuple[str, Style]]) -> View:
    """Lines over time, with the period before where it is wanted."""
    asked, words = frame.asked, frame.words
    zone, seen = frame.now.tzinfo, asked.seen
    assert zone is not None
    names = [name for name, _ in chosen]
    found = frame.history.read(names, micro(seen.start), micro(seen.end), BINS)
    before = asked.period.shifted(-1) if asked.before else None
    shift = micro(asked.period.start) - micro(before.start) if before else 0
    earlier = frame.history.read(names, micro(seen.start) - shift, micro(seen.end) - shift, BINS) if before else []
    lonely = all(style.expected for _, style in chosen)
    axes = list(dict.fromkeys(unit(each.unit)[1] for each in found))
    notes = [words["explore_two_axes"].format(detail=", ".join(axes[2:]))] if len(axes) > 2 else []
    traces: list[dict[str, Any]] = []
    for place, (series, (name, style)) in enumerate(zip(found, chosen, strict=True)):
        axis = axes.index(unit(series.unit)[1])
        if axis > 1:
            continue
        key = "y2" if axis else "y"
        traces += curves.drawn(series, style, key, label(name, style, words), words, zone, 0, frame.address.dark)
        if before and (not style.expected or lonely):
            old = Style(style.place, style.expected, True, style.alone)
            traces += curves.drawn(
                earlier[place], old, key, label(name, old, words), words, zone, shift, frame.address.dark
            )
    heads, rows = figures(frame, list(zip(found, chosen, strict=True)), earlier, shift)
    if not any(len(each) or len(each.odd_time) for each in [*found, *earlier]):
        return View(Reading("empty", why="explore_nothing", detail=seen.text), heads=heads, rows=rows)
    steps = sorted({each.step for each in found if each.step})
    notes += [words["explore_earlier_note"].format(detail=before.text)] if before else []
    notes += [words["explore_thinned"].format(length=curves.length(steps[-1], words))] if steps else []
    figure = curves.trend(traces, axes[:2], seen, frame.almanac, frame.address.dark)
    return View(Reading("ready"), figure, notes, heads, rows)


def figures(
    frame: Frame, found: Sequence[tuple[Series, tuple[str, Style]]], earlier: Sequence[Series], shift: int
) -> tuple[list[str], list[list[str]]]:
    """The table below a trend: what each series has been until now, or the end of what is looked at."""
    words, first, last = frame.words, micro(frame.asked.seen.start), micro(frame.until)
    of_energy = plain(frame.address.unit)
    keys = (
        "explore_point",
        "explore_mean",
        "explore_least",
        "explore_most",
        "explore_energy",
        "explore_before",
        "explore_samples",
        "explore_gaps",
        "explore_quality",
    )
    rows = []
    for place, (whole, (name, style)) in enumerate(found):
        series = whole.until(last)
        odd = ", ".join(f"{count:,} {words[f'explore_quality_{each}']}" for each, count in series.qualities.items())
        if not len(series):
            rows.append([label(name, style, words), *["–"] * 5, "0", "–", odd or "–"])
            continue
        factor, told = unit(series.unit)
        energy = f"{shown(series.integral / 3.6e6 / of_energy.scale)} {of_energy.name}" if series.unit == "W" else "–"
        old = earlier[place].until(last - shift) if earlier else None
        change = (series.mean / old.mean - 1.0) * 100.0 if old is not None and len(old) and old.mean else None
        gaps = series.gaps(first, last)
        lost = sum(b - a for a, b in gaps) / HOUR
        rows.append([
            label(name, style, words), *(f"{shown(value * factor, 5)} {told}".strip() for value in (series.mean, series.lowest, series.highest)), energy,
            "–" if change is None else f"{change:+.1f} %", f"{series.samples:,}",
            words["explore_gap_count"].format(count=len(gaps), hours=f"{lost:,.1f}") if gaps else words["explore_no_gap"], odd or words["explore_all_good"],
        ])  # fmt: skip
    return [words[key] for key in keys], rows
