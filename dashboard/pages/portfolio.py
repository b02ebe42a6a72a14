"""All sites beside each other: what they are, what the twin finds of a year of each, the standard's values, and what was reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State, dcc, html, no_update
from twin.dashboard.address import Address
from twin.dashboard.amounts import NONE, Unit, intensity, unit
from twin.dashboard.carbon.studied import SAMPLES
from twin.dashboard.cards import SIGNS, card, line, phrases, reason, table
from twin.dashboard.data import Source
from twin.dashboard.language import known, say
from twin.dashboard.overview.expectation import Year
from twin.dashboard.page import Page
from twin.dashboard.report.drawing import shown
from twin.dashboard.rights import account

from twin.site.benchmarks import benchmark

if TYPE_CHECKING:
    import dash
    from twin.dashboard.reading import Reading

    from twin.site.site import Site

Words = Mapping[str, str]
COLUMNS = ("name", "intensity", "electricity", "carbon", "peak", "area")
KEYS = {"sort": rf"(?:{'|'.join(COLUMNS)})(?:-up)?"}
USUAL = "intensity"
SERVERS = ("it", "server_rooms", "power_path")
"""End uses that the standard leaves out. GB/T 51161-2016, recalled."""
PER_RUN = 1.5
"""Time of one run of a study, for saying how long all will take; seen on two cores. [s]"""
CLAIM = ("carbon_figure", "carbon_reported", "P10", "P50", "P90", "unit", "portfolio_verdict", "source")
SAID = ("portfolio_verdict", "source")
"""Columns of the reported figures, and those of them that hold words."""


def build(address: Address, source: Source) -> Any:
    """The ranking, the standard and what was reported; sites whose year is not ready yet say so."""
    words = say(address.language)
    years = {name: source.year(name) for name in source.names}
    sites = {name: source.site(name).value for name in source.names}
    parts = [
        html.H1(words["page_portfolio"]),
        card(words["sites"], _ranking(years, sites, address), wide=True, note=words["sites_note"], name="ranking"),
        card(words["portfolio_standard"], *_standard(years, sites, address), wide=True, name="standard"),
        card(words["portfolio_reported"], *_reported(source, sites, address), wide=True, name="reported"),
    ]
    return html.Div(parts)


def title_of(name: str, site: Site | None, language: str) -> str:
    """A site's title in a language, or its name."""
    return site.name.get(language, name) if site else name


def ordered(years: Mapping[str, Reading[Year]], sites: Mapping[str, Site | None], address: Address) -> list[str]:
    """Names in the order that the address asks for; those without a year come last."""
    column, up = address.get("sort", USUAL).removesuffix("-up"), address.get("sort").endswith("-up")
    values = {
        "area": lambda name: years[name].value.area, "electricity": lambda name: years[name].value.electricity,
        "intensity": lambda name: years[name].value.intensity, "peak": lambda name: years[name].value.peak,
        "carbon": lambda name: years[name].value.carbon,
    }  # fmt: skip
    if column == "name":
        return sorted(years, key=lambda name: title_of(name, sites[name], address.language), reverse=not up)
    known = [name for name in years if years[name].value is not None]
    return [*sorted(known, key=values[column], reverse=not up), *(name for name in years if name not in known)]


def _ranking(years: Mapping[str, Reading[Year]], sites: Mapping[str, Site | None], address: Address) -> html.Div:
    """A row a site, sorted by the column whose head was chosen, with a bar of its intensity."""
    words, known = say(address.language), [each.value for each in years.values() if each.value]
    energy = unit("energy", address.language, [each.electricity for each in known], address.unit)
    carbon = unit("carbon", address.language, [each.carbon for each in known])
    most = max((each.intensity for each in known), default=0.0) or 1.0
    names = {
        "name": words["site"], "intensity": f"{words['eui']} [{intensity(0.0, address.unit)[1]}]", "electricity": f"{words['electricity']} [{energy.name}]",
        "carbon": f"{words['carbon_short']} [{carbon.name}]", "peak": words["peak_head"], "area": words["area_head"],
    }  # fmt: skip
    rows = [_row(name, years[name], sites[name], address, energy, carbon, most) for name in ordered(years, sites, address)]  # fmt: skip
    heads = html.Thead(html.Tr([_head(column, text, address) for column, text in names.items()]))
    return html.Div(html.Table([heads, html.Tbody(rows)], id="sites"), className="scroll", tabIndex=0)


