"""What files of settings have in common: a version, fields that are known, texts by name, and numbers with a unit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from twin.errors import UnitError
from twin.site.problems import Problems
from twin.site.provenance import Quantity, quantity
from twin.site.reader import Node, read

SCHEMA_VERSION = "1"


def read_form(path: Path, known: Iterable[str], problems: Problems) -> tuple[str, dict[str, Node]]:
    """Place and fields of a file; remembers fields at its top that are not known, and another version.

    Raises
    ------
    SiteError
        When the file cannot be read at all; see `twin.site.reader.read`.
    """
    root = read(path)
    top = known_fields(root, known, problems)
    check_version(root, problems)
    return root.place, top


def check_version(root: Node, problems: Problems) -> None:
    """Remember that a file is of another version of the form."""
    top = root.fields or {}
    stated = top.get("schema_version")
    version = stated.text if stated else "missing"
    if version != SCHEMA_VERSION:
        place = stated.place if stated else root.place
        problems.add(place, f"schema_version: is {version}; this program reads version {SCHEMA_VERSION}")


def known_fields(node: Node | None, known: Iterable[str], problems: Problems, where: str = "") -> dict[str, Node]:
    """Fields of a mapping, none where it is something else; remembers those that are not known."""
    fields = (node.fields or {}) if node else {}
    names = tuple(known)
    for label in fields:
        if node and label not in names:
            problems.unknown(node.keys[label], f"{where}.{label}" if where else label, label, names)
    return fields


def texts(node: Node | None) -> dict[str, str]:
    """Texts by name, for instance by language."""
    return {name: each.text or "" for name, each in (node.fields or {}).items()} if node else {}


def number(node: Node, where: str, unit: str, problems: Problems) -> Quantity | None:
    """A number in a unit; remembers why there is none."""
    try:
        return quantity(node, unit, "")
    except UnitError as problem:
        problems.add(node.place, f"{where}: {problem}")
        return None
