"""Carpets and load-duration curves of the page Explore."""

from __future__ import annotations

import numpy as np
import pandas as pd
from twin.dashboard.explore import curves
from twin.dashboard.explore.curves import Style, unit
from twin.dashboard.explore.frame import Frame, View, cuts, grain, label, micro, summary, unit_of
from twin.dashboard.reading import Reading


def carpet(frame: Frame, chosen: list[tuple[str, Style]]) -> View:
    """Days beside hours, a colour for each value."""
    words, zone = frame.words, frame.now.tzinfo
    step = min(grain(frame, chosen), 3600)
    edges = cuts(frame, step, whole=True)
    names = [name for name, _ in chosen][:4]
    values = frame.history.grid(names, edges)
    at = pd.DatetimeIndex(edges[:-1].astype("datetime64[us]")).tz_localize("UTC").tz_convert(zone)
    days = list(dict.fromkeys(at.date))
    day = np.searchsorted(np.array(days), np.array(at.date))
    slot = (at.hour.to_numpy() * 3600 + at.minute.to_numpy() * 60) // step
    tables = []
    for column, (name, style) in enumerate(chosen[:4]):
        told = values[:, column]
        known = ~np.isnan(told)
        total, count = (np.zeros((len(days), 86400 // step)) for _ in range(2))
        np.add.at(total, (day[known], slot[known]), told[known])
        np.add.at(count, (day[known], slot[known]), 1.0)
        if known.any():
            field = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
            tables.append((label(name, style, words), unit_of(frame, name), field))
    if not tables:
        return View(Reading("empty", why="explore_nothing", detail=frame.asked.period.text))
    notes = [words["explore_carpet_note"].format(length=curves.length(step * 1_000_000, words))]
    notes += [words["explore_four"]] if len(chosen) > 4 else []
    figure = curves.carpets(tables, days, frame.almanac, frame.asked.turned, words, frame.address.dark)
    return View(Reading("ready"), figure, notes, *summary(frame, chosen[:4], values))


def duration(frame: Frame, chosen: list[tuple[str, Style]]) -> View:
    """Values from the highest to the lowest."""
    words, asked = frame.words, frame.asked
    step = grain(frame, chosen)
    edges = cuts(frame, step)
    values = frame.history.grid([name for name, _ in chosen], edges)
    sets = [(values, None)]
    if asked.before:
        shift = micro(asked.period.start) - micro(asked.period.shifted(-1).start)
        sets.append((frame.history.grid([name for name, _ in chosen], edges - shift), asked.period.shifted(-1)))
    units = list(dict.fromkeys(unit(unit_of(frame, name))[1] for name, _ in chosen))
    lonely = all(style.expected for _, style in chosen)
    shapes = []
    for table, period in sets:
        for column, (name, style) in enumerate(chosen):
            told = table[:, column]
            told = -np.sort(-told[~np.isnan(told)])
            wanted = period is None or not style.expected or lonely
            if len(told) and wanted and unit(unit_of(frame, name))[1] in units[:2]:
                look = Style(style.place, style.expected, period is not None, style.alone)
                shapes.append((label(name, look, words), unit_of(frame, name), look, told, step / 3600.0))
    if not shapes:
        return View(Reading("empty", why="explore_nothing", detail=asked.period.text))
    notes = [words["explore_two_axes"].format(detail=", ".join(units[2:]))] if len(units) > 2 else []
    notes += [words["explore_earlier_note"].format(detail=asked.period.shifted(-1).text)] if asked.before else []
    notes.append(words["explore_duration_note"].format(length=curves.length(step * 1_000_000, words)))
    return View(
        Reading("ready"), curves.durations(shapes, words, frame.address.dark), notes, *summary(frame, chosen, values)
    )
