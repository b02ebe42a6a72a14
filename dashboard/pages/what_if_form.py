"""The form of a what-if: measures with their arguments, how they are put together, and what it costs to do and to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from twin.dashboard.address import Address
from twin.dashboard.amounts import said, unit
from twin.dashboard.cards import card, phrases, reason, table
from twin.dashboard.data import Source
from twin.dashboard.language import LANGUAGES, say
from twin.dashboard.pages.what_if_list import listed, span
from twin.dashboard.reading import Reading
from twin.dashboard.report.drawing import shown
from twin.dashboard.rights.account import current, may, refusal
from twin.dashboard.what_if.choices import Choice, Setting
from twin.dashboard.what_if.wish import FEWEST, MODES, MOST, USUAL, Prepared, Wish, prepared, told

from twin.errors import SiteError

SHOWN = 3
"""Measures that a title names."""
QUARTERS = 4.0
"""Ticks of the twin's year for each of a study's."""
CODES = {"degC": "℃", "m2": "m²", "m3": "m³", "W/m2/K": "W/(m²·K)", "1": ""}


def build(address: Address, source: Source) -> Any:
    """The form, with what the address has chosen already, under the studies that are kept."""
    words = say(address.language)
    found = source.choices(address.site)
    parts: list[Any] = [
        html.H1(words["page_what_if"]),
        html.P(words["what_if_intro"], className="note"),
        listed(address, source),
    ]
    if found.value is None:
        return html.Div([*parts, card(words["what_if_new"], reason(found, words), wide=True)])
    return html.Div([*parts, *_stores(found.value, address), html.Div([_measures(found.value, address), _plan(address)], className="what-if")])  # fmt: skip


def _stores(found: tuple[Choice, ...], address: Address) -> list[Any]:
    """What the browser has to know: defaults, so that only what was changed is told, and the wish as it stands."""
    usual = {c.name: {s.name: s.word if not s.unit else s.default for s in c.settings} for c in found}
    return [dcc.Store(id="what-if-usual", data=usual), dcc.Store(id="what-if-wish")]


def _measures(found: tuple[Choice, ...], address: Address) -> html.Section:
    words, chosen = say(address.language), told(address.get("measures"))
    unknown = [name for name in chosen if name not in {each.name for each in found}]
    parts: list[Any] = []
    if unknown:
        parts.append(
            html.Div(
                words["what_if_no_measure"].format(names=", ".join(unknown)), className="state stale", role="status"
            )
        )
    parts.append(
        dmc.TextInput(
            id="what-if-search", placeholder=words["what_if_search"], **{"aria-label": words["what_if_search"]}
        )
    )
    titles = {each.name: titled(each.title, address.language, each.name) for each in found}
    for own in (True, False):
        some = [each for each in found if each.own is own]
        rows = html.Div(
            [_choice(each, chosen.get(each.name), titles, address.language) for each in some],
            className="choices",
            role="group",
            **{"aria-label": words["what_if_own" if own else "what_if_library"].format(count=len(some))},
        )
        if some and own:
            parts += [html.H3(words["what_if_own"]), rows]
        elif some:
            opened = len(some) == len(found) or any(each.name in chosen for each in some)
            heading = html.Summary(words["what_if_library"].format(count=len(some)))
            parts.append(html.Details([heading, rows], open=opened, id="what-if-library"))
    parts.append(html.P(words["what_if_no_match"], id="what-if-no-match", className="note hidden"))
    return card(words["what_if_measures"], *parts, name="what-if-measures")


def titled(titles: Any, language: str, otherwise: str) -> str:
    """A title in a language, or in the one there is."""
    return str(titles.get(language) or titles.get("en") or otherwise)


def _choice(choice: Choice, given: dict[str, str] | None, titles: Mapping[str, str], language: str) -> html.Div:
    words = say(language)
    title = titled(choice.title, language, choice.name)
    money = said("money", language, choice.capital)
    box = dmc.Checkbox(
        id={"kind": "what-if-measure", "name": choice.name}, label=title, checked=given is not None, size="sm"
    )
    about = [str(choice.help.get(language) or choice.help.get("en") or "")]
    if choice.saving:
        low, high = (f"{100.0 * each:.0f}" for each in choice.saving)
        share = low if low == high else f"{low}–{high}"
        about.append(words["what_if_published"].format(share=share, of=titled(choice.saving_of, language, "")))
    for key, names in (("what_if_needs", choice.needs), ("what_if_excludes", choice.excludes)):
        if names:
            about.append(words[key].format(names=words["comma"].join(titles.get(name, name) for name in names)))
    settings = [_setting(choice.name, each, (given or {}).get(each.name), language) for each in choice.settings]
    return html.Div(
        [
            html.Div([box, html.Span(money, className="unit")], className="names"),
            html.P(" ".join(each for each in about if each), className="note"),
            *([html.Div(settings, className="settings")] if settings else []),
        ],
        className="choice", **{"data-words": f"{title} {choice.name} {' '.join(about)}".lower()},
    )  # fmt: skip


def _setting(measure: str, each: Setting, given: str | None, language: str) -> html.Div:
    """One argument: a slider with its number, or a word."""
    words = say(language)
    title = titled(each.title, language, each.name)
    key = {"measure": measure, "name": each.name}
    if not each.unit:
        value = given if given is not None and (not each.words or given in each.words) else each.word
        label = {"label": title, "size": "xs"}
        field = dmc.Select(id={"kind": "what-if-value", **key}, data=list(each.words), value=value, allowDeselect=False, **label) if each.words else dmc.TextInput(id={"kind": "what-if-value", **key}, value=value, debounce=True, **label)  # fmt: skip
        return html.Div(field, className="setting")
    shown_unit = CODES.get(each.unit, each.unit)
    label = f"{title} [{shown_unit}]" if shown_unit else title
    value = number(given, each.default)
    about = words["what_if_default"].format(value=shown(each.default), range=f"{shown(each.low)} … {shown(each.high)}") if each.high > each.low else words["what_if_default_exact"].format(value=shown(each.default))  # fmt: skip
    ends = [words["what_if_allowed"].format(least="–∞" if each.least is None else shown(each.least), most="∞" if each.most is None else shown(each.most))] if each.least is not None or each.most is not None else []  # fmt: skip
    slider = dmc.Slider(
        id={"kind": "what-if-slide", **key}, value=value, min=each.start, max=each.end, step=each.step, updatemode="mouseup", size="sm",
        thumbLabel=label, marks=[{"value": each.default}] if each.start <= each.default <= each.end else [],
    )  # fmt: skip
    field = dmc.NumberInput(
        id={"kind": "what-if-value", **key}, value=value, min=each.least, max=each.most, step=each.step, size="xs", clampBehavior="blur",
        **{"aria-label": label},
    )  # fmt: skip
    return html.Div([html.Span(label, className="label"), html.Div([slider, field], className="slide"), html.P("; ".join([about, *ends]), className="note")], className="setting")  # fmt: skip


def number(text: str | None, otherwise: float) -> float:
    """A number that an address has, or another.

    >>> number("5", 1.0), number("five", 1.0), number(None, 1.0), number("inf", 1.0)
    (5.0, 1.0, 1.0, 1.0)
    """
    try:
        found = float((text or "").replace(",", ""))
    except ValueError:
        return otherwise
    return found if abs(found) < 1e15 else otherwise


def _plan(address: Address) -> html.Section:
    """How, how many, what it will cost, and the button."""
    words, language = say(address.language), address.language
    mode = address.get("mode", MODES[0])
    ways = dmc.RadioGroup(
        [dmc.Radio(label=words[f"what_if_mode_{each}"], value=each, description=words[f"what_if_mode_{each}_note"], size="sm") for each in MODES],
        id="what-if-mode", value=mode, label=words["what_if_mode"], className="ways",
    )  # fmt: skip
    samples = dmc.NumberInput(
        id="what-if-samples", label=words["what_if_samples"], description=words["what_if_samples_note"].format(least=FEWEST, most=MOST), min=FEWEST, max=MOST,
        value=int(address.get("samples", str(USUAL))), allowDecimal=False, size="sm",
    )  # fmt: skip
    curve = dmc.Checkbox(
        id="what-if-curve", label=words["what_if_curve"], checked=address.get("curve") != "no", size="sm"
    )
    title = dmc.TextInput(
        id="what-if-title",
        label=words["what_if_title"],
        placeholder=words["what_if_title_usual"],
        size="sm",
        value="",
    )
    allowed = may("engineer")
    run = dmc.Button(words["what_if_run"], id="what-if-run", disabled=True, fullWidth=True)
    role = (
        []
        if allowed
        else [html.P(phrases(refusal("engineer", current(), language)), className="state empty", role="status")]
    )
    return card(
        words["what_if_plan"], ways, samples, curve, title,
        html.Div(html.P(words["what_if_choose"], className="note"), id="what-if-preview", **{"aria-live": "polite"}), *role, run, name="what-if-plan",
    )  # fmt: skip


def wish_of(data: dict[str, Any], path: str, known: Sequence[Choice]) -> Wish:
    """A wish as the browser tells it; titles are made of its measures where nobody gives one.

    Parameters
    ----------
    path : of the site. known : measures that can be chosen.

    Raises
    ------
    SiteError
        When it is none.
    """
    try:
        measures = tuple(str(each) for each in data["measures"])
        samples = int(data["samples"])
        title = str(data.get("title") or "").strip()[:80]
        mode, curve = str(data["mode"]), bool(data["curve"])
    except (KeyError, TypeError, ValueError) as problem:
        raise SiteError(f"the form says something that is no what-if ({problem}); load the page again") from problem
    titles = {} if title else {language: _named(measures, known, language) for language in LANGUAGES}
    return Wish(path, title, measures, mode, samples, curve, titles=titles)


def _named(measures: Sequence[str], known: Sequence[Choice], language: str) -> str:
    """The first measures by their titles, and how many more there are."""
    titles = {each.name: titled(each.title, language, each.name) for each in known}
    names = [titles.get(name, name) for name in (each.partition(":")[0] for each in measures)]
    more = f" +{len(names) - SHOWN}" if len(names) > SHOWN else ""
    return say(language)["comma"].join(names[:SHOWN]) + more


def preview(wish: Wish, source: Source, site: str, language: str) -> tuple[Any, bool]:
    """What the wish costs to do and to know, or why it cannot be answered; and whether it can."""
    words = say(language)
    if not wish.measures:
        return html.P(words["what_if_choose"], className="note"), False
    try:
        ready = prepared(wish, source.site(site).value)
        rows, runs = ready.money(), ready.runs()
    except SiteError as problem:
        refused: Reading[Any] = Reading("error", why="what_if_refused", detail=str(problem))
        return reason(refused, words), False
    return _costs(rows, runs, wish, ready, source, site, language), True


def _costs(
    rows: list[dict[str, Any]], runs: int, wish: Wish, ready: Prepared, source: Source, site: str, language: str
) -> Any:
    words = say(language)
    one = unit("money", language, [row["capital"] for row in rows])
    cells = [
        (titled(row["title"], language, row["name"]), one.of(row["capital"]), one.of(row["upkeep"]), f"{row['life']:g}")
        for row in rows
    ]
    if len(rows) > 1:
        cells.append(
            (
                words["what_if_sum"],
                one.of(sum(row["capital"] for row in rows)),
                one.of(sum(row["upkeep"] for row in rows)),
                "",
            )
        )
    heads = (
        words["measure"],
        f"{words['capex']} {one.name}",
        f"{words['what_if_upkeep']} {one.name}/a",
        words["what_if_life"],
    )
    added = [row["name"] for row in rows if row["name"] not in {each.partition(":")[0] for each in wish.measures}]
    notes = [words["what_if_added"].format(names=", ".join(added))] if added else []
    each_run = pace(source, site)
    duration = words["what_if_time"].format(time=span(each_run * runs, language)) if each_run else ""
    notes.append(words["what_if_runs"].format(runs=f"{runs:,}", sets=len(ready.scenarios) - 1, time=duration))
    return html.Div([table(heads, cells, "what-if-costs"), *(html.P(each, className="note") for each in notes)])


def pace(source: Source, site: str) -> float:
    """Seconds that a run of a site takes: of its last study, else as the twin's own year tells; 0 where nobody knows."""
    for job in source.studies.jobs.table.listed(site):
        if job.state == "done" and job.runs > 1:
            return (job.ended - job.began) / job.runs
    year = source.run(site)
    return year.value.wall / QUARTERS if year.value else 0.0
