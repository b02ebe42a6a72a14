"""The account: who is here and what they may do; for administrators all accounts, who is logged in, and the audit journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import html
from twin.dashboard.address import Address
from twin.dashboard.cards import card, phrases, table
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.page import Page
from twin.dashboard.rights.access import Access, here
from twin.dashboard.rights.account import LOCAL, OPEN, ROLES, Person, current
from twin.dashboard.rights.roster import FEWEST
from twin.dashboard.rights.session import DAY, HOUR, LIFETIMES, Session
from twin.dashboard.shell import log_out

Words = Mapping[str, str]
ENTRIES = 200
"""Newest entries of the journal that are shown."""
BAD = ("differ", "wait", "present_wrong", "weak", "taken", "not_yourself", "unknown")
DONE = ("password_changed", "done_add", "done_role", "done_remove", "done_end")


def build(address: Address, source: Source) -> Any:
    """The page of whoever looks at it."""
    words, person, access = say(address.language), current(), here()
    parts: list[Any] = [html.H1(words["page_accounts"])]
    told = address.get("told")
    if told in BAD + DONE:
        state, role = ("error", "alert") if told in BAD else ("done", "status")
        parts.append(html.Div(phrases(words[f"accounts_told_{told}"].format(fewest=FEWEST)), className=f"state {state}", role=role, id="told"))  # fmt: skip
    parts.append(_own(person, address, words))
    if access is None or access.everybody:
        return html.Div(parts, className="accounts")
    if person.known == LOCAL:
        parts.append(_password(address, words))
    if person.may("admin"):
        parts += _kept(access, person, address, words)
    return html.Div(parts, className="accounts")


def _own(person: Person, address: Address, words: Words) -> Any:
    """Who is here, what the role allows, and the ways out."""
    if person.known == OPEN:
        sentences = [words["accounts_open_told"], words["accounts_open_help"]]
        return card(
            words["accounts_open"], *(html.P(phrases(text)) for text in sentences), _rights(person, words), name="own"
        )
    idle, longest = (_span(seconds, words) for seconds in LIFETIMES[person.role])
    return card(
        f"{person.name} · {words[f'accounts_role_{person.role}']}", _rights(person, words),
        html.P(words["accounts_lifetime"].format(idle=idle, longest=longest), className="note"),
        html.Div([log_out(address, "log-out-here", words["accounts_log_out"]), log_out(address, "log-out-everywhere", words["accounts_everywhere"], True)], className="ways"),
        name="own",
    )  # fmt: skip


def _rights(person: Person, words: Words) -> html.Ul:
    return html.Ul([html.Li(f"{'✓' if person.may(role) else '–'} {words[f'accounts_may_{role}']}", className="" if person.may(role) else "quiet") for role in ROLES], className="rights")  # fmt: skip


def _password(address: Address, words: Words) -> Any:
    """The form that changes one's own password."""
    names = {"present": "current-password", "password": "new-password", "again": "new-password"}
    fields = [_secret(name, words[f"accounts_{name}_field"], fill, words) for name, fill in names.items()]
    button = html.Button(words["accounts_change_password"], type="submit", className="act")
    told = urlencode({"back": address.to(page="accounts")})
    whose = html.Div(
        dmc.TextInput(id="field-own", value=current().name, autoComplete="username", readOnly=True), hidden=True
    )
    form = html.Form([whose, *fields, button], action=f"/account/password?{told}", method="POST", id="password-form", className="fields")  # fmt: skip
    return card(
        words["accounts_change_password"], form, note=words["accounts_password_rule"].format(fewest=FEWEST), wide=True
    )


def _secret(name: str, label: str, fill: str, words: Words, place: str = "") -> dmc.PasswordInput:
    show = {"aria-label": words["accounts_show"], "tabIndex": 0}
    return dmc.PasswordInput(id=f"field-{place or name}", name=name, label=label, autoComplete=fill, required=True, visibilityToggleButtonProps=show)  # fmt: skip


def _roles(role: str, words: Words) -> html.Select:
    """The choice of a role."""
    offered = [
        html.Option(words[f"accounts_role_{each}"], value=each, **({"selected": "selected"} if each == role else {}))
        for each in ROLES
    ]
    return html.Select(offered, name="role", className="field", title=words["accounts_role"])


