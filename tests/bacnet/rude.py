"""Devices on bare sockets that own nothing of our code: a good one, and ones that boast, flood, mangle or never answer."""

from __future__ import annotations

import itertools
import socket
import struct
import threading

PORT = 47_808
I_AM, WHO_IS, READ, READ_MULTIPLE = 0, 8, 12, 14
ANALOG_INPUT, DEVICE = 0, 8
UNKNOWN_PROPERTY = b"\x91\x02\x91\x20"


def bare_socket() -> socket.socket:
    """A socket that hears unicast and broadcast, in the namespace of the thread that asks."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    made.bind(("0.0.0.0", PORT))
    made.settimeout(0.1)
    return made


def apdu_of(frame: bytes) -> bytes:
    """What is behind the link's and the network's head. ASHRAE 135, 6.2 and annex J."""
    if len(frame) < 8 or frame[0] != 0x81 or frame[1] not in (0x0A, 0x0B) or frame[5] & 0x80:
        return b""
    at = 6
    if frame[5] & 0x20:
        at += 3 + frame[8]
    if frame[5] & 0x08:
        at += 3 + frame[at + 2]
    return frame[at + bool(frame[5] & 0x20) :]


class Device:
    """A device whose analog input n reads n plus a quarter; `longest` is the APDU that it says it takes.

    What its answers look like is for subclasses: they get the honest answer's octets and give those that are sent.
    """

    def __init__(self, host, instance: int, longest: int = 1476) -> None:
        self.instance, self.longest, self.asked = instance, longest, 0
        self._socket = host.call(bare_socket)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def answers(self, honest: bytes) -> list[bytes]:
        """APDUs that are sent instead of the honest answer."""
        return [honest]

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                frame, peer = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            except OSError:  # the link is down
                self._stop.wait(0.05)
                continue
            for told in self._told(apdu_of(frame)):
                npdu = b"\x01\x00" + told
                try:
                    self._socket.sendto(struct.pack(">BBH", 0x81, 0x0A, len(npdu) + 4) + npdu, peer)
                except OSError:
                    continue

    def _told(self, apdu: bytes) -> list[bytes]:
        if apdu[:2] == bytes([0x10, WHO_IS]):
            instance = struct.pack(">I", DEVICE << 22 | self.instance)
            return [
                bytes([0x10, I_AM, 0xC4]) + instance + b"\x22" + struct.pack(">H", self.longest) + b"\x91\x03\x21\x0f"
            ]
        if len(apdu) > 4 and apdu[0] >> 4 == 0 and apdu[3] in (READ, READ_MULTIPLE):
            self.asked += 1
            told = read(apdu[4:]) if apdu[3] == READ_MULTIPLE else identifier(apdu[4:])
            return self.answers(bytes([0x30, apdu[2], apdu[3]]) + told)
        return []

    def stop(self) -> None:
        """Free the port."""
        self._stop.set()
        self._thread.join(2.0)
        self._socket.close()


def identifier(asked: bytes) -> bytes:
    """Answer to a question for a device's object identifier."""
    return asked + b"\x3e\xc4" + asked[1:5] + b"\x3f"


def read(asked: bytes) -> bytes:
    """Answer to a question for present value and status flags of some objects."""
    told = b""
    for at in range(0, len(asked), 11):
        (key,) = struct.unpack_from(">I", asked, at + 1)
        told += asked[at : at + 6]
        if key >> 22 == ANALOG_INPUT:
            value = struct.pack(">f", (key & 0x3FFFFF) + 0.25)
            told += b"\x29\x55\x4e\x44" + value + b"\x4f\x29\x6f\x4e\x82\x04\x00\x4f"
        else:
            told += b"\x29\x55\x5e" + UNKNOWN_PROPERTY + b"\x5f\x29\x6f\x5e" + UNKNOWN_PROPERTY + b"\x5f"
        told += b"\x1f"
    return told


class Mute(Device):
    """Says that it is there, and answers nothing else."""

    def answers(self, honest):
        return []


class Boaster(Device):
    """Says that it takes 1,476 octets, and falls silent where the answer would be longer than 206."""

    def answers(self, honest):
        return [honest] if len(honest) <= 206 else []


class Flooder(Device):
    """Says 480 octets, and answers with three thousand: the same objects again and again."""

    def answers(self, honest):
        body = honest[3:]
        return [honest[:3] + body * (1 + 3000 // len(body))]


class Mangler(Device):
    """Answers with what is cut, longer, for other objects, other services or other requests, or no APDU at all, in turn."""

    def __init__(self, *told) -> None:
        self._ways = itertools.cycle([
            lambda x: x[: len(x) // 2], lambda x: x[:-1], lambda x: x + b"\x00", lambda x: x[:3] + b"\x0c\x00\x3f\xff\xff" + x[8:],
            lambda x: x[:2] + b"\x0c" + x[3:], lambda x: x[:1] + bytes([x[1] ^ 0x55]) + x[2:], lambda x: b"\xff" * 7, lambda x: x[:1],
            lambda x: x[:3] + bytes(each ^ 0xFF for each in x[3:]), lambda x: b"\x3c" + x[1:2] + b"\x00\x00" + x[2:], lambda x: b"\x20" + x[1:3],
        ])  # fmt: skip
        super().__init__(*told)

    def answers(self, honest):
        return [next(self._ways)(honest)]
