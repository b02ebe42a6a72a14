"""What a component is made of, read from its class and its site: signals with their cards, parameters with where each number comes from."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from twin.bacnet.points import Point
from twin.core.component import Component
from twin.core.signal import Signal
from twin.site.provenance import Quantity
from twin.site.site import Site
from twin.units import factor as conversion
from twin.units import show

LIKE = {
    "J": "1 kWh", "CNY/J": "1 CNY/kWh", "kg/J": "1 kg/kWh", "CNY/W": "1 CNY/kW", "J/kg": "1 kJ/kg", "J/kg/K": "1 kJ/kg/K", "J/m2/K": "1 kJ/m2/K",
    "J/m3/K": "1 kJ/m3/K", "J/K": "1 kJ/K", "J/m3": "1 kWh/m3", "J/m2": "1 kJ/m2", "W/person": "1 W/person", "m3/s/person": "1 m3/h/person", "m3/s": "1 m3/h",
}  # fmt: skip
"""Units that readers know, for what the program keeps in SI."""
LADDER = ((1e6, "M"), (1e3, "k"), (1.0, ""))
SCALED = ("W", "Pa", "W/K")
"""Units that are shown with the thousand or million that fits."""
NICE = {"degC": "°C", "m2": "m²", "m3": "m³", "1": ""}
LONGEST = 6
"""Values of a list that are shown."""
LAMPS = ("BI", "BO", "BV")
"""Types of objects that are on or off."""


@dataclass(frozen=True)
class Part:
    """One signal of a component, and how it is shown.

    Attributes
    ----------
    hint : gauge, lamp, slider or trend; empty where it has no card of its own.
    point : the object that it is on the network, where it is one.
    """

    name: str
    address: str
    signal: Signal
    hint: str
    point: Point | None


@dataclass(frozen=True)
class Parameter:
    """One number or word of a component, with where it comes from.

    Attributes
    ----------
    spread : its range, where it has one. kind : of provenance, or `default` where the kind's own number is taken; empty where the
    file says nothing of it. place : file and line. exact : the number in SI, as the program has it.
    """

    name: str
    value: str
    spread: str
    kind: str
    source: str
    place: str
    doc: str
    exact: str


def text(value: float | None, unit: str) -> tuple[str, str]:
    """A number and its unit as people read them.

    >>> text(22.5e6, "W"), text(0.45, "1"), text(21.0, "degC")
    (('22.5', 'MW'), ('0.45', ''), ('21', '°C'))
    """
    if value is None or not math.isfinite(value):
        return "–", ""
    if unit in SCALED:
        factor, letter = next((step for step in LADDER if abs(value) >= step[0]), LADDER[-1])
        return digits(value / factor), letter + unit
    if unit in LIKE:
        shown, _, symbol = show(value, unit, LIKE[unit]).partition(" ")
        return shown, nice(symbol)
    return digits(value), nice(unit)


def scale(largest: float, unit: str) -> tuple[float, float, str]:
    """Factor, offset and name of the unit that fits the largest of some numbers.

    >>> scale(2.5e6, "W")
    (1000000.0, 0.0, 'MW')
    """
    if unit in SCALED:
        factor, letter = next((step for step in LADDER if largest >= step[0]), LADDER[-1])
        return factor, 0.0, letter + unit
    if unit in LIKE:
        symbol = LIKE[unit].partition(" ")[2]
        return *conversion(symbol, unit), nice(symbol)
    return 1.0, 0.0, nice(unit)


def nice(unit: str) -> str:
    """A unit with its signs: `degC` is °C, and m2 has its raised number."""
    return NICE.get(unit) if unit in NICE else re.sub(r"\bm([23])\b", lambda found: "m" + "²³"[int(found[1]) - 2], unit)  # type: ignore[return-value]


def digits(value: float) -> str:
    """Four digits, or all of a whole number that has more.

    >>> digits(1234567.0), digits(0.123456), digits(0.0)
    ('1,234,567', '0.1235', '0')
    """
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.4g}" if value else "0"


def hint(signal: Signal) -> str:
    """Card that a signal is shown with: as its class says it, otherwise by what it is on the network."""
    if signal.card:
        return signal.card
    if not signal.point:
        return ""
    return "lamp" if signal.point in LAMPS else "slider" if signal.role == "command" else "trend"


def parts(component: Component, points: Mapping[str, Point]) -> list[Part]:
    """Signals of a component; those with a card of their own come first."""
    found = []
    for name, signal in type(component).signals.items():
        address = f"{component.name}.{name}"
        point = points.get(address)
        shown = hint(signal) or ("trend" if point else "")
        found.append(Part(name, address, signal, "lamp" if point and point.object in LAMPS else shown, point))
    return sorted(found, key=lambda part: not part.hint)


def parameters(site: Site, component: Component) -> list[Parameter]:
    """Parameters of a component; those that its site states come first."""
    docs, found = told(type(component)), []
    for name, field in type(component).parameters().items():
        value, unit = getattr(component, name), type(component).unit(name)
        exact = f"{value!r} {unit}".strip()
        quantity = site.quantities.get((component.name, name))
        if quantity:
            spread = (
                f"{_stated(quantity, quantity.low)} … {_stated(quantity, quantity.high)}" if quantity.uncertain else ""
            )
            found.append(
                Parameter(name, _stated(quantity, quantity.value), spread, quantity.kind, " · ".join(each for each in (quantity.source, quantity.note) if each), place(site, quantity.place), docs.get(name, ""), exact)
            )  # fmt: skip
            continue
        kind = "default" if not field.is_required() and value == field.default else ""
        found.append(Parameter(name, _shown(value, unit), "", kind, "", "", docs.get(name, ""), exact))
    return sorted(found, key=lambda each: each.kind == "default")


def place(site: Site, where: str) -> str:
    """File and line of a number, from the site's folder on."""
    path, _, line = where.rpartition(":")[0].rpartition(":")
    return f"{Path(path).name if Path(path).parent == site.path.parent else path}:{line}" if path else Path(where).name


def _stated(quantity: Quantity, value: float) -> str:
    """A number in the unit that its file uses."""
    number, _, unit = quantity.show(value).partition(" ")
    return f"{number} {nice(unit)}".strip()


def _shown(value: object, unit: str) -> str:
    if isinstance(value, tuple):
        some = ", ".join(digits(float(each)) for each in value[:LONGEST])
        return f"[{some}{', …' if len(value) > LONGEST else ''}] {nice(unit)}".strip()
    if isinstance(value, (int, float)):
        return " ".join(text(float(value), unit)).strip()
    return str(value) if value not in (None, "") else "–"


@cache
def told(kind: type[Component]) -> dict[str, str]:
    """What a kind says of its parameters."""
    return {**kind.docs(), "multiplier": "How many identical copies this one stands for."}


def story(kind: type[Component]) -> str:
    """First paragraph of what a kind says of itself, without marks of references."""
    first = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    return re.sub(r"\s*\[\d+\]_", "", first)
