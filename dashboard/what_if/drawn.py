"""The report's charts as Plotly draws them on the screen: the same numbers, words and colours, in light and dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

from dash import html
from markupsafe import Markup
from twin.dashboard import cards
from twin.dashboard.figures import layout
from twin.dashboard.report.charts import Bars, Blocks, Chart, Columns, Dots, Line, Lines, Plot
from twin.dashboard.report.drawing import shown
from twin.dashboard.theme import palette

Figure = dict[str, Any]
INKS = {
    "var(--good)": ("#1a7f4b", "#4cc38a"), "var(--bad)": ("#b3261e", "#ff8a80"), "var(--mute)": ("#6b7280", "#98a2ae"),
    "var(--first)": ("#0072b2", "#58b2e8"), "var(--second)": ("#c2560a", "#f59e5b"), "var(--ink)": ("#1f2933", "#e6e9ed"),
}  # fmt: skip
"""Colours that the report's page names, on light and on dark ground; the same as in its style."""
BAR, FRAME = 46, 92
"""Heights of a bar with its label, and of what is around all bars. [px]"""
HALF = 0.21
"""Half a bar, in rows."""
HEIGHT = 360
LEGEND_ROW, LEGEND_ENTRIES = 24, 4
TALLEST = 3.0
"""How many times as tall as the next a block may be before its axis stops short of it, as in the report."""


def card(chart: Chart | Markup, dark: bool, name: str = "", note: str = "") -> html.Section | None:
    """A chart of the report as a card of the screen; nothing where the study has nothing to show."""
    if not isinstance(chart, Chart):
        return None
    below = " ".join(each for each in (chart.note, note) if each)
    return cards.chart(chart.title, drawn(chart.form, dark), height(chart.form), below, name)


