"""Explore: any points over any period, as a trend, carpet, load-duration curve, energy signature or scatter, and as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, Patch, State, dcc, html
from twin.dashboard.address import Address, read
from twin.dashboard.cards import GRAPH, card, phrases, reason, table
from twin.dashboard.data import Source
from twin.dashboard.explore import asked, export
from twin.dashboard.explore.curves import LEAST
from twin.dashboard.explore.frame import View
from twin.dashboard.explore.history import EXPECTED, Entry
from twin.dashboard.explore.period import KEYS as PERIODS
from twin.dashboard.explore.period import UnfitError, minutes
from twin.dashboard.explore.view import begin, show
from twin.dashboard.language import say
from twin.dashboard.overview.expectation import meters
from twin.dashboard.page import Page
from twin.dashboard.reading import Reading

Words = Mapping[str, str]
OFFERED = 50
"""Points that the chooser offers at once."""
AGAIN = 1000
"""How long until a chart is asked for again while the twin's year is worked out. [ms]"""
DRAWN = [("explore-graph", "figure"), ("explore-frame", "className"), ("explore-frame", "style"), ("explore-title", "children"), ("explore-state", "children"), ("explore-below", "children"), ("explore-span", "data"), ("explore-again", "disabled")]  # fmt: skip


def build(address: Address, source: Source) -> Any:
    """The controls as the address says them; the chart comes after."""
    words = say(address.language)
    site = source.site(address.site).value
    default = [f"{each.name}.power" for each in meters(site)[:1]] if site else []
    query = asked.query(address, default)
    under_way = begin(source, told(source, query))
    source.begun.keep(("explore", query), under_way)
    chart = address.get("chart", asked.USUAL["chart"])
    graph = dcc.Graph(id="explore-graph", figure={"data": [], "layout": {}}, config={**GRAPH, "doubleClick": "reset"}, className="graph", style={"height": "100%"})  # fmt: skip
    return html.Div(
        [
            html.H1(words["page_explore"]),
            html.Section(_controls(address, default, words), className="card wide explore-controls", **{"aria-label": words["explore_controls"]}),
            html.Section(
                [
                    html.H2(words["explore_chart"], id="explore-title"),
                    html.Div(reason(Reading("loading", why="explore_reading"), words), id="explore-state"),
                    html.Div(graph, id="explore-frame", className="hidden-graph", style={"height": f"{LEAST}px"}, role="img", **{"aria-label": words["explore_chart"]}),
                ],
                className="card wide", id="explore-card",
            ),
            html.Div(id="explore-below"),
            dcc.Store(id="explore-asked", data=query), dcc.Store(id="explore-span"), dcc.Store(id="explore-kept"),
            dcc.Interval(id="explore-again", interval=AGAIN, disabled=True),
        ],
        id="explore", className=f"explore {chart} {address.get('period', 'custom' if address.get('from') else asked.USUAL['period'])}",
    )  # fmt: skip


def _controls(address: Address, default: list[str], words: Words) -> list[Any]:
    """Points, chart, period and options."""
    chosen = asked.points(address.get("points")) or default
    period = address.get("period", "custom" if address.get("from") else asked.USUAL["period"])
    options = [
        name
        for name, usual, on in (("twin", "on", "on"), ("before", "off", "on"), ("turn", "days", "hours"))
        if address.get(name, usual) == on
    ]
    points = dmc.MultiSelect(
        id="explore-points", label=words["explore_points"], description=words["explore_points_help"].format(most=asked.MOST), data=_offer(chosen, [], words), value=chosen,
        searchable=True, clearable=True, hidePickedOptions=True, maxValues=asked.MOST, nothingFoundMessage=words["explore_none_found"], filter={"function": "exploreAll"},
        comboboxProps={"shadow": "md"}, clearButtonProps={"aria-label": words["explore_clear"]}, size="sm",
    )  # fmt: skip
    against = dmc.Select(
        id="explore-against", label=words["explore_against"], data=_offer([address.get("against", "weather.dry_bulb")], [], words), value=address.get("against", "weather.dry_bulb"),
        searchable=True, allowDeselect=False, filter={"function": "exploreAll"}, size="sm", className="only-signature",
    )  # fmt: skip
    moments = [
        dmc.TextInput(id=f"explore-{name}", label=words[f"explore_{name}"], value=told, debounce=400, size="sm", inputProps={"type": "datetime-local"}, className="only-custom")
        for name, told in zip(("from", "to"), minutes(address.get("from"), address.get("to")), strict=True)
    ]  # fmt: skip
    steps = [
        html.Button(sign, id=f"explore-{name}", className="switch", title=words[f"explore_{name}"], **{"aria-label": words[f"explore_{name}"]})
        for name, sign in (("back", "◀"), ("forward", "▶"))
    ]  # fmt: skip
    return [
        html.Div([points, against], className="explore-row explore-names"),
        _chips("chart", asked.CHARTS, address.get("chart", asked.USUAL["chart"]), words),
        html.Div([_chips("period", PERIODS, period, words), html.Div(steps, className="explore-steps"), *moments], className="explore-row"),
        html.Div(
            [_chips("options", ("twin", "before", "turn"), options, words, multiple=True), _chips("grain", ("auto", *asked.GRAINS), address.get("grain", "auto"), words)],
            className="explore-row",
        ),
    ]  # fmt: skip


