"""The JSON Schema of a site file, made from the catalogue, for completion and checking in editors."""

from __future__ import annotations

from typing import Any

from twin.core import catalogue
from twin.core.component import Component
from twin.site.benchmarks import kinds as kinds_of_buildings
from twin.site.named import NAMED
from twin.site.rooms import FIELDS

TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
LIMITS = {"Ge": "at least", "Gt": "more than", "Le": "at most", "Lt": "less than"}


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `site.yaml`."""
    kinds = catalogue.kinds()
    component = {"type": "object", "required": ["kind"], "oneOf": [_kind(cls) for cls in kinds.values()]}
    place = {
        name: {"type": ["string", "number"]} for name in ("latitude", "longitude", "country", "province", "climate")
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Site file of the campus twin",
        "type": "object",
        "required": ["schema_version", "name", "location", "floor_area", "components"],
        "additionalProperties": False,
        "properties": {
            "schema_version": {"const": 1},
            "name": {"type": "object", "additionalProperties": {"type": "string"}},
            "location": {"type": "object", "properties": place, "additionalProperties": False},
            "floor_area": _number("m2", "Floor area that intensities refer to."),
            "building": {
                "enum": kinds_of_buildings(),
                "description": "Kind of building that standards of energy use know it as.",
            },
            "year": {"type": "integer", "description": "Calendar year of a run."},
            "suppliers": {
                "type": "object",
                "additionalProperties": TEXTS,
                "description": "Default supplier of each medium.",
            },
            "defaults": {
                "type": "object",
                "properties": {n: {"type": "object"} for n in kinds},
                "additionalProperties": False,
            },
            "components": {"type": "object", "additionalProperties": component},
            "repeat": {"type": "array", "items": {"type": "object", "required": ["over", "components"]}},
            "rooms": {"type": "object", "additionalProperties": _room()},
            "constructions": {"type": "object", "additionalProperties": {"type": "object", "required": ["layers"]}},
            "glazings": {"type": "object", "additionalProperties": {"type": "object", "required": ["transmittance"]}},
            "tariffs": {
                "type": "object",
                "additionalProperties": {"type": "object", "required": ["energy_price", "seasons"]},
            },
            "reported": {
                "type": "array",
                "items": {"type": "object", "required": ["what", "value", "source", "label"]},
            },
        },
    }


def _room() -> dict[str, Any]:
    """A room told as a box or an archetype."""
    words = {"type": ["string", "number", "object", "array"]}
    return {"type": "object", "properties": dict.fromkeys(FIELDS, words), "additionalProperties": False}


def _kind(cls: type[Component]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "kind": {"const": cls.kind},
        "from": {"type": "string"},
        "inputs": {"type": "object"},
        "tags": TEXTS,
    }
    required, docs = ["kind"], cls.docs()
    for name, field in cls.parameters().items():
        if cls.is_series(name):
            fields[name] = {
                "type": "array",
                "items": {"type": ["number", "string"]},
                "description": docs.get(name, ""),
            }
        elif cls.unit(name):
            fields[name] = _number(cls.unit(name), f"{docs.get(name, '')} {_limits(field.metadata)}".strip())
        else:
            words = {"enum": list(cls.words(name))} if cls.words(name) else {}
            fields[name] = {"type": "string", "description": docs.get(name, ""), **words}
        if field.is_required():
            required.append(name)
    for label in NAMED.get(cls.kind, ()):
        fields[label] = {"type": "string", "description": "Of the library or of this file."}
    for label, port in cls.ports.items():
        if not port.serving:
            fields[label] = {**TEXTS, "description": f"Supplier of {port.medium}; a list is a merit chain."}
    return {
        "title": cls.kind,
        "description": (cls.__doc__ or "").splitlines()[0],
        "properties": fields,
        "required": required,
        "additionalProperties": False,
    }


def _number(unit: str, description: str) -> dict[str, Any]:
    example = f"1 {unit}" if unit != "1" else "0.5"
    return {"type": ["string", "number", "object"], "description": f"{description} [{unit}]", "examples": [example]}


def _limits(metadata: list[Any]) -> str:
    found = []
    for each in metadata:
        word = LIMITS.get(type(each).__name__)
        if word:
            found.append(f"{word} {getattr(each, type(each).__name__.lower())}")
    return f"({', '.join(found)})" if found else ""
