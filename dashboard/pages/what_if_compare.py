"""Two to four studies beside each other: what was asked of which, what each found best, and where they cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from twin.dashboard import theme
from twin.dashboard.address import Address
from twin.dashboard.amounts import NONE, percent, said, unit, years
from twin.dashboard.cards import card, reason, table
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.report.charts import Bar, Bars, Chart
from twin.dashboard.report.content import Content, titled
from twin.dashboard.what_if import drawn

FEWEST, MOST = 2, 4
SAME = ("site", "weather", "period", "step_s", "samples", "seed", "terms", "discount_rate")
"""What has to be the same for figures of studies to differ by their measures only."""


def build(address: Address, source: Source) -> Any:
    """The studies that the address names, beside each other."""
    words = say(address.language)
    names = list(dict.fromkeys(address.get("compare").split(",")))[:MOST]
    back = html.Div(
        dcc.Link(words["what_if_back"], href=address.to(page="what_if", site=address.site), className="switch"),
        className="row",
    )
    parts: list[Any] = [html.H1(words["what_if_compared"]), back]
    found: dict[str, Content] = {}
    for name in names:
        reading = source.studies.study(name)
        if reading.value is None or reading.value.best is None:
            why = [reason(reading, words)] if reading.value is None else [html.P(words["what_if_no_best"])]
            parts.append(card(f"{words['what_if_study']} {name}", *why, wide=True))
        else:
            found[name] = reading.value
    if len(found) < FEWEST:
        return html.Div([*parts, html.P(words["what_if_too_few"], className="note")])
    labels = [label(name, source, address.language) for name in found]
    contents = list(found.values())
    apart = differences(contents, address.language)
    if apart:
        parts.append(
            html.Div(
                words["what_if_apart"].format(what=words["comma"].join(apart)), className="state stale", role="status"
            )
        )
    links = [dcc.Link(text, href=address.to(compare="", study=name)) for name, text in zip(found, labels, strict=True)]
    parts.append(card(words["what_if_beside_all"], table(["", *links], rows(contents, address.language), "what-if-compared"), wide=True, note=words["what_if_beside_note"]))  # fmt: skip
    charts = [spread(contents, labels, key, kind, address) for key, kind in (("saving_kwh", "energy"), ("saving_co2_t", "carbon"), ("saving_cost_cny", "money"), ("npv", "money"))]  # fmt: skip
    return html.Div([*parts, html.Div(charts, className="charts")])


def label(name: str, source: Source, language: str) -> str:
    """What a study is called."""
    job = source.studies.jobs.table.get(name)
    return job.called(language) if job else name


def differences(contents: Sequence[Content], language: str) -> list[str]:
    """What the studies differ in besides their measures."""
    words = say(language)
    first = contents[0].study
    return [words[f"what_if_same_{key}"] for key in SAME if any(each.study[key] != first[key] for each in contents[1:])]


def rows(contents: Sequence[Content], language: str) -> list[Sequence[Any]]:
    """One row a figure, one column a study; every cell is the study's own number."""
    words = say(language)
    bests: list[Mapping[str, Any]] = [each.best or {} for each in contents]

    def spread(kind: str, key: str) -> list[str]:
        return [
            f"{said(kind, language, best[key]['p50'])} ({said(kind, language, best[key]['p10'])} … {said(kind, language, best[key]['p90'])})"
            for best in bests
        ]

    limit = f"{contents[0].study['terms']['payback_limit_years']:g}"
    return [
        (words["what_if_same_site"], *(titled({"title": each.study["site"]}, language) for each in contents)),
        (words["baseline"], *(f"{said('energy', language, each.base['electricity_kwh'])}/a" for each in contents)),
        (words["what_if_best"], *(titled(best, language) for best in bests)),
        (words["measures"], *(html.Span(words["comma"].join(each.title(name, language) for name in best["measures"]), className="many") for each, best in zip(contents, bests, strict=True))),
        (f"{words['saving']} P50 (P10 … P90)", *spread("energy", "saving_kwh")),
        (words["what_if_part"], *(percent(best["saving_kwh"]["p50"] / each.base["electricity_kwh"]) if each.base["electricity_kwh"] else NONE for each, best in zip(contents, bests, strict=True))),
        (f"{words['co2']} P50 (P10 … P90)", *spread("carbon", "saving_co2_t")),
        (f"{words['saved_cost']} P50 (P10 … P90)", *spread("money", "saving_cost_cny")),
        (words["capex"], *(said("money", language, best["capex"]) for best in bests)),
        (f"{words['npv_plain']} P50 (P10 … P90)", *spread("money", "npv")),
        (words["payback"], *(years(best["payback_years"]) for best in bests)),
        (words["chance_payback"].format(limit=limit), *(percent(best["money"]["probability"]["payback"]) for best in bests)),
        (words["what_if_hours"], *(f"{best['comfort_hours_outside']:,.0f} h/a" for best in bests)),
        (words["peak"], *(f"{best['peak_kw']:,.0f} kW" for best in bests)),
    ]  # fmt: skip


def spread(contents: Sequence[Content], labels: Sequence[str], key: str, kind: str, address: Address) -> Any:
    """P10 to P90 of every study's best scenario, with its P50."""
    language, words = address.language, say(address.language)
    bests = [each.best or {} for each in contents]
    one = unit(kind, language, [best[key][end] for best in bests for end in ("p10", "p90")])
    bars = [
        Bar(text, best[key]["p10"] / one.scale, best[key]["p90"] / one.scale, theme.SAVING if best[key]["p50"] > 0.0 else theme.INCREASE,
            f"{one.of(best[key]['p50'])} ({one.range(best[key])})", best[key]["p50"] / one.scale)
        for text, best in zip(labels, bests, strict=True)
    ]  # fmt: skip
    title = words[
        {"saving_kwh": "saving", "saving_co2_t": "co2", "saving_cost_cny": "saved_cost", "npv": "npv_plain"}[key]
    ]
    return drawn.card(Chart(title, Bars(bars, one.name), words["spread_note"]), address.dark, f"what-if-compared-{key}")
