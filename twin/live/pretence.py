"""A building that its site file does not quite describe: other true numbers and another year's weather, drawn by a seed."""

from __future__ import annotations

import numpy as np

from twin.errors import SiteError, WeatherError
from twin.site.site import Site
from twin.weather.year import Weather

DOUBTED = ("K", "1", "W/m2")
"""Units of numbers that are moved: shares, temperatures and densities, which a drawing does not show."""


def differing(site: Site, random: np.random.Generator) -> Site:
    """The site with one uncertain number at an end of its range, which nobody is told.

    Raises
    ------
    SiteError
        When no number of the site is uncertain.
    """
    doubts = [q for q in site.assumptions() if q.unit in DOUBTED]
    if not doubts:
        raise SiteError(f"{site.path}: no number has a range in brackets; a virtual building has nothing to differ in")
    hidden = doubts[int(random.integers(len(doubts)))]
    return site.with_values({hidden.place: hidden.low if random.random() < 0.5 else hidden.high})


def drawn(site: Site, random: np.random.Generator) -> Site:
    """The site with every uncertain number of those sorts drawn from the inner half of its range."""
    told = {}
    for each in (q for q in site.assumptions() if q.unit in DOUBTED):
        side = each.low if random.random() < 0.5 else each.high
        told[each.place] = each.value + 0.5 * random.random() * (side - each.value)
    return site.with_values(told)


def pretended(site: Site, seed: int) -> tuple[Site, Weather]:
    """A virtual building that nobody knows exactly, and its weather; with seed 0 both are as the site's file says."""
    climate = site.location.climate
    if not seed:
        return site, Weather.named(climate, site.year)
    building = drawn(site, np.random.default_rng([seed, 7]))
    try:
        return building, Weather.named(f"{climate}:{seed + 1}", site.year)
    except WeatherError:  # a file of measured weather has no other years
        return building, Weather.named(climate, site.year)
