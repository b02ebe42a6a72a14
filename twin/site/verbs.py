"""What a measure does to a site: set, scale, add, replace, remove and connect, on a draft that becomes the changed site."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from twin.core import catalogue
from twin.core.component import Component
from twin.errors import PlanError, SiteError, UnitError
from twin.site.named import NAMED, named
from twin.site.problems import Problems
from twin.site.provenance import Quantity, quantity
from twin.site.reader import Node
from twin.site.selection import Selection
from twin.site.site import Site, renewed
from twin.site.wiring import Address

NUMBERS = ("set", "scale", "add")
VERBS = (*NUMBERS, "replace", "remove", "connect")
FORMER = "..."
"""In a list of suppliers: those that the port has already."""


@dataclass(frozen=True)
class Change:
    """One change: which components, what to do with them, and how; `optional` ones may select nothing."""

    selection: Selection
    verb: str
    node: Node
    place: str
    optional: bool = False


@dataclass
class Draft:
    """A site under change, and who changed what, so that measures that contradict each other are named.

    Attributes
    ----------
    values : other numbers for the measures, by place. used : collects the numbers that the measures state.
    changed : new values of parameters that no component holds yet. setters : who set a field last.
    makers : who added or replaced a component. removed : components that are gone, and who removed them.
    """

    site: Site
    values: Mapping[str, float]
    used: dict[str, Quantity]
    components: dict[str, Component] = field(init=False)
    links: dict[Address, tuple[str, ...]] = field(init=False)
    inputs: dict[Address, tuple[str, ...]] = field(init=False)
    quantities: dict[Address, Quantity] = field(init=False)
    tags: dict[str, tuple[str, ...]] = field(init=False)
    changed: dict[Address, Any] = field(default_factory=dict)
    setters: dict[Address, str] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)
    removed: dict[str, tuple[Component, str]] = field(default_factory=dict)
    rewired: str = ""

    def __post_init__(self) -> None:
        self.components = {each.name: each for each in self.site.components}
        self.links, self.inputs = dict(self.site.links), dict(self.site.inputs)
        self.quantities, self.tags = dict(self.site.quantities), dict(self.site.tags)

    def chosen(self, measure: str, change: Change) -> list[Component]:
        """Components that a change selects.

        Raises
        ------
        SiteError
            When there are none, or another measure removed one.
        """
        for gone, by in self.removed.values():
            if by != measure and change.selection.picks(gone, self.tags.get(gone.name, ())):
                raise SiteError(
                    f"{change.place}: {measure} and {by}: {by} removes {gone.name}, which {measure} changes"
                )
        found = [c for c in self.components.values() if change.selection.picks(c, self.tags.get(c.name, ()))]
        if not found and not change.optional:
            raise SiteError(f"{change.place}: {measure} selects no component; look at its kind, name pattern and tags")
        return found

    def work(self, measure: str, change: Change) -> list[str]:
        """Do one change, and tell the names of what it changed."""
        found = self.chosen(measure, change)
        verbs: dict[str, Callable[[str, Change, list[Component]], None]] = {
            "replace": self._replace, "remove": self._remove, "connect": self._connect,
        }  # fmt: skip
        verbs.get(change.verb, self._numbers)(measure, change, found)
        return [each.name for each in found]

    def put(self, measure: str, nodes: Mapping[str, Node]) -> None:
        """Add the components that a measure brings.

        Raises
        ------
        SiteError
            When one is there already, or is wrong.
        """
        for name, node in nodes.items():
            if name in self.components:
                by = f"{measure} and {self.makers[name]} both add" if name in self.makers else f"{measure} adds"
                raise SiteError(f"{node.place}: {by} {name}, which is there already; give it another name")
            self.components[name] = self._built(measure, name, node)
            self.makers[name] = measure
        self.rewired = measure if nodes else self.rewired

    def finish(self, names: Sequence[str]) -> Site:
        """The changed site.

        Raises
        ------
        SiteError
            When a component refuses its new values, or the connections do not fit.
        """
        for name in dict.fromkeys(name for name, _ in self.changed):
            self._settle(name)
        site = replace(
            self.site, components=tuple(self.components.values()), links=self.links, inputs=self.inputs,
            quantities=self.quantities, tags=self.tags, applied=(*self.site.applied, *names),
        )  # fmt: skip
        if self.rewired:
            try:
                site.wiring()
            except PlanError as problem:
                raise SiteError(f"after {', '.join(names)}: {problem}") from problem
        return site

    def _numbers(self, measure: str, change: Change, found: list[Component]) -> None:
        """Set, scale or add to parameters."""
        fields = _widened(change, found)
        numbers: dict[tuple[str, str], Quantity] = {}
        for component in found:
            cls = type(component)
            for parameter, node in fields[cls.kind].items():
                if parameter not in cls.parameters():
                    self._unknown(measure, change, component, parameter)
                before = self.changed.get((component.name, parameter), getattr(component, parameter))
                number = None
                if cls.is_series(parameter):
                    after: Any = _series(cls, parameter, node, change.verb, before, measure)
                elif not cls.unit(parameter):
                    if change.verb != "set":
                        raise SiteError(
                            f"{node.place}: {measure}: {cls.kind}.{parameter} is a word; only set changes it"
                        )
                    after = node.text
                else:
                    if (cls.kind, parameter) not in numbers:
                        numbers[cls.kind, parameter] = self._stated(measure, change.verb, cls, parameter, node)
                    number = numbers[cls.kind, parameter]
                    after = _moved(change.verb, before, number.value)
                self._tell(measure, change, (component.name, parameter), before, after)
                if number:
                    same = change.verb == "set"
                    number = replace(number, value=after) if same else _fixed(number, after, cls.unit(parameter))
                    self.quantities[component.name, parameter] = number

    def _stated(self, measure: str, verb: str, cls: type[Component], parameter: str, node: Node) -> Quantity:
        """A number of a measure, as drawn where it is sampled."""
        unit = "1" if verb == "scale" else cls.unit(parameter)
        unit = "K" if verb == "add" and unit == "degC" else unit
        stated = _number(node, unit, f"{measure}: {cls.kind}.{parameter}")
        self.used.setdefault(stated.place, replace(stated, note=f"{measure}: {parameter}"))
        return stated.moved(self.values.get(stated.place, stated.value))

    def _tell(self, measure: str, change: Change, at: Address, before: Any, after: Any) -> None:
        other = self.setters.get(at, measure)
        if other != measure and change.verb in ("set", "connect") and after != before:
            raise SiteError(f"{change.place}: {measure} and {other} both set {at[0]}.{at[1]}, to different values")
        self.setters[at] = measure
        if change.verb in NUMBERS:
            self.changed[at] = after

    def _unknown(self, measure: str, change: Change, component: Component, parameter: str) -> None:
        cls, problems = type(component), Problems()
        by = self.makers.get(component.name, measure)
        also = f" ({by} made {component.name} a {cls.kind})" if by != measure else ""
        keys = change.node.keys
        problems.unknown(
            keys.get(parameter, change.place), f"{measure}: {cls.kind}.{parameter}{also}", parameter, cls.parameters()
        )
        problems.check()

    def _replace(self, measure: str, change: Change, found: list[Component]) -> None:
        """Put another kind in a component's place; it keeps the name, and the parameters and suppliers that both have."""
        for old in found:
            by = self.makers.get(old.name)
            if by and by != measure:
                raise SiteError(f"{change.place}: {measure} and {by} both replace {old.name}")
            self._settle(old.name)
            links = {label: names for (name, label), names in self.links.items() if name == old.name}
            inputs = {label: names for (name, label), names in self.inputs.items() if name == old.name}
            tags = self.tags.get(old.name)
            self._forget(old.name)
            given = set(change.node.fields or {})
            new = self._built(measure, old.name, change.node, self.components[old.name])
            for label, port in type(new).ports.items():
                kept = _same_supplier(type(old), links, label, port.medium)
                if not port.serving and label not in given and kept:
                    self.links[old.name, label] = kept
            for signal, sources in inputs.items():
                if signal in type(new).signals:
                    self.inputs.setdefault((old.name, signal), sources)
            if tags and "tags" not in given:
                self.tags[old.name] = tags
            self.components[old.name], self.makers[old.name], self.rewired = new, measure, measure

    def _remove(self, measure: str, change: Change, found: list[Component]) -> None:
        """Take components away, and their names out of others' lists; who is left without a needed supplier is told."""
        gone = {each.name for each in found}
        for each in found:
            self._settle(each.name)
            self.removed[each.name] = (self.components.pop(each.name), measure)
            tags = self.tags.get(each.name, ())
            self._forget(each.name)
            self.quantities = {at: q for at, q in self.quantities.items() if at[0] != each.name}
            self.tags[each.name] = tags  # so that a measure that selects it later is told
        for (name, label), names in list(self.links.items()):
            left = tuple(each for each in names if each not in gone)
            if left != names:
                self.links[name, label] = left
                if not left and not type(self.components[name]).ports[label].optional:
                    raise SiteError(
                        f"{change.place}: {measure} removes {', '.join(sorted(gone & set(names)))}, which {name}.{label} still "
                        "needs; connect it to another supplier first, or remove it too"
                    )
        for at, sources in list(self.inputs.items()):
            left = tuple(each for each in sources if each.rpartition(".")[0] not in gone)
            if left != sources:
                self.inputs.pop(at)
                if left:
                    self.inputs[at] = left
        self.rewired = measure

    def _connect(self, measure: str, change: Change, found: list[Component]) -> None:
        """Give ports other suppliers."""
        for each in found:
            needing = [label for label, port in type(each).ports.items() if not port.serving]
            for label, node in (change.node.fields or {}).items():
                if label not in needing:
                    problems = Problems()
                    problems.unknown(
                        change.node.keys[label], f"{measure}: {type(each).kind}.{label}", label, needing or ("none",)
                    )
                    problems.check()
                at, before = (each.name, label), self.links.get((each.name, label), ())
                words = [w.text or "" for w in node.items] if node.items is not None else [node.text or ""]
                after = tuple(name for word in words for name in (before if word == FORMER else (word,)))
                if FORMER not in words:
                    self._tell(measure, change, at, before, after)
                self.links[at], self.rewired = after, measure

    def _built(self, measure: str, name: str, node: Node, old: Component | None = None) -> Component:
        """Read a component of a measure as the site file's are read; what `old` has besides is kept."""
        from twin.site.load import read_component

        fields, keys = dict(node.fields or {}), dict(node.keys)
        given = set(fields)
        former = {label: q for (each, label), q in self.quantities.items() if old and each == name}
        self.quantities = {at: q for at, q in self.quantities.items() if at[0] != name}
        try:
            if old and "kind" in fields:
                fields |= _common(old, catalogue.kind(fields["kind"].text or ""), given, node.place)
            found, loader = read_component(self.site, name, Node(node.place, fields=fields, keys=keys))
        except SiteError as problem:
            raise SiteError(f"{problem} (measure {measure})") from problem
        drawn: dict[str, float] = {}
        for at, number in loader.quantities.items():
            if at[1] in given or at[1] not in former:
                self.used.setdefault(number.place, replace(number, note=f"{measure}: {at[1]}"))
                drawn[at[1]] = self.values.get(number.place, number.value)
                self.quantities[at] = number.moved(drawn[at[1]])
            else:
                self.quantities[at] = former[at[1]]
        self.links |= loader.links
        self.inputs |= loader.inputs
        self.tags |= loader.tags
        return renewed(found, drawn)

    def _settle(self, name: str) -> None:
        """Give a component its changed values."""
        values = {parameter: v for (each, parameter), v in self.changed.items() if each == name}
        if values:
            self.components[name] = renewed(self.components[name], values)
        for parameter in values:
            del self.changed[name, parameter]

    def _forget(self, name: str) -> None:
        """Drop a component's connections, inputs and tags; its numbers stay until a new one says otherwise."""
        self.links = {at: v for at, v in self.links.items() if at[0] != name}
        self.inputs = {at: v for at, v in self.inputs.items() if at[0] != name}
        self.tags.pop(name, None)


