"""What wants attention, in words: alarms that stand, with what to do, and notes of the last days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import html
from twin.dashboard.cards import card, phrases, reason, table
from twin.dashboard.overview.measured import Alarm
from twin.dashboard.overview.standing import Standing
from twin.dashboard.reading import Reading

Words = Mapping[str, str]
SIGNS = {
    "gateway": "✕",
    "offline": "✕",
    "missing": "✕",
    "limit": "▲",
    "stale": "◷",
    "drift": "≈",
    "twin": "◷",
    "told": "!",
}
"""Signs of the sorts; colour alone says nothing."""


def attention(found: Reading[tuple[Standing, ...]], moment: datetime, words: Words) -> html.Section:
    """Alarms that stand, the most urgent first, or that there are none."""
    if found.value is None:
        return card(words["overview_standing"], reason(found, words), wide=True, name="standing")
    if not found.value:
        quiet = html.P(
            [html.Span("✓ ", className="sign", **{"aria-hidden": "true"}), words["overview_quiet"]], className="quiet"
        )
        return card(words["overview_standing"], quiet, wide=True, name="standing")
    rows = [html.Li(_row(each, moment, words), className=f"standing {each.sort}") for each in found.value]
    return card(words["overview_standing"], html.Ul(rows, className="list"), wide=True, name="standing")


def _row(each: Standing, moment: datetime, words: Words) -> list[Any]:
    """What it is, since when, and what to do."""
    names = ", ".join(each.names)
    more = words["overview_more"].format(count=each.count - len(each.names)) if each.sort not in ("offline",) and each.count > len(each.names) else ""  # fmt: skip
    told = words[f"overview_sort_{each.sort}"].format(since=since(each.since, moment, words), names=names + more, count=each.count, detail=each.detail)  # fmt: skip
    sign = html.Span(SIGNS[each.sort], className="sign", **{"aria-hidden": "true"})
    advice = words[f"overview_do_{each.sort}"]
    return [sign, html.Span([html.B(told), " ", *phrases(advice)])]


def since(when: datetime | None, moment: datetime, words: Words) -> str:
    """A moment as people say it: the time of today, or with its date."""
    if when is None:
        return words["overview_unknown_time"]
    return when.strftime("%H:%M" if when.date() == moment.date() else "%Y-%m-%d %H:%M")


def notes(found: Reading[tuple[Alarm, ...]], words: Words) -> html.Section:
    """What was noted about the site in the last days."""
    if found.value is None:
        return card(words["alarms"], reason(found, words), wide=True, name="alarms")
    rows = [(alarm.time.strftime("%Y-%m-%d %H:%M"), alarm.point or words["whole_site"], alarm.text, alarm.author or "–") for alarm in found.value]  # fmt: skip
    heads = [words[key] for key in ("moment", "point", "note", "author")]
    return card(words["alarms"], table(heads, rows), wide=True, name="alarms")
