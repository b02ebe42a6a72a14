"""A sheet to draw a chart on, as one SVG text whose colours follow the page, light, dark or printed."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

SIZE = 12.0
"""Height of letters. [px]"""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def length(text: str, size: float = SIZE) -> float:
    """How wide a text is, near enough: Chinese letters are square, others a little over half as wide. [px]

    >>> length("ab", 10.0) < length("中文", 10.0)
    True
    """
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.6 for letter in text) * size


def shortened(text: str, room: float, size: float = SIZE) -> str:
    """A text that fits, with dots for what had to go."""
    if length(text, size) <= room:
        return text
    while text and length(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers that span a range.

    >>> ticks(0.0, 9.0, 5)
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    if high <= low:
        low, high = min(low, 0.0), max(high, low + 1.0, 0.0)
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(each * power for each in STEPS if each * power >= raw * (1.0 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]


def shown(value: float, digits: int = 4) -> str:
    """A number for people, with thousands apart and no needless zeros.

    >>> shown(1234567.0), shown(0.125), shown(-0.0)
    ('1,234,567', '0.125', '0')
    """
    if value == 0.0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass
class Scale:
    """A range of numbers laid along a stretch of the sheet."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a number lies. [px]"""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass
class Sheet:
    """What is drawn, from the back to the front."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str = "grid") -> None:
        """A straight line."""
        self.parts.append(f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def box(self, x: float, y: float, width: float, height: float, colour: str, hint: str = "") -> None:
        """A filled rectangle, with words that show when the pointer rests on it."""
        if width < 0.0:
            x, width = x + width, -width
        if height < 0.0:
            y, height = y + height, -height
        said = f"<title>{escape(hint)}</title>" if hint else ""
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.4):.1f}" height="{max(height, 0.4):.1f}" style="fill:{colour}">{said}</rect>')  # fmt: skip

    def text(self, x: float, y: float, words: str, anchor: str = "start", style: str = "") -> None:
        """Words at a place: `start`, `middle` or `end` of them."""
        named = f' class="{style}"' if style else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{escape(words)}</text>')

    def path(self, points: Sequence[tuple[float, float]], colour: str, dashed: bool = False) -> None:
        """A line through points."""
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        extra = ";stroke-dasharray:5 4" if dashed else ""
        self.parts.append(f'<polyline class="curve" points="{drawn}" style="stroke:{colour}{extra}"/>')

    def dot(self, x: float, y: float, colour: str, hint: str = "", radius: float = 4.5) -> None:
        """A filled circle."""
        said = f"<title>{escape(hint)}</title>" if hint else ""
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" style="fill:{colour}">{said}</circle>')

    def svg(self, style: str, label: str) -> Markup:
        """The sheet as one element."""
        return Markup(
            f'<svg class="{style}" viewBox="0 0 {self.width:.0f} {self.height:.0f}" role="img" aria-label="{escape(label)}">'
            f"{''.join(self.parts)}</svg>"
        )
