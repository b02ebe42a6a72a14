"""The chart and the table of a pathway: business as usual, what each phase takes away from it, and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.dashboard import theme
from twin.dashboard.carbon.studied import Road
from twin.dashboard.figures import layout

GRID = "grid"
COLOURS = ("#009e73", "#56b4e9", "#e69f00", "#cc79a7", "#0072b2", "#d55e00", "#7fcbb3", "#8a8dc0", "#f0e442", "#c8b400")
"""Okabe and Ito's palette, for wedges in their order."""
SMALL, TICKS = 1e-6, 4
"""What a wedge may be below nothing by rounding [t], and how many years an axis names beside the last."""
LARGE = 1e5
"""Tonnes from which thousands are shown."""
Words = Mapping[str, str]


def names(road: Road, words: Words, language: str) -> list[str]:
    """Titles of the wedges, in the order in which they are cut."""
    measures = road.site.measures
    found = [each["measure"] for each in road.rows[0]["wedges"]]
    return [measures[name].title.get(language, name) if name in measures else words["carbon_grid_itself"] for name in found]  # fmt: skip


def scale(road: Road) -> tuple[float, str]:
    """Tonnes in the unit of the chart and the table, and its name."""
    large = max(row["business_as_usual_t"] for row in road.rows) >= LARGE
    return (1e3, "kt CO₂e") if large else (1.0, "t CO₂e")


def lines(road: Road, words: Words, language: str) -> dict[str, list[float]]:
    """Rows of the table by title, a column a year; wedges and offsets are negative, so that a column adds up. [t]"""
    rows = road.rows
    found = {words["carbon_usual"]: [row["business_as_usual_t"] for row in rows]}
    for place, title in enumerate(names(road, words, language)):
        found[title] = [-row["wedges"][place]["co2_t"] for row in rows]
    found[words["carbon_residual"]] = [row["residual_t"] for row in rows]
    found[words["carbon_offsets"]] = [-row["offsets_t"] for row in rows]
    found[words["carbon_net"]] = [row["net_t"] for row in rows]
    return found


def parts(road: Road, words: Words, language: str, dark: bool) -> list[tuple[str, str, list[float]]]:
    """Title, colour and tonnes of what the chart stacks, from the bottom to the top: what is left, then the wedges, the last first."""
    colours, rows, titles = theme.palette(dark), road.rows, names(road, words, language)
    found = [
        (words["carbon_net"], colours.quiet, [row["net_t"] for row in rows]),
        (words["carbon_offsets"], colours.line, [row["offsets_t"] for row in rows]),
    ]
    for place in reversed(range(len(titles))):
        found.append((titles[place], COLOURS[place % len(COLOURS)], [row["wedges"][place]["co2_t"] for row in rows]))
    return [each for each in found if any(each[2])]


def figure(road: Road, words: Words, language: str, dark: bool) -> dict[str, Any]:
    """What is left at the bottom, the wedges above it, business as usual over all.

    A wedge that adds emissions cannot be stacked as an area; all are bars then, those that add below the axis.
    """
    colours, (one, name) = theme.palette(dark), scale(road)
    years, stack = [str(row["year"]) for row in road.rows], parts(road, words, language, dark)
    areas = all(value >= -SMALL for _, _, values in stack for value in values)
    drawn = [_part(title, years, [value / one for value in values], colour, name, areas) for title, colour, values in stack]  # fmt: skip
    usual = [row["business_as_usual_t"] / one for row in road.rows]
    drawn.append({
        "type": "scatter", "mode": "lines", "name": words["carbon_usual"], "x": years, "y": usual,
        "line": {"color": colours.ink, "width": 2, "dash": "dot"}, "hovertemplate": f"%{{y:,.1f}} {name}",
    })  # fmt: skip
    made = layout(dark, barmode="relative", margin={"l": 8, "r": 28, "t": 8, "b": 8}, showlegend=False)
    every = max(-(-(len(years) - 1) // TICKS), 1)
    made["xaxis"] = {**made["xaxis"], "type": "category", "tickangle": 0, "tickvals": years[::-1][::every]}
    made["yaxis"] = {**made["yaxis"], "title": {"text": name}, "tickformat": ",.0f"}
    return {"data": drawn, "layout": made}


def _part(title: str, years: Sequence[str], values: Sequence[float], colour: str, name: str, area: bool) -> dict[str, Any]:  # fmt: skip
    """An area, or bars, of one thing through the years."""
    shared = {"name": title, "x": list(years), "y": list(values), "hovertemplate": f"%{{y:,.1f}} {name}"}
    if not area:
        return {"type": "bar", "marker": {"color": colour}, **shared}
    return {"type": "scatter", "mode": "lines", "stackgroup": "one", "line": {"width": 0.5, "color": colour}, "fillcolor": colour, **shared}  # fmt: skip
