"""Cards of a component's signals, as its class hints at them: gauge, lamp, slider and trend, each with where its value comes from."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from twin.dashboard import figures, theme
from twin.dashboard.address import Address, read
from twin.dashboard.cards import card, chart, reason, skeleton, table
from twin.dashboard.data import Source
from twin.dashboard.explore.asked import joined
from twin.dashboard.graph import anatomy, network
from twin.dashboard.graph.anatomy import Part
from twin.dashboard.graph.condition import Conditions, Sample
from twin.dashboard.graph.recent import DAYS, STEP, Recent, Trend
from twin.dashboard.language import say

from twin.bacnet.points import Point

Words = Mapping[str, str]
AGAIN = 5000
"""How often values are looked at again. [ms]"""
TALL = 340
USUAL = 3
"""Days of a trend that the address says nothing of."""
DAY = timedelta(days=1)


def title(part: Part, words: Words) -> str:
    """What a signal is, in the words of the page where they have it."""
    key = "component_signal_" + re.sub(r"\W+", "_", part.signal.doc.lower()).strip("_")
    return words.get(key, part.signal.doc)


def strip(parts: Sequence[Part], conditions: Conditions, source: Source, address: Address) -> Any:
    """One card for every signal that has one."""
    words, recent, now = say(address.language), source.recent(address.site), source.now(address.site)
    shown = [part for part in parts if part.hint]
    if not shown:
        return card(words["component_values"], html.P(words["component_no_cards"], className="note"), wide=True, name="component-values")  # fmt: skip
    cards = [_card(part, conditions.samples.get(part.address), recent.value, now, address) for part in shown]
    waiting = [reason(recent, words)] if recent.state == "error" else []  # fmt: skip
    return html.Div(
        [
            *waiting, html.Div(cards, className="kpis", id="component-values"),
            dcc.Interval(id="component-again", interval=AGAIN), dcc.Store(id="component-now"), dcc.Store(id="component-painted"),
        ]
    )  # fmt: skip


def _card(part: Part, sample: Sample | None, recent: Recent | None, now: datetime, address: Address) -> html.Section:
    """A signal's value, what its hint adds, and where the value comes from."""
    words = say(address.language)
    value = sample.value if sample else recent.at(part.address, now) if recent else None
    extra = {"gauge": _gauge, "slider": _slider, "lamp": _lamp, "trend": _spark}[part.hint](part, value, recent, now, words)  # fmt: skip
    return html.Section(
        [
            html.H2(title(part, words)), html.P(_figure(part, value, sample is not None, words), className="figure"), *extra,
            html.P(origin(part, sample, value, now, words), className="note", **{"data-now": f"{part.address}:note"}),
            dcc.Link(words["component_show_trend"], href=address.to(signal=part.name), className="quiet", title=part.address),
        ],
        className=f"card kpi hint-{part.hint}", id=f"card-{part.name}",
    )  # fmt: skip


def _figure(part: Part, value: float | None, measured: bool, words: Words) -> list[Any]:
    """A number and its unit, with what the browser needs to go on with a number that is measured."""
    number, unit = amount(part, value, words)
    told = {"data-now": part.address, "data-exact": "" if value is None else f"{value!r} {part.signal.unit}"}
    factor, offset, _ = anatomy.scale(abs(value or 0.0), part.signal.unit)
    if measured and part.hint != "lamp" and value is not None and not offset:
        told |= {"data-live": part.address, "data-live-scale": repr(1.0 / factor), "data-live-digits": str(len(number.partition(".")[2]))}  # fmt: skip
    return [html.Span(number, className="value", **told), " ", html.Span(unit, className="unit")]


def amount(part: Part, value: float | None, words: Words) -> tuple[str, str]:
    """A value and its unit; on or off of a lamp."""
    if value is not None and part.hint == "lamp":
        return words["component_on" if value > 0.5 else "component_off"], ""
    return anatomy.text(value, part.signal.unit)


def shown(part: Part, value: float | None, words: Words) -> str:
    """A value with its unit as one text."""
    return " ".join(amount(part, value, words)).strip()


def origin(part: Part, sample: Sample | None, value: float | None, now: datetime, words: Words) -> str:
    """Where a value comes from: measured and how long ago, with the twin's beside it, or the twin's own."""
    if sample is None:
        return words["component_of_twin" if value is not None else "component_no_value"]
    told = words["component_measured"].format(age=age(now - sample.time, words), quality=words[f"component_quality_{sample.quality}"])  # fmt: skip
    if sample.expected is None:
        return told
    return f"{told} {words['component_expected'].format(value=shown(part, sample.expected, words))}"


