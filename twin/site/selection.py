"""Which components a measure changes: criteria on kind, name, building and tags, joined by and, or and not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from twin.core import catalogue
from twin.core.component import Component
from twin.errors import SiteError
from twin.site.problems import Problems
from twin.site.reader import Node

WORDS = ("kind", "name", "building", "tag", "tags")
"""Criteria; a list of words is met by any one of them, but `tags` by all."""
JOINTS = ("any", "all", "not")


@dataclass(frozen=True)
class Selection:
    """One criterion with its words, or a joint of other selections.

    Attributes
    ----------
    way : one of WORDS and JOINTS, or `where` with a parameter and the words it may be.
    words : of a criterion. parts : of a joint.
    """

    way: str = "all"
    words: tuple[str, ...] = ()
    parts: tuple[Selection, ...] = ()

    def picks(self, component: Component, tags: Sequence[str]) -> bool:
        """Whether a component is selected."""
        found = (each.picks(component, tags) for each in self.parts)
        if self.way == "all":
            return all(found)
        if self.way == "any":
            return any(found)
        if self.way == "not":
            return not all(found)
        if self.way == "kind":
            return type(component).kind in self.words
        if self.way == "name":
            return any(fnmatchcase(component.name, each) for each in self.words)
        if self.way == "building":
            return component.name.partition("/")[0] in self.words
        if self.way == "where":
            return getattr(component, self.words[0], None) in self.words[1:]
        return bool(set(self.words) & set(tags)) if self.way == "tag" else set(self.words) <= set(tags)


def read_selection(node: Node | None, where: str, problems: Problems) -> Selection:
    """A selection of a measure; one without criteria picks everything.

    A mapping needs all of its criteria, a list any of its entries.

    >>> from twin.site.named import as_node
    >>> read_selection(as_node("x", {"not": {"kind": "zone"}}), "led", Problems()).parts[0].way
    'not'
    """
    if node is None:
        return Selection()
    if node.items is not None:
        return Selection("any", parts=tuple(read_selection(each, where, problems) for each in node.items))
    if node.fields is None:
        problems.add(node.place, f"{where}.select: is {node.words()}; write for instance {{kind: lighting}}")
        return Selection()
    parts = []
    for label, value in node.fields.items():
        if label in WORDS:
            words = tuple(each.text or "" for each in value.items) if value.items is not None else (value.text or "",)
            parts.append(Selection(label, words))
            if label == "kind":
                _check_kinds(words, value, where, problems)
        elif label == "where":
            for parameter, wanted in (value.fields or {}).items():
                several = [each.text or "" for each in wanted.items or [wanted]]
                parts.append(Selection("where", (parameter, *several)))
            if not value.fields:
                problems.add(
                    value.place, f"{where}.select.where: is {value.words()}; write for instance {{fuel: coal}}"
                )
        elif label == "not":
            parts.append(Selection("not", parts=(read_selection(value, where, problems),)))
        elif label in JOINTS:
            if value.items is None:
                problems.add(value.place, f"{where}.select.{label}: is {value.words()}; a list of criteria is wanted")
                continue
            parts.append(Selection(label, parts=tuple(read_selection(each, where, problems) for each in value.items)))
        else:
            problems.unknown(node.keys[label], f"{where}.select.{label}", label, (*WORDS, *JOINTS, "where"))
    return Selection(parts=tuple(parts))


def _check_kinds(words: Sequence[str], node: Node, where: str, problems: Problems) -> None:
    for each in words:
        try:
            catalogue.kind(each)
        except SiteError as problem:
            problems.add(node.place, f"{where}.select.kind: {problem}")
