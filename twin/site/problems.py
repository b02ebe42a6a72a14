"""Collect every problem of a file before saying anything, so that a user mends all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from twin.errors import SiteError

MOST = 50
"""Problems printed at once."""


class Problems:
    """A list of (place, message)."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, message: str) -> None:
        """Remember one problem."""
        line = f"{place}: {message}"
        if line not in self.found:
            self.found.append(line)

    def unknown(self, place: str, where: str, name: str, known: Iterable[str]) -> None:
        """Remember a name that does not exist, with the nearest one that does."""
        names = sorted(known)
        near = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
        self.add(place, f"{where}: unknown field; {hint}")

    def check(self) -> None:
        """Raise all problems as one error.

        Raises
        ------
        SiteError
            When there is any.
        """
        if self.found:
            more = len(self.found) - MOST
            tail = [f"... and {more} more"] if more > 0 else []
            raise SiteError("\n".join([*self.found[:MOST], *tail]))
