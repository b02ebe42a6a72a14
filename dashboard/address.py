"""What an address says: the page, and in its query the site, the language and the ground; whatever it does not know is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from twin.dashboard.language import LANGUAGES

THEMES = ("light", "dark")
LONGEST = 60
"""Characters of a wrong word that are repeated on the page."""


@dataclass(frozen=True)
class Address:
    """The whole state of a screen.

    Attributes
    ----------
    page : key of the page. wrong : what the address said and nobody knows, as `name=value`.
    """

    page: str
    site: str
    language: str = "en"
    theme: str = "light"
    wrong: tuple[str, ...] = ()

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        return self.theme == "dark"

    def to(self, **changes: str) -> str:
        """Address of this screen with something changed; everything else stays.

        >>> Address("overview", "binhai").to(language="zh")
        '/overview?site=binhai&lang=zh&theme=light'
        """
        other = replace(self, **changes)  # type: ignore[arg-type]
        return f"/{other.page}?" + urlencode({"site": other.site, "lang": other.language, "theme": other.theme})


def read(path: str | None, query: str | None, pages: Collection[str], sites: Collection[str], home: Address) -> Address:
    """The state that a path and a query mean; what is missing is as at home, what is wrong is kept to be told.

    >>> read("/overview", "?lang=xx&theme=dark", ["overview"], ["binhai"], Address("overview", "binhai")).wrong
    ('lang=xx',)
    """
    told = dict(parse_qsl((query or "").lstrip("?")))
    page = (path or "").strip("/") or home.page
    allowed: dict[str, tuple[Collection[str], str]] = {
        "site": (sites, home.site), "lang": (LANGUAGES, home.language), "theme": (THEMES, home.theme),
    }  # fmt: skip
    wrong = [f"{name}={text[:LONGEST]}" for name, text in told.items() if name not in allowed or text not in allowed[name][0]]  # fmt: skip
    if page not in pages:
        wrong.append(f"/{page[:LONGEST]}")
        page = home.page
    site, language, theme = (
        told.get(name, usual) if told.get(name) in known else usual for name, (known, usual) in allowed.items()
    )
    return Address(page, site, language, theme, tuple(wrong))
