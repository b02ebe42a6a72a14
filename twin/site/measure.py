"""One retrofit measure: what it changes, what it costs, what it may be told, and how a file says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from twin.errors import SiteError, UnitError
from twin.site.arguments import Argument, bind, fill, read_arguments
from twin.site.costs import Cost, read_cost
from twin.site.form import known_fields, texts
from twin.site.problems import Problems
from twin.site.provenance import Quantity, quantity
from twin.site.reader import Node
from twin.site.selection import read_selection
from twin.site.site import Site
from twin.site.verbs import VERBS, Change, Draft

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
        after, touched = changed(site, (self,), {}, {})
        now = {each.name: each for each in after.components}
        if per.text == "piece":
            return self.money.multiplier * sum((now.get(n) or before[n]).multiplier for n in touched)
        whole = sum(per.amount(now[n]) for n in touched if n in now)
        if per.added:
            whole -= sum(per.amount(before[n]) for n in touched if n in before)
        return self.money.multiplier * max(whole, 0.0)

    def prices(self) -> dict[str, Quantity]:
        """Numbers that only its money depends on, by what they are."""
        stated = {name: getattr(self, name) for name in ("cost", "lifetime", "maintenance", "salvage")}
        return {name: each for name, each in stated.items() if each is not None}

    def money_of(self, pieces: float, values: Mapping[str, float]) -> tuple[float, float, float]:
        """Investment, maintenance of a year and salvage of so many units of cost. [CNY]

        Parameters
        ----------
        pieces : as in `pieces`. values : other numbers by place where they are drawn.
        """
        drawn = {name: values.get(each.place, each.value) for name, each in self.prices().items()}
        capital = drawn["cost"] * pieces
        upkeep, salvage = (
            drawn.get(name, 0.0) * (capital if each is not None and each.unit == "1" else pieces)
            for name, each in (("maintenance", self.maintenance), ("salvage", self.salvage))
        )
        return capital, upkeep, salvage

    def capital(self, site: Site) -> float:
        """Investment on a site without the measure. [CNY]"""
        return self.cost.value * self.pieces(site)

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


def read_measure(name: str, node: Node, problems: Problems, given: Mapping[str, str] | None = None) -> Measure | None:
    """One measure, with the arguments it is told."""
    raw = known_fields(node, KNOWN, problems, name)
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
        name, texts(fields.get("title")), texts(fields.get("help")), tuple(changes), money, node.place,
        (fields["components"].fields or {}) if "components" in fields else {}, arguments, dict(given or {}),
        _words(fields.get("needs")), _words(fields.get("excludes")), saving, of, node,
    )  # fmt: skip


def _items(node: Node | None) -> list[Node]:
    return (node.items or []) if node else []


def _words(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(each.text or "" for each in node.items) if node.items is not None else (node.text or "",)


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
        return quantity(fields["value"], "1", ""), texts(fields["of"])
    except UnitError as problem:
        problems.add(node.place, f"{name}.saving: {problem}")
        return None, {}


def _changes(name: str, node: Node, problems: Problems) -> list[Change]:
    fields = known_fields(node, ("select", "optional", *VERBS), problems, f"{name}.changes")
    if not set(fields) & set(VERBS):
        problems.add(node.place, f"{name}.changes: does nothing; write one of {', '.join(VERBS)}")
    selection = read_selection(fields.get("select"), f"{name}.changes", problems)
    optional = "optional" in fields and fields["optional"].text in ("yes", "true")
    return [Change(selection, verb, fields[verb], node.place, optional) for verb in VERBS if verb in fields]


def changed(
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
