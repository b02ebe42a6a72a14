"""The command `twin bacnet desk`: points of a building on loan, by orders of another program."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.commands.bacnet import Journalled, Networks, Own, Router, SiteText, Through, _online, _points


def desk(
    site: SiteText,
    allow: Annotated[Path, typer.Option(help="Allow-list: CSV with signal, low, high, slot, hourly, role.")],
    journal: Journalled = Path("writes.jsonl"),
    router: Router = "", network: Networks = None, own: Own = "127.0.0.1", mask: int = 24, bbmd: Through = "",
) -> None:  # fmt: skip
    """Lend points by orders, one JSON object a line on standard input; everything is given back when it ends, on Ctrl-C and SIGTERM."""
    from twin.bacnet.gateway import discover as search
    from twin.bacnet.gateway import leases
    from twin.bacnet.gateway.desk import Desk

    listed = _points(site)
    allowed, kept = leases.rules(allow), leases.Journal(journal)

    async def go(client: Any, stop: asyncio.Event) -> None:
        await Desk(client, listed, allowed, kept, search.targets(router, network or []), _tell).serve(_lines(stop))

    with kept.held():
        asyncio.run(_online(own, mask, go, bbmd))


def _tell(answer: dict[str, Any]) -> None:
    """One line for whoever gives the orders, who may be gone already."""
    try:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115


async def _lines(stop: asyncio.Event) -> AsyncIterator[str]:
    """Lines of standard input until it ends, or until we are asked to stop."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    stopping = asyncio.create_task(stop.wait())
    while True:
        reading = asyncio.create_task(reader.readline())
        await asyncio.wait([reading, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not reading.done() or not reading.result():
            reading.cancel()
            return
        yield reading.result().decode(errors="replace")
