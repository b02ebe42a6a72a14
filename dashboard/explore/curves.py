"""Charts of the page Explore: from series and tables to figures as Plotly takes them, numbers packed so that many of them travel fast."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from twin.dashboard.explore.period import Period
from twin.dashboard.explore.series import Floats, Integers, Series
from twin.dashboard.explore.signature import Fit
from twin.dashboard.figures import layout
from twin.dashboard.report.drawing import shown

from twin.weather.almanac import WORKDAY, Almanac

Words = Mapping[str, str]
DRAWN = 2000
"""Samples of a line that has more."""
MARKED = 300
"""Most samples of a bad quality that are marked."""
SHADED = 62
"""Days up to which free ones have a ground of their own."""
UNITS = {
    "W": (1e-3, "kW"), "J": (1.0 / 3.6e6, "kWh"), "Pa": (1e-3, "kPa"), "1": (1.0, ""), "degC": (1.0, "°C"), "m3/s": (1.0, "m³/s"),
    "W/m2": (1.0, "W/m²"), "kg/m3": (1.0, "kg/m³"), "m2": (1.0, "m²"), "m3": (1.0, "m³"),
}  # fmt: skip
"""Factor and name of the unit that people read, by the unit inside."""
COLOURS = {
    False: ("#0072b2", "#c2560a", "#00795a", "#a04f83", "#7a6a00", "#4b4f97", "#b3261e", "#4b5563"),
    True: ("#58b2e8", "#f59e5b", "#4cc38a", "#e0a3cb", "#d8c94a", "#a9ace8", "#ff8a80", "#aab4bf"),
}
"""Colours of lines on light and on dark ground, the first that of the twin and the second that of measurements elsewhere."""
OLD = 7
"""Place of the colour of a period before."""
MOMENTS = [
    {"dtickrange": [None, 60_000], "value": "%H:%M:%S"},
    {"dtickrange": [60_000, 86_400_000], "value": "%H:%M\n%m-%d"},
    {"dtickrange": [86_400_000, 2_419_200_000], "value": "%m-%d\n%Y"},
    {"dtickrange": [2_419_200_000, 31_536_000_000], "value": "%Y-%m"},
    {"dtickrange": [31_536_000_000, None], "value": "%Y"},
]
"""How moments are written by the distance of their marks; the same in every language. [ms]"""
NUMBERS = ",.6~g"
"""How numbers stand at an axis."""
CARPET = 250
"""Height of one carpet. [px]"""
LEAST = 480
"""Height of every chart that does not need more. [px]"""
BEYOND = 0.08
"""How far beyond the samples that count, as a share of their range, one that does not is marked at most."""


@dataclass(frozen=True)
class Style:
    """How a series is drawn: the place of its colour, whether it is the twin's, and whether it is of the period before.

    Attributes
    ----------
    alone : whether there is one point only; the twin then has a colour of its own, as on every page.
    """

    place: int
    expected: bool = False
    before: bool = False
    alone: bool = False

    def line(self, dark: bool) -> dict[str, Any]:
        """Colour, width and dash of a line."""
        dash = "dot" if self.before else "dash" if self.expected else "solid"
        colours = COLOURS[dark]
        place = (OLD if self.before else 0 if self.expected else 1) if self.alone else self.place
        return {"color": colours[place % len(colours)], "width": 1.6, "dash": dash}


def unit(told: str) -> tuple[float, str]:
    """Factor and name of the unit that people read."""
    return UNITS.get(told, (1.0, told))


def packed(values: npt.NDArray[Any], kind: str = "f4") -> dict[str, str]:
    """Numbers as a browser takes them without reading digits; what is not there is NaN, which a chart leaves out."""
    told = np.ascontiguousarray(values, dtype=f"<{kind}")
    whole = {"dtype": kind, "bdata": base64.b64encode(told.tobytes()).decode("ascii")}
    return {**whole, "shape": f"{told.shape[0]}, {told.shape[1]}"} if told.ndim == 2 else whole


def local(time: Integers, zone: tzinfo) -> npt.NDArray[np.float64]:
    """Moments as a wall clock of the zone shows them, in milliseconds as a chart's axis of time takes them."""
    moments = pd.DatetimeIndex(np.asarray(time, dtype="datetime64[us]")).tz_localize("UTC").tz_convert(zone)
    return moments.tz_localize(None).as_unit("us").asi8 / 1e3  # type: ignore[no-any-return]


