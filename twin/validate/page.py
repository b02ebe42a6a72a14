"""The page that shows an exam: its tables, its plot, and what may be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twin.files import write_text

HEAD = """# Thermal fabric beside the reference programs

Cases of ANSI/ASHRAE Standard 140-2020/2023, section 5.2 (thermal fabric), run by `twin validate ashrae140` at {step}-minute steps. One
set of physics, no number made for a case. The range is that of six programs' example results: BSIMAC, CSE, DeST, EnergyPlus, ESP-r
and TRNSYS. The standard says that it is not a criterion of acceptance, and its acceptance ranges (Annex A3) have not been
checked here: values are *within the range of the six reference programs*, or not.

{inside} of {count} values and {inside_gaps} of {count_gaps} differences between cases are within the range.

![Every value between the least and the most of six programs]({plot})
"""
SUMMARY = ("quantity", "unit", "twin", "least", "most", "")
ROW, LEFT, WIDTH = 14, 300, 420


def write(path: Path, values: Sequence[dict[str, Any]], differences: Sequence[dict[str, Any]], step: int) -> None:
    """Write the page, and its plot beside it.

    Raises
    ------
    TwinError
        When the folder cannot be written.
    """
    plot = path.with_suffix(".svg")
    inside, inside_gaps = (sum(row["inside"] for row in rows) for rows in (values, differences))
    lines = [
        HEAD.format(
            step=step, plot=plot.name, inside=inside, count=len(values), inside_gaps=inside_gaps, count_gaps=len(differences)
        )
    ]  # fmt: skip
    for title, rows in (("Values", values), ("Differences between cases", differences)):
        lines += [f"## {title}", "", f"| case | {' | '.join(SUMMARY)} |", "|---" * (len(SUMMARY) + 1) + "|"]
        for row in rows:
            numbers = " | ".join(f"{row[name]:.3f}" for name in ("value", "min", "max"))
            mark = "" if row["inside"] else "outside"
            lines.append(f"| {row['case']} | {row['quantity']} | {row['unit']} | {numbers} | {mark} |")
        lines.append("")
    write_text(draw(values), plot)
    write_text("\n".join(lines), path)


def draw(values: Sequence[dict[str, Any]]) -> str:
    """A plot of every value between the least (0) and the most (1) of the programs, as SVG."""
    height = ROW * (len(values) + 3)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 40}" height="{height}" font-family="sans-serif" font-size="10">',
        f'<rect width="100%" height="100%" fill="#fff"/><rect x="{_across(0.0)}" y="{ROW}" width="{_across(1.0) - _across(0.0)}" '
        f'height="{height - 2 * ROW}" fill="#e8f1ec"/>',
        f'<text x="{_across(0.0)}" y="{height - 4}">least of six programs</text>',
        f'<text x="{_across(1.0)}" y="{height - 4}" text-anchor="end">most</text>',
    ]
    for place, row in enumerate(values):
        level = ROW * (place + 2)
        span = row["max"] - row["min"]
        parts.append(f'<text x="4" y="{level + 4}" fill="#1f2933">{row["case"]} {row["quantity"]}</text>')
        for program in row["programs"].values():
            parts.append(
                f'<circle cx="{_across((program - row["min"]) / span):.1f}" cy="{level}" r="2.5" fill="#9aa5b1"/>'
            )
        here = _across((row["value"] - row["min"]) / span)
        colour = "#1a7f4b" if row["inside"] else "#b3261e"
        parts.append(f'<rect x="{here - 3:.1f}" y="{level - 3}" width="6" height="6" fill="{colour}"/>')
    return "\n".join([*parts, "</svg>", ""])


def _across(share: float) -> float:
    """Horizontal place of a share of the range."""
    return LEFT + WIDTH * (0.1 + 0.8 * min(max(share, -0.12), 1.12))
