"""One study: how far it is, why it did not come to an end, or all that it found, as the report says and draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from twin.dashboard.address import Address
from twin.dashboard.amounts import percent, said
from twin.dashboard.cards import card, figure, reason, table
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.pages.what_if_list import RESUMED, buttons
from twin.dashboard.pages.what_if_list import said as state_of
from twin.dashboard.reading import Reading
from twin.dashboard.report import figures, listing
from twin.dashboard.report.content import Content, summary, titled
from twin.dashboard.report.listing import Listing
from twin.dashboard.report.paper import browser
from twin.dashboard.rights.account import may
from twin.dashboard.what_if import drawn
from twin.dashboard.what_if.job_table import Job
from twin.dashboard.what_if.wish import written

KINDS = ("html", "xlsx", "pdf", "json")


def build(address: Address, source: Source) -> Any:
    """The study that the address names."""
    words, name = say(address.language), address.get("study")
    job = source.studies.jobs.table.get(name)
    found = source.studies.study(name)
    title = job.called(address.language) if job else name
    back = dcc.Link(
        words["what_if_back"],
        href=address.to(page="what_if", site=job.site if job and job.site in source.names else address.site),
        className="switch",
    )
    if found.value is not None and (job is None or job.state == "done"):
        return html.Div(
            [
                html.H1(f"{words['page_what_if']} · {title}"),
                *_head(found.value, job, address, back),
                *_found(found.value, address),
            ]
        )
    parts: list[Any] = [html.H1(f"{words['page_what_if']} · {title}")]
    if job is None:
        parts.append(card(words["what_if_study"], reason(found, words), html.Div([back], className="row"), wide=True))
        return html.Div(parts)
    told = [] if job.open else [reason(found, words)]
    change = (
        [dcc.Link(words["what_if_change"], href=again(job, address), className="switch")]
        if job.state in RESUMED or job.open
        else []
    )
    parts.append(
        card(
            words["what_if_study"], html.Div(state_of(job, address.language), className="going", **{"aria-live": "polite"}), *told,
            *([html.P(words["what_if_close"], className="note")] if job.open else []),
            html.Div([*buttons(job, address.language), *change, back], className="row"), wide=True, name="what-if-job",
        )
    )  # fmt: skip
    return html.Div(parts)


def again(job: Job, address: Address) -> str:
    """Address of the form with what a study was asked."""
    asked = job.asked
    own = {
        "measures": written(asked.get("measures", ())),
        "mode": str(asked.get("mode", "")),
        "samples": str(asked.get("samples", "")),
    }
    if asked.get("curve") is False:
        own["curve"] = "no"
    return address.to(page="what_if", site=job.site, **own)


def _head(content: Content, job: Job | None, address: Address, back: Any) -> list[Any]:
    """What was studied, the link to share, and the report to take along."""
    words, language, study = say(address.language), address.language, content.study
    name = address.get("study")
    files = [
        html.A(
            words[f"what_if_as_{kind}"],
            href=f"/what-if/{name}.{kind}?lang={language}",
            download=True,
            className="switch",
        )
        for kind in KINDS
        if may("engineer") and (kind != "pdf" or browser())
    ]
    site = titled({"title": study["site"]}, language)
    basis = words["what_if_basis"].format(
        site=site,
        weather=study["weather"],
        period=study["period"],
        samples=study["samples"],
        step=f"{study['step_s'] / 60.0:g}",
    )
    links = [
        back,
        *(
            [dcc.Link(words["what_if_change"], href=again(job, address), className="switch")]
            if job and job.asked.get("measures")
            else []
        ),
    ]
    sharing = html.Button(
        words["what_if_share"], id="what-if-share", className="switch", **{"data-told": words["what_if_shared"]}
    )
    return [html.P(basis, className="note"), html.Div([*links, sharing, *files], className="row tools")]


def _found(content: Content, address: Address) -> list[Any]:
    language, words = address.language, say(address.language)
    sentences = summary(content, language)
    parts: list[Any] = [
        card(
            words["what_if_summary"],
            *(html.P(each, className="lead" if not place else "") for place, each in enumerate(sentences)),
            wide=True,
            name="what-if-summary",
        )
    ]
    if content.told:
        rows = [(titled(row, language), str(row["failed_samples"]), row["problem"]) for row in content.told]
        parts.append(
            card(
                words["what_if_problems"],
                table((words["measure"], words["what_if_failed_samples"], words["what_if_why"]), rows),
                wide=True,
                name="what-if-problems",
            )
        )
    if content.best is None:
        return parts
    parts.append(html.Div(_figures(content, language), className="kpis"))
    parts.append(
        card(
            words["what_if_table"],
            tabled(listing.measures(content, language), "what-if-table"),
            wide=True,
            note=words["what_if_table_note"],
        )
    )
    parts += [_charts(content, address), _money(content, address), *_tables(content, language)]
    return parts


def _charts(content: Content, address: Address) -> html.Div:
    """Everything that is drawn."""
    language, dark, words = address.language, address.dark, say(address.language)
    charts = [
        drawn.card(figures.waterfall(content, language), dark, "what-if-waterfall")
        or _missing("waterfall", "what_if_no_waterfall", words),
        drawn.card(figures.spread(content, "saving_kwh", "energy", language), dark, "what-if-savings"),
        drawn.card(figures.monthly_bars(content, language), dark, "what-if-monthly"),
        drawn.card(figures.spread(content, "npv", "money", language), dark, "what-if-npv"),
        _curve(content, address),
        drawn.card(figures.load_duration(content, language), dark, "what-if-duration"),
        drawn.card(figures.tornado(content, language), dark, "what-if-tornado"),
    ]
    return html.Div([each for each in charts if each is not None], className="charts")


def _tables(content: Content, language: str) -> list[Any]:
    """What stands in tables below the charts."""
    words, parts = say(language), []
    if content.interactions:
        parts.append(
            card(
                words["interactions"],
                tabled(listing.interactions(content, language), "what-if-interactions"),
                wide=True,
            )
        )
    parts.append(
        card(words["what_if_beside"], tabled(listing.base_and_best(content, language), "what-if-beside"), wide=True)
    )
    parts.append(
        card(
            words["what_if_comfort"],
            _comfort(content, language),
            wide=True,
            note=words["what_if_comfort_note"],
            name="what-if-comfort",
        )
    )
    return parts


def _curve(content: Content, address: Address) -> Any:
    """The abatement curve with the names of its bars, which are numbered; or why there is none."""
    language = address.language
    found = drawn.card(figures.abatement(content, language), address.dark, "what-if-macc")
    rows = listing.curve(content, language)
    if found is None or rows is None:
        return _missing("macc", "what_if_no_curve", say(language))
    found.children.append(tabled(rows, "what-if-macc-table"))
    return found


def _missing(title: str, why: str, words: Mapping[str, str]) -> html.Section:
    """A card that says why the study has nothing to show there."""
    nothing: Reading[Any] = Reading("empty", why=why)
    return card(words[title], reason(nothing, words), wide=True)


def tabled(rows: Listing, name: str) -> html.Div:
    """A table of the report as one of the screen."""
    return table(list(rows.heads), [list(row) for row in rows.rows], name)


def _figures(content: Content, language: str) -> list[Any]:
    """The best scenario in a few figures, each the study's own."""
    words, best = say(language), content.best
    assert best is not None
    chance = best["money"]["probability"]

    def spread(kind: str, values: Any) -> str:
        return f"P10–P90: {said(kind, language, values['p10'])} … {said(kind, language, values['p90'])}"

    def told(key: str, kind: str, values: Any, name: str, a_year: bool = True) -> html.Section:
        value, unit = said(kind, language, values["p50"]).split(" ", 1)
        return figure(words[key], value, f"{unit}/a" if a_year else unit, [spread(kind, values)], name)

    capital, unit = said("money", language, best["capex"]).split(" ", 1)
    base, hours = content.base["comfort_hours_outside"], best["comfort_hours_outside"]
    back = f"{best['payback_years']:.1f}" if best["payback_years"] is not None else "–"
    return [
        figure(words["what_if_best"], titled(best, language), "", [words["what_if_best_note"]], "what-if-kpi-best"),
        told("saving", "energy", best["saving_kwh"], "what-if-kpi-saving"),
        told("saved_cost", "money", best["saving_cost_cny"], "what-if-kpi-cost"),
        told("co2", "carbon", best["saving_co2_t"], "what-if-kpi-carbon"),
        figure(words["capex"], capital, unit, [f"{words['payback']}: {back}"], "what-if-kpi-capital"),
        told("npv_plain", "money", best["npv"], "what-if-kpi-npv", False),
        figure(words["chance_payback"].format(limit=f"{chance['payback_limit_years']:g}"), percent(chance["payback"]), "", [words["what_if_chance_npv"].format(share=percent(chance["npv_positive"]))], "what-if-kpi-chance"),
        figure(words["what_if_hours"], f"{hours:,.0f}", "h/a", [words["what_if_before"].format(value=f"{base:,.0f} h/a")], "what-if-kpi-comfort"),
    ]  # fmt: skip


