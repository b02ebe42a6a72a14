"""The few forms of charts that all figures are made of; each draws itself on a sheet of any width."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape
from twin.dashboard.report.drawing import SIZE, Scale, Sheet, length, shortened, shown, ticks

WIDE, NARROW = 960.0, 350.0
"""Width of a chart on a desk or on paper, and on a telephone. [px]"""
TALLEST = 3.0
"""How many times as tall as the next a bar may be before it is cut. Assumed."""
HEADROOM = 1.1
"""Room over the tallest bar for its number."""
Draw = Callable[[float], Sheet]


@dataclass(frozen=True)
class Bar:
    """One horizontal bar from a number, or from where the axis starts, to another, with a mark for a middle value where there is one."""

    label: str
    start: float
    end: float
    colour: str
    text: str
    mark: float | None = None


@dataclass(frozen=True)
class Line:
    """A line through points."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    colour: str
    dashed: bool = False


@dataclass(frozen=True)
class Plot:
    """Axes of a chart: titles, what stands under the x axis, limits that must be seen."""

    y_title: str
    x_title: str = ""
    labels: Sequence[str] = ()
    height: float = 330.0
    includes: Sequence[float] = (0.0,)
    x_includes: Sequence[float] = ()
    lines: Sequence[Line] = field(default_factory=tuple)


@dataclass(frozen=True)
class Bars:
    """Horizontal bars in a unit, on an axis that includes some numbers."""

    rows: Sequence[Bar]
    unit: str
    includes: Sequence[float] = (0.0,)

    def __call__(self, width: float) -> Sheet:
        """Draw them on a sheet of a width."""
        return bars(self.rows, self.unit, width, self.includes)


@dataclass(frozen=True)
class Columns:
    """Columns of parts, each a name with its colour and its values, under the plot's lines."""

    stacks: Mapping[str, tuple[str, Sequence[float]]]
    plot: Plot

    def __call__(self, width: float) -> Sheet:
        """Draw them on a sheet of a width."""
        return columns(self.stacks, self.plot, width)


@dataclass(frozen=True)
class Lines:
    """The plot's lines."""

    plot: Plot

    def __call__(self, width: float) -> Sheet:
        """Draw them on a sheet of a width."""
        return lines(self.plot, width)


@dataclass(frozen=True)
class Dots:
    """Points of x, y, colour and words, joined by the plot's lines."""

    points: Sequence[tuple[float, float, str, str]]
    plot: Plot

    def __call__(self, width: float) -> Sheet:
        """Draw them on a sheet of a width."""
        return dots(self.points, self.plot, width)


@dataclass(frozen=True)
class Blocks:
    """Bars as wide as a number: from, to, height, colour and words."""

    rows: Sequence[tuple[float, float, float, str, str]]
    plot: Plot

    def __call__(self, width: float) -> Sheet:
        """Draw them on a sheet of a width."""
        return blocks(self.rows, self.plot, width)


@dataclass(frozen=True)
class Chart:
    """A chart with its title and what is to be known of it; a report draws its form once for wide pages and paper and once for telephones."""

    title: str
    form: Draw
    note: str = ""

    def __html__(self) -> str:
        """The chart as a part of a page."""
        drawn = self.form(WIDE).svg("wide", self.title) + self.form(NARROW).svg("narrow", self.title)
        below = Markup('<p class="quiet">{}</p>').format(self.note) if self.note else ""
        return Markup("<figure><figcaption>{}</figcaption>{}{}</figure>").format(escape(self.title), drawn, below)


