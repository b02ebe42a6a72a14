"""The frame around every page: menu, site, language, ground and unit of energy, all of them plain addresses so that going back works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import dcc, html
from twin.dashboard.address import Address
from twin.dashboard.cards import phrases
from twin.dashboard.language import OTHER, say
from twin.dashboard.rights.account import OPEN, current

MENU = ("overview", "map", "component", "explore", "what_if", "carbon", "points", "portfolio", "accounts")
"""The dashboard's pages, in the order of the menu."""
LOOK = {"fontFamily": "inherit", "primaryColor": "blue", "respectReducedMotion": True}


def icon(name: str) -> html.Span:
    """A sign of our own, drawn in the colour of the text."""
    return html.Span(className="icon", style={"--icon": f"url(/assets/icons/{name}.svg)"}, **{"aria-hidden": "true"})


def framed(address: Address, site_title: str, children: Any, fields: bool = False) -> html.Div:
    """A page in its frame; one with fields gets what the component library needs around them."""
    words = say(address.language)
    wrong = [html.Div(words["wrong_address"].format(detail=", ".join(address.wrong)), className="state stale", role="status")] if address.wrong else []  # fmt: skip
    page = html.Div([*wrong, children], id="main", tabIndex=-1, className=f"page on-{address.page}")
    if fields:
        page = dmc.MantineProvider(page, theme=LOOK, forceColorScheme=address.theme)
    skip = html.A(words["skip"], href="#main", className="skip")
    return html.Div([skip, _header(address, site_title), _menu(address), html.Main(page)], className="shell")


def _header(address: Address, site_title: str) -> html.Header:
    words = say(address.language)
    lines = html.Span(className="lines", **{"aria-hidden": "true"})
    burger = html.Button([lines, html.Span(words["menu"], className="hidden")], id="menu", type="button", className="switch", **{"aria-expanded": "false"})  # fmt: skip
    other = OTHER[address.language]
    ground = "light" if address.dark else "dark"
    unit = words["unit_change"].format(unit=address.unit, other=address.next_unit)
    switches = [
        dcc.Link([html.Span(address.unit, **{"aria-hidden": "true"}), html.Span(unit, className="hidden")], href=address.to(unit=address.next_unit), id="unit", className="switch", title=unit),
        dcc.Link(say(other)["language"], href=address.to(language=other), id="language", className="switch"),
        dcc.Link([icon("theme"), html.Span(words[f"to_{ground}"], className="hidden")], href=address.to(theme=ground), id="theme", className="switch", title=words[f"to_{ground}"]),
        *_person(address),
    ]  # fmt: skip
    title = html.Span(site_title, className="site", title=site_title)
    return html.Header([burger, title, html.Nav(switches, className="switches", **{"aria-label": words["settings"]})], className="top")  # fmt: skip


def _person(address: Address) -> list[Any]:
    """Who is here, and the way out; or that nobody has to log in."""
    words, person = say(address.language), current()
    name = person.name or words["accounts_open" if person.known == OPEN else "accounts_nobody"]
    role = words[f"accounts_role_{person.role}"]
    told = html.Span([html.Span(name, className="name"), html.Span(role, className="unit")], className="person")
    found = [
        dcc.Link(
            [icon("accounts"), told],
            href=address.to(page="accounts"),
            id="person",
            className="switch",
            title=f"{name}, {role}",
        )
    ]
    if person.name:
        found.append(log_out(address, "log-out", words["accounts_log_out"]))
    return found


def log_out(address: Address, name: str, text: str, everywhere: bool = False) -> html.Form:
    """The button that ends a session, or all of somebody's: a form, because an address that is only followed changes nothing."""
    told = {"name": "everywhere", "value": "yes"} if everywhere else {}
    button = html.Button(
        [icon("log_out"), html.Span(text, className="wordy")], type="submit", className="switch", title=text, **told
    )
    return html.Form(button, action=f"/logout?{urlencode({'back': address.to()})}", method="POST", id=name)


def _menu(address: Address) -> html.Nav:
    return html.Nav([_entry(address, key) for key in MENU], className="menu", **{"aria-label": say(address.language)["menu"]})  # fmt: skip


def _entry(address: Address, key: str) -> dcc.Link:
    here = address.page == key
    return dcc.Link([icon(key), say(address.language)[f"page_{key}"]], href=address.to(page=key), className="entry here" if here else "entry")  # fmt: skip


def message(title: str, sentences: Sequence[str]) -> html.Section:
    """A page that has nothing to show says what is wrong and what to do."""
    return html.Section([html.H1(title), *(html.P(phrases(text)) for text in sentences)], className="card wide message", role="alert")  # fmt: skip
