"""The network port of an application: its own address, and the broadcast address and port that it shares with its network."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import ifaddr
from bacpypes3.basetypes import HostNPort, IPMode
from bacpypes3.local.networkport import NetworkPortObject

from twin.errors import BacnetError

PORT = 47_808
"""UDP port of BACnet/IP where nothing else is agreed. ASHRAE 135, annex J.1.2."""
LIFETIME = 60
"""How long a BBMD knows a foreign device that does not register again; it does so in time. [s]"""
BITS = 32
NARROWEST = 30
"""Bits of the network's part of an address, up to which a network has a broadcast address."""


class Port(NetworkPortObject):
    """A port whose broadcasts go to, and are heard at, the network's UDP port, while its own may be another."""

    _shared: int = 0

    @classmethod
    def at(cls, address: str, mask: int, port: int, shared: int, bbmd: str = "") -> Port:
        """A port on an address.

        Parameters
        ----------
        shared : the network's UDP port, the same as its own where it is 0.
        bbmd : `address:port` of the BBMD whose foreign device it is; it is none where that is empty.
        """
        told: dict[str, Any] = {}
        if bbmd:
            told = {
                "bacnetIPMode": IPMode.foreign,
                "fdBBMDAddress": HostNPort(bbmd),
                "fdSubscriptionLifetime": LIFETIME,
            }
        made = cls(f"{address}/{mask}:{port}", objectIdentifier=("network-port", 1), objectName="port", **told)
        made._shared = shared
        return made

    @property
    def address(self) -> Any:
        """With the tuples that sockets need."""
        found = super().address
        if self._shared:
            found.addrBroadcastTuple = (found.addrBroadcastTuple[0], self._shared)
        return found


def broadcasts(address: str, mask: int) -> bool:
    """Whether a broadcast reaches others: not on loopback, nor where a network is a single host or two."""
    return mask <= NARROWEST and not ipaddress.ip_address(address).is_loopback


def check(address: str, mask: int) -> None:
    """Make sure that the broadcast address is one of this machine; bacpypes3 tries a wrong one for ever, and sends nothing meanwhile.

    Raises
    ------
    BacnetError
        When it is not.
    """
    if not 0 < mask <= BITS:
        raise BacnetError(f"mask {mask}: a network's part of an address has 1 to {BITS} bits; for instance 24")
    if not broadcasts(address, mask):
        return
    target = ipaddress.ip_interface(f"{address}/{mask}").network.broadcast_address
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(target), 0))
        except OSError as problem:
            known = [ip.network_prefix for each in ifaddr.get_adapters() for ip in each.ips if ip.ip == address]
            way = f"--mask {known[0]}" if known else "see the command ip address"
            raise BacnetError(
                f"{address}/{mask}: {target} is no broadcast address of this machine; give the mask of its network: {way}"
            ) from problem


def parse(own: str) -> tuple[str, int | None]:
    """Address and port of `10.0.0.9` or `10.0.0.9:47808`; no port where none is given.

    Raises
    ------
    BacnetError
        When it is neither.

    >>> parse("10.0.0.9:47809"), parse("10.0.0.9")
    (('10.0.0.9', 47809), ('10.0.0.9', None))
    """
    address, colon, port = own.partition(":")
    try:
        number = int(port) if colon else None
        if number is not None and not 0 < number < 65_536:
            raise ValueError("ports are 1 to 65535")
        return str(ipaddress.IPv4Address(address)), number
    except ValueError as problem:
        raise BacnetError(f"{own}: is no address ({problem}); write 10.0.0.9 or 10.0.0.9:47808") from problem


def whole(text: str) -> str:
    """Address with its port, BACnet's own where none is given; raises as `parse` does.

    >>> whole("10.0.0.9")
    '10.0.0.9:47808'
    """
    address, port = parse(text)
    return f"{address}:{port or PORT}"