def _head(column: str, text: str, address: Address) -> html.Th:
    """The head of a column, a link that sorts by it or turns the order around."""
    chosen, up = address.get("sort", USUAL).removesuffix("-up") == column, address.get("sort").endswith("-up")
    words = say(address.language)
    wanted = f"{column}-up" if chosen and not up else column
    order = {"aria-sort": "ascending" if up else "descending"} if chosen else {}
    sign = (" ▲" if up else " ▼") if chosen else ""
    return html.Th(dcc.Link(text + sign, href=address.to(sort=wanted), title=words["portfolio_sort"]), scope="col", **order)  # fmt: skip


def _row(name: str, reading: Reading[Year], site: Site | None, address: Address, energy: Unit, carbon: Unit, most: float) -> html.Tr:  # fmt: skip
    """One site: its figures, or why there are none."""
    words = say(address.language)
    head = html.Th(dcc.Link(title_of(name, site, address.language), href=address.to(page="overview", site=name)), scope="row")  # fmt: skip
    year = reading.value
    if year is None:
        told = words["state_loading"] if reading.state == "loading" else words[reading.why].format(detail=reading.detail)  # fmt: skip
        return html.Tr([head, html.Td(html.Span([f"{SIGNS[reading.state]} ", *phrases(told)], className=f"{reading.state} origin"), colSpan=len(COLUMNS) - 1)])  # fmt: skip
    text, _ = intensity(year.intensity, address.unit)
    bar = html.Div(className="bar", style={"width": f"{max(100.0 * year.intensity / most, 0.0):.1f}%"})
    cells = [[text, bar], energy.of(year.electricity), carbon.of(year.carbon), f"{year.peak:,.0f}", f"{year.area:,.0f}"]
    return html.Tr([head, *(html.Td(cell) for cell in cells)])


def _standard(years: Mapping[str, Reading[Year]], sites: Mapping[str, Site | None], address: Address) -> list[Any]:
    """Sites beside the constraint and guide values of the standard, and for each of the others why it has none."""
    words, rows = say(address.language), []
    others: dict[str, list[str]] = {}
    name_of_unit = intensity(0.0, address.unit)[1]
    for name, site in sites.items():
        year = years[name].value
        if site is None or year is None:
            continue
        title, found = title_of(name, site, address.language), benchmark(site)
        kind = known("portfolio_kind", site.building, words)
        if found is None:
            others.setdefault(kind, []).append(title)
            continue
        servers = sum(flow.energy for flow in year.uses if flow.name in SERVERS)
        own = (year.electricity - servers) / year.area
        zone = known("portfolio_zone", found.zone, words)
        rows.append(
            (
                title, f"{kind}, {zone}", intensity(year.intensity, address.unit)[0], intensity(own, address.unit)[0], intensity(found.constraint, address.unit)[0],
                intensity(found.guide, address.unit)[0], f"{own / found.constraint - 1.0:+.0%}", words["portfolio_confirmed" if found.confirmed else "portfolio_unconfirmed"],
            )
        )  # fmt: skip
    heads = [words["site"], words["portfolio_kind"], *(f"{words[key]} [{name_of_unit}]" for key in ("eui", "portfolio_without_servers", "portfolio_constraint", "portfolio_guide")), words["portfolio_over"], words["portfolio_state"]]  # fmt: skip
    body: list[Any] = [table(heads, rows, "benchmarks", True)] if rows else []
    if others:
        lines = [[html.B(words["comma"].join(titles)), " ", *phrases(words["portfolio_no_value" if kind else "portfolio_no_kind"].format(kind=kind))] for kind, titles in others.items()]  # fmt: skip
        body.append(html.Ul([html.Li(each) for each in lines], className="plain"))
    return [*body, html.P(words["portfolio_standard_note"], className="note")]


