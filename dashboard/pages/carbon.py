"""Carbon: the inventory by scopes, what each figure is made of, its factors, the same with other factors, and the road to a later year."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import ALL, ClientsideFunction, Input, Output, State, dcc, html
from fastapi import Response
from twin.dashboard.address import Address, read
from twin.dashboard.amounts import NONE, UNITS, percent, said
from twin.dashboard.carbon import wedge
from twin.dashboard.carbon.emissions import Inventory, beside, file, quality, used
from twin.dashboard.carbon.studied import Road
from twin.dashboard.cards import card, figure, graph, phrases, reason, skeleton, table
from twin.dashboard.data import Source
from twin.dashboard.language import known, say
from twin.dashboard.page import Page
from twin.dashboard.rights import account

from twin.errors import TwinError
from twin.study.ledger import Row

if TYPE_CHECKING:
    import dash
    from twin.dashboard.reading import Reading

KEYS = {"factors": r"[A-Za-z0-9][A-Za-z0-9 ]{0,39}", "open": r"[a-z0-9_-]{1,60}"}
SCOPES = ("scope1", "scope2", "scope2_market", "scope3")
PORTFOLIO = "group"
"""The shipped site whose inventory was reported, which other sites stand beside."""
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
TALL = 430
"""Height of the pathway's chart. [px]"""


def build(address: Address, source: Source) -> Any:
    """The page from what can be known now."""
    words = say(address.language)
    site, found = source.site(address.site), source.inventory(address.site)
    title = site.value.name.get(address.language, address.site) if site.value else address.site
    parts: list[Any] = [html.H1(f"{words['page_carbon']} · {title}")]
    if found.value is None:
        parts.append(skeleton(words["carbon_inventory"], 420, found, words))
    else:
        own = found.value
        parts += [
            html.P(phrases(words["carbon_basis"].format(year=own.ledger.year, site=address.site)), className="note"),
            html.Div(_figures(own, address), className="kpis"),
            _scopes(own, address),
            *_beside(own, address, source),
            _restated(own, address, source),
            _factors(own, address),
        ]
    parts += _road(source.pathway(address.site), address)
    return html.Div(parts)


def _tonnes(value: float) -> str:
    """Tonnes as the command line prints them."""
    return f"{value:,.1f}"


def _figures(own: Inventory, address: Address) -> list[Any]:
    """Totals by both methods, and how good the data are."""
    words, language = say(address.language), address.language
    found = []
    for method in ("location", "market"):
        amount, unit = said("carbon", language, own.total(method)).split(" ", 1)
        found.append(figure(words[f"carbon_total_{method}"], amount, f"{unit} CO₂e/a", [words["carbon_total_note"]], f"carbon-{method}"))  # fmt: skip
    score = quality(own.ledger.listed("market"))
    found.append(figure(words["carbon_quality"], f"{score:.1f}" if score else NONE, "/ 5", [words["carbon_quality_note"]], "carbon-quality"))  # fmt: skip
    return found


def _scopes(own: Inventory, address: Address) -> Any:
    """Every account as a line that opens to the rows it is made of."""
    words = say(address.language)
    whole = own.total("market")
    heads = html.Div([html.Span(words[key]) for key in ("scope", "carbon_tonnes", "share", "carbon_quality_head")], className="account heads", **{"aria-hidden": "true"})  # fmt: skip
    lines = [_account(key, words[f"carbon_{key}"], own.rows(key), own, whole, address) for key in SCOPES]
    sums = [
        html.Div([html.B(words[f"carbon_total_{method}"]), html.B(_tonnes(own.total(method)), id=f"total-{method}"), html.Span(""), html.Span("")], className="account sum")
        for method in ("location", "market")
    ]  # fmt: skip
    links = [
        html.A(words[f"carbon_download_{ending}"], href=where(address, ending), className="switch", download=f"ledger-{address.site}.{ending}", id=f"download-{ending}")
        for ending in TYPES
    ]  # fmt: skip
    body = [html.P(words["carbon_scopes_note"], className="note"), heads, *lines, *sums, html.Div(links, className="choices")]  # fmt: skip
    return card(words["carbon_inventory"], *body, wide=True, name="scopes")


