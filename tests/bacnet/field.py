"""Devices of the field made of a bare socket: they answer what gateways ask, subscribe, and misbehave as they are told to."""

from __future__ import annotations

import asyncio
import struct
from collections import Counter

from bacpypes3.pdu import Address

from tests.bacnet.wire import Wire

SEGMENTED_NOT = 3


def found(instance, longest=1476):
    """The data of an I-Am."""
    identifier = b"\xc4" + struct.pack(">I", 8 << 22 | instance)
    return b"\x10\x00" + identifier + b"\x22" + struct.pack(">H", longest) + bytes([0x91, SEGMENTED_NOT, 0x21, 9])


class FieldDevice:
    """One device, or with `network` a router with a device for every instance behind it.

    `values` holds present values by object identifier; every other object's is its number. `delay` seconds pass before an answer.
    """

    def __init__(self, *instances, address="127.0.0.1", network=None, longest=1476, delay=0.0):
        self.wire = Wire(address)
        self.host, self.instances, self.network, self.longest, self.delay = address, instances, network, longest, delay
        self.silent, self.refuse, self.deaf = False, b"", False
        self.values, self.subscribed, self.asked = {}, {}, []
        self.under_way, self.most_under_way, self.services = Counter(), Counter(), Counter()
        self.ended, self.invoke, self.acknowledged = [], 0, []
        asyncio.get_running_loop().add_reader(self.wire.socket, self._read)

    @property
    def address(self):
        return Address(f"{self.host}:{self.wire.port}")

    def behind(self, instance):
        return Address(f"{self.network}:{instance % 256}@{self.host}:{self.wire.port}")

    def close(self):
        asyncio.get_running_loop().remove_reader(self.wire.socket)
        self.wire.close()

    def _read(self):
        frame, peer = self.wire.socket.recvfrom(2048)
        at, source = 6, b""
        if frame[5] & 0x20:
            size = frame[8]
            source, at = frame[6 : 9 + size], 9 + size
        if frame[5] & 0x08:
            at += 3 + frame[at + 2]
        at += bool(frame[5] & 0x20)
        apdu = frame[at:]
        if self.silent:
            return
        if apdu[0] == 0x10 and apdu[1] == 8:
            self._present(apdu, peer)
        elif apdu[0] >> 4 in (2, 5, 6):
            self.acknowledged.append(apdu)
        elif apdu[0] >> 4 == 0:
            self._take(apdu, source, peer)

    def _present(self, apdu, peer):
        low, high = 0, 2**22
        if len(apdu) > 2:
            size = apdu[2] & 7
            low = int.from_bytes(apdu[3 : 3 + size], "big")
            high = int.from_bytes(apdu[4 + size :], "big")
        for instance in self.instances:
            if low <= instance <= high:
                self.announce(peer, instance)

    def announce(self, peer, instance=None):
        """Send an I-Am."""
        instance = self.instances[0] if instance is None else instance
        source = struct.pack(">HBB", self.network, 1, instance % 256) if self.network else b""
        self._send(found(instance, self.longest), source, peer)

    def _send(self, apdu, source, peer, expecting=False):
        head = bytes([1, (8 if source else 0) | (4 if expecting else 0)]) + source
        self.wire.socket.sendto(struct.pack(">BBH", 0x81, 0x0A, 4 + len(head) + len(apdu)) + head + apdu, peer)

    def _take(self, apdu, source, peer):
        line = source[:2]
        self.under_way[line] += 1
        self.most_under_way[line] = max(self.most_under_way[line], self.under_way[line])
        self.services[apdu[3]] += 1
        told = self._answer(apdu, source, peer)

        def answer():
            self.under_way[line] -= 1
            if told is not None and self.wire.socket.fileno() >= 0:
                self._send(told, source, peer)

        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, answer)
        else:
            answer()

    def _answer(self, apdu, source, peer):
        invoke, service, data = apdu[2], apdu[3], apdu[4:]
        if service == 12:
            key = struct.unpack_from(">I", data, 1)[0]
            mine = [each for each in self.instances if not source or each % 256 == source[3]]
            if key & 0x3FFFFF not in mine:
                return bytes([0x50, invoke, 12, 0x91, 1, 0x91, 31])
            return bytes([0x30, invoke, 12]) + data + b"\x3e\xc4" + data[1:5] + b"\x3f"
        if service == 14:
            keys = [struct.unpack_from(">I", data, at + 1)[0] for at in range(0, len(data), 11)]
            self.asked.append((asyncio.get_running_loop().time(), keys))
            return bytes([0x30, invoke, 14]) + b"".join(map(self._told, keys))
        if service == 5:
            return self._subscribe(invoke, data, source, peer)
        return bytes([0x60, invoke, 9])

    def _told(self, key):
        value = struct.pack(">f", self.value(key))
        return (
            b"\x0c" + struct.pack(">I", key) + b"\x1e\x29\x55\x4e\x44" + value + b"\x4f\x29\x6f\x4e\x82\x04\x00\x4f\x1f"
        )

    def value(self, key):
        return self.values.get(key, float(key & 0xFFFF))

    def _subscribe(self, invoke, data, source, peer):
        size = data[0] & 7
        process, key = int.from_bytes(data[1 : 1 + size], "big"), struct.unpack_from(">I", data, 2 + size)[0]
        rest = data[6 + size :]
        if self.refuse:
            return bytes([self.refuse[0], invoke]) + (b"\x05" if self.refuse[0] == 0x50 else b"") + self.refuse[1:]
        if self.deaf:
            return None
        if not rest:
            self.subscribed.pop(key, None)
            self.ended.append(key)
        else:
            lifetime = int.from_bytes(rest[3:], "big")
            self.subscribed[key] = (process, peer, bool(rest[1]), lifetime)
            asyncio.get_running_loop().call_soon(self.notify, key)
        return bytes([0x20, invoke, 5])

    def notify(self, key, process=None, device=None, told=None, confirmed=None):
        """Tell the subscriber of an object its value."""
        if key not in self.subscribed:
            return
        known, peer, wants, _ = self.subscribed[key]
        number = (known if process is None else process).to_bytes(4, "big")
        data = b"\x0c" + number + b"\x1c" + struct.pack(">I", 8 << 22 | (device or self.instances[0]))
        data += b"\x2c" + struct.pack(">I", key if told is None else told) + b"\x39\x3c\x4e\x09\x55\x2e\x44"
        data += struct.pack(">f", self.value(key)) + b"\x2f\x09\x6f\x2e\x82\x04\x00\x2f\x4f"
        if wants if confirmed is None else confirmed:
            self.invoke = (self.invoke + 1) % 256
            self._send(bytes([0x00, 0x05, self.invoke, 1]) + data, b"", peer, expecting=True)
        else:
            self._send(b"\x10\x02" + data, b"", peer)
