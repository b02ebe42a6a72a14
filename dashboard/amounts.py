"""Amounts in the units that readers of a language use: thousand, ten thousand, million; energy in kWh, standard coal or Btu."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from twin.dashboard.report.drawing import shown

COAL = 0.1229
"""Standard coal of electricity by its heat content (当量值). [kgce/kWh] GB/T 2589-2020, annex A: 3,600 kJ over 29,307.6 kJ/kgce is 0.1228."""
BTU = 3.6e6 / 1055.05585262 / 1e3
"""International Table British thermal units in a kilowatt-hour. [kBtu/kWh] ISO 80000-5:2007, 1 Btu = 1055.05585262 J: 3.412."""
SQUARE_FEET = 1.0 / 0.3048**2
"""Square feet in a square metre."""
ENERGY = {
    "kWh": ((1e6, "GWh"), (1e3, "MWh"), (1.0, "kWh")),
    "kgce": ((1e3 / COAL, "tce"), (1.0 / COAL, "kgce")),
    "kBtu": ((1e3 / BTU, "MMBtu"), (1.0 / BTU, "kBtu")),
}
"""Units of energy that a reader may choose, each with its steps from the largest to the smallest, in kWh."""
UNITS = tuple(ENERGY)
INTENSITY = {
    "kWh": (1.0, "kWh/(m²·a)"),
    "kgce": (COAL, "kgce/(m²·a)"),
    "kBtu": (BTU / SQUARE_FEET, "kBtu/(ft²·a)"),
}
"""Of one kWh/(m2 a): how many of the unit, and its name."""
LADDERS = {
    "money": {
        "en": ((1e9, "bn CNY"), (1e6, "M CNY"), (1e3, "k CNY"), (1.0, "CNY")),
        "zh": ((1e8, "亿元"), (1e4, "万元"), (1.0, "元")),
    },
    "carbon": {"en": ((1e3, "kt"), (1.0, "t")), "zh": ((1e4, "万t"), (1.0, "t"))},
}
"""Factor and name of units from the largest to the smallest, for amounts in CNY and t."""
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


def unit(kind: str, language: str, values: Iterable[float | None], energy: str = "kWh") -> Unit:
    """The unit that fits the largest of some amounts, which are in kWh, CNY or t.

    Parameters
    ----------
    energy : what the reader wants energy in, of `UNITS`.

    >>> unit("money", "zh", [123456.0]).name
    '万元'
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    ladder = ENERGY[energy] if kind == "energy" else LADDERS[kind][language]
    return Unit(*next((step for step in ladder if largest >= step[0]), ladder[-1]))


def said(kind: str, language: str, value: float | None, energy: str = "kWh") -> str:
    """One amount with its unit.

    >>> said("energy", "en", 1234567.0), said("energy", "en", 1234567.0, "kgce"), said("energy", "en", 100.0, "kBtu")
    ('1.23 GWh', '152 tce', '341 kBtu')
    """
    if value is None:
        return NONE
    one = unit(kind, language, [value], energy)
    return f"{shown(value / one.scale, 3) if abs(value / one.scale) < 1000 else f'{value / one.scale:,.0f}'} {one.name}"


def intensity(value: float, energy: str = "kWh") -> tuple[str, str]:
    """Energy of a square metre and year, as a number and its unit; of Btu per square foot, as is usual with them.

    >>> intensity(170.0), intensity(170.0, "kgce"), intensity(170.0, "kBtu")
    (('170.0', 'kWh/(m²·a)'), ('20.9', 'kgce/(m²·a)'), ('53.9', 'kBtu/(ft²·a)'))
    """
    factor, name = INTENSITY[energy]
    return f"{value * factor:,.1f}", name


def plain(energy: str = "kWh") -> Unit:
    """The reader's unit of energy without steps, for columns and axes that go on from one amount to another.

    >>> round(1.0 / plain("kgce").scale, 4), plain("kgce").name
    (0.1229, 'kgce')
    """
    return Unit(*ENERGY[energy][-1])


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