def _account(key: str, title: str, rows: Sequence[Row], own: Inventory, whole: float, address: Address) -> html.Details:  # fmt: skip
    """One account: its sum, its share of the market-based total, the quality of its data, and its rows."""
    words = say(address.language)
    tonnes = sum(row.co2 for row in rows) / 1e3
    score = quality(rows)
    share = "" if key == "scope2" or not whole else percent(tonnes / whole)
    told = own.claim(key)
    line = html.Summary(
        [
            html.Span([title, *([html.Small(words["carbon_told"].format(value=f"{told.reported:,.0f} {told.unit}", source=told.source))] if told else [])]),
            html.Span(_tonnes(tonnes), className="tonnes"), html.Span(share or NONE), html.Span(f"{score:.1f}" if score else NONE),
        ],
        id={"type": "carbon-open", "key": key}, n_clicks=0, className="account",
    )  # fmt: skip
    opened = address.get("open") == key or address.get("open").startswith(f"{key}-")
    if key == "scope3":
        inside = [
            _account(f"scope3-{place}", known("carbon_category", name, words), each, own, whole, address)
            for place, (name, each) in enumerate(own.categories.items(), 1)
        ] or [html.P(words["carbon_no_rows"], className="note")]  # fmt: skip
        return html.Details([line, html.Div(inside, className="inside")], open=opened)
    return html.Details([line, _rows(rows, address) if rows else html.P(words["carbon_no_rows"], className="note")], open=opened)  # fmt: skip


def _rows(rows: Sequence[Row], address: Address) -> html.Div:
    """What a figure is made of: activity, amount, factor, emission, method, quality and source."""
    words = say(address.language)
    keys = ("carbon_activity", "carbon_amount", "carbon_factor", "carbon_tonnes", "carbon_method", "carbon_quality_head")  # fmt: skip
    heads = [*(words[key] for key in keys), _from(words["source"])]
    cells = [
        (
            [html.Code(f"{row.component}.{row.signal}"), " ", known("carbon_category", row.what, words)], _amount(row, address), f"{row.factor:.5g} kg/{row.unit}", _tonnes(row.co2 / 1e3),
            known("carbon_method", row.method, words), str(row.quality), _from(row.factor_source),
        )
        for row in rows
    ]  # fmt: skip
    return table(heads, cells, stacked=True)


def _amount(row: Row, address: Address) -> list[Any]:
    """An activity in the unit of its factor and, where that is energy, in the reader's."""
    again = row.unit == UNITS[0] and address.unit != UNITS[0]
    other = [html.Small(f" = {said('energy', address.language, row.amount, address.unit)}")] if again else []
    return [f"{row.amount:,.0f} {row.unit}", *other]


def _from(text: str) -> html.Span:
    """Where something comes from, in a column of its own kind: words, not numbers."""
    return html.Span(text, className="origin")


def _beside(own: Inventory, address: Address, source: Source) -> list[Any]:
    """The inventory that was reported: of this site beside the twin's, or of the whole portfolio beside this site."""
    words = say(address.language)
    if own.claims:
        rows = [
            (known("portfolio_quantity", each.what, words), f"{each.reported:,.0f}", f"{each.own:,.0f}", f"{each.own / each.reported - 1.0:+.2%}" if each.reported else NONE, each.unit, _from(each.source))
            for each in own.claims
        ]  # fmt: skip
        heads = [*(words[key] for key in ("carbon_figure", "carbon_reported", "twin", "carbon_difference", "unit")), _from(words["source"])]  # fmt: skip
        return [card(words["carbon_beside_own"], table(heads, rows, "reported", True), wide=True, note=words["carbon_beside_note"])]  # fmt: skip
    if address.site == PORTFOLIO or PORTFOLIO not in source.names:
        return []
    group = source.site(PORTFOLIO)
    if group.value is None:
        return [card(words["carbon_beside_group"], reason(group, words), wide=True)]
    told, parts = beside(group.value), []
    for key in ("scope1", "scope2_market", "scope3", "total_market"):
        if key in told:
            mine = own.total("market") if key == "total_market" else own.ledger.total(key)
            parts.append((words[f"carbon_{key}"], f"{told[key][0]:,.0f}", _tonnes(mine), percent(mine / told[key][0]), _from(told[key][1])))  # fmt: skip
    heads = [*(words[key] for key in ("scope", "carbon_reported", "twin", "share")), _from(words["source"])]
    link = dcc.Link(words["carbon_to_group"], href=address.to(site=PORTFOLIO))
    return [card(words["carbon_beside_group"], table(heads, parts, "reported", True), link, wide=True, note=words["carbon_group_note"].format(year=own.ledger.year))]  # fmt: skip


