"""The map of a site: what is in it, how it hangs together and how it is, from the whole site down to a component."""

from __future__ import annotations

import asyncio
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from twin.dashboard.address import Address, read
from twin.dashboard.cards import card, reason, skeleton, table
from twin.dashboard.data import Source
from twin.dashboard.graph import chooser, network
from twin.dashboard.graph.condition import Conditions
from twin.dashboard.graph.structure import LIMIT, Flow, Node, Structure, View, above
from twin.dashboard.language import say
from twin.dashboard.page import Page

KEYS = {"focus": r"[^\x00-\x1f]{1,200}/", "detail": "all", "mark": r"[^\x00-\x1f]{1,200}", "medium": r"\w{1,60}", "q": r"[^\x00-\x1f]{1,60}"}  # fmt: skip
AGAIN = 5000
"""How often states are looked at again. [ms]"""
SHOWN = 12
"""Components that a search shows on the map."""


def build(address: Address, source: Source) -> Any:
    """The page of a site that can be read."""
    words = say(address.language)
    structure, site = source.structure(address.site), source.site(address.site)
    title = site.value.name.get(address.language, address.site) if site.value else address.site
    head = html.H1(f"{words['page_map']} · {title}")
    if structure.value is None:
        return html.Div([head, skeleton(words["page_map"], network.MOST, structure, words)])
    focus, wrong = known_focus(address, structure.value, title)
    found = source.conditions(address.site)
    conditions = found.value or Conditions()
    view = structure.value.view(focus, address.get("detail") == "all")
    told = network.elements(view, conditions, address, address.get("mark"), address.get("medium"))
    search = chooser.box("map", address.get("q"), results(address, source, address.get("q")), address)
    media = sorted({flow.medium for flow in view.flows})
    parts = [network.drawn("map", told, address, words["map_drawing"].format(count=len(view.nodes))), network.legend(media, address.get("medium"), address)]  # fmt: skip
    return html.Div(
        [
            head, html.Div([crumbs(focus, title, address), _detail(view, address), search], className="tools"), *wrong, _measured(found, address),
            card(words["map_title"], *parts, note=_note(view, address), wide=True, name="map"),
            card(words["map_list"], listing(view, conditions, address), note=words["map_list_note"], wide=True, name="map-list"),
            dcc.Interval(id="map-again", interval=AGAIN), dcc.Store(id="map-states"), dcc.Store(id="map-painted"),
        ]
    )  # fmt: skip


def known_focus(address: Address, structure: Structure, title: str) -> tuple[str, list[Any]]:
    """The group that the address names, or the whole site and a sentence that there is none."""
    focus, mark = address.get("focus"), address.get("mark")
    words = say(address.language)
    gone = [name for name, known in ((focus, structure.groups), (mark, structure.kinds)) if name and name not in known]
    told = [html.Div(words["map_unknown"].format(name=name.rstrip("/"), site=title), className="state stale", role="status") for name in gone]  # fmt: skip
    return focus if focus in structure.groups else "", told


def crumbs(focus: str, title: str, address: Address, last: str = "") -> html.Nav:
    """The way from the whole site to a group."""
    steps = [*above(focus), focus] if focus else [""]
    links = [
        dcc.Link(title if not step else step.rstrip("/").rpartition("/")[2], href=address.to(page="map", focus=step), className="chip")
        for step in steps
    ]  # fmt: skip
    if last:
        links.append(html.Span(last, className="chip here", **{"aria-current": "page"}))
    else:
        links[-1].className = "chip here"
    return html.Nav(links, className="crumbs", **{"aria-label": say(address.language)["map_way"]})


def _detail(view: View, address: Address) -> Any:
    """The switch between groups and every component, where there is a difference."""
    words, whole = say(address.language), address.get("detail") == "all"
    singly = all(not node.group or node.outside for node in view.nodes)
    if singly and not whole:
        return None
    text = words["map_grouped" if whole else "map_singly"].format(count=f"{view.parts:,}")
    return dcc.Link(text, href=address.to(detail="" if whole else "all"), id="map-detail", className="chip")


def _measured(found: Any, address: Address) -> Any:
    """Why states are not measured, where they are not."""
    return None if found.state == "ready" else reason(found, say(address.language))


def _note(view: View, address: Address) -> str:
    words = say(address.language)
    left = [words["map_left"].format(count=f"{view.left:,}", limit=LIMIT)] if view.left else []
    return " ".join([words["map_note"], *left])


