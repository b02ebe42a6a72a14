"""The points: every BACnet object of the site with its newest value, searched and sorted at once; one of them in full, and what is on loan."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dash_ag_grid as dag
from dash import ALL, ClientsideFunction, Input, Output, State, ctx, dcc, html, no_update
from fastapi import Request, Response
from twin.dashboard.address import Address, read
from twin.dashboard.cards import phrases, skeleton
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.overview.measured import STALE
from twin.dashboard.page import Page
from twin.dashboard.points import detail, lent
from twin.dashboard.points.inventory import Inventory
from twin.dashboard.rights import account

from twin.errors import TwinError
from twin.historian.samples import QUALITIES

if TYPE_CHECKING:
    import dash

Words = Mapping[str, str]
SHOWS = ("all", "writable", "lent", "old", "silent", "review")
"""Rows that a button chooses: all, those that may be written, on loan, old or faulty, without any value, to be reviewed."""
HEADS = (
    "mark",
    "name",
    "value",
    "unit",
    "quality",
    "age",
    "priority",
    "device",
    "object",
    "signal",
    "description",
    "source",
)
"""Columns of the table."""
KEYS = {
    "q": r".{1,100}", "device": r"\d{1,7}", "show": "|".join(SHOWS[1:]), "sort": f"({'|'.join(HEADS)}):(asc|desc)", "point": r"\S.{0,300}",
}  # fmt: skip
MOST = 400
"""Rows that are asked for at once while they are on the screen."""
AGAIN = 2_000
"""How often loans are looked at. [ms]"""
TOLD = {
    "noRowsToShow": "points_none",
    "loadingOoo": "state_loading",
    "ariaSortableColumn": "points_aria_sort",
    "ariaRowSelect": "points_aria_select",
}
"""What AG Grid says by itself."""
LOOK = (
    "themeQuartz.withParams({fontFamily: 'inherit', backgroundColor: 'var(--card)', foregroundColor: 'var(--ink)', "
    "headerBackgroundColor: 'var(--soft)', borderColor: 'var(--line)', accentColor: 'var(--accent)', rowHoverColor: 'var(--soft)', "
    "selectedRowBackgroundColor: 'var(--soft)', browserColorScheme: 'inherit', spacing: 6, fontSize: 14, wrapperBorderRadius: 6})"
)
"""AG Grid's theme in the page's own colours, so that it is light or dark as the page is."""


def build(address: Address, source: Source) -> Any:
    """The page; the table fills itself in the browser."""
    words = say(address.language)
    site, found = source.site(address.site), source.points(address.site)
    title = site.value.name.get(address.language, address.site) if site.value else address.site
    heading = html.H1(f"{words['page_points']} · {title}")
    if found.value is None:
        return html.Div([heading, skeleton(words["page_points"], 480, found, words)])
    chosen = address.get("point")
    parts = [heading, *_standing(address, source, found.value, words), _tools(address, found.value, words)]
    spoken = {"aria-live": "polite", "aria-label": words["points_one"]}
    side = html.Aside(detail.panel(source, address, chosen), id="points-panel", className="card points-panel", **spoken)
    parts.append(html.Div([_table(address, words), side], className="points-split"))
    parts.append(html.Div(lent.loans(source, address), id="points-loans"))
    return html.Div([*parts, *_stores(address, source, found.value, words)])


def _standing(address: Address, source: Source, found: Inventory, words: Words) -> list[Any]:
    """Where rows and values come from, and whether anything may be written."""
    told = [
        words["points_derived" if found.derived else "points_listed"].format(
            count=f"{len(found):,}", devices=len(found.devices)
        )
    ]
    told += [words["points_surveyed"].format(file=found.found)] if found.found else []
    told += [words["points_reviewed"].format(file=found.reviewed)] if found.reviewed else []
    if not source.store or address.site != source.home:
        told.append(words["points_no_values"].format(site=address.site))
    else:
        told.append(words["points_values"].format(store=source.store))
    problems = [
        html.Div(phrases(words["points_problem"].format(detail=each)), className="state stale", role="status")
        for each in found.problems
    ]
    writing = html.P(phrases(lent.standing(source, address)), className="note", id="points-standing")
    return [html.P(phrases(" ".join(told)), className="note"), writing, *problems]


def _tools(address: Address, found: Inventory, words: Words) -> html.Div:
    """What chooses rows."""
    show = address.get("show", "all")
    chips = [
        html.Button(
            [words[f"points_show_{key}"], " ", html.Span("", className="unit", **{"data-count": key})], className="chip", type="button",
            **{"data-show": key, "aria-pressed": "true" if key == show else "false"},
        )
        for key in SHOWS
    ]  # fmt: skip
    may = account.may("engineer")
    why = "" if may else account.refusal("engineer", account.current(), address.language)
    hint = words["points_search_hint"]
    search = dcc.Input(id="points-search", type="search", value=address.get("q"), placeholder=hint, maxLength=100)
    device = dcc.Input(
        id="points-device",
        type="search",
        value=address.get("device"),
        list="points-devices",
        inputMode="numeric",
        maxLength=7,
    )
    devices = html.Datalist([html.Option(value=str(each)) for each in found.devices], id="points-devices")
    return html.Div(
        [
            html.Div([html.Label(words["points_search"], htmlFor="points-search"), search], className="field grow"),
            html.Div([html.Label(words["points_device"], htmlFor="points-device"), device, devices], className="field device"),
            html.Button(words["points_csv"], id="points-csv", type="button", className="plain", disabled=not may, title=why),
            html.Div(chips, className="chips", role="group", **{"aria-label": words["points_rows"]}),
            html.P("\u00a0", id="points-count", className="note", role="status"),
        ],
        className="points-tools", role="search",
    )  # fmt: skip


def _table(address: Address, words: Words) -> html.Div:
    """The table, empty until the browser has its rows."""
    grid = dag.AgGrid(
        id="points-grid", rowModelType="infinite", columnDefs=[], className="",
        style={"height": "100%", "width": "100%"}, persistence=False,
        dashGridOptions={
            "theme": {"function": LOOK}, "rowHeight": 34, "headerHeight": 36, "rowBuffer": 30, "cacheBlockSize": 100_000, "suppressAnimationFrame": True, "animateRows": False,
            "suppressCellFocus": False, "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "suppressDragLeaveHidesColumns": True, "maintainColumnOrder": True,
            "localeText": {name: words[key] for name, key in TOLD.items()},
        },
    )  # fmt: skip
    return html.Div(
        [grid, html.P(words["points_none"], id="points-none", hidden=True)],
        className="points-table",
        **{"aria-label": words["page_points"]},
    )


def _stores(address: Address, source: Source, found: Inventory, words: Words) -> list[Any]:
    told = {
        "site": address.site, "version": found.version, "stale": STALE.total_seconds(), "own": dict(address.own),
        "values": bool(source.store) and address.site == source.home, "qualities": list(QUALITIES),
        "heads": {name: words[f"points_head_{name}"] for name in HEADS},
        "words": {key: words[f"points_{key}"] for key in SAID},
    }  # fmt: skip
    writing = source.lending is not None and address.site == source.home
    return [
        dcc.Store(id="points-config", data=told), dcc.Store(id="points-chosen", data=address.get("point")), dcc.Store(id="points-told"),
        dcc.Store(id="points-order"), dcc.Store(id="points-seen", data=""),
        dcc.Store(id="points-lent", data=lent.slots(source, address)), dcc.Store(id="points-heard"), dcc.Store(id="points-asked"),
        dcc.Interval(id="points-again", interval=AGAIN, disabled=not writing),
    ]  # fmt: skip


SAID = (
    *(f"quality_{each}" for each in (*QUALITIES, "none", "old")), *(f"mark_{each}" for each in ("open", "double", "unmapped", "foreign", "absent")),
    "source_measured", "source_twin", "source_survey", "source_none", "counted", "fails", "slot",
)  # fmt: skip
"""Words that the browser needs, without their prefix."""


def register(app: dash.Dash, source: Source) -> None:
    """The page's own callbacks, and the two answers that its table is filled from."""
    _serve(app, source)
    _lend(app, source)
    app.clientside_callback(
        ClientsideFunction("points", "look"), Output("points-told", "data"), Input("points-config", "data"), Input("points-search", "value"),
        Input("points-device", "value"), Input("points-lent", "data"),
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("points", "asked"), Output("points-asked", "data"), Input("points-grid", "getRowsRequest")
    )
    app.clientside_callback(ClientsideFunction("points", "hear"), Output("points-heard", "data"), Input("live", "data"))
    where = State("address", "search")

    @app.callback(Output("points-panel", "children"), Input("points-chosen", "data"), where, prevent_initial_call=True)
    async def choose(word: str | None, query: str | None) -> Any:
        """One point in full."""
        return await asyncio.to_thread(detail.panel, source, _address(query, source), word or "")

    @app.callback(
        Output("points-slots", "children"), Input("points-slots-of", "data"), Input("points-lent", "data"), where
    )
    async def slots(signal: str | None, _: Any, query: str | None) -> Any:
        """What the device itself says of the point."""
        return await asyncio.to_thread(lent.seen, source, _address(query, source), signal or "")


