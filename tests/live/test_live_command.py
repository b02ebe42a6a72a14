"""The live command as an operator runs it: beside a served building, stopped by SIGTERM, started again, wrong input."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.study.test_live import SMALL
from twin.bacnet.application import free_port


def start(*told):
    return subprocess.Popen(
        [sys.executable, "-m", "twin", *map(str, told)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def followed(status, steps=2, patience=120.0):
    """Wait until a twin has gone some steps with all its inputs measured, or for as long as anybody would."""
    until, moments = time.monotonic() + patience, set()
    while len(moments) < steps and time.monotonic() < until:
        found = json.loads(status.read_text()) if status.exists() else {"inputs": 0}
        if found["inputs"] and found["inputs"] == found["inputs_measured"]:
            moments.add(found["moment"])
        time.sleep(0.2)


@pytest.fixture
def building(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "site.yaml").write_text(SMALL)
    port = free_port("127.0.0.1")
    with start("bacnet", "serve", tmp_path / "site", "--port", port, "--step", 5) as served:
        try:
            assert served.stdout.readline().startswith("ready")
            yield tmp_path / "site", port
        finally:
            served.send_signal(signal.SIGTERM)
        served.wait(timeout=10)


def test_the_twin_follows_a_served_building_and_goes_on_after_a_restart(building, tmp_path):
    site, port = building
    command = ["live", site, "--store", tmp_path / "store", "--router", f"127.0.0.1:{port}", "--network", 2001]
    command += ["--period", 1, "--step", 5, "--json"]
    with start(*command) as twin:
        assert twin.stdout.readline().startswith("ready: ")
        followed(tmp_path / "store" / "live" / "twin.json")
        twin.send_signal(signal.SIGTERM)
        told, err = twin.communicate(timeout=20)
    assert twin.returncode == 0, err
    first = json.loads(told)
    assert (first["inputs_measured"], first["inputs"]) == (7, 7)
    assert first["gateway"]["samples"] >= 50
    assert first["substituted"] == 0
    assert json.loads((tmp_path / "store" / "live" / "twin.json").read_text())["moment"] == first["moment"]
    with start(*command, "--seconds", 6) as again:
        told, err = again.communicate(timeout=40)
    assert again.returncode == 0, err
    lines = told.splitlines()
    assert any(line.startswith("goes on from") for line in lines)
    second = json.loads(told[told.index("{") :])
    assert second["moment"] > first["moment"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--store", "postgresql://nobody@localhost:1/none"], "--home"),
        (["--store", "{tmp}/s", "--step", "7"], "must divide the hour"),
        (["--store", "{tmp}/s", "--weather", "atlantis"], "no such city"),
        (["--store", "{tmp}/s", "--own", "203.0.113.9"], "not an address of this machine"),
        (["--store", "{tmp}/s", "--router", "127.0.0.1:1"], "answers Who-Is"),
    ],
)
def test_wrong_input_gets_one_message(tmp_path, twin, more, said):
    (tmp_path / "site.yaml").write_text(SMALL)
    told = [each.format(tmp=tmp_path) for each in more]
    done = twin("live", tmp_path, *told)
    assert done.returncode in (1, 2)
    assert said in " ".join(done.stderr.split())
