"""What a measure costs: per floor area, piece, site, or unit of a parameter, with upkeep, lifetime and salvage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from twin.core.component import Component
from twin.errors import SiteError, UnitError
from twin.site.form import known_fields
from twin.site.problems import Problems
from twin.site.provenance import Quantity, quantity
from twin.site.reader import Node
from twin.units import factor

PER = ("m2", "piece", "site")
OF = re.compile(r"(?P<added>added )?(?P<unit>\S+) of (?P<parameters>[a-z_]+(?: ?\* ?[a-z_]+)*)")
"""Such as `kW of rating`, `added kWh of capacity` or `kW of count * capacity`."""


@dataclass(frozen=True)
class Per:
    """What one unit of cost is: `m2`, `piece` or `site`, or an amount of parameters in a unit, all or what was added."""

    text: str
    unit: str = ""
    parameters: tuple[str, ...] = ()
    added: bool = False

    def amount(self, component: Component) -> float:
        """How much of the parameters a component has, all its copies together; nothing where it has no such parameters."""
        if any(each not in type(component).parameters() for each in self.parameters):
            return 0.0
        product = component.multiplier
        for each in self.parameters:
            product *= float(getattr(component, each))
        return product / self.scale(type(component))

    def scale(self, cls: type[Component]) -> float:
        """SI per unit of cost.

        Raises
        ------
        UnitError
            When the unit is not of the parameters' dimension.
        """
        units = [cls.unit(each) for each in self.parameters if cls.unit(each) != "1"]
        return factor(self.unit, units[0] if len(units) == 1 else "*".join(units) or "1")[0]


@dataclass(frozen=True)
class Cost:
    """Money of a measure; `value` [CNY per unit], `multiplier` multiplies the number of units.

    Attributes
    ----------
    maintenance : [CNY per unit and year], or a share of the investment a year; None is nothing.
    salvage : [CNY per unit] at the end of its life, below nothing for disposal, or a share of the investment.
    lifetime : [years]. start : day from which it works; None is the start of the study.
    """

    per: Per
    value: Quantity
    multiplier: float
    lifetime: Quantity
    maintenance: Quantity | None
    salvage: Quantity | None
    start: date | None


def read_cost(name: str, fields: dict[str, Node], problems: Problems) -> Cost | None:
    """`cost`, `lifetime`, `maintenance`, `salvage` and `from` of a measure."""
    before = len(problems.found)
    node = fields["cost"]
    cost = known_fields(node, ("per", "value", "multiplier"), problems, f"{name}.cost")
    per = _per(name, cost["per"].text or "" if "per" in cost else "", node.place, problems)
    value = _number(f"{name}.cost.value", cost.get("value"), ("CNY",), node.place, "5 CNY", problems)
    times = _number(f"{name}.cost.multiplier", cost.get("multiplier"), ("1",), node.place, "", problems)
    life = _number(f"{name}.lifetime", fields["lifetime"], ("1", "s"), node.place, "10", problems)
    upkeep = _number(f"{name}.maintenance", fields.get("maintenance"), ("CNY", "1"), node.place, "", problems)
    salvage = _number(f"{name}.salvage", fields.get("salvage"), ("CNY", "1"), node.place, "", problems)
    for label, found in (("cost", value), ("cost.multiplier", times), ("maintenance", upkeep)):
        if found and found.low < 0.0:
            problems.add(found.place, f"{name}.{label}: {found.text}: must not be negative")
    if life and life.unit == "s":
        year = factor("year", "s")[0]
        life = Quantity(
            life.value / year, "1", life.low / year, life.high / year, life.kind, life.source, life.note, life.place, life.text
        )  # fmt: skip
    if life and not life.low > 0.0:
        problems.add(life.place, f"{name}.lifetime: {life.text}: must be greater than 0 years")
    start = _date(name, fields["from"], problems) if "from" in fields else None
    if len(problems.found) > before or value is None or life is None:
        return None
    return Cost(per, value, times.value if times else 1.0, life, upkeep, salvage, start)


def _per(name: str, text: str, place: str, problems: Problems) -> Per:
    if text in PER:
        return Per(text)
    found = OF.fullmatch(text)
    if found:
        parameters = tuple(each.strip() for each in found["parameters"].split("*"))
        return Per(text, found["unit"], parameters, bool(found["added"]))
    problems.add(
        place, f"{name}.cost.per: {text!r}: must be one of {', '.join(PER)}, or an amount such as 'kW of rating'"
    )
    return Per("site")


def _number(
    where: str, node: Node | None, units: tuple[str, ...], place: str, example: str, problems: Problems
) -> Quantity | None:
    if node is None:
        if example:
            problems.add(place, f"{where}: is missing; write for instance '{example}'")
        return None
    said = None
    for unit in units:
        try:
            return quantity(node, unit, "")
        except UnitError as problem:
            said = said or problem
    problems.add(node.place, f"{where}: {said}")
    return None


def _date(name: str, node: Node, problems: Problems) -> date | None:
    text = node.text or ""
    try:
        return date(int(text), 1, 1) if re.fullmatch(r"\d{4}", text) else date.fromisoformat(text)
    except ValueError:
        problems.add(node.place, f"{name}.from: {node.words()}: must be a year or a day such as 2028-07-01")
        return None


def check_per(per: Per, chosen: list[Component], where: str) -> None:
    """Refuse a cost per amount that no changed component has.

    Raises
    ------
    SiteError
        When there is none, or the unit is another dimension's.
    """
    having = [c for c in chosen if all(each in type(c).parameters() for each in per.parameters)]
    if per.parameters and not having:
        raise SiteError(f"{where}.cost.per: {per.text!r}: nothing that it changes has {' and '.join(per.parameters)}")
    for each in having if per.parameters else ():
        try:
            per.scale(type(each))
        except UnitError as problem:
            raise SiteError(f"{where}.cost.per: {per.text!r}: {problem}") from problem