def _lend(app: dash.Dash, source: Source) -> None:
    """The callbacks of writing: repeat the change, do it, and give it back."""
    where = State("address", "search")

    @app.callback(
        Output("points-confirm", "children"), Output("points-order", "data"), Input("points-prepare", "n_clicks"),
        State("points-new", "value"), State("points-minutes", "value"), State("points-slots-of", "data"), where, prevent_initial_call=True,
    )  # fmt: skip
    async def prepare(clicks: int | None, value: Any, minutes: Any, signal: Any, query: str | None) -> Any:
        """Repeat the change, to be confirmed."""
        if not clicks:
            return no_update, no_update
        return await asyncio.to_thread(lent.prepare, source, _address(query, source), signal, value, minutes)

    @app.callback(
        Output("points-confirm", "children", allow_duplicate=True), Input("points-do", "n_clicks"), Input("points-not", "n_clicks"),
        State("points-order", "data"), where, prevent_initial_call=True,
    )  # fmt: skip
    async def confirm(done: int | None, cancelled: int | None, order: Any, query: str | None) -> Any:
        """Do it, or leave it."""
        if not (done or cancelled):
            return no_update
        if ctx.triggered_id == "points-not":
            return []
        return await asyncio.to_thread(lent.write, source, _address(query, source), order)

    @app.callback(
        Output("points-loans", "children"), Output("points-lent", "data"), Output("points-seen", "data"), Input("points-again", "n_intervals"),
        Input({"type": "points-release", "lease": ALL}, "n_clicks"), State("points-seen", "data"), where, prevent_initial_call=True,
    )  # fmt: skip
    async def loans(_: int | None, clicks: list[int | None], seen: str, query: str | None) -> Any:
        """What is on loan, and giving it back."""
        address = _address(query, source)
        problem = ""
        if isinstance(ctx.triggered_id, dict) and any(clicks):
            problem = await asyncio.to_thread(lent.release, source, address, ctx.triggered_id["lease"])
        stamp = f"{lent.stamp(source)} {problem}"
        if stamp == seen:
            return no_update, no_update, no_update
        return await asyncio.to_thread(lent.loans, source, address, problem), lent.slots(source, address), stamp