def _kept(access: Access, person: Person, address: Address, words: Words) -> list[Any]:
    """What administrators see."""
    accounts = sorted(access.roster.all().values(), key=lambda each: each.name)
    rows = [(each.name, words[f"accounts_role_{each.role}"], each.since[:10], _changes(each.name, each.role, person, address, words)) for each in accounts]  # fmt: skip
    heads = [words[key] for key in ("accounts_name", "accounts_role", "accounts_since", "accounts_changes")]
    sessions = [_logged_in(each, address, words) for each in access.sessions.all()]
    heads_of_sessions = [words[key] for key in ("accounts_name", "accounts_role", "accounts_seen", "accounts_from", "accounts_browser", "accounts_changes")]  # fmt: skip
    heads_of_entries = [
        words[key] for key in ("accounts_when", "accounts_who", "accounts_what", "accounts_from", "accounts_detail")
    ]
    entries = [_entry(each, words) for each in access.audit.newest(ENTRIES)]
    same = html.P(phrases(words["accounts_all_note"]), className="note")
    return [
        card(words["accounts_all"], table(heads, rows, "accounts"), _new(address, words), same, wide=True),
        card(words["accounts_sessions"], table(heads_of_sessions, sessions, "sessions"), wide=True),
        card(words["accounts_journal"], _long(heads_of_entries, entries), wide=True, note=words["accounts_journal_note"].format(path=access.audit.path, most=ENTRIES)),
    ]  # fmt: skip


def _logged_in(session: Session, address: Address, words: Words) -> tuple[Any, ...]:
    """Somebody's session; it ends with all others of the same person."""
    end = _order("end", session.name, address, [_press(words["accounts_do_end"])], session.known)
    return session.name, words[f"accounts_role_{session.role}"], _moment(session.seen), session.place or "–", browser(session.browser), end  # fmt: skip


def _entry(told: Mapping[str, str], words: Words) -> tuple[str, ...]:
    """A line of the journal; what the dashboard itself notes is said in the page's language."""
    when = _moment(datetime.fromisoformat(told["time"]).timestamp()) if told["time"] else "–"
    what = words.get("accounts_did_" + told["what"].replace(":", "").replace("-", "").replace(" ", "_"), told["what"])
    return when, told["who"] or "–", what, told["from"] or "–", told["detail"] or "–"


def browser(told: str) -> str:
    """A browser and its system in two words.

    >>> browser("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36")
    'Chrome, Linux'
    >>> browser("python-httpx/0.28.1"), browser("")
    ('python-httpx/0.28.1', '–')
    """
    kinds, systems = (
        ("Edg", "OPR", "Firefox", "Chrome", "Safari"),
        ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"),
    )
    kind = next((each for each in kinds if f"{each}/" in told), "")
    system = next((each for each in systems if each in told), "")
    return (
        ", ".join(each for each in (kind.replace("Edg", "Edge").replace("OPR", "Opera"), system) if each)
        or told[:40]
        or "–"
    )


def _long(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> html.Div:
    """A table with a height of its own."""
    return html.Div(table(heads, rows, "journal"), className="long")


def _changes(name: str, role: str, person: Person, address: Address, words: Words) -> Any:
    """What can be done with an account; nothing with one's own, so that somebody stays."""
    if name == person.name:
        return words["accounts_yourself"]
    return html.Div(
        [
            _order("role", name, address, [_roles(role, words), _press(words["accounts_do_role"])]),
            _order("remove", name, address, [html.Details([html.Summary(words["accounts_do_remove"]), _press(words["accounts_sure"].format(name=name), "act bad")])]),
        ],
        className="ways",
    )  # fmt: skip


def _order(what: str, name: str, address: Address, parts: list[Any], known: str = LOCAL) -> html.Form:
    told = urlencode({"what": what, "name": name, "known": known, "back": address.to(page="accounts")})
    named = {} if what == "end" else {"id": f"{what}-{name}".replace(".", "-")}
    return html.Form(parts, action=f"/account/change?{told}", method="POST", className="order", **named)


def _press(text: str, look: str = "switch") -> html.Button:
    return html.Button(text, type="submit", className=look)


def _new(address: Address, words: Words) -> html.Details:
    """The form of a new account."""
    fields = [
        dmc.TextInput(id="field-name", name="name", label=words["accounts_name"], required=True, autoComplete="off"),
        html.Label([words["accounts_role"], _roles("viewer", words)], className="chosen"),
        _secret("password", words["accounts_password"], "new-password", words, "first"),
        _press(words["accounts_do_add"], "act"),
    ]
    told = urlencode({"what": "add", "back": address.to(page="accounts")})
    form = html.Form(fields, action=f"/account/change?{told}", method="POST", id="new-account", className="fields")
    return html.Details([html.Summary(words["accounts_do_add"]), form], id="new-account-part")


def _span(seconds: float, words: Words) -> str:
    days = seconds >= 2 * DAY
    return words["accounts_days" if days else "accounts_hours"].format(number=round(seconds / (DAY if days else HOUR)))


def _moment(time: float) -> str:
    return datetime.fromtimestamp(time).astimezone().strftime("%Y-%m-%d %H:%M:%S")


PAGE = Page(build, keys={"told": "[a-z_]{1,40}"}, fields=True)
