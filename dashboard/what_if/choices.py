"""Measures that can be chosen at a site: its own, and those of the library that change something there, with what they may be told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from twin.errors import SiteError
from twin.site.arguments import Argument
from twin.site.measures import Measure, library
from twin.site.provenance import quantity
from twin.site.site import Site

WIDE = 12.0
"""How many times its default an end of a range may be before a slider stops short of it. Assumed."""
REACH = 4.0
"""How many times the default a slider then reaches. Assumed."""
STEPS = 100.0


@dataclass(frozen=True)
class Setting:
    """An argument of a measure as it is set.

    Attributes
    ----------
    default, low, high : in `unit`; low and high are the range that a study samples while nobody changes it. word : default of an argument that is
        a word or a name. least, most : ends of what is allowed, None without. start, end, step : of its slider.
    """

    name: str
    title: Mapping[str, str]
    unit: str
    word: str = ""
    words: tuple[str, ...] = ()
    default: float = 0.0
    low: float = 0.0
    high: float = 0.0
    least: float | None = None
    most: float | None = None
    start: float = 0.0
    end: float = 0.0
    step: float = 1.0


@dataclass(frozen=True)
class Choice:
    """A measure that can be chosen.

    Attributes
    ----------
    capital, upkeep : at the site, with the defaults. [CNY], [CNY/a] saving : share that it saved elsewhere, low and high, where one is published.
    """

    name: str
    title: Mapping[str, str]
    help: Mapping[str, str]
    own: bool
    capital: float
    upkeep: float
    life: float
    needs: tuple[str, ...]
    excludes: tuple[str, ...]
    settings: tuple[Setting, ...]
    saving: tuple[float, float] | None
    saving_of: Mapping[str, str]


def choices(site: Site) -> tuple[Choice, ...]:
    """The site's own measures, then those of the library that change something, each the cheaper first."""
    shared = [each for name, each in library().items() if name not in site.measures]
    rows = [(each, True) for each in site.measures.values()] + [(each, False) for each in shared]
    found = [choice for each, own in rows if (choice := _choice(each, site, own))]
    return tuple(sorted(found, key=lambda each: (not each.own, each.capital)))


def _choice(measure: Measure, site: Site, own: bool) -> Choice | None:
    """A measure with its cost at the site; None where it changes nothing there."""
    try:
        capital, upkeep, _ = measure.money_of(measure.pieces(site), {})
        site.with_measures(*measure.needs, measure.name)
    except SiteError:
        return None
    settings = tuple(setting(each) for each in measure.arguments.values())
    saving = (measure.saving.low, measure.saving.high) if measure.saving else None
    return Choice(
        measure.name, measure.title, measure.help, own, capital, upkeep, measure.lifetime.value, measure.needs, measure.excludes, settings,
        saving, measure.saving_of,
    )  # fmt: skip


def setting(argument: Argument) -> Setting:
    """An argument with the ends of its slider, which leaves out what is allowed and far from anything usual."""
    title = argument.title or {"en": argument.name, "zh": argument.name}
    if not argument.unit:
        return Setting(argument.name, title, "", argument.default.text or "", argument.words)
    found = quantity(argument.default, argument.unit, "")
    near = REACH * max(abs(found.value), abs(found.low), abs(found.high)) or 1.0
    start = argument.least if argument.least is not None else min(0.0, found.low)
    end = argument.most if argument.most is not None else near
    if end > WIDE * near / REACH:
        end = near
    if 0.0 < start < found.value / WIDE:
        start = 0.0 if argument.whole else found.value / WIDE
    step = 1.0 if argument.whole else 10.0 ** math.floor(math.log10((end - start) / STEPS))
    if argument.least is not None:
        start = max(math.floor(start / step + 1e-9) * step, argument.least)
    return Setting(
        argument.name, title, argument.unit, default=found.value, low=found.low, high=found.high, least=argument.least, most=argument.most,
        start=start, end=end, step=step,
    )  # fmt: skip
