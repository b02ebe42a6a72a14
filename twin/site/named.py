"""Words of a site file that stand for many parameters: a wall's construction, a window's glazing, a grid's tariff and factors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from twin.site.factors import emission_factor, source_values
from twin.site.library import construction, glazing
from twin.site.provenance import quantity
from twin.site.reader import Node
from twin.site.tariffs import factors, tariff

NAMED = {
    "wall": ("construction", "u_value"),
    "partition": ("construction", "u_value"),
    "window": ("glazing",),
    "grid": ("tariff", "factors"),
    "boiler": ("factor",),
    "gas_engine": ("factor",),
    "district_heat": ("factor",),
    "emission_source": ("activity", "factor"),
}
"""Such words by kind."""


def units(layers: Mapping[str, Any]) -> dict[str, Any]:
    """Layers as texts with units."""
    units = {"thickness": "m", "conductivity": "W/m/K", "density": "kg/m3", "specific_heat": "J/kg/K"}
    return {k: [f"{v} {units[k]}" for v in value] if k in units else value for k, value in layers.items()}


def panes_of(panes: Mapping[str, Any]) -> dict[str, Any]:
    """Panes as texts with units."""
    return {
        k: [f"{v} m" if k in ("thickness", "gaps") else str(v) for v in value]
        if isinstance(value, list)
        else str(value)
        for k, value in panes.items()
    }


def named(kind: str, fields: Mapping[str, Node], own: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Node]]:
    """Parameters that a component gets from what it names in the library.

    Raises
    ------
    SiteError
        When the library has no such thing, or it cannot have the U-value.
    """
    if kind == "window" and "glazing" in fields:
        node = fields["glazing"]
        for label, value in panes_of(glazing(node.text or "", own.get("glazings"))).items():
            yield label, as_node(node.place, value)
    if kind == "grid" and "tariff" in fields:
        node = fields["tariff"]
        for label, value in tariff(node.text or "", own.get("tariffs")).items():
            yield (
                label,
                as_node(f"{node.place} ({label})", [str(v) for v in value] if isinstance(value, list) else value),
            )
    if kind == "grid" and "factors" in fields:
        node = fields["factors"]
        for label, value in factors(node.text or "").items():
            yield label, as_node(f"{node.place} ({label})", value)
    if kind == "emission_source" and ("activity" in fields or "factor" in fields):
        yield from source_values(fields)
    elif "factor" in fields and "factor" in NAMED.get(kind, ()):
        yield "emission_factor", emission_factor(fields["factor"])
    if kind in ("wall", "partition") and "construction" in fields:
        node = fields["construction"]
        wanted = quantity(fields["u_value"], "W/m2/K", "").value if "u_value" in fields else None
        found = units(construction(node.text or "", wanted, own.get("constructions")))
        if kind == "partition":
            found["absorptance_front"] = found["absorptance_rear"] = found.pop("absorptance")
            del found["roughness"]
        for label, value in found.items():
            yield label, as_node(node.place, [str(v) for v in value] if isinstance(value, list) else str(value))


def as_node(place: str, value: Any) -> Node:
    """Python values as a node of a site file."""
    if isinstance(value, Node):
        return value
    if isinstance(value, Mapping):
        return Node(place, fields={k: as_node(place, v) for k, v in value.items()}, keys=dict.fromkeys(value, place))
    if isinstance(value, list):
        return Node(place, items=[as_node(place, each) for each in value])
    return Node(place, text=str(value))
