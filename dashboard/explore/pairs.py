"""One quantity over another on the page Explore: energy signature and scatter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from twin.dashboard.amounts import plain
from twin.dashboard.explore import curves
from twin.dashboard.explore.asked import expected
from twin.dashboard.explore.curves import Style, unit
from twin.dashboard.explore.frame import Frame, View, Words, cuts, grain, label, summary, unit_of
from twin.dashboard.explore.history import EXPECTED
from twin.dashboard.explore.period import UnfitError
from twin.dashboard.explore.signature import Fit, fit
from twin.dashboard.reading import Reading

from twin.weather.almanac import WORKDAY

DAY = 86400


def signature(frame: Frame, chosen: list[tuple[str, Style]]) -> View:
    """Demand over the outdoor temperature, workdays and free days apart, with the fitted lines."""
    words, zone = frame.words, frame.now.tzinfo
    assert zone is not None
    over = _weather_of(frame, chosen)
    if not over:
        raise UnfitError("explore_no_weather", frame.asked.against)
    step = grain(frame, chosen, 86400)
    edges = cuts(frame, step)
    columns = list(dict.fromkeys([*over, *over.values()]))
    values = frame.history.grid(columns, edges)
    kinds = [frame.almanac.day_kind(datetime.fromtimestamp(at / 1e6, zone).date()) for at in edges[:-1]]
    free = np.array(kinds) != WORKDAY
    told = curves.stamped(edges[:-1], zone, step)
    first = next(name for name, _ in chosen if name in over)
    power = unit_of(frame, first) == "W"
    energy = plain(frame.address.unit)
    daily = 86400.0 / 3.6e6 / energy.scale, f"{energy.name}/d"
    factor, axis = daily if power and step == 86400 else unit(unit_of(frame, first))
    groups, rows, left = [], [], [name for name, _ in chosen if name not in over]
    for name, style in chosen:
        if name not in over or unit_of(frame, name) != unit_of(frame, first):
            left += [name] if name in over else []
            continue
        x, y = values[:, columns.index(over[name])], values[:, columns.index(name)] * factor
        for kind, which in (("explore_workdays", ~free), ("explore_free_days", free)):
            at = which & np.isfinite(x) & np.isfinite(y)
            if not at.any():
                continue
            fitted = fit(x[at], y[at])
            title = f"{label(name, style, words)} · {words[kind]}"
            look = Style(2 * style.place + (kind == "explore_free_days"), style.expected)
            groups.append((title, look, x[at], y[at], [told[n] for n in np.flatnonzero(at)], fitted))
            rows.append(_fitted(title, fitted, axis, int(at.sum()), words))
    if not groups:
        return View(Reading("empty", why="explore_nothing", detail=frame.asked.period.text))
    notes = [words["explore_signature_note"].format(length=curves.length(step * 1_000_000, words))]
    notes += [words["explore_no_pair"].format(detail=", ".join(left))] if left else []
    heads = [
        words[key]
        for key in ("explore_point", "explore_equation", "explore_determined", "explore_scatter_of", "explore_values")
    ]
    outdoors = f"{words['explore_outdoors']} · {frame.asked.against} [°C]"
    figure = curves.cloud(groups, (outdoors, axis), words["explore_line"], frame.address.dark)
    return View(Reading("ready"), figure, notes, heads, rows)


def _weather_of(frame: Frame, chosen: Sequence[tuple[str, Style]]) -> dict[str, str]:
    """What each point is drawn over: the measured outdoor temperature, or, of the twin's year, its own weather."""
    history, against = frame.history, frame.asked.against
    measured = history.measured()
    own = expected(against)
    found = {}
    for name, _ in chosen:
        if name in measured and against in measured:
            found[name] = against
        elif name not in measured and history.entry(own, fresh=False):
            found[name] = own
        elif against.endswith(EXPECTED) and history.entry(against, fresh=False):
            found[name] = against
    return found


def _fitted(title: str, fitted: Fit | None, axis: str, count: int, words: Words) -> list[str]:
    if fitted is None:
        return [title, words["explore_too_few"], "–", "–", f"{count:,}"]
    return [
        title,
        curves.equation(fitted, axis),
        f"{fitted.determined:.2f}",
        f"{fitted.scatter * 100.0:.1f} %",
        f"{count:,}",
    ]


def scatter(frame: Frame, chosen: list[tuple[str, Style]]) -> View:
    """Points over the first of them."""
    words, zone = frame.words, frame.now.tzinfo
    assert zone is not None
    measured = [each for each in chosen if not each[1].expected] or chosen
    if len(measured) < 2:
        raise UnfitError("explore_two")
    step = grain(frame, chosen, 3600)
    edges = cuts(frame, step)
    names = [name for name, _ in measured]
    values = frame.history.grid(names, edges)
    told = curves.stamped(edges[:-1], zone, step)
    x_factor, x_unit = unit(unit_of(frame, names[0]))
    groups = []
    for column, (name, style) in enumerate(measured[1:], 1):
        at = np.isfinite(values[:, 0]) & np.isfinite(values[:, column])
        factor, name_of_unit = unit(unit_of(frame, name))
        if at.any():
            title = f"{label(name, style, words)} [{name_of_unit}]"
            groups.append(
                (
                    title,
                    style,
                    values[at, 0] * x_factor,
                    values[at, column] * factor,
                    [told[n] for n in np.flatnonzero(at)],
                    None,
                )
            )
    if not groups:
        return View(Reading("empty", why="explore_nothing", detail=frame.asked.period.text))
    titles = (f"{names[0]} [{x_unit}]", groups[0][0] if len(groups) == 1 else "")
    notes = [words["explore_scatter_note"].format(length=curves.length(step * 1_000_000, words))]
    return View(
        Reading("ready"), curves.cloud(groups, titles, "", frame.address.dark), notes, *summary(frame, measured, values)
    )
