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

from twin.errors import TwinError
from twin.tables import out

if TYPE_CHECKING:
    from twin.live.together import Part, Together

err = Console(stderr=True)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
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
    host: Annotated[str, typer.Option(help="Address to listen on; anything but loopback lets others read.")] = "127.0.0.1",
    building: Annotated[bool, typer.Option("--building/--no-building", help="Run a virtual building behind the dashboard; or only show what --store has, or what a real network tells (--router).")] = True,
    router: Annotated[str, typer.Option(help="Follow a real building: address of its device or router; any other option of `twin live` is that command's.")] = "",
    network: Annotated[list[int] | None, typer.Option("--network", help="Network behind the router; may be repeated.")] = None,
    own: Annotated[str, typer.Option(help="Address of this machine to ask the network from.")] = "",
    seed: Annotated[int, typer.Option(help="Draws how the virtual building differs from its site file; 0: not at all.", min=0)] = 1,
    period: Annotated[float, typer.Option(help="Seconds between polls.", min=1.0)] = 15.0,
    year: Annotated[bool, typer.Option("--year/--no-year", help="Fill a year of the virtual building's past in the background, or only 14 days.")] = True,
) -> None:  # fmt: skip
    """Show a site in the browser, with a virtual building, its gateway, the live twin and a year of history behind it; Ctrl-C ends all of it."""
    try:
        import uvicorn

        from twin.dashboard.app import make
    except ImportError as problem:
        raise ServeError(f"the dashboard needs its packages ({problem.name} is missing): pip install 'campus-twin[dashboard]'") from problem  # fmt: skip
    from twin.dashboard.data import Source

    _free(host, port)
    real = bool(router or network or own)
    where = store or (_own_store(site) if building and not real else "")
    source = Source(site, where)
    parts = _followed(site, where, router, network or [], own, period) if real else _virtual(site, where, seed, period, year) if building else []  # fmt: skip
    hosts = LOOPBACK if host in LOOPBACK else ("*",)
    if host not in LOOPBACK:
        err.print(f"alarm: everybody who reaches {escape(host)} can read this dashboard; there is no log-in yet")
    together = _beside(parts)
    app = make(source, hosts)
    out.print(f"http://{host}:{port}", highlight=False, soft_wrap=True)
    if where:
        out.print(f"historian: {escape(where)}; Ctrl-C ends everything", highlight=False, soft_wrap=True)
    together.start()
    try:
        uvicorn.run(app.server, host=host, port=port, log_level="warning", timeout_graceful_shutdown=LEAVE)
    finally:
        together.stop()
        source.close()


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


def _virtual(site: str, store: str, seed: int, period: float, year: bool) -> list[Part]:
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
        Part("virtual building", ["bacnet", "serve", site, "--port", str(port), "--step", step, "--seed", str(seed)], "ready"),
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
