"""Conditions of a study: under which weather, tariff and year of carbon factors a site and its measures are judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from twin.components.grid import Grid
from twin.errors import SiteError, WeatherError
from twin.site.factors import Factor, find, named_in, table
from twin.site.load import plain
from twin.site.named import as_node
from twin.site.provenance import Quantity, quantity
from twin.site.reader import read
from twin.site.site import Site, renewed
from twin.site.tariffs import PRICES, edition, tariff
from twin.study.pathway import Pathway, load_pathway
from twin.study.restate import GRID, RESIDUAL
from twin.weather.year import Weather

FIRST, LAST = 1950, 2100
"""Calendar years."""
WHOLE = (*PRICES, "ratios", "periods")
"""What a tariff may state of a grid connection."""
SHORTEST = 364
"""Days of weather that stand for a year: 52 weeks."""
FACTORS = ("emission_factor", "market_factor")


WORDS = {"en": ("tariff {}", "carbon factors of {}", ", "), "zh": ("电价{}", "{}年碳排放因子", "，")}
"""Tariff and carbon year of a condition, and what stands between, by language."""


@dataclass(frozen=True)
class Condition:
    """Weather by name, a tariff by name and the year of the carbon factors; empty and None for the site's own."""

    weather: str
    tariff: str = ""
    carbon_year: int | None = None

    @property
    def label(self) -> str:
        """What tells it from others, for people.

        >>> Condition("shenzhen+2K", "guangdong", 2023).label
        'shenzhen+2K, tariff guangdong, carbon factors of 2023'
        """
        return self.title["en"]

    @property
    def title(self) -> dict[str, str]:
        """The label by language.

        >>> Condition("shenzhen+2K", "guangdong", 2023).title["zh"]
        'shenzhen+2K，电价guangdong，2023年碳排放因子'
        """
        return {
            language: between.join(
                [
                    self.weather,
                    *([tariff.format(self.tariff)] if self.tariff else []),
                    *([year.format(self.carbon_year)] if self.carbon_year else []),
                ]
            )
            for language, (tariff, year, between) in WORDS.items()
        }

    def shown(self, under: Site) -> dict[str, Any]:
        """The condition in stable keys, with editions of tariffs and emission factors of the site under it."""
        named = {at[0]: q for at, q in under.quantities.items() if at[1] == FACTORS[0]}
        return {
            "label": self.label, "title": self.title, "weather": self.weather, "tariff": self.tariff or None, "carbon_year": self.carbon_year,
            "tariffs": {name: str(each) for name, each in under.tariffs.items()},
            "emission_factors": {
                name: {"kg_kwh": q.value * 3.6e6, "kind": q.kind, "source": q.source} for name, q in named.items()
            },
        }  # fmt: skip


def weather_of(site: Site, name: str) -> Weather:
    """Weather by name that a study of a year can stand on.

    Raises
    ------
    WeatherError
        When there is none of that name, or it is shorter than a year.
    """
    found = Weather.named(name, site.year)
    days = len(found.dry_bulb) * found.step / 86400.0
    if days < SHORTEST:
        raise WeatherError(
            f"{name}: holds {days:.0f} days, which a study of a year would repeat; give at least {SHORTEST} days"
        )
    return found


def site_under(site: Site, condition: Condition) -> Site:
    """The site as if its file named another tariff and another year of grid factors; measures still apply on top.

    Parameters
    ----------
    site : as loaded, with its measures not yet applied.

    Raises
    ------
    SiteError
        For an unknown tariff, a year without factors, or a connection whose numbers no tariff or table states.
    """
    if condition.tariff:
        site = _with_tariff(site, condition.tariff)
    return _with_year(site, condition.carbon_year) if condition.carbon_year else site


def _connections(site: Site) -> list[Grid]:
    found = [each for each in site.components if isinstance(each, Grid)]
    if not found:
        raise SiteError(f"{site.path}: has no grid connection; leave tariff and carbon year out")
    return found


def _with_tariff(site: Site, name: str) -> Site:
    """The site with a tariff in the place of the one that each connection names."""
    own: dict[str, Any] = {}
    if site.path.is_file():
        stated = (read(site.path).fields or {}).get("tariffs")
        own = plain(stated) if stated else {}
    prices = tariff(name, own)
    components, quantities, editions = list(site.components), dict(site.quantities), dict(site.tariffs)
    for each in _connections(site):
        old = site.tariffs.get(each.name)
        if old is None:
            raise SiteError(
                f"tariff {name!r}: {each.name} names no tariff, so that none can take its place; "
                f"write for instance 'tariff: {name}' there instead of its prices"
            )
        if old.name == name:
            continue
        before = tariff(old.name, own)
        mine = [label for label in WHOLE if _is_of_tariff(each, label, before, site.quantities)]
        place = _place(site, each.name)
        values: dict[str, Any] = {}
        for label in mine:
            quantities.pop((each.name, label), None)
            if label not in prices:
                values[label] = type(each).model_fields[label].default
            elif type(each).is_series(label):
                values[label] = _series(each, label, prices[label])
            else:
                found = quantity(as_node(f"{place} ({label})", prices[label]), type(each).unit(label), "")
                values[label], quantities[each.name, label] = found.value, found
        components[components.index(each)] = renewed(each, values)
        editions[each.name] = edition(name, own)
    return replace(site, components=tuple(components), quantities=quantities, tariffs=editions)


