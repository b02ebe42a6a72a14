"""The overview: what is measured now and over a period, what wants attention, the day beside the twin's expectation, and the twin's year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dash import html
from twin.dashboard import figures
from twin.dashboard.address import Address
from twin.dashboard.amounts import intensity, said
from twin.dashboard.cards import card, chart, figure, reason, skeleton, table
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.overview import notices, strip, today
from twin.dashboard.overview.expectation import Day, Year, meters
from twin.dashboard.overview.measured import Load
from twin.dashboard.overview.totals import PERIODS
from twin.dashboard.page import Page
from twin.dashboard.reading import Reading

Words = Mapping[str, str]
TALL, MIDDLE = 470, 320
"""Heights of charts. [px]"""


def build(address: Address, source: Source) -> Any:
    """The page from what can be known now."""
    words = say(address.language)
    site, year, day = source.site(address.site), source.year(address.site), source.day(address.site)
    title = site.value.name.get(address.language, address.site) if site.value else address.site
    parts = [html.H1(f"{words['page_overview']} · {title}")]
    if site.value and year.value:  # a run has told the time zone
        parts.append(html.P(today.told(site.value, source.now(address.site), words, address.language), className="note", id="calendar"))  # fmt: skip
    parts += [*_measured(source, address, words), _today(day, source, address)]
    parts.append(html.H2(words["year_figures"], className="part"))
    if year.value is None:
        parts.append(skeleton(words["year_figures"], 180, year, words))
    else:
        parts += [html.P(_basis(year.value, words), className="note"), html.Div(_figures(year.value, address), className="kpis")]  # fmt: skip
        parts += _charts(year.value, address)
    parts.append(notices.notes(source.alarms(address.site), words))
    return html.Div(parts)


def _measured(source: Source, address: Address, words: Words) -> list[Any]:
    """What is measured, where somebody measures: where from, the strip of a period, and what wants attention."""
    if not source.measures(address.site):
        return []
    name = address.get("period", "today")
    found, site = source.period(address.site, name), source.site(address.site).value
    strips = strip.strip(found, name, address)
    if site is not None and meters(site):
        strips.children.insert(0, strip.now(site, source.load(address.site), source.now(address.site), words))
    standing = notices.attention(source.standing(address.site), source.now(address.site), words)
    return [*strip.origin(source.origin(address.site), words), strip.periods(address, name, words), strips, standing]


def _basis(year: Year, words: Words) -> str:
    return words["year_basis"].format(weather=year.weather, year=year.year)


def _figures(year: Year, address: Address) -> list[Any]:
    """The strip of figures; each equals what the command line prints."""
    words, language = say(address.language), address.language
    energy, unit = said("energy", language, year.electricity, address.unit).rsplit(" ", 1)
    money = said("money", language, year.cost).split(" ", 1)
    carbon, carbon_unit = said("carbon", language, year.carbon).split(" ", 1)
    market = said("carbon", language, year.carbon_market)
    found = [
        figure(words["electricity"], energy, unit, [words["twin_year"]], "kpi-electricity"),
        figure(words["eui"], *intensity(year.intensity, address.unit), [words["floor"].format(area=f"{year.area:,.0f}")], "kpi-eui"),
        figure(words["peak"], f"{year.peak:,.0f}", "kW", [year.peak_time.replace("T", " ")[:16]], "kpi-peak"),
        figure(words["cost"], money[0], f"{money[1]}/a", [words["cost_note"]], "kpi-cost"),
        figure(words["carbon_short"], carbon, f"{carbon_unit} CO₂e/a", [words["market_value"].format(value=market)], "kpi-carbon"),
    ]  # fmt: skip
    if year.comfort is not None:
        found.append(figure(words["comfort_share"], f"{year.comfort * 100.0:.1f}", "%", [words["comfort_note"]], "kpi-comfort"))  # fmt: skip
    found += [figure(name.upper(), f"{value:.3f}", "", [words["indicator_note"]], f"kpi-{name}") for name, value in year.indicators.items()]  # fmt: skip
    return found


def _today(day: Reading[Day], source: Source, address: Address) -> Any:
    """The day: expectation, measurement, and how old the newest sample is."""
    words = say(address.language)
    if day.value is None:
        return skeleton(words["today"], MIDDLE, day, words)
    now, load, expected = source.now(address.site), source.load(address.site), day.value
    since = now - now.replace(hour=0, minute=0, second=0, microsecond=0)
    kind = words["workdays" if expected.workday else "free_days"]
    band = words["band_note"].format(days=expected.alike, kind=kind) if expected.low else words["no_band"]
    drawn = figures.day(expected, load.value, now, words, address.dark)
    return html.Div(
        [
            html.Div([*_day_cards(expected, load.value, since, address), _fresh(load, source, address, words)], className="kpis"),
            chart(f"{words['today']} · {expected.date.isoformat()}", drawn, MIDDLE, f"{words['today_note']} {band}", "today"),
        ]
    )  # fmt: skip


def _day_cards(day: Day, load: Load | None, since: timedelta, address: Address) -> list[Any]:
    """Where a live twin goes along, what is still to come; else what the day's typical course would be by now."""
    if load is not None and any(each is not None for each in load.expected):
        return strip.rest(day, load, since, address)
    return _day_figures(day, load, since, address)


