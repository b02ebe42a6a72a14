"""Compression that nobody waits for: files are packed once, beside the server's loop, and nothing is packed for this machine itself."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from twin.dashboard.guard import Message, Program, Send

FILES = ("/_dash-component-suites/", "/assets/")
"""Paths whose answers are files, which stay as they are while the program runs."""
SMALL, QUICK, WELL = 1000, 1, 6
"""Octets from which on packing pays, and how hard it is tried for answers that are made anew and for files."""


class Packed:
    """Middleware; a file goes out as it is the first time, and packed from then on.

    Packing the chart library takes the better part of a second, in which a server that does it for every request answers nobody else.
    """

    def __init__(self, app: Program) -> None:
        self.app = app
        self.anew = GZipMiddleware(app, minimum_size=SMALL, compresslevel=QUICK)
        self.kept: dict[str, bytes] = {}
        self._packing: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        """Pass a request on, and pack its answer where that helps."""
        client = (scope.get("client") or ("",))[0]
        if (
            scope["type"] != "http"
            or client in ("127.0.0.1", "::1")
            or "gzip" not in Headers(scope=scope).get("accept-encoding", "")
        ):
            await self.app(scope, receive, send)
        elif scope["method"] == "GET" and scope["path"].startswith(FILES):
            await self._file(scope, receive, send)
        else:
            await self.anew(scope, receive, send)

    async def _file(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        name = scope["path"]
        start: Message = {}
        parts: list[bytes] = []

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            await self._give(name, start, b"".join(parts), send)

        await self.app(scope, receive, take)

    async def _give(self, name: str, start: Message, body: bytes, send: Send) -> None:
        if start["status"] == 200 and len(body) >= SMALL:
            if name in self.kept:
                body = self.kept[name]
                headers = MutableHeaders(raw=start["headers"])
                headers["content-encoding"], headers["content-length"] = "gzip", str(len(body))
                headers.add_vary_header("accept-encoding")
                start["headers"] = headers.raw
            elif name not in self._packing:
                self._packing[name] = asyncio.create_task(self._pack(name, body))
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def _pack(self, name: str, body: bytes) -> None:
        self.kept[name] = await asyncio.to_thread(gzip.compress, body, WELL)
        del self._packing[name]
