"""ReadPropertyMultiple from octets to octets on the asking side: many present values and status flags in one answer, checked in full."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.bacnet.numbers import FAULT, PRESENT_VALUE, STATUS_FLAGS
from twin.bacnet.tags import tag_at

HEAD, REQUEST_HEAD = 3, 4
"""Octets before the data of an answer and of a request. ASHRAE 135, 20.1."""
ASKED = np.dtype([("open", "u1"), ("object", ">u4"), ("rest", "V6")])
REST = b"\x1e\x09\x55\x09\x6f\x1f"
TOLD = np.dtype(
    [
        ("open", "u1"),
        ("object", ">u4"),
        ("head", ">u4"),
        ("tag", "u1"),
        ("value", ">f4"),
        ("mid", "V6"),
        ("flags", "u1"),
        ("tail", ">u2"),
    ]
)
"""The answer for one object whose present value is REAL: `0c` object `1e 29 55 4e`, `44` value, `4f 29 6f 4e 82 04`, flags, `4f 1f`."""
OPEN, ANSWER, REAL, MID, TAIL = 0x0C, 0x1E29554E, 0x44, b"\x4f\x29\x6f\x4e\x82\x04", 0x4F1F
Values = tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]


def fit(longest: int) -> int:
    """Objects whose values and flags fit one answer, and their question one request.

    >>> fit(1476), fit(480), fit(50)
    (64, 20, 2)
    """
    return max(1, min((longest - HEAD) // TOLD.itemsize, (longest - REQUEST_HEAD) // ASKED.itemsize))


def question(keys: Sequence[int] | npt.NDArray[np.uint32]) -> bytes:
    """Parameters of a request for present value and status flags.

    Parameters
    ----------
    keys : object identifiers as numbers: type times 2 to the 22nd plus instance.

    >>> question([3]).hex()
    '0c000000031e0955096f1f'
    """
    asked = np.empty(len(keys), ASKED)
    asked["open"], asked["object"], asked["rest"] = OPEN, keys, np.void(REST)
    return asked.tobytes()


def answer(octets: bytes, keys: Sequence[int] | npt.NDArray[np.uint32]) -> Values:
    """Present values and status flags, in the order asked; NaN and the fault flag for an object that answers with an error.

    Flags are bits, in-alarm lowest, then fault, overridden, out-of-service.

    Raises
    ------
    ValueError
        When the octets answer for other objects than asked, or are cut or too long.
    """
    asked = np.asarray(keys, dtype=np.uint32)
    if len(octets) == len(asked) * TOLD.itemsize:
        told = np.frombuffer(octets, TOLD)
        plain = (told["open"] == OPEN) & (told["head"] == ANSWER) & (told["tag"] == REAL) & (told["tail"] == TAIL)
        if plain.all() and (told["mid"] == np.void(MID)).all():
            if (told["object"] != asked).any():
                raise ValueError("answers for other objects than asked")
            return told["value"].astype(np.float64), TURNED[told["flags"] >> 4]
    return _one_by_one(octets, asked)


TURNED = np.array([sum(1 << place for place in range(4) if bits & 8 >> place) for bits in range(16)], dtype=np.uint8)
"""Status flags as bits, in-alarm lowest, by the four bits of the bit string."""


ALL_FLAGS = 16
WIDEST = 8
"""Octets of the longest whole number that is believed."""


def _one_by_one(octets: bytes, keys: npt.NDArray[np.uint32]) -> Values:
    values, flags, at = np.full(len(keys), math.nan), np.zeros(len(keys), np.uint8), 0
    for place, key in enumerate(keys.tolist()):
        if octets[at : at + 6] != bytes([OPEN]) + struct.pack(">I", key) + b"\x1e":
            raise ValueError(f"octet {at} does not answer for object {key >> 22}, {key & 0x3FFFFF}")
        at += 6
        while octets[at : at + 1] == b"\x29":
            prop = octets[at + 1] if at + 1 < len(octets) else 0
            at, found = _element(octets, at + 2)
            if found is None:
                flags[place] |= FAULT
            elif prop == PRESENT_VALUE:
                values[place] = found
            elif prop == STATUS_FLAGS:
                flags[place] |= flags_of(found)
            else:
                raise ValueError(f"octet {at} tells what was not asked for")
        if octets[at : at + 1] != b"\x1f":
            raise ValueError(f"octet {at} does not close the answer for an object")
        at += 1
    if at != len(octets):
        raise ValueError(f"{len(octets) - at} octets are left over")
    return values, flags


def _element(octets: bytes, at: int) -> tuple[int, float | None]:
    """Where the octets go on, and a value; nothing for an error."""
    opening = octets[at : at + 1]
    if opening == b"\x5e":
        end = octets.find(b"\x5f", at + 5)
        if end < 0 or end > at + 9:
            raise ValueError(f"octet {at} opens an error that is not closed")
        return end + 1, None
    if opening != b"\x4e":
        raise ValueError(f"octet {at} is neither a value nor an error")
    told = tag_at(octets, at + 1)
    if told.bracket or octets[told.end : told.end + 1] != b"\x4f":
        raise ValueError(f"octet {told.end} does not close a value")
    return told.end + 1, math.nan if told.context else decoded(told.number, told.data)


def decoded(number: int, data: bytes) -> float:
    """A primitive value as a number, by its application tag; NaN for one that is none. ASHRAE 135, 20.2."""
    if number == 4 and len(data) == 4:
        return float(struct.unpack(">f", data)[0])
    if number == 5 and len(data) == 8:
        return float(struct.unpack(">d", data)[0])
    if number in (1, 2, 9) and len(data) <= WIDEST:
        return float(int.from_bytes(data, "big"))
    if number == 3 and len(data) <= WIDEST:
        return float(int.from_bytes(data, "big", signed=True))
    if number == 8 and len(data) == 2:
        return float(TURNED[data[1] >> 4])
    return math.nan


def flags_of(value: float) -> int:
    """Status flags as bits, of what was decoded as such.

    Raises
    ------
    ValueError
        When they are none.
    """
    if not 0 <= value < ALL_FLAGS:
        raise ValueError("status flags are four bits")
    return int(value)
