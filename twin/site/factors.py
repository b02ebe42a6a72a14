"""The library's table of carbon factors: every row has a name, so that a figure says which factor it is from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from twin.errors import SiteError, UnitError
from twin.site.library import chosen, shelf
from twin.site.provenance import Quantity, quantity
from twin.site.reader import Node
from twin.units import QUANTITY, factor


@dataclass(frozen=True)
class Factor:
    """One row: carbon dioxide equivalent per unit of activity.

    Attributes
    ----------
    name : such as `grid/Guangdong/2022` or `ndrc/gas`. value : in `unit`, such as kg/kWh.
    region, year : where and when it holds. kind, source : its provenance.
    """

    name: str
    value: float
    unit: str
    low: float
    high: float
    kind: str
    source: str
    region: str
    year: int

    def per(self, unit: str) -> float:
        """The factor in another unit, such as kg/J.

        Raises
        ------
        SiteError
            When the factor is for something else.
        """
        try:
            return self.value * factor(self.unit, unit)[0]
        except UnitError as problem:
            raise SiteError(
                f"factor {self.name}: is in {self.unit}, and {unit} is wanted; choose a row for that kind of activity"
            ) from problem

    def node(self, place: str) -> Node:
        """The row as a number of a site file, whose source begins with its name."""
        parts = {"value": f"{self.value} {self.unit}", "kind": self.kind, "source": f"{self.name}; {self.source}"}
        if self.high > self.low:
            parts |= {"low": f"{self.low} {self.unit}", "high": f"{self.high} {self.unit}"}
        return mapping(place, parts)


@cache
def table() -> dict[str, Factor]:
    """All rows by name."""
    rows: dict[str, Factor] = {}
    for year, places in shelf("factors")["years"].items():
        for place, text in places.items():
            rows[f"grid/{place}/{year}"] = _row(f"grid/{place}/{year}", text, place, int(year))
    for label, each in shelf("carbon")["tables"].items():
        for name, text in each["rows"].items():
            rows[f"{label}/{name}"] = _row(f"{label}/{name}", text, each["region"], int(each["year"]))
    return rows


def version() -> str:
    """Versions of the two files."""
    return f"grid {shelf('factors')['version']}, others {shelf('carbon')['version']}"


def find(name: str) -> Factor:
    """A row by name.

    Raises
    ------
    SiteError
        When there is none, with the nearest or with what is known of its place, year or table.
    """
    rows = table()
    head, _, tail = name.partition("/")
    if name not in rows and head == "grid" and tail.count("/") == 1:
        place, year = tail.split("/")
        years = sorted({row.year for row in rows.values() if row.name.startswith("grid/")})
        chosen("year of grid factors", year, {str(each): each for each in years})
        there = [str(each) for each in years if f"grid/{place}/{each}" in rows]
        if there:
            raise SiteError(f"no grid factor of {place} for {year}; the library has {', '.join(there)}")
        known = {row.region for row in rows.values() if row.name.startswith("grid/")}
        chosen("place with a grid factor", place, dict.fromkeys(sorted(known)))
    tables = {each.partition("/")[0] for each in rows}
    if head not in tables:
        chosen("table of carbon factors", head, dict.fromkeys(sorted(tables)))
    own = {each: row for each, row in rows.items() if each.startswith(f"{head}/")}
    found: Factor = chosen("carbon factor", name, own)
    return found


def named_in(source: str) -> Factor | None:
    """The row that a number's source names at its start, as `grid/China/2021; P2-20`."""
    return table().get(source.partition(";")[0].strip())


def _row(name: str, text: str, region: str, year: int) -> Factor:
    found = own_unit(Node(f"library: {name}", text=text))
    scale = factor(found.unit, found.unit.replace("t/", "kg/", 1))[0] if found.unit.startswith("t/") else 1.0
    unit = found.unit.replace("t/", "kg/", 1) if found.unit.startswith("t/") else found.unit
    return Factor(
        name, found.value * scale, unit, found.low * scale, found.high * scale, found.kind, found.source, region, year
    )


def own_unit(node: Node) -> Quantity:
    """A number in the unit that it is written in.

    Raises
    ------
    SiteError
        When it is none, or has no unit.
    """
    text = (node.text if node.fields is None else node.fields["value"].text if "value" in node.fields else "") or ""
    found = QUANTITY.match(re.split(r"\[|\b(?:published|derived|typical|assumed)\b", text)[0])
    if not found or not found[2]:
        raise SiteError(f"{node.place}: {text!r} is not a number with a unit; write for instance '35,000 L assumed'")
    try:
        return quantity(node, found[2], "")
    except UnitError as problem:
        raise SiteError(f"{node.place}: {problem}") from problem


def source_values(fields: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    """Quantity, intensity and unit of an emission source that states an activity and its factor.

    Raises
    ------
    SiteError
        When one of them is missing, or their product is no mass.
    """
    if "activity" not in fields or "factor" not in fields:
        missing = "factor" if "activity" in fields else "activity"
        raise SiteError(f"{missing} is missing; an emission is an activity with its factor, or an amount")
    activity = own_unit(fields["activity"])
    node = fields["factor"]
    stated = own_unit(find(node.text).node(node.place) if node.text and _is_name(node.text) else node)
    try:
        scale = factor(f"({_power(activity.unit)})*({_power(stated.unit)})", "kg")[0]
    except UnitError as problem:
        raise SiteError(
            f"an activity in {activity.unit} times a factor in {stated.unit} is no mass of carbon dioxide; "
            f"give a factor in kg per {activity.unit}"
        ) from problem
    yield "quantity", _plain(activity, 1.0)
    yield "intensity", _plain(stated, scale)
    yield "counted_in", Node(activity.place, text=activity.unit)


def emission_factor(node: Node) -> Node:
    """A row that a machine's fuel or a network's heat names, per energy.

    Raises
    ------
    SiteError
        When there is no such row, or it is not per energy.
    """
    found = find(node.text or "")
    found.per("kg/J")
    return found.node(node.place)


def _is_name(text: str) -> bool:
    return not re.match(r"\s*[-+.\d]", text)


def _power(unit: str) -> str:
    """Powers the way units are multiplied: m3 is m**3."""
    return re.sub(r"\b(mm|cm|m|km)([23])\b", r"\1**\2", unit)


def _plain(each: Quantity, scale: float) -> Node:
    """A number without unit, with its range and provenance."""
    found = replace(each, value=each.value * scale, low=each.low * scale, high=each.high * scale)
    parts: dict[str, Any] = {"value": repr(found.value)}
    if found.uncertain:
        parts |= {"low": repr(found.low), "high": repr(found.high)}
    parts |= {label: value for label in ("kind", "source", "note") if (value := getattr(found, label))}
    return mapping(found.place, parts)


def mapping(place: str, parts: Mapping[str, str]) -> Node:
    """The long form of a number."""
    return Node(place, fields={k: Node(place, text=v) for k, v in parts.items()}, keys=dict.fromkeys(parts, place))