def _widened(change: Change, found: Sequence[Component]) -> dict[str, dict[str, Node]]:
    """Parameters that are changed, by kind; words that stand for many, such as a tariff, become those."""
    plain, wide = change.node.fields or {}, {}
    for kind in {type(each).kind for each in found}:
        words = [each for each in NAMED.get(kind, ()) if each in plain and change.verb == "set"]
        try:
            many = dict(named(kind, plain, {})) if words else {}
        except SiteError as problem:
            raise SiteError(f"{change.place}: {problem}") from problem
        wide[kind] = {**many, **{label: node for label, node in plain.items() if label not in words}}
    return wide


def _moved(verb: str, before: float, number: float) -> float:
    return {"set": number, "scale": before * number, "add": before + number}[verb]


def _series(
    cls: type[Component], parameter: str, node: Node, verb: str, before: Sequence[float], measure: str
) -> tuple[float, ...]:
    """A series set to a list, or each of its values scaled or shifted by one number."""
    where, unit = f"{measure}: {cls.kind}.{parameter}", cls.unit(parameter) or "1"
    if verb == "set":
        if node.items is None:
            raise SiteError(f"{node.place}: {where}: is {node.words()}; a list of numbers is wanted")
        return tuple(_number(each, unit, where).value for each in node.items)
    number = _number(node, "1" if verb == "scale" else unit, where).value
    return tuple(_moved(verb, each, number) for each in before)


