"""BACnet objects of a board's points, made when somebody asks for them, so that ten thousand cost nothing until then."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from bacpypes3 import object as standard
from bacpypes3.basetypes import BinaryPV, PriorityArray, PriorityValue
from bacpypes3.local.object import Object
from bacpypes3.primitivedata import ObjectIdentifier

from twin.bacnet.board import FAULT, IN_ALARM, OUT_OF_SERVICE, OVERRIDDEN, Board, kind_of

UNITS = {
    "degC": "degrees-celsius", "K": "delta-degrees-kelvin", "W": "watts", "J": "joules", "1": "no-units", "kg/s": "kilograms-per-second",
    "m3/s": "cubic-meters-per-second", "person": "no-units", "W/m2": "watts-per-square-meter", "ppm": "parts-per-million",
    "m/s": "meters-per-second", "Pa": "pascals", "kg/kg": "kilograms-per-kilogram", "V": "volts", "A": "amperes", "Hz": "hertz",
    "lx": "luxes", "s": "seconds", "m2": "square-meters", "m3": "cubic-meters", "kg": "kilograms", "h/h": "no-units",
}  # fmt: skip
"""BACnetEngineeringUnits of our SI units (ASHRAE 135, clause 21)."""


async def _nothing(_made: Any) -> None:
    """Instead of bacpypes3's search for what an object refers to."""


def local(base: type[Any]) -> type[Any]:
    """A class of objects that may be read, with any of the properties of the standard's class."""
    return type(base.__name__, (Object, base), {"_required": (), "_post_init": _nothing})


CLASSES: dict[str, type[Any]] = {
    name: local(base)
    for name, base in {
        "analog-input": standard.AnalogInputObject, "analog-output": standard.AnalogOutputObject, "analog-value": standard.AnalogValueObject,
        "binary-input": standard.BinaryInputObject, "binary-output": standard.BinaryOutputObject, "binary-value": standard.BinaryValueObject,
        "multi-state-input": standard.MultiStateInputObject, "multi-state-output": standard.MultiStateOutputObject,
        "multi-state-value": standard.MultiStateValueObject,
    }.items()
}  # fmt: skip
STATES = 16
"""States of a multi-state object whose number nobody gave."""


def made(board: Board, row: int) -> Any:
    """The object of a point, as it is at this moment."""
    point, flags = board.points[row], int(board.flags[row])
    kind = next(kind for (number, instance), place in board.row.items() if place == row for kind in [kind_of(number)])
    told: dict[str, Any] = {
        "objectIdentifier": (kind, point.instance), "objectName": point.name, "description": point.description, "eventState": "normal",
        "statusFlags": [int(bool(flags & bit)) for bit in (IN_ALARM, FAULT, OVERRIDDEN, OUT_OF_SERVICE)],
        "reliability": "unreliable-other" if flags & FAULT else "no-fault-detected", "outOfService": bool(flags & OUT_OF_SERVICE),
        "presentValue": _shown(kind, float(board.value[row])),
    }  # fmt: skip
    if kind.startswith("analog"):
        told |= {"units": UNITS.get(point.unit, "no-units"), "covIncrement": point.increment}
        if point.writable:
            told |= {"minPresValue": point.low, "maxPresValue": point.high}
    if kind.startswith("multi"):
        told["numberOfStates"] = STATES
    if kind.startswith("binary") and kind != "binary-value":
        told["polarity"] = "normal"
    if point.writable or kind.endswith("output"):
        told["priorityArray"] = PriorityArray([_slot(kind, value) for value in board.priorities(row)])
        told["relinquishDefault"] = _shown(kind, board.default(row))
    for each in board.further:
        told |= each(row)
    return CLASSES[kind](**told)


def _shown(kind: str, value: float) -> Any:
    if kind.startswith("binary"):
        return BinaryPV("active" if value else "inactive")
    return max(1, round(value)) if kind.startswith("multi") else value


def _slot(kind: str, value: float | None) -> PriorityValue:
    if value is None:
        return PriorityValue(null=())
    if kind.startswith("analog"):
        return PriorityValue(real=value)
    if kind.startswith("binary"):
        return PriorityValue(enumerated=int(bool(value)))
    return PriorityValue(unsigned=round(value))


class Shelf(MutableMapping[Any, Any]):
    """Objects by identifier: a few that stand there, and those of the board made on demand."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._standing: dict[Any, Any] = {}
        self._listed = [ObjectIdentifier((kind_of(number), instance)) for number, instance in board.row]

    def __getitem__(self, identifier: Any) -> Any:
        if identifier in self._standing:
            return self._standing[identifier]
        return made(self.board, self.board.row[int(identifier[0]), int(identifier[1])])

    def __setitem__(self, identifier: Any, value: Any) -> None:
        self._standing[identifier] = value

    def __delitem__(self, identifier: Any) -> None:
        del self._standing[identifier]

    def __contains__(self, identifier: object) -> bool:
        known = identifier in self._standing
        return known or (isinstance(identifier, tuple) and (int(identifier[0]), int(identifier[1])) in self.board.row)

    def __iter__(self) -> Iterator[Any]:
        yield from self._standing
        yield from self._listed

    def __len__(self) -> int:
        return len(self._standing) + len(self._listed)


class Names(MutableMapping[Any, Any]):
    """The same objects by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._standing: dict[Any, Any] = {}

    def __getitem__(self, name: Any) -> Any:
        if name in self._standing:
            return self._standing[name]
        return made(self.shelf.board, self.shelf.board.by_name[str(name)])

    def __setitem__(self, name: Any, value: Any) -> None:
        self._standing[name] = value

    def __delitem__(self, name: Any) -> None:
        del self._standing[name]

    def __iter__(self) -> Iterator[Any]:
        yield from self._standing
        yield from self.shelf.board.by_name

    def __len__(self) -> int:
        return len(self._standing) + len(self.shelf.board.by_name)
