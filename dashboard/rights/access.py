"""How people come in: open to whoever is at this machine, or by sessions of local accounts and of somebody else's log-in."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from twin.dashboard.rights.account import LOCAL, OIDC, OPEN, Person
from twin.dashboard.rights.audit import Audit
from twin.dashboard.rights.roster import Roster
from twin.dashboard.rights.session import Sessions, State
from twin.dashboard.rights.throttle import Throttle

if TYPE_CHECKING:
    from argon2 import PasswordHasher
    from twin.dashboard.rights.oidc import Provider


_here: ContextVar[Access] = ContextVar("access")


def here() -> Access | None:
    """How people come in where somebody asks now."""
    return _here.get(None)


def enter(access: Access) -> None:
    """Say how who asks now came in."""
    _here.set(access)


class Access:
    """All that a log-in needs; or none of it, where everybody is the same person.

    Parameters
    ----------
    roster : local accounts; sessions and the audit journal are kept beside its file.
    provider : somebody else's log-in, by OpenID Connect.
    url : by which browsers reach the dashboard where a proxy stands before it, such as https://twin.example.org.
    secure : whether browsers come by TLS.
    """

    def __init__(self, roster: Roster, provider: Provider | None = None, url: str = "", secure: bool = False) -> None:
        self.roster, self.provider, self.url, self.secure = roster, provider, url.rstrip("/"), secure
        self.everybody: Person | None = None
        self.audit = Audit(roster.path.with_suffix(".journal"))
        self.state = State(roster.path.with_suffix(".sqlite"))
        self.sessions, self.throttle = Sessions(self.state), Throttle(self.state)
        if provider:
            provider.state = self.state

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; by TLS one that no other host can set."""
        return "__Host-twin" if self.secure else "twin_session"

    @classmethod
    def of(cls, path: Path, hasher: PasswordHasher | None = None) -> Access:
        """By the local accounts of a file."""
        return cls(Roster(path, hasher))

    def person(self, token: str, attended: bool = True) -> Person | None:
        """Who has a session's token, as their account is now; nobody when the session is over.

        Raises
        ------
        TwinError
            When accounts or sessions cannot be read: then nobody is let in.
        """
        if self.everybody:
            return self.everybody
        session = self.sessions.find(token, attended)
        if session is None:
            return None
        if session.known == OIDC:
            return Person(session.name, session.role, OIDC) if self.provider else None
        account = self.roster.get(session.name)
        if account is None or account.mark != session.mark:
            self.sessions.end(token)
            return None
        return Person(account.name, account.role, LOCAL)

    def close(self) -> None:
        """Close what is open."""
        self.state.close()


class Open(Access):
    """Everybody who reaches the dashboard is the same person, who has no name.

    Parameters
    ----------
    role : what everybody may.
    """

    def __init__(self, role: str = "engineer") -> None:
        self.everybody = Person("", role, OPEN)
        self.provider, self.url, self.secure = None, "", False

    def close(self) -> None:
        """Nothing is open."""
