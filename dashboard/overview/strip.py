"""The strip of measured figures: now and over a period, each against what the twin expected and the period before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dash import dcc, html
from twin.dashboard import live
from twin.dashboard.address import Address
from twin.dashboard.amounts import INTENSITY, NARROW, percent, said
from twin.dashboard.cards import card, figure, reason
from twin.dashboard.data import HISTORY
from twin.dashboard.language import say
from twin.dashboard.overview.expectation import Day, meters
from twin.dashboard.overview.measured import Load
from twin.dashboard.overview.totals import EXPECTED, PERIODS, Beside, Period
from twin.dashboard.reading import Reading

from twin.live.filling import Progress

Words = Mapping[str, str]
SAME = 0.0005
"""Share below which a difference is none."""


def origin(known: Progress | None, words: Words) -> list[Any]:
    """Where measurements come from, where that is no real building, and how much of its past is there."""
    if known is None:
        return []
    told: list[Any] = [html.B(words["overview_virtual"]), " ", words["overview_virtual_note"].format(seed=known.seed)]
    if known.state == "near":
        told += [" ", words["overview_filling"]]
    elif known.state == "far":
        told += [" ", words["overview_history"], " ", live.value(HISTORY, str(known.days)), f" / {known.wanted} ", words["overview_days"]]  # fmt: skip
    return [html.P(told, className="origin", id="origin", role="status")]


def periods(address: Address, chosen: str, words: Words) -> html.Nav:
    """Links that choose the period; the rest of the address stays."""
    links = [
        html.Span(
            dcc.Link(words[f"overview_{name}"], href=address.to(period=name), className="choice here" if name == chosen else "choice"),
            **({"aria-current": "true"} if name == chosen else {}),
        )
        for name in PERIODS
    ]  # fmt: skip
    return html.Nav(links, className="choices", **{"aria-label": words["overview_period"]})


def strip(reading: Reading[Period], chosen: str, address: Address) -> html.Div:
    """Figures of a period."""
    words, language = say(address.language), address.language
    if reading.value is None:
        return html.Div([card(words[f"overview_{chosen}"], reason(reading, words), wide=True)], className="kpis strip", id="strip")  # fmt: skip
    found = reading.value
    total: list[tuple[str, str, Beside, str]] = [
        ("energy", words["electricity"], found.energy, "energy"),
        ("cost", words["cost"], found.cost, "money"),
        ("carbon", words["carbon_short"], found.carbon, "carbon"),
    ]
    cards = [_card(name, title, each, lambda value, kind=kind: said(kind, language, value, address.unit), words) for name, title, each, kind in total]  # fmt: skip
    cards[1].children.append(html.P(words["overview_without_demand"], className="note"))
    market = words["market_value"].format(value=said("carbon", language, found.carbon_market.measured))
    cards[2].children.append(html.P(market, className="note"))
    cards.insert(1, _card("eui", words["eui"], found.intensity, partial(_intensity, unit=address.unit), words))
    peak = _card("peak", words["peak"], found.peak, lambda value: f"{value:,.0f} kW", words)
    if found.peak_time is not None:
        peak.children.insert(2, html.P(found.peak_time.strftime("%H:%M" if chosen == "today" else "%Y-%m-%d %H:%M"), className="note"))  # fmt: skip
    cards.insert(2, peak)
    if found.indicator is not None:
        name, beside = found.indicator
        cards.append(_card(name, words[f"overview_{name}"], beside, lambda value: f"{value:.2f}", words))
    if found.comfort.measured is not None:
        cards.append(_card("comfort", words["comfort_share"], found.comfort, lambda value: f"{value * 100.0:.1f}{NARROW}%", words, points=True))  # fmt: skip
    whole = _card("complete", words["overview_complete"], found.complete, lambda value: f"{value * 100.0:.1f}{NARROW}%", words, points=True)  # fmt: skip
    return html.Div([*cards, whole], className="kpis strip", id="strip")


def now(site: Any, load: Reading[Load], moment: datetime, words: Words) -> html.Section:
    """The power at this moment, which goes on by itself, and what the twin expects of it."""
    names = [f"{each.name}.power" for each in meters(site)]
    scale = 1e-3 * (meters(site)[0].multiplier if len(names) == 1 else 1.0)
    value = load.value.now if load.value else None
    text = "–" if value is None else f"{value:,.0f}"
    parts = [
        html.H2(words["overview_now"]),
        html.P([html.Span(live.value(names, text, scale=scale, name="live-now"), className="value"), " ", html.Span("kW", className="unit")], className="figure"),
        html.P([words["twin"], " ", live.value([name + EXPECTED for name in names], "–", scale=scale, name="live-expected"), " kW"], className="note"),
        html.P([words["overview_at"], " ", live.moment(names, "–", moment.utcoffset())], className="note"),
    ]  # fmt: skip
    return html.Section(parts, className="card kpi", id="kpi-live")


def rest(day: Day, load: Load | None, since: timedelta, address: Address) -> list[Any]:
    """What is still expected of the day."""
    words = say(address.language)

    def told(energy: float) -> str:
        return said("energy", address.language, energy, address.unit)

    left = day.energy - day.until(since)
    first = min(since // day.step + 1, len(day.expected))
    measured = load.energy if load else day.until(since)
    value, unit = told(measured + left).rsplit(" ", 1)
    made = words["overview_made_of"].format(measured=told(measured), left=told(left))
    cards = [figure(words["overview_by_midnight"], value, unit, [made, words["overview_typical"]], "rest-energy")]
    ahead = day.expected[first:]
    if ahead:
        place = max(range(len(ahead)), key=lambda each: ahead[each])
        at = f"{(day.step * (first + place)) // timedelta(hours=1):02d}:{(day.step * (first + place)) // timedelta(minutes=1) % 60:02d}"
        band = words["overview_band"].format(low=f"{day.low[first + place]:,.0f}", high=f"{day.high[first + place]:,.0f}") if day.low else ""  # fmt: skip
        cards.append(figure(words["overview_peak_ahead"], f"{ahead[place]:,.0f}", "kW", [at, band], "rest-peak"))
    return cards


def _intensity(value: float, unit: str) -> str:
    """Energy of a square metre, in the reader's unit and as finely as it is small."""
    factor, name = INTENSITY[unit]
    value *= factor
    return f"{value:,.{1 if value >= 10 else 3 if value < 1 else 2}f} {name.replace('(', '').replace('·a)', '')}"


