"""What runs beside a dashboard is started in turn and leaves nobody behind, however the dashboard ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from twin.live import together
from twin.live.together import Part, Together

PATIENCE = 60.0
ORPHAN = """
import sys, time
from twin.bacnet.application import free_port
from twin.live.together import Part, Together
beside = Together([Part("building", ["bacnet", "serve", "tblock", "--port", str(free_port("127.0.0.1"))], "ready")], lambda name, line: None)
beside.start()
while beside.state["building"] != "running": time.sleep(0.05)
print(beside._running["building"].pid, flush=True)
time.sleep(600)
"""


def until(true):
    end = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    assert true()


def alive(process):
    try:
        os.kill(process, 0)
        with open(f"/proc/{process}/stat", encoding="ascii") as told:
            return told.read().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_part_that_fails_is_told_tried_again_and_given_up(monkeypatch):
    monkeypatch.setattr(together, "AGAIN", (0.01, 0.01))
    said = []
    beside = Together(
        [
            Part("history", ["history", "points", "/nowhere"], lasting=False),
            Part("after", ["schema", "--help"], lasting=False),
        ],
        lambda name, line: said.append((name, line)),
    )
    beside.start()
    until(lambda: beside.state == {"history": "failed", "after": "done"})
    beside.stop()
    told = [line for name, line in said if name == "history" and line.startswith("alarm")]
    assert "started again" in told[0]
    assert "given up" in told[-1]
    assert any("is no store" in line for _, line in said)


def test_a_building_ends_with_whoever_started_it_even_when_that_is_killed():
    owner = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True)
    building = int(owner.stdout.readline())
    assert alive(building)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    until(lambda: not alive(building))
