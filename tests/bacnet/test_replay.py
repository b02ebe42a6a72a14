"""A virtual building over real BACnet/IP frames: whole replays, refused writes, silent and dying devices."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from twin.bacnet import reader
from twin.errors import BacnetError

POINTS = [
    {"name": n, "unit": u, "description": f"the {n}"} for n, u in (("room", "degC"), ("load", "W"), ("valve", "1"))
]


def trends(rows=20):
    times = pd.date_range("2019-07-01", periods=rows, freq="15min", tz="Asia/Shanghai")
    values = np.random.default_rng(3).uniform(0.0, 100.0, (rows, 3))
    return pd.DataFrame(values, index=times, columns=[p["name"] for p in POINTS])


@pytest.fixture
def building(tmp_path):
    trends().to_parquet(tmp_path / "trends.parquet")
    (tmp_path / "points.json").write_text(json.dumps(POINTS))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "twin.bacnet.replay",
        str(tmp_path / "trends.parquet"),
        str(tmp_path / "points.json"),
        "--port",
        str(port),
    ]
    device = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert device.stdout.readline().startswith("ready")
    yield f"127.0.0.1:{port}", device, command
    device.terminate()
    device.communicate(timeout=5)
    assert device.returncode == 0


def test_a_whole_replay_arrives_as_it_was_sent(building):
    instance, points, samples = reader.collect(building[0])
    assert instance == 1001
    assert [(p.name, p.unit, p.description) for p in points] == [
        ("room", "degrees-celsius", "the room"), ("load", "watts", "the load"), ("valve", "no-units", "the valve"),
    ]  # fmt: skip
    assert list(samples.index) == list(trends().index)
    assert np.array_equal(samples.to_numpy().astype(np.float32), trends().to_numpy().astype(np.float32))


def test_every_other_write_is_refused_and_changes_nothing(building):
    async def attack():
        async with reader.Reader(building[0]) as client:
            points = await client.inventory(await client.discover())
            before = await client.values(points)
            for identifier, value in (
                (("analog-input", 1), 5.0),
                (("analog-value", 2), 9.0),
                (("analog-value", 1), float("nan")),
                (("analog-value", 1), 99.0),
            ):
                with pytest.raises(BacnetError, match=r"(?i)write"):
                    await client.write(identifier, value)
            return before, await client.values(points)

    before, after = asyncio.run(attack())
    assert before == after


def test_an_address_that_is_taken_is_refused_with_exit_code_two(building):
    second = subprocess.run(building[2], capture_output=True, text=True, check=False, timeout=30)
    assert second.returncode == 2
    assert "is taken by another program" in second.stderr


def test_a_silent_address_is_told_within_the_deadline():
    with pytest.raises(BacnetError, match="nobody answers Who-Is"):
        reader.collect("127.0.0.1:9")
