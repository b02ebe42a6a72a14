"""A BACnet client in another language, which shares no code with us, examines the virtual building from another host."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bacnet.netns import network
from tests.bacnet.sniffer import capture, decode
from tests.bacnet.test_frames import shown
from twin.bacnet import points as listed
from twin.bacnet.building.building import NETWORK, ROUTER
from twin.bacnet.port import PORT
from twin.site.load import load

ROOT = Path(__file__).resolve().parents[2]
INDEPENDENT = Path(__file__).parent / "independent"
CACHE = ROOT / ".examiners"
MIXED = 100_021
"""A device with one object of every kind, made by reviewing points.csv."""
REVIEWED = {
    "weather.dry_bulb": ("AI", math.nan, math.nan), "weather.relative_humidity": ("BI", math.nan, math.nan),
    "weather.wind_speed": ("MSI", math.nan, math.nan), "hours/office.value": ("AO", 0.0, 1.0), "hours/devices.value": ("BO", 0.0, 1.0),
    "hours/lights.value": ("BV", 0.0, 1.0), "hours/air.value": ("MSO", 1.0, 3.0),
    "podium/training/terminal.heating_setpoint": ("AV", -50.0, 150.0), "podium/training/terminal.cooling_setpoint": ("MSV", 1.0, 30.0),
}  # fmt: skip
LARGE = 100_005
START = "2020-07-15T10:00:00"
OURS, BROADCAST = "10.77.1.1", "10.77.1.255"
WRITABLE = "podium/training/air.setpoint"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The shipped site with a points.csv that has been reviewed, and its points."""
    folder = tmp_path_factory.mktemp("sites") / "binhai"
    shutil.copytree(ROOT / "sites" / "binhai", folder)
    found = []
    for each in listed.of(load(str(folder)), folder):
        kind, low, high = REVIEWED.get(each.signal, ("", 0.0, 0.0))
        found.append(
            dataclasses.replace(each, device=MIXED, object=kind, instance=1, low=low, high=high) if kind else each
        )
    listed.write(found, folder / listed.FILE)
    return folder, found


@pytest.fixture(scope="module")
def examined(site, tmp_path_factory):
    """Rows of the matrix: name, passed, told; and the capture of all frames, where the tool for it is here."""
    node = shutil.which("node")
    if node is None or not (CACHE / "node_modules" / "@bacnet-js").exists():
        pytest.skip("the independent client is not here; with node and npm installed, run: make examiners")
    folder, points = site
    frames = tmp_path_factory.mktemp("frames") / "exam.pcapng"
    with network("ab") as on, contextlib.ExitStack() as capturing:
        if shutil.which("dumpcap") and shutil.which("tshark"):
            capturing.enter_context(capture(frames, "eth0", PORT, on["b"]))
        told = [
            "--address",
            on["a"].address,
            "--factor",
            "600",
            "--start",
            START,
            "--allow-writes-from",
            on["b"].address,
        ]
        building = twin_process(on["a"], "bacnet", "serve", folder, *told)
        try:
            assert building.stdout.readline().startswith("ready: 749 points of 20 devices")
            exam = [node, str(INDEPENDENT / "exam.mjs"), json.dumps(plan(on, points))]
            done = (
                on["b"].submit(subprocess.run, exam, capture_output=True, text=True, check=False, timeout=60).result(70)
            )
        finally:
            building.send_signal(signal.SIGTERM)
            code = building.wait(timeout=10)
            building.stdout.close()
    assert (code, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()], frames


def twin_process(host, *told):
    """The command, going on, on a host."""
    return host.call(
        subprocess.Popen, [sys.executable, "-m", "twin", *map(str, told)], stdout=subprocess.PIPE, text=True
    )


def plan(on, points):
    """What the exam has to know."""
    writable = next(each for each in points if each.signal == WRITABLE)
    return {
        "modules": str(CACHE), "broadcast": BROADCAST, "router": on["a"].address, "network": NETWORK, "routerDevice": ROUTER,
        "devices": sorted({each.device for each in points}), "large": LARGE,
        "mixed": {"device": MIXED, "kinds": {kind: 1 for kind, _, _ in REVIEWED.values()}},
        "writable": {"device": writable.device, "instance": writable.instance},
    }  # fmt: skip


def test_the_matrix_of_an_independent_client_passes(examined):
    rows, _ = examined
    for each in rows:
        sys.stdout.write(f"{'pass' if each['passed'] else 'FAIL'}  {each['name']}  {each['told']}\n")
    assert len(rows) > 85
    assert [each for each in rows if not each["passed"]] == []


def test_all_frames_of_the_matrix_are_well_formed(examined):
    _, file = examined
    if not file.exists():
        pytest.skip("tshark is not installed; run: apt-get install tshark")
    frames = [each for each in decode(file, PORT) if each.address == OURS]
    assert [each for each in frames if each.complaint] == []
    found = shown(frames)
    assert found["Complex-ACK"].total() > 140
    assert found["Complex-ACK"]["ReadRange"] >= 2
    assert {"Error", "Reject", "Simple-ACK"} <= set(found)
    assert min(found["Unconfirmed-REQ"]["COV"], found["Confirmed-REQ"]["COV"]) >= 2


def test_the_lock_file_pins_contents_and_names_no_registry():
    held = json.loads((INDEPENDENT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    modules = {name: each for name, each in held.items() if name}
    assert modules["node_modules/@bacnet-js/client"]["version"] == "3.3.2"
    assert all(each["integrity"].startswith("sha512-") and "resolved" not in each for each in modules.values())
    assert "://" not in json.dumps(held)
