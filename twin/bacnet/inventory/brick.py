"""An inventory as a Brick model in Turtle: a point for every object, with its class, its unit, and where it is found on BACnet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from twin.bacnet.inventory.inventory import Device, Item
from twin.bacnet.points import KINDS
from twin.errors import BacnetError
from twin.files import write_text

PREFIXES = {
    "bldg": "urn:bacnet:", "brick": "https://brickschema.org/schema/Brick#", "ref": "https://brickschema.org/schema/Brick/ref#",
    "bacnet": "http://data.ashrae.org/bacnet/2020#", "unit": "http://qudt.org/vocab/unit/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}  # fmt: skip
QUDT = {
    "degrees-celsius": "DEG_C", "degrees-fahrenheit": "DEG_F", "degrees-kelvin": "K", "delta-degrees-kelvin": "K", "watts": "W",
    "kilowatts": "KiloW", "megawatts": "MegaW", "btus-per-hour": "BTU_IT-PER-HR", "tons-refrigeration": "TON_FG", "horsepower": "HP",
    "joules": "J", "kilojoules": "KiloJ", "megajoules": "MegaJ", "watt-hours": "W-HR", "kilowatt-hours": "KiloW-HR",
    "megawatt-hours": "MegaW-HR", "btus": "BTU_IT", "therms": "THM_EC", "cubic-meters-per-second": "M3-PER-SEC",
    "cubic-meters-per-hour": "M3-PER-HR", "liters-per-second": "L-PER-SEC", "liters-per-minute": "L-PER-MIN",
    "cubic-feet-per-minute": "FT3-PER-MIN", "us-gallons-per-minute": "GAL_US-PER-MIN", "kilograms-per-second": "KiloGM-PER-SEC",
    "kilograms-per-hour": "KiloGM-PER-HR", "pascals": "PA", "hectopascals": "HectoPA", "kilopascals": "KiloPA", "bars": "BAR",
    "pounds-force-per-square-inch": "PSI", "inches-of-water": "IN_H2O", "inches-of-mercury": "IN_HG", "percent": "PERCENT",
    "percent-relative-humidity": "PERCENT_RH", "parts-per-million": "PPM", "parts-per-billion": "PPB", "no-units": "UNITLESS",
    "luxes": "LUX", "amperes": "A", "milliamperes": "MilliA", "volts": "V", "kilovolts": "KiloV", "ohms": "OHM", "hertz": "HZ",
    "seconds": "SEC", "minutes": "MIN", "hours": "HR", "days": "DAY", "watts-per-square-meter": "W-PER-M2",
    "meters-per-second": "M-PER-SEC", "feet-per-minute": "FT-PER-MIN", "meters": "M", "square-meters": "M2", "cubic-meters": "M3",
    "kilograms": "KiloGM", "revolutions-per-minute": "REV-PER-MIN", "kilojoules-per-kilogram": "KiloJ-PER-KiloGM",
    "grams-per-kilogram": "GM-PER-KiloGM", "micrograms-per-cubic-meter": "MicroGM-PER-M3", "volt-amperes": "V-A",
    "kilovolt-amperes": "KiloV-A", "volt-amperes-reactive": "V-A_Reactive", "kilovolt-amperes-reactive": "KiloV-A_Reactive",
}  # fmt: skip
"""QUDT's name of BACnet's units; those without are left out of the model."""
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
Classed = Callable[[Item], str]
"""Brick class of an object, empty where nobody is sure."""


def literal(text: str) -> str:
    r"""A Turtle string. RDF 1.1 Turtle, 2.5.1 and 6.4.

    >>> print(literal('the "old" fan\\n'), literal("送风"))
    "the \"old\" fan\\n" "送风"
    """
    told = (
        ESCAPES.get(each, each if each >= " " and each != "\x7f" and not "\ud800" <= each <= "\udfff" else "\ufffd")
        for each in text
    )
    return f'"{"".join(told)}"'


def turtle(devices: Sequence[Device], classed: Classed) -> str:
    """The model. Brick 1.3, external references; BACnet's URIs are those of ASHRAE 135, annex Q.8."""
    lines = [f"@prefix {name}: <{place}> ." for name, place in PREFIXES.items()]
    for device in devices:
        subject = f"bldg:device_{device.instance}"
        told = [("a", "bacnet:BACnetDevice"), ("bacnet:device-instance", str(device.instance))]
        told += [("rdfs:label", literal(device.name))] if device.name else []
        told += [("bacnet:vendor-name", literal(device.vendor))] if device.vendor else []
        told += [("bacnet:model-name", literal(device.model))] if device.model else []
        lines += ["", _statement(subject, told)]
        lines += [_point(device, item, subject, classed) for item in device.items if item.object in KINDS]
    return "\n".join(lines) + "\n"


def _point(device: Device, item: Item, owner: str, classed: Classed) -> str:
    kind = KINDS[item.object]
    place = f"{kind},{item.instance}"
    reference = [
        ("a", "ref:BACnetReference"), ("bacnet:object-identifier", literal(place)), ("bacnet:object-name", literal(item.name)),
        ("bacnet:object-type", literal(kind)),
        *([("bacnet:description", literal(item.description))] if item.description else []),
        ("brick:BACnetURI", literal(f"bacnet://{device.instance}/{place}/present-value")), ("bacnet:objectOf", owner),
    ]  # fmt: skip
    inner = " ;\n".join(f"        {verb} {told}" for verb, told in reference)
    told = [("a", f"brick:{classed(item) or 'Point'}"), ("rdfs:label", literal(item.name))]
    if item.units in QUDT:
        told.append(("brick:hasUnit", f"unit:{QUDT[item.units]}"))
    told.append(("ref:hasExternalReference", f"[\n{inner}\n    ]"))
    return _statement(f"bldg:device_{device.instance}_{item.object}_{item.instance}", told)


def _statement(subject: str, told: Sequence[tuple[str, str]]) -> str:
    return f"{subject} " + " ;\n    ".join(f"{verb} {thing}" for verb, thing in told) + " ."


def write(devices: Sequence[Device], path: Path, classed: Classed) -> None:
    """Write the model.

    Raises
    ------
    BacnetError
        When it cannot be written.
    """
    write_text(turtle(devices, classed), path, error=BacnetError)
