"""The points of a site: which signal is which BACnet object of which device, kept in `points.csv` so that numbers never move."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from twin.errors import BacnetError
from twin.site.site import Site

FILE = "points.csv"
KINDS = {
    "AI": "analog-input", "AO": "analog-output", "AV": "analog-value", "BI": "binary-input", "BO": "binary-output",
    "BV": "binary-value", "MSI": "multi-state-input", "MSO": "multi-state-output", "MSV": "multi-state-value",
}  # fmt: skip
FIRST_DEVICE = 100_001
"""Instance of the first controller of a site that has no points.csv yet."""
LARGEST = 4_194_302
"""Largest instance. ASHRAE 135, 20.2.14."""
INCREMENTS = {
    "degC": 0.2,
    "K": 0.2,
    "1": 0.01,
    "kg/kg": 0.0005,
    "ppm": 25.0,
    "person": 1.0,
    "kg/s": 0.05,
    "W": 500.0,
    "m/s": 0.2,
    "Pa": 5.0,
}
"""Change that is told to subscribers, by unit: about the resolution of a building's sensors; an assumption."""
LIMITS = {
    "degC": (-50.0, 150.0),
    "1": (0.0, 1.0),
    "Pa": (0.0, 1e5),
    "W": (0.0, 1e9),
    "kg/s": (0.0, 1e5),
    "ppm": (0.0, 1e4),
}
"""What may be written, by unit, where a command states no limits of its own."""


@dataclass(frozen=True)
class Point:
    """One object of a device, and the signal behind it.

    Attributes
    ----------
    device, object, instance : where it stands: instance of the device, type (AI, AV, ...) and number.
    name : of the object, unique in its device.
    signal : `component.signal` of the site.
    unit : SI unit of the value.
    increment : change that subscribers are told.
    low, high : what may be written; not a number where nothing may.
    """

    device: int
    object: str
    instance: int
    name: str
    signal: str
    unit: str
    description: str
    increment: float
    low: float
    high: float

    @property
    def writable(self) -> bool:
        """Whether anything may be written."""
        return self.low == self.low


COLUMNS = tuple(each.name for each in fields(Point))


def controller(name: str) -> str:
    """Controller that a component hangs on: the first two parts of its name without the last.

    >>> controller("south/low/east/zone"), controller("plant/chillers"), controller("grid")
    ('south/low', 'plant', '')
    """
    return "/".join(name.split("/")[:-1][:2])


def derive(site: Site, known: Sequence[Point] = ()) -> list[Point]:
    """Points of a site: the known ones keep their places, new ones get the next free numbers, vanished ones are left out."""
    kept = {point.signal: point for point in known}
    devices = {controller(p.signal.rpartition(".")[0]): p.device for p in known}
    used = {(p.device, p.object, p.instance) for p in known}
    next_device = max([FIRST_DEVICE - 1, *(p.device for p in known)]) + 1
    found: list[Point] = []
    for each in site.components:
        for name, signal in type(each).signals.items():
            if not signal.point:
                continue
            label = f"{each.name}.{name}"
            if label in kept:
                found.append(kept[label])
                continue
            group = controller(each.name)
            if group not in devices:
                devices[group] = next_device
                next_device += 1
            device = devices[group]
            instance = 1 + max((i for d, o, i in used if (d, o) == (device, signal.point)), default=0)
            used.add((device, signal.point, instance))
            low, high = LIMITS.get(signal.unit, (-1e9, 1e9)) if signal.role == "command" else (math.nan, math.nan)
            found.append(
                Point(
                    device, signal.point, instance, label, label, signal.unit, signal.doc, INCREMENTS.get(signal.unit, 1.0), low, high,
                )
            )  # fmt: skip
    check(found)
    return found


def check(points: Iterable[Point]) -> None:
    """Refuse what cannot stand on a network.

    Raises
    ------
    BacnetError
        When an object, a name or a signal stands twice, a type is unknown, or a number is out of range; all problems at once.
    """
    problems: list[str] = []
    places: dict[tuple[int, str, int], str] = {}
    names: dict[tuple[int, str], str] = {}
    signals: set[str] = set()
    for each in points:
        where = f"device {each.device} {each.object} {each.instance} ({each.signal})"
        if each.object not in KINDS:
            problems.append(f"{where}: the type is not one of {', '.join(KINDS)}")
        if not (0 <= each.device <= LARGEST and 0 <= each.instance <= LARGEST):
            problems.append(f"{where}: instances are 0 to {LARGEST}")
        if not each.name:
            problems.append(f"{where}: has no name")
        if not (each.increment >= 0.0 and (math.isnan(each.low) == math.isnan(each.high)) and not each.low > each.high):
            problems.append(f"{where}: the increment is negative, or low and high do not fit")
        for key, held, what in (
            ((each.device, each.object, each.instance), places, "its place"),
            ((each.device, each.name), names, "its name"),
        ):
            if key in held:
                problems.append(f"{where}: {what} is taken by {held[key]}")  # type: ignore[index]
            held[key] = each.signal  # type: ignore[index]
        if each.signal in signals:
            problems.append(f"{where}: the signal stands twice")
        signals.add(each.signal)
    if problems:
        raise BacnetError("\n".join(problems))


def read(path: Path) -> list[Point]:
    """Points of a file.

    Raises
    ------
    BacnetError
        When a column is missing or a number is none; all problems at once.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as problem:
        raise BacnetError(f"{path}: cannot be read ({problem})") from problem
    missing = [name for name in COLUMNS if rows and name not in rows[0]]
    if missing:
        raise BacnetError(f"{path}:1: has no column {', '.join(missing)}; `twin points SITE --write` makes the file")
    found, problems = [], []
    for line, row in enumerate(rows, 2):
        try:
            low, high = (float(row[name]) if row[name] else math.nan for name in ("low", "high"))
            found.append(
                Point(
                    int(row["device"]), row["object"], int(row["instance"]), row["name"], row["signal"], row["unit"],
                    row["description"], float(row["increment"]), low, high,
                )
            )  # fmt: skip
        except (TypeError, ValueError) as problem:
            problems.append(f"{path}:{line}: {problem}")
    if problems:
        raise BacnetError("\n".join(problems))
    try:
        check(found)
    except BacnetError as problem:
        raise BacnetError("\n".join(f"{path}: {each}" for each in str(problem).splitlines())) from problem
    return found


def write(points: Iterable[Point], path: Path) -> None:
    """Write points to a file; the old one stays until the new one is whole.

    Raises
    ------
    BacnetError
        When it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in points:
        writer.writerow(
            "" if isinstance(v, float) and math.isnan(v) else f"{v:g}" if isinstance(v, float) else v
            for v in astuple(each)
        )
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text.getvalue(), encoding="utf-8")
        os.replace(part, path)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise BacnetError(f"{path}: cannot be written ({problem.strerror})") from problem


def of(site: Site, folder: Path) -> list[Point]:
    """Points of a site, those in its folder's `points.csv` first."""
    path = folder / FILE
    return derive(site, read(path) if path.exists() else ())
