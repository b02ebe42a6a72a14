"""The shared library of measures, which any site may use by name with numbers of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from twin.site.form import known_fields, read_form, texts
from twin.site.problems import Problems
from twin.site.reader import Node

OVER = ("cost", "lifetime", "maintenance", "salvage", "from", "title", "help", "needs", "excludes")
"""What a site may say otherwise of a measure that it uses."""


@cache
def measures() -> dict[str, Node]:
    """All measures of the library by name, as their files have them.

    Raises
    ------
    SiteError
        When a file is wrong, or two have a measure of one name.
    """
    here = Path(__file__).resolve().parent.parent
    folders = [each / "measures" for each in (here / "sites", here.parent / "sites") if (each / "measures").is_dir()]
    return read_shelf(folders[0]) if folders else {}


def read_shelf(folder: Path) -> dict[str, Node]:
    """Measures of all files of a folder; see `measures`."""
    problems, found = Problems(), dict[str, Node]()
    for path in sorted(folder.glob("*.yaml")):
        _, top = read_form(path, ("schema_version", "measures"), problems)
        for name, node in (top["measures"].fields or {}).items() if "measures" in top else ():
            if name in found:
                problems.add(node.place, f"{name}: stands twice; the first is at {found[name].place}")
            found[name] = node
    problems.check()
    return found


def taken(entry: Node) -> tuple[str, Node, dict[str, str]]:
    """One entry of `use:`: its name in the site, the measure with the site's numbers in place, and arguments.

    Raises
    ------
    SiteError
        When the library has no such measure, or the entry says something else than a site may.
    """
    problems, told = Problems(), texts(entry)
    fields = known_fields(entry, ("measure", "as", "arguments", *OVER), problems)
    name = entry.text or told.get("measure", "")
    if name not in measures():
        problems.unknown(entry.place, f"measure {name!r} of the library", name, measures())
    problems.check()
    whole = measures()[name]
    merged, keys = dict(whole.fields or {}), dict(whole.keys)
    for label in OVER:
        if label in fields:
            merged[label], keys[label] = _over(merged.get(label), fields[label]), entry.keys[label]
    return told.get("as", name), Node(entry.place, fields=merged, keys=keys), texts(fields.get("arguments"))


def _over(old: Node | None, new: Node) -> Node:
    """A node whose fields replace those of another; what it does not name stays."""
    if old is None or old.fields is None or new.fields is None:
        return new
    return Node(new.place, fields={**old.fields, **new.fields}, keys={**old.keys, **new.keys})
