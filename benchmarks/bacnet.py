"""What the virtual building serves: `python benchmarks/bacnet.py`; two processes on loopback, CPU seconds of the serving one count.

A bare socket asks with eight requests under way, so that the client does not set the pace. Each figure is the median of five runs;
the same requests go through bacpypes3's own path, too.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
import os
import resource
import select
import socket
import statistics
import struct
import subprocess
import sys
import time
from datetime import datetime, timedelta

import numpy as np
from bacpypes3.pdu import Address, RemoteStation

from twin.bacnet.application import SafeApplication, free_port
from twin.bacnet.building.alarms import Alarms
from twin.bacnet.building.board import Board
from twin.bacnet.building.building import NETWORK, Building
from twin.bacnet.gateway.poller import Peer, Poller
from twin.bacnet.points import Point
from twin.bacnet.transactions import WIRE

OBJECTS, DEVICES, BATCH, WINDOW = 10_000, 20, 50, 8


async def serve(port: int, quick: bool) -> None:
    """A building of many points, until standard input closes; says when it is ready."""
    began = time.process_time()
    each = OBJECTS // DEVICES
    first = Point(0, "AI", 0, "", "", "degC", "Temperature", 0.2, math.nan, math.nan)
    points = [
        dataclasses.replace(first, device=100_001 + n // each, instance=1 + n % each, name=f"p{n}", signal=f"p{n}.air")
        for n in range(OBJECTS)
    ]
    building = Building(points, lambda *_: None, "benchmark", "127.0.0.1", port, 8)
    building.put(np.random.default_rng(1).uniform(10.0, 30.0, OBJECTS))
    await asyncio.sleep(0.1)
    if not quick:
        for layer in building.router.link_layers.values():
            if hasattr(layer, "server"):
                layer.server.quick = None
    spent, memory = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{spent:.2f} {memory:.0f}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await building.stop()


def request(service: int, invoke: int, numbers: range, device: int) -> bytes:
    """A routed request for present values."""
    if service == 12:
        data = b"\x0c" + struct.pack(">I", numbers[0]) + b"\x19\x55"
    else:
        data = b"".join(b"\x0c" + struct.pack(">I", n) + b"\x1e\x09\x55\x1f" for n in numbers)
    npdu = b"\x01\x24" + struct.pack(">HB", NETWORK, 3) + device.to_bytes(3, "big") + b"\xff"
    frame = npdu + bytes([0x02, 0x75, invoke, service]) + data
    return b"\x81\x0a" + struct.pack(">H", len(frame) + 4) + frame


def cpu(process: int) -> float:
    """CPU seconds of a process so far."""
    with open(f"/proc/{process}/stat", encoding="ascii") as told:
        fields = told.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(port: int, process: int, service: int, count: int) -> float:
    """Points answered per CPU second of the serving process."""
    size = 1 if service == 12 else BATCH
    frames = [
        request(service, k % 256, range(1 + k % 9 * size, 1 + k % 9 * size + size), 100_001 + k % DEVICES)
        for k in range(720)
    ]
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.setblocking(False)
    before, sent, got = cpu(process), 0, 0
    while got < count:
        while sent < count and sent - got < WINDOW:
            wire.sendto(frames[sent % len(frames)], ("127.0.0.1", port))
            sent += 1
        if not select.select([wire], [], [], 5.0)[0]:
            raise SystemExit("the building does not answer")
        got += 1
        wire.recv(2048)
    wire.close()
    return count * size / (cpu(process) - before)


async def poll(port: int) -> float:
    """Points polled per CPU second of the polling process, values and status flags with their quality."""
    each = OBJECTS // DEVICES
    first = Point(0, "AI", 0, "", "", "degC", "Temperature", 0.2, math.nan, math.nan)
    client = SafeApplication.start("127.0.0.1", free_port("127.0.0.1"), 9, "benchmark", mask=8)
    peers = []
    for device in range(100_001, 100_001 + DEVICES):
        points = [
            dataclasses.replace(first, device=device, instance=1 + n, name=f"p{n}", signal=f"{device}.p{n}")
            for n in range(each)
        ]
        peers.append(Peer(device, Address(f"{NETWORK}:0x{device:06x}@127.0.0.1:{port}"), points))
    took: list[int] = []
    poller = Poller(client, peers, lambda points, *_: took.append(len(points)), rate=1e6, router_rate=1e6)
    await asyncio.sleep(0.1)
    found = []
    for _ in range(5):
        took.clear()
        began = time.process_time()
        for _ in range(3):
            await asyncio.gather(*(poller.poll(peer) for peer in peers))
        found.append(sum(took) / (time.process_time() - began))
    await client.stop()
    if poller.counted["batches_failed"]:
        raise SystemExit("batches were lost")
    return statistics.median(found)


async def notify() -> float:
    """COV notifications sent per CPU second: 1,000 unconfirmed subscriptions, all of them changing at once, ten times."""
    first = Point(100_001, "AI", 0, "", "", "degC", "Temperature", 0.2, math.nan, math.nan)
    points = [dataclasses.replace(first, instance=n, name=f"p{n}", signal=f"p{n}.air") for n in range(OBJECTS)]
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind(("127.0.0.1", 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    building = Building(points, lambda *_: None, "benchmark", "127.0.0.1", port, 8)
    await asyncio.sleep(0.1)
    held = building.controllers[100_001].subscriptions
    for n in range(1000):
        host = bytes([127, 0, 0, 1 + n % 4]) + sink.getsockname()[1].to_bytes(2, "big")
        held.subscribe(RemoteStation(WIRE, host), n, n, False, 600)
    await asyncio.sleep(0.2)
    began, told = time.process_time(), 0
    for step in range(10):
        building.put(np.full(OBJECTS, 20.0 + step))
        told += await building.tell()
    spent = time.process_time() - began
    sink.close()
    await building.stop()
    return told / spent


def alarms() -> tuple[float, float]:
    """Seconds to evaluate the alarms of all objects in a tick: where nothing changes, and where everything does."""
    first = Point(1, "AI", 0, "", "", "degC", "Temperature", 0.2, math.nan, math.nan, 15.0, 32.0)
    board = Board(
        [dataclasses.replace(first, instance=n, name=f"p{n}", signal=f"p{n}.air") for n in range(OBJECTS)],
        lambda *_: None,
    )
    held, moment = Alarms(board), datetime(2026, 7, 1)
    quiet, busy = [], []
    for step in range(10):
        board.put(np.full(OBJECTS, 40.0 if step % 2 else 20.0))
        for minute in range(3):  # the delay is over in the second
            moment += timedelta(minutes=1)
            began = time.process_time()
            changed = held.look(moment)
            (busy if changed else quiet).append(time.process_time() - began)
            assert len(changed) in (0, OBJECTS), minute
    return statistics.median(quiet), statistics.median(busy)


def main() -> None:
    """Print every figure."""
    polled = 0.0
    for quick, scale in ((True, 1.0), (False, 0.02)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, __file__, str(port), str(int(quick))]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as serving:
            assert serving.stdout
            assert serving.stdin
            spent, memory = serving.stdout.readline().split()
            single = statistics.median(load(port, serving.pid, 12, int(20_000 * scale)) for _ in range(5))
            batch = statistics.median(load(port, serving.pid, 14, int(8_000 * scale)) for _ in range(5))
            if quick:
                polled = asyncio.run(poll(port))
            serving.stdin.close()
        print(f"{'quick path' if quick else 'bacpypes3'}: {OBJECTS:,} objects of {DEVICES} devices ready in {spent} s CPU, {memory} MiB; "
              f"{single:,.0f} ReadProperty and {batch:,.0f} points by ReadPropertyMultiple a CPU second")  # fmt: skip
    print(f"{polled:,.0f} points polled a CPU second of the client, {BATCH} and more a request, with quality")
    print(f"{asyncio.run(notify()):,.0f} COV notifications a CPU second, 1,000 of {OBJECTS:,} objects subscribed")
    quiet, busy = alarms()
    print(
        f"{quiet * 1e3:.1f} ms to evaluate the alarms of {OBJECTS:,} objects, {busy * 1e3:.0f} ms where all of them change"
    )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        asyncio.run(serve(int(sys.argv[1]), sys.argv[2] == "1"))
    else:
        main()