def _card(name: str, title: str, beside: Beside, shown: Callable[[float], str], words: Words, points: bool = False) -> html.Section:  # fmt: skip
    """A figure with what it is measured against."""
    if beside.measured is None:
        return figure(title, "–", "", [words["overview_unknown"]], f"now-{name}")
    value, _, unit = shown(beside.measured).partition(" ") if NARROW not in shown(beside.measured) else shown(beside.measured).partition(NARROW)  # fmt: skip
    notes = [
        _against(words[f"overview_{other}"], beside.measured, each, shown, points)
        for other, each in (("twin", beside.expected), ("before", beside.before)) if each is not None
    ]  # fmt: skip
    if beside.before is None:
        notes.append(html.Span(words["overview_no_before"]))
    parts = [html.Span(value, className="value"), " ", html.Span(unit, className="unit")]
    rows = [html.P(each, className="note beside") for each in notes]
    return html.Section([html.H2(title), html.P(parts, className="figure"), *rows], className="card kpi", id=f"now-{name}")  # fmt: skip


def _against(label: str, measured: float, other: float, shown: Callable[[float], str], points: bool) -> html.Span:
    """A reference and how far the measured value is from it; shares differ by percentage points."""
    off = measured - other if points else (measured - other) / abs(other) if other else 0.0
    arrow = "=" if abs(off) < SAME else "▲" if off > 0.0 else "▼"
    told = f"{arrow}{NARROW}{percent(abs(off))}" if arrow != "=" else arrow
    return html.Span([html.Span(told, className="off"), f" {label} {shown(other).replace(' ', NARROW)}"])
