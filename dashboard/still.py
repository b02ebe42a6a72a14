"""Parts of a screen that no callback knows, as one component.

Dash keeps books on every component: each new one is told to all the others, so that a screen of a thousand words and cells takes seconds to
come up. What only stands there is therefore handed to the browser as a tree of its own, which `assets/still.js` draws at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

Tree = Any
"""A text, a number, nothing, or a list of tag, properties and children; the tag is empty where only the children stand."""
LINK = "Link"
"""Tag of a link that changes the address without leaving the page, as Dash's own does."""
TAGS = {"MapEl": "map", "ObjectEl": "object"}


class Still(Component):
    """A tree of the page's language without identities.

    Parameters
    ----------
    tree : as `Tree` says.
    """

    _namespace = "twin_dashboard"
    _type = "Still"
    _prop_names = ["tree"]
    _valid_wildcard_attributes: list[str] = []
    available_properties = _prop_names
    available_wildcard_properties = _valid_wildcard_attributes

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree=tree)


def still(part: Any, named: Collection[str]) -> Any:
    """What a callback answers, with all that no callback knows drawn as one component; data and what was handed in stay as they are.

    Parameters
    ----------
    part : components, lists of them, or a tuple of several answers.
    named : identities that callbacks ask for or change.

    >>> still(html.P([html.B("1"), " kWh"]), ()).tree
    ['p', {}, ['b', {}, '1'], ' kWh']
    """
    if isinstance(part, tuple):
        return tuple(still(each, named) for each in part)
    held = isinstance(part, list) and any(isinstance(each, Component) for each in part)
    if not (held or isinstance(part, Component)):
        return part
    plain, found = _drawn(part, named)
    return _standing(part, found) if plain else found


def names(callbacks: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Identities that callbacks ask for or change, as Dash tells them to the browser."""
    found = set()
    for each in callbacks:
        running = each.get("running") or {}
        outputs = [*each["output"].strip(".").split("..."), *running.get("running", {})]
        found |= {told.rpartition(".")[0] for told in outputs}
        found |= {told["id"] for told in [*each["inputs"], *each["state"]]}
    return frozenset(found)


def _drawn(part: Any, named: Collection[str]) -> tuple[bool, Any]:
    """Whether a part is drawn as it is, and its tree or the part with its children drawn."""
    if isinstance(part, list | tuple):
        each = [_drawn(one, named) for one in part]
        return (True, [found for _, found in each]) if all(plain for plain, _ in each) else (False, _stretches(each))
    if not isinstance(part, Component):
        return part is None or isinstance(part, str | int | float), part
    children = getattr(part, "children", None)
    plain, found = _drawn(children, named)
    if plain and _simple(part, named):
        held = found if isinstance(children, list | tuple) else [] if children is None else [found]
        return True, [_tag(part), _properties(part), *held]
    if children is None or isinstance(found, Component) and found is children:
        return False, part
    part = copy(part)
    part.children = _standing(children, found) if plain else found
    return False, part


def _standing(children: Any, found: Any) -> Any:
    """Children that are all drawn, as what Dash takes for them."""
    if isinstance(children, Component):
        return Still(found)
    if isinstance(children, list | tuple) and any(isinstance(each, list) for each in found):
        return [Still(["", {}, *found])]
    return children


def _stretches(each: Sequence[tuple[bool, Any]]) -> list[Any]:
    """Children in their order; neighbours that are drawn become one."""
    found: list[Any] = []
    stretch: list[Tree] = []
    for plain, one in [*each, (False, None)]:
        if plain:
            stretch.append(one)
            continue
        if any(isinstance(tree, list) for tree in stretch):
            found.append(Still(stretch[0] if len(stretch) == 1 else ["", {}, *stretch]))
        else:
            found += stretch
        stretch = []
        found.append(one)
    return found[:-1]


def _simple(part: Component, named: Collection[str]) -> bool:
    """Whether a component only stands there."""
    if not (isinstance(part, dcc.Link) or type(part).__module__.startswith(html.__name__)):
        return False
    name = getattr(part, "id", None)
    return name is None or (isinstance(name, str) and name not in named)


def _tag(part: Component) -> str:
    kind = type(part).__name__
    return LINK if isinstance(part, dcc.Link) else TAGS.get(kind, kind.lower())


def _properties(part: Component) -> dict[str, Any]:
    """All that is said of an element but its children."""
    told = part.to_plotly_json()["props"]
    return {name: value for name, value in told.items() if name not in ("children", "n_clicks") and value is not None}
