"""The command `twin serve`: the dashboard in a browser."""

from __future__ import annotations

import socket
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from twin.errors import TwinError
from twin.tables import out

err = Console(stderr=True)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ServeError(TwinError):
    """The dashboard cannot be shown."""

    exit_code = 2


def serve(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Folder or file of a site, or the name of a shipped one.")],
    port: Annotated[int, typer.Option(help="Port of this machine.", min=1, max=65535)] = 8050,
    store: Annotated[str, typer.Option(help="Historian with the site's measurements: folder, or postgresql://user@host/database.")] = "",
    studies: Annotated[str, typer.Option(help="Folder that keeps what-if studies; in the user's data when left out.")] = "",
    host: Annotated[str, typer.Option(help="Address to listen on; anything but loopback lets others read.")] = "127.0.0.1",
) -> None:  # fmt: skip
    """Show a site in the browser: what it uses, what the twin expects, and what was measured."""
    try:
        import uvicorn

        from twin.dashboard.app import make
    except ImportError as problem:
        raise ServeError(f"the dashboard needs its packages ({problem.name} is missing): pip install 'campus-twin[dashboard]'") from problem  # fmt: skip
    from twin.dashboard.data import Source

    source = Source(site, store, studies=studies)
    _free(host, port)
    hosts = LOOPBACK if host in LOOPBACK else ("*",)
    if host not in LOOPBACK:
        err.print(f"alarm: everybody who reaches {escape(host)} can read this dashboard; there is no log-in yet")
    app = make(source, hosts)
    out.print(f"http://{host}:{port}", highlight=False, soft_wrap=True)
    try:
        uvicorn.run(app.server, host=host, port=port, log_level="warning")
    finally:
        source.close()


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
