"""Charts of the screen as Plotly takes them, each one function from typed values to a figure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from twin.dashboard import theme
from twin.dashboard.amounts import unit
from twin.dashboard.overview.expectation import Day, Year
from twin.dashboard.overview.measured import Load

CHARTED = 1e4
"""Energy whose unit charts have. [kWh]"""
Words = Mapping[str, str]


def layout(dark: bool, **more: Any) -> dict[str, Any]:
    """What all charts share."""
    colours = theme.palette(dark)
    axis = {"gridcolor": colours.line, "linecolor": colours.line, "zerolinecolor": colours.line, "automargin": True}
    return {
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "font": {"family": theme.FONT, "color": colours.ink, "size": 13},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8}, "xaxis": axis, "yaxis": {**axis, "rangemode": "tozero"}, "hovermode": "x unified",
        "hoverlabel": {"bgcolor": colours.paper, "font": {"color": colours.ink}}, "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "uirevision": "kept", **more,
    }  # fmt: skip


def flows(year: Year, say: Words, dark: bool, energy: str = "kWh") -> dict[str, Any]:
    """Electricity from its sources through the meter to its uses; what the sums leave over is a flow of its own."""
    colours, one = theme.palette(dark), unit("energy", "en", [CHARTED], energy)
    into = [(say.get(flow.name, flow.name), flow.energy, colours.first) for flow in year.sources]
    out = [(say.get(flow.name, flow.name), flow.energy, theme.colour(flow.name)) for flow in year.uses]
    if year.rest > 1e-6 * year.electricity:
        out.append((say["rest"], year.rest, colours.quiet))
    elif year.rest < -1e-6 * year.electricity:
        into.append((say["rest"], -year.rest, colours.quiet))
    rows = [*into, ("", 0.0, colours.second), *out]
    middle = len(into)
    apart = (
        ["<br>"] * middle + [""] + [" "] * len(out)
    )  # sources have their amount below them, so that a phone has room
    labels = [
        f"{name}{gap}{amount / one.scale:,.0f} {one.name}" if amount else name
        for (name, amount, _), gap in zip(rows, apart, strict=True)
    ]
    links = [(place, middle, into[place][1]) for place in range(len(into))]
    links += [(middle, middle + 1 + place, amount) for place, (_, amount, _) in enumerate(out)]
    drawn = {
        "type": "sankey", "arrangement": "fixed", "textfont": {"size": 11}, "valueformat": ",.0f", "valuesuffix": f" {one.name}",
        "node": {"label": labels, "color": [colour for _, _, colour in rows], "pad": 20, "thickness": 14, "line": {"width": 0}},
        "link": {"source": [a for a, _, _ in links], "target": [b for _, b, _ in links], "value": [v / one.scale for _, _, v in links], "color": colours.link},
    }  # fmt: skip
    return {"data": [drawn], "layout": layout(dark, hovermode="closest")}


def day(expected: Day, measured: Load | None, now: datetime, say: Words, dark: bool) -> dict[str, Any]:
    """The day's power: the band of days alike, the twin's expectation, and what the meter measured."""
    colours = theme.palette(dark)
    midnight = datetime.combine(expected.date, time())
    at = [(midnight + expected.step * place).isoformat() for place in range(len(expected.expected))]
    line = {"type": "scatter", "mode": "lines", "hovertemplate": "%{y:,.0f} kW"}
    drawn: list[dict[str, Any]] = []
    if expected.low:
        edge = {**line, "line": {"width": 0}, "hoverinfo": "skip", "x": at}
        edge.pop("hovertemplate")
        drawn += [
            {**edge, "y": list(expected.low), "showlegend": False},
            {**edge, "y": list(expected.high), "fill": "tonexty", "fillcolor": colours.band, "name": say["band"]},
        ]
    followed = list(measured.expected) if measured is not None and any(each is not None for each in measured.expected) else []  # fmt: skip
    if followed:
        drawn.append({**line, "x": at[: len(followed)], "y": followed, "name": say["overview_followed"], "line": {"color": colours.first, "width": 2}})  # fmt: skip
    ahead = max(len(followed) - 1, 0)
    usual = {"color": colours.first, "width": 2, **({"dash": "dot"} if followed else {})}
    drawn.append({**line, "x": at[ahead:], "y": list(expected.expected)[ahead:], "name": say["overview_ahead"] if followed else say["twin"], "line": usual})  # fmt: skip
    if measured is not None:
        drawn.append({**line, "x": at[: len(measured.power)], "y": list(measured.power), "name": say["metered"], "line": {"color": colours.second, "width": 2.5}})  # fmt: skip
    moment = now.replace(tzinfo=None).isoformat()
    mark = {"type": "line", "xref": "x", "yref": "paper", "x0": moment, "x1": moment, "y0": 0, "y1": 1, "line": {"color": colours.quiet, "dash": "dot", "width": 1}}  # fmt: skip
    made = layout(dark, shapes=[mark])
    made["xaxis"] = {**made["xaxis"], "type": "date", "tickformat": "%H:%M", "hoverformat": "%H:%M"}
    made["yaxis"] = {**made["yaxis"], "title": {"text": "kW"}, "tickformat": ",.0f"}
    return {"data": drawn, "layout": made}


def months(year: Year, say: Words, dark: bool, energy: str = "kWh") -> dict[str, Any]:
    """Electricity by month and end use, the largest use at the bottom."""
    one = unit("energy", "en", [CHARTED], energy)
    labels = [text[5:] for text in year.months]
    order = sorted(year.monthly, key=lambda use: -sum(year.monthly[use]))
    drawn = [
        {"type": "bar", "name": say.get(use, use), "x": labels, "y": [v / one.scale for v in year.monthly[use]], "marker": {"color": theme.colour(use)}, "hovertemplate": f"%{{y:,.0f}} {one.name}"}
        for use in order if sum(year.monthly[use]) > 0.0
    ]  # fmt: skip
    made = layout(dark, barmode="stack", bargap=0.25)
    made["xaxis"] = {**made["xaxis"], "type": "category"}
    made["yaxis"] = {**made["yaxis"], "title": {"text": one.name}, "tickformat": ",.0f"}
    return {"data": drawn, "layout": made}
