"""Where devices were last seen, in a JSON file: instance, address with its router, longest APDU, segmentation, vendor."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bacpypes3.pdu import Address

from twin.bacnet.gateway.discover import LARGEST, Found
from twin.errors import BacnetError
from twin.files import write_text


class Addresses:
    """The addresses in a file; without a path they are only remembered.

    Attributes
    ----------
    known : devices by instance.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.known: dict[int, Found] = {}
        self._changed = False

    def read(self) -> None:
        """Take what the file says; an absent one says nothing.

        Raises
        ------
        BacnetError
            When it cannot be read or does not hold addresses.
        """
        if self.path is None or not self.path.exists():
            return
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))["devices"]
            self.known = {each.instance: each for each in map(_device, told)}
        except OSError as problem:
            raise BacnetError(f"{self.path}: cannot be read ({problem.strerror})") from problem
        except (ValueError, KeyError, TypeError, RuntimeError) as problem:
            raise BacnetError(
                f"{self.path}: holds no addresses of devices ({problem}); remove it, it will be made anew"
            ) from problem

    def note(self, found: Iterable[Found]) -> None:
        """Remember where devices are."""
        fresh = {each.instance: each for each in found}
        self._changed |= any(self.known.get(instance) != each for instance, each in fresh.items())
        self.known.update(fresh)

    def write(self) -> None:
        """Write the file where something has changed.

        Raises
        ------
        BacnetError
            When it cannot be written.
        """
        if self.path is None or not self._changed:
            return
        rows = [
            {"instance": each.instance, "address": each.text, "max_apdu": each.longest, "segmentation": each.segmentation,
             "vendor": each.vendor}
            for each in sorted(self.known.values(), key=lambda each: each.instance)
        ]  # fmt: skip
        write_text(json.dumps({"devices": rows}, indent=1), self.path, error=BacnetError)
        self._changed = False


def _device(row: dict[str, Any]) -> Found:
    instance, longest = int(row["instance"]), int(row["max_apdu"])
    if not (0 <= instance < LARGEST and longest >= 50):
        raise ValueError(f"instance {instance} with {longest} octets is no device")
    return Found(instance, Address(str(row["address"])), longest, str(row["segmentation"]), int(row["vendor"]))
