"""All sites beside each other: what they are, and what the twin finds of a year of each."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from twin.dashboard.address import Address
from twin.dashboard.amounts import said
from twin.dashboard.cards import SIGNS, card, ranking, table
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.page import Page


def build(address: Address, source: Source) -> Any:
    """The table and the ranking; sites whose year is not ready yet say so."""
    words, language = say(address.language), address.language
    rows, names, values = [], [], []
    for name in source.names:
        site, year = source.site(name), source.year(name)
        title = site.value.name.get(language, name) if site.value else name
        link = dcc.Link(title, href=address.to(page="overview", site=name))
        area = f"{site.value.floor_area.value:,.0f}" if site.value else SIGNS[site.state]
        if year.value is None:
            told = words["state_loading"] if year.state == "loading" else words[year.why].format(detail=year.detail)
            rows.append((link, area, html.Span(f"{SIGNS[year.state]} {told}", className=year.state), "–", "–", "–"))
            continue
        found = year.value
        names.append(title)
        values.append(found.intensity)
        rows.append(
            (link, area, said("energy", language, found.electricity), f"{found.intensity:,.1f}", f"{found.peak:,.0f}", said("carbon", language, found.carbon))
        )  # fmt: skip
    heads = [words[key] for key in ("site", "area_head", "electricity", "eui_head", "peak_head", "carbon_short")]
    parts = [html.H1(words["page_portfolio"]), card(words["sites"], table(heads, rows, "sites"), wide=True, note=words["sites_note"])]  # fmt: skip
    if values:
        bars = ranking(list(zip(names, values, strict=True)), "kWh/(m²·a)", "ranking")
        parts.append(card(words["ranking"], bars, wide=True, note=words["ranking_note"]))
    return html.Div(parts)


def settled(address: Address, source: Source) -> bool:
    """Whether every site's year is there, or why not."""
    return "loading" not in {ask(name).state for name in source.names for ask in (source.site, source.year)}


PAGE = Page(build, settled=settled)