def listing(view: View, conditions: Conditions, address: Address) -> Any:
    """The nodes of the drawing as links, for the keyboard, for readers of the screen and for small screens."""
    words = say(address.language)
    into, out = (
        {end: {flow.medium for flow in flows} for end, flows in _by(view, side).items()}
        for side in ("target", "source")
    )
    rows = [_row(node, into.get(node.key, set()), out.get(node.key, set()), conditions, address) for node in view.nodes]
    heads = [words[key] for key in ("map_part", "map_kind", "map_state", "map_from", "map_to")]
    return table(heads, rows, "map-nodes")


def _by(view: View, side: str) -> dict[str, list[Flow]]:
    """Flows by the node at one of their ends."""
    found: dict[str, list[Flow]] = {}
    for flow in view.flows:
        found.setdefault(getattr(flow, side), []).append(flow)
    return found


def _row(node: Node, into: set[str], out: set[str], conditions: Conditions, address: Address) -> tuple[Any, ...]:
    words = say(address.language)
    kind = words["map_count"].format(count=f"{len(node.members):,}") if node.group else network.kind_title(node.kind, words)  # fmt: skip
    link = dcc.Link(node.key.rstrip("/") if node.outside else node.title, href=network.target(node, address))
    state = network.state_of(node, conditions)
    named = [", ".join(network.medium_title(medium, words) for medium in sorted(media)) or "–" for media in (into, out)]
    return (link, kind, html.Span(_state(node, conditions, words), className="live-state", **live(node.key, state)), *named)  # fmt: skip


def live(key: str, state: str) -> dict[str, str]:
    """Marks by which the browser finds what a new state changes."""
    return {"data-now": key, "data-state": state}


def _state(node: Node, conditions: Conditions, words: Any) -> str:
    """States of a node in words, with the number of components in each where it is a group."""
    return " ".join(
        f"{network.SIGNS[state]} {words[f'map_state_{state}']}{f' {count:,}' if node.group else ''}"
        for state, count in network.counts(node, conditions)
    )


def results(address: Address, source: Source, text: str) -> Any:
    """Components that a text finds: each shows itself on the map, and has its page."""
    words, structure = say(address.language), source.structure(address.site).value
    if not text.strip() or structure is None:
        return []
    found = structure.search(text, titles=network.kind_titles(structure, words))
    if not found:
        return html.P(words["map_none"].format(text=text), className="note")
    links = [
        html.Li(
            [
                dcc.Link(name, href=address.to(page="map", focus=above(name)[-1], mark=name)),
                html.Span(network.kind_title(structure.kinds[name], words), className="unit"),
                dcc.Link(words["map_open"], href=address.to(page="component", name=name), className="quiet"),
            ]
        )
        for name in found[:SHOWN]
    ]  # fmt: skip
    more = [html.P(words["map_more"].format(count=f"{len(found) - SHOWN:,}"), className="note")] if len(found) > SHOWN else []  # fmt: skip
    return [html.Ul(links, className="hits"), *more]


def states(address: Address, source: Source) -> dict[str, Any]:
    """States of what is drawn, as the browser paints them."""
    structure = source.structure(address.site).value
    focus = address.get("focus")
    if structure is None or (focus and focus not in structure.groups):
        return {}
    words, conditions = say(address.language), source.conditions(address.site).value or Conditions()
    nodes = structure.view(focus, address.get("detail") == "all").nodes
    return {
        "nodes": {node.key: (network.state_of(node, conditions), network.label(node, conditions, words)) for node in nodes},
        "texts": {node.key: (_state(node, conditions, words),) for node in nodes},
        "states": {node.key: network.state_of(node, conditions) for node in nodes},
    }  # fmt: skip


def register(app: Dash, source: Source) -> None:
    """The drawing's, the search's and the states' callbacks."""
    network.register(app, "map")
    chooser.register(app, "map", KEYS, results, source)

    @app.callback(
        Output("map-states", "data"), Input("map-again", "n_intervals"), State("address", "pathname"), State("address", "search"), prevent_initial_call=True
    )  # fmt: skip
    async def renew(_: int | None, path: str | None, query: str | None) -> dict[str, Any]:
        """States of now."""
        address = read(path, query, {"map": KEYS}, source.names, Address("map", source.home))
        return await asyncio.to_thread(states, address, source)

    app.clientside_callback(ClientsideFunction("network", "paint"), Output("map-painted", "data"), Input("map-states", "data"))  # fmt: skip


def settled(address: Address, source: Source) -> bool:
    """Whether the site has been read."""
    return "loading" not in {ask(address.site).state for ask in (source.site, source.structure, source.conditions)}


PAGE = Page(build, register, keys=KEYS, settled=settled)
