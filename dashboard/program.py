"""Dash as this dashboard uses it: few scripts at first, the first screen with the first answer, and no books on what only stands there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlsplit

import dash
from twin.dashboard.still import names, still

LATE = ("dash_ag_grid", "dash_cytoscape")
"""Libraries that a page fetches when it shows something of them; `assets/late.js` sees to it. None may hold other components: those would be
drawn with the properties they had when the page was made, whatever callbacks have answered until the library is here."""
NEVER = ("/dash_table/",)
"""Scripts of Dash that nothing here needs."""
PLAIN = """<!DOCTYPE html>
<html>
<head>{%metas%}<title>{%title%}</title><link rel="icon" type="image/svg+xml" href="/assets/icons/overview.svg">{%css%}<link rel="preload" href="/_dash-layout" as="fetch" crossorigin></head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def _loaded(script: str) -> str:
    """A script's tag as a page has it."""
    if any(name in script for name in NEVER):
        return ""
    late = next((name for name in LATE if f"/{name}/{name}." in script), "")
    return script.replace("<script ", f'<script type="text/late" data-library="{late}" ', 1) if late else script


class Program(dash.Dash):
    """Dash, with whatever only stands on a screen drawn as one component."""

    @cached_property
    def named(self) -> frozenset[str]:
        """Identities that callbacks ask for or change; to be asked for once all are registered."""
        return names(self._callback_list)

    def interpolate_index(self, **parts: Any) -> str:
        """The page that the browser gets first, in the language and on the ground that its address says."""
        told = self.backend.request_adapter()
        language, ground = told.args.get("lang"), told.args.get("theme")
        marks = f'lang="{"zh-CN" if language == "zh" else "en"}" data-mantine-color-scheme="{"dark" if ground == "dark" else "light"}"'
        return super().interpolate_index(**parts).replace("<html>", f"<html {marks}>", 1)

    @property
    def asked(self) -> tuple[str, str]:
        """Path and query of the page that asks for its layout; empty where its browser does not say."""
        if not self.backend.has_request_context():
            return "", ""
        told = urlsplit(self.backend.request_adapter().headers.get("referer", ""))
        return told.path, f"?{told.query}" if told.query else ""

    def _generate_scripts_html(self) -> str:
        """Scripts of every page; the browser fetches those of `LATE` when a page needs them, and those of `NEVER` not at all."""
        return "\n".join(filter(None, map(_loaded, super()._generate_scripts_html().split("\n"))))

    def callback(self, *told: Any, **more: Any) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
        """As Dash has it, for a function that is awaited."""
        add = super().callback(*told, **more)

        def register(work: Callable[..., Awaitable[Any]]) -> Any:
            @wraps(work)
            async def answer(*given: Any) -> Any:
                return still(await work(*given), self.named)

            return add(answer)

        return register
