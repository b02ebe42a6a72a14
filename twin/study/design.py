"""Which sets of measures a study runs: each alone, one less than all, all that go together, or packages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twin.errors import SiteError
from twin.site.measures import Measure, find, with_needs
from twin.site.site import Site
from twin.study.sets import Sets
from twin.study.task import BASELINE

DESIGNS = ("alone", "one-at-a-time", "factorial", "packages")
MOST = 256
"""Sets of measures that a factorial study runs, and that a search tries, unless more are asked for."""
ALL = "all measures"
"""Name of the package that is made of all measures where the site states none."""


@dataclass(frozen=True)
class Scenario:
    """A name, the measures it applies, and its titles by language.

    Attributes
    ----------
    kind : `baseline`, `alone` (a measure with what it needs), `set`, `last-in` (a package less a measure and what needs it) or
        `package`. less : what a `last-in` scenario leaves out of `package`.
    """

    name: str
    measures: tuple[str, ...]
    title: dict[str, str]
    kind: str = "alone"
    less: tuple[str, ...] = ()
    package: str = ""

    def shown(self) -> dict[str, object]:
        """Its place in the design, in stable keys."""
        return {"kind": self.kind, "less": list(self.less), "package": self.package}


def named(chosen: Sequence[Scenario]) -> list[tuple[str, tuple[str, ...]]]:
    """Names and measures of scenarios, as a task wants them."""
    return [(each.name, each.measures) for each in chosen]


def choose(site: Site, texts: Sequence[str]) -> Site:
    """The site with some measures only, of its own or of the library, with arguments where they are told, and what they need.

    Packages stay where all their measures do; without texts the site stays as it is.

    Raises
    ------
    SiteError
        For an unknown measure or argument, one that cannot be applied, and one that is asked for twice.
    """
    if not texts:
        return site
    asked: dict[str, Measure] = {}
    for text in texts:
        found = find(site, text)
        if found.name in asked:
            raise SiteError(f"--measure {text}: {found.name} is asked for twice; name each measure once")
        asked[found.name] = found
    ready = replace(site, measures={**site.measures, **asked})
    names = dict.fromkeys(needed for name in asked for needed in with_needs(ready, name))
    chosen = {name: find(ready, name) for name in names}
    packages = {name: members for name, members in site.packages.items() if set(members) <= set(chosen)}
    ready = replace(site, measures=chosen, packages=packages)
    for name in chosen:
        ready.with_measures(*with_needs(ready, name))
    return ready


def scenarios(site: Site, design: str = DESIGNS[0], most: int = MOST) -> list[Scenario]:
    """The baseline and the sets of measures of a design; packages come last.

    Parameters
    ----------
    design : `alone`, each measure with what it needs, and each package; `one-at-a-time`, also the last package less each of its
        measures (of all measures where the site states no package); `factorial`, all sets that go together; `packages`.
    most : sets that a factorial design may have.

    Raises
    ------
    SiteError
        When the design has nothing to run, or too much.
    """
    base = Scenario(BASELINE, (), {"en": "Baseline", "zh": "基准"}, "baseline")
    packages = [
        Scenario(name, members, site.package_titles.get(name, {"en": name, "zh": name}), "package")
        for name, members in site.packages.items()
    ]
    if design == "packages":
        if not packages:
            raise SiteError(
                f"{site.path}: has no package of measures to study; state one under packages: in measures.yaml"
            )
        return [base, *packages]
    if design == "factorial":
        return [base, *_factorial(site, packages, most), *packages]
    alone = [Scenario(name, with_needs(site, name), measure.title) for name, measure in site.measures.items()]
    if design == "alone":
        return [base, *alone, *packages]
    if design != "one-at-a-time":
        raise SiteError(f"design {design!r}: there is none; take one of {', '.join(DESIGNS)}")
    packages = packages or [_all(site)]
    return [base, *alone, *_last_in(site, packages[-1]), *packages]


def _factorial(site: Site, packages: Sequence[Scenario], most: int) -> list[Scenario]:
    """All sets that go together; one that is a package has its row there."""
    sets = Sets(site)
    count = sets.count() - 1
    if count > most:
        raise SiteError(
            f"{site.path}: a factorial study of {len(sets.names)} measures has {count:,} sets, more than {most:,}; choose fewer with "
            f"--measure, allow them with --trials {count}, or let --search look for the best"
        )
    stated = {frozenset(each.measures) for each in packages}
    alone = {frozenset(with_needs(site, name)): name for name in site.measures}
    found = []
    for members in sets.all()[1:]:
        name = alone.get(frozenset(members))
        if name:
            found.append(Scenario(name, members, site.measures[name].title))
        elif frozenset(members) not in stated:
            titles = [site.measures[name].title for name in members]
            title = {word: " + ".join(each.get(word, name) for each, name in zip(titles, members, strict=True)) for word in ("en", "zh")}  # fmt: skip
            found.append(Scenario("+".join(members), members, title, "set"))
    return found


def _all(site: Site) -> Scenario:
    """All measures as a package."""
    sets = Sets(site)
    if why := sets.problem(sets.names):
        raise SiteError(
            f"{why}; a one-at-a-time study leaves each measure out of a package: state one under packages: in measures.yaml, or "
            "choose measures that go together with --measure"
        )
    if len(sets.names) < 2:
        raise SiteError(f"{site.path}: a one-at-a-time study needs two measures or more; it has {len(sets.names)}")
    return Scenario(ALL, sets.ordered(sets.names), {"en": "All measures", "zh": "全部措施"}, "package")


def _last_in(site: Site, package: Scenario) -> list[Scenario]:
    """A package less each of its measures, and less those that need it."""
    found = []
    for name in package.measures:
        less = tuple(each for each in package.measures if name in with_needs(site, each))
        rest = tuple(each for each in package.measures if each not in less)
        titles = site.measures[name].title
        title = {
            "en": f"{package.title['en']} without {titles.get('en', name)}",
            "zh": f"{package.title['zh']}，不含{titles.get('zh', name)}",
        }
        found.append(Scenario(f"{package.name}-without-{name}", rest, title, "last-in", less, package.name))
    return found
