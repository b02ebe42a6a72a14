"""The uncertain numbers of a study: of the site, of its measures and of the terms, each place in a file once, and which runs depend on which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twin.site.measures import apply
from twin.site.provenance import Quantity
from twin.site.site import Site
from twin.study.task import Task
from twin.study.terms import Terms

Scenarios = Sequence[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Uncertain:
    """Uncertain numbers.

    Attributes
    ----------
    physical : those that runs depend on, in the order of the files; of the site first, then of its measures.
    money : prices, lifetimes and terms, which no run depends on. names : what each is, by place.
    depends : places that the runs of each scenario depend on.
    """

    physical: tuple[Quantity, ...]
    money: tuple[Quantity, ...]
    names: Mapping[str, str]
    depends: Mapping[str, frozenset[str]]

    @property
    def all(self) -> list[Quantity]:
        """All of them, in the order in which samples draw them."""
        return [*self.physical, *self.money]

    def of_runs(self, values: Mapping[str, float]) -> dict[str, float]:
        """The values that runs depend on: money changes no run, and must not be in its key."""
        places = {each.place for each in self.physical}
        return {place: value for place, value in values.items() if place in places}

    def tasks(
        self, site: Site, weather: str, step: float, values: Mapping[str, float], scenarios: Scenarios
    ) -> list[Task]:
        """A task for each scenario with only the values that it depends on, so that what has not changed is not run again."""
        return [
            Task(
                site,
                weather,
                step,
                {p: v for p, v in values.items() if p in self.depends[name]},
                [(name, measures)],
            )
            for name, measures in scenarios
        ]


def uncertain(site: Site, scenarios: Scenarios, terms: Terms | None = None) -> Uncertain:
    """Uncertain numbers that scenarios of a site depend on.

    Parameters
    ----------
    scenarios : names and the measures they apply. terms : of the appraisal; without them nothing of money is uncertain.
    """
    own = {q.place: q for q in site.assumptions()}
    names = _parameters(site)
    stated: dict[str, Quantity] = {}
    depends: dict[str, frozenset[str]] = {}
    for name, members in scenarios:
        used: dict[str, Quantity] = {}
        apply(site, members, used=used)
        found = {place: q for place, q in used.items() if q.uncertain and place not in own}
        stated |= {place: q for place, q in found.items() if place not in stated}
        depends[name] = frozenset(own) | frozenset(found)
    names |= {place: q.note for place, q in stated.items()}
    money: dict[str, Quantity] = {}
    if terms:
        chosen = {each for _, measures in scenarios for each in measures}
        for label, price in _prices(site, chosen):
            if price.uncertain and price.place not in own and price.place not in stated:
                money[price.place] = price
                names.setdefault(price.place, label)
        for what, number in terms.numbers.items():
            if number.uncertain:
                money[number.place] = number
                names.setdefault(number.place, f"terms: {what}")
    return Uncertain((*own.values(), *stated.values()), tuple(money.values()), names, depends)


def _parameters(site: Site) -> dict[str, str]:
    """Numbers of a site by place: the kind and parameter that take each first."""
    found: dict[str, str] = {}
    for (name, parameter), quantity in site.quantities.items():
        if quantity.uncertain:
            found.setdefault(quantity.place, f"{type(site[name]).kind}.{parameter}")
    return found


def _prices(site: Site, members: set[str]) -> list[tuple[str, Quantity]]:
    """What measures cost and how long they last, with a name for each."""
    chosen = [each for name, each in site.measures.items() if name in members]
    return [(f"{measure.name}: {what}", price) for measure in chosen for what, price in measure.prices().items()]