def _address(query: str | None, source: Source) -> Address:
    return read("points", query, {"points": KEYS}, source.names, Address("points", source.home))


def _serve(app: dash.Dash, source: Source) -> None:
    """Rows and values as the browser fetches them, packed."""
    packed: dict[str, bytes] = {}

    @app.server.get("/points/rows.json")
    async def rows(request: Request) -> Response:
        """All rows of a site, a list for each column; packed once."""
        site = request.query_params.get("site", "")
        found = await asyncio.to_thread(source.points, site) if site in source.names else None
        if found is None or found.value is None:
            return _packed(b"{}", 404)
        version = found.value.version
        if version not in packed:
            packed.clear()
            packed[version] = await asyncio.to_thread(_squeezed, {"version": version, "columns": found.value.columns})
        return _packed(packed[version])

    @app.server.get("/points/values.json")
    async def values(request: Request) -> Response:
        """The newest values of some rows, or of all."""
        told = request.query_params
        return _packed(
            *await asyncio.to_thread(_values, source, told.get("site", ""), told.get("version", ""), told.get("rows"))
        )


def _values(source: Source, site: str, version: str, rows: str | None) -> tuple[bytes, int]:
    found = source.points(site) if site in source.names else None
    if found is None or found.value is None or found.value.version != version:
        return _squeezed({"again": True}), 200
    held, at = found.value.columns["signal"], range(len(found.value))
    if rows is not None:
        asked = [int(each) for each in rows.split(",")[:MOST] if each.isdecimal() and len(each) < 9]
        at = [each for each in asked if each < len(held)]  # type: ignore[assignment]
    try:
        told = (
            source.latest(site, [held[each] for each in at]) if rows is not None else source.latest_of_all(site, held)
        )
    except TwinError as problem:
        return _squeezed({"problem": str(problem)}), 200
    code = {name: place for place, name in enumerate(QUALITIES)}
    answer = {
        "now": source.now(site).timestamp(), "rows": list(at) if rows is not None else None, "value": told.value, "time": told.time,
        "quality": [code.get(each, -1) for each in told.quality],
    }  # fmt: skip
    return _squeezed(answer), 200


def _squeezed(told: Any) -> bytes:
    return gzip.compress(json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(), 3)


def _packed(octets: bytes, status: int = 200) -> Response:
    """A packed answer that is asked for anew every time."""
    told = octets if octets[:2] == b"\x1f\x8b" else gzip.compress(octets)
    return Response(told, status, {"content-encoding": "gzip", "cache-control": "no-store"}, "application/json")


def settled(address: Address, source: Source) -> bool:
    """Whether rows are there, or why not."""
    return "loading" not in {ask(address.site).state for ask in (source.site, source.points)}


PAGE = Page(build, register, KEYS, settled)
