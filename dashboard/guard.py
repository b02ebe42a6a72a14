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


KEPT = ("/assets/", "/_dash-component-suites/")
"""What a browser may keep; all else is somebody's own."""
YEAR = 365 * 86400
"""How long a browser that came by TLS comes by nothing else. [s]"""


def headers(scripts: Sequence[str], secure: bool = False) -> list[tuple[bytes, bytes]]:
    """What every answer carries."""
    told = {
        "content-security-policy": policy(scripts),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        **({"strict-transport-security": f"max-age={YEAR}"} if secure else {}),
    }
    return [(name.encode(), text.encode()) for name, text in told.items()]


class Guard:
    """Middleware that adds the headers to every answer.

    Parameters
    ----------
    scripts : hashes of the inline scripts. secure : whether browsers come by TLS.
    """

    def __init__(self, app: Program, scripts: Callable[[], Sequence[str]], secure: bool = False) -> None:
        self.app = app
        self.scripts = scripts
        self.secure = secure
        self.told: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        """Pass a request on; its answer gets the headers."""
        if not self.told:
            self.told = headers(self.scripts(), self.secure)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = scope["path"].startswith(KEPT) or any(name == b"cache-control" for name, _ in message["headers"])
                message["headers"] = [
                    *message["headers"],
                    *self.told,
                    *([] if kept else [(b"cache-control", b"no-store")]),
                ]
            await send(message)

        await self.app(scope, receive, marked if scope["type"] == "http" else send)