def _reported(source: Source, sites: Mapping[str, Site | None], address: Address) -> list[Any]:
    """What was reported of each site beside the twin's range, with the verdict and why; the runs begin when somebody asks."""
    words = say(address.language)
    told = {name: source.reported(name) for name, site in sites.items() if site and site.reported}
    heads = [_said(words[key]) if key in SAID else words.get(key, key) for key in CLAIM]
    groups = []
    for name, reading in told.items():
        site = sites[name]
        assert site is not None
        head = html.Tr(html.Th(title_of(name, site, address.language), colSpan=len(CLAIM), scope="rowgroup", className="group"))  # fmt: skip
        problem = [html.Tr(html.Td(reason(reading, words), colSpan=len(CLAIM)))] if reading.state == "error" else []
        rows = reading.value or [{"quantity": each.what, "reported": each.value, "unit": each.unit, "source": each.source} for each in site.reported]  # fmt: skip
        groups.append(html.Tbody([head, *problem, *(line(heads, _claim(row, address)) for row in rows)], id=f"reported-{name}"))  # fmt: skip
    note = html.P(phrases(words["portfolio_reported_note"].format(samples=SAMPLES)), className="note")
    return [note, *_work(told, source.studied.wanted, words, address.language), html.Div(html.Table([html.Thead(html.Tr([html.Th(text, scope="col") for text in heads])), *groups], className="stack"), className="scroll", tabIndex=0)]  # fmt: skip


def _claim(row: Mapping[str, Any], address: Address) -> list[Any]:
    """One reported figure; before its runs it has no range and no verdict."""
    words, verdict = say(address.language), row.get("verdict", "")
    told: Any = words["portfolio_not_yet"]
    if verdict:
        told = [html.B(known("verdict", verdict, words)), " ", row["why_zh" if address.language == "zh" else "why"]]
    numbers = [_number(row.get(key)) for key in ("reported", "p10", "p50", "p90")]
    unit_told = "" if row["unit"] == "1" else row["unit"]
    return [known("portfolio_quantity", row["quantity"], words), *numbers, unit_told, _said(told), _said(row["source"])]


def _said(text: Any) -> html.Span:
    """Words in a table of numbers."""
    return html.Span(text, className="origin")


def _number(value: float | None) -> str:
    return NONE if value is None else shown(value, 4)


def _work(told: Mapping[str, Reading[Any]], wanted: bool, words: Words, language: str) -> list[Any]:
    """How far the runs are, or the button that begins them."""
    ready = sum(each.state in ("ready", "error") for each in told.values())
    if ready == len(told):
        return []
    states = [each.state for each in told.values()]
    if "loading" not in states:
        runs = sum(int(each.detail) for each in told.values() if each.state == "empty")
        text = words["portfolio_ask"].format(runs=runs, minutes=max(round(runs * PER_RUN / 60.0), 1))
        why = "" if account.may("engineer") else account.refusal("engineer", account.current(), language)
        begin = html.Button(words["portfolio_begin"], id="portfolio-work", n_clicks=0, className="switch", disabled=bool(why), title=why)  # fmt: skip
        return [html.Div([html.P(text), begin], className="state ask")]
    now = next((each.detail for each in told.values() if each.why == "carbon_runs"), "…")
    text = words["portfolio_working"].format(ready=ready, sites=len(told), runs=now) if wanted else words["portfolio_preparing"]  # fmt: skip
    return [html.Div([html.Progress(value=str(ready), max=str(len(told)), **{"aria-label": text}), text], className="state", role="status", id="portfolio-progress")]  # fmt: skip


def register(app: dash.Dash, source: Source) -> None:
    """Begin the runs of reported figures when somebody asks for them."""

    @app.callback(Output("again", "n_intervals", allow_duplicate=True), Input("portfolio-work", "n_clicks"), State("again", "n_intervals"), prevent_initial_call=True)  # fmt: skip
    async def work(clicks: int | None, times: int | None) -> Any:
        """Ask, and have the screen built again."""
        if not clicks:
            return no_update
        account.required("engineer")
        source.studied.want()
        return (times or 0) + 1


def settled(address: Address, source: Source) -> bool:
    """Whether every site's year is there and no study is being worked, or why not."""
    return "loading" not in {ask(name).state for name in source.names for ask in (source.site, source.year, source.reported)}  # fmt: skip


PAGE = Page(build, register, KEYS, settled)
