"""The commands on a real network socket: serve a site, find it, read it, write to it on loan; wrong input gets one message."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from twin.bacnet.application import free_port
from twin.bacnet.inventory import inventory
from twin.bacnet.points import KINDS

LIST = "signal,low,high,slot,hourly,role\nplant/loop.setpoint,6,12,13,9,operator\n"


@pytest.fixture(scope="module")
def served():
    """Port of binhai as a virtual building, ten minutes a second."""
    port = free_port("127.0.0.1")
    command = [sys.executable, "-m", "twin", "bacnet", "serve", "binhai", "--port", str(port), "--factor", "600"]
    command += ["--allow-writes-from", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as building:
        try:
            assert building.stdout.readline().startswith("ready: 749 points of 20 devices")
            yield port
        finally:
            building.send_signal(signal.SIGTERM)
        assert building.wait(timeout=10) == 0


def behind(port):
    return ["--router", f"127.0.0.1:{port}", "--network", "2001"]


def test_a_served_site_is_found_read_and_kept(served, tmp_path, twin):
    found = json.loads(twin("bacnet", "discover", *behind(served), "--json").stdout)
    assert [each["instance"] for each in found] == list(range(100_000, 100_021))
    assert not any(each["doubled"] for each in found)
    read = twin("bacnet", "validate", "binhai", *behind(served))
    assert (read.returncode, read.stdout.strip().splitlines()[-1]) == (0, "749 of 749 points are good")
    store = tmp_path / "store"
    polled = twin(
        "bacnet", "poll", "binhai", "--store", store, *behind(served), "--period", "0.5", "--seconds", "5", "--json"
    )
    counted = json.loads(polled.stdout)
    assert counted["samples"] >= 749 * 2
    last = json.loads(twin("history", "last", store, "plant/loop.water", "grid.power", "--json").stdout)
    assert [each["quality"] for each in last] == ["good", "good"]
    assert 4.0 < last[0]["value"] < 25.0


def test_a_value_on_loan_is_written_and_given_back(served, tmp_path, twin):
    allowed, journal = tmp_path / "allow.csv", tmp_path / "journal.jsonl"
    allowed.write_text(LIST)
    common = ["--allow", allowed, "--journal", journal, "--who", "Li", *behind(served)]
    told = ["bacnet", "write", "binhai", "plant/loop.setpoint", "10", *common]
    dry = twin(*told, "--role", "operator", "--dry-run")
    assert "nothing was sent" in dry.stdout
    assert not journal.exists()
    done = twin(*told, "--role", "operator", "--seconds", "2")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["what"] for line in journal.read_text().splitlines()] == ["intent", "active", "released"]
    left = twin("bacnet", "release", "binhai", "--journal", journal)
    assert "nothing is left over" in left.stdout


def test_a_served_site_is_listed_and_mapped_back_to_itself(served, tmp_path, twin):
    table, edited = tmp_path / "inventory.csv", tmp_path / "review.csv"
    files = ["--csv", table, "--ede", tmp_path / "ede", "--brick", tmp_path / "model.ttl"]
    done = twin("bacnet", "inventory", *behind(served), *files)
    assert "objects of 21 devices" in done.stdout, done.stderr
    every = [item for each in inventory.read(table) for item in each.items]
    items = [item for item in every if item.object in KINDS]
    assert len(items) == sum(item.object == "trend-log" for item in every) == 749
    assert not any(item.problem for item in items)
    assert [item.commandable for item in items] == [item.object in ("AO", "AV") for item in items]
    assert (tmp_path / "model.ttl").read_text("utf-8").count("ref:BACnetReference") >= 749
    assert len((tmp_path / "ede" / "ede_EDE.csv").read_text("utf-8").splitlines()) == 8 + len(every)
    assert twin("bacnet", "map", "binhai", "--inventory", table, "--review", edited).returncode == 0
    told = ["--review", edited, "--above", "1", "--to", tmp_path / "points.csv", "--write", "--json"]
    assert json.loads(twin("bacnet", "map", "binhai", *told).stdout)["accepted"] == 749
    rows = (tmp_path / "points.csv").read_text("utf-8").splitlines()[1:]
    declared = json.loads(twin("points", "binhai", "--json").stdout)
    assert sorted(row.split(",")[:3] for row in rows) == sorted(
        [str(each["device"]), each["object"], str(each["instance"])] for each in declared
    )


@pytest.mark.parametrize(
    ("told", "code", "says"),
    [
        (("bacnet", "serve", "nowhere"), 2, "nowhere"),
        (("bacnet", "serve", "binhai", "--factor", "0"), 2, "must be greater than 0"),
        (("bacnet", "serve", "binhai", "--step", "7"), 2, "must divide the hour"),
        (("bacnet", "serve", "binhai", "--address", "192.0.2.1"), 1, "is not an address of this machine"),
        (("bacnet", "discover", "--router", "nonsense"), 1, "is no address"),
        (("bacnet", "discover", "--mask", "99"), 1, "has 1 to 32 bits"),
        (("bacnet", "discover", "--bbmd", "nonsense"), 1, "is no address"),
        (("bacnet", "serve", "binhai", "--bbmd", "--bbmd-peer", "x", "--port", "47911"), 1, "is no address"),
        (("bacnet", "serve", "binhai", "--stepped"), 2, "--allow-writes-from"),
        (("bacnet", "replay", "nothing.csv"), 1, "cannot be read"),
        (("bacnet", "discover", "--router", "127.0.0.1:9"), 1, "nobody answers"),
        (("bacnet", "inventory", "--router", "127.0.0.1:9"), 1, "nobody answers"),
        (("bacnet", "map", "nowhere", "--inventory", "x.csv"), 2, "nowhere"),
        (("bacnet", "map", "binhai", "--inventory", "x.csv"), 1, "cannot be read"),
        (("bacnet", "poll", "binhai", "--store", "s", "--router", "127.0.0.1:9"), 1, "none of the devices"),
        (("bacnet", "status", "nowhere"), 1, "has `twin bacnet poll` run"),
        (("bacnet", "write", "binhai", "grid.power", "1", "--allow", "allow.csv", "--role", "operator", "--who", "Li"), 2, "not on the allow-list"),
        (("bacnet", "write", "binhai", "plant/loop.setpoint", "40", "--allow", "allow.csv", "--role", "operator", "--who", "Li"), 2, "is outside 6 to 12"),
        (("bacnet", "write", "binhai", "plant/loop.setpoint", "9", "--allow", "allow.csv", "--role", "guest", "--who", "Li"), 2, "is for the role operator"),
        (("bacnet", "write", "binhai", "plant/loop.setpoint", "9", "--allow", "absent.csv", "--role", "operator", "--who", "Li"), 1, "cannot be read"),
        (("points", "nowhere"), 2, "nowhere"),
    ],
)  # fmt: skip
def test_wrong_input_gets_one_message_and_no_traceback(tmp_path, monkeypatch, twin, told, code, says):
    (tmp_path / "allow.csv").write_text(LIST)
    monkeypatch.chdir(tmp_path)
    done = twin(*told)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
