"""Words in both languages, from gettext catalogues: those of the report, and those of the dashboard's pages beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

HERE = Path(__file__).parent / "locale"
LANGUAGES = ("en", "zh")
OTHER = {"en": "zh", "zh": "en"}
CODES = {"en": "en", "zh": "zh-CN"}
"""What a page says its language is."""


@cache
def catalogue(language: str, domain: str) -> dict[str, str]:
    """Texts of one catalogue by their key."""
    with (HERE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        found = read_po(file, locale=language, abort_invalid=True)
    return {str(each.id): str(each.string) for each in found if each.id}


def words(language: str) -> dict[str, str]:
    """Words of the report."""
    return catalogue(language, "report")


def own(language: str) -> dict[str, str]:
    """Words that only the dashboard's pages have."""
    return catalogue(language, "screen")


@cache
def say(language: str) -> dict[str, str]:
    """All words of a language."""
    return {**words(language), **own(language)}


def known(prefix: str, text: str, words: Mapping[str, str]) -> str:
    """A text of a site's file in the reader's language where the catalogue has it, and as the file says it otherwise.

    >>> known("carbon_category", "5 waste", {"carbon_category_5_waste": "5 废弃物"}), known("carbon_category", "own", {})
    ('5 废弃物', 'own')
    """
    return words.get(f"{prefix}_" + "".join(each if each.isalnum() else "_" for each in text.lower()), text)