def _chips(name: str, keys: tuple[str, ...], value: Any, words: Words, multiple: bool = False) -> html.Div:
    """A choice that wraps on a narrow screen."""
    chips = [dmc.Chip(words[f"explore_{name}_{key}"], value=key, size="sm", className=f"chip-{key}") for key in keys]
    group = dmc.ChipGroup(
        html.Div(chips, className="explore-chips"), id=f"explore-{name}", value=value, multiple=multiple
    )
    return html.Div([html.Span(words[f"explore_{name}"], className="explore-label"), group], role="group", className=f"explore-{name}", **{"aria-label": words[f"explore_{name}"]})  # fmt: skip


def _offer(chosen: list[str], found: list[Entry], words: Words) -> list[dict[str, str]]:
    """What the chooser offers: what is chosen, and what was found."""
    rows = [{"value": each, "label": each} for each in chosen]
    for each in found:
        if each.name not in chosen:
            name = (
                f"{each.name.removesuffix(EXPECTED)} · {words['explore_twin']}" if each.source == "twin" else each.name
            )
            rows.append({"value": each.name, "label": f"{name} – {each.description}" if each.description else name})
    return rows


def register(app: dash.Dash, source: Source) -> None:
    """The page's own callbacks and files."""
    register_browser(app)
    source.sky(source.home)  # before any run: the page needs the site's time zone first

    @app.callback(
        *(Output(*each) for each in DRAWN), Input("explore-asked", "data"), Input("explore-again", "n_intervals")
    )  # fmt: skip
    async def draw(query: str | None, _: int | None) -> tuple[Any, ...]:
        address = told(source, query)
        if dash.ctx.triggered_id == "explore-again" and not news(source, address.site):
            return (dash.no_update,) * len(DRAWN)
        view = source.begun.taken(("explore", query or "")) or begin(source, address)
        return drawn(await asyncio.to_thread(view), address)

    @app.callback(
        Output("explore-graph", "figure", allow_duplicate=True), Output("explore-below", "children", allow_duplicate=True), Input("explore-graph", "relayoutData"), State("explore-asked", "data"), prevent_initial_call=True
    )  # fmt: skip
    async def zoom(change: Mapping[str, Any] | None, query: str | None) -> tuple[Any, Any]:
        looked = looked_at(change)
        if looked is None:
            return dash.no_update, dash.no_update
        address = told(source, query)
        return zoomed(await asyncio.to_thread(show, source, address, looked), address, looked)

    for name in ("points", "against"):

        @app.callback(
            Output(f"explore-{name}", "data"), Input(f"explore-{name}", "searchValue"), State(f"explore-{name}", "value"), State("explore-asked", "data")
        )  # fmt: skip
        async def search(text: str | None, value: Any, query: str | None) -> list[dict[str, str]]:
            address = told(source, query)
            chosen = [value] if isinstance(value, str) else value or []
            return await asyncio.to_thread(offered, source, address, text or "", chosen)

    export.register(app.server, source)


def register_browser(app: dash.Dash) -> None:
    """What the browser does by itself: read the controls, keep the address, step to another period, save a picture."""
    own = ("points", "chart", "period", "from", "to", "options", "grain", "against")
    kinds = [Input(f"explore-{name}", "value") for name in own]
    app.clientside_callback(
        ClientsideFunction("explore", "asked"), Output("explore-asked", "data"), Output("explore", "className"), *kinds, State("explore-asked", "data"), State("explore-span", "data")
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("explore", "step"), Output("explore-period", "value"), Output("explore-from", "value"), Output("explore-to", "value"),
        Input("explore-back", "n_clicks"), Input("explore-forward", "n_clicks"), State("explore-span", "data"), prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("explore", "zoom"), Output("explore-kept", "data"), Input("explore-graph", "relayoutData"), prevent_initial_call=True
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("explore", "picture"), Output("explore-kept", "data", allow_duplicate=True), Input("explore-png", "n_clicks"), prevent_initial_call=True
    )  # fmt: skip


