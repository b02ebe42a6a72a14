"""An inventory as EDE 2.3, the tables of the BACnet Interest Group Europe in which engineers hand points over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from twin.bacnet.inventory.inventory import TYPES, UNITS, Device, Item, table
from twin.bacnet.points import KINDS
from twin.errors import BacnetError
from twin.files import write_text

LAYOUT = "2.3"
COLUMNS = (
    "# keyname", "device obj.-instance", "object-name", "object-type", "object-instance", "description", "present-value-default",
    "min-present-value", "max-present-value", "settable", "supports COV", "hi-limit", "low-limit", "state-text-reference", "unit-code",
    "vendor-specific-address",
)  # fmt: skip
MANDATORY = 5
"""Columns that every row has; the others may be empty."""
UNIT_CODES = {name: code for code, name in UNITS.items()}
TYPE_CODES = {name: code for code, name in TYPES.items()}


def write(devices: Sequence[Device], folder: Path, project: str = "") -> list[Path]:
    """Write the four tables `<project>_EDE.csv`, `_ObjTypes.csv`, `_StateTexts.csv` and `_Units.csv`; gives their paths.

    Parameters
    ----------
    project : the folder's name where it is left out.

    Raises
    ------
    BacnetError
        When one of them cannot be written.
    """
    name = project or folder.resolve().name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise BacnetError(f"{folder}: cannot be made ({problem.strerror}); choose another folder") from problem
    texts: dict[tuple[str, ...], int] = {}
    objects = [_row(device, item, texts) for device in devices for item in device.items]
    obligations = ["#mandatory"] + ["mandatory"] * (MANDATORY - 1) + ["optional"] * (len(COLUMNS) - MANDATORY)
    head: list[list[str]] = [
        ["#Engineering-Data-Exchange - B.I.G.-EU"], ["PROJECT_NAME", name], ["VERSION_OF_REFERENCEFILE", "1"],
        ["TIMESTAMP_OF_LAST_CHANGE", f"{date.today():%d.%m.%Y}"], ["AUTHOR_OF_LAST_CHANGE", "campus twin"], ["VERSION_OF_LAYOUT", LAYOUT],
        obligations, list(COLUMNS),
    ]  # fmt: skip
    most = max((len(states) for states in texts), default=2)
    named = ["Text 1 or Inactive-Text", "Text 2 or Active-Text", *(f"Text {n}" for n in range(3, most + 1))]
    tables: dict[str, list[list[str]]] = {
        "EDE": [*head, *objects],
        "ObjTypes": [["#Encoding of BACnet Object Types"], ["#Code", "Object Type"]]
        + [[str(code), each.replace("-", " ").title()] for code, each in sorted(TYPES.items())],
        "StateTexts": [["#State Text Reference"], ["#Reference Number", *named]]
        + [[str(number), *states] for states, number in texts.items()],
        "Units": [["#Encoding of BACnet Engineering Units"], ["#Code", "Unit Text"]]
        + [[str(code), each] for code, each in sorted(UNITS.items())],
    }
    paths = []
    for kind, rows in tables.items():
        paths.append(folder / f"{name}_{kind}.csv")
        write_text(table(rows, ";", "\r\n"), paths[-1], error=BacnetError)
    return paths


def _row(device: Device, item: Item, texts: dict[tuple[str, ...], int]) -> list[str]:
    """One object; texts of states are listed once and referred to by number."""
    reference = str(texts.setdefault(item.states, len(texts) + 1)) if any(item.states) else ""
    kind = KINDS.get(item.object, item.object)
    tells = not math.isnan(item.increment) or item.object[:1] == "B" or item.object[:2] == "MS"
    covs = "subscribeCOV" in device.services and item.object in KINDS and tells
    unit = UNIT_CODES.get(item.units)
    return [
        f"{device.instance}_{item.object}_{item.instance}", str(device.instance), item.name, str(TYPE_CODES.get(kind, kind)),
        str(item.instance), item.description, "", "", "", "Y" if item.commandable else "N", "Y" if covs else "N", "", "", reference,
        item.units if unit is None else str(unit), "",
    ]  # fmt: skip