def _restated(own: Inventory, address: Address, source: Source) -> Any:
    """The same activities with other factors, of which one is chosen."""
    words, chosen = say(address.language), address.get("factors")
    if not own.choices and not chosen:
        return card(words["carbon_restate"], html.P(phrases(words["carbon_restate_none"].format(site=address.site))), wide=True, name="restated")  # fmt: skip
    offered = dict.fromkeys(("", *own.choices, chosen))
    options = [{"label": text or words["carbon_as_stated"], "value": text} for text in offered]
    choice = dcc.RadioItems(options, chosen, id="carbon-factors", inline=True, className="choices", inputClassName="chosen", labelClassName="switch")  # fmt: skip
    group = html.Div(choice, role="group", **{"aria-label": words["carbon_restate"]})
    result = html.Div(difference(chosen, address, source), id="carbon-difference")
    return card(words["carbon_restate"], html.P(words["carbon_restate_note"], className="note"), group, result, wide=True, name="restated")  # fmt: skip


def difference(chosen: str, address: Address, source: Source) -> list[Any]:
    """Totals and changed rows before and after; nothing where no other factors were chosen."""
    if not chosen:
        return []
    words, again = say(address.language), source.restated(address.site, chosen)
    if again.value is None:
        return [reason(again, words)]
    answer, both = again.value.answer("market"), again.value
    keys = {"scope1_t": "scope1", "scope2_location_t": "scope2", "scope2_market_t": "scope2_market", "scope3_t": "scope3", "total_t": "total_market"}  # fmt: skip
    totals = [
        (words[f"carbon_{name}"], _tonnes(answer["before"][key]), _tonnes(answer["after"][key]), f"{answer['difference'][key]:+,.1f}")
        for key, name in keys.items()
    ]  # fmt: skip
    rows = [
        (
            [html.Code(f"{new.component}.{new.signal}"), " ", words.get(f"carbon_{new.account}", new.scope)], f"{old.factor:.5g}", f"{new.factor:.5g}",
            _tonnes(old.co2 / 1e3), _tonnes(new.co2 / 1e3), f"{(new.co2 - old.co2) / 1e3:+,.1f}", _from(new.factor_source),
        )
        for old, new in both.changed
    ]  # fmt: skip
    columns = ("carbon_activity", "carbon_factor_before", "carbon_factor_after", "carbon_before", "carbon_after", "carbon_difference")  # fmt: skip
    heads = [*(words[key] for key in columns), _from(words["source"])]
    found: list[Any] = [
        table([words["scope"], words["carbon_before"], words["carbon_after"], words["carbon_difference"]], totals, "restated-totals", True),
        table(heads, rows, "restated-rows", True),
    ]  # fmt: skip
    return [*found, *(html.P(note, className="note") for note in both.notes)]


def _factors(own: Inventory, address: Address) -> Any:
    """Factors that the ledger uses, each with its place, year and source."""
    words = say(address.language)
    rows = [
        (row.name or words["carbon_own_factor"], f"{row.factor:.5g} kg/{row.unit}", of.region if of else NONE, str(of.year) if of and of.year else NONE, _from(row.factor_source))
        for row, of in used(own.ledger.rows)
    ]  # fmt: skip
    heads = [*(words[key] for key in ("carbon_factor_row", "carbon_factor", "carbon_region", "year")), _from(words["source"])]  # fmt: skip
    return card(
        words["carbon_factors"], table(heads, rows, "factors", True), wide=True, note=words["carbon_factors_note"]
    )


