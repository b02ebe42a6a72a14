"""Points on loan: the form that writes one, the question before it, what is on loan now, and the record of it."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dash import dcc, html
from twin.dashboard.address import Address
from twin.dashboard.cards import card, phrases, table
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.points.inventory import SHOWN, Cells, shown
from twin.dashboard.rights import account

from twin.errors import TwinError

if TYPE_CHECKING:
    from twin.dashboard.points.lending import Lending

    from twin.bacnet.gateway.leases import Lease, Rule
Words = Mapping[str, str]
USUAL = 30
"""Minutes of a loan when nobody says others."""


def standing(source: Source, address: Address) -> str:
    """Whether anything may be written, by whom, and how to change that."""
    words = say(address.language)
    if source.lending is None or address.site != source.home:
        return words["points_off"].format(site=address.site)
    if not account.may("operator"):
        return words["points_on_not_you"].format(
            count=len(source.lending.allowed), why=account.refusal("operator", account.current(), address.language)
        )
    return words["points_on"].format(count=len(source.lending.allowed), journal=source.lending.journal.path)


def slots(source: Source, address: Address) -> dict[str, int]:
    """Slot of every signal that is on loan."""
    return {lease.signal: lease.slot for lease in _leases(source, address)}


def _leases(source: Source, address: Address) -> list[Lease]:
    return source.lending.leases() if source.lending is not None and address.site == source.home else []


def stamp(source: Source) -> str:
    """Changes when the journal does, or an alarm comes."""
    if source.lending is None:
        return ""
    path = source.lending.journal.path
    return f"{path.stat().st_mtime_ns if path.exists() else 0} {len(source.lending.alarms)}"


def form(source: Source, address: Address, row: Cells, words: Words) -> list[Any]:
    """The slots of the point, and the form or why there is none."""
    parts: list[Any] = [html.H2(words["points_write"])]
    lending = source.lending
    if lending is None or address.site != source.home:
        return [*parts, html.P(phrases(words["points_off"].format(site=address.site)), className="note")]
    parts += [
        dcc.Store(id="points-slots-of", data=row["signal"]),
        html.Div(html.P(words["points_asking"], className="note"), id="points-slots"),
    ]
    rule = _rule(source, address, row["signal"])
    if rule is None:
        return [*parts, html.P(words["points_not_listed"], className="note")]
    refused = _refused(lending, rule, address)
    if refused:
        return [*parts, html.P(phrases(refused), className="state stale", role="status")]
    unit = f" [{row['unit']}]" if row["unit"] else ""
    fields = [
        _number("points-new", words["points_new"] + unit, rule.low, rule.high, None),
        _number("points-minutes", words["points_minutes"], 0.02, lending.longest / 60.0, USUAL),
        _button("points-prepare", words["points_prepare"]),
    ]  # fmt: skip
    limits = words["points_limits"].format(
        low=shown(rule.low),
        high=shown(rule.high),
        unit=row["unit"],
        slot=rule.slot,
        hourly=rule.hourly,
        hours=f"{lending.longest / 3600.0:.0f}",
    )
    return [
        *parts,
        html.Div(fields, className="points-form"),
        html.P(tidy(limits), className="note"),
        html.Div([], id="points-confirm"),
    ]


def tidy(text: str) -> str:
    """A sentence without the room that a missing unit leaves before a comma or a stop.

    >>> tidy("0 to 1 , at slot 12 .")
    '0 to 1, at slot 12.'
    """
    return re.sub(r" +(?=[,.;，。；])", "", text)


def _number(name: str, label: str, low: float, high: float, value: float | None) -> html.Div:
    """A field for a number that has to be given."""
    entry = dcc.Input(id=name, type="number", min=low, max=high, step="any", value=value, required=True)
    return html.Div([html.Label(label, htmlFor=name), entry], className="field")


def _rule(source: Source, address: Address, signal: str) -> Rule | None:
    found = source.points(address.site).value
    if source.lending is None or found is None or address.site != source.home:
        return None
    return source.lending.rule(found.points.get(signal))


def _refused(lending: Lending, rule: Rule, address: Address) -> str:
    """Why who asks may not write by a rule, or an empty text."""
    person = account.current()
    if not person.may("operator"):
        return account.refusal("operator", person, address.language)
    if lending.acts_as(person, rule) != rule.role:
        return say(address.language)["points_role"].format(role=rule.role, own=person.role)
    return ""


def seen(source: Source, address: Address, signal: str) -> Any:
    """What the device itself says of a point: its value, and who commands it."""
    words = say(address.language)
    if source.lending is None or not signal:
        return []
    try:
        told = source.lending.ask("look", signal=signal)
    except TwinError as problem:
        return html.Div(words["points_device_fails"].format(detail=problem), className="state stale", role="status")
    unit = _unit(source, address, signal)
    held = [(place, value) for place, value in enumerate(told["slots"], 1) if value is not None]
    now = tidy(words["points_device_says"].format(value=shown(told["present"]), unit=unit))
    if not held:
        return html.P(f"{now} {words['points_nobody']}", className="note")
    rows = [
        html.Li(words["points_slot_holds"].format(slot=place, value=shown(value), unit=unit).strip())
        for place, value in held
    ]
    return [html.P(now, className="note"), html.Ol(rows, className="slots")]


def _unit(source: Source, address: Address, signal: str) -> str:
    found = source.points(address.site).value
    point = found.points.get(signal) if found else None
    return SHOWN.get(point.unit, point.unit) if point else ""


def prepare(source: Source, address: Address, signal: Any, value: Any, minutes: Any) -> tuple[Any, Any]:
    """The change in full, to be confirmed, and the order; or why it cannot be done."""
    words = say(address.language)
    problem = _wrong(source, address, {"signal": signal, "value": value, "seconds": _seconds(minutes)})
    if problem:
        return _told(problem, "error"), None
    rule = _rule(source, address, signal)
    assert source.lending is not None
    assert rule is not None
    try:
        told = source.lending.ask("look", signal=signal)
    except TwinError as refusal:
        return _told(words["points_device_fails"].format(detail=refusal), "error"), None
    seconds = _seconds(minutes)
    above = [place for place, held in enumerate(told["slots"][: rule.slot - 1], 1) if held is not None]
    found = source.points(address.site).value
    point = found.points[signal] if found else None
    until = datetime.fromtimestamp(
        source.now(address.site).timestamp() + seconds, source.now(address.site).tzinfo
    ).strftime("%H:%M:%S")
    facts = [
        ("points_signal", signal), ("points_change", f"{shown(told['present'])} → {shown(float(value))} {_unit(source, address, signal)}".strip()),
        ("points_head_device", f"{point.device} · {point.object} {point.instance} · {told['address']}" if point else ""),
        ("points_head_priority", rule.slot), ("points_until", words["points_until_said"].format(moment=until, minutes=shown(seconds / 60.0))),
    ]  # fmt: skip
    warning = (
        [html.P(words["points_above"].format(slot=above[0]), className="state stale", role="status")] if above else []
    )
    body = [
        html.P(html.B(words["points_sure"]), id="points-sure"),
        html.Dl([each for key, text in facts for each in (html.Dt(words[key]), html.Dd(str(text)))]), *warning,
        html.Div([_button("points-do", words["points_do"], "strong", autoFocus=True), _button("points-not", words["points_not"])], className="buttons"),
    ]  # fmt: skip
    return html.Div(body, className="confirm", role="alertdialog", **{"aria-labelledby": "points-sure"}), {
        "signal": signal,
        "value": float(value),
        "seconds": seconds,
    }


def _button(name: Any, text: str, look: str = "plain", **told: Any) -> html.Button:
    """A button that does not send a form."""
    return html.Button(text, id=name, type="button", className=look, **told)


def _seconds(minutes: Any) -> float:
    """Seconds of the minutes that somebody typed; not a number for none."""
    try:
        return float(minutes) * 60.0
    except (TypeError, ValueError):
        return math.nan


def _wrong(source: Source, address: Address, order: Any) -> str:
    """Why an order that a browser sent is not carried out, or an empty text; the desk checks all of it once more."""
    words = say(address.language)
    if not isinstance(order, dict) or not all(name in order for name in ("signal", "value", "seconds")):
        return words["points_nothing_ordered"]
    rule = _rule(source, address, order["signal"]) if isinstance(order["signal"], str) else None
    if rule is None:
        return (
            words["points_not_listed"] if source.lending is not None else words["points_off"].format(site=address.site)
        )
    assert source.lending is not None
    refused = _refused(source.lending, rule, address)
    if refused:
        return refused
    value, seconds = order["value"], order["seconds"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not rule.low <= value <= rule.high:
        return words["points_out_of_range"].format(
            low=shown(rule.low), high=shown(rule.high), unit=_unit(source, address, order["signal"])
        )
    if not isinstance(seconds, int | float) or not 1.0 <= seconds <= source.lending.longest:
        return words["points_how_long"].format(hours=f"{source.lending.longest / 3600.0:.0f}")
    return ""


def write(source: Source, address: Address, order: Any) -> Any:
    """Carry a confirmed order out, and say what came of it."""
    words = say(address.language)
    problem = _wrong(source, address, order)
    if problem:
        account.noted("set-point refused", f"{order}: {problem}")
        return _told(problem, "error")
    rule, person = _rule(source, address, order["signal"]), account.current()
    assert source.lending is not None
    assert rule is not None
    try:
        told = source.lending.ask(
            "write",
            signal=order["signal"],
            value=order["value"],
            seconds=order["seconds"],
            who=_name(person),
            role=source.lending.acts_as(person, rule),
        )
    except TwinError as refusal:
        account.noted("set-point refused", f"{order['signal']}: {refusal}")
        return _told(words["points_refused"].format(detail=refusal), "error")
    lease = told["lease"]
    account.noted(
        "set-point written",
        f"{lease['signal']} = {lease['value']:g} at slot {lease['slot']} for {order['seconds']:g} s",
    )
    until = datetime.fromtimestamp(lease["until"], source.now(address.site).tzinfo).strftime("%H:%M:%S")
    said = words["points_written"].format(
        value=shown(lease["value"]), unit=_unit(source, address, lease["signal"]), slot=lease["slot"], moment=until
    )
    return _told(said, "good")


def release(source: Source, address: Address, lease: str) -> str:
    """Give a loan back now; why not, or an empty text."""
    words, person = say(address.language), account.current()
    if source.lending is None:
        return words["points_off"].format(site=address.site)
    if not person.may("operator"):
        return account.refusal("operator", person, address.language)
    try:
        source.lending.ask("release", lease=lease, who=_name(person))
    except TwinError as refusal:
        return words["points_refused"].format(detail=refusal)
    account.noted("set-point released", lease)
    return ""


def _name(person: account.Person) -> str:
    """Who it was, for the record; without log-in it is whoever sits there."""
    return person.name or person.known


def _told(text: str, state: str) -> html.Div:
    return html.Div(phrases(tidy(text)), className=f"state {state}", role="alert" if state == "error" else "status")


def loans(source: Source, address: Address, problem: str = "") -> Any:
    """What is on loan, with its end and the button that gives it back, and what was done last."""
    words, lending = say(address.language), source.lending
    if lending is None or address.site != source.home:
        return []
    parts: list[Any] = [_told(problem, "error")] if problem else []
    parts += [_told(words["points_alarm"].format(detail=each), "stale") for each in lending.alarms]
    held = _leases(source, address)
    if held:
        heads = [
            words[f"points_{key}"]
            for key in ("signal", "value", "head_device", "head_priority", "until", "who", "release")
        ]
        parts.append(table(heads, [_loan(each, source, address, words) for each in held], "points-held"))
    else:
        parts.append(html.P(words["points_none_lent"], className="note", id="points-held"))
    return [card(words["points_lent"], *parts, wide=True), _record(lending, source, address, words)]


def _loan(lease: Lease, source: Source, address: Address, words: Words) -> Sequence[Any]:
    until = datetime.fromtimestamp(lease.until, source.now(address.site).tzinfo).strftime("%H:%M:%S")
    name, label = {"type": "points-release", "lease": lease.id}, f"{words['points_release']}: {lease.signal}"
    button = _button(name, words["points_release"], disabled=not account.may("operator"), **{"aria-label": label})
    over = [" ", html.B(words["points_over"])] if lease.until < time.time() - 5.0 else []
    value = f"{shown(lease.value)} {_unit(source, address, lease.signal)}".strip()
    return (
        lease.signal,
        value,
        f"{lease.device} · {lease.object} {lease.instance}",
        str(lease.slot),
        html.Span([until, *over]),
        lease.who,
        button,
    )


def _record(lending: Lending, source: Source, address: Address, words: Words) -> Any:
    """What the journal says was done last."""
    rows = []
    for each in lending.lately():
        moment = datetime.fromtimestamp(each.time, source.now(address.site).tzinfo).strftime("%m-%d %H:%M:%S")
        what = words.get(f"points_did_{each.what.replace(' ', '_')}", each.what)
        value = (
            f"{shown(each.value)} {_unit(source, address, each.signal)}".strip()
            if isinstance(each.value, int | float)
            else "–"
        )
        why = words.get(f"points_why_{each.why.replace(' ', '_')}", each.why)
        rows.append((moment, what, each.signal or "–", value, each.who or "–", why))
    if not rows:
        return card(words["points_record"], html.P(words["points_no_record"], className="note"), wide=True)
    heads = [words[f"points_{key}"] for key in ("when", "what", "signal", "value", "who", "why")]
    note = words["points_record_note"].format(file=lending.journal.path)
    return card(words["points_record"], table(heads, rows, "points-record"), wide=True, note=note)
