"""Read YAML as nodes that know their line and column; refuse what is no site file before it can do harm."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from twin.errors import SiteError

LARGEST = 5_000_000
"""Largest file read. [bytes]"""
MOST = 200_000
"""Most nodes after aliases are expanded."""
DEEPEST = 50


@dataclass
class Node:
    """One value of a YAML file: a text, a list or a mapping, with its place."""

    place: str
    text: str | None = None
    items: list[Node] | None = None
    fields: dict[str, Node] | None = None
    keys: dict[str, str] = field(default_factory=dict)
    """Places of the keys of a mapping."""

    def words(self) -> str:
        """What kind of value it is, for messages."""
        return "a mapping" if self.fields is not None else "a list" if self.items is not None else repr(self.text)


def read(path: Path) -> Node:
    """Read one file.

    Raises
    ------
    SiteError
        When it is absent, too large, no UTF-8, no YAML, too deep, or swollen by aliases; with line and column.
    """
    if not path.is_file():
        raise SiteError(f"{path}: no such file")
    size = path.stat().st_size
    if size > LARGEST:
        raise SiteError(f"{path}: {size / 1e6:.0f} MB is too large for a site file; at most {LARGEST / 1e6:.0f} MB")
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as problem:
        raise SiteError(f"{path}: byte {problem.start} is not UTF-8 text; save the file as UTF-8") from problem
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise SiteError(
            f"{place}: is not YAML: {problem.problem}; inside {{ }} put texts with commas or [ ] in quotes"
        ) from problem
    except (yaml.YAMLError, RecursionError) as problem:
        raise SiteError(f"{path}: is not YAML: {str(problem).splitlines()[0]}") from problem
    if root is None:
        raise SiteError(f"{path}: is empty; it must at least hold schema_version, name, location and components")
    return _Builder(path).build(root, 0)


class _Builder:
    """Turns PyYAML's nodes into ours and counts them."""

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0

    def build(self, node: yaml.Node, depth: int) -> Node:
        self.count += 1
        place = self._place(node)
        if self.count > MOST:
            raise SiteError(f"{place}: more than {MOST} values after aliases are expanded; a site file is smaller")
        if depth > DEEPEST:
            raise SiteError(f"{place}: nested deeper than {DEEPEST} levels")
        if isinstance(node, yaml.ScalarNode):
            return Node(place, text=str(node.value))
        if isinstance(node, yaml.SequenceNode):
            return Node(place, items=[self.build(each, depth + 1) for each in node.value])
        fields: dict[str, Node] = {}
        keys: dict[str, str] = {}
        for key, value in node.value:
            name, where = str(key.value), self._place(key)
            if name in fields:
                raise SiteError(f"{where}: {name!r} stands twice; the first is at {keys[name]}")
            fields[name], keys[name] = self.build(value, depth + 1), where
        return Node(place, fields=fields, keys=keys)

    def _place(self, node: yaml.Node) -> str:
        return f"{self.path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
