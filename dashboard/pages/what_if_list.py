"""Studies of a site as a list: how far each is, how it ended, and what can be done with it."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from twin.dashboard.address import Address
from twin.dashboard.cards import SIGNS, card, phrases
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.rights.account import may
from twin.dashboard.what_if.job_table import Job
from twin.dashboard.what_if.studies import LARGEST

MINUTE, HOUR = 60.0, 3600.0
AGAIN = 1_000
"""How often the list is told while something runs. [ms]"""
STATES = {
    "waiting": "loading",
    "running": "loading",
    "done": "",
    "failed": "error",
    "stopped": "stale",
    "interrupted": "stale",
}
RESUMED = ("failed", "stopped", "interrupted")
STAGES = {
    "compiling kernels (first time only)": "what_if_compiling", "comparing scenarios": "what_if_comparing",
    "running the best scenario once more": "what_if_best_again", "running measures on top of each other": "what_if_curving",
}  # fmt: skip


def listed(address: Address, source: Source) -> html.Section:
    """The card of all studies of a site, with the way to bring one."""
    words = say(address.language)
    jobs = source.studies.jobs.table.listed(address.site)
    bring = dcc.Upload(
        dmc.Button(words["what_if_bring"], variant="default", size="xs"), id="what-if-upload", accept=".json,application/json", max_size=8 * LARGEST, className="bring",
    )  # fmt: skip
    return card(
        words["what_if_kept"], html.Div(rows(jobs, address, ()), id="what-if-list"), html.Div([compare(address), bring if may("engineer") else None], className="row"),
        html.P(phrases(words["what_if_bring_note"].format(size=f"{LARGEST / 2**20:.0f}")), className="note"), name="what-if-kept", wide=True,
    )  # fmt: skip


def compare(address: Address) -> Any:
    """The link to the studies that are picked, beside each other; the browser fills it in."""
    words = say(address.language)
    return dcc.Link(
        words["what_if_compare"],
        id="what-if-compare",
        href=address.to(measures="", mode="", samples="", curve=""),
        className="switch off",
    )


def rows(jobs: list[Job], address: Address, picked: Collection[str]) -> Any:
    """One row a study, or the sentence that there is none."""
    words = say(address.language)
    if not jobs:
        return html.P(words["what_if_none"], className="note")
    return html.Ul([row(job, address, job.id in picked) for job in jobs], className="studies")


def row(job: Job, address: Address, picked: bool) -> html.Li:
    """A study: pick, title as a link, state, and buttons."""
    words, title = say(address.language), job.called(address.language)
    link = dcc.Link(
        title,
        href=f"/what_if?site={address.site}&lang={address.language}&theme={address.theme}&study={job.id}",
        className="title",
    )
    pick = dmc.Checkbox(id={"kind": "what-if-pick", "name": job.id}, checked=picked, disabled=job.state != "done", size="sm", **{"aria-label": words["what_if_pick"].format(title=title)})  # fmt: skip
    return html.Li([pick, html.Div([link, html.Div(said(job, address.language), className="note")], className="what"), html.Div(buttons(job, address.language), className="row")])  # fmt: skip


def said(job: Job, language: str) -> list[Any]:
    """State of a study in words, with its progress."""
    words = say(language)
    made = datetime.fromtimestamp(job.made).astimezone().strftime("%Y-%m-%d %H:%M")
    state = STATES[job.state]
    sign = [html.Span(f"{SIGNS[state]} ", **{"aria-hidden": "true"})] if state else []
    parts: list[Any] = [
        html.Span([*sign, words[f"what_if_is_{job.state}"]], className=state),
        f" · {made}",
        f" · {job.author}" if job.author else "",
    ]
    if job.state == "running":
        parts.append(progress(job, language))
    elif job.problem and job.state == "failed":
        parts.append(html.Div(phrases(job.problem), className="why"))
    return parts


def progress(job: Job, language: str) -> html.Div:
    """How far a running study is, and how long it still takes."""
    words = say(language)
    stage = words[STAGES[job.stage]] if job.stage in STAGES else job.stage or words["what_if_starting"]
    share = 100.0 * job.done / job.total if job.total else 0.0
    left = job.left(time.time())
    text = [stage]
    if job.total > 1:
        text.append(words["what_if_done_of"].format(done=f"{job.done:,}", total=f"{job.total:,}"))
    if left is not None:
        text.append(words["what_if_left"].format(time=span(left, language)))
    return html.Div(
        [
            dmc.Progress(value=share, size="lg", **{"aria-label": words["what_if_progress"]}),
            html.Span(" · ".join(text)),
        ],
        className="progress",
    )


def span(seconds: float, language: str) -> str:
    """A duration for people.

    >>> span(42.0, "en"), span(600.0, "en"), span(7200.0, "en")
    ('42 s', '10 min', '2.0 h')
    """
    words = say(language)
    if seconds < 1.5 * MINUTE:
        return words["what_if_seconds"].format(value=f"{max(seconds, 1.0):.0f}")
    if seconds < 1.5 * HOUR:
        return words["what_if_minutes"].format(value=f"{seconds / MINUTE:.0f}")
    return words["what_if_hours_unit"].format(value=f"{seconds / HOUR:.1f}")


def buttons(job: Job, language: str) -> list[Any]:
    """What may be done with a study; it is taken away after a question only."""
    words = say(language)
    if not may("engineer"):
        return []
    title = job.called(language)
    found: list[Any] = []
    if job.open or job.state in RESUMED:
        what = "stop" if job.open else "resume"
        found.append(_button(words[f"what_if_{what}"], title, id={"kind": "what-if-act", "what": what, "name": job.id}))
    if not job.open:
        drop = {"kind": "what-if-drop", "name": job.id}
        question = words["what_if_remove_really"].format(title=title)
        found.append(dcc.ConfirmDialogProvider(_button(words["what_if_remove"], title), id=drop, message=question))
    return found


def _button(text: str, title: str, **more: Any) -> dmc.Button:
    return dmc.Button(text, variant="default", size="xs", **{"aria-label": f"{text}: {title}"}, **more)