def bars(rows: Sequence[Bar], unit: str, width: float, includes: Sequence[float] = (0.0,)) -> Sheet:
    """Horizontal bars with their labels, beside them where there is room and above them where not."""
    small = width < 500.0
    ends = [v for r in rows for v in (r.start, r.end) if math.isfinite(v)] + list(includes)
    marks = ticks(min(ends), max(ends), 4 if small else 8)
    room = (
        length(shown(marks[0])) / 2 + 2.0
        if small
        else min(max((length(r.label) for r in rows), default=0.0) + 14.0, 0.36 * width)
    )
    tall = 40.0 if small else 27.0
    sheet = Sheet(width, len(rows) * tall + 46.0)
    text = max((length(r.text) for r in rows), default=0.0) + 10.0
    scale = Scale(marks[0], marks[-1], room, width - min(text, 0.42 * width))
    bottom = len(rows) * tall + 6.0
    for mark in marks:
        sheet.line(scale(mark), 2.0, scale(mark), bottom, "zero" if mark == 0.0 else "grid")
        sheet.text(scale(mark), bottom + 15.0, shown(mark), "middle", "quiet")
    sheet.text((scale.start + scale.end) / 2, bottom + 33.0, unit, "middle", "quiet")
    for place, row in enumerate(rows):
        top = place * tall + (18.0 if small else 5.0)
        if small:
            sheet.text(0.0, top - 4.0, shortened(row.label, width))
        else:
            sheet.text(room - 8.0, top + 13.0, shortened(row.label, room - 8.0), "end")
        start = scale(max(row.start, scale.low))
        sheet.box(start, top, scale(row.end) - start, 17.0, row.colour, f"{row.label}: {row.text}")
        if row.mark is not None:
            sheet.box(scale(row.mark) - 2.0, top - 2.0, 4.0, 21.0, "var(--ink)", f"{row.label}: {row.text}")
        sheet.text(max(start, scale(row.end)) + 6.0, top + 13.0, row.text, "start", "value")
    return sheet


def _frame(
    sheet: Sheet, plot: Plot, values: Sequence[float], xs: Sequence[float], legend: float
) -> tuple[Scale, Scale]:
    """Axes with their grid; the scales of x and y. Without labels x is a number, with them the place of a column."""
    marks = ticks(min([*values, *plot.includes]), max([*values, *plot.includes]), 6)
    left = max(length(shown(mark)) for mark in marks) + 14.0
    bottom = plot.height - (44.0 if plot.x_title else 26.0)
    y = Scale(marks[0], marks[-1], bottom, 24.0 + legend)
    for mark in marks:
        sheet.line(left, y(mark), sheet.width - 10.0, y(mark), "zero" if mark == 0.0 else "grid")
        sheet.text(left - 6.0, y(mark) + 4.0, shown(mark), "end", "quiet")
    sheet.text(2.0, 14.0, plot.y_title, "start", "quiet")
    if plot.x_title:
        sheet.text((left + sheet.width) / 2, plot.height - 6.0, plot.x_title, "middle", "quiet")
    if plot.labels:
        x = Scale(-0.5, len(plot.labels) - 0.5, left, sheet.width - 10.0)
        most = max(length(label) for label in plot.labels) + 8.0
        every = max(1, round(most / ((sheet.width - left - 10.0) / len(plot.labels)) + 0.49))
        for place, label in enumerate(plot.labels):
            if place % every == 0:
                sheet.text(x(place), bottom + 16.0, label, "middle", "quiet")
        return x, y
    across = ticks(min([*xs, *plot.x_includes]), max([*xs, *plot.x_includes]), 4 if sheet.width < 500.0 else 8)
    x = Scale(across[0], across[-1], left, sheet.width - 18.0)
    for mark in across:
        sheet.text(x(mark), bottom + 16.0, shown(mark), "middle", "quiet")
    return x, y


def _legend(sheet: Sheet, names: Mapping[str, str]) -> float:
    """Names with their colours in lines above the plot; the height they take. [px]"""
    place, top = 2.0, 34.0
    for name, colour in names.items():
        need = length(name) + 26.0
        if place + need > sheet.width and place > 2.0:
            place, top = 2.0, top + 19.0
        sheet.box(place, top - 10.0, 12.0, 12.0, colour)
        sheet.text(place + 17.0, top, name)
        place += need
    return top - 14.0 if names else 0.0


