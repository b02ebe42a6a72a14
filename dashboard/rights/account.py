"""Who is asking, and what they may do: pages and callbacks ask here, whoever answers the request sets it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from twin.dashboard.language import say

from twin.errors import TwinError

ROLES = ("viewer", "engineer", "operator", "admin")
"""Each may what those before it may: read; run studies, upload and take data out; write set-points; keep accounts."""
OPEN, LOCAL, OIDC, NOBODY = "open", "local", "oidc", "nobody"
"""How somebody is known: not at all because the dashboard is open, by a local account, by another's log-in, or no request is there."""
Recorder = Callable[[str, str, str], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Person:
    """Somebody who asks.

    Attributes
    ----------
    name : of the account; empty where there is no log-in.
    role : one of `ROLES`.
    known : one of `OPEN`, `LOCAL`, `OIDC`, `NOBODY`.
    """

    name: str
    role: str
    known: str = LOCAL

    def may(self, role: str) -> bool:
        """Whether this person has a role, or one above it.

        >>> Person("li", "operator").may("engineer"), Person("li", "operator").may("admin")
        (True, False)
        """
        return ROLES.index(self.role) >= ROLES.index(role)


class RightError(TwinError):
    """Somebody asks for what their role does not allow.

    Parameters
    ----------
    role : the least that is needed.
    """

    def __init__(self, role: str, person: Person) -> None:
        super().__init__(refusal(role, person, "en"))
        self.role, self.person = role, person

    def said(self, language: str) -> str:
        """The sentence for the page, in its language."""
        return refusal(self.role, self.person, language)


_person: ContextVar[Person] = ContextVar("person")
_recorder: ContextVar[Recorder] = ContextVar("recorder")


def current() -> Person:
    """Who asks; outside of any request it is nobody, who may only read.

    It holds in a page's `build`, in callbacks of both kinds, in WebSocket callbacks and in `asyncio.to_thread`; a thread or a process
    that goes on by itself has to be told.
    """
    return _person.get(Person("", "viewer", NOBODY))


def may(role: str) -> bool:
    """Whether who asks has a role, or one above it."""
    return current().may(role)


def required(role: str) -> Person:
    """Who asks, if they have a role; the first line of everything that does more than read.

    Raises
    ------
    RightError
        With a sentence for the page, which says what is needed and the way out.
    """
    person = current()
    if not person.may(role):
        raise RightError(role, person)
    return person


def refusal(role: str, person: Person, language: str) -> str:
    """Why somebody may not, and what to do.

    >>> refusal("operator", Person("li", "viewer"), "en")
    'This needs the role operator; li has the role viewer. Ask whoever keeps the accounts: `twin accounts role NAME operator`.'
    """
    words = say(language)
    key = (
        ("accounts_needs_group" if person.known == OIDC else "accounts_needs")
        if person.name
        else "accounts_needs_login"
    )
    return words[key].format(
        role=words[f"accounts_role_{role}"], own=words[f"accounts_role_{person.role}"], name=person.name, key=role
    )


def noted(what: str, detail: str = "") -> None:
    """Put into the audit journal what who asks does: `noted("study started", "binhai: led, vfd")`; never a secret."""
    person = current()
    recorder = _recorder.get(None)
    if recorder is None:
        log.info("%s by %s: %s", what, person.name or person.known, detail)
    else:
        recorder(person.name or person.known, what, detail)


@contextmanager
def acting(person: Person, recorder: Recorder | None = None) -> Iterator[Person]:
    """Somebody asks while the block runs; for whoever answers requests, and for tests.

    >>> with acting(Person("li", "operator")):
    ...     may("operator")
    True
    """
    was, kept = _person.set(person), _recorder.set(recorder) if recorder else None
    try:
        yield person
    finally:
        _person.reset(was)
        if kept:
            _recorder.reset(kept)