def _day_figures(day: Day, load: Load | None, since: timedelta, address: Address) -> list[Any]:
    words, language = say(address.language), address.language
    power = [each for each in load.power if each is not None] if load else []
    now = [words["metered_now"].format(value=f"{power[-1]:,.0f} kW")] if power else []
    told = [words["metered_today"].format(value=said("energy", language, load.energy, address.unit), share=f"{load.complete:.0%}")] if load else []  # fmt: skip
    so_far, unit = said("energy", language, day.until(since), address.unit).rsplit(" ", 1)
    whole, whole_unit = said("energy", language, day.energy, address.unit).rsplit(" ", 1)
    before = (
        [words["yesterday"].format(value=said("energy", language, day.before, address.unit))]
        if day.before is not None
        else []
    )
    return [
        figure(words["expected_now"], f"{day.at(since):,.0f}", "kW", now, "kpi-now"),
        figure(words["expected_so_far"], so_far, unit, told, "kpi-so-far"),
        figure(words["expected_day"], whole, whole_unit, before, "kpi-day"),
    ]  # fmt: skip


def _fresh(load: Reading[Load], source: Source, address: Address, words: Words) -> Any:
    """How complete and how old measurements are, or why there are none."""
    if load.state in ("loading", "empty", "error", "stale"):
        return card(words["measurement"], reason(_silent(load, source, address), words), name="measurement")
    age = source.age(address.site)
    minutes = age.value.total_seconds() / 60.0 if age.value else 0.0
    share = load.value.complete if load.value else 0.0
    return figure(words["measurement"], f"{share * 100.0:.0f}", "%", [words["fresh"].format(minutes=f"{minutes:.0f}")], "measurement")  # fmt: skip


def _silent(load: Reading[Load], source: Source, address: Address) -> Reading[Load]:
    """The same, with the meter's device where the gateway has lost that."""
    site, points, standing = source.site(address.site), source.mapped(address.site), source.standing(address.site)
    if load.state != "stale" or site.value is None or not points.value or not standing.value:
        return load
    named = [points.value.get(f"{each.name}.power") for each in meters(site.value)]
    lost = {row.names[0] for row in standing.value if row.sort == "offline"} & {
        str(each.device) for each in named if each
    }
    return replace(load, why="no_data_device", detail=f"{load.detail}\n{', '.join(sorted(lost))}") if lost else load


def _charts(year: Year, address: Address) -> list[Any]:
    words = say(address.language)
    total = sum(flow.energy for flow in year.sources)
    closing = words["closes"].format(error=f"{abs(year.rest) / total * 100.0:.4f}" if total else "0")
    found = [
        chart(words["flows"], figures.flows(year, words, address.dark, address.unit), TALL, closing, "flows"),
        chart(
            words["months"],
            figures.months(year, words, address.dark, address.unit),
            TALL,
            words["months_note"],
            "months",
        ),
    ]
    if year.notes:
        found.append(card(words["run_notes"], table((words["note"],), [(note,) for note in year.notes]), wide=True, name="notes"))  # fmt: skip
    return [html.Div(found, className="charts")]


def settled(address: Address, source: Source) -> bool:
    """Whether the year, the day and the period are there, or why not."""
    states = {ask(address.site).state for ask in (source.site, source.day, source.year)}
    known = source.origin(address.site)
    begins = known is not None and known.state == "near"
    return "loading" not in states | {source.period(address.site, address.get("period", "today")).state} and not begins


PAGE = Page(build, keys={"period": "|".join(PERIODS)}, settled=settled, live=True)
