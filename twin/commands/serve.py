"""The command `twin serve`: the dashboard in a browser, with everything behind it."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from twin.commands import entrance as way
from twin.errors import TwinError
from twin.tables import out

if TYPE_CHECKING:
    from twin.dashboard.points.lending import Lending
    from twin.live.together import Part, Together

err = Console(stderr=True)
LEAVE = 3
"""Seconds that open connections have to end in."""
SAYS = ("alarm", "ready", "twin:", "Traceback")
"""How lines of the parts begin that a person at the terminal wants to read."""


class ServeError(TwinError):
    """The dashboard cannot be shown."""

    exit_code = 2


def serve(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Folder or file of a site, or the name of a shipped one.")],
    port: Annotated[int, typer.Option(help="Port of this machine.", min=1, max=65535)] = 8050,
    store: Annotated[str, typer.Option(help="Historian: folder, or postgresql://user@host/database; a folder in the user's cache when left out.")] = "",
    studies: Annotated[str, typer.Option(help="Folder that keeps what-if studies; in the user's data when left out.")] = "",
    host: Annotated[str, typer.Option(help="Address to listen on; anything but loopback needs accounts.")] = "127.0.0.1",
    building: Annotated[bool, typer.Option("--building/--no-building", help="Run a virtual building behind the dashboard; or only show what --store has, or what a real network tells (--router).")] = True,
    router: Annotated[str, typer.Option(help="Follow a real building: address of its device or router; any other option of `twin live` is that command's.")] = "",
    network: Annotated[list[int] | None, typer.Option("--network", help="Network behind the router; may be repeated.")] = None,
    own: Annotated[str, typer.Option(help="Address of this machine to ask the network from.")] = "",
    seed: Annotated[int, typer.Option(help="Draws how the virtual building differs from its site file; 0: not at all.", min=0)] = 1,
    period: Annotated[float, typer.Option(help="Seconds between polls.", min=1.0)] = 15.0,
    allow_writes: Annotated[Path | None, typer.Option(help="Let operators write what this list allows, on loan: CSV with signal, low, high, slot, hourly, role. Nothing is written without it.")] = None,
    journal: Annotated[Path | None, typer.Option(help="Record of all writes; `writes.jsonl` in the historian's folder when left out.")] = None,
    year: Annotated[bool, typer.Option("--year/--no-year", help="Fill a year of the virtual building's past in the background, or only 14 days.")] = True,
    accounts: way.AccountsFile = None, no_auth: way.NoAuth = False, tls_cert: way.TlsCert = None, tls_key: way.TlsKey = None, url: way.Url = "",
    oidc_issuer: way.OidcIssuer = "", oidc_client: way.OidcClient = "", oidc_secret_file: way.OidcSecretFile = None,
    oidc_claim: way.OidcClaim = "roles", oidc_role: way.OidcRole = None,
) -> None:  # fmt: skip
    """Show a site in the browser, with a virtual building, its gateway, the live twin and a year of history behind it; Ctrl-C ends all of it."""
    try:
        import uvicorn

        from twin.dashboard.app import make
    except ImportError as problem:
        raise ServeError(f"the dashboard needs its packages ({problem.name} is missing): pip install 'campus-twin[dashboard]'") from problem  # fmt: skip
    from twin.dashboard.data import Source

    asked = way.Asked(host, accounts, no_auth, tls_cert, tls_key, url, oidc_issuer, oidc_client, oidc_secret_file, oidc_claim, oidc_role or ())  # fmt: skip
    entered = way.entrance(asked)
    _free(host, port)
    real = bool(router or network or own)
    where = store or (_own_store(site) if building and not real else "")
    source = Source(site, where, studies=studies)
    parts = _followed(site, where, router, network or [], own, period) if real else _virtual(site, where, seed, period, year, allow_writes is not None) if building else []  # fmt: skip
    if allow_writes is not None:
        source.lending = _lending(site, where, allow_writes, journal, parts)
    together = _beside(parts)
    app = make(source, entered.hosts, entered.access)
    for sentence in entered.told:
        err.print(escape(sentence), highlight=False, soft_wrap=True)
    out.print(url or f"{entered.scheme}://{host}:{port}", highlight=False, soft_wrap=True)
    if where:
        out.print(f"historian: {escape(where)}; Ctrl-C ends everything", highlight=False, soft_wrap=True)
    together.start()
    if source.lending is not None:
        source.lending.start()
    try:
        uvicorn.run(
            app.server, host=host, port=port, log_level="warning", timeout_graceful_shutdown=LEAVE, **entered.options
        )
    finally:
        source.close()
        together.stop()
        entered.access.close()


def _own_store(site: str) -> str:
    """The folder in the user's cache for the historian of a site's virtual building; sites of one name in different folders have different ones."""
    from twin.site.load import load
    from twin.stock import cache_folder

    folder = load(site).path.parent.resolve()
    return str(cache_folder() / "virtual" / f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}")


def _followed(site: str, store: str, router: str, networks: Sequence[int], own: str, period: float) -> list[Part]:
    """What follows a real building.

    Raises
    ------
    ServeError
        When nobody says where its measurements shall be kept.
    """
    from twin.live.together import Part

    if not store:
        raise ServeError("a real building's measurements need a place of their own: add --store FOLDER")
    told = [
        *(("--router", router) if router else ()),
        *(text for each in networks for text in ("--network", str(each))),
    ]
    return [Part("live twin", ["live", site, "--store", store, "--period", str(period), *told, *(("--own", own) if own else ())], "ready")]  # fmt: skip


def _lending(site: str, store: str, allow: Path, journal: Path | None, parts: Sequence[Part]) -> Lending:
    """What lends points of the building, on the way that the gateway takes.

    Raises
    ------
    ServeError
        When the BACnet stack is missing, or nobody says where the record of writes shall be.
    """
    try:
        from twin.dashboard.points.lending import Lending
    except ImportError as problem:
        raise ServeError("writing needs the BACnet stack: pip install 'campus-twin[bacnet]', or leave --allow-writes out") from problem  # fmt: skip
    if journal is None and (not store or "://" in store):
        raise ServeError("the historian is no folder: say with --journal FILE where the record of writes shall be")
    told = next((list(part.arguments) for part in parts if part.arguments[0] == "live"), [])
    reached = [text for at, name in enumerate(told) if name in ("--router", "--network", "--own") for text in (name, told[at + 1])]  # fmt: skip
    return Lending(site, allow, journal or Path(store) / "writes.jsonl", reached)


def _virtual(site: str, store: str, seed: int, period: float, year: bool, writable: bool) -> list[Part]:
    """The virtual building and what follows it; nothing where a store has measurements of somebody else, which are shown as they are."""
    try:
        from twin.bacnet.application import free_port
    except ImportError as problem:
        raise ServeError("a virtual building needs the BACnet stack: pip install 'campus-twin[bacnet]', or add --no-building") from problem  # fmt: skip
    from twin.live.filling import NEAR, Progress, read
    from twin.live.together import Part

    if "://" in store or ((Path(store) / "tail.sqlite").is_file() and read(Path(store)) is None):
        out.print(f"{escape(store)}: holds measurements of a building; they are shown as they are, and no virtual building is started", soft_wrap=True, highlight=False)  # fmt: skip
        return []
    port = free_port("127.0.0.1")
    if read(Path(store)) is None:
        Path(store).mkdir(parents=True, exist_ok=True)
        Progress(seed, "near", 0, NEAR).keep(Path(store))
    past = ["history", "pretend", store, site, "--seed", str(seed)]
    step = str(_step(period))
    follow = ["live", site, "--store", store, "--router", f"127.0.0.1:{port}", "--network", "2001", "--fast-network", "2001",
              "--period", str(period), "--cov", "--no-refill"]  # fmt: skip
    parts = [
        Part("history", past, lasting=False),
        Part("virtual building", ["bacnet", "serve", site, "--port", str(port), "--step", step, "--seed", str(seed), *(("--allow-writes-from", "127.0.0.1") if writable else ())], "ready"),
        Part("live twin", follow, "ready"),
    ]  # fmt: skip
    return [*parts, Part("older history", [*past, "--older"], lasting=False, quiet=True)] if year else parts


def _step(period: float) -> int:
    """The building's tick: the longest divisor of the hour that is not longer than a period."""
    return max(each for each in range(1, 61) if 3600 % each == 0 and each <= max(1.0, period))


def _beside(parts: Sequence[Part]) -> Together:
    """Parts whose important lines go to the terminal."""
    from twin.live.together import Together

    def told(name: str, line: str) -> None:
        if line.startswith(SAYS) or name.endswith("history"):
            (err if line.startswith("alarm") else out).print(f"{name}: {escape(line)}", soft_wrap=True, highlight=False)

    return Together(parts, told)


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
