"""Clients beside each other on one device: `python benchmarks/bacnet_clients.py [PYTHON]`, where PYTHON is one that has BAC0.

One process serves 500 analog inputs; ours, bacpypes3's own ReadPropertyMultiple and BAC0's readMultiple read all present values of it, fifty a request. CPU
seconds of the asking process count, since the serving one is the same for all. Medians of five runs, in turns.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
import statistics
import subprocess
import sys
import time

DEVICE, OBJECTS, BATCH, ROUNDS = 77, 500, 50, 4


async def serve(port: int) -> None:
    """One device on the wire, until standard input closes."""
    import numpy as np
    from bacpypes3.local.networkport import NetworkPortObject

    from twin.bacnet.application import Device
    from twin.bacnet.building.board import Board
    from twin.bacnet.building.controller import Controller

    board = Board(points(), lambda *_: None)
    board.put(np.random.default_rng(1).uniform(10.0, 30.0, OBJECTS))
    device = Device(objectIdentifier=("device", DEVICE), objectName="device", vendorIdentifier=999, maxApduLengthAccepted=1476,
                    segmentationSupported="segmentedBoth", maxSegmentsAccepted=64)  # fmt: skip
    network = NetworkPortObject(f"127.0.0.1/8:{port}", objectIdentifier=("network-port", 1), objectName="port")
    controller = Controller.of(board, [device, network])
    await asyncio.sleep(0.1)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await controller.stop()


def points() -> list:
    """The points of the device."""
    from twin.bacnet.points import Point

    first = Point(DEVICE, "AI", 0, "", "", "degC", "Temperature", 0.2, math.nan, math.nan)
    return [dataclasses.replace(first, instance=1 + n, name=f"p{n}", signal=f"p{n}.air") for n in range(OBJECTS)]


async def ours(target: str) -> float:
    """Points a CPU second of our poller, with status flags."""
    from bacpypes3.pdu import Address

    from twin.bacnet.application import SafeApplication, free_port
    from twin.bacnet.gateway.poller import Peer, Poller

    client = SafeApplication.start("127.0.0.1", free_port("127.0.0.1"), 9, "benchmark", mask=8)
    took: list[int] = []
    peer = Peer(DEVICE, Address(target), points())
    poller = Poller(client, [peer], lambda some, *_: took.append(len(some)), rate=1e6, router_rate=1e6)
    await asyncio.sleep(0.1)
    await poller.poll(peer)
    took.clear()
    began = time.process_time()
    for _ in range(2 * ROUNDS):
        await poller.poll(peer)
    spent = time.process_time() - began
    await client.stop()
    return sum(took) / spent


async def stock(target: str) -> float:
    """Points a CPU second of bacpypes3 as it is."""
    from bacpypes3.app import Application
    from bacpypes3.local.device import DeviceObject
    from bacpypes3.local.networkport import NetworkPortObject
    from bacpypes3.pdu import Address

    device = DeviceObject(objectIdentifier=("device", 8), objectName="stock", vendorIdentifier=999)
    port = NetworkPortObject("127.0.0.1/8:47999", objectIdentifier=("network-port", 1), objectName="port")
    app = Application.from_object_list([device, port])
    await asyncio.sleep(0.1)
    asked = [
        [x for n in range(at, at + BATCH) for x in (f"analog-input,{n}", ["present-value"])]
        for at in range(1, OBJECTS, BATCH)
    ]
    began, told = time.process_time(), 0
    for _ in range(ROUNDS):
        for batch in asked:
            told += len(await app.read_property_multiple(Address(target), batch))
    spent = time.process_time() - began
    app.close()
    return told / spent


async def bac0(target: str) -> float:
    """Points a CPU second of BAC0."""
    import BAC0

    BAC0.log_level("silence")
    network = BAC0.lite(ip="127.0.0.1/8", port=47998)
    await asyncio.sleep(0.5)
    asked = [
        {"address": target, "objects": {f"analogInput:{n}": ["presentValue"] for n in range(at, at + BATCH)}}
        for at in range(1, OBJECTS, BATCH)
    ]
    began, told = time.process_time(), 0
    for _ in range(ROUNDS):
        for batch in asked:
            told += len(await network.readMultiple("", request_dict=batch))
    spent = time.process_time() - began
    await network._disconnect()
    return told / spent


def main(python: str) -> None:
    """Print all of them."""
    port = 47997
    with subprocess.Popen(
        [sys.executable, __file__, "serve", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout
        assert serving.stdin
        serving.stdout.readline()
        runs = [
            (name, who) for name, who in (("ours", sys.executable), ("stock", sys.executable), ("bac0", python)) if who
        ]
        found: dict[str, list[float]] = {name: [] for name, _ in runs}
        for _ in range(5):
            for name, who in runs:
                done = subprocess.run(
                    [who, __file__, name, f"127.0.0.1:{port}"], capture_output=True, text=True, check=False
                )
                if done.returncode:
                    raise SystemExit(f"{name}: {done.stderr[-600:]}")
                found[name].append(float(done.stdout.split()[-1]))
        serving.stdin.close()
    medians = {name: statistics.median(values) for name, values in found.items()}
    for name, value in medians.items():
        print(f"{name}: {value:,.0f} points a CPU second, {medians['ours'] / value:.1f} times slower than ours" if name != "ours" else
              f"{name}: {value:,.0f} points a CPU second, with status flags and quality")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 2:
        kind = {"serve": serve, "ours": ours, "stock": stock, "bac0": bac0}[sys.argv[1]]
        answer = asyncio.run(kind(int(sys.argv[2]) if sys.argv[1] == "serve" else sys.argv[2]))
        if answer is not None:
            print(answer)
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "")
