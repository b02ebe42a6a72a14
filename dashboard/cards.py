"""Cards: a figure, a chart or a table with its title, or the sentence that says why there is none and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from twin.dashboard.reading import Reading

GRAPH = {"displaylogo": False, "displayModeBar": False, "showSendToCloud": False, "responsive": True}
"""Every chart's options: nothing is sent anywhere."""
SIGNS = {"loading": "◌", "empty": "∅", "stale": "◷", "error": "✕"}
"""Signs of the states; colour alone says nothing."""


def card(title: str, *children: Any, name: str = "", wide: bool = False, note: str = "") -> html.Section:
    """A part of a page with a title."""
    parts = [html.H2(title), *children, *([html.P(note, className="note")] if note else [])]
    return html.Section(parts, className="card wide" if wide else "card", **({"id": name} if name else {}))


def figure(title: str, value: str, unit: str, notes: Sequence[str] = (), name: str = "") -> html.Section:
    """One number with its unit and what is to be known of it."""
    parts = [html.Span(value, className="value"), " ", html.Span(unit, className="unit")]
    return html.Section(
        [html.H2(title), html.P(parts, className="figure"), *(html.P(note, className="note") for note in notes if note)],
        className="card kpi", **({"id": name} if name else {}),
    )  # fmt: skip


def phrases(text: str) -> list[Any]:
    """A sentence with its commands, between backticks, set as such."""
    return [html.Code(part) if place % 2 else part for place, part in enumerate(text.split("`"))]


def reason(reading: Reading[Any], say: Mapping[str, str]) -> html.Div:
    """Why there is no value, or none that is new, and what to do."""
    text = say[reading.why].format(*reading.detail.split("\n"), detail=reading.detail)
    sign = html.Span(SIGNS[reading.state], className="sign", **{"aria-hidden": "true"})
    role = "alert" if reading.state == "error" else "status"
    return html.Div([sign, html.Span([html.B(say[f"state_{reading.state}"]), " ", *phrases(text)])], className=f"state {reading.state}", role=role)  # fmt: skip


def chart(title: str, drawn: Mapping[str, Any], height: int, note: str = "", name: str = "") -> html.Section:
    """A card with a chart."""
    return card(title, graph(title, drawn, height), note=note, wide=True, name=name)


def graph(title: str, drawn: Mapping[str, Any], height: int) -> html.Div:
    """A chart in a place of its height, so that nothing jumps when what draws it comes."""
    tall = {"height": f"{height}px"}
    made = dcc.Graph(figure=drawn, config=GRAPH, style=tall, className="graph")
    return html.Div(made, role="img", style=tall, **{"aria-label": title})


def table(heads: Sequence[Any], rows: Sequence[Sequence[Any]], name: str = "", stacked: bool = False) -> html.Div:
    """A plain table; its first column is the head of each row.

    Parameters
    ----------
    stacked : on a narrow screen, cells stand below each other with the heads of their columns beside them.
    """
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in heads]))
    body = html.Tbody([line(heads, row) for row in rows])
    made = html.Table([head, body], className="stack" if stacked else "", **({"id": name} if name else {}))
    return html.Div(made, className="scroll", tabIndex=0)


def line(heads: Sequence[Any], row: Sequence[Any]) -> html.Tr:
    """A row of a table, whose cells know the heads of their columns."""
    labels = [text if isinstance(text, str) else text.children for text in heads]
    cells = [html.Td(cell, **{"data-label": label}) for cell, label in zip(row[1:], labels[1:], strict=True)]
    return html.Tr([html.Th(row[0], scope="row"), *cells])


def skeleton(title: str, height: int, reading: Reading[Any], say: Mapping[str, str], note: str = "") -> html.Section:
    """A part that has no value yet, or never, as tall as it would be with one."""
    return card(title, html.Div(reason(reading, say), style={"minHeight": f"{height}px"}), note=note, wide=True)


def ranking(rows: Sequence[tuple[str, float]], unit: str, name: str = "") -> html.Ol:
    """Bars with their names above them, the longest first; as readable on a phone as on a wall."""
    ordered, most = sorted(rows, key=lambda row: -row[1]), max((value for _, value in rows), default=0.0) or 1.0
    return html.Ol(
        [
            html.Li(
                [
                    html.Div([html.Span(text), html.Span(f"{value:,.0f} {unit}", className="unit")], className="names"),
                    html.Div(className="bar", style={"width": f"{100.0 * value / most:.1f}%"}),
                ]
            )
            for text, value in ordered
        ],
        className="ranking", **({"id": name} if name else {}),
    )  # fmt: skip
