"""BACnet objects of a board's points, made when somebody asks for them, so that ten thousand cost nothing until then."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from bacpypes3 import object as standard
from bacpypes3.basetypes import BinaryPV, PriorityArray, PriorityValue
from bacpypes3.local.object import Object
from bacpypes3.primitivedata import ObjectIdentifier

from twin.bacnet import engineering_units
from twin.bacnet.building.board import Board
from twin.bacnet.building.trends import LOG_NAME, Trends, instance
from twin.bacnet.numbers import FAULT, IN_ALARM, OUT_OF_SERVICE, OVERRIDDEN, TREND_LOG, kind_of
from twin.bacnet.points import KINDS, Point

UNITS = engineering_units.NAMES
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
    kind = KINDS[point.object]
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

    def __init__(self, board: Board, trends: Trends | None = None) -> None:
        self.board, self.trends = board, trends
        self._standing: dict[Any, Any] = {}
        self._listed = [ObjectIdentifier((kind_of(number), instance)) for number, instance in board.row]
        logs = {instance(point): point for point in board.points} if trends else {}
        self._logs = {number: point for number, point in logs.items() if number is not None}
        self._listed += [ObjectIdentifier(("trend-log", number)) for number in self._logs]

    def __getitem__(self, identifier: Any) -> Any:
        if identifier in self._standing:
            return self._standing[identifier]
        point = self.logged(identifier)
        if point is not None and self.trends is not None:
            return self.trends.made(point)
        return made(self.board, self.board.row[int(identifier[0]), int(identifier[1])])

    def __setitem__(self, identifier: Any, value: Any) -> None:
        self._standing[identifier] = value

    def __delitem__(self, identifier: Any) -> None:
        del self._standing[identifier]

    def __contains__(self, identifier: object) -> bool:
        known = identifier in self._standing or self.logged(identifier) is not None
        return known or (isinstance(identifier, tuple) and (int(identifier[0]), int(identifier[1])) in self.board.row)

    def logged(self, identifier: object) -> Point | None:
        """The point whose trend log an identifier names, or nothing."""
        if isinstance(identifier, tuple) and int(identifier[0]) == TREND_LOG:
            return self._logs.get(int(identifier[1]))
        return None

    def log(self, name: str) -> Point | None:
        """The point whose trend log has a name, or nothing."""
        row = self.board.by_name.get(name.removesuffix(LOG_NAME)) if self._logs and name.endswith(LOG_NAME) else None
        return None if row is None else self.board.points[row]

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
        point = self.shelf.log(str(name))
        if point is not None and self.shelf.trends is not None:
            return self.shelf.trends.made(point)
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
