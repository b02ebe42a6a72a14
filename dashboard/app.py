"""The dashboard as a program of the web: one address in, one screen out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, dcc, html
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from twin.dashboard import live
from twin.dashboard.address import Address, read
from twin.dashboard.data import Source
from twin.dashboard.guard import Guard
from twin.dashboard.language import say
from twin.dashboard.packed import Packed
from twin.dashboard.page import Page
from twin.dashboard.pages import accounts, carbon, component, explore, overview, points, portfolio, site_map, what_if
from twin.dashboard.program import PLAIN, Program
from twin.dashboard.rights.access import Access, Open
from twin.dashboard.rights.account import RightError, required
from twin.dashboard.rights.gate import Gate
from twin.dashboard.rights.login import Door, FormError, refused
from twin.dashboard.shell import framed, message
from twin.dashboard.still import still

ASSETS = Path(__file__).parent / "assets"
SOON, LATER = 700, 60_000
"""How long until a screen is built again: while something is worked out, and for new measurements. [ms]"""
PAGES: Mapping[str, Page] = {
    "component": component.PAGE,
    "map": site_map.PAGE,
    "carbon": carbon.PAGE,
    "overview": overview.PAGE,
    "points": points.PAGE,
    "explore": explore.PAGE,
    "portfolio": portfolio.PAGE,
    "accounts": accounts.PAGE,
    "what_if": what_if.PAGE,
}
KEYS = {key: page.keys for key, page in PAGES.items()}
log = logging.getLogger(__name__)


def make(
    source: Source, hosts: tuple[str, ...] = ("127.0.0.1", "localhost"), access: Access | None = None
) -> dash.Dash:
    """The dashboard of a source.

    Parameters
    ----------
    hosts : names it answers to; a page of somebody else whose name leads here is refused. `*` is any.
    access : how people come in; without one everybody is an engineer.
    """
    access = access or Open()
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app = Program(
        __name__, server=server, assets_folder=str(ASSETS), index_string=PLAIN, title="Campus twin", update_title=None, serve_locally=True,
        suppress_callback_exceptions=True, enable_mcp=False, health_endpoint="health",
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )  # fmt: skip
    app.layout = lambda: still(_layout(source, *app.asked), app.named)

    @app.callback(
        Output("screen", "children"), Output("again", "interval"), Output("again", "disabled"), Input("address", "pathname"), Input("address", "search"), Input("tick", "data"),
        running=[(Output("building", "data"), True, False)], prevent_initial_call=True,
    )  # fmt: skip
    async def show(path: str | None, query: str | None, _: int | None) -> tuple[Any, int, bool]:
        """Build a screen beside the server's loop, which Dash would otherwise hold up for everybody."""
        return await asyncio.to_thread(screen, source, path, query)

    app.clientside_callback(ClientsideFunction("page", "tick"), Output("tick", "data"), Input("again", "n_intervals"), State("building", "data"), prevent_initial_call=True)  # fmt: skip
    app.clientside_callback(ClientsideFunction("page", "look"), Output("kept", "data"), Input("address", "search"))
    live.register(app, source)
    for page in PAGES.values():
        if page.register:
            page.register(app, source)
    _let_in(server, access)
    app._setup_server()  # else the first screen after a start has no style, where its address is not plain `/`
    server.add_middleware(Packed)
    server.add_middleware(Gate, access=access)
    if "*" not in hosts:
        server.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    server.add_middleware(Guard, scripts=app.csp_hashes, secure=access.secure)
    return app


def _layout(source: Source, path: str, query: str) -> html.Div:
    """All that stays while screens come and go, with the first of them where the page's address is known."""
    first, interval, done = screen(source, path, query) if path else (html.P("…", className="first"), SOON, False)
    return html.Div(
        [
            dcc.Location(id="address", refresh="callback-nav", **({"pathname": path, "search": query} if path else {})),
            dcc.Interval(id="again", interval=interval, disabled=done),
            dcc.Store(id="tick"),
            dcc.Store(id="building", data=False),
            dcc.Store(id="kept"),
            *live.layout(),
            html.Div(first, id="screen"),
        ]
    )


def _let_in(server: FastAPI, access: Access) -> None:
    """The log-in's own answers, and what somebody is told who may not."""
    server.state.access = access
    for kind in (RightError, FormError):
        server.add_exception_handler(kind, refused)
    if not access.everybody:
        server.router.routes.extend(Door(access).routes())


def screen(source: Source, path: str | None, query: str | None) -> tuple[Any, int, bool]:
    """The whole screen of an address, when to build it again, and whether it never is until its address changes."""
    address = read(path, query, KEYS, source.names, Address("overview", source.home))
    words, page = say(address.language), PAGES[address.page]
    site = source.site(address.site).value
    title = site.name.get(address.language, address.site) if site else address.site
    try:
        required(page.role)
        waiting = not page.settled(address, source)
        built = page.build(address, source)
    except RightError as problem:
        waiting, built = False, message(words[f"page_{address.page}"], [problem.said(address.language)])
    except Exception as problem:
        log.exception("the page %s could not be built", address.page)
        waiting = False
        built = message(words["page_fails"], [f"{type(problem).__name__}: {problem}", words["page_fails_help"]])
    return framed(address, title, built, page.fields), SOON if waiting else LATER, not (waiting or page.live)
