"""Speed without a fork of bacpypes3: class look-ups are remembered; and what octets tell before they are decoded."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

from bacpypes3 import constructeddata
from bacpypes3.local import object as local_object

_ABSENT = object()
_known: dict[tuple[type, str], Any] = {}


def _of_class(instance: object, name: str, *otherwise: Any) -> Any:
    """What `inspect.getattr_static` finds on the class; bacpypes3 asks it only for properties, which live there."""
    key = (type(instance), name)
    if key not in _known:
        _known[key] = next((vars(each)[name] for each in key[0].__mro__ if name in vars(each)), _ABSENT)
    if _known[key] is not _ABSENT:
        return _known[key]
    if otherwise:
        return otherwise[0]
    raise AttributeError(name)


def hasten() -> None:
    """Make this process remember, per class, which names of a BACnet structure are properties; doing it twice does nothing.

    bacpypes3 0.0.110 asks `inspect.getattr_static` for each name of each structure that it reads or writes.
    """
    quick = SimpleNamespace(**{name: getattr(inspect, name) for name in dir(inspect) if not name.startswith("__")})
    quick.getattr_static = _of_class
    for module in (constructeddata, local_object):
        if getattr(module, "inspect", None) is inspect:
            module.inspect = quick


def source_network(frame: bytes) -> int | None:
    """Network that a BACnet/IP frame says it was routed from; nothing where it says none (ASHRAE 135, 6.2 and annex J).

    >>> source_network(bytes.fromhex("810a000d0108000101051000")), source_network(bytes.fromhex("810a00080100100008"))
    (1, None)
    """
    at = 10 if frame[1:2] == b"\x04" else 4
    if len(frame) < at + 2 or not frame[at + 1] & 0x08:
        return None
    place = at + 2
    if frame[at + 1] & 0x20:
        place += 3 + (frame[place + 2] if len(frame) > place + 2 else 0)
    return int.from_bytes(frame[place : place + 2], "big") if len(frame) >= place + 2 else None
