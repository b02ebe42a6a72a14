"""One point in full: what it is, its newest value and what that is worth, where it stands, and where to go from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import dcc, html
from twin.dashboard.address import Address
from twin.dashboard.cards import phrases
from twin.dashboard.data import Source
from twin.dashboard.explore.asked import joined
from twin.dashboard.language import say
from twin.dashboard.overview.measured import STALE
from twin.dashboard.points import lent
from twin.dashboard.points.inventory import Cells, Inventory, shown

from twin.errors import TwinError

Words = Mapping[str, str]


def panel(source: Source, address: Address, word: str) -> list[Any]:
    """One point: what it is, its newest value, where it stands, and what may be done with it."""
    words = say(address.language)
    found = source.points(address.site).value
    row = found.row(word) if found and word else None
    if row is None:
        told = (
            [html.P(words["points_unknown"].format(point=word), className="state stale", role="status")] if word else []
        )
        return [html.H2(words["points_one"]), *told, html.P(words["points_choose"], className="note")]
    parts: list[Any] = [
        html.H2(row["name"], className="whole"),
        *([html.P(row["description"])] if row["description"] else []),
    ]
    parts += _value(source, address, row, words)
    parts.append(html.Dl(_facts(row, found, words) if found else []))
    parts.append(html.P(_links(address, row, words), className="links"))
    if row["mark"]:
        text = words[f"points_mark_{row['mark']}"] + (f" · {row['why']}" if row["why"] else "")
        parts.append(html.Div([html.B("! "), text], className="state stale", role="status"))
    if row["writable"]:
        parts += lent.form(source, address, row, words)
    return parts


def _value(source: Source, address: Address, row: Cells, words: Words) -> list[Any]:
    """The newest value, and what it is worth."""
    try:
        held = source.latest(address.site, [row["signal"]])
    except TwinError as problem:
        return [
            html.Div(phrases(words["historian_fails"].format(detail=problem)), className="state error", role="alert")
        ]
    value, at, quality = held.value[0], held.time[0], held.quality[0]
    if at is None:
        text = words["points_survey_said"].format(value=row["surveyed"]) if row["surveyed"] else words["points_never"]
        return [html.P(phrases(text), className="note")]
    age = source.now(address.site).timestamp() - at
    old = quality == "good" and age > max(STALE.total_seconds(), 3.0 * row["period"])
    worth = words["points_quality_old" if old else f"points_quality_{quality}"]
    moment = datetime.fromtimestamp(at, source.now(address.site).tzinfo).strftime("%Y-%m-%d %H:%M:%S")
    number = html.Span(shown(value), className="value", id="points-value")
    return [
        html.P([number, " ", html.Span(row["unit"], className="unit")], className="figure"),
        html.P([html.Span(worth, id="points-worth"), " · ", html.Span(moment, id="points-moment")], className="note"),
    ]


def _facts(row: Cells, found: Inventory, words: Words) -> list[Any]:
    point = found.points.get(row["signal"])
    told = [
        ("points_head_device", row["device"]),
        ("points_head_object", row["object"]),
        ("points_head_signal", row["signal"] or "–"),
    ]
    if point is not None and point.writable:
        told.append(("points_range", f"{shown(point.low)} … {shown(point.high)} {row['unit']}"))
    if point is not None and point.engineering_units:
        told.append(("points_counts_in", point.engineering_units))
    return [each for key, text in told for each in (html.Dt(words[key]), html.Dd(str(text)))]


def _links(address: Address, row: Cells, words: Words) -> list[Any]:
    """Ways to the component and to the history."""
    found = []
    if row["component"]:
        found.append(
            dcc.Link(
                words["points_to_component"].format(name=row["component"]),
                href=address.to(page="component", name=row["component"]),
            )
        )
    if row["signal"]:
        found += [
            " ",
            dcc.Link(words["points_to_explore"], href=address.to(page="explore", points=joined([row["signal"]]))),
        ]
    return found
