"""What-if: choose measures, have them worked beside the dashboard, and see, share, compare and take along what came of it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import tempfile
from pathlib import Path
from typing import Any

import dash
from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, ctx, dcc, html, no_update
from fastapi import Response
from twin.dashboard.address import Address
from twin.dashboard.cards import reason
from twin.dashboard.data import Source
from twin.dashboard.language import LANGUAGES, say
from twin.dashboard.page import Page
from twin.dashboard.pages import what_if_compare, what_if_form, what_if_list, what_if_results
from twin.dashboard.reading import Reading
from twin.dashboard.report.page import render
from twin.dashboard.report.paper import write_pdf
from twin.dashboard.report.workbook import workbook
from twin.dashboard.rights.account import RightError, may, noted, required
from twin.dashboard.what_if.studies import UNSOUND
from twin.dashboard.what_if.wish import MODES

from twin.errors import TwinError

NAME = r"[0-9a-z]{12}"
KEYS = {
    "study": NAME, "compare": rf"{NAME}(,{NAME}){{0,3}}", "measures": r"[\w:;=.,/+\- %]{0,2000}", "mode": "|".join(MODES), "samples": r"[1-9][0-9]{0,2}",
    "curve": "no", "scenario": r"[\w+\- ]{1,300}",
}  # fmt: skip
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLAIN = "text/plain; charset=utf-8"
TYPES = {"html": "text/html; charset=utf-8", "xlsx": SHEET, "pdf": "application/pdf", "json": "application/json"}


def build(address: Address, source: Source) -> Any:
    """The form, a study, or studies beside each other, with what callbacks have to know."""
    words = say(address.language)
    view = what_if_results if address.get("study") else what_if_compare if address.get("compare") else what_if_form
    here = {"site": address.site, "language": address.language, "theme": address.theme, "study": address.get("study")}
    try:
        parts = [view.build(address, source)]
    except TwinError as problem:
        failed: Reading[Any] = Reading("error", why="what_if_no_folder", detail=str(problem))
        parts = [html.H1(words["page_what_if"]), reason(failed, words)]
    spare = [] if view is what_if_form else [html.Div(id="what-if-list", hidden=True)]
    poll = dcc.Interval(id="what-if-poll", interval=what_if_list.AGAIN, disabled=view is not what_if_form)
    said = html.Div(id="what-if-said", **{"aria-live": "assertive"})
    return html.Div([dcc.Store(id="what-if-here", data=here), poll, said, *parts, *spare], id="what-if")


def settled(address: Address, source: Source) -> bool:
    """Whether the measures are known, and the study that is looked at has come to an end."""
    if address.get("study"):
        try:
            job = source.studies.jobs.table.get(address.get("study"))
        except TwinError:
            return True
        return job is None or not job.open
    return bool(address.get("compare")) or source.choices(address.site).state != "loading"


def register(app: dash.Dash, source: Source) -> None:
    """Callbacks of the page, and the addresses of its files."""
    _in_browser(app)

    @app.callback(
        Output("what-if-preview", "children"), Output("what-if-run", "disabled"), Input("what-if-wish", "data"), State("what-if-here", "data"),
    )  # fmt: skip
    async def preview(wish: Any, here: Any) -> tuple[Any, bool]:
        """Show what a wish costs."""
        return await asyncio.to_thread(previewed, source, wish, here)

    @app.callback(
        Output("address", "href"), Output("what-if-said", "children", allow_duplicate=True), Input("what-if-run", "n_clicks"), State("what-if-wish", "data"),
        State("what-if-here", "data"), prevent_initial_call=True, running=[(Output("what-if-run", "loading"), True, False)],
    )  # fmt: skip
    async def run(clicks: int | None, wish: Any, here: Any) -> tuple[Any, Any]:
        """Put a wish in the queue and go to its page."""
        return await asyncio.to_thread(started, source, wish, here) if clicks else (no_update, no_update)

    @app.callback(
        Output("what-if-said", "children"), Output("what-if-list", "children"), Output("what-if-poll", "disabled"), Output("again", "n_intervals"),
        Input("what-if-poll", "n_intervals"), Input({"kind": "what-if-act", "what": ALL, "name": ALL}, "n_clicks"),
        Input({"kind": "what-if-drop", "name": ALL}, "submit_n_clicks"), State({"kind": "what-if-pick", "name": ALL}, "checked"),
        State({"kind": "what-if-pick", "name": ALL}, "id"), State("what-if-here", "data"), State("again", "n_intervals"), prevent_initial_call=True,
    )  # fmt: skip
    async def act(
        _: Any, __: Any, ___: Any, checked: list[bool], ids: list[dict[str, str]], here: Any, again: int | None
    ) -> tuple[Any, ...]:
        """Do what a button says, and tell the list anew."""
        picked = {each["name"] for each, on in zip(ids, checked, strict=True) if on}
        trigger = ctx.triggered_id if isinstance(ctx.triggered_id, dict) and ctx.triggered[0]["value"] else None
        return await asyncio.to_thread(acted, source, trigger, picked, here, again or 0)

    @app.callback(
        Output("address", "href", allow_duplicate=True), Output("what-if-said", "children", allow_duplicate=True), Input("what-if-upload", "contents"),
        State("what-if-upload", "filename"), State("what-if-here", "data"), prevent_initial_call=True,
    )  # fmt: skip
    async def bring(contents: str | None, label: str | None, here: Any) -> tuple[Any, Any]:
        """Keep a study that somebody brings and go to its page."""
        return await asyncio.to_thread(brought, source, contents, label, here) if contents else (no_update, no_update)

    @app.callback(
        Output("what-if-cash", "children"),
        Input("what-if-scenario", "value"),
        State("what-if-here", "data"),
        prevent_initial_call=True,
    )
    async def cash(name: str | None, here: Any) -> Any:
        """Show the money of another scenario."""
        return await asyncio.to_thread(flows, source, name, here)

    @app.server.get("/what-if/{name}.{kind}")
    def file(name: str, kind: str, lang: str = "en") -> Response:
        """A study as a file to take along."""
        return report(source, name, kind, lang)


def _in_browser(app: dash.Dash) -> None:
    """What needs no answer of the server."""
    key = {"measure": MATCH, "name": MATCH}
    slide, value = {"kind": "what-if-slide", **key}, {"kind": "what-if-value", **key}
    app.clientside_callback(
        ClientsideFunction("what_if", "together"), Output(slide, "value"), Output(value, "value"), Input(slide, "value"), Input(value, "value"), prevent_initial_call=True,
    )  # fmt: skip
    every = {"kind": "what-if-value", "measure": ALL, "name": ALL}
    app.clientside_callback(
        ClientsideFunction("what_if", "wish"), Output("what-if-wish", "data"), Input({"kind": "what-if-measure", "name": ALL}, "checked"), Input(every, "value"),
        Input("what-if-mode", "value"), Input("what-if-samples", "value"), Input("what-if-curve", "checked"), Input("what-if-title", "value"),
        State({"kind": "what-if-measure", "name": ALL}, "id"), State(every, "id"), State("what-if-usual", "data"),
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("what_if", "compare"), Output("what-if-compare", "href"), Output("what-if-compare", "className"),
        Input({"kind": "what-if-pick", "name": ALL}, "checked"), State({"kind": "what-if-pick", "name": ALL}, "id"), State("what-if-here", "data"),
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("what_if", "search"),
        Output("what-if-no-match", "className"),
        Input("what-if-search", "value"),
    )
    app.clientside_callback(ClientsideFunction("what_if", "share"), Output("what-if-share", "children"), Input("what-if-share", "n_clicks"), State("what-if-here", "data"), prevent_initial_call=True)  # fmt: skip
    app.clientside_callback(ClientsideFunction("what_if", "scenario"), Output("what-if-scenario", "name"), Input("what-if-scenario", "value"), prevent_initial_call=True)  # fmt: skip


def there(source: Source, here: Any) -> Address:
    """The address that a page says it has; one that makes no sense is home."""
    told = here if isinstance(here, dict) else {}
    site = told.get("site") if told.get("site") in source.names else source.home
    language = told.get("language") if told.get("language") in LANGUAGES else LANGUAGES[0]
    own = (("study", str(told["study"])),) if told.get("study") else ()
    return Address("what_if", str(site), str(language), "dark" if told.get("theme") == "dark" else "light", own)


def told_why(problem: TwinError, language: str) -> Any:
    """A sentence that says what is wrong."""
    detail = problem.said(language) if isinstance(problem, RightError) else str(problem)
    refused: Reading[Any] = Reading("error", why="what_if_refused", detail=detail)
    return reason(refused, say(language))


def _wish(source: Source, wish: Any, address: Address) -> Any:
    known = source.choices(address.site).value or ()
    return what_if_form.wish_of(wish if isinstance(wish, dict) else {}, source.path(address.site), known)


def previewed(source: Source, wish: Any, here: Any) -> tuple[Any, bool]:
    """What a wish costs, and whether it must not be run."""
    address = there(source, here)
    try:
        shown, good = what_if_form.preview(_wish(source, wish, address), source, address.site, address.language)
    except TwinError as problem:
        return told_why(problem, address.language), True
    return shown, not (good and may("engineer"))


def started(source: Source, wish: Any, here: Any) -> tuple[Any, Any]:
    """Begin a study; its address, or why not."""
    address = there(source, here)
    try:
        person = required("engineer")
        asked = _wish(source, wish, address)
        what_if_form.prepared(asked)
        job = source.studies.jobs.start(asked, address.site, person.name)
    except TwinError as problem:
        return no_update, told_why(problem, address.language)
    noted("what-if started", f"{address.site}: {', '.join(asked.measures)}")
    return address.to(study=job.id), ""


def acted(source: Source, trigger: dict[str, str] | None, picked: set[str], here: Any, again: int) -> tuple[Any, ...]:
    """Stop, resume or take away a study; what is said, the list, whether it may rest, and whether the screen is built anew."""
    address, said = there(source, here), no_update
    try:
        jobs = source.studies.jobs
        if trigger:
            required("engineer")
            what, name = trigger.get("what", "remove"), trigger["name"]
            done = {"stop": jobs.stop, "resume": jobs.resume, "remove": jobs.remove}[what](name)
            said = (
                "" if done else html.Div(say(address.language)["what_if_late"], className="state stale", role="status")
            )
            noted(f"what-if {what}", name)
        listed = jobs.table.listed(address.site)
    except TwinError as problem:
        return told_why(problem, address.language), no_update, True, no_update
    idle = not any(each.open for each in listed)
    if address.get("study"):
        return said, no_update, True, again + 1
    return said, what_if_list.rows(listed, address, picked), idle, no_update


def brought(source: Source, contents: str, label: str | None, here: Any) -> tuple[Any, Any]:
    """Keep a study that somebody brings; its address, or why it is refused."""
    address = there(source, here)
    try:
        person = required("engineer")
        octets = base64.b64decode(contents.partition(",")[2], validate=True)
        job = source.studies.take(octets, (label or "study.json")[:80], address.site, person.name)
    except binascii.Error:
        return no_update, told_why(TwinError(f"{label}: did not arrive whole; bring it again"), address.language)
    except TwinError as problem:
        return no_update, told_why(problem, address.language)
    noted("study brought", job.title)
    return address.to(study=job.id), ""


def flows(source: Source, name: str | None, here: Any) -> Any:
    """Cash flow of a scenario of the study that is looked at."""
    address = there(source, here)
    found = source.studies.study(address.get("study"))
    return (
        what_if_results.cash(found.value, name or "", address) if found.value else reason(found, say(address.language))
    )


def report(source: Source, name: str, kind: str, language: str) -> Response:
    """A study as a file, or a plain sentence that says why there is none."""
    language = language if language in LANGUAGES else LANGUAGES[0]
    words = say(language)
    try:
        required("engineer")
    except RightError as problem:
        return Response(problem.said(language), 403, media_type=PLAIN)
    found = source.studies.study(name)
    if kind not in TYPES or found.value is None:
        text = words[found.why].format(detail=found.detail) if found.value is None else words["what_if_no_file"]
        return Response(text, 404, media_type=PLAIN)
    try:
        octets = written(found.value.study, kind)
    except (TwinError, *UNSOUND) as problem:
        return Response(f"{type(problem).__name__}: {problem}", 500, media_type=PLAIN)
    noted("study taken out", f"{name}.{kind}")
    return Response(
        octets, media_type=TYPES[kind], headers={"content-disposition": f'attachment; filename="study-{name}.{kind}"'}
    )


def written(study: Any, kind: str) -> bytes:
    """The octets of a study's file."""
    if kind == "json":
        return (json.dumps(study, ensure_ascii=False, indent=1) + "\n").encode()
    if kind == "html":
        return render(study).encode()
    if kind == "xlsx":
        return workbook(study)
    with tempfile.TemporaryDirectory(prefix="twin-report-") as folder:
        path = Path(folder) / "study.pdf"
        write_pdf(study, path)
        return path.read_bytes()


PAGE = Page(build, register, KEYS, settled, fields=True)
