"""The gate before everything that is served: no request of a foreign page, nobody without a session, and who asks is known behind it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from twin.dashboard.guard import Message, Program, Send
from twin.dashboard.rights.access import Access, enter
from twin.dashboard.rights.account import NOBODY, Person, acting

from twin.errors import TwinError

Receive = Callable[[], Awaitable[Message]]
PUBLIC = ("/login", "/login/here", "/login/other", "/login/other/back", "/health")
ASSETS = "/assets/"
"""What is there before a log-in: signs and styles, which everybody can have with the program, and the log-in itself."""
READS = ("GET", "HEAD", "OPTIONS")
WATCH = 5.0
"""After how long an open WebSocket ends when its session has ended. [s]"""
UNATTENDED = "x-unattended"
"""Header of requests that a page makes by itself while nobody touches it."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
ENDED = 4401
log = logging.getLogger(__name__)


def same_origin(headers: Headers, url: str = "") -> bool:
    """Whether a request that changes something comes from a page of this dashboard.

    A browser says by itself where a request comes from, and no page can make it say something else. What says nothing is refused.

    >>> same_origin(Headers({"host": "a:8050", "origin": "http://a:8050"})), same_origin(Headers({"host": "a:8050", "origin": "http://b"}))
    (True, False)
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is None or origin == "null":
        return site == "same-origin"
    return origin == url if url else urlsplit(origin).netloc == headers.get("host")


class Gate:
    """Middleware that knows who asks.

    Parameters
    ----------
    access : how people come in.
    """

    def __init__(self, app: Program, access: Access) -> None:
        self.app, self.access = app, access
        self._told = ""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or let a request through with its person."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        socket = scope["type"] == "websocket"
        token = cookie_parser(headers.get("cookie", "")).get(self.access.cookie, "")
        try:
            refused = self._refused(scope, headers, socket)
            person = None if refused else self.access.person(token, UNATTENDED not in headers and not socket)
        except TwinError as problem:
            person, refused = None, self._broken(str(problem))
        path = scope["path"]
        if refused is None and person is None and not path.startswith(ASSETS) and path not in PUBLIC:
            refused = _turned_away(scope, headers, token)
        if refused is not None:
            await (_closed(send) if socket else refused(scope, receive, send))
            return
        place = (scope.get("client") or ("",))[0]
        recorder = None if self.access.everybody else partial(self.access.audit.add, place=place)
        enter(self.access)
        with acting(person or Person("", "viewer", NOBODY), recorder):
            if socket and not self.access.everybody:
                await self._watched(scope, receive, send, token)
            else:
                await self.app(scope, receive, send)

    def _refused(self, scope: Message, headers: Headers, socket: bool) -> Response | None:
        """The answer to what must not be asked, whoever asks."""
        if self.access.everybody and any(name in headers for name in FORWARDED):
            return PlainTextResponse("A proxy passes this on, and there is no log-in: twin accounts add NAME --role admin, then start twin serve again with --url.\n", 403)  # fmt: skip
        if (socket or scope["method"] not in READS) and not same_origin(headers, self.access.url):
            return PlainTextResponse(
                "This request does not come from a page of this dashboard, and was refused.\n", 403
            )
        return None

    def _broken(self, why: str) -> Response:
        """Accounts or sessions cannot be read: whoever runs the server is told why, once, and everybody else that it is so."""
        if why != self._told:
            log.error("nobody can be let in: %s", why)
            self._told = why
        return PlainTextResponse(
            "Accounts cannot be read, and nobody is let in; whoever runs this dashboard sees why in its terminal.\n",
            503,
        )

    async def _watched(self, scope: Message, receive: Receive, send: Send, token: str) -> None:
        """Pass a WebSocket through until its session ends."""
        waiting: asyncio.Task[Message] | None = None
        over, checked = False, time.monotonic()

        async def heard() -> Message:
            nonlocal waiting, over, checked
            while not over:
                waiting = waiting or asyncio.ensure_future(receive())
                done, _ = await asyncio.wait({waiting}, timeout=WATCH)
                if time.monotonic() - checked >= WATCH:
                    checked, over = time.monotonic(), not self._there(token)
                if done and not over:
                    message, waiting = waiting.result(), None
                    return message
            await send({"type": "websocket.close", "code": ENDED, "reason": "the session has ended"})
            return {"type": "websocket.disconnect", "code": ENDED}

        async def said(message: Message) -> None:
            if not over:
                await send(message)

        try:
            await self.app(scope, heard, said)
        finally:
            if waiting:
                waiting.cancel()

    def _there(self, token: str) -> bool:
        try:
            return self.access.person(token, attended=False) is not None
        except TwinError:
            return False


def _turned_away(scope: Message, headers: Headers, token: str) -> Response:
    """Nobody is logged in: a person is led to the log-in, a program is told."""
    wants_page = headers.get("sec-fetch-mode", "navigate") == "navigate" and "text/html" in headers.get("accept", "")
    if scope["type"] == "http" and scope["method"] in READS and wants_page:
        query = scope["query_string"].decode("latin-1")
        there = quote(scope["path"] + (f"?{query}" if query else ""), safe="")
        return RedirectResponse(f"/login?next={there}{'&why=ended' if token else ''}", 303)
    return JSONResponse({"error": "nobody is logged in, or the session has ended; log in at /login"}, 401)


async def _closed(send: Send) -> None:
    """Refuse a WebSocket before it is open."""
    await send({"type": "websocket.close", "code": ENDED, "reason": "refused"})