def _road(found: Reading[Road], address: Address) -> list[Any]:
    """The pathway as wedges and as the table they are drawn from."""
    words, language = say(address.language), address.language
    if found.value is None:
        return [card(words["carbon_pathway"], reason(found, words), wide=True, name="pathway")]
    road = found.value
    scale, unit = wedge.scale(road)
    years = [str(row["year"]) for row in road.rows]
    rows = [(title, *(f"{round(value / scale):,}" for value in values)) for title, values in wedge.lines(road, words, language).items()]  # fmt: skip
    for key in ("cost_cny", "capital_cny", "offsets_cny"):
        rows.append((words[f"carbon_{key}"], *(f"{row[key] / 1e6:,.0f}" for row in road.rows)))
    drawn, title = (
        wedge.figure(road, words, language, address.dark),
        f"{words['carbon_pathway']} {road.pathway.first}–{road.pathway.last}",
    )
    legend = [
        html.Li([html.Span(className="swatch", style={"background": colour}), name])
        for name, colour, _ in reversed(wedge.parts(road, words, language, address.dark))
    ]  # fmt: skip
    legend.insert(0, html.Li([html.Span(className="dotted"), words["carbon_usual"]]))
    return [
            card(title, graph(title, drawn, TALL), html.Ul(legend, className="legend"), wide=True, note=words["carbon_pathway_note"], name="pathway"),
            card(words["carbon_pathway_table"], table([unit, *years], rows, "wedges"), html.P(phrases(words["carbon_pathway_table_note"]), className="note"), wide=True),
    ]  # fmt: skip


def where(address: Address, ending: str, factors: str | None = None) -> str:
    """Where a file of the ledger is to be had."""
    chosen = address.get("factors") if factors is None else factors
    told = {"site": address.site, **({"factors": chosen} if chosen else {})}
    return f"/carbon/ledger.{ending}?{urlencode(told)}"


def register(app: dash.Dash, source: Source) -> None:
    """Show other factors without building the page anew, remember in the address what is chosen, and serve the ledger as a file."""

    @app.callback(
        Output("carbon-difference", "children"), Output("download-csv", "href"), Output("download-xlsx", "href"),
        Input("carbon-factors", "value"), State("address", "search"), prevent_initial_call=True,
    )  # fmt: skip
    async def choose(factors: str | None, query: str | None) -> tuple[Any, str, str]:
        """The inventory with the chosen factors, and where its files are."""
        address = read("/carbon", query, {"carbon": KEYS}, source.names, Address("carbon", source.home))
        found = await asyncio.to_thread(difference, factors or "", address, source)
        return found, *(where(address, ending, factors or "") for ending in TYPES)

    app.clientside_callback(
        ClientsideFunction("carbon", "choose"), Output("kept", "data", allow_duplicate=True), Input("carbon-factors", "value"), prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("carbon", "remember"), Output("kept", "data", allow_duplicate=True),
        Input({"type": "carbon-open", "key": ALL}, "n_clicks"), prevent_initial_call=True,
    )  # fmt: skip

    @app.server.get("/carbon/ledger.{ending}")
    async def ledger(ending: str, site: str = "", factors: str = "") -> Response:
        """The ledger of a site as CSV or as a workbook."""
        account.required("engineer")
        return await asyncio.to_thread(_answer, source, ending, site, factors)


def _answer(source: Source, ending: str, site: str, factors: str) -> Response:
    """The file, or the sentence that says why there is none."""
    words = say("en")
    if ending not in TYPES or site not in source.names:
        return Response(f"{site} .{ending}: there is no such ledger; choose a site of the dashboard, and csv or xlsx\n", 404)  # fmt: skip
    found = source.inventory(site)
    if found.value is None:
        return Response(words[found.why].format(detail=found.detail) + "\n", 503)
    try:
        octets = file(found.value, ending, factors)
    except TwinError as problem:
        return Response(f"{problem}\n", 422)
    name = {"content-disposition": f'attachment; filename="ledger-{site}.{ending}"'}
    return Response(octets, media_type=TYPES[ending], headers=name)


def settled(address: Address, source: Source) -> bool:
    """Whether the inventory, the pathway and the portfolio's file are there, or why not."""
    states = {ask(address.site).state for ask in (source.site, source.inventory, source.pathway)}
    return "loading" not in states | {source.site(name).state for name in source.names if name == PORTFOLIO}


PAGE = Page(build, register, KEYS, settled)
