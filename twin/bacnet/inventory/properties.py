"""Any properties of any objects, from octets to octets: what ReadProperty and ReadPropertyMultiple ask, and what is answered, checked in full."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from twin.bacnet import tags

PROPERTIES = {
    "active-text": 4, "application-software-version": 12, "cov-increment": 22, "description": 28, "firmware-revision": 44, "inactive-text": 46,
    "location": 58, "model-name": 70, "number-of-states": 74, "object-identifier": 75, "object-list": 76, "object-name": 77,
    "present-value": 85, "priority-array": 87, "protocol-services-supported": 97, "protocol-version": 98, "state-text": 110,
    "status-flags": 111, "units": 117, "vendor-identifier": 120, "vendor-name": 121, "protocol-revision": 139,
}  # fmt: skip
"""BACnetPropertyIdentifier (ASHRAE 135, clause 21)."""
UNKNOWN_PROPERTY = 32
"""BACnetErrorCode (ASHRAE 135, clause 21)."""
Reference = tuple[str, int | None]
"""Name of a property, and an index into it or nothing."""
Asked = tuple[int, Sequence[Reference]]
"""An object as a number (type times 2 to the 22nd plus instance), and what is asked of it."""


@dataclass(frozen=True)
class Failure:
    """An error in place of a value: its class and code, -1 where there was no such answer at all."""

    error_class: int = -1
    error_code: int = -1


Answer = list[Any] | Failure
"""The values of one property in their order; a property that is no array or list has one."""


def question(asked: Sequence[Asked]) -> bytes:
    """Parameters of ReadPropertyMultiple.

    >>> question([(3, [("present-value", None)])]).hex()
    '0c000000031e09551f'
    """
    parts = []
    for key, references in asked:
        told = b"".join(
            tags.unsigned(0, PROPERTIES[name]) + (b"" if index is None else tags.unsigned(1, index))
            for name, index in references
        )
        parts.append(b"\x0c" + struct.pack(">I", key) + b"\x1e" + told + b"\x1f")
    return b"".join(parts)


def single(key: int, reference: Reference) -> bytes:
    """Parameters of ReadProperty."""
    name, index = reference
    head = b"\x0c" + struct.pack(">I", key) + tags.unsigned(1, PROPERTIES[name])
    return head if index is None else head + tags.unsigned(2, index)


def answer(octets: bytes, key: int, reference: Reference) -> list[Any]:
    """What ReadProperty answers.

    Raises
    ------
    ValueError
        When it answers something else than was asked, or is cut.
    """
    head = single(key, reference)
    if octets[: len(head)] != head:
        raise ValueError(f"does not answer for {reference[0]}")
    opened = tags.tag_at(octets, len(head))
    if (opened.number, opened.bracket) != (3, tags.OPENING):
        raise ValueError("the answer holds no value")
    told, at = _values(octets, opened.end)
    if at != len(octets):
        raise ValueError(f"{len(octets) - at} octets are left over")
    return told


def answers(octets: bytes, asked: Sequence[Asked]) -> list[list[Answer]]:
    """What ReadPropertyMultiple answers, in the order asked.

    Raises
    ------
    ValueError
        When it answers something else than was asked, or is cut.
    """
    at, found = 0, []
    for key, references in asked:
        head = b"\x0c" + struct.pack(">I", key) + b"\x1e"
        if octets[at : at + 6] != head:
            raise ValueError(f"octet {at} does not answer for object {key >> 22}, {key & 0x3FFFFF}")
        at += 6
        told: list[Answer] = []
        for name, index in references:
            head = tags.unsigned(2, PROPERTIES[name]) + (b"" if index is None else tags.unsigned(3, index))
            if octets[at : at + len(head)] != head:
                raise ValueError(f"octet {at} does not answer for {name}")
            opened = tags.tag_at(octets, at + len(head))
            if opened.bracket != tags.OPENING or opened.number not in (4, 5):
                raise ValueError(f"octet {at} opens neither a value nor an error")
            values, at = _values(octets, opened.end)
            failed = opened.number == 5 and len(values) == 2
            told.append(Failure(*map(int, values)) if failed else Failure() if opened.number == 5 else values)
        if octets[at : at + 1] != b"\x1f":
            raise ValueError(f"octet {at} does not close the answer for an object")
        at += 1
        found.append(told)
    if at != len(octets):
        raise ValueError(f"{len(octets) - at} octets are left over")
    return found


def _values(octets: bytes, at: int) -> tuple[list[Any], int]:
    """Primitive values up to the closing tag, and where the octets go on; what is constructed is passed over."""
    values: list[Any] = []
    depth = 0
    while True:
        each = tags.tag_at(octets, at)
        at = each.end
        if each.bracket == tags.CLOSING:
            if not depth:
                return values, at
            depth -= 1
        elif each.bracket == tags.OPENING:
            depth += 1
        elif not depth and not each.context:
            values.append(plain(each.number, each.data))


def plain(number: int, data: bytes) -> Any:
    r"""A primitive value: bits as a text of 0 and 1, an object identifier as (type, instance), other octets as hexadecimal text.

    ASHRAE 135, 20.2.

    >>> plain(8, bytes([4, 0x50])), plain(12, bytes.fromhex("00800007")), plain(3, b"\xff")
    ('0101', (2, 7), -1)
    """
    if number in (1, 2, 9):
        return int.from_bytes(data, "big")
    if number == 3:
        return int.from_bytes(data, "big", signed=True)
    if number == 4 and len(data) == 4:
        return float(struct.unpack(">f", data)[0])
    if number == 5 and len(data) == 8:
        return float(struct.unpack(">d", data)[0])
    if number == 7:
        return text(data)
    if number == 8 and data:
        return "".join(f"{octet:08b}" for octet in data[1:])[: 8 * (len(data) - 1) - min(data[0], 7)]
    if number == 12 and len(data) == 4:
        key = int.from_bytes(data, "big")
        return key >> 22, key & 0x3FFFFF
    return None if number == 0 else data.hex()


CHARACTER_SETS = {0: "utf-8", 2: "shift_jis", 3: "utf-32-be", 4: "utf-16-be", 5: "latin-1"}
"""Python's names of BACnet's character sets; 1 tells a code page of its own. ASHRAE 135, 20.2.9."""


def text(data: bytes) -> str:
    r"""A character string; old devices say UTF-8 and send GBK or Latin-1, which is told from how its octets pair up.

    >>> text(bytes([0]) + "送风温度".encode("gbk")), text(bytes([0]) + "22 °C".encode("latin-1")), text(b"\x04\x00A")
    ('送风温度', '22 °C', 'A')
    """
    kind, octets = data[:1], data[1:]
    name = CHARACTER_SETS.get(kind[0], "utf-8") if kind else "utf-8"
    if kind == b"\x01":
        name, octets = f"cp{int.from_bytes(octets[:2], 'big')}", octets[2:]
    paired = all(len(run) % 2 == 0 for run in _high(octets))
    for each in (name, "gb18030" if paired else "latin-1", "latin-1"):
        try:
            told = octets.decode(each)
        except (UnicodeDecodeError, LookupError):
            continue
        return "".join(letter if letter.isprintable() else " " for letter in told).strip()
    raise AssertionError("latin-1 decodes everything")


def _high(octets: bytes) -> Iterator[list[int]]:
    """Runs of octets above ASCII."""
    for high, run in itertools.groupby(octets, lambda octet: octet > 127):
        if high:
            yield list(run)
