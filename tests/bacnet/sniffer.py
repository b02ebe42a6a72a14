"""Wireshark's command line as a judge: frames are captured on an interface, and every one is decoded by a stack that is not ours."""

from __future__ import annotations

import contextlib
import csv
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

FIELDS = (
    "frame.number", "ip.src", "udp.srcport", "udp.dstport", "bvlc.function", "bacnet.mesgtyp", "bacapp.type", "bacapp.confirmed_service",
    "bacapp.unconfirmed_service", "_ws.malformed", "_ws.expert.severity", "_ws.expert.message", "udp.length", "ip.flags.mf",
)  # fmt: skip
WARNING = 0x600000
"""Severity from which Wireshark calls something suspect; errors are above."""
KINDS = ("Confirmed-REQ", "Unconfirmed-REQ", "Simple-ACK", "Complex-ACK", "Segment-ACK", "Error", "Reject", "Abort")
"""APDU types by number. ASHRAE 135, 20.1."""


@dataclass(frozen=True)
class Frame:
    """One decoded frame.

    Attributes
    ----------
    kind : of its APDU, empty for a message of the network layer, whose number is `message`.
    service : (whether confirmed, service choice), where it has one.
    complaint : what the judge says against it: malformed, a warning or an error, cut in fragments.
    length : octets of its UDP packet, with the head of eight.
    """

    number: int
    address: str
    port: int
    to: int
    kind: str
    service: tuple[bool, int] | None
    message: str
    complaint: str
    length: int


@contextlib.contextmanager
def capture(file: Path, interface: str, port: int, host=None) -> Iterator[None]:
    """Keep all UDP frames of a port on an interface, on a host of a test network or here; skips the test without the tools or the right."""
    for tool in ("tshark", "dumpcap"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed; run: apt-get install tshark")
    command = ["dumpcap", "-q", "-i", interface, "-f", f"udp port {port}", "-w", str(file)]
    told = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    taking = host.call(subprocess.Popen, command, **told) if host else subprocess.Popen(command, **told)
    try:
        said = taking.stderr.readline()
        if not said.startswith("Capturing on"):
            pytest.skip(f"frames cannot be captured here: {said.strip()}")
        taking.stderr.readline()  # the name of the file, once it is open
        yield
        time.sleep(0.3)  # what is in the kernel's buffer is written
    finally:
        taking.terminate()
        taking.communicate(timeout=10)


def decode(file: Path, *ports: int) -> list[Frame]:
    """All frames of a capture, as the judge reads them."""
    command = [
        "tshark",
        "-r",
        str(file),
        "-T",
        "fields",
        "-E",
        "header=y",
        "-E",
        "separator=,",
        "-E",
        "quote=d",
        "-E",
        "aggregator=|",
    ]
    for port in ports:
        command += ["-d", f"udp.port=={port},bvlc"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [_frame(row) for row in csv.DictReader(done.stdout.splitlines())]


def _frame(row: dict[str, str]) -> Frame:
    kind = KINDS[int(row["bacapp.type"])] if row["bacapp.type"] else ""
    confirmed, unconfirmed = row["bacapp.confirmed_service"], row["bacapp.unconfirmed_service"]
    service = (bool(confirmed), int((confirmed or unconfirmed).split("|")[0])) if confirmed or unconfirmed else None
    severe = [int(each) >= WARNING for each in row["_ws.expert.severity"].split("|") if each]
    complaint = f"malformed {row['_ws.malformed']} {row['_ws.expert.message']}" if row["_ws.malformed"] else ""
    if any(severe):
        complaint = complaint or row["_ws.expert.message"]
    if not row["bvlc.function"]:
        complaint = "is no BACnet/IP"
    if row["ip.flags.mf"] not in ("", "0", "False"):
        complaint = complaint or "is cut in fragments"
    return Frame(
        int(row["frame.number"]), row["ip.src"], int(row["udp.srcport"] or 0), int(row["udp.dstport"] or 0), kind, service, row["bacnet.mesgtyp"], complaint,
        int(row["udp.length"] or 0),
    )  # fmt: skip
