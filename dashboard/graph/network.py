"""A drawing of components and what flows between them, for Cytoscape: nodes by state, edges by medium, and what both mean."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import dash_cytoscape as cyto
from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from twin.dashboard import theme
from twin.dashboard.address import Address
from twin.dashboard.graph import placement
from twin.dashboard.graph.condition import STATES, Conditions, State, gravest
from twin.dashboard.graph.structure import Node, Structure, View
from twin.dashboard.language import say
from twin.dashboard.report.drawing import shortened

SIGNS: Mapping[State, str] = {"alarm": "▲", "stale": "◷", "drift": "≠", "fresh": "●", "simulated": "○"}
"""Signs of states; colour alone says nothing."""
COLOURS: Mapping[bool, Mapping[State, str]] = {
    False: {"alarm": "#b3261e", "stale": "#8a5a00", "drift": "#7b3fa0", "fresh": "#1a7f4b", "simulated": "#6b7280"},
    True: {"alarm": "#ff8a80", "stale": "#f2b84b", "drift": "#cf9bf0", "fresh": "#4cc38a", "simulated": "#8b96a3"},
}
"""Colours of states, on light and on dark ground."""
SOFT = {False: "#eef1f4", True: "#12161b"}
"""Ground of what lies outside, on light and on dark."""
MEDIA = {
    "electricity": "#e69f00", "green_power": "#7aa821", "chilled_water": "#0072b2", "primary_chilled_water": "#3f5fd0", "condenser_water": "#009e9e",
    "hall_cooling": "#56b4e9", "liquid_cooling": "#2f8fb8", "heating_water": "#d55e00", "primary_heat": "#c0392b", "source_heat": "#b56576",
    "supply_air": "#009e73", "water": "#4a90d9", "room": "#cc79a7", "surface": "#a0785a", "exhaust": "#8d6e63", "it_meter": "#8a6fd1", "schedule": "#8f99a3",
}  # fmt: skip
PLAIN = "#8f99a3"
"""Colour of a medium that has none of its own."""
TOLD = ("it_meter", "schedule")
"""Media that only tell something; what flows decides where things stand."""
FONT, ROOM = 13.0, 158.0
"""Height of letters and the width they have in a node. [px]"""
CLOSEST, FARTHEST = 1.2, 0.08
LEAST, MOST = 260, 620
"""Height of a drawing on a wide screen. [px]"""


def medium_colour(medium: str) -> str:
    """Colour of what flows."""
    return MEDIA.get(medium, PLAIN)


def state_of(node: Node, conditions: Conditions) -> State:
    """State of a node: the gravest of what it stands for."""
    return gravest(conditions.of(name) for name in node.members)


def counts(node: Node, conditions: Conditions) -> list[tuple[State, int]]:
    """How many components of a node are in which state, the gravest first."""
    found = Counter(conditions.of(name) for name in node.members)
    return [(state, found[state]) for state in STATES if found[state]]


def kind_title(kind: str, words: Mapping[str, str]) -> str:
    """What people call a kind."""
    return words.get(f"map_kind_{kind}", kind.replace("_", " "))


def kind_titles(structure: Structure, words: Mapping[str, str]) -> dict[str, str]:
    """What people call the kinds of a site."""
    return {kind: kind_title(kind, words) for kind in structure.kinds.values()}


def sentence(text: str) -> str:
    """A text with a capital letter, as a heading begins."""
    return text[:1].upper() + text[1:]


def medium_title(medium: str, words: Mapping[str, str]) -> str:
    """What people call what flows."""
    return words.get(f"map_medium_{medium}", medium.replace("_", " "))


def label(node: Node, conditions: Conditions, words: Mapping[str, str]) -> str:
    """Two lines: the name, and its kind with the sign of its state, or how many of a group are in which state."""
    if node.group:
        told = [f"{SIGNS[state]}{count}" for state, count in counts(node, conditions) if state != "simulated"]
        second = " ".join([words["map_count"].format(count=f"{len(node.members):,}"), *told])
    else:
        second = f"{SIGNS[conditions.of(node.key)]} {kind_title(node.kind, words)}"
    return "\n".join(shortened(line, ROOM, FONT * 0.92) for line in (node.title, second))


def target(node: Node, address: Address) -> str:
    """Where a node leads: a group opens, a component has its page."""
    return address.to(page="map", focus=node.key) if node.group else address.to(page="component", name=node.key)


def elements(view: View, conditions: Conditions, address: Address, mark: str = "", medium: str = "") -> dict[str, Any]:
    """Nodes and edges as Cytoscape takes them, with places for a wide screen and for a narrow one."""
    words = say(address.language)
    flows = sorted(view.flows, key=lambda flow: flow.medium in TOLD)
    rows = placement.layers([node.key for node in view.nodes], [(flow.source, flow.target) for flow in flows])
    wide, narrow = placement.wide(rows), placement.narrow(rows)
    nodes = [
        {
            "data": {"id": node.key, "label": label(node, conditions, words), "state": state_of(node, conditions), "href": target(node, address)},
            "classes": " ".join(name for name, told in (("group", node.group), ("outside", node.outside), ("mark", node.key == mark)) if told),
            "wide": wide[node.key], "narrow": narrow[node.key],
        }
        for node in view.nodes
    ]  # fmt: skip
    edges = [
        {
            "data": {"source": flow.source, "target": flow.target, "colour": medium_colour(flow.medium), "width": round(1.4 + math.log10(flow.count), 2)},
            "classes": "faint" if medium and flow.medium != medium else "",
        }
        for flow in view.flows
    ]  # fmt: skip
    return {"nodes": nodes, "edges": edges, "tall": placement.height(wide), "narrow_tall": placement.height(narrow)}


def stylesheet(dark: bool) -> list[dict[str, Any]]:
    """How nodes and edges look."""
    colours = theme.palette(dark)
    node = {
        "shape": "round-rectangle", "width": placement.WIDE, "height": placement.TALL, "label": "data(label)", "text-wrap": "wrap", "text-max-width": 400,
        "text-valign": "center", "text-halign": "center", "font-size": FONT, "font-family": theme.FONT, "line-height": 1.25, "color": colours.ink,
        "background-color": colours.paper, "border-width": 2, "border-color": colours.quiet, "min-zoomed-font-size": 5,
    }  # fmt: skip
    edge = {
        "curve-style": "bezier", "control-point-step-size": 34, "width": "data(width)", "line-color": "data(colour)", "target-arrow-color": "data(colour)",
        "target-arrow-shape": "triangle", "arrow-scale": 0.9, "opacity": 0.8,
    }  # fmt: skip
    return [
        {"selector": "node", "style": node},
        {"selector": "edge", "style": edge},
        *({"selector": f"node[state = '{state}']", "style": {"border-color": colour}} for state, colour in COLOURS[dark].items()),
        {"selector": "node[state = 'alarm'], node[state = 'stale'], node[state = 'drift']", "style": {"border-width": 4}},
        {"selector": ".group", "style": {"border-style": "double", "border-width": 6}},
        {"selector": ".outside", "style": {"background-color": SOFT[dark], "shape": "rectangle"}},
        {"selector": ".mark", "style": {"outline-width": 5, "outline-color": colours.second, "outline-offset": 3, "font-weight": "bold"}},
        {"selector": ".faint", "style": {"opacity": 0.12}},
        {"selector": "node:active", "style": {"overlay-opacity": 0.1}},
    ]  # fmt: skip


def drawn(page: str, told: Mapping[str, Any], address: Address, title: str) -> html.Div:
    """The drawing, with its own buttons; the list beside it has the same for those who cannot see or point."""
    words = say(address.language)
    tall = round(min(max(told["tall"] * 1.05 + 40.0, LEAST), MOST))
    graph = cyto.Cytoscape(
        id=f"{page}-graph", elements=[], layout={"name": "preset", "fit": True, "padding": 18}, stylesheet=stylesheet(address.dark),
        style={"width": "100%", "height": "100%"}, maxZoom=CLOSEST, minZoom=FARTHEST, userZoomingEnabled=False, autoungrabify=True, autounselectify=True,
        responsive=True,
    )  # fmt: skip
    buttons = [
        html.Button(sign, id=f"{page}-{name}", className="round", title=words[f"map_{name}"], **{"aria-label": words[f"map_{name}"]})
        for name, sign in (("nearer", "+"), ("farther", "−"), ("fit", "⤢"))
    ]  # fmt: skip
    return html.Div(
        [
            html.Div(buttons, className="buttons"), html.Div(graph, role="img", className="drawing", style={"--wide": f"{tall}px", "--narrow": f"{told['narrow_tall']:g}"}, **{"aria-label": title}),
            dcc.Store(id=f"{page}-drawn", data=dict(told)), dcc.Store(id=f"{page}-zoomed"),
        ],
        className="canvas",
    )  # fmt: skip


def legend(media: Sequence[str], chosen: str, address: Address) -> html.Div:
    """What colours of edges and signs of states mean; a medium is a link that shows it alone."""
    words = say(address.language)
    flows = [_medium(medium, medium == chosen, address) for medium in media]
    states = [
        html.Span([html.Span(SIGNS[state], className=f"state-sign {state}", **{"aria-hidden": "true"}), words[f"map_state_{state}"]], className="key")
        for state in STATES
    ]  # fmt: skip
    return html.Div([html.Div(flows, className="keys"), html.Div(states, className="keys")], className="legend")


def _medium(medium: str, here: bool, address: Address) -> Any:
    words = say(address.language)
    line = html.Span(className="line", style={"background": medium_colour(medium)}, **{"aria-hidden": "true"})
    said = words["map_all_media" if here else "map_only"].format(medium=medium_title(medium, words))
    return dcc.Link([line, medium_title(medium, words)], href=address.to(medium="" if here else medium), className="key chip here" if here else "key chip", title=said)  # fmt: skip


def register(app: Dash, page: str) -> None:
    """What a drawing does in the browser: it is placed, its nodes lead on, its buttons bring it nearer."""
    graph = f"{page}-graph"
    app.clientside_callback(
        ClientsideFunction("network", "arrange"),
        Output(graph, "elements"), Output(graph, "style"), Output(graph, "userPanningEnabled"), Input(f"{page}-drawn", "data"),
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("network", "follow"), Output("address", "href", allow_duplicate=True), Input(graph, "tapNodeData"), prevent_initial_call=True
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("network", "zoom"), Output(f"{page}-zoomed", "data"),
        [Input(f"{page}-{name}", "n_clicks") for name in ("nearer", "farther", "fit")], prevent_initial_call=True,
    )  # fmt: skip
