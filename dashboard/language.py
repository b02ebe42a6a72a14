"""Words of the screen in both languages: those of the report, and the dashboard's own beside them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from twin.dashboard.content import LANGUAGES, words

HERE = Path(__file__).parent / "locale"
OTHER = {"en": "zh", "zh": "en"}
CODES = {"en": "en", "zh": "zh-CN"}
"""What the page says its language is."""

__all__ = ["CODES", "LANGUAGES", "OTHER", "own", "say"]


@cache
def own(language: str) -> dict[str, str]:
    """Words that only the screen has."""
    found: dict[str, str] = json.loads((HERE / f"screen-{language}.json").read_text(encoding="utf-8"))
    return found


@cache
def say(language: str) -> dict[str, str]:
    """All words of a language; the screen's own go first."""
    return {**words(language), **own(language)}
