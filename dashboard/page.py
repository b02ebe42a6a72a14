"""What the frame knows of a page: how it is built, what its address may say, and when it is built again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twin.dashboard.address import Address

if TYPE_CHECKING:
    import dash
    from twin.dashboard.data import Source


def settled(address: Address, source: Source) -> bool:
    """Whether nothing of a page is still worked out; a page whose callbacks see to that themselves is always settled."""
    return True


@dataclass(frozen=True)
class Page:
    """A page of the menu.

    Attributes
    ----------
    build : a tree of components from an address and a source.
    register : adds the page's own callbacks to the program, once, before it is served.
    keys : words of its own in the address, with the pattern that a value has to match as a whole.
    settled : whether what it shows is all there; until it is, the screen is built again twice a second.
    live : whether it is built again every minute for new measurements; a page with callbacks keeps what its user has done.
    fields : whether it has fields of the component library, which need its provider around them.
    role : the least that somebody needs to see it; its callbacks ask for themselves, by `account.required`.
    """

    build: Callable[[Address, Source], Any]
    register: Callable[[dash.Dash, Source], None] | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    settled: Callable[[Address, Source], bool] = settled
    live: bool = False
    fields: bool = False
    role: str = "viewer"
