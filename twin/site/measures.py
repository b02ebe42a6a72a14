"""Retrofit measures: declared changes of a site with cost and lifetime; a measure turns a site into another site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from twin.core.component import Component
from twin.errors import SiteError, UnitError
from twin.site.problems import Problems
from twin.site.provenance import Quantity, quantity
from twin.site.reader import Node, read
from twin.site.site import Site
from twin.site.wiring import Address

SCHEMA_VERSION = "1"
VERBS = ("set", "scale", "add")
PER = ("m2", "piece", "site")


@dataclass(frozen=True)
class Change:
    """One change: which components, what to do, and the parameters with their numbers."""

    kind: str
    name: str
    tags: tuple[str, ...]
    verb: str
    node: Node
    place: str

    def selects(self, component: Component, tags: Sequence[str]) -> bool:
        """Whether a component is changed: all given criteria must match."""
        return (
            (not self.kind or type(component).kind == self.kind)
            and (not self.name or fnmatchcase(component.name, self.name))
            and set(self.tags) <= set(tags)
        )


@dataclass(frozen=True)
class Measure:
    """A retrofit measure.

    Attributes
    ----------
    title, help : texts by language; changes : what it does.
    cost : [CNY] per m2 of floor area, per selected piece (times its multiplier) or for the site; `per` says which.
    maintenance : [CNY per year], the same way; lifetime : [years].
    """

    name: str
    title: dict[str, str]
    help: dict[str, str]
    changes: tuple[Change, ...]
    cost: Quantity
    per: str
    lifetime: Quantity
    place: str

    def pieces(self, site: Site) -> float:
        """How many units of cost the site has."""
        if self.per == "site":
            return 1.0
        if self.per == "m2":
            return site.floor_area.value
        return sum(
            c.multiplier for c in site.components if any(x.selects(c, site.tags.get(c.name, ())) for x in self.changes)
        )


def attach(site: Site, path: Path) -> Site:
    """The site with the measures of a file beside it.

    Raises
    ------
    SiteError
        With every problem of the file.
    """
    root, problems = read(path), Problems()
    top = root.fields or {}
    for name in top:
        if name not in ("schema_version", "measures", "packages"):
            problems.unknown(root.keys[name], name, name, ("schema_version", "measures", "packages"))
    version = top["schema_version"].text if "schema_version" in top else "missing"
    if version != SCHEMA_VERSION:
        problems.add(root.place, f"schema_version: is {version}; this program reads version {SCHEMA_VERSION}")
    found = {}
    for name, node in (top["measures"].fields or {}).items() if "measures" in top else ():
        read_measure = _measure(name, node, problems)
        if read_measure:
            found[name] = read_measure
    packages = {}
    for name, node in (top["packages"].fields or {}).items() if "packages" in top else ():
        packages[name] = tuple(each.text or "" for each in node.items or [])
        for each in packages[name]:
            if each not in found:
                problems.unknown(node.place, f"packages.{name}: {each!r}", each, found)
    problems.check()
    ready = replace(site, measures=found, packages=packages)
    for measure in found.values():
        try:
            apply(ready, (measure.name,))
        except SiteError as problem:
            problems.add(measure.place, str(problem))
    problems.check()
    return ready


def _measure(name: str, node: Node, problems: Problems) -> Measure | None:
    fields = node.fields or {}
    known = ("title", "help", "changes", "cost", "lifetime")
    for label in fields:
        if label not in known:
            problems.unknown(node.keys[label], f"{name}.{label}", label, known)
    missing = [label for label in ("title", "changes", "cost", "lifetime") if label not in fields]
    if missing:
        problems.add(node.place, f"{name}.{missing[0]}: is missing; every measure has {', '.join(known)}")
        return None
    changes = [c for each in fields["changes"].items or [] for c in _changes(name, each, problems)]
    cost = fields["cost"].fields or {}
    per = cost["per"].text if "per" in cost else ""
    if per not in PER:
        problems.add(fields["cost"].place, f"{name}.cost.per: {per!r}: must be one of {', '.join(PER)}")
    try:
        value = quantity(cost["value"], "CNY", "") if "value" in cost else None
        lifetime = quantity(fields["lifetime"], "1", "")
    except UnitError as problem:
        problems.add(fields["cost"].place, f"{name}: {problem}")
        return None
    if value is None:
        problems.add(fields["cost"].place, f"{name}.cost.value: is missing; write for instance '5 CNY'")
        return None
    title = {k: v.text or "" for k, v in (fields["title"].fields or {}).items()}
    helps = {k: v.text or "" for k, v in (fields["help"].fields or {}).items()} if "help" in fields else {}
    return Measure(name, title, helps, tuple(changes), value, per or "site", lifetime, node.place)


def _changes(name: str, node: Node, problems: Problems) -> list[Change]:
    fields = node.fields or {}
    select = fields["select"].fields or {} if "select" in fields else {}
    for label in fields:
        if label not in ("select", *VERBS):
            problems.unknown(node.keys[label], f"{name}.changes.{label}", label, ("select", *VERBS))
    kind = (select["kind"].text or "") if "kind" in select else ""
    pattern = (select["name"].text or "") if "name" in select else ""
    tags = tuple(each.text or "" for each in select["tags"].items or []) if "tags" in select else ()
    return [Change(kind, pattern, tags, verb, fields[verb], node.place) for verb in VERBS if verb in fields]


def apply(
    site: Site, names: Sequence[str], values: Mapping[str, float] | None = None, used: dict[str, Quantity] | None = None
) -> Site:
    """The site after measures; see `Site.with_measures`.

    Parameters
    ----------
    values : other numbers for the measures, by place, for sampling; `used` collects the numbers that the measures state.

    Raises
    ------
    SiteError
        For an unknown measure, one that selects nothing or sets an unknown field, and two that set one field differently.
    """
    changes: dict[Address, Quantity] = {}
    setters: dict[Address, str] = {}
    for name in names:
        if name not in site.measures:
            problems = Problems()
            problems.unknown(str(site.path.parent / "measures.yaml"), f"measure {name!r}", name, site.measures)
            problems.check()
        for change in site.measures[name].changes:
            _apply_change(site, name, change, changes, setters, values or {}, {} if used is None else used)
    return replace(site.with_changes(changes), applied=(*site.applied, *names))


def _apply_change(
    site: Site,
    name: str,
    change: Change,
    changes: dict[Address, Quantity],
    setters: dict[Address, str],
    values: Mapping[str, float],
    used: dict[str, Quantity],
) -> None:
    chosen = [c for c in site.components if change.selects(c, site.tags.get(c.name, ()))]
    if not chosen:
        raise SiteError(f"{change.place}: {name} selects no component; look at its kind, name pattern and tags")
    numbers: dict[tuple[str, str], Quantity] = {}
    for component in chosen:
        cls = type(component)
        for parameter, node in (change.node.fields or {}).items():
            if parameter not in cls.parameters():
                problems = Problems()
                problems.unknown(
                    change.node.keys[parameter], f"{name}: {cls.kind}.{parameter}", parameter, cls.parameters()
                )
                problems.check()
            unit = "1" if change.verb == "scale" else cls.unit(parameter)
            unit = "K" if change.verb == "add" and unit == "degC" else unit
            if (cls.kind, parameter) not in numbers:
                stated = _number(node, unit, f"{name}: {cls.kind}.{parameter}")
                used[stated.place] = replace(stated, note=f"{name}: {parameter}")
                numbers[cls.kind, parameter] = stated.moved(values.get(stated.place, stated.value))
            number = numbers[cls.kind, parameter]
            at = (component.name, parameter)
            before = changes[at].value if at in changes else float(getattr(component, parameter))
            after = {"set": number.value, "scale": before * number.value, "add": before + number.value}[change.verb]
            if at in setters and setters[at] != name and change.verb == "set" and after != before:
                raise SiteError(
                    f"{change.place}: {name} and {setters[at]} both set {component.name}.{parameter}, to different values"
                )
            setters[at] = name
            changes[at] = (
                replace(number, value=after) if change.verb == "set" else _fixed(number, after, cls.unit(parameter))
            )


def _fixed(number: Quantity, value: float, unit: str) -> Quantity:
    """A scaled or shifted number; its uncertainty is that of the measure's factor."""
    return replace(number, value=value, unit=unit, low=value, high=value, place=f"{number.place} (applied)")


def _number(node: Node, unit: str, where: str) -> Quantity:
    try:
        return quantity(node, unit, "")
    except UnitError as problem:
        raise SiteError(f"{node.place}: {where}: {problem}") from problem
