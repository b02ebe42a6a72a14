"""The review of a mapping: a table that an engineer edits, and the points that the accepted rows become."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from twin.bacnet import engineering_units
from twin.bacnet.inventory.inventory import SPREADSHEET, Item, rows_of, table
from twin.bacnet.inventory.mapping import Match
from twin.bacnet.points import INPUTS, KINDS, Point
from twin.errors import BacnetError
from twin.files import write_text

COLUMNS = ("device", "object", "instance", "name", "description", "units", "signal", "confidence", "why", "accept")
YES, NO, OPEN = "yes", "no", ""
HINT = "`twin bacnet map SITE --inventory FILE --review FILE` makes the file"


@dataclass(frozen=True)
class Row:
    """One object, the signal that it is said to be, and whether the engineer accepts that (`yes`, `no` or empty)."""

    device: int
    item: Item
    signal: str
    confidence: float
    why: str
    accept: str
    line: int = 0


def write(matches: Iterable[Match], path: Path, replacing: bool = False) -> None:
    """Write the table; what an engineer has edited is not overwritten unless asked for.

    Raises
    ------
    BacnetError
        When it is there already, or cannot be written.
    """
    if path.exists() and not replacing:
        raise BacnetError(
            f"{path}: is there already, and may hold somebody's review; take another name or add --replace"
        )
    rows = [
        [each.device, each.item.object, each.item.instance, each.item.name, each.item.description, each.item.units, each.signal,
         f"{each.confidence:.3f}", each.why, OPEN]
        for each in matches
    ]  # fmt: skip
    write_text(table([COLUMNS, *rows]), path, SPREADSHEET, BacnetError)


def read(path: Path, signals: Iterable[str]) -> list[Row]:
    """Rows of the table.

    Parameters
    ----------
    signals : of the site.

    Raises
    ------
    BacnetError
        When it is no such table, or a row is wrong; all problems at once.
    """
    known = set(signals)
    found: list[Row] = []
    problems: list[str] = []
    for line, cells in rows_of(path, COLUMNS, HINT):
        try:
            row = _row(cells, line)
        except ValueError as problem:
            problems.append(f"{path}:{line}: {problem}")
            continue
        if row.accept not in (YES, NO, OPEN):
            problems.append(f"{path}:{line}: accept is {row.accept!r}: write yes or no, or leave it empty")
        if row.item.object not in KINDS:
            problems.append(f"{path}:{line}: object {row.item.object!r} is not one of {', '.join(KINDS)}")
        if row.signal and row.signal not in known:
            problems.append(f"{path}:{line}: {row.signal} is no signal of the site; `twin points SITE` lists them")
        if row.accept == YES and not row.signal:
            problems.append(f"{path}:{line}: is accepted without a signal; write one, or no")
        if not 0.0 <= row.confidence <= 1.0:
            problems.append(f"{path}:{line}: the confidence is not 0 to 1")
        found.append(row)
    if problems:
        raise BacnetError("\n".join(problems))
    return found


def _row(cells: Mapping[str, str], line: int) -> Row:
    item = Item(
        cells["object"].strip(), int(cells["instance"]), cells["name"], cells["description"], cells["units"].strip()
    )
    confidence = float(cells["confidence"] or 0.0)
    return Row(
        int(cells["device"]),
        item,
        cells["signal"].strip(),
        confidence,
        cells["why"],
        cells["accept"].strip().lower(),
        line,
    )


def accepted(rows: Iterable[Row], above: float | None = None) -> list[Row]:
    """Rows that are accepted, or left open with at least some confidence; `no` is no."""
    return [
        each
        for each in rows
        if each.signal
        and (each.accept == YES or (each.accept == OPEN and above is not None and each.confidence >= above))
    ]


def points(rows: Iterable[Row], declared: Sequence[Point]) -> list[Point]:
    """Points of accepted rows: place, name and units are the device's, all else is what the site declares of the signal.

    Parameters
    ----------
    declared : points of the site, as it would number them itself.

    Raises
    ------
    BacnetError
        When two rows have one signal, or a device's unit does not become the signal's; all problems at once.
    """
    by_signal = {point.signal: point for point in declared}
    found: dict[str, Point] = {}
    problems = []
    for row in rows:
        point, item = by_signal[row.signal], row.item
        where = f"line {row.line}: device {row.device} {item.object} {item.instance}"
        if row.signal in found:
            problems.append(f"{where}: {row.signal} is accepted for another object, too; accept one of them")
            continue
        try:
            units = _units(item, point)
        except BacnetError as problem:
            problems.append(f"{where} ({row.signal}): {problem}")
            continue
        low, high = (math.nan, math.nan) if item.object in INPUTS else (point.low, point.high)
        found[row.signal] = replace(
            point, device=row.device, object=item.object, instance=item.instance, engineering_units=units,
            name=item.name or f"{item.object} {item.instance}", low=low, high=high,
        )  # fmt: skip
    if problems:
        raise BacnetError("\n".join(problems))
    return list(found.values())


def _units(item: Item, point: Point) -> str:
    """What points.csv says of a device's unit; nothing where it is the signal's, or the device tells none.

    Raises
    ------
    BacnetError
        When it does not become the signal's.
    """
    silent = not item.object.startswith("A") or item.units in ("", "no-units")
    if silent or engineering_units.NAMES.get(point.unit) == item.units:
        return ""
    engineering_units.scale(item.units, point.unit)
    return item.units


def merged(kept: Sequence[Point], new: Sequence[Point], replacing: bool) -> tuple[list[Point], int]:
    """Points that stand already and new ones, and how many of the old ones are no longer there.

    Raises
    ------
    BacnetError
        When a new point has the signal or the place of an old one that says something else, and nothing may be replaced.
    """
    signals = {point.signal: point for point in new}
    places = {(point.device, point.object, point.instance): point for point in new}
    clashing = [
        point
        for point in kept
        if any(
            other is not None and other != point
            for other in (signals.get(point.signal), places.get((point.device, point.object, point.instance)))
        )
    ]
    if clashing and not replacing:
        listed = ", ".join(point.signal for point in clashing[:3])
        raise BacnetError(
            f"{len(clashing)} points stand there already and say something else ({listed}{', ...' if len(clashing) > 3 else ''}); "
            "add --replace to replace them, or remove the file where it lists no real devices"
        )
    gone = {id(point) for point in clashing}
    old = [point for point in kept if id(point) not in gone and point.signal not in signals]
    return [*old, *new], len(clashing)
