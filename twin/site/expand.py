"""Expand `repeat` blocks: named rows crossed with named rows make many components from one description."""

from __future__ import annotations

import itertools
import re

from twin.site.problems import Problems
from twin.site.reader import Node

HOLE = re.compile(r"\{([a-z_]+)\}")


def expand(block: Node, problems: Problems) -> list[tuple[str, str, Node]]:
    """Components of one repeat block as (name, place of the name, node); a lone `{field}` keeps the row's own place."""
    fields = block.fields or {}
    over, made = fields.get("over"), fields.get("components")
    if over is None or over.fields is None or made is None or made.fields is None:
        problems.add(block.place, "repeat: needs 'over' with named rows and 'components'")
        return []
    axes = []
    for axis, rows in over.fields.items():
        if rows.fields is None:
            problems.add(rows.place, f"repeat.over.{axis}: needs named rows, such as 'south: {{floors: 12}}'")
            return []
        axes.append([(axis, name, row) for name, row in rows.fields.items()])
    found = []
    for crossed in itertools.product(*axes):
        values: dict[str, Node] = {}
        for axis, name, row in crossed:
            values[axis] = Node(row.place, text=name)
            values.update(row.fields or {})
        for name, node in made.fields.items():
            label = _fill_text(name, values, made.keys[name], problems)
            found.append((label, made.keys[name], _fill(node, values, problems)))
    return found


def _fill(node: Node, values: dict[str, Node], problems: Problems) -> Node:
    if node.fields is not None:
        fields = {k: _fill(v, values, problems) for k, v in node.fields.items()}
        return Node(node.place, fields=fields, keys=node.keys)
    if node.items is not None:
        return Node(node.place, items=[_fill(each, values, problems) for each in node.items])
    text = node.text or ""
    whole = HOLE.fullmatch(text)
    if whole and whole[1] in values:
        return values[whole[1]]
    return Node(node.place, text=_fill_text(text, values, node.place, problems))


def _fill_text(text: str, values: dict[str, Node], place: str, problems: Problems) -> str:
    def fill(hole: re.Match[str]) -> str:
        if hole[1] not in values:
            problems.add(place, f"{{{hole[1]}}}: no row has this field; known: {', '.join(sorted(values))}")
            return hole[0]
        return values[hole[1]].text or ""

    return HOLE.sub(fill, text)
