"""Colours and fonts of everything that is shown."""

from __future__ import annotations

SAVING, INCREASE, REPORTED, FIRST, SECOND = (f"var(--{name})" for name in ("good", "bad", "mute", "first", "second"))
"""What saves, what costs, what is only told, and two lines beside each other; the page says what colours they are."""
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
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
