"""A bare UDP socket that speaks just enough BACnet/IP to be rude."""

from __future__ import annotations

import asyncio
import socket
import struct

READ, READ_MULTIPLE = 12, 14


def wrapped(apdu: bytes, expecting: bool = True) -> bytes:
    """An APDU as an original unicast frame."""
    npdu = bytes([1, 4 if expecting else 0]) + apdu
    return struct.pack(">BBH", 0x81, 0x0A, len(npdu) + 4) + npdu


def confirmed(
    service: int, data: bytes, invoke: int, longest: int = 5, segments: int = 0x70, segmented_ok: bool = True
) -> bytes:
    """A confirmed request."""
    return wrapped(bytes([0x02 if segmented_ok else 0x00, segments | longest, invoke, service]) + data)


def read(kind: int, instance: int, prop: int) -> bytes:
    """Parameters of ReadProperty."""
    return b"\x0c" + struct.pack(">I", kind << 22 | instance) + b"\x19" + bytes([prop])


class Wire:
    """A socket of its own on loopback."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def send(self, frame: bytes, port: int, address: str = "127.0.0.1") -> None:
        """One frame out."""
        self.socket.sendto(frame, (address, port))

    async def receive(self, wait: float = 1.0) -> tuple[bytes, int]:
        """The next APDU, and the port it came from; empty when nothing comes. Results of the link layer are passed over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while True:
            try:
                frame, peer = await asyncio.wait_for(loop.sock_recvfrom(self.socket, 2048), max(0.0, end - loop.time()))
            except TimeoutError:
                return b"", 0
            if frame[1:2] == b"\x0a" and len(frame) > 6:
                return frame[6:], peer[1]

    def close(self) -> None:
        """Free the port."""
        self.socket.close()
