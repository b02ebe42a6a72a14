"""Answers to the two requests that make up nearly all traffic, straight from octets to octets: ReadProperty and ReadPropertyMultiple.

What is not exactly what it knows it leaves to bacpypes3: other services, properties and lengths, segments, routed sources.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from bacpypes3.ipv4 import IPv4DatagramProtocol

from twin.bacnet.building.board import Board
from twin.bacnet.numbers import LENGTHS, PRESENT_VALUE, READ, READ_MULTIPLE, STATUS_FLAGS

ASKED = np.dtype([("open", "u1"), ("object", ">u4"), ("rest", ">u4")])
"""One object of ReadPropertyMultiple that asks for its present value: `0c` object `1e 09 55 1f`."""
TOLD = np.dtype([("open", "u1"), ("object", ">u4"), ("head", ">u4"), ("tag", "u1"), ("value", ">f4"), ("tail", ">u2")])
"""Its answer for a REAL: `0c` object `1e 29 55 4e`, `44` value, `4f 1f`."""
OPEN, REST, HEAD, TAG, TAIL = 0x0C, 0x1E09551F, 0x1E29554E, 0x44, 0x4F1F
Answer = Callable[[bytes, tuple[str, int]], bytes | None]
"""Told (frame, peer); gives the answering frame, or nothing when bacpypes3 shall answer."""


class Quick:
    """Answers for the boards of a router, each behind its own address on the network behind it.

    Parameters
    ----------
    boards : by the octets of their address there.
    network : number of the network behind the router.
    """

    def __init__(self, boards: Mapping[bytes, Board], network: int) -> None:
        self.boards = dict(boards)
        self.route = struct.pack(">H", network)
        self._tables = {mac: Table(board) for mac, board in self.boards.items()}
        self.silent: set[bytes] = set()
        self.answered = 0

    def hush(self, mac: bytes, quiet: bool) -> None:
        """Answer no longer for a device, or again."""
        (self.silent.add if quiet else self.silent.discard)(mac)

    def answer(self, frame: bytes, peer: tuple[str, int]) -> bytes | None:
        """The answering frame, or nothing."""
        if (
            frame[:2] != b"\x81\x0a"
            or len(frame) < 16
            or frame[4] != 1
            or frame[5] & 0xFB != 0x20
            or frame[6:8] != self.route
        ):
            return None
        size = frame[8]
        mac = frame[9 : 9 + size]
        table = self._tables.get(mac)
        at = 10 + size
        if (
            table is None
            or mac in self.silent
            or len(frame) != struct.unpack_from(">H", frame, 2)[0]
            or len(frame) < at + 4
        ):
            return None
        kind, lengths, invoke, service = frame[at : at + 4]
        if kind & 0xFD or lengths & 0x0F >= len(LENGTHS):
            return None
        if service == READ:
            told = table.one(frame[at + 4 :])
        elif service == READ_MULTIPLE:
            told = table.many(frame[at + 4 :])
        else:
            return None
        if told is None or len(told) + 3 > LENGTHS[lengths & 0x0F]:
            return None
        self.answered += 1
        head = b"\x01\x08" + self.route + bytes([size]) + mac
        return b"\x81\x0a" + struct.pack(">H", len(head) + len(told) + 7) + head + bytes([0x30, invoke, service]) + told


class Table:
    """A board as octets: its object identifiers in order, and their places."""

    def __init__(self, board: Board) -> None:
        self.board = board
        keys = np.array([kind << 22 | instance for kind, instance in board.row], dtype=np.uint32)
        order = np.argsort(keys)
        self.keys = keys[order]
        self.rows = np.array(list(board.row.values()), dtype=np.intp)[order]
        self.row = {int(key): int(row) for key, row in zip(self.keys, self.rows, strict=True)}
        self.analog = np.array([each.object.startswith("A") for each in board.points], dtype=bool)

    def one(self, data: bytes) -> bytes | None:
        """Answer to ReadProperty of a present value or status flags."""
        if len(data) != 7 or data[0] != OPEN or data[5] != 0x19:
            return None
        row = self.row.get(int.from_bytes(data[1:5], "big"))
        value = None if row is None else self.value(row, data[6])
        return None if value is None else data + b"\x3e" + value + b"\x3f"

    def value(self, row: int, prop: int) -> bytes | None:
        """A present value or status flags with their application tag; nothing for other properties."""
        if prop == STATUS_FLAGS:
            flags = int(self.board.flags[row])
            return bytes([0x82, 4, _turned(flags) << 4])
        if prop != PRESENT_VALUE:
            return None
        value = float(self.board.value[row])
        if self.analog[row]:
            return b"\x44" + struct.pack(">f", value)
        if self.board.points[row].object.startswith("B"):
            return bytes([0x91, int(bool(value))])
        number = max(1, round(value))
        return bytes([0x21, number]) if number < 256 else None

    def many(self, data: bytes) -> bytes | None:
        """Answer to ReadPropertyMultiple of present values, or of present values and status flags."""
        if len(data) % ASKED.itemsize == 0 and len(data):
            asked = np.frombuffer(data, ASKED)
            if (asked["open"] == OPEN).all() and (asked["rest"] == REST).all():
                return self._present(asked["object"].astype(np.uint32))
        return self._mixed(data)

    def _present(self, objects: np.ndarray[Any, Any]) -> bytes | None:
        places = np.searchsorted(self.keys, objects)
        places[places == len(self.keys)] = 0
        rows = self.rows[places]
        if (self.keys[places] != objects).any() or not self.analog[rows].all():
            return None
        told = np.empty(len(objects), TOLD)
        told["open"], told["head"], told["tag"], told["tail"] = OPEN, HEAD, TAG, TAIL
        told["object"], told["value"] = objects, self.board.value[rows]
        return told.tobytes()

    def _mixed(self, data: bytes) -> bytes | None:
        """One object after the other, each with any of the two properties."""
        at, told = 0, []
        while at < len(data):
            if data[at] != OPEN or data[at + 5 : at + 6] != b"\x1e":
                return None
            row = self.row.get(int.from_bytes(data[at + 1 : at + 5], "big"))
            if row is None:
                return None
            told.append(data[at : at + 6])
            at += 6
            while data[at : at + 1] == b"\x09":
                value = self.value(row, data[at + 1]) if at + 1 < len(data) else None
                if value is None:
                    return None
                told.append(b"\x29" + data[at + 1 : at + 2] + b"\x4e" + value + b"\x4f")
                at += 2
            if data[at : at + 1] != b"\x1f":
                return None
            told.append(b"\x1f")
            at += 1
        return b"".join(told) if told else None


def _turned(flags: int) -> int:
    """Four bits, the first one now highest, as a bit string has them."""
    return sum(8 >> place for place in range(4) if flags & 1 << place)


def listen(server: Any, answer: Answer) -> None:
    """Let a datagram server of bacpypes3 ask for a quick answer first."""
    server.quick = answer
    if getattr(IPv4DatagramProtocol, "slow", None) is None:
        IPv4DatagramProtocol.slow = IPv4DatagramProtocol.datagram_received
        IPv4DatagramProtocol.datagram_received = _received


def _received(protocol: Any, data: bytes, peer: tuple[str, int]) -> None:
    quick = getattr(protocol.server, "quick", None)
    told = quick(data, peer) if quick is not None else None
    if told is None:
        protocol.slow(data, peer)
    else:
        protocol.server.local_transport.sendto(told, peer)
