"""The measures of a site: read from its file or taken from the library, found by name, and applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from twin.errors import SiteError
from twin.site import shelf
from twin.site.arguments import split
from twin.site.costs import check_per
from twin.site.form import known_fields, read_form, texts
from twin.site.measure import Measure, changed, read_measure
from twin.site.problems import Problems
from twin.site.provenance import Quantity
from twin.site.reader import Node
from twin.site.site import Site

__all__ = ["Measure", "apply", "attach", "find", "library", "with_needs"]

TOP = ("schema_version", "use", "measures", "packages")


def attach(site: Site, path: Path) -> Site:
    """The site with the measures of a file beside it.

    Raises
    ------
    SiteError
        With every problem of the file.
    """
    problems = Problems()
    _, top = read_form(path, TOP, problems)
    found = read_measures(top.get("measures"), problems)
    for name, used in _used(top.get("use"), problems).items():
        if name in found:
            problems.add(
                used.place, f"use: {name}: stands under measures too; give one of them another name with 'as:'"
            )
        found.setdefault(name, used)
    _add_needed(found, problems)
    packages, titles, places = {}, {}, {}
    for name, node in (top["packages"].fields or {}).items() if "packages" in top else ():
        places[name] = node.place
        packages[name], titles[name] = _package(name, node, found, problems)
    problems.check()
    ready = replace(site, measures=found, packages=packages, package_titles=titles)
    _try(ready, places, problems)
    problems.check()
    return ready


def _package(
    name: str, node: Node, measures: Mapping[str, Measure], problems: Problems
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Measures of a package and its titles: a list of names, or `measures` with a `title`."""
    where, listed = f"packages.{name}", node
    fields = known_fields(node, ("title", "measures"), problems, where)
    if node.fields is not None:
        listed = fields.get("measures", node)
    if not listed.items:
        problems.add(listed.place, f"{where}: is {listed.words()}; a list of measures is wanted")
    members = tuple(each.text or "" for each in listed.items or [])
    for each in members:
        if each not in measures:
            problems.unknown(listed.place, f"{where}: {each!r}", each, measures)
    if name in measures:
        problems.add(node.place, f"{where}: is the name of a measure; give the package another")
    words = name.replace("_", " ")
    return members, {"en": f"Package: {words}", "zh": f"组合：{words}", **texts(fields.get("title"))}


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


def _add_needed(found: dict[str, Measure], problems: Problems) -> None:
    """Take what measures need and only the library has."""
    waiting = [need for measure in found.values() for need in measure.needs]
    while waiting:
        name = waiting.pop()
        if name not in found and name in shelf.measures():
            measure = read_measure(name, shelf.measures()[name], problems)
            if measure:
                found[name] = measure
                waiting += measure.needs


def _try(site: Site, packages: Mapping[str, str], problems: Problems) -> None:
    """Apply each measure with what it needs, and each package, so that what is wrong is told at once."""
    for measure in site.measures.values():
        try:
            members = with_needs(site, measure.name)
            apply(site, members)
            base = apply(site, members[:-1])
            after, touched = changed(base, (measure,), {}, {})
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
    return changed(site, chosen, values or {}, {} if used is None else used, names)[0]
