"""Headers that keep a browser from loading, framing or sending anything that is not of this dashboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Program = Callable[[Message, Callable[[], Awaitable[Message]], Send], Awaitable[None]]


def policy(scripts: Sequence[str]) -> str:
    """The content security policy; the only inline scripts are those with a known hash.

    Styles may be inline: Mantine and Plotly write them while they draw. Chinese and Latin fonts are the system's own.
    """
    return "; ".join(
        [
            "default-src 'self'", "script-src 'self' " + " ".join(scripts), "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:", "connect-src 'self'", "worker-src 'self' blob:", "object-src 'none'",
            "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'",
        ]
    )  # fmt: skip


def headers(scripts: Sequence[str]) -> list[tuple[bytes, bytes]]:
    """What every answer carries."""
    told = {
        "content-security-policy": policy(scripts),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    return [(name.encode(), text.encode()) for name, text in told.items()]


class Guard:
    """Middleware that adds the headers to every answer."""

    def __init__(self, app: Program, scripts: Callable[[], Sequence[str]]) -> None:
        self.app = app
        self.scripts = scripts
        self.told: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        """Pass a request on; its answer gets the headers."""
        if not self.told:
            self.told = headers(self.scripts())

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.told]
            await send(message)

        await self.app(scope, receive, marked if scope["type"] == "http" else send)
