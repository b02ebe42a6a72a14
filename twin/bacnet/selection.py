"""What ReadPropertyMultiple answers for objects, and for the selections all, required and optional of their properties."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import getattr_static
from typing import Any

from bacpypes3.basetypes import PropertyIdentifier, ReadAccessResult
from bacpypes3.errors import ExecutionError
from bacpypes3.service.object import read_property_to_result_element

SELECTIONS = ("all", "required", "optional")
LEFT_OUT = "propertyList"
"""Of all and of required properties, this one is not read. ASHRAE 135, 15.7.3.1.2."""


async def results(app: Any, specs: Iterable[Any]) -> list[ReadAccessResult]:
    """One result for every object asked for; an object that is not there has its error at every reference, selections too.

    Raises
    ------
    ExecutionError
        When none of the objects is there.
    """
    found, known = [], False
    for spec in specs:
        identifier = app.meant(spec.objectIdentifier)
        held = app.get_object_id(identifier)
        known = known or held is not None
        told = [each for reference in spec.listOfPropertyReferences for each in await _elements(held, reference)]
        found.append(ReadAccessResult(objectIdentifier=identifier, listOfResults=told))
    if not known:
        raise ExecutionError("object", "unknownObject")
    return found


async def _elements(held: Any, reference: Any) -> list[Any]:
    """The properties that a reference stands for, with their values or errors."""
    name = reference.propertyIdentifier
    if held is None or str(name) not in SELECTIONS:
        return [await read_property_to_result_element(held, name, reference.propertyArrayIndex)]
    found = [
        await read_property_to_result_element(held, PropertyIdentifier(each), None) for each in chosen(held, str(name))
    ]
    return [each for each in found if each.readResult.propertyAccessError is None]


def chosen(held: Any, selection: str) -> list[str]:
    """Names of the properties of an object that a selection stands for, of those that have a value."""
    required = {each for cls in type(held).__mro__ for each in getattr(cls, "_required", ())}
    return [
        each
        for each in held._elements
        if each != LEFT_OUT
        and getattr_static(held, each, None) is not None
        and (selection == "all" or (each in required) == (selection == "required"))
    ]
