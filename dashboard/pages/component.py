"""One component: how it is now, what was measured of it beside the twin, its numbers with where they come from, its points and its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, dcc, html
from twin.dashboard.address import Address
from twin.dashboard.cards import card, phrases, reason, skeleton, table
from twin.dashboard.data import Source
from twin.dashboard.graph import anatomy, chooser, network, signals
from twin.dashboard.graph.condition import Conditions
from twin.dashboard.graph.recent import DAYS
from twin.dashboard.graph.structure import FOUND, Structure, above
from twin.dashboard.language import say
from twin.dashboard.page import Page
from twin.dashboard.pages.site_map import crumbs

from twin.core.component import Component

KEYS = {
    "name": r"[^\x00-\x1f]{1,200}", "signal": r"\w{1,80}", "days": "|".join(map(str, DAYS)), "q": r"[^\x00-\x1f]{1,60}", "kind": r"\w{1,80}",
    "group": r"[^\x00-\x1f]{1,200}/",
}  # fmt: skip
NEAR = 24
"""Neighbours of one medium that are named."""


def build(address: Address, source: Source) -> Any:
    """The component that the address names, or a choice of all."""
    words, site, structure = say(address.language), source.site(address.site), source.structure(address.site)
    if site.value is None or structure.value is None:
        waiting = structure if site.value else site
        return html.Div([html.H1(words["page_component"]), skeleton(words["page_component"], 300, waiting, words)])
    name = address.get("name")
    if name in structure.value.kinds:
        return _whole(site.value[name], structure.value, address, source)
    title = site.value.name.get(address.language, address.site)
    wrong = [html.Div(words["component_unknown"].format(name=name, site=title), className="state stale", role="alert")] if name else []  # fmt: skip
    text = address.get("q") or (name.rpartition("/")[2] if name else "")
    return html.Div(
        [
            html.H1(f"{words['page_component']} · {title}"), *wrong,
            card(words["component_choose"], chooser.box("component", text, choice(address, source, text), address), wide=True, name="component-choice"),
        ]
    )  # fmt: skip


def choice(address: Address, source: Source, text: str) -> Any:
    """Components by building, kind and words."""
    words, structure = say(address.language), source.structure(address.site).value
    if structure is None:
        return []
    address = Address(address.page, address.site, address.language, address.theme, tuple({**dict(address.own), "q": text, "name": ""}.items()))  # fmt: skip
    kind, group = address.get("kind"), address.get("group")
    titles = network.kind_titles(structure, words)
    found = structure.search(text, kind, group, titles)
    groups = [(node.key, node.title, len(node.members)) for node in structure.children(group if group in structure.groups else "") if node.group]  # fmt: skip
    if group:
        groups.insert(0, (group, group.rstrip("/"), len(structure.groups.get(group, []))))
    all_kinds = structure.search(text, "", group, titles)
    kinds = [(each, network.kind_title(each, words), count) for each, count in chooser.tally([structure.kinds[name] for name in all_kinds])]  # fmt: skip
    conditions = source.conditions(address.site).value or Conditions()
    rows = [
        (dcc.Link(name, href=address.to(page="component", name=name)), network.kind_title(structure.kinds[name], words), state_text(conditions.of(name), words))
        for name in found[:FOUND]
    ]  # fmt: skip
    more = [html.P(words["map_more"].format(count=f"{len(found) - FOUND:,}"), className="note")] if len(found) > FOUND else []  # fmt: skip
    listed = table([words[key] for key in ("map_part", "map_kind", "map_state")], rows, "component-list") if rows else html.P(words["map_none"].format(text=text or kind or group), className="note")  # fmt: skip
    return [
        *([chooser.chips(words["component_group"], groups, group, address, "group")] if groups else []),
        *([chooser.chips(words["map_kind"], kinds, kind, address, "kind")] if len(kinds) > 1 or kind else []),
        html.P(words["component_found"].format(count=f"{len(found):,}"), className="note"), listed, *more,
    ]  # fmt: skip


def state_text(state: Any, words: Any) -> html.Span:
    """A state with its sign."""
    return html.Span(f"{network.SIGNS[state]} {words[f'map_state_{state}']}", className="live-state", **{"data-state": state})  # fmt: skip


def _whole(component: Component, structure: Structure, address: Address, source: Source) -> Any:
    """All cards of a component."""
    words, name, kind = say(address.language), component.name, type(component)
    site = source.site(address.site).value
    title = site.name.get(address.language, address.site) if site else address.site
    found = source.conditions(address.site)
    conditions = found.value or Conditions()
    points = source.mapped(address.site)
    parts = anatomy.parts(component, points.value or {})
    group = above(name)[-1]
    head = [
        html.H1(f"{network.sentence(network.kind_title(kind.kind, words))} · {name}"), html.Div([crumbs(group, title, address, name.rpartition("/")[2]), _links(name, group, address)], className="tools"),
        html.P(anatomy.story(kind), className="note", lang="en"),
        html.P([state_text(conditions.of(name), words), " ", *phrases(words[f"component_state_{conditions.of(name)}"])], id="component-state", className="status"),
    ]  # fmt: skip
    head += [html.P(text, className="note") for text in _reasons(parts, conditions, words)]
    if found.state not in ("ready", "empty"):
        head.append(reason(found, words))
    if component.multiplier > 1.0:
        head.append(html.P(words["component_copies"].format(count=f"{component.multiplier:g}"), className="note"))
    return html.Div(
        [
            *head, signals.strip(parts, conditions, source, address), signals.trend(parts, source, address),
            _notes(name, conditions, found, address), _neighbours(name, structure, conditions, address),
            _parameters(component, source, address), _points(parts, conditions, points, source, address), signals.every(parts, conditions, source, address),
        ]
    )  # fmt: skip


def _reasons(parts: list[anatomy.Part], conditions: Conditions, words: Mapping[str, str]) -> list[str]:
    """Which points are old and since when, and which have passed a limit."""
    found = []
    for part in parts:
        state, sample = conditions.states.get(part.address), conditions.samples.get(part.address)
        if part.point is None or sample is None:
            continue
        if state == "stale":
            told = {
                "time": sample.time.strftime("%Y-%m-%d %H:%M"),
                "quality": words[f"component_quality_{sample.quality}"],
            }
            found.append(words["component_since"].format(point=part.address, device=part.point.device, **told))
        elif state == "alarm":
            limits = [signals.shown(part, end, words) for end in (part.point.alarm_low, part.point.alarm_high)]
            found.append(
                words["component_outside"].format(
                    point=part.address, value=signals.shown(part, sample.value, words), low=limits[0], high=limits[1]
                )
            )
    return found[:NEAR]


def _links(name: str, group: str, address: Address) -> html.Div:
    words = say(address.language)
    return html.Div(
        [
            dcc.Link(words["component_on_map"], href=address.to(page="map", focus=group, mark=name), className="chip"),
            dcc.Link(words["component_other"], href=address.to(page="component", name=""), className="chip"),
        ],
        className="chips",
    )  # fmt: skip


def _notes(name: str, conditions: Conditions, found: Any, address: Address) -> Any:
    """What was noted about the component's points."""
    words = say(address.language)
    told = conditions.notes.get(name, ())
    if not told:
        empty = reason(found, words) if found.value is None else html.P(words["component_no_notes"], className="note")
        return card(words["alarms"], empty, wide=True, name="component-notes")
    rows = [(each.time.strftime("%Y-%m-%d %H:%M"), each.point, each.text, each.author or "–") for each in told]
    return card(words["alarms"], table([words[key] for key in ("moment", "point", "note", "author")], rows), wide=True, name="component-notes")  # fmt: skip