def age(span: timedelta, words: Words) -> str:
    """How long something is ago, in the unit that fits."""
    seconds = max(span.total_seconds(), 0.0)
    for size, key in ((86400.0, "component_days"), (3600.0, "component_hours"), (60.0, "component_minutes")):
        if seconds >= 2.0 * size or (key == "component_minutes" and seconds >= size):
            return words[key].format(count=f"{seconds / size:.0f}")
    return words["component_seconds"].format(count=f"{seconds:.0f}")


def _gauge(part: Part, value: float | None, recent: Recent | None, now: datetime, words: Words) -> list[Any]:
    """Where the value lies between the least and the most of the twin's last days, or between its alarm limits."""
    point, ends = part.point, None
    if point and point.alarm_low == point.alarm_low:
        ends = (point.alarm_low, point.alarm_high)
    elif recent:
        known = [each for each in recent.between(part.address, now - DAY * max(DAYS), now) if each is not None]
        ends = (min(known), max(known)) if known else None
    return _meter(part, value, ends, "gauge", words)


def _slider(part: Part, value: float | None, recent: Recent | None, now: datetime, words: Words) -> list[Any]:
    """Where a command lies in the range that may be written; it is written on the page of points."""
    ends = (part.point.low, part.point.high) if part.point and part.point.writable else (0.0, 1.0) if part.signal.unit == "1" else None  # fmt: skip
    return _meter(part, value, ends, "slider", words)


def _meter(part: Part, value: float | None, ends: tuple[float, float] | None, look: str, words: Words) -> list[Any]:
    if value is None or ends is None or not ends[1] > ends[0]:
        return [html.Div(className="meter none"), html.Div("\u00a0", className="ends")]
    share = min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)
    low, high = (shown(part, end, words) for end in ends)
    told = {"aria-label": title(part, words), "aria-valuemin": f"{ends[0]:g}", "aria-valuemax": f"{ends[1]:g}", "aria-valuenow": f"{min(max(value, ends[0]), ends[1]):g}"}  # fmt: skip
    bar = html.Div(html.Span(style={"left": f"{share * 100.0:.1f}%"}), className=f"meter {look}", role="meter", **told)
    return [bar, html.Div([html.Span(low), html.Span(high)], className="ends")]


def _lamp(part: Part, value: float | None, recent: Recent | None, now: datetime, words: Words) -> list[Any]:
    return [html.Span(className="lamp on" if value is not None and value > 0.5 else "lamp", **{"aria-hidden": "true"})]


def _spark(part: Part, value: float | None, recent: Recent | None, now: datetime, words: Words) -> list[Any]:
    """The twin's last day as a small line."""
    known = [each for each in (recent.between(part.address, now - DAY, now + STEP) if recent else ()) if each is not None]  # fmt: skip
    if len(known) < 2:
        return [html.Span(className="spark none")]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    line = " ".join(f"{at * 200.0 / (len(known) - 1):.1f},{32.0 - 28.0 * (each - low) / span:.1f}" for at, each in enumerate(known))  # fmt: skip
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 36' preserveAspectRatio='none'><polyline points='{line}' fill='none' stroke='black' stroke-width='2' vector-effect='non-scaling-stroke'/></svg>"  # fmt: skip
    return [html.Span(className="spark", style={"--spark": f'url("data:image/svg+xml,{quote(drawing)}")'}, title=words["component_spark"], **{"aria-hidden": "true"})]  # fmt: skip


def trend(parts: Sequence[Part], source: Source, address: Address) -> Any:
    """Measured and expected of one signal over the last days."""
    words = say(address.language)
    cards = {part.name: part for part in parts if part.hint}
    if not cards:
        return None
    lines = [part for part in cards.values() if part.signal.card in ("trend", "gauge")]
    part = cards.get(address.get("signal")) or (lines or list(cards.values()))[0]
    days = int(address.get("days") or USUAL)
    found = source.trend(address.site, part.address, days)
    head = words["component_trend"].format(name=title(part, words))
    chips = [dcc.Link(words["component_last_days"].format(count=each), href=address.to(days=str(each)), className="chip here" if each == days else "chip") for each in DAYS]  # fmt: skip
    more = dcc.Link(
        words["component_explore"], href=address.to(page="explore", points=joined([part.address])), className="chip"
    )
    tools = html.Div([*chips, more], className="chips")
    wrong = [html.P(words["component_no_signal"].format(name=address.get("signal")), className="note")] if address.get("signal") and address.get("signal") not in cards else []  # fmt: skip
    if found.value is None:
        return html.Div([tools, *wrong, skeleton(head, TALL, found, words, "\u00a0")], id="component-trend")
    drawn = figure(found.value, part, words, address.dark)
    note = words["component_trend_live" if found.value.live else "component_trend_typical"]
    if not any(each is not None for each in found.value.measured):
        note = f"{words['component_trend_unmeasured']} {note}"
    return html.Div([tools, *wrong, chart(head, drawn, TALL, note)], id="component-trend")