def _money(content: Content, address: Address) -> html.Section:
    """Cash flow of one scenario, chosen among all; the best one first."""
    words, language = say(address.language), address.language
    best = content.best["name"] if content.best else ""
    chosen = address.get("scenario")
    chosen = chosen if chosen in {row["name"] for row in content.sound} else best
    options = [{"value": row["name"], "label": titled(row, language)} for row in content.sound]
    pick = dmc.Select(
        id="what-if-scenario",
        data=options,
        value=chosen,
        label=words["what_if_scenario"],
        allowDeselect=False,
        maw=420,
        size="sm",
    )
    return card(
        words["cash_flow"],
        pick,
        html.Div(cash(content, chosen, address), id="what-if-cash"),
        wide=True,
        name="what-if-money",
    )


def cash(content: Content, name: str, address: Address) -> Any:
    """Flows of each year, the spread of what it is worth, and the table of the years."""
    scenario = next((row for row in content.sound if row["name"] == name), None) or content.best
    if scenario is None:
        return html.P(say(address.language)["what_if_none"])
    language, dark = address.language, address.dark
    charts = [drawn.card(make(scenario, language), dark, name) for make, name in ((figures.cash_flow, "what-if-flow"), (figures.exceedance, "what-if-exceedance"), (figures.histogram, "what-if-histogram"))]  # fmt: skip
    rows = html.Details(
        [html.Summary(say(language)["what_if_years"]), tabled(listing.cash_flow(scenario, language), "what-if-years")]
    )
    return html.Div([html.Div(charts, className="charts"), rows])


def _comfort(content: Content, language: str) -> html.Div:
    """Hours out of comfort and hours of unmet load of every scenario, with their spread."""
    words = say(language)
    heads = (words["measure"], words["what_if_hours"], "P10 … P90", words["what_if_unmet"], "P10 … P90")
    base = content.base
    rows: list[Sequence[str]] = [(words["baseline"], *_hours(base))]
    rows += [(titled(row, language), *_hours(row)) for row in content.sound]
    return table(heads, rows, "what-if-hours")


def _hours(row: Any) -> list[str]:
    """Hours and their spread where the study has one."""
    found = []
    for key in ("comfort_hours_outside", "unmet_hours"):
        spread = (row.get("ranges") or {}).get(key)
        found += [f"{row[key]:,.0f}", f"{spread['p10']:,.0f} … {spread['p90']:,.0f}" if spread else "–"]
    return found
