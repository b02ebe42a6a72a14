"""Colours and fonts of everything that is shown."""

from __future__ import annotations

from dataclasses import dataclass

SAVING, INCREASE, REPORTED, FIRST, SECOND = (f"var(--{name})" for name in ("good", "bad", "mute", "first", "second"))
"""What saves, what costs, what is only told, and two lines beside each other; the page says what colours they are."""
FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'
USES = {
    "chillers": "#0072b2",
    "pumps": "#56b4e9",
    "towers": "#8fd0f5",
    "fans": "#009e73",
    "terminals": "#7fcbb3",
    "lighting": "#e69f00",
    "plug_loads": "#cc79a7",
    "server_rooms": "#5b5f97",
    "it": "#3b3f73",
    "power_path": "#8a8dc0",
    "heat_pumps": "#d55e00",
    "ev_charging": "#f0e442",
    "storage": "#c8b400",
    "transformers": "#bbbbbb",
    "other": "#999999",
}
"""Okabe and Ito's colour-blind safe palette, with lighter shades for what belongs together."""


def colour(use: str) -> str:
    """Colour of an end use."""
    return USES.get(use, "#777777")


@dataclass(frozen=True)
class Palette:
    """Colours of charts on the screen; the same as the report's page has in light and dark."""

    ink: str
    quiet: str
    line: str
    paper: str
    first: str
    second: str
    band: str
    link: str


LIGHT = Palette("#1f2933", "#4b5563", "#d7dde3", "#ffffff", "#0072b2", "#c2560a", "rgba(0,114,178,.16)", "rgba(107,114,128,.28)")  # fmt: skip
DARK = Palette("#e6e9ed", "#aab4bf", "#39424d", "#1a1f26", "#58b2e8", "#f59e5b", "rgba(88,178,232,.20)", "rgba(152,162,174,.30)")  # fmt: skip


def palette(dark: bool) -> Palette:
    """Colours of charts, on dark or on light ground."""
    return DARK if dark else LIGHT