def told(source: Source, query: str | None) -> Address:
    """What the controls ask for."""
    return read("/explore", query, {"explore": asked.KEYS}, source.names, Address("explore", source.home))


def offered(source: Source, address: Address, text: str, chosen: list[str]) -> list[dict[str, str]]:
    """What the chooser offers for what was typed."""
    words, history = say(address.language), source.history(address.site)
    wanted = "" if text in chosen else text
    found, _ = history.within(lambda: history.search(wanted, OFFERED))
    return _offer(chosen, found, words)


def news(source: Source, site: str) -> bool:
    """Whether what was worked out may be there by now."""
    states = [each(site).state for each in (source.site, source.sky, source.run)]
    return states[2] != "loading" or "loading" in states[:2]


def looked_at(change: Mapping[str, Any] | None) -> str | None:
    """The stretch of time that a chart was moved to, as an address writes it; nothing where it was not moved."""
    if not change:
        return None
    ends = change.get("xaxis.range") or [change.get("xaxis.range[0]"), change.get("xaxis.range[1]")]
    if change.get("xaxis.autorange"):
        return "1970-01-02~2199-12-30"
    return f"{str(ends[0])[:26]}~{str(ends[1])[:26]}" if ends[0] and ends[1] else None


def drawn(view: View, address: Address) -> tuple[Any, ...]:
    """All that a new chart changes on the page."""
    words = say(address.language)
    state = [reason(view.reading, words)] if view.figure is None else []
    state += [html.P(phrases(note), className="note") for note in view.notes]
    if view.waiting and view.figure is not None:
        state.append(html.P(words["explore_waiting"], className="note", role="status"))
    shown = "" if view.figure is not None else "hidden-graph"
    figure = view.figure or {"data": [], "layout": {}}
    tall = max(LEAST, figure["layout"].get("meta", 0)) if view.figure is not None or view.waiting else 0
    style = {"height": f"{tall}px"}
    return figure, shown, style, title(view, address), state, below(view, address), span(view), not view.waiting


def title(view: View, address: Address) -> str:
    """Which chart, of which period, in which time."""
    words = say(address.language)
    parts = [words[f"explore_chart_{address.get('chart', asked.USUAL['chart'])}"]]
    parts += [view.period.text, str(view.period.start.tzinfo)] if view.period else []
    return " · ".join(parts)


def zoomed(view: View, address: Address, looked: str) -> tuple[Any, Any]:
    """What a zoom changes: the lines, finer, and the figures below; the chart itself stays, even where nothing was measured."""
    if view.figure is None:
        return dash.no_update, below(view, address, looked) if view.rows else dash.no_update
    patch = Patch()
    patch["data"] = view.figure["data"]
    patch["layout"]["shapes"] = view.figure["layout"]["shapes"]
    return patch, below(view, address, looked)


def span(view: View) -> dict[str, list[str]]:
    """The period, the one before and the one after, as the fields for moments have them."""
    if view.period is None:
        return {}
    found = {}
    for name, steps in (("here", 0), ("back", -1), ("forward", 1)):
        with suppress(UnfitError):
            period = view.period.shifted(steps)
            found[name] = [f"{each:%Y-%m-%dT%H:%M}" for each in (period.start, period.end)]
    return found


def below(view: View, address: Address, looked: str = "") -> list[Any]:
    """The table of figures, and the files."""
    words = say(address.language)
    parts = (
        [card(words["explore_figures"], table(view.heads, view.rows, "explore-table"), wide=True)] if view.rows else []
    )
    if view.figure is None and not looked:
        return parts
    query = "?" + address.to(**({"zoom": looked} if looked else {})).partition("?")[2]
    files = [
        html.A(words[f"explore_{kind}"], href=f"/explore/samples.{kind}{query}", className="switch", download=True, id=f"explore-{kind}") for kind in ("csv", "xlsx")
    ]  # fmt: skip
    picture = html.Button(words["explore_png"], id="explore-png", className="switch")
    limit = words["explore_files_note"].format(csv=f"{export.CSV_ROWS:,}", excel=f"{export.EXCEL_ROWS:,}")
    return [
        *parts,
        card(words["explore_files"], html.Div([*files, picture], className="explore-row"), wide=True, note=limit),
    ]


def settled(address: Address, source: Source) -> bool:
    """Whether the site is read, whose meter is shown first."""
    return source.site(address.site).state != "loading"


PAGE = Page(build, register, keys=asked.KEYS, settled=settled, fields=True)
