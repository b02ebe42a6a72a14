"""A port is where a component meets others over a medium: a bundle of signals that are joined by channel name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Port:
    """One end of an edge of the graph.

    Attributes
    ----------
    medium : what flows over the edge; both ends must agree.
    channels : channel name -> the component's own signal. Inlets and commands are told by the other end, outputs and
        states tell it.
    serving : True where others connect to this port, False where this component names its supplier in the site file.
    optional : a needing port that may stay unconnected.
    """

    medium: str
    channels: tuple[tuple[str, str], ...]
    serving: bool
    optional: bool = False


def needs(medium: str, *, optional: bool = False, **channels: str) -> Port:
    """Declare that the component needs a supplier of `medium`; the site file names it under the attribute's name.

    A list of suppliers is a merit chain: the first is asked for everything, each next one for the `rest` the one before
    tells, and what they give is summed.
    """
    return Port(medium, tuple(channels.items()), False, optional)


def serves(medium: str, **channels: str) -> Port:
    """Declare that the component supplies `medium` to any number of others."""
    return Port(medium, tuple(channels.items()), True)
