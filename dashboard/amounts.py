"""Amounts in the units that readers of a language use: thousand, ten thousand, million."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from twin.dashboard.report.drawing import shown

LADDERS = {
    "energy": {"en": ((1e6, "GWh"), (1e3, "MWh"), (1.0, "kWh")), "zh": ((1e6, "GWh"), (1e3, "MWh"), (1.0, "kWh"))},
    "money": {
        "en": ((1e9, "bn CNY"), (1e6, "M CNY"), (1e3, "k CNY"), (1.0, "CNY")),
        "zh": ((1e8, "亿元"), (1e4, "万元"), (1.0, "元")),
    },
    "carbon": {"en": ((1e3, "kt"), (1.0, "t")), "zh": ((1e4, "万t"), (1.0, "t"))},
}
"""Factor and name of units from the largest to the smallest, for amounts in kWh, CNY and t."""
NONE, NARROW = "–", "\u00a0"
"""What stands for no number, and the space that no line is broken at."""


@dataclass(frozen=True)
class Unit:
    """A unit that a column or an axis shows."""

    scale: float
    name: str

    def of(self, value: float | None) -> str:
        """A number of the column, to the digits of a column."""
        if value is None:
            return NONE
        if value == 0.0:
            return "0"
        scaled = value / self.scale
        return (
            f"{scaled:,.0f}" if abs(scaled) >= 1000.0 else f"{scaled:,.1f}" if abs(scaled) >= 10.0 else f"{scaled:,.2f}"
        )

    def range(self, spread: Mapping[str, Any] | None) -> str:
        """P10 to P90."""
        return f"{self.of(spread['p10'])} … {self.of(spread['p90'])}" if spread else NONE


def unit(kind: str, language: str, values: Iterable[float | None]) -> Unit:
    """The unit that fits the largest of some amounts.

    >>> unit("money", "zh", [123456.0]).name
    '万元'
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    ladder = LADDERS[kind][language]
    return Unit(*next((step for step in ladder if largest >= step[0]), ladder[-1]))


def said(kind: str, language: str, value: float | None) -> str:
    """One amount with its unit.

    >>> said("energy", "en", 1234567.0)
    '1.23 GWh'
    """
    if value is None:
        return NONE
    one = unit(kind, language, [value])
    return f"{shown(value / one.scale, 3) if abs(value / one.scale) < 1000 else f'{value / one.scale:,.0f}'} {one.name}"


def percent(share: float | None) -> str:
    """A share in whole percent, or with a digit where it is small; the sign never leaves its number.

    >>> percent(0.256).replace(NARROW, " "), percent(0.031).replace(NARROW, " ")
    ('26 %', '3.1 %')
    """
    if share is None:
        return NONE
    whole = abs(share) >= 0.1 or share == 0.0
    return f"{share * 100.0:.0f}{NARROW}%" if whole else f"{share * 100.0:.1f}{NARROW}%"


def years(value: float | None) -> str:
    """Years with one digit, or a dash where there are none."""
    return NONE if value is None else f"{value:.1f}"
