"""How `twin serve` lets people in: its options, and what follows from them for who may come and how."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from twin.errors import TwinError

if TYPE_CHECKING:
    from twin.dashboard.rights.access import Access
    from twin.dashboard.rights.oidc import Provider

SECRET = "TWIN_OIDC_SECRET"
"""Environment variable of the secret that a provider knows this dashboard by."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
AccountsFile = Annotated[Path | None, typer.Option("--accounts", help="File of accounts, as `twin accounts` keeps it; sessions and the audit journal are beside it.")]  # fmt: skip
NoAuth = Annotated[bool, typer.Option("--no-auth", help="No log-in: whoever can use this computer is an engineer. On loopback only.")]  # fmt: skip
TlsCert = Annotated[Path | None, typer.Option(help="Certificate chain (PEM), to be reached by https.")]
TlsKey = Annotated[Path | None, typer.Option(help="Private key (PEM) of the certificate.")]
Url = Annotated[str, typer.Option(help="Address that browsers use where a proxy of this computer stands before, such as https://twin.example.org.")]  # fmt: skip
OidcIssuer = Annotated[str, typer.Option(help="Provider of OpenID Connect to log in at.")]
OidcClient = Annotated[str, typer.Option("--oidc-client-id", help="Who this dashboard is there.")]
OidcSecretFile = Annotated[Path | None, typer.Option(help=f"File with the secret; else the environment variable {SECRET}.")]  # fmt: skip
OidcClaim = Annotated[str, typer.Option(help="Claim with somebody's groups or roles; dots lead into parts: realm_access.roles.")]  # fmt: skip
OidcRole = Annotated[list[str] | None, typer.Option(help="Role of a group: GROUP=engineer; GROUP may be *; may be repeated.")]  # fmt: skip


class EntranceError(TwinError):
    """The dashboard must not, or cannot, be opened like this."""

    exit_code = 2


@dataclass(frozen=True)
class Asked:
    """What the options say."""

    host: str
    accounts: Path | None = None
    no_auth: bool = False
    cert: Path | None = None
    key: Path | None = None
    url: str = ""
    issuer: str = ""
    client: str = ""
    secret: Path | None = None
    claim: str = "roles"
    roles: Sequence[str] = ()


@dataclass(frozen=True)
class Entrance:
    """What follows from them.

    Attributes
    ----------
    hosts : names that the dashboard answers to. options : of the web server. address : scheme of what is printed.
    told : sentences for the terminal.
    """

    access: Access
    hosts: tuple[str, ...]
    scheme: str
    options: dict[str, Any] = field(default_factory=dict)
    told: tuple[str, ...] = ()


def entrance(asked: Asked) -> Entrance:
    """Who may come, and how; refused where somebody could come who must not.

    Raises
    ------
    EntranceError
        With the way out.
    """
    from twin.dashboard.rights.access import Access, Open
    from twin.dashboard.rights.roster import Roster, usual

    local, tls = _loopback(asked.host), _tls(asked)
    told: tuple[str, ...]
    outside = urlsplit(asked.url)
    if asked.url and (outside.scheme not in ("http", "https") or not outside.hostname or outside.path.strip("/")):
        raise EntranceError(f"{asked.url}: --url is a scheme and a name, such as https://twin.example.org")
    if asked.no_auth and (not local or asked.url or asked.issuer):
        raise EntranceError("--no-auth is for this computer only: leave out --host, --url and --oidc-issuer, or make accounts with `twin accounts add NAME --role admin`")  # fmt: skip
    secure = bool(tls) or outside.scheme == "https"
    hosts = (*LOOPBACK, *((outside.hostname,) if outside.hostname else ())) if local else ("*",)
    options = {**tls, "proxy_headers": bool(asked.url), "forwarded_allow_ips": "127.0.0.1", "server_header": False}
    roster, provider = Roster(asked.accounts or usual()), _provider(asked)
    if asked.no_auth or (local and not asked.url and not asked.accounts and not provider and not roster.all()):
        way = "leave out --no-auth" if roster.all() else "make an account with `twin accounts add NAME --role admin`"
        told = (
            f"no log-in: whoever can use this computer is an engineer here; to ask for one from the next start on, {way}",
        )
        return Entrance(Open(), hosts, "https" if tls else "http", options, told)
    if not roster.all() and not provider:
        named = f" --accounts {asked.accounts}" if asked.accounts else ""
        raise EntranceError(f"{roster.path}: nobody has an account yet, and nobody may come in without: twin accounts add NAME --role admin{named}")  # fmt: skip
    told = () if local or secure else ("alarm: passwords travel readable for everybody on the way; give --tls-cert and --tls-key, or put a proxy with TLS before it and say --url https://NAME",)  # fmt: skip
    return Entrance(Access(roster, provider, asked.url, secure), hosts, "https" if tls else "http", options, told)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


def _tls(asked: Asked) -> dict[str, str]:
    """The web server's options for https; the pair is tried, so that a wrong one is told before anything is loaded."""
    if asked.cert is None and asked.key is None:
        return {}
    if asked.cert is None or asked.key is None:
        raise EntranceError("--tls-cert and --tls-key belong together")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(asked.cert, asked.key, password=lambda: b"")
    except OSError as problem:
        raise EntranceError(f"{asked.cert}, {asked.key}: are no certificate and its key without a password ({problem.strerror or problem})") from problem  # fmt: skip
    return {"ssl_certfile": str(asked.cert), "ssl_keyfile": str(asked.key)}


def _provider(asked: Asked) -> Provider | None:
    """The other's log-in, if one is named."""
    if not asked.issuer:
        return None
    from twin.dashboard.rights.oidc import Provider

    try:
        secret = asked.secret.read_text(encoding="utf-8").strip() if asked.secret else os.environ.get(SECRET, "")
    except (OSError, ValueError) as problem:
        raise EntranceError(f"{asked.secret}: the secret cannot be read ({problem})") from problem
    if not asked.client or not secret:
        raise EntranceError(f"--oidc-issuer needs --oidc-client-id, and the secret in --oidc-secret-file or the environment variable {SECRET}")  # fmt: skip
    pairs = [text.rpartition("=") for text in asked.roles]
    if not all(group and role for group, _, role in pairs):
        raise EntranceError("--oidc-role is GROUP=ROLE, such as energy-team=engineer")
    return Provider(asked.issuer, asked.client, secret, asked.claim, {group: role for group, _, role in pairs})
