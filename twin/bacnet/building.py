"""The virtual building: controllers on a virtual network behind a BACnet router on one UDP port."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from copy import copy
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from bacpypes3.basetypes import NetworkType
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.vlan import VirtualNetwork

from twin.bacnet import codec, journal
from twin.bacnet.application import APDU_LENGTH, SEGMENTS, Device, SafeApplication, claim
from twin.bacnet.board import Board, Command
from twin.bacnet.clock import Clock
from twin.bacnet.controller import Controller
from twin.bacnet.cov import UNCONFIRMED
from twin.bacnet.hours import Hours
from twin.bacnet.notices import GATE
from twin.bacnet.points import Point
from twin.bacnet.quick import Quick, listen
from twin.bacnet.transactions import IP_OCTETS, WIRE

PORT = 47_808
ROUTER = 100_000
"""Instance of the router's own device."""
NETWORK = 2001
"""Number of the network behind the router."""
MAC_OCTETS = 3
"""Octets of a controller's address on the virtual network: its instance, which is below 2 to the 22nd."""


class Switch(VirtualNetwork):
    """bacpypes3's virtual network, which looks a node up instead of asking all of them."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._found: dict[Any, Any] = {}

    def add_node(self, node: Any) -> None:
        """Connect a node."""
        super().add_node(node)
        self._found[node.address] = node

    async def process_pdu(self, pdu: Any) -> None:
        """Hand a packet to its node, or to all others."""
        if pdu.pduDestination == self.broadcast_address:
            nodes = [node for node in self.nodes if node.address != pdu.pduSource]
        else:
            nodes = [self._found[pdu.pduDestination]] if pdu.pduDestination in self._found else []
        for node in nodes:
            told = copy(pdu)
            told.pduData = bytearray(pdu.pduData)
            await node.response(told)


class Router(SafeApplication):
    """The device on the wire; it has no points of its own, and lets nobody on the wire pretend to be behind it."""

    def watch(self, quick: Quick) -> None:
        """Drop frames that claim to come from one of the router's own networks, since nobody else routes from there; answer what
        is asked for most from octets to octets.
        """
        for layer in self.link_layers.values():
            server = getattr(layer, "server", None)
            if server is not None:
                server.confirmation = self._watched(server.confirmation, server.local_address)
                listen(server, quick.answer)

    def _watched(
        self, take: Callable[[Any], Awaitable[None]], own: tuple[str, int]
    ) -> Callable[[Any], Awaitable[None]]:
        async def confirmation(pdu: Any) -> None:
            if codec.source_network(bytes(pdu.pduData)) in (WIRE, NETWORK):
                if (
                    getattr(pdu.pduSource, "addrTuple", None) != own
                ):  # what the router has sent to everybody comes back to it
                    self.counted["forged"] += 1
                return
            await take(pdu)

        return confirmation


class Building:
    """All controllers of a site.

    Parameters
    ----------
    points : of all devices.
    command : told of every accepted write.
    name : of the router's device.
    address, port, mask : where the router is.
    writers : addresses that may write.
    clock : of all devices; that of this machine when left out.
    hours : that the site keeps, shown as schedules.
    """

    def __init__(
        self, points: Iterable[Point], command: Command, name: str, address: str, port: int = PORT, mask: int = 24,
        writers: frozenset[str] = frozenset(), clock: Clock | None = None, hours: Hours | None = None,
    ) -> None:  # fmt: skip
        claim(address, port)
        codec.hasten()
        journal.limit()
        self.address, self.port = address, port
        self.clock = clock or Clock()
        groups: dict[int, list[Point]] = {}
        for each in points:
            groups.setdefault(each.device, []).append(each)
        network = f"building {uuid4().hex}"
        self._switch = Switch(network)
        self.boards = {device: Board(held, command) for device, held in groups.items()}
        router = Router.from_object_list(
            [
                _device(ROUTER, f"{name} router"),
                NetworkPortObject(
                    f"{address}/{mask}:{port}",
                    objectIdentifier=("network-port", 1),
                    objectName="wire",
                    networkNumber=WIRE,
                    networkNumberQuality="configured",
                ),
                _port(network, GATE, 2),
            ]
        )
        assert isinstance(router, Router)
        self.router = router
        self.quick = Quick({_mac(device): board for device, board in self.boards.items()}, NETWORK)
        self.router.watch(self.quick)
        self.controllers = {
            device: Controller.of(
                board,
                [_device(device, f"{name} {device}"), _port(network, _mac(device), 1)],
                writers,
                self.clock,
                hours,
            )
            for device, board in self.boards.items()
        }
        for device, each in self.controllers.items():
            each.subscriptions.send = self._notifier(device, each)
        self.points = [point for board in self.boards.values() for point in board.points]

    def put(self, values: npt.NDArray[np.float64]) -> None:
        """Take new values of all points, in the order of `points`; controllers follow their schedules and evaluate their alarms."""
        at = 0
        for board in self.boards.values():
            board.put(values[at : at + len(board.points)])
            at += len(board.points)
        for each in self.controllers.values():
            each.tick()

    def _notifier(self, device: int, controller: Controller) -> Callable[[Any, bytes], None]:
        """What sends unconfirmed notifications: straight to a subscriber on the wire, by bacpypes3 to one behind other routers."""
        head = struct.pack(">BBHB", 1, 8, NETWORK, MAC_OCTETS) + _mac(device) + bytes([0x10, UNCONFIRMED])
        (server,) = (layer.server for layer in self.router.link_layers.values() if hasattr(layer, "server"))

        def send(peer: Any, data: bytes) -> None:
            octets = bytes(peer.addrAddr or b"")
            if peer.addrNet != WIRE or len(octets) != IP_OCTETS or server.local_transport is None:
                controller.notify(peer, data)
                return
            frame = b"\x81\x0a" + struct.pack(">H", 4 + len(head) + len(data)) + head + data
            server.local_transport.sendto(frame, (".".join(map(str, octets[:4])), int.from_bytes(octets[4:], "big")))

        return send

    async def tell(self) -> int:
        """Tell subscribers what has changed since the last time; gives the number of notifications."""
        return sum([await each.subscriptions.look() for each in self.controllers.values() if len(each.subscriptions)])

    def counted(self) -> Counter[str]:
        """What went wrong so far, in all devices."""
        total = Counter(self.router.counted)
        for each in self.controllers.values():
            total.update(each.counted)
        return total

    async def stop(self) -> None:
        """Free the address."""
        for each in [*self.controllers.values(), self.router]:
            await each.stop()
        VirtualNetwork._networks.pop(self._switch.name, None)


def _mac(device: int) -> bytes:
    return device.to_bytes(MAC_OCTETS, "big")


def _device(instance: int, name: str) -> Device:
    return Device(
        objectIdentifier=("device", instance), objectName=name, vendorIdentifier=999, vendorName="campus twin", modelName="virtual building",
        maxApduLengthAccepted=APDU_LENGTH, segmentationSupported="segmentedBoth", maxSegmentsAccepted=SEGMENTS, apduTimeout=3000,
        numberOfApduRetries=1,
    )  # fmt: skip


def _port(network: str, mac: bytes, number: int) -> NetworkPortObject:
    """A port on the virtual network; only the router's has a network number."""
    return NetworkPortObject(
        objectIdentifier=("network-port", number), objectName=f"virtual {number}", networkType=NetworkType.virtual,
        protocolLevel="bacnet-application", networkInterfaceName=network, macAddress=mac,
        networkNumber=NETWORK if mac == GATE else 0, networkNumberQuality="configured" if mac == GATE else "unknown",
        statusFlags=[0, 0, 0, 0], reliability="no-fault-detected", outOfService=False, changesPending=False, linkSpeed=0.0,
    )  # fmt: skip
