"""Elements added to a list property and removed from it: AddListElement and RemoveListElement. ASHRAE 135, 15.1 and 15.2."""

from __future__ import annotations

from typing import Any

from bacpypes3.basetypes import CalendarEntry, Destination, DeviceObjectPropertyReference
from bacpypes3.constructeddata import ListOf

from twin.bacnet.building import writes
from twin.bacnet.building.board import WriteRefusedError

LISTS = {
    (15, 102): ("recipientList", Destination),
    (6, 23): ("dateList", CalendarEntry),
    (17, 54): ("listOfObjectPropertyReferences", DeviceObjectPropertyReference),
}
"""Attribute and type of the elements, by object type and property."""


class ElementRefusedError(Exception):
    """An element is refused; `number` says which, 0 for the list as a whole."""

    def __init__(self, error_class: str, error_code: str, number: int) -> None:
        super().__init__(error_class, error_code)
        self.error_class, self.error_code, self.number = error_class, error_code, number


def changed(thing: Any, apdu: Any, remove: bool) -> Any:
    """The whole list as it is to be written, with elements added or removed.

    Parameters
    ----------
    thing : the object.

    Raises
    ------
    ElementRefusedError
        When the property is no such list, an element cannot be understood, or one to be removed is not there.
    """
    name, element = LISTS.get((int(apdu.objectIdentifier[0]), int(apdu.propertyIdentifier)), ("", None))
    if element is None:
        raise ElementRefusedError("services", "property-is-not-a-list", 0)
    if apdu.propertyArrayIndex is not None:
        raise ElementRefusedError("property", "property-is-not-an-array", 0)
    try:
        told = writes.decoded(apdu.listOfElements, ListOf(element))
    except WriteRefusedError as problem:
        raise ElementRefusedError(problem.error_class, problem.error_code, 1) from problem
    held = {_octets(each): each for each in getattr(thing, name)}
    for place, each in enumerate(told, 1):
        key = _octets(each)
        if remove and key not in held:
            raise ElementRefusedError("services", "list-element-not-found", place)
        if remove:
            del held[key]
        else:
            held[key] = each
    return type(apdu.listOfElements)(ListOf(element)(list(held.values())))


def _octets(element: Any) -> bytes:
    return bytes(element.encode().encode().pduData)
