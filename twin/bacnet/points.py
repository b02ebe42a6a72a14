"""The points of a site: which signal is which BACnet object of which device, kept in `points.csv` so that numbers never move."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from twin.bacnet import engineering_units
from twin.core.signal import Signal
from twin.errors import BacnetError
from twin.files import write_text
from twin.site.site import Site
from twin.weather import measured

FILE = "points.csv"
KINDS = {
    "AI": "analog-input", "AO": "analog-output", "AV": "analog-value", "BI": "binary-input", "BO": "binary-output",
    "BV": "binary-value", "MSI": "multi-state-input", "MSO": "multi-state-output", "MSV": "multi-state-value",
}  # fmt: skip
INPUTS = ("AI", "BI", "MSI")
"""Types that nobody commands."""
FIRST_DEVICE = 100_001
"""Instance of the first controller of a site that has no points.csv yet."""
STATION = "weather"
"""Name under which the weather station's points stand, as if it were a component."""
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
    alarm_low, alarm_high : limits outside which the device raises an alarm; not a number where it raises none.
    engineering_units : what the device counts in, as BACnet names it; empty where that is `unit`.
    period : seconds between polls; 0 for the gateway's own.
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
    alarm_low: float = math.nan
    alarm_high: float = math.nan
    engineering_units: str = ""
    period: float = 0.0

    @property
    def writable(self) -> bool:
        """Whether anything may be written."""
        return self.low == self.low

    @property
    def story(self) -> tuple[str, str, str, str]:
        """What a historian is told of it: name, unit, description and source."""
        return self.signal, self.unit, self.description, f"device {self.device} {self.object} {self.instance}"


COLUMNS = tuple(each.name for each in fields(Point))
NEEDED = COLUMNS[: COLUMNS.index("alarm_low")]
"""Columns that a points.csv must have; the others may be missing."""
ALARMS = {"air": (15.0, 32.0), "carbon_dioxide": (0.0, 1500.0)}
"""Limits of a zone's air temperature [degC] and carbon dioxide [ppm] that raise an alarm; an assumption, to be reviewed by the owner."""


def controller(name: str) -> str:
    """Controller that a component hangs on: the first two parts of its name without the last.

    >>> controller("south/low/east/zone"), controller("plant/chillers"), controller("grid")
    ('south/low', 'plant', '')
    """
    return "/".join(name.split("/")[:-1][:2])


def derive(site: Site, known: Sequence[Point] = ()) -> list[Point]:
    """Points of a site: the known ones keep their places, new ones get the next free numbers, vanished ones are left out.

    A known point may stand for any signal of the site; new ones are the signals that their components declare as points, and
    what a weather station measures.
    """
    signals = _signals(site)
    kept = {point.signal: point for point in known if point.signal in signals}
    devices = {controller(p.signal.rpartition(".")[0]): p.device for p in known}
    used = {(p.device, p.object, p.instance) for p in known}
    next_device = max([FIRST_DEVICE - 1, *(p.device for p in known)]) + 1
    found: list[Point] = []
    for label, signal in signals.items():
        if label in kept:
            found.append(kept[label])
        elif signal.point:
            group = controller(label.rpartition(".")[0])
            if group not in devices:
                devices[group] = next_device
                next_device += 1
            place = (devices[group], signal.point)
            instance = 1 + max((i for d, o, i in used if (d, o) == place), default=0)
            used.add((*place, instance))
            found.append(_fresh(label, signal, *place, instance))
    check(found)
    return found


def _signals(site: Site) -> dict[str, Signal]:
    """Every signal of a site by `component.signal`, and the weather station's."""
    found = {f"{each.name}.{name}": signal for each in site.components for name, signal in type(each).signals.items()}
    station = {
        f"{STATION}.{name}": Signal("output", unit, doc, point="AI") for name, (unit, doc) in measured.STATION.items()
    }
    return found | station


def _fresh(label: str, signal: Signal, device: int, kind: str, instance: int) -> Point:
    low, high = LIMITS.get(signal.unit, (-1e9, 1e9)) if signal.role == "command" else (math.nan, math.nan)
    alarms = (
        ALARMS.get(label.rpartition(".")[2], (math.nan, math.nan)) if signal.role == "state" else (math.nan, math.nan)
    )
    return Point(
        device,
        kind,
        instance,
        label,
        label,
        signal.unit,
        signal.doc,
        INCREMENTS.get(signal.unit, 1.0),
        low,
        high,
        *alarms,
    )


def check(points: Iterable[Point]) -> None:
    """Refuse what cannot stand on a network.

    Raises
    ------
    BacnetError
        When an object, a name or a signal stands twice, a type is unknown, a number is out of range, or
        engineering_units are unknown or do not become `unit`; all problems at once.
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
        if math.isnan(each.alarm_low) != math.isnan(each.alarm_high) or each.alarm_low > each.alarm_high:
            problems.append(f"{where}: alarm_low and alarm_high do not fit")
        if each.engineering_units:
            try:
                engineering_units.scale(each.engineering_units, each.unit)
            except BacnetError as problem:
                problems.append(f"{where}: {problem}")
            if not each.object.startswith("A"):
                problems.append(f"{where}: only analog objects have engineering_units; leave it empty")
        if not 0.0 <= each.period < math.inf:
            problems.append(f"{where}: the period is negative or endless")
        if not (each.increment >= 0.0 and (math.isnan(each.low) == math.isnan(each.high)) and not each.low > each.high):
            problems.append(f"{where}: the increment is negative, or low and high do not fit")
        if each.object in INPUTS and each.writable:
            problems.append(
                f"{where}: inputs are not written; leave low and high empty, or make it {each.object[:-1]}V"
            )
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
    missing = [name for name in NEEDED if rows and name not in rows[0]]
    if missing:
        raise BacnetError(f"{path}:1: has no column {', '.join(missing)}; `twin points SITE --write` makes the file")
    found, problems = [], []
    for line, row in enumerate(rows, 2):
        try:
            low, high, alarm_low, alarm_high = (
                float(row[name]) if row.get(name) else math.nan for name in ("low", "high", "alarm_low", "alarm_high")
            )
            found.append(
                Point(
                    int(row["device"]), row["object"], int(row["instance"]), row["name"], row["signal"], row["unit"],
                    row["description"], float(row["increment"]), low, high, alarm_low, alarm_high,
                    row.get("engineering_units") or "", float(row.get("period") or 0.0),
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
    write_text(text.getvalue(), path, error=BacnetError)


def of(site: Site, folder: Path) -> list[Point]:
    """Points of a site, those in its folder's `points.csv` first."""
    path = folder / FILE
    return derive(site, read(path) if path.exists() else ())


def served(site: Site, folder: Path) -> list[Point]:
    """Points of a site as a virtual building shows them.

    Raises
    ------
    BacnetError
        When some count in units of their own, which a virtual building does not.
    """
    found = of(site, folder)
    other = [
        point.signal for point in found if point.engineering_units not in ("", engineering_units.NAMES.get(point.unit))
    ]
    if other:
        raise BacnetError(
            f"{folder / FILE}: {len(other)} points have engineering_units ({other[0]}), and a virtual building counts in SI; "
            "serve a copy of the site without them"
        )
    return found


def mapped(site: Site, folder: Path) -> list[Point]:
    """Points of a real building: its `points.csv` as it stands, with points that the site knows nothing of; derived where there is none."""
    path = folder / FILE
    return read(path) if path.exists() else derive(site)
