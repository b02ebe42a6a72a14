"""The points of a site as rows: what points.csv lists, what was found on the network, what a review leaves open, and the newest values."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.dashboard.overview.measured import missing

from twin.bacnet import points as listed
from twin.bacnet.points import KINDS, Point
from twin.errors import BacnetError
from twin.historian.samples import LATEST, QUALITIES
from twin.historian.store import open_store

if TYPE_CHECKING:
    from twin.site.site import Site

FOUND, REVIEWED = "inventory.csv", "review.csv"
"""Names of what `twin bacnet inventory --csv` and `twin bacnet map --review` make, looked for beside points.csv."""
COLUMNS = (
    "key", "name", "signal", "description", "unit", "device", "object", "component", "writable", "mark", "why", "period", "surveyed",
)  # fmt: skip
FINE, OPEN, DOUBLE, UNMAPPED, FOREIGN, ABSENT = "", "open", "double", "unmapped", "foreign", "absent"
"""What is to be reviewed of a row: nothing; a mapping nobody has accepted; one of several objects for a signal; an object without signal;
a signal that the site does not have; an object that the device does not have."""
DIGITS = 7
"""Digits of a value that are shown; a BACnet REAL has no more."""
SHOWN = {"degC": "°C", "1": "", "W/m2": "W/m²", "m2": "m²", "m3": "m³", "m3/s": "m³/s"}
"""Units as people read them, where that is not how they are written."""
Cells = dict[str, Any]


def shown(value: float | None) -> str:
    """A value as the table shows it.

    >>> shown(21.5), shown(1234567.25), shown(0.00012), shown(None)
    ('21.5', '1,234,567', '0.00012', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:,.{min(decimals, 20)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Inventory:
    """All rows of a site.

    Attributes
    ----------
    columns : a list for each of COLUMNS, equally long.
    points : those of points.csv, or as the site would number them itself; by signal.
    derived : whether there is no points.csv. found, reviewed : files that were read beside it. problems : why others were not.
    """

    columns: dict[str, list[Any]]
    points: dict[str, Point]
    derived: bool
    found: str = ""
    reviewed: str = ""
    problems: tuple[str, ...] = ()
    places: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns["key"])

    @cached_property
    def version(self) -> str:
        """Changes when any row does."""
        return hashlib.sha256(json.dumps(self.columns).encode()).hexdigest()[:16]

    def row(self, word: str) -> Cells | None:
        """One row, by its signal or its place on the network."""
        at = self.places.get(word)
        return None if at is None else {name: column[at] for name, column in self.columns.items()}

    @property
    def devices(self) -> list[int]:
        """Instances of all devices."""
        return sorted(set(self.columns["device"]))


def stamp(site: Site) -> str:
    """Changes when any file that rows are made of does."""
    folder = site.path.parent
    held = [(folder / name) for name in (listed.FILE, FOUND, REVIEWED)]
    return " ".join(f"{each.stat().st_mtime_ns}" if each.is_file() else "-" for each in held)


def inventory_of(site: Site) -> Inventory:
    """Rows of a site, in the order of devices and objects.

    Raises
    ------
    BacnetError
        When its points.csv is wrong; all problems at once.
    """
    folder = site.path.parent
    points = listed.mapped(site, folder)
    known = {each.signal for each in listed.derive(site)} | {
        f"{each.name}.{name}" for each in site.components for name in type(each).signals
    }
    names = {each.name for each in site.components}
    rows = {_key(each.device, each.object, each.instance): _of_point(each, known, names) for each in points}
    problems: list[str] = []
    found = _surveyed(folder / FOUND, rows, points, problems)
    reviewed = _reviewed(folder / REVIEWED, rows, points, known, problems)
    ordered = sorted(rows.values(), key=lambda row: (row["device"], row["object"][:2], int(row["object"].split()[-1])))
    columns = {name: [row[name] for row in ordered] for name in COLUMNS}
    places = {row["key"]: at for at, row in enumerate(ordered)} | {
        row["signal"]: at for at, row in enumerate(ordered) if row["signal"]
    }
    derived = not (folder / listed.FILE).exists()
    return Inventory(columns, {each.signal: each for each in points}, derived, found, reviewed, tuple(problems), places)


def _key(device: int, kind: str, instance: int) -> str:
    """An object's place on the network, as one word."""
    return f"{device}-{kind}-{instance}"


def _row(device: int, kind: str, instance: int, **told: Any) -> Cells:
    """A row, empty but for what is told."""
    empty = {"writable": False, "period": 0.0}
    return (
        dict.fromkeys(COLUMNS, "")
        | empty
        | {"key": _key(device, kind, instance), "device": device, "object": f"{kind} {instance}"}
        | told
    )


def _of_point(point: Point, known: set[str], components: set[str]) -> Cells:
    component = point.signal.rpartition(".")[0]
    return _row(
        point.device, point.object, point.instance, name=point.name, signal=point.signal, description=point.description,
        unit=SHOWN.get(point.unit, point.unit), component=component if component in components else "", writable=point.writable,
        mark=FINE if point.signal in known else FOREIGN, period=point.period,
    )  # fmt: skip


def _surveyed(path: Path, rows: dict[str, Cells], points: Iterable[Point], problems: list[str]) -> str:
    """Add what was found on the network; points that were not found there are marked."""
    if not path.is_file():
        return ""
    try:
        from twin.bacnet.inventory import inventory as kept

        devices = kept.read(path)
    except (BacnetError, ImportError) as problem:
        problems.append(str(problem))
        return ""
    units = {_key(each.device, each.object, each.instance): each for each in points}
    seen = set()
    for device in devices:
        for item in device.items:
            if item.object not in KINDS:
                continue
            key = _key(device.instance, item.object, item.instance)
            seen.add(key)
            row = rows.setdefault(
                key,
                _row(
                    device.instance, item.object, item.instance, name=item.name, description=item.description, unit=item.units,
                    mark=UNMAPPED, writable=False,
                ),
            )  # fmt: skip
            row["surveyed"] = f"{item.value} {item.units}".strip() if item.value else ""
    for key in units:
        if key not in seen:
            rows[key]["mark"] = ABSENT
    return str(path)


def _reviewed(path: Path, rows: dict[str, Cells], points: Sequence[Point], known: set[str], problems: list[str]) -> str:
    """Mark what the review of a mapping leaves open or gives twice."""
    if not path.is_file():
        return ""
    try:
        from twin.bacnet.inventory import review

        told = review.read(path, known)
    except (BacnetError, ImportError) as problem:
        problems.append(str(problem))
        return ""
    placed = {each.signal: _key(each.device, each.object, each.instance) for each in points}
    often = Counter(each.signal for each in told if each.signal and each.accept != review.NO)
    for each in told:
        key = _key(each.device, each.item.object, each.item.instance)
        item = each.item
        row = rows.setdefault(key, _row(each.device, item.object, item.instance, name=item.name, description=item.description, unit=item.units))  # fmt: skip
        sure = f"{each.confidence:.0%}"
        if each.accept == review.NO or not each.signal:
            row["mark"] = row["mark"] or (FINE if row["signal"] else UNMAPPED)
            row["why"] = each.why
        elif often[each.signal] > 1 or placed.get(each.signal, key) != key:
            row.update(mark=DOUBLE, why=f"{each.signal} ({sure}): {each.why}")
        elif each.accept == review.OPEN and row["signal"] != each.signal:
            row.update(mark=OPEN, why=f"{each.signal} ({sure}): {each.why}")
        elif row["signal"] != each.signal:
            row.update(mark=OPEN, why=f"{each.signal} ({sure})")
    return str(path)


@dataclass(frozen=True)
class Latest:
    """The newest sample of some points, a list each: value or None, second since 1970 or None, and quality or an empty text."""

    value: list[float | None]
    time: list[float | None]
    quality: list[str]


def latest(where: str, names: Sequence[str]) -> Latest:
    """What a historian has last of each name; nothing where it has none.

    Raises
    ------
    StoreError
        When it cannot be read.
    """
    value: list[float | None] = [None] * len(names)
    time: list[float | None] = [None] * len(names)
    quality = [""] * len(names)
    if not where or missing(where):
        return Latest(value, time, quality)
    with open_store(where) as store:
        numbers = store.numbers([name for name in dict.fromkeys(names) if name])
        held = store.latest(list(numbers.values()), LATEST)
    told = zip(held.point.tolist(), held.value.tolist(), held.time.tolist(), held.quality.tolist(), strict=True)
    found = {point: (one, at / 1e6, QUALITIES[code]) for point, one, at, code in told}
    for at, name in enumerate(names):
        sample = found.get(numbers[name]) if name in numbers else None
        if sample:
            value[at] = sample[0] if sample[0] == sample[0] else None
            time[at], quality[at] = sample[1], sample[2]
    return Latest(value, time, quality)
