"""What an address says: the page, and in its query the site, the language, the ground and the unit of energy; whatever it does not know is told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from twin.dashboard.amounts import UNITS
from twin.dashboard.language import LANGUAGES

THEMES = ("light", "dark")
LONGEST = 60
"""Characters of a wrong word that are repeated on the page."""


@dataclass(frozen=True)
class Address:
    """The whole state of a screen.

    Attributes
    ----------
    page : key of the page. own : what only this page's address says, as pairs. wrong : what the address said and nobody knows, as
        `name=value`. unit : what energy is shown in.
    """

    page: str
    site: str
    language: str = "en"
    theme: str = "light"
    own: tuple[tuple[str, str], ...] = ()
    wrong: tuple[str, ...] = ()
    unit: str = UNITS[0]

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        return self.theme == "dark"

    def get(self, name: str, usual: str = "") -> str:
        """What the address says of one of the page's own words.

        >>> Address("component", "binhai", own=(("name", "grid"),)).get("name")
        'grid'
        """
        return dict(self.own).get(name, usual)

    @property
    def next_unit(self) -> str:
        """What energy is shown in after a change."""
        return UNITS[(UNITS.index(self.unit) + 1) % len(UNITS)]

    def to(self, page: str = "", site: str = "", language: str = "", theme: str = "", unit: str = "", **own: str) -> str:  # fmt: skip
        """Address of this screen with something changed; everything else stays, but another page or site begins with its own words.

        >>> Address("overview", "binhai").to(language="zh")
        '/overview?site=binhai&lang=zh&theme=light'
        >>> Address("component", "binhai", own=(("name", "grid"),)).to(theme="dark")
        '/component?site=binhai&lang=en&theme=dark&name=grid'
        """
        stays = not page and not site
        words = {**(dict(self.own) if stays else {}), **own}
        told = {"site": site or self.site, "lang": language or self.language, "theme": theme or self.theme}
        if (unit or self.unit) != UNITS[0]:
            told["unit"] = unit or self.unit
        return f"/{page or self.page}?" + urlencode({**told, **{name: text for name, text in words.items() if text}})


def read(
    path: str | None, query: str | None, pages: Mapping[str, Mapping[str, str]], sites: Collection[str], home: Address
) -> Address:
    """The state that a path and a query mean; what is missing is as at home, what is wrong is kept to be told.

    Parameters
    ----------
    pages : by key, each with its own words and the patterns of their values.

    >>> read("/overview", "?lang=xx&theme=dark", {"overview": {}}, ["binhai"], Address("overview", "binhai")).wrong
    ('lang=xx',)
    """
    told = dict(parse_qsl((query or "").lstrip("?")))
    page = (path or "").strip("/").replace("-", "_") or home.page
    wrong = []
    if page not in pages:
        wrong.append(f"/{page[:LONGEST]}")
        page = home.page
    allowed: dict[str, tuple[Collection[str], str]] = {
        "site": (sites, home.site), "lang": (LANGUAGES, home.language), "theme": (THEMES, home.theme), "unit": (UNITS, home.unit),
    }  # fmt: skip
    own = []
    for name, text in told.items():
        if name in pages[page] and re.fullmatch(pages[page][name], text):
            own.append((name, text))
        elif name not in allowed or text not in allowed[name][0]:
            wrong.append(f"{name[:LONGEST]}={text[:LONGEST]}")
    site, language, theme, unit = (
        told.get(name, usual) if told.get(name) in known else usual for name, (known, usual) in allowed.items()
    )
    return Address(page, site, language, theme, tuple(own), tuple(wrong), unit)
