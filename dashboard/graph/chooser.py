"""Finding a component by words of its name or kind, for pages that need one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from twin.dashboard.address import Address, read
from twin.dashboard.data import Source
from twin.dashboard.language import say

LONGEST = 60
"""Characters of a search."""
Found = Callable[[Address, Source, str], Any]


def box(page: str, text: str, found: Any, address: Address) -> html.Div:
    """A field with what it finds below it."""
    words = say(address.language)
    field = dcc.Input(
        id=f"{page}-search", value=text, type="search", debounce=0.25, maxLength=LONGEST, placeholder=words["map_search_hint"], className="field",
        autoComplete="off",
    )  # fmt: skip
    return html.Div(
        [
            html.Label(words["map_search"], htmlFor=f"{page}-search", className="hidden"), field,
            html.Div(found, id=f"{page}-found", role="region", **{"aria-live": "polite", "aria-label": words["map_found"]}),
            dcc.Store(id=f"{page}-searched"),
        ],
        className="chooser",
    )  # fmt: skip


def chips(title: str, rows: list[tuple[str, str, int]], chosen: str, address: Address, word: str) -> html.Div:
    """One word of the address as links with their counts; the chosen one leads back to all."""
    links = [
        dcc.Link(f"{name} · {count:,}", href=address.to(**{word: "" if key == chosen else key}), className="chip here" if key == chosen else "chip")
        for key, name, count in rows
    ]  # fmt: skip
    return html.Div([html.Span(title, className="unit"), *links], className="chips")


def tally(names: list[str]) -> list[tuple[str, int]]:
    """How often each of some names is there, the most frequent first."""
    return Counter(names).most_common()


def register(app: Dash, page: str, keys: dict[str, str], found: Found, source: Source) -> None:
    """The field's callbacks: what it finds, and its text in the address."""

    @app.callback(
        Output(f"{page}-found", "children"), Input(f"{page}-search", "value"), State("address", "pathname"), State("address", "search"), prevent_initial_call=True
    )  # fmt: skip
    async def search(text: str | None, path: str | None, query: str | None) -> Any:
        """What the field's text finds."""
        address = read(path, query, {page: keys}, source.names, Address(page, source.home))
        return (
            await asyncio.to_thread(found, address, source, (text or "")[:LONGEST]) if text is not None else no_update
        )

    app.clientside_callback(
        ClientsideFunction("network", "searched"), Output(f"{page}-searched", "data"), Input(f"{page}-search", "value"), prevent_initial_call=True
    )  # fmt: skip
