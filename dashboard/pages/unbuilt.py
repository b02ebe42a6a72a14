"""Pages of the menu that are not there yet: they say so, and where the same answer is to be had."""

from __future__ import annotations

from typing import Any

from twin.dashboard.address import Address
from twin.dashboard.data import Source
from twin.dashboard.language import say
from twin.dashboard.page import Page
from twin.dashboard.shell import message

KEYS = ("map", "component", "explore", "what_if", "carbon", "points")


def build(address: Address, source: Source) -> Any:
    """The sentence instead of a page."""
    words = say(address.language)
    return message(words[f"page_{address.page}"], [words["unbuilt"], words[f"instead_{address.page}"].format(site=address.site)])  # fmt: skip


PAGE = Page(build)