def columns(stacks: Mapping[str, tuple[str, Sequence[float]]], plot: Plot, width: float) -> Sheet:
    """Columns of parts on top of each other, negative ones below nothing; with lines over them where the plot has some."""
    sheet = Sheet(width, 0.0)
    names = {**{n: colour for n, (colour, _) in stacks.items()}, **{e.name: e.colour for e in plot.lines}}
    legend = _legend(sheet, names if len(names) > 1 else {})
    plot = Plot(plot.y_title, plot.x_title, plot.labels, plot.height + legend, plot.includes, (), plot.lines)
    sheet.height = plot.height
    count = len(plot.labels)
    highs = [sum(max(v[i], 0.0) for _, v in stacks.values()) for i in range(count)]
    lows = [sum(min(v[i], 0.0) for _, v in stacks.values()) for i in range(count)]
    told = [v for each in plot.lines for v in each.y if v is not None]
    x, y = _frame(sheet, plot, [*highs, *lows, *told], (), legend)
    thick = 0.72 * (x(1.0) - x(0.0))
    for i in range(count):
        up = down = 0.0
        for name, (colour, values) in stacks.items():
            value = values[i]
            base = up if value >= 0.0 else down
            if value:
                hint = f"{plot.labels[i]} {name}: {shown(value)} {plot.y_title}"
                sheet.box(x(i) - thick / 2, y(base + value), thick, y(base) - y(base + value), colour, hint)
            up, down = (up + value, down) if value >= 0.0 else (up, down + value)
    _lines(sheet, plot.lines, x, y)
    return sheet


def lines(plot: Plot, width: float) -> Sheet:
    """Lines over a number or over labelled places."""
    sheet = Sheet(width, 0.0)
    legend = _legend(sheet, {e.name: e.colour for e in plot.lines}) if len(plot.lines) > 1 else 0.0
    plot = Plot(
        plot.y_title, plot.x_title, plot.labels, plot.height + legend, plot.includes, plot.x_includes, plot.lines
    )
    sheet.height = plot.height
    values = [v for each in plot.lines for v in each.y if v is not None]
    x, y = _frame(sheet, plot, values, [v for each in plot.lines for v in each.x], legend)
    _lines(sheet, plot.lines, x, y)
    return sheet


def _lines(sheet: Sheet, drawn: Sequence[Line], x: Scale, y: Scale) -> None:
    for each in drawn:
        stretch: list[tuple[float, float]] = []
        for at, value in zip(each.x, each.y, strict=True):
            if value is None:
                if len(stretch) > 1:
                    sheet.path(stretch, each.colour, each.dashed)
                stretch = []
            else:
                stretch.append((x(at), y(value)))
        if len(stretch) > 1:
            sheet.path(stretch, each.colour, each.dashed)


def dots(points: Sequence[tuple[float, float, str, str]], plot: Plot, width: float) -> Sheet:
    """Points of x, y, colour and words, joined by the plot's lines."""
    sheet = Sheet(width, plot.height)
    told = [v for each in plot.lines for v in each.y if v is not None]
    x, y = _frame(sheet, plot, [*(p[1] for p in points), *told], [*(p[0] for p in points)], 0.0)
    _lines(sheet, plot.lines, x, y)
    for at, value, colour, words in points:
        sheet.dot(x(at), y(value), colour, words)
    return sheet


def blocks(rows: Sequence[tuple[float, float, float, str, str]], plot: Plot, width: float) -> Sheet:
    """Bars as wide as a number: from, to, height, colour and words; numbered from left to right.

    A bar that would dwarf all others is cut; its height stands at its end.
    """
    sheet = Sheet(width, plot.height)
    heights = sorted(abs(r[2]) for r in rows)
    cut = TALLEST * heights[-2] if len(heights) > 1 and heights[-2] > 0.0 else heights[-1]
    x, y = _frame(
        sheet, plot, [HEADROOM * max(min(r[2], cut), -cut) for r in rows], [v for r in rows for v in r[:2]], 0.0
    )
    for place, (start, end, value, colour, words) in enumerate(rows, 1):
        tall = max(min(value, cut), -cut)
        sheet.box(x(start) + 0.5, y(tall), max(x(end) - x(start) - 1.0, 1.5), y(0.0) - y(tall), colour, words)
        below = 14.0 if value < 0.0 else -5.0
        if tall != value:
            sheet.text(x(end) - 4.0, y(tall) + 10.0, f"{place}: {shown(value)} ↑", "end", "value")
        elif x(end) - x(start) > SIZE:
            sheet.text((x(start) + x(end)) / 2, y(tall) + below, str(place), "middle", "value")
    return sheet