def drawn(series: Series, style: Style, axis: str, label: str, say: Words, zone: tzinfo, shift: int, dark: bool) -> list[dict[str, Any]]:  # fmt: skip
    """Three traces of a series: the range of its intervals, its line, and samples that do not count; any of them may be empty."""
    factor, name = unit(series.unit)
    line = style.line(dark)
    time, value = series.thin(DRAWN)
    wide, extremes = series.range()
    common = {"type": "scatter", "yaxis": axis, "legendgroup": label}
    every = max(1, -(-len(series.odd_time) // MARKED))
    odd = {"name": say["explore_odd"], "mode": "markers", "marker": {"symbol": "x-thin", "size": 8, "line": {"width": 1.5, "color": line["color"]}}}  # fmt: skip
    odd_value = series.odd_value[::every] * factor
    words = [say[f"explore_quality_{each}"] for each in series.odd_quality[::every]]
    texts = [
        f"{shown(float(each), 5)} {name}: {word}" if np.isfinite(each) else word
        for each, word in zip(odd_value, words, strict=True)
    ]
    mean = say["explore_mean_of"].format(length=length(series.step, say)) if series.step else ""
    return [
        {**common, "mode": "lines", "x": packed(local(wide + shift, zone), "f8"), "y": packed(extremes * factor), "hoverinfo": "skip", "showlegend": False,
         "line": {"color": line["color"], "width": 1}, "opacity": 0.35},
        {**common, "mode": "lines" if len(time) > 1 else "markers", "name": label, "x": packed(local(time + shift, zone), "f8"), "y": packed(value * factor), "line": line,
         "connectgaps": False, "hovertemplate": f"%{{y:,.5~g}} {name}{f' ({mean})' if mean else ''}"},
        {**common, **odd, "x": packed(local(series.odd_time[::every] + shift, zone), "f8"), "y": packed(_near(odd_value, series, factor)), "text": texts,
         "hovertemplate": "%{text}", "showlegend": False},
    ]  # fmt: skip


def _near(values: Floats, series: Series, factor: float) -> Floats:
    """Where samples that do not count are marked: at their value, but no farther off than lets the others be seen; lost ones below."""
    if not len(series):
        return np.nan_to_num(values)
    low, high = sorted((series.lowest * factor, series.highest * factor))
    room = BEYOND * (high - low)
    return np.clip(np.nan_to_num(values, nan=low - room), low - room, high + room)


def length(step: int, say: Words) -> str:
    """An interval's length as people say it."""
    seconds = step // 1_000_000
    for size, key in ((86400, "explore_days"), (3600, "explore_hours"), (60, "explore_minutes")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {say[key]}"
    return f"{seconds} {say['explore_seconds']}"


def trend(
    traces: Sequence[dict[str, Any]], axes: Sequence[str], seen: Period, almanac: Almanac, dark: bool
) -> dict[str, Any]:
    """Lines over time; free days have a ground of their own where they are few enough to be seen."""
    made = layout(dark, shapes=_free(seen, almanac, dark), dragmode="zoom")
    told = [each.replace(tzinfo=None).isoformat() for each in (seen.start, seen.end)]
    made["uirevision"] = "/".join(told)
    made["xaxis"] = {
        **made["xaxis"],
        "type": "date",
        "range": told,
        "hoverformat": "%Y-%m-%d %H:%M:%S",
        "tickformatstops": MOMENTS,
    }
    plain = {**{key: made["yaxis"][key] for key in made["yaxis"] if key != "rangemode"}, "tickformat": NUMBERS}
    for place, name in enumerate(axes):
        key = "yaxis" if place == 0 else f"yaxis{place + 1}"
        made[key] = {**plain, "title": {"text": name}, **({"overlaying": "y", "side": "right", "showgrid": False, "tickmode": "auto"} if place else {})}  # fmt: skip
    return {"data": list(traces), "layout": made}


def _free(seen: Period, almanac: Almanac, dark: bool) -> list[dict[str, Any]]:
    """Grounds of weekends and holidays."""
    first, last = seen.start.date(), (seen.end - timedelta(microseconds=1)).date()
    if (last - first).days > SHADED:
        return []
    colour = "rgba(170,180,191,.10)" if dark else "rgba(75,85,99,.07)"
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [
        {"type": "rect", "xref": "x", "yref": "paper", "x0": day.isoformat(), "x1": (day + timedelta(days=1)).isoformat(), "y0": 0, "y1": 1,
         "fillcolor": colour, "line": {"width": 0}, "layer": "below"}
        for day in days if almanac.day_kind(day) != WORKDAY
    ]  # fmt: skip


def carpets(tables: Sequence[tuple[str, str, Floats]], days: Sequence[date], almanac: Almanac, turned: bool, say: Words, dark: bool) -> dict[str, Any]:  # fmt: skip
    """Days beside each other, or under each other; one field of colours a point, the same for one unit, free days marked at the edge.

    Parameters
    ----------
    tables : label, unit and values of each point: a row a day, a column an interval of the day.
    """
    free = np.array([[float(almanac.day_kind(day) != WORKDAY)] for day in days])
    made = layout(dark, hovermode="closest", showlegend=False, meta=CARPET * len(tables))
    del made["xaxis"], made["yaxis"]
    data: list[dict[str, Any]] = []
    notes = []
    pixel = 1.0 / max(CARPET * len(tables), LEAST)
    for place, (label, told, values) in enumerate(tables):
        factor, name = unit(told)
        alike = np.concatenate([each.ravel() for _, other, each in tables if other == told]) * factor
        bounds = (float(np.nanmin(alike)), float(np.nanmax(alike)))
        low, high = 1.0 - (place + 1.0) / len(tables) + 48.0 * pixel, 1.0 - place / len(tables) - 34.0 * pixel
        names = [f"{way}{2 * place + part or ''}" for part, way in ((1, "x"), (1, "y"), (2, "x"), (2, "y"))]
        names[:2] = [each.removesuffix("1") if place == 0 else each for each in names[:2]]
        field, strip = (values, free) if turned else (values.T, free.T)
        labels, slots = [day.isoformat() for day in days], values.shape[1]
        hours = [f"{n * 24 // slots:02d}:{n * 1440 // slots % 60:02d}" for n in range(slots)]
        across, down = (hours, labels) if turned else (labels, hours)
        data.append({
            "type": "heatmap", "x": across, "y": down, "z": packed(field * factor), "xaxis": names[0], "yaxis": names[1], "colorscale": "Cividis", "hoverongaps": False,
            "zmin": bounds[0], "zmax": bounds[1], "colorbar": {"title": {"text": name, "side": "right"}, "len": high - low, "y": (low + high) / 2.0, "thickness": 12, "outlinewidth": 0},
            "hovertemplate": ("%{y} %{x}" if turned else "%{x} %{y}") + f"<br>%{{z:,.5~g}} {name}<extra></extra>",
        })  # fmt: skip
        data.append({
            "type": "heatmap", "x": [""] if turned else labels, "y": labels if turned else [""], "z": packed(strip), "xaxis": names[2], "yaxis": names[3], "showscale": False,
            "zmin": 0, "zmax": 1, "colorscale": [[0, "#2b3440" if dark else "#e9edf1"], [1, COLOURS[dark][1]]], "customdata": _kinds(free, turned, say),
            "hovertemplate": ("%{y}" if turned else "%{x}") + ": %{customdata}<extra></extra>",
        })  # fmt: skip
        made |= _fields(names, (low, high, pixel), turned, hours, layout(dark)["xaxis"])
        notes.append({"text": label, "xref": "paper", "yref": "paper", "x": 0, "y": high + 12.0 * pixel, "xanchor": "left", "yanchor": "bottom", "showarrow": False, "font": {"size": 12}})  # fmt: skip
    return {"data": data, "layout": {**made, "annotations": notes}}


def _fields(names: Sequence[str], place: tuple[float, float, float], turned: bool, hours: Sequence[str], plain: dict[str, Any]) -> dict[str, Any]:  # fmt: skip
    """Axes of a carpet and of the marks at its edge; days are moments, so that their labels fit any width."""
    x, y, edge_x, edge_y = names
    low, high, pixel = place
    days = {
        **plain,
        "type": "date",
        "showgrid": False,
        "tickformat": "%m-%d\n%Y",
        "hoverformat": "%Y-%m-%d",
        "nticks": 8,
    }
    clock = {
        **plain,
        "type": "category",
        "showgrid": False,
        "tickvals": list(hours[:: max(1, len(hours) // 8)]),
        "tickangle": 0,
    }
    edge = {"showticklabels": False, "showgrid": False, "ticks": "", "zeroline": False}
    if turned:
        axes = (clock, {**days, "autorange": "reversed"}, {**edge, "type": "category"}, {**edge, "type": "date", "matches": y, "autorange": "reversed"})  # fmt: skip
        domains = ([0.0, 0.97], [low, high], [0.98, 1.0], [low, high])
    else:
        axes = (days, clock, {**edge, "type": "date", "matches": x}, {**edge, "type": "category"})
        domains = ([0.0, 1.0], [low, high], [0.0, 1.0], [high + 4.0 * pixel, high + 10.0 * pixel])
    anchors = (y, x, edge_y, edge_x)
    return {
        each.replace("x", "xaxis", 1).replace("y", "yaxis", 1): {**axis, "domain": domain, "anchor": anchor}
        for each, axis, domain, anchor in zip(names, axes, domains, anchors, strict=True)
    }


def _kinds(free: Floats, turned: bool, say: Words) -> list[list[str]]:
    """Words of the marks at a carpet's edge."""
    told = [say["explore_free_day" if each else "explore_workday"] for each in free[:, 0]]
    return [[each] for each in told] if turned else [told]


def durations(curves: Sequence[tuple[str, str, Style, Floats, float]], say: Words, dark: bool) -> dict[str, Any]:
    """Values in falling order over the hours that each is reached.

    Parameters
    ----------
    curves : label, unit, style, values in falling order, and hours that one of them stands for.
    """
    made = layout(dark, hovermode="closest")
    data = []
    axes = list(dict.fromkeys(unit(told)[1] for _, told, *_ in curves))[:2]
    for label, told, style, values, hours in curves:
        factor, name = unit(told)
        every = max(1, len(values) // DRAWN)
        kept = np.unique(np.append(np.arange(0, len(values), every), len(values) - 1))
        data.append({
            "type": "scatter", "mode": "lines", "name": label, "line": style.line(dark), "x": packed((kept + 1) * hours), "y": packed(values[kept] * factor),
            "yaxis": "y2" if axes.index(name) else "y", "hovertemplate": f"%{{y:,.5~g}} {name} – %{{x:,.0f}} h",
        })  # fmt: skip
    made["xaxis"] = {
        **made["xaxis"],
        "title": {"text": say["explore_hours_reached"]},
        "tickformat": ",.0f",
        "rangemode": "tozero",
    }
    _axes(made, axes)
    return {"data": data, "layout": made}


def _axes(made: dict[str, Any], axes: Sequence[str]) -> None:
    """Titles of one or two value axes."""
    plain = {**made["yaxis"], "tickformat": NUMBERS}
    made["yaxis"] = {**plain, "title": {"text": axes[0]}}
    if len(axes) > 1:
        made["yaxis2"] = {
            **plain,
            "title": {"text": axes[1]},
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "tickmode": "auto",
        }


def cloud(groups: Sequence[tuple[str, Style, Floats, Floats, Sequence[str], Fit | None]], titles: tuple[str, str], line: str, dark: bool) -> dict[str, Any]:  # fmt: skip
    """Points of one quantity over another, with fitted lines.

    Parameters
    ----------
    groups : label, style, both values, the moments of each, and the fit. titles : of both axes. line : what a fit is called.
    """
    made = layout(dark, hovermode="closest")
    data = []
    for label, style, x, y, moments, fitted in groups:
        look = style.line(dark)
        symbol = "circle-open" if style.expected or style.before else "circle"
        data.append({
            "type": "scattergl" if len(x) > 5000 else "scatter", "mode": "markers", "name": label, "x": packed(x), "y": packed(y), "text": list(moments),
            "marker": {"color": look["color"], "size": 6, "opacity": 0.65, "symbol": symbol}, "hovertemplate": "%{text}<br>%{x:,.4~g}; %{y:,.5~g}",
        })  # fmt: skip
        if fitted is not None:
            at = np.unique(
                [
                    x.min(),
                    fitted.cold if x.min() < fitted.cold < x.max() else x.min(),
                    fitted.warm if x.min() < fitted.warm < x.max() else x.max(),
                    x.max(),
                ]
            )
            data.append({
                "type": "scatter", "mode": "lines", "name": f"{line}: {label}", "showlegend": False, "x": packed(at), "y": packed(fitted.at(at)),
                "line": {**look, "width": 2.5, "dash": "dash" if style.expected else "solid"}, "hovertemplate": "%{x:,.4~g}; %{y:,.5~g}",
            })  # fmt: skip
    plain = {**{key: each for key, each in made["yaxis"].items() if key != "rangemode"}, "tickformat": NUMBERS}
    made["xaxis"] = {**made["xaxis"], "tickformat": NUMBERS, "title": {"text": titles[0]}, "zeroline": False}
    made["yaxis"] = {**plain, "title": {"text": titles[1]}, "zeroline": False}
    return {"data": data, "layout": made}


def equation(fitted: Fit, told: str) -> str:
    """The fitted line as a formula of the outdoor temperature T.

    >>> equation(Fit("cooling", 500.0, 0.0, 31.25, 18.0, 18.0, 0.9, 0.1, 60), "kWh/d")
    '500 + 31.25·max(0, T − 18) kWh/d'
    """
    parts = [shown(fitted.base)]
    parts += [f"{shown(fitted.heating)}·max(0, {shown(fitted.cold, 3)} − T)"] if fitted.heating else []
    parts += [f"{shown(fitted.cooling)}·max(0, T − {shown(fitted.warm, 3)})"] if fitted.cooling else []
    return f"{' + '.join(parts)} {told}".strip()


def stamped(time: Integers, zone: tzinfo, step: int) -> list[str]:
    """Moments as texts: days where intervals are days."""
    moments = [datetime.fromtimestamp(int(each) / 1e6, zone) for each in time]
    return [each.strftime("%Y-%m-%d" if step >= 86400 else "%Y-%m-%d %H:%M") for each in moments]
