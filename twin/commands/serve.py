"""The command `twin serve`: the dashboard in a browser."""

from __future__ import annotations

import socket
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from twin.commands import entrance as way
from twin.errors import TwinError
from twin.tables import out

err = Console(stderr=True)


class ServeError(TwinError):
    """The dashboard cannot be shown."""

    exit_code = 2


def serve(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Folder or file of a site, or the name of a shipped one.")],
    port: Annotated[int, typer.Option(help="Port of this machine.", min=1, max=65535)] = 8050,
    store: Annotated[str, typer.Option(help="Historian with the site's measurements: folder, or postgresql://user@host/database.")] = "",
    host: Annotated[str, typer.Option(help="Address to listen on; anything but loopback needs accounts.")] = "127.0.0.1",
    accounts: way.AccountsFile = None, no_auth: way.NoAuth = False, tls_cert: way.TlsCert = None, tls_key: way.TlsKey = None, url: way.Url = "",
    oidc_issuer: way.OidcIssuer = "", oidc_client: way.OidcClient = "", oidc_secret_file: way.OidcSecretFile = None,
    oidc_claim: way.OidcClaim = "roles", oidc_role: way.OidcRole = None,
) -> None:  # fmt: skip
    """Show a site in the browser: what it uses, what the twin expects, and what was measured."""
    try:
        import uvicorn

        from twin.dashboard.app import make
    except ImportError as problem:
        raise ServeError(f"the dashboard needs its packages ({problem.name} is missing): pip install 'campus-twin[dashboard]'") from problem  # fmt: skip
    from twin.dashboard.data import Source

    asked = way.Asked(host, accounts, no_auth, tls_cert, tls_key, url, oidc_issuer, oidc_client, oidc_secret_file, oidc_claim, oidc_role or ())  # fmt: skip
    entered = way.entrance(asked)
    source = Source(site, store)
    _free(host, port)
    app = make(source, entered.hosts, entered.access)
    for sentence in entered.told:
        err.print(escape(sentence), highlight=False, soft_wrap=True)
    out.print(url or f"{entered.scheme}://{host}:{port}", highlight=False, soft_wrap=True)
    try:
        uvicorn.run(app.server, host=host, port=port, log_level="warning", **entered.options)
    finally:
        source.close()
        entered.access.close()


def _free(host: str, port: int) -> None:
    """Whether the port can be had; said before anything is loaded that takes time.

    Raises
    ------
    ServeError
        When another program has it, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise ServeError(f"{host}:{port}: {problem.strerror}; choose another with --port or --host") from problem