def figure(found: Trend, part: Part, words: Words, dark: bool) -> dict[str, Any]:
    """The chart of a trend; where nothing was measured its line has a gap."""
    colours = theme.palette(dark)
    known = [abs(each) for each in (*found.measured, *found.expected) if each is not None]
    factor, offset, unit = anatomy.scale(max(known, default=0.0), part.signal.unit)
    lines = []
    for key, values, look in (
        ("component_line_measured", found.measured, {"color": colours.first, "width": 2}),
        ("component_twin", found.expected, {"color": colours.second, "width": 2, "dash": "dot"}),
    ):
        if any(each is not None for each in values):
            times = [(found.start + place * STEP).strftime("%Y-%m-%d %H:%M") for place in range(len(values))]
            told = [None if each is None else (each - offset) / factor for each in values]
            lines.append({"type": "scatter", "mode": "lines", "name": words[key], "x": times, "y": told, "line": look, "connectgaps": False})  # fmt: skip
    layout = figures.layout(dark, showlegend=True)
    layout["yaxis"] = {**layout["yaxis"], "rangemode": "normal", "title": {"text": unit}}
    return {"data": lines, "layout": layout}


def row(part: Part, point: Point, conditions: Conditions, now: datetime, words: Words) -> tuple[Any, ...]:
    """A point of the network: where it stands, its newest value, what that is worth and how old it is."""
    sample = conditions.samples.get(part.address)
    limits = " … ".join(shown(part, each, words) for each in (point.low, point.high)) if point.writable else words["component_read_only"]  # fmt: skip
    held = (shown(part, sample.value, words), words[f"component_quality_{sample.quality}"], age(now - sample.time, words)) if sample else ("–", words["component_never"], "–")  # fmt: skip
    return (point.name, f"{point.device}", f"{point.object} {point.instance}", *held, limits)


def every(parts: Sequence[Part], conditions: Conditions, source: Source, address: Address) -> Any:
    """All signals of the component, also those without a card, folded away."""
    words = say(address.language)
    rows = [
        (html.Span([part.name.replace("_", " "), html.Small(title(part, words))], className="named"), words[f"component_role_{part.signal.role}"], anatomy.nice(part.signal.unit) or "–",
         network.medium_title(part.signal.medium, words) if part.signal.medium else "–")
        for part in parts
    ]  # fmt: skip
    heads = [words[key] for key in ("component_signal", "component_role", "component_unit", "component_medium")]
    summary = html.Summary(words["component_all_signals"].format(count=len(parts)))
    return html.Section(html.Details([summary, table(heads, rows, "component-signals")]), className="card wide")


def values(address: Address, source: Source) -> dict[str, Any]:
    """Values and notes of now, as the browser paints them."""
    site, points = source.site(address.site).value, source.mapped(address.site).value
    structure, name = source.structure(address.site).value, address.get("name")
    if site is None or structure is None or name not in structure.kinds:
        return {}
    words, now = say(address.language), source.now(address.site)
    conditions, recent = source.conditions(address.site).value or Conditions(), source.recent(address.site).value
    texts: dict[str, Sequence[str]] = {}
    for part in anatomy.parts(site[name], points or {}):
        if part.hint:
            sample = conditions.samples.get(part.address)
            value = sample.value if sample else recent.at(part.address, now) if recent else None
            texts[part.address] = amount(part, value, words)
            texts[f"{part.address}:note"] = (origin(part, sample, value, now, words),)
    return {"texts": texts}


def register(app: Dash, keys: Mapping[str, str], source: Source) -> None:
    """Values of now, every few seconds."""

    @app.callback(
        Output("component-now", "data"), Input("component-again", "n_intervals"), State("address", "pathname"), State("address", "search"), prevent_initial_call=True
    )  # fmt: skip
    async def renew(_: int | None, path: str | None, query: str | None) -> dict[str, Any]:
        """What is shown now."""
        address = read(path, query, {"component": keys}, source.names, Address("component", source.home))
        return await asyncio.to_thread(values, address, source)

    app.clientside_callback(ClientsideFunction("network", "paint"), Output("component-painted", "data"), Input("component-now", "data"))  # fmt: skip
