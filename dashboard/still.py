"""The standing part of a screen as one component, with the parts that callbacks know in their places.

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
"""A text, a number, nothing, a list of tag, properties and children, or the place of a component among the children as {"at": 0}."""
LINK = "Link"
"""Tag of a link that changes the address without leaving the page, as Dash's own does."""
TAGS = {"MapEl": "map", "ObjectEl": "object"}


class Still(Component):
    """A tree of the page's language, in which components have places.

    Parameters
    ----------
    tree : as `Tree` says. children : components that stand in it.
    """

    _namespace = "twin_dashboard"
    _type = "Still"
    _prop_names = ("children", "tree")
    _valid_wildcard_attributes = ()
    available_properties = _prop_names
    available_wildcard_properties = _valid_wildcard_attributes

    def __init__(self, tree: Tree, children: Sequence[Component] = ()) -> None:
        super().__init__(tree=tree, **({"children": list(children)} if children else {}))


def still(part: Any, named: Collection[str]) -> Any:
    """What a callback answers, with all that no callback knows drawn as one component; data and what was handed in stay as they are.

    Parameters
    ----------
    part : components, lists of them, or a tuple of several answers.
    named : identities that callbacks ask for or change.

    >>> found = still(html.P([html.B("1"), dcc.Store(id="unit"), " kWh"]), ())
    >>> found.tree, found.children
    (['p', {}, ['b', {}, '1'], {'at': 0}, ' kWh'], [Store(id='unit')])
    """
    if isinstance(part, tuple):
        return tuple(still(each, named) for each in part)
    several = isinstance(part, list) and any(isinstance(each, Component) for each in part)
    if not (several or isinstance(part, Component)):
        return part
    if not several and not _simple(part, named):
        return _kept(part, named)
    held: list[Component] = []
    tree = ["", {}, *(_drawn(each, named, held) for each in part)] if several else _drawn(part, named, held)
    return Still(tree, held)


def names(callbacks: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Identities that callbacks ask for or change, as Dash tells them to the browser."""
    found = set()
    for each in callbacks:
        running = each.get("running") or {}
        outputs = [*each["output"].strip(".").split("..."), *running.get("running", {})]
        found |= {told.rpartition(".")[0] for told in outputs}
        found |= {told["id"] for told in [*each["inputs"], *each["state"]]}
    return frozenset(found)


def _drawn(part: Any, named: Collection[str], held: list[Component]) -> Tree:
    """The tree of a part; components that are more than a tree are added to those held."""
    if not isinstance(part, Component):
        return part
    if not _simple(part, named):
        held.append(_kept(part, named))
        return {"at": len(held) - 1, **_later(part)}
    children = getattr(part, "children", None)
    several = children if isinstance(children, list | tuple) else [] if children is None else [children]
    return [_tag(part), _properties(part), *(_drawn(each, named, held) for each in several)]


def _kept(part: Component, named: Collection[str]) -> Component:
    """A component that stays one, with its children drawn."""
    children = getattr(part, "children", None)
    if children is None:
        return part
    part = copy(part)
    part.children = still(list(children) if isinstance(children, tuple) else children, named)
    return part


def _later(part: Component) -> dict[str, Any]:
    """What stands in the place of a chart until it comes, a frame after all else; not where callbacks may change it before."""
    if type(part).__name__ != "Graph" or getattr(part, "id", None) is not None:
        return {}
    told = _properties(part)
    return {"later": {key: told[key] for key in ("className", "style") if key in told}}


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
