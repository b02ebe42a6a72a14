"""Retrofit measures: declared changes of a site with cost and lifetime; a measure turns a site into another site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from twin.errors import SiteError, UnitError
from twin.site import shelf
from twin.site.arguments import Argument, bind, fill, read_arguments, split
from twin.site.costs import Cost, check_per, read_cost
from twin.site.problems import Problems
from twin.site.provenance import Quantity, quantity
from twin.site.reader import Node, read
from twin.site.selection import read_selection
from twin.site.site import Site
from twin.site.verbs import VERBS, Change, Draft

SCHEMA_VERSION = "1"
TOP = ("schema_version", "use", "measures", "packages")
KNOWN = (
    "title", "help", "arguments", "changes", "components", "cost", "lifetime", "maintenance", "salvage", "from", "needs", "excludes", "saving",
)  # fmt: skip
WANTED = ("title", "cost", "lifetime")


@dataclass(frozen=True)
class Measure:
    """A retrofit measure.

    Attributes
    ----------
    title, help : texts by language; changes : what it does; components : what it adds, by name.
    money : cost, lifetime, maintenance and salvage. arguments : what it may be told; given : what it was told.
    needs, excludes : other measures. saving : share saved elsewhere, with its source; `saving_of` says of what.
    """

    name: str
    title: dict[str, str]
    help: dict[str, str]
    changes: tuple[Change, ...]
    money: Cost
    place: str
    components: dict[str, Node] = field(default_factory=dict)
    arguments: dict[str, Argument] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    saving: Quantity | None = None
    saving_of: dict[str, str] = field(default_factory=dict)
    node: Node | None = None

    @property
    def cost(self) -> Quantity:
        """Investment per unit. [CNY]"""
        return self.money.value

    @property
    def per(self) -> str:
        """What a unit of cost is."""
        return self.money.per.text

    @property
    def lifetime(self) -> Quantity:
        """How long it works. [years]"""
        return self.money.lifetime

    @property
    def maintenance(self) -> Quantity | None:
        """Upkeep per unit and year [CNY], or as a share of the investment a year [1]."""
        return self.money.maintenance

    @property
    def salvage(self) -> Quantity | None:
        """What a unit is worth at the end of its life [CNY], or as a share of the investment [1]."""
        return self.money.salvage

    @property
    def start(self) -> date | None:
        """The day from which it works."""
        return self.money.start

    def pieces(self, site: Site) -> float:
        """How many units of cost the site has, times the multiplier of the cost; `site` is the site without the measure."""
        per = self.money.per
        if per.text == "site":
            return self.money.multiplier
        if per.text == "m2":
            return self.money.multiplier * site.floor_area.value
        before = {each.name: each for each in site.components}
        after, touched = _changed(site, (self,), {}, {})
        now = {each.name: each for each in after.components}
        if per.text == "piece":
            return self.money.multiplier * sum((now.get(n) or before[n]).multiplier for n in touched)
        whole = sum(per.amount(now[n]) for n in touched if n in now)
        if per.added:
            whole -= sum(per.amount(before[n]) for n in touched if n in before)
        return self.money.multiplier * max(whole, 0.0)

    def capital(self, site: Site, values: Mapping[str, float] | None = None) -> float:
        """Investment, with other numbers by place where they are drawn. [CNY]"""
        return _drawn(self.cost, values) * self.pieces(site)

    def upkeep(self, site: Site, values: Mapping[str, float] | None = None) -> float:
        """Maintenance of a year. [CNY]"""
        return self._part(self.maintenance, site, values)

    def rest(self, site: Site, values: Mapping[str, float] | None = None) -> float:
        """Salvage at the end of its life. [CNY]"""
        return self._part(self.salvage, site, values)

    def _part(self, number: Quantity | None, site: Site, values: Mapping[str, float] | None) -> float:
        if number is None:
            return 0.0
        drawn = _drawn(number, values)
        return drawn * (self.capital(site, values) if number.unit == "1" else self.pieces(site))

    def bound(self, given: Mapping[str, str]) -> Measure:
        """The measure with other arguments.

        Raises
        ------
        SiteError
            For an unknown argument and one that is not allowed.
        """
        if not given or self.node is None:
            bind(self.name, self.arguments, given)
            return self
        problems = Problems()
        found = read_measure(self.name, self.node, problems, {**self.given, **given})
        problems.check()
        assert found is not None
        return found


def _drawn(number: Quantity, values: Mapping[str, float] | None) -> float:
    return (values or {}).get(number.place, number.value)


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
        if name not in TOP:
            problems.unknown(root.keys[name], name, name, TOP)
    check_version(root, problems)
    found = read_measures(top.get("measures"), problems)
    for name, used in _used(top.get("use"), problems).items():
        if name in found:
            problems.add(
                used.place, f"use: {name}: stands under measures too; give one of them another name with 'as:'"
            )
        found.setdefault(name, used)
    packages, places = {}, {}
    for name, node in (top["packages"].fields or {}).items() if "packages" in top else ():
        places[name] = node.place
        packages[name] = tuple(each.text or "" for each in node.items or [])
        for each in packages[name]:
            if each not in found:
                problems.unknown(node.place, f"packages.{name}: {each!r}", each, found)
        if name in found:
            problems.add(node.place, f"packages.{name}: is the name of a measure; give the package another")
    problems.check()
    ready = replace(site, measures=found, packages=packages)
    _try(ready, places, problems)
    problems.check()
    return ready


def check_version(root: Node, problems: Problems) -> None:
    """Refuse files of another version of the form."""
    fields = root.fields or {}
    version = fields["schema_version"].text if "schema_version" in fields else "missing"
    if version != SCHEMA_VERSION:
        problems.add(root.place, f"schema_version: is {version}; this program reads version {SCHEMA_VERSION}")


def _used(node: Node | None, problems: Problems) -> dict[str, Measure]:
    """Measures of the library that a site uses, with its own numbers."""
    found = {}
    for each in (node.items or []) if node else ():
        try:
            name, whole, given = shelf.taken(each)
        except SiteError as problem:
            problems.add(each.place, f"use: {problem}")
            continue
        measure = read_measure(name, whole, problems, given)
        if measure:
            found[name] = measure
    return found


def _try(site: Site, packages: Mapping[str, str], problems: Problems) -> None:
    """Apply each measure with what it needs, and each package, so that what is wrong is told at once."""
    for measure in site.measures.values():
        try:
            members = with_needs(site, measure.name)
            apply(site, members)
            base = apply(site, members[:-1])
            after, touched = _changed(base, (measure,), {}, {})
            check_per(measure.money.per, [c for c in after.components if c.name in touched], measure.name)
        except SiteError as problem:
            problems.add(measure.place, str(problem))
    for name, place in packages.items() if not problems.found else ():
        try:
            apply(site, site.packages[name])
        except SiteError as problem:
            problems.add(place, f"packages.{name}: {problem}")


def read_measures(node: Node | None, problems: Problems) -> dict[str, Measure]:
    """Measures of a `measures:` block by name."""
    found = {}
    for name, each in (node.fields or {}).items() if node else ():
        measure = read_measure(name, each, problems)
        if measure:
            found[name] = measure
    return found


def read_measure(name: str, node: Node, problems: Problems, given: Mapping[str, str] | None = None) -> Measure | None:
    """One measure, with the arguments it is told."""
    raw = node.fields or {}
    for label in raw:
        if label not in KNOWN:
            problems.unknown(node.keys[label], f"{name}.{label}", label, KNOWN)
    missing = [label for label in WANTED if label not in raw]
    if not missing and "changes" not in raw and "components" not in raw:
        missing = ["changes"]
    if missing:
        problems.add(node.place, f"{name}.{missing[0]}: is missing; every measure has title, changes, cost, lifetime")
        return None
    arguments = read_arguments(name, raw.get("arguments"), problems)
    try:
        values = bind(name, arguments, given or {})
    except SiteError as problem:
        problems.add(node.place, str(problem))
        return None
    fields = {k: v if k == "arguments" else fill(v, values, problems) for k, v in raw.items()}
    money = read_cost(name, fields, problems)
    changes = [c for each in _items(fields.get("changes")) for c in _changes(name, each, problems)]
    saving, of = _saving(name, fields.get("saving"), problems)
    if money is None:
        return None
    return Measure(
        name, _texts(fields.get("title")), _texts(fields.get("help")), tuple(changes), money, node.place,
        (fields["components"].fields or {}) if "components" in fields else {}, arguments, dict(given or {}),
        _words(fields.get("needs")), _words(fields.get("excludes")), saving, of, node,
    )  # fmt: skip


def _items(node: Node | None) -> list[Node]:
    return (node.items or []) if node else []


def _words(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(each.text or "" for each in node.items) if node.items is not None else (node.text or "",)


def _texts(node: Node | None) -> dict[str, str]:
    return {k: v.text or "" for k, v in (node.fields or {}).items()} if node else {}


def _saving(name: str, node: Node | None, problems: Problems) -> tuple[Quantity | None, dict[str, str]]:
    """The share that such measures saved elsewhere."""
    fields = node.fields or {} if node else {}
    if not node:
        return None, {}
    if set(fields) != {"value", "of"}:
        problems.add(
            node.place,
            f"{name}.saving: needs value and of, such as {{value: 7 % typical SOURCE, of: {{en: electricity}}}}",
        )
        return None, {}
    try:
        return quantity(fields["value"], "1", ""), _texts(fields["of"])
    except UnitError as problem:
        problems.add(node.place, f"{name}.saving: {problem}")
        return None, {}


def _changes(name: str, node: Node, problems: Problems) -> list[Change]:
    fields, known = node.fields or {}, ("select", "optional", *VERBS)
    for label in fields:
        if label not in known:
            problems.unknown(node.keys[label], f"{name}.changes.{label}", label, known)
    if not set(fields) & set(VERBS):
        problems.add(node.place, f"{name}.changes: does nothing; write one of {', '.join(VERBS)}")
    selection = read_selection(fields.get("select"), f"{name}.changes", problems)
    optional = "optional" in fields and fields["optional"].text in ("yes", "true")
    return [Change(selection, verb, fields[verb], node.place, optional) for verb in VERBS if verb in fields]


def library() -> dict[str, Measure]:
    """The measures that every site may use, by name.

    Raises
    ------
    SiteError
        With every problem of the library's files.
    """
    problems = Problems()
    found = {name: read_measure(name, node, problems) for name, node in shelf.measures().items()}
    problems.check()
    return {name: each for name, each in found.items() if each}


def find(site: Site, text: str) -> Measure:
    """A measure by name, with arguments: the site's own, else the library's.

    Raises
    ------
    SiteError
        When there is none, or an argument is wrong.
    """
    name, given = split(text)
    if name in site.measures:
        return site.measures[name].bound(given)
    library = shelf.measures()
    if name not in library:
        problems = Problems()
        place = str(site.path.parent / "measures.yaml")
        problems.unknown(place, f"measure {name!r}", name, {**site.measures, **library})
        problems.check()
    problems = Problems()
    found = read_measure(name, library[name], problems, given)
    problems.check()
    assert found is not None
    return found


def with_needs(site: Site, name: str) -> tuple[str, ...]:
    """A measure after all that it needs, in an order that works.

    Raises
    ------
    SiteError
        When a needed one does not exist, or measures need each other in a circle.
    """
    found: dict[str, None] = {}

    def walk(text: str, way: tuple[str, ...]) -> None:
        if text in way:
            raise SiteError(f"measures need each other in a circle: {' -> '.join((*way, text))}")
        for each in find(site, text).needs:
            walk(each, (*way, text))
        found.setdefault(text)

    walk(name, ())
    return tuple(found)


def _check_partners(site: Site, chosen: Sequence[Measure]) -> None:
    """Refuse measures that exclude each other, and one without another that it needs."""
    names = {split(each)[0] for each in site.applied} | {each.name for each in chosen}
    for measure in chosen:
        for other in measure.excludes:
            if other in names and other != measure.name:
                raise SiteError(f"{measure.place}: {measure.name} excludes {other}; take one of them")
        for other in measure.needs:
            if other not in names:
                raise SiteError(f"{measure.place}: {measure.name} needs {other}; apply both")


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
        For an unknown measure or argument, a measure that selects nothing or sets an unknown field, two that contradict or
        exclude each other, and one without another that it needs.
    """
    chosen = [find(site, each) for each in names]
    _check_partners(site, chosen)
    return _changed(site, chosen, values or {}, {} if used is None else used, names)[0]


def _changed(
    site: Site,
    chosen: Sequence[Measure],
    values: Mapping[str, float],
    used: dict[str, Quantity],
    names: Sequence[str] = (),
) -> tuple[Site, list[str]]:
    """The site after measures, and the names of all components that they touch."""
    draft, touched = Draft(site, values, used), dict[str, None]()
    for measure in chosen:
        draft.put(measure.name, measure.components)
        mine = dict.fromkeys([*measure.components, *(n for c in measure.changes for n in draft.work(measure.name, c))])
        if not mine:
            raise SiteError(
                f"{measure.place}: {measure.name} selects no component; look at its kind, name pattern and tags"
            )
        touched |= mine
    return draft.finish(names), list(touched)
