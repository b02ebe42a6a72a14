"""Network namespaces on one bridge: hosts of a real network, with broadcast, links that can be cut, and ports of their own."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

NETWORK_KIND = 0x40000000
"""CLONE_NEWNET of setns(2)."""
MASK = 24
_numbers = itertools.count()


class Host:
    """A namespace with an address; what is submitted to it runs in a thread that lives there, one thing after the other."""

    def __init__(self, name: str, address: str) -> None:
        self.name, self.address = name, address
        self._thread = ThreadPoolExecutor(1, name, initializer=enter, initargs=(name,))

    def submit(self, act, *told, **named):
        """A future of what a function gives when it is called there; processes that it starts live there, too."""
        return self._thread.submit(act, *told, **named)

    def call(self, act, *told, **named):
        """What a function gives when it is called there."""
        return self.submit(act, *told, **named).result(60.0)

    def link(self, state: str) -> None:
        """Cut the cable, or plug it in again."""
        ip("-n", self.name, "link", "set", "eth0", state)

    def leave(self) -> None:
        """End the thread."""
        self._thread.shutdown(cancel_futures=True)


def enter(name: str) -> None:
    """Move the calling thread into a namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/run/netns", name).open() as place:
        if libc.setns(place.fileno(), NETWORK_KIND):
            raise OSError(ctypes.get_errno(), f"setns {name}")


def ip(*told: str) -> None:
    """The command `ip`.

    Raises
    ------
    CalledProcessError
        When it refuses.
    """
    subprocess.run(["ip", *told], check=True, capture_output=True, text=True, timeout=10)


@contextlib.contextmanager
def network(names: Sequence[str] = "ab", subnet: int = 1) -> Iterator[dict[str, Host]]:
    """Hosts by name, at 10.77.subnet.1, .2 ... on one bridge; the test is skipped where namespaces cannot be made.

    The bridge has a namespace of its own, so that the machine's own network is not touched, and deleting the namespaces deletes all.
    """
    head = f"twin-{os.getpid()}-{next(_numbers)}"
    bridge, hosts, made = f"{head}-wire", {}, []
    try:
        try:
            for space in (bridge, *(f"{head}-{name}" for name in names)):
                ip("netns", "add", space)
                made.append(space)
            ip("-n", bridge, "link", "add", "wire", "type", "bridge")
            ip("-n", bridge, "link", "set", "wire", "up")
        except (OSError, subprocess.SubprocessError) as problem:
            told = (getattr(problem, "stderr", None) or str(problem)).strip()
            pytest.skip(f"network namespaces cannot be made here, they need root and iproute2: {told}")
        for number, name in enumerate(names, 1):
            space, address = f"{head}-{name}", f"10.77.{subnet}.{number}"
            ip("-n", bridge, "link", "add", f"port-{name}", "type", "veth", "peer", "name", "eth0", "netns", space)
            ip("-n", bridge, "link", "set", f"port-{name}", "master", "wire", "up")
            ip("-n", space, "addr", "add", f"{address}/{MASK}", "brd", "+", "dev", "eth0")
            for device in ("lo", "eth0"):
                ip("-n", space, "link", "set", device, "up")
            hosts[name] = Host(space, address)
        yield hosts
    finally:
        for host in hosts.values():
            host.leave()
        for space in made:
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True, timeout=10)
