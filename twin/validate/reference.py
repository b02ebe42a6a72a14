"""Results of reference programs, and how the twin's stand beside them: value by value and difference by difference."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.errors import SiteError

DIFFERENCES = (
    ("620", "600"), ("640", "600"), ("660", "600"), ("900", "600"), ("920", "900"), ("940", "900"), ("920", "620"),
    ("940", "640"), ("220", "195"), ("270", "220"), ("320", "270"), ("430", "220"), ("900FF", "600FF"),
)  # fmt: skip
"""Pairs of cases whose difference shows one effect: orientation, set-back, glass, mass, window, dead band, colour."""
FIXED = ("table", "case", "label", "quantity", "unit")


@dataclass(frozen=True)
class Row:
    """One quantity of one case: what each program has. [unit]"""

    case: str
    quantity: str
    unit: str
    programs: Mapping[str, float]
    least: float
    most: float


def read(path: Path) -> list[Row]:
    """Rows of a reference file: table, case, label, quantity, unit, one column a program, min, max.

    Raises
    ------
    SiteError
        When the file is absent or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as text:
            reader = csv.DictReader(text)
            names = list(reader.fieldnames or ())
            missing = [name for name in (*FIXED, "min", "max") if name not in names]
            if missing:
                raise SiteError(f"{path}: the column {missing[0]!r} is missing; a reference file has it")
            programs = names[names.index("unit") + 1 : names.index("min")]
            return [_row(each, programs) for each in reader]
    except OSError as problem:
        raise SiteError(f"{path}: cannot be read ({problem.strerror}); give the reference file") from problem
    except ValueError as problem:
        raise SiteError(f"{path}: holds something that is no number: {problem}") from problem


def _row(each: Mapping[str, str], programs: Sequence[str]) -> Row:
    values = {name: float(each[name]) for name in programs if each[name].strip()}
    return Row(each["case"], each["quantity"], each["unit"], values, float(each["min"]), float(each["max"]))


def beside(rows: Sequence[Row], found: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """The twin's value of every row whose case was run, with the range, and whether it is inside."""
    return [
        {
            "case": row.case, "quantity": row.quantity, "unit": row.unit, "value": found[row.case][row.quantity],
            "min": row.least, "max": row.most, "inside": row.least <= found[row.case][row.quantity] <= row.most,
            "programs": dict(row.programs),
        }
        for row in rows
        if row.quantity in found.get(row.case, {})
    ]  # fmt: skip


def differences(rows: Sequence[Row], found: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """The same for the differences between cases, each program's own difference giving the range."""
    by_name = {(row.case, row.quantity): row for row in rows}
    made = []
    for one, other in DIFFERENCES:
        for quantity in sorted({row.quantity for row in rows if row.case == one}):
            if (other, quantity) not in by_name or quantity not in found.get(one, {}) or other not in found:
                continue
            first, second = by_name[one, quantity], by_name[other, quantity]
            shared = [name for name in first.programs if name in second.programs]
            theirs = {name: first.programs[name] - second.programs[name] for name in shared}
            value = found[one][quantity] - found[other][quantity]
            least, most = min(theirs.values()), max(theirs.values())
            made.append(
                {
                    "case": f"{one}-{other}", "quantity": quantity, "unit": first.unit, "value": value, "min": least,
                    "max": most, "inside": least <= value <= most, "programs": theirs,
                }
            )  # fmt: skip
    return made
