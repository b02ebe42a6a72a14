"""What somebody wants to know of measures: which, with what arguments, put together how, and how many samples; and what it takes to answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from twin.errors import SiteError
from twin.site.arguments import split
from twin.site.load import load
from twin.site.measures import apply
from twin.site.site import Site
from twin.stock import cache_folder

if TYPE_CHECKING:
    from twin.answer import Question
    from twin.study.design import Scenario

MODES = ("together", "alone", "one_less", "package")
"""Each alone and all as a package; each alone only; also the package less each; the package only."""
DESIGNS = {"one_less": "one-at-a-time", "package": "packages"}
PACKAGE = "chosen_measures"
TITLE = {"en": "All chosen measures", "zh": "所选全部措施"}
STEP = 3600.0
FEWEST, USUAL, MOST = 2, 30, 500
"""Samples that may be asked for."""
MOST_MEASURES = 24


class WishError(SiteError):
    """What is asked for cannot be answered."""


@dataclass(frozen=True)
class Wish:
    """A question about a site.

    Attributes
    ----------
    path : of the site. title : as somebody gave it; titles : by language, where nobody did.
    measures : each with its arguments, as `led:share=0.8`. mode : one of `MODES`. curve : also the abatement curve.
    """

    path: str
    title: str
    measures: tuple[str, ...]
    mode: str = MODES[0]
    samples: int = USUAL
    curve: bool = True
    seed: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take lists, as JSON has them, for the tuples that they were."""
        object.__setattr__(self, "measures", tuple(self.measures))

    def text(self) -> str:
        """The wish as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True)
class Prepared:
    """A site with the wished measures only, and the sets of them that are run."""

    site: Site
    design: str
    wish: Wish

    @cached_property
    def scenarios(self) -> list[Scenario]:
        """The baseline and the sets of measures."""
        from twin.study.design import scenarios

        return scenarios(self.site, self.design)

    def runs(self) -> int:
        """How many runs the answer takes at most; those that the store has are not run again."""
        from twin.study.design import named, scenarios
        from twin.study.terms import terms_of
        from twin.study.uncertain import uncertain

        names, alone = named(self.scenarios), named(scenarios(self.site))
        numbers = uncertain(self.site, [*alone, *names], terms_of(self.site))
        found = len(dict([*names, *alone])) + 1 + self.wish.samples * len(names)
        if self.scenarios[-1].kind == "package":
            pair = (names[0][0], names[-1][0])
            found += sum(2 for each in numbers.physical for name in pair if each.place in numbers.depends[name])
        count = len(self.site.measures)
        return found + (count * (count - 1) // 2 if self.wish.curve and worth(self.site) else 0) + 2

    def money(self) -> list[dict[str, Any]]:
        """What each measure costs with its arguments, in the order in which they stand."""
        found = []
        for name, measure in self.site.measures.items():
            before = self.site.with_measures(*measure.needs) if measure.needs else self.site
            capital, upkeep, _ = measure.money_of(measure.pieces(before), {})
            found.append({"name": name, "title": measure.title, "capital": capital, "upkeep": upkeep, "life": measure.lifetime.value})  # fmt: skip
        return found


def worth(site: Site) -> bool:
    """Whether the abatement curve of a site's measures costs little enough."""
    from twin.study.detail import worth_a_curve

    return worth_a_curve(site)


def prepared(wish: Wish, site: Site | None = None) -> Prepared:
    """Look a wish over before anything is run.

    Parameters
    ----------
    site : what is at the wish's path, where it is known already.

    Raises
    ------
    SiteError
        When a measure or an argument is wrong, or measures of a package contradict each other; the message says which.
    """
    from twin.study.design import choose

    if not wish.measures:
        raise WishError("no measure is chosen; choose one or more")
    if len(wish.measures) > MOST_MEASURES:
        raise WishError(f"{len(wish.measures)} measures are chosen; choose {MOST_MEASURES} at most")
    if wish.mode not in MODES:
        raise WishError(f"{wish.mode!r} is no way to put measures together; take one of {', '.join(MODES)}")
    if not FEWEST <= wish.samples <= MOST:
        raise WishError(f"{wish.samples} samples: take {FEWEST} to {MOST}")
    site = choose(site or load(wish.path), wish.measures)
    names = tuple(site.measures)
    packages: dict[str, tuple[str, ...]] = {}
    if wish.mode != "alone" and len(names) > 1:
        packages = {PACKAGE: _in_order(site, names)}
    elif wish.mode == "one_less":
        raise WishError("one measure is chosen; leaving each out in turn needs two or more")
    ready = replace(site, packages=packages, package_titles=dict.fromkeys(packages, TITLE))
    return Prepared(ready, DESIGNS.get(wish.mode, "alone") if packages else "alone", wish)


def _in_order(site: Site, names: tuple[str, ...]) -> tuple[str, ...]:
    """Measures in an order in which they go together.

    Raises
    ------
    WishError
        When they do not in any.
    """
    from twin.study.sets import Sets

    try:
        apply(site, names)
    except SiteError:
        sets = Sets(site)
        if why := sets.problem(names):
            raise WishError(why) from None
        return sets.ordered(names)
    return names


def question(wish: Wish) -> Question:
    """The question as the engine takes it; finished runs are kept where `twin study` keeps its own."""
    from twin.answer import Question
    from twin.study.across import cases_of
    from twin.study.engine import Means

    found = prepared(wish)
    site = found.site
    cases = tuple(cases_of(site, weathers=(site.location.climate,), design=found.design))
    return Question(
        site, cases, STEP, wish.samples, wish.seed, False, means=Means(store=cache_folder() / "studies"), design=found.design,
        abatement=wish.curve, command=f"what-if: {wish.path}, {'; '.join(wish.measures)}, {wish.mode}, {wish.samples} samples",
    )  # fmt: skip


def written(measures: Sequence[str]) -> str:
    """Measures as one word of an address.

    >>> written(["led:share=0.8", "vfd"])
    'led:share=0.8;vfd'
    """
    return ";".join(measures)


def told(text: str) -> dict[str, dict[str, str]]:
    """Measures of an address with their arguments; what makes no sense is left out.

    >>> told("led:share=0.8;vfd;")
    {'led': {'share': '0.8'}, 'vfd': {}}
    """
    found: dict[str, dict[str, str]] = {}
    for each in text.split(";")[:MOST_MEASURES]:
        try:
            name, given = split(each)
        except SiteError:
            continue
        if name:
            found[name] = given
    return found
