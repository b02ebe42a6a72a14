"""What a building's devices are and hold: records of devices and their objects, kept as a CSV table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bacpypes3.basetypes import EngineeringUnits
from bacpypes3.primitivedata import ObjectType

from twin.bacnet.points import KINDS, LARGEST
from twin.errors import BacnetError
from twin.files import write_text

SPREADSHEET = "utf-8-sig"
"""Encoding with a mark at its beginning, so that spreadsheets read Chinese in it."""

COLUMNS = (
    "device", "device_name", "vendor", "model", "firmware", "address", "object", "instance", "name", "description", "units", "present_value",
    "status_flags", "commandable", "cov_increment", "states", "problem",
)  # fmt: skip
NEEDED = ("device", "object", "instance", "name")
STATES = " | "
"""Stands between the texts of states in one cell."""
FLAGS = ("in-alarm", "fault", "overridden", "out-of-service")
"""BACnetStatusFlags (ASHRAE 135, clause 21)."""


def _spelled(enumeration: Any) -> dict[int, str]:
    """The standard's spelling of an enumeration, by number."""
    found: dict[int, str] = {}
    for name, number in enumeration._enum_map.items():
        if int(number) not in found or "-" in name:
            found[int(number)] = str(name)
    return found


UNITS: dict[int, str] = _spelled(EngineeringUnits)
"""BACnetEngineeringUnits by number."""
TYPES: dict[int, str] = _spelled(ObjectType)
"""BACnetObjectType by number."""
SHORT = {name: short for short, name in KINDS.items()}


@dataclass(frozen=True)
class Item:
    """One object of a device.

    Attributes
    ----------
    object : AI, AO, ... for what can be a point, BACnet's name for others.
    units : as BACnet names them; empty where there are none.
    value, flags : present value, and the status flags that are set, when it was read.
    commandable : whether it has a priority array.
    increment : COV increment in the device's unit; NaN where there is none.
    states : texts of its states, that of 0 or 1 first.
    problem : what could not be read.
    """

    object: str
    instance: int
    name: str = ""
    description: str = ""
    units: str = ""
    value: str = ""
    flags: tuple[str, ...] = ()
    commandable: bool = False
    increment: float = math.nan
    states: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Device:
    """A device and its objects; `services` are those it executes, `problem` what went wrong."""

    instance: int
    address: str = ""
    name: str = ""
    vendor: str = ""
    model: str = ""
    firmware: str = ""
    software: str = ""
    location: str = ""
    description: str = ""
    revision: str = ""
    services: tuple[str, ...] = ()
    longest: int = 0
    segmentation: str = ""
    items: Sequence[Item] = field(default_factory=list)
    problem: str = ""


def write(devices: Iterable[Device], path: Path) -> None:
    """Write a table with one row an object; the old file stays until the new one is whole.

    Raises
    ------
    BacnetError
        When it cannot be written.
    """
    rows = [
        [
            each.instance, each.name, each.vendor, each.model, each.firmware, each.address, item.object, item.instance, item.name,
            item.description, item.units, item.value, " ".join(item.flags), "yes" if item.commandable else "no",
            "" if math.isnan(item.increment) else f"{item.increment:.7g}", STATES.join(item.states), item.problem,
        ]
        for each in devices
        for item in each.items
    ]  # fmt: skip
    write_text(table([COLUMNS, *rows]), path, SPREADSHEET, BacnetError)


def table(rows: Iterable[Iterable[Any]], delimiter: str = ",", end: str = "\n") -> str:
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def rows_of(path: Path, needed: Sequence[str], hint: str) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV table with a heading, and their lines; cells that are missing are empty.

    Raises
    ------
    BacnetError
        When it cannot be read, has no rows, or lacks a column.
    """
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        rows = [
            (reader.line_num, {str(name): cell if isinstance(cell, str) else "" for name, cell in row.items()})
            for row in reader
        ]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise BacnetError(f"{path}: cannot be read ({problem}); {hint}") from problem
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise BacnetError(f"{path}:1: has no column {', '.join(missing)}; {hint}")
    if not rows:
        raise BacnetError(f"{path}: holds no rows; {hint}")
    return rows


def read(path: Path) -> list[Device]:
    """Devices of a table.

    Raises
    ------
    BacnetError
        When it is no such table, a number is none, or an object stands twice; all problems at once.
    """
    held: dict[int, list[Item]] = {}
    told: dict[int, dict[str, str]] = {}
    problems: list[str] = []
    for line, row in rows_of(path, NEEDED, "`twin bacnet inventory --csv FILE` makes the file"):
        try:
            device, item = int(row["device"]), _item(row)
        except ValueError as problem:
            problems.append(f"{path}:{line}: {problem}")
            continue
        if not (0 <= device <= LARGEST + 1 and 0 <= item.instance <= LARGEST + 1):
            problems.append(f"{path}:{line}: instances are 0 to {LARGEST}")
        if any((each.object, each.instance) == (item.object, item.instance) for each in held.get(device, ())):
            problems.append(f"{path}:{line}: device {device} {item.object} {item.instance} stands twice")
        held.setdefault(device, []).append(item)
        told.setdefault(device, row)
    if problems:
        raise BacnetError("\n".join(problems))
    return [
        Device(
            device, row.get("address", ""), row.get("device_name", ""), row.get("vendor", ""), row.get("model", ""), row.get("firmware", ""),
            items=held[device],
        )
        for device, row in told.items()
    ]  # fmt: skip


def _item(row: dict[str, str]) -> Item:
    kind = SHORT.get(row["object"], row["object"])
    if kind not in KINDS and kind not in TYPES.values() and not kind.isdigit():  # vendors have types of their own
        raise ValueError(f"object {kind!r} is no object type; write AI, AO, AV, BI, ... or BACnet's name")
    increment = row.get("cov_increment", "")
    states = row.get("states", "")
    return Item(
        kind, int(row["instance"]), row["name"], row.get("description", ""), row.get("units", ""), row.get("present_value", ""),
        tuple(row.get("status_flags", "").split()), row.get("commandable", "") == "yes", float(increment) if increment else math.nan,
        tuple(states.split(STATES)) if states else (), row.get("problem", ""),
    )  # fmt: skip
