"""Colours, fonts and number formats of everything that is shown."""

from __future__ import annotations

import plotly.graph_objects as go

SAVING = "#1a7f4b"
INCREASE = "#b3261e"
REPORTED = "#6b7280"
INK, PAPER, LINE = "#1f2933", "#ffffff", "#d7dde3"
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
USES = {
    "chillers": "#0072b2",
    "pumps": "#56b4e9",
    "towers": "#8fd0f5",
    "fans": "#009e73",
    "terminals": "#7fcbb3",
    "lighting": "#e69f00",
    "plug_loads": "#cc79a7",
    "server_rooms": "#5b5f97",
    "other": "#999999",
}
"""Okabe and Ito's colour-blind safe palette, with lighter shades for what belongs together."""
GRAPH = {
    "displaylogo": False,
    "showSendToCloud": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["lasso2d", "select2d"],
}


def colour(use: str) -> str:
    """Colour of an end use."""
    return USES.get(use, "#444444")


def dress(figure: go.Figure, title: str, height: int = 360) -> go.Figure:
    """Give a figure its title, margins and fonts."""
    figure.update_layout(
        title={"text": title, "font": {"size": 15}, "x": 0.0, "xanchor": "left"},
        height=height,
        margin={"l": 60, "r": 20, "t": 50, "b": 50},
        font={"family": FONT, "color": INK, "size": 12},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        legend={"orientation": "h", "y": -0.2},
    )
    figure.update_xaxes(gridcolor=LINE, zerolinecolor=LINE)
    figure.update_yaxes(gridcolor=LINE, zerolinecolor=LINE)
    return figure