def _neighbours(name: str, structure: Structure, conditions: Conditions, address: Address) -> Any:
    """Where the component stands: what supplies it and what it supplies, drawn and as links."""
    words = say(address.language)
    view = structure.around(name)
    suppliers, consumers = structure.neighbours(name)
    lists = [_side(words[key], rows, address) for key, rows in (("component_suppliers", suppliers), ("component_consumers", consumers)) if rows]  # fmt: skip
    if not lists:
        return card(
            words["component_place"], html.P(words["component_alone"], className="note"), name="component-place"
        )
    told = network.elements(view, conditions, address, name)
    return card(words["component_place"], network.drawn("component", told, address, words["component_place"]), *lists, wide=True, name="component-place")  # fmt: skip


def _side(title: str, rows: list[tuple[str, str]], address: Address) -> html.Div:
    """Neighbours by medium, as links."""
    words = say(address.language)
    media: dict[str, list[str]] = {}
    for medium, name in rows:
        media.setdefault(medium, []).append(name)
    parts = []
    for medium, names in media.items():
        links = [dcc.Link(each, href=address.to(page="component", name=each), className="chip") for each in names[:NEAR]]  # fmt: skip
        more = [html.Span(words["map_more"].format(count=f"{len(names) - NEAR:,}"), className="unit")] if len(names) > NEAR else []  # fmt: skip
        line = html.Span(
            className="line", style={"background": network.medium_colour(medium)}, **{"aria-hidden": "true"}
        )
        parts.append(html.Div([html.Span([line, network.medium_title(medium, words)], className="key"), *links, *more], className="chips"))  # fmt: skip
    return html.Div([html.H3(title), *parts])


