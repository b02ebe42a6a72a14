"""Constraint and guide values that a standard has for buildings of a kind, and whether anybody has confirmed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.site.library import shelf

if TYPE_CHECKING:
    from twin.site.site import Site


@dataclass(frozen=True)
class Benchmark:
    """What a building of a kind in a climate zone may use, without heating and without rooms of servers. [kWh/m2 a]

    Attributes
    ----------
    confirmed : whether the numbers were compared with the standard's own tables; if not, no verdict may be made of them.
    """

    standard: str
    kind: str
    zone: str
    constraint: float
    guide: float
    confirmed: bool
    source: str


def kinds() -> list[str]:
    """Kinds of buildings that a site file may name."""
    return list(shelf("benchmarks")["kinds"])


def benchmark(site: Site) -> Benchmark | None:
    """The values for a site; nothing where its file names no kind, or the library has none for its kind and climate zone."""
    table = shelf("benchmarks")
    zone = table["zones"].get(site.location.climate, "")
    found = table["values"].get(site.building, {}).get(zone)
    if found is None:
        return None
    return Benchmark(
        table["standard"], site.building, zone, float(found["constraint"]), float(found["guide"]), bool(table["confirmed"]), table["source"],
    )  # fmt: skip