def height(form: Any) -> int:
    """How tall a chart is; the same whatever its width, so that nothing jumps. [px]"""
    if isinstance(form, Bars):
        return FRAME + BAR * len(form.rows)
    entries = len(form.stacks) + len(form.plot.lines) if isinstance(form, Columns) else len(form.plot.lines)
    return HEIGHT + LEGEND_ROW * (entries // LEGEND_ENTRIES)


def plain(text: str) -> str:
    """A text that Plotly takes as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def ink(colour: str, dark: bool) -> str:
    """A colour of the report on a ground."""
    return INKS[colour][dark] if colour in INKS else colour


@singledispatch
def drawn(form: Any, dark: bool) -> Figure:
    """A form of the report's charts as a figure."""
    raise TypeError(f"{type(form).__name__} has no drawing on the screen")


@drawn.register
def _(form: Bars, dark: bool) -> Figure:
    """Bars with their number and label above them, so that a phone has their whole width and a long label is cut before its number."""
    colours = palette(dark)
    ends = [v for row in form.rows for v in (row.start, row.end) if math.isfinite(v)] + list(form.includes)
    low, high = min(ends), max(ends)
    low = low if low >= 0.0 or high <= 0.0 else min(low, 0.0)
    wide = (high - low) or 1.0
    places = [float(len(form.rows) - place) for place in range(len(form.rows))]
    starts = [row.start if math.isfinite(row.start) else low for row in form.rows]
    bars = {
        "type": "bar", "orientation": "h", "y": places, "base": starts, "x": [row.end - start for row, start in zip(form.rows, starts, strict=True)],
        "width": 2.0 * HALF, "marker": {"color": [ink(row.colour, dark) for row in form.rows]}, "showlegend": False,
        "customdata": [[plain(row.label), plain(row.text)] for row in form.rows], "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    }  # fmt: skip
    marked = [(row, place) for row, place in zip(form.rows, places, strict=True) if row.mark is not None]
    marks = {
        "type": "scatter", "mode": "markers", "x": [row.mark for row, _ in marked], "y": [place for _, place in marked], "showlegend": False, "hoverinfo": "skip",
        "marker": {"symbol": "line-ns", "size": 20, "line": {"width": 4, "color": colours.ink}},
    }  # fmt: skip
    notes = [
        {"xref": "paper", "x": 0, "y": place + HALF, "yanchor": "bottom", "xanchor": "left", "text": f"<b>{plain(row.text)}</b>  {plain(row.label)}", "showarrow": False, "align": "left"}
        for row, place in zip(form.rows, places, strict=True)
    ]  # fmt: skip
    made = layout(dark, annotations=notes, hovermode="closest", bargap=0.3)
    floor = low if low >= 0.0 else low - 0.04 * wide
    made["xaxis"] = {
        **made["xaxis"],
        "title": {"text": plain(form.unit)},
        "tickformat": ",.6~r",
        "range": [floor, high + 0.04 * wide],
        "zeroline": low <= 0.0 <= high,
    }
    made["yaxis"] = {
        **made["yaxis"],
        "visible": False,
        "range": [0.5, len(form.rows) + 0.85],
        "rangemode": "normal",
        "fixedrange": True,
    }
    return {"data": [bars, *([marks] if marked else [])], "layout": made}


@drawn.register
def _(form: Columns, dark: bool) -> Figure:
    """Columns of parts, with lines over them."""
    labels = [plain(each) for each in form.plot.labels]
    parts = [
        {"type": "bar", "name": plain(name), "x": labels, "y": list(values), "marker": {"color": ink(colour, dark)}, "hovertemplate": "%{y:,.6~r}"}
        for name, (colour, values) in form.stacks.items()
    ]  # fmt: skip
    made = _axes(form.plot, dark, barmode="relative", bargap=0.28)
    made["xaxis"] |= {"type": "category"}
    return {"data": [*parts, *_lines(form.plot.lines, dark, labels)], "layout": made}


@drawn.register
def _(form: Lines, dark: bool) -> Figure:
    """Lines over a number."""
    made = _axes(form.plot, dark)
    xs = [float(x) for line in form.plot.lines for x in line.x] + list(form.plot.x_includes)
    made["xaxis"] |= {"range": [min(xs), max(xs)]} if xs else {}
    return {"data": _lines(form.plot.lines, dark), "layout": made}


@drawn.register
def _(form: Dots, dark: bool) -> Figure:
    """Points joined by the plot's lines."""
    dots = {
        "type": "scatter", "mode": "markers", "x": [p[0] for p in form.points], "y": [p[1] for p in form.points], "showlegend": False,
        "marker": {"size": 10, "color": [ink(p[2], dark) for p in form.points]}, "text": [plain(p[3]) for p in form.points],
        "hovertemplate": "%{text}<br>%{x:,.6~r} · %{y:,.6~r}<extra></extra>",
    }  # fmt: skip
    made = _axes(form.plot, dark, hovermode="closest")
    made["yaxis"] |= {"rangemode": "normal"}
    return {"data": [*_lines(form.plot.lines, dark), dots], "layout": made}


@drawn.register
def _(form: Blocks, dark: bool) -> Figure:
    """Bars as wide as a number, numbered from left to right; an axis that one of them would fill alone stops short of it."""
    bars = {
        "type": "bar", "x": [row[0] for row in form.rows], "width": [row[1] - row[0] for row in form.rows], "offset": 0, "y": [row[2] for row in form.rows],
        "marker": {"color": [ink(row[3], dark) for row in form.rows], "line": {"width": 1, "color": palette(dark).paper}}, "showlegend": False,
        "text": [str(place) for place in range(1, len(form.rows) + 1)], "textposition": "outside", "cliponaxis": False,
        "customdata": [plain(row[4]) for row in form.rows], "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    heights = sorted(abs(row[2]) for row in form.rows)
    cut = TALLEST * heights[-2] if len(heights) > 1 and heights[-2] > 0.0 else heights[-1]
    ends = [0.0, *(max(min(row[2], cut), -cut) for row in form.rows)]
    room = 0.12 * ((max(ends) - min(ends)) or 1.0)
    made = _axes(form.plot, dark, hovermode="closest")
    made["yaxis"] |= {"range": [min(ends) - (room if min(ends) < 0.0 else 0.0), max(ends) + (room if max(ends) > 0.0 else 0.0)], "rangemode": "normal"}  # fmt: skip
    made["xaxis"] |= {"range": [0.0, max((row[1] for row in form.rows), default=1.0)]}
    made["annotations"] = [
        {"x": (row[0] + row[1]) / 2.0, "y": math.copysign(cut, row[2]), "text": f"{shown(row[2])} {'↑' if row[2] > 0.0 else '↓'}", "showarrow": False, "yshift": math.copysign(10, row[2])}
        for row in form.rows if abs(row[2]) > cut
    ]  # fmt: skip
    return {"data": [bars], "layout": made}


def _axes(plot: Plot, dark: bool, **more: Any) -> dict[str, Any]:
    made = layout(dark, **more)
    made["xaxis"] = {**made["xaxis"], "title": {"text": plain(plot.x_title)}, "tickformat": ",.6~r"}
    made["yaxis"] = {
        **made["yaxis"],
        "title": {"text": plain(plot.y_title)},
        "tickformat": ",.6~r",
    }
    return made


def _lines(lines: Sequence[Line], dark: bool, labels: Sequence[str] = ()) -> list[Mapping[str, Any]]:
    """Lines over numbers, or over the labels whose places they name."""
    return [
        {
            "type": "scatter", "mode": "lines", "name": plain(each.name), "y": list(each.y), "x": [labels[int(x)] for x in each.x] if labels else list(each.x),
            "line": {"color": ink(each.colour, dark), "width": 2.4, "dash": "dash" if each.dashed else "solid"}, "hovertemplate": "%{y:,.6~r}",
            "showlegend": bool(each.name),
        }
        for each in lines
    ]  # fmt: skip