def _parameters(component: Component, source: Source, address: Address) -> Any:
    """The component's numbers, each with its range and where it comes from."""
    words, site = say(address.language), source.site(address.site).value
    rows = [
        (
            html.Span([each.name.replace("_", " "), html.Small(each.doc, lang="en")], className="named"), html.Span(each.value, title=each.exact, **{"data-exact": each.exact}), each.spread or "–",
            words[f"component_kind_{each.kind}"] if each.kind else words["component_kind_none"],
            html.Span(each.source or "–", className="long"), html.Code(each.place) if each.place else "–",
        )
        for each in (anatomy.parameters(site, component) if site else [])
    ]  # fmt: skip
    heads = [words[key] for key in ("component_parameter", "component_value", "component_spread", "component_provenance", "component_source", "component_line")]  # fmt: skip
    return card(words["component_parameters"], table(heads, rows, "component-parameters"), note=words["component_parameters_note"], wide=True)  # fmt: skip


def _points(parts: list[anatomy.Part], conditions: Conditions, points: Any, source: Source, address: Address) -> Any:
    """The component's objects on the network, with what the historian has of them."""
    words, now = say(address.language), source.now(address.site)
    if points.value is None:
        return card(words["component_points"], reason(points, words), wide=True, name="component-points")
    rows = [signals.row(part, part.point, conditions, now, words) for part in parts if part.point]
    if not rows:
        return card(words["component_points"], html.P(phrases(words["component_no_points"]), className="note"), wide=True, name="component-points")  # fmt: skip
    heads = [words[key] for key in ("point", "component_device", "component_object", "component_value", "component_quality", "component_age", "component_limits")]  # fmt: skip
    return card(words["component_points"], table(heads, rows), note=words["component_points_note"], wide=True, name="component-points")  # fmt: skip


def register(app: Dash, source: Source) -> None:
    """The drawing's and the search's callbacks."""
    network.register(app, "component")
    chooser.register(app, "component", KEYS, choice, source)
    signals.register(app, KEYS, source)


def settled(address: Address, source: Source) -> bool:
    """Whether the site has been read and, where a component is named, the twin's last days are there."""
    asked = [source.site, source.structure, source.conditions, source.mapped]
    return "loading" not in {ask(address.site).state for ask in ([*asked, source.recent] if address.get("name") else asked)}  # fmt: skip


PAGE = Page(build, register, keys=KEYS, settled=settled)
