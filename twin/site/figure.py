"""A figure of a run, written as arithmetic over what the run books: `scope1 + scope2`, `it * 1.6 - facility`, `[pv.power]`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from twin.core.signal import ACCOUNTS
from twin.errors import SiteError

INDICATORS = ("pue", "wue_l_kwh", "cue_kg_kwh", "erf")
WORDS = (*ACCOUNTS, "electricity", "peak", *INDICATORS)
"""What a figure may name beside `[component.signal]` and `[component.parameter]`: accounts and electricity in SI, the peak in W, indicators as they are."""
TOKEN = re.compile(r"\s*(?:\[(?P<signal>[^\]]+)\]|(?P<word>[a-z_][a-z_0-9]*)|(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?P<sign>[-+*/()]))")  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """Arithmetic with + - * / and parentheses.

    Raises
    ------
    SiteError
        When it cannot be read.
    """

    text: str

    def __post_init__(self) -> None:
        for name in self.names:
            if "." not in name and name not in WORDS:
                raise SiteError(f"figure {self.text!r}: {name!r} is unknown; write [component.signal] or one of {', '.join(WORDS)}")  # fmt: skip
        try:
            self.value(lambda _: 1.0)
        except (SyntaxError, TypeError):
            raise SiteError(f"figure {self.text!r}: is no arithmetic; write for instance 'scope1 + scope2'") from None

    @cached_property
    def _parts(self) -> list[tuple[str, str]]:
        found, at = [], 0
        text = self.text.rstrip()
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                raise SiteError(
                    f"figure {self.text!r}: {text[at:]!r} is no arithmetic; write for instance 'scope1 + scope2'"
                )
            found.append((str(token.lastgroup), str(token[str(token.lastgroup)])))
            at = token.end()
        return found

    @property
    def names(self) -> list[str]:
        """Words and signals that it needs."""
        return [text for group, text in self._parts if group in ("signal", "word")]

    def value(self, look: Callable[[str], float]) -> float:
        """Its value, from the values of its names; NaN where it divides by nothing, as by a machine that a scenario lacks.

        >>> Figure("2 * (it + [hall.fan])").value({"it": 3.0, "hall.fan": 1.0}.__getitem__)
        8.0
        """
        values = {f"x{place}": look(name) for place, name in enumerate(self.names)}
        symbols = iter(values)
        text = " ".join(part if group in ("number", "sign") else next(symbols) for group, part in self._parts)
        try:
            return float(eval(text, {"__builtins__": {}}, values))
        except ZeroDivisionError:
            return math.nan