def _same_supplier(
    old: type[Component], links: Mapping[str, tuple[str, ...]], label: str, medium: str
) -> tuple[str, ...]:
    """Suppliers that a replaced component had of a medium, at the port of the same name first."""
    for each in (label, *links):
        if each in links and old.ports[each].medium == medium:
            return links[each]
    return ()


def _common(old: Component, new: type[Component], given: set[str], place: str) -> dict[str, Node]:
    """Parameters of the same name and unit that a replaced component had, unless it left them to the default."""
    fields = {}
    for label, its in type(old).parameters().items():
        theirs = new.parameters().get(label)
        if theirs is None or label in given or new.unit(label) != type(old).unit(label):
            continue
        value = getattr(old, label)
        if theirs.is_required() or its.is_required() or value != its.default:
            fields[label] = _kept(value, new.unit(label), place)
    return fields


def _kept(value: Any, unit: str, place: str) -> Node:
    """A parameter's value as a site file writes it."""
    if isinstance(value, tuple):
        return Node(place, items=[_kept(each, unit, place) for each in value])
    return Node(place, text=f"{value} {unit}" if unit not in ("", "1") else str(value))


def _fixed(number: Quantity, value: float, unit: str) -> Quantity:
    """A scaled or shifted number; its uncertainty is that of the measure's factor."""
    return replace(number, value=value, unit=unit, low=value, high=value, place=f"{number.place} (applied)")


def _number(node: Node, unit: str, where: str) -> Quantity:
    try:
        return quantity(node, unit, "")
    except UnitError as problem:
        raise SiteError(f"{node.place}: {where}: {problem}") from problem
