"""The charts an energy engineer looks for, each one function from plain data to a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from twin.dashboard import theme


def monthly_bars(frame: pd.DataFrame, words: Mapping[str, str]) -> go.Figure:
    """Electricity by month and end use; frame of months x end uses in kWh."""
    figure = go.Figure()
    for use in frame.sum().sort_values(ascending=False).index:
        figure.add_bar(
            x=list(frame.index), y=(frame[use] / 1e3).tolist(), name=words.get(use, use), marker_color=theme.colour(use)
        )
    figure.update_layout(barmode="stack")
    figure.update_yaxes(title="MWh")
    return theme.dress(figure, words["monthly"])


def load_duration(loads: Mapping[str, np.ndarray], step: float, words: Mapping[str, str]) -> go.Figure:
    """Load-duration curves: kW sorted, against hours and share of the period."""
    figure = go.Figure()
    for name, load in loads.items():
        ordered = np.sort(load / 1e3)[::-1]
        chosen = np.unique(np.linspace(0, len(ordered) - 1, 500).astype(int))
        hours = (chosen + 0.5) * step / 3600.0
        share = (chosen + 0.5) / len(ordered) * 100.0
        figure.add_scatter(
            x=hours.tolist(), y=ordered[chosen].tolist(), name=name, customdata=share.tolist(),
            hovertemplate="%{y:,.0f} kW, %{x:,.0f} h (%{customdata:.0f} %)",
        )  # fmt: skip
    figure.update_xaxes(title=words["hours"])
    figure.update_yaxes(title="kW", rangemode="tozero")
    return theme.dress(figure, words["duration"])


def carpet(load: np.ndarray, start: pd.Timestamp, step: float, words: Mapping[str, str]) -> go.Figure:
    """Carpet plot: one column a day, one row an hour, local standard time; gaps stay blank."""
    per_day = round(86400.0 / step)
    days = len(load) // per_day
    grid = (load[: days * per_day].reshape(days, per_day).T / 1e3).round(0)
    dates = pd.date_range(start.tz_localize(None).normalize(), periods=days, freq="D").strftime("%Y-%m-%d").tolist()
    rows = (np.arange(per_day) * step / 3600.0).tolist()
    figure = go.Figure(go.Heatmap(z=grid.tolist(), x=dates, y=rows, colorscale="Cividis", colorbar={"title": "kW"}))
    figure.update_yaxes(title=words["hour"])
    return theme.dress(figure, words["carpet"])


def end_use_split(uses: Mapping[str, float], words: Mapping[str, str]) -> go.Figure:
    """Electricity by end use, largest on top; kWh in."""
    ordered = sorted(uses.items(), key=lambda pair: pair[1])
    total = sum(uses.values())
    labels = [f"{value / 1e6:.2f} GWh · {value / total:.0%}" for _, value in ordered]
    figure = go.Figure(
        go.Bar(
            x=[value / 1e6 for _, value in ordered], y=[words.get(use, use) for use, _ in ordered], orientation="h",
            text=labels, textposition="auto", marker_color=[theme.colour(use) for use, _ in ordered],
        )
    )  # fmt: skip
    figure.update_xaxes(title="GWh")
    return theme.dress(figure, words["split"])


def savings_waterfall(
    baseline: float, savings: Sequence[tuple[str, float]], interaction: float, words: Mapping[str, str]
) -> go.Figure:
    """From the baseline through each measure alone and their interaction to what is left; kWh in, savings are green.

    `interaction` is the package's saving less the sum of the measures' own.
    """
    after = baseline - sum(value for _, value in savings) - interaction
    names = [words["baseline"], *(name for name, _ in savings), words["interaction"], words["after"]]
    steps = [baseline, *(-value for _, value in savings), -interaction, after]
    figure = go.Figure(
        go.Waterfall(
            x=names, y=[value / 1e6 for value in steps],
            measure=["absolute", *["relative"] * (len(savings) + 1), "total"],
            text=[f"{value / 1e6:+.2f}" if 0 < i < len(steps) - 1 else f"{value / 1e6:.2f}" for i, value in enumerate(steps)],
            decreasing={"marker": {"color": theme.SAVING}}, increasing={"marker": {"color": theme.INCREASE}},
            totals={"marker": {"color": theme.REPORTED}},
        )
    )  # fmt: skip
    low = min(after, baseline) / 1e6
    figure.update_yaxes(title="GWh", range=[low * 0.9, baseline / 1e6 * 1.02])
    return theme.dress(figure, words["waterfall"], 420)


def spread(scenarios: Sequence[Mapping[str, Any]], language: str, words: Mapping[str, str]) -> go.Figure:
    """Each scenario's saving: P50 with its range from P10 to P90; kWh in."""
    names = [each["title"].get(language, each["name"]) for each in scenarios][::-1]
    rows = [each["saving_kwh"] for each in scenarios][::-1]
    figure = go.Figure(
        go.Scatter(
            x=[row["p50"] / 1e6 for row in rows], y=names, mode="markers", marker={"size": 11, "color": theme.SAVING},
            error_x={
                "type": "data", "symmetric": False, "array": [(r["p90"] - r["p50"]) / 1e6 for r in rows],
                "arrayminus": [(r["p50"] - r["p10"]) / 1e6 for r in rows],
            },
        )
    )  # fmt: skip
    figure.update_xaxes(title="GWh", zeroline=True, zerolinecolor=theme.INK)
    return theme.dress(figure, words["spread"])


def compared(frame: pd.DataFrame, point: str, words: Mapping[str, str]) -> go.Figure:
    """Measured and simulated values of one point; columns `<point> measured` and `<point> twin`."""
    figure = go.Figure()
    times = [str(t) for t in frame.index]
    figure.add_scatter(
        x=times, y=frame[f"{point} measured"].tolist(), name=words["measured"], line={"color": theme.REPORTED}
    )
    figure.add_scatter(
        x=times, y=frame[f"{point} twin"].tolist(), name=words["twin"], line={"color": theme.USES["chillers"]}
    )
    return theme.dress(figure, f"{words['compared']}: {point}")
