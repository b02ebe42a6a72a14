"""The virtual building: controllers on a virtual network behind a BACnet router on one UDP port."""

from __future__ import annotations

import asyncio
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from bacpypes3.basetypes import BDTEntry, HostNPort, IPMode, NetworkType
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.vlan import VirtualNetwork

from twin.bacnet import codec, journal
from twin.bacnet.application import APDU_LENGTH, SEGMENTS, claim
from twin.bacnet.building import stepper
from twin.bacnet.building.board import Board, Command
from twin.bacnet.building.communication import ENABLE
from twin.bacnet.building.controller import Controller
from twin.bacnet.building.device import TimedDevice
from twin.bacnet.building.hours import Hours
from twin.bacnet.building.notices import GATE
from twin.bacnet.building.quick import Quick, listen
from twin.bacnet.building.source import Source
from twin.bacnet.building.stepper import Stepper
from twin.bacnet.building.trends import Trends
from twin.bacnet.clock import Clock
from twin.bacnet.numbers import UNCONFIRMED
from twin.bacnet.points import Point
from twin.bacnet.port import PORT, check, whole
from twin.bacnet.transactions import IP_OCTETS, WIRE

if TYPE_CHECKING:
    from twin.historian.historian import Historian

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


class Router(Controller):
    """The device on the wire, which lets nobody there pretend to be behind it; it has points only where the building is stepped."""

    stepper: Stepper | None = None
    _wanted: int | None = None

    def step(self, point: Point, value: float | None, priority: int, source: str) -> None:
        """Take the tick that somebody has written.

        Raises
        ------
        WriteRefusedError
            When there is none such.
        """
        assert self.stepper is not None
        self._wanted = self.stepper.check(value)

    def furnish(self, clock: Clock, hours: Hours) -> None:
        """Nothing of the router's own raises alarms or follows schedules."""
        own, self.board = self.board, Board([], self.board.command)
        super().furnish(clock, hours)
        self.board = own

    async def settle(self) -> None:
        """Bring the building to the tick that was written."""
        if self.stepper and self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            await self.stepper.go(wanted)
            self.stepper.told(self.board)

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
    clock : the building's; that of this machine when left out.
    store : what the points' trend logs are kept in, every `interval` seconds; there are none when left out.
    password : for device communication control, which is refused without one.
    bbmd : makes the router a BBMD, which takes foreign devices and shares broadcasts with these other BBMDs.
    source : makes the building wait to be stepped, where it is given.
    hours : that the site keeps, shown as schedules.
    """

    def __init__(
        self, points: Iterable[Point], command: Command, name: str, address: str, port: int = PORT, mask: int = 24,
        writers: frozenset[str] = frozenset(), clock: Clock | None = None, store: Historian | None = None, interval: float = 60.0,
        password: str = "", bbmd: Sequence[str] | None = None, source: Source | None = None, hours: Hours | None = None,
    ) -> None:  # fmt: skip
        claim(address, port)
        check(address, mask)
        codec.hasten()
        journal.limit()
        self.address, self.port = address, port
        groups: dict[int, list[Point]] = {}
        for each in points:
            groups.setdefault(each.device, []).append(each)
        network = f"building {uuid4().hex}"
        self._switch = Switch(network)
        self.boards = {device: Board(held, command) for device, held in groups.items()}
        self.clock = clock or Clock()
        self.points = [point for board in self.boards.values() for point in board.points]
        self.trends = Trends(store, self.points, interval, self.clock) if store else None
        wire = _wire(f"{address}/{mask}:{port}", bbmd)

        def step(point: Point, value: float | None, priority: int, sender: str) -> None:
            self.router.step(point, value, priority, sender)

        board = Board(stepper.points(ROUTER) if source else [], step)
        self.router = Router.of(
            board,
            [_device(ROUTER, f"{name} router"), wire, _port(network, GATE, 2)],
            writers,
            self.clock,
            password=password,
        )
        if source:
            self.router.stepper = Stepper(source, lambda: self.put(source.values(self._places)))
            self._places = source.places([point.signal for point in self.points])
            self.router.stepper.told(board)
        self.quick = Quick({_mac(device): board for device, board in self.boards.items()}, NETWORK)
        self.router.watch(self.quick)
        self.controllers = {
            device: Controller.of(
                board,
                [_device(device, f"{name} {device}"), _port(network, _mac(device), 1)],
                writers,
                self.clock,
                self.trends,
                password,
                hours,
            )
            for device, board in self.boards.items()
        }
        for device, each in self.controllers.items():
            each.subscriptions.send = self._notifier(device, each)
            each.quiet = partial(self.quick.hush, _mac(device))

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

    async def log(self) -> None:
        """Let trend logs take the present values, if it is time to."""
        if self.trends:
            values = np.concatenate([board.value for board in self.boards.values()]).astype(np.float64)
            flags = np.concatenate([board.flags for board in self.boards.values()])
            await asyncio.to_thread(self.trends.record, values, flags)

    async def announce(self) -> None:
        """Tell the wire which network is behind the router. ASHRAE 135, 6.6.2."""
        await self.router.nse.i_am_router_to_network(adapter=self.router.nsap.adapters[WIRE])

    async def tell(self) -> int:
        """Tell subscribers what has changed since the last time; gives the number of notifications."""
        return sum([
            await each.subscriptions.look()
            for each in self.controllers.values()
            if len(each.subscriptions) and each.talking == ENABLE
        ])  # fmt: skip

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


def _wire(address: str, bbmd: Sequence[str] | None) -> NetworkPortObject:
    """The router's port on the wire."""
    told: dict[str, Any] = {}
    if bbmd is not None:
        here = address.partition("/")[0] + ":" + address.rpartition(":")[2]
        table = [
            BDTEntry(bbmdAddress=HostNPort(each), broadcastMask=b"\xff\xff\xff\xff")
            for each in dict.fromkeys([here, *map(whole, bbmd)])
        ]
        told = {
            "bacnetIPMode": IPMode.bbmd, "bbmdAcceptFDRegistrations": True, "bbmdForeignDeviceTable": [],
            "bbmdBroadcastDistributionTable": table,
        }  # fmt: skip
    return NetworkPortObject(
        address,
        objectIdentifier=("network-port", 1),
        objectName="wire",
        networkNumber=WIRE,
        networkNumberQuality="configured",
        **told,
    )


def _device(instance: int, name: str) -> TimedDevice:
    return TimedDevice(
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