def _is_of_tariff(
    each: Grid, label: str, before: Mapping[str, Any], quantities: Mapping[tuple[str, str], Quantity]
) -> bool:
    """Whether a number is its tariff's: one that the site's file or a measure states by itself stays."""
    if type(each).is_series(label):
        wanted = _series(each, label, before[label]) if label in before else type(each).model_fields[label].default
        return tuple(getattr(each, label)) == tuple(wanted)
    stated = quantities.get((each.name, label))
    return stated is None or stated.place.endswith(f" ({label})")


def _series(each: Grid, label: str, values: Any) -> tuple[float, ...]:
    unit = type(each).unit(label) or "1"
    return tuple(quantity(as_node(each.name, str(value)), unit, "").value for value in values)


def _place(site: Site, name: str) -> str:
    """Where the site's file names the tariff of a connection: the same for every tariff, so that samples are shared."""
    for label in WHOLE:
        stated = site.quantities.get((name, label))
        if stated and stated.place.endswith(f" ({label})"):
            return stated.place.removesuffix(f" ({label})")
    return f"{site.path}: {name}.tariff"


def _with_year(site: Site, year: int) -> Site:
    """The site with the grid factors of a year: of the table, else of the trajectory of its pathway."""
    if year in years():
        return _by_table(site, year)
    plan = load_pathway(site) if (site.path.parent / "pathway.yaml").is_file() else None
    if plan is None or not plan.factors or not min(plan.factors) <= year <= max(plan.factors):
        road = (
            f"grid_factor of its pathway.yaml from {min(plan.factors)} to {max(plan.factors)}"
            if plan and plan.factors
            else "no pathway.yaml beside the site states a grid_factor for other years"
        )
        raise SiteError(f"carbon year {year}: the table of grid factors has {', '.join(map(str, years()))}, and {road}")
    return _by_trajectory(site, year, plan)


def years() -> list[int]:
    """Years of the table of grid factors."""
    return sorted({row.year for row in table().values() if row.name.startswith(f"{GRID}/")})


def _row(stated: Quantity) -> Factor | None:
    """The row of a grid that a number is from."""
    found = named_in(stated.source)
    return found if found and found.name.startswith(f"{GRID}/") else None


def _by_table(site: Site, year: int) -> Site:
    """Every number from a row of a grid takes that place's row of the year, as a ledger restates it."""
    residual = table().get(f"{GRID}/{RESIDUAL}/{year}")
    changes: dict[tuple[str, str], Quantity] = {}
    for each in _connections(site):
        stated = site.quantities.get((each.name, FACTORS[0]))
        row = _row(stated) if stated else None
        if stated is None or row is None:
            raise SiteError(
                f"carbon year {year}: the emission factor of {each.name} is no row of the table, so that the table says nothing of "
                f"another year; write for instance 'factors: Guangdong {max(years())}' there"
            )
        changes[each.name, FACTORS[0]] = quantity(find(f"{GRID}/{row.region}/{year}").node(stated.place), "kg/J", "")
        market = site.quantities.get((each.name, FACTORS[1]))
        place = market.place if market else f"{stated.place.removesuffix(f' ({FACTORS[0]})')} ({FACTORS[1]})"
        if residual and (market is None or _row(market)):
            changes[each.name, FACTORS[1]] = quantity(residual.node(place), "kg/J", "")
        elif market and _row(market):
            site = _without(site, each, FACTORS[1])
    for at, stated in site.quantities.items():
        row = _row(stated)
        if at in changes or row is None:
            continue
        fresh = find(f"{GRID}/{row.region}/{year}")
        value = stated.value * fresh.value / row.value
        source = f"{fresh.name}; {fresh.source}"
        changes[at] = replace(stated, value=value, low=value, high=value, kind=fresh.kind, source=source)
    return site.with_changes(changes)


def _without(site: Site, each: Grid, label: str) -> Site:
    """The site as if its file did not state a number of a connection."""
    fresh = renewed(each, {label: type(each).model_fields[label].default})
    components = tuple(fresh if c is each else c for c in site.components)
    quantities = {at: q for at, q in site.quantities.items() if at != (each.name, label)}
    return replace(site, components=components, quantities=quantities)


def _by_trajectory(site: Site, year: int, plan: Pathway) -> Site:
    """Factors of the connections scaled as the pathway's trajectory goes from the year they are of."""
    changes: dict[tuple[str, str], Quantity] = {}
    for each in _connections(site):
        stated = site.quantities.get((each.name, FACTORS[0]))
        row = _row(stated) if stated else None
        origin = row.year if row else plan.first
        if not min(plan.factors) <= origin <= max(plan.factors):
            raise SiteError(
                f"carbon year {year}: {each.name} has the factor of {origin}, and the grid_factor of the pathway begins in "
                f"{min(plan.factors)}; state the factor of {origin} there, or name a later one in the site"
            )
        scale = plan.grid(year) / plan.grid(origin)
        for label in FACTORS:
            old = site.quantities.get((each.name, label))
            if old is not None:
                source = f"{old.source}, of {origin}, times {scale:.4g} to {year} by the grid_factor of pathway.yaml"
                changes[each.name, label] = replace(
                    old,
                    value=old.value * scale,
                    low=old.low * scale,
                    high=old.high * scale,
                    kind="assumed",
                    source=source,
                )
    return site.with_changes(changes)
