"""Trends as a virtual building: whole replays read back, steps that are none refused, measured data, wrong files."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import ObjectIdentifier, Real

from tests.study.test_live import SMALL
from twin.bacnet import points as listed
from twin.bacnet.application import free_port
from twin.bacnet.building import replay
from twin.bacnet.building.building import NETWORK
from twin.bacnet.gateway.discover import Client
from twin.bacnet.points import FIRST_DEVICE
from twin.errors import BacnetError
from twin.live.walk import walk


def trends(rows=20, columns=70):
    times = pd.date_range("2019-07-01", periods=rows, freq="15min", tz="Asia/Shanghai")
    values = np.random.default_rng(3).uniform(0.0, 100.0, (rows, columns))
    return pd.DataFrame(values, index=times, columns=[f"point {n}" for n in range(columns)])


class Served:
    """A replay in another process."""

    def __init__(self, file, *more):
        self.port = free_port("127.0.0.1")
        command = [
            sys.executable,
            "-m",
            "twin",
            "bacnet",
            "replay",
            str(file),
            "--port",
            str(self.port),
            *map(str, more),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        self.ready = self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=10)


STEPPED = ("--stepped", "--allow-writes-from", "127.0.0.1")


def test_a_whole_replay_arrives_as_it_was_sent(tmp_path):
    sent = trends()
    sent.to_parquet(tmp_path / "trends.parquet")
    points = replay.derive(sent)
    with Served(tmp_path / "trends.parquet", *STEPPED) as served:
        assert served.ready.startswith("ready: 70 points of 1 devices")
        told = []
        samples = walk(f"127.0.0.1:{served.port}", points, lambda done, total: told.append((done, total)))
    assert served.process.returncode == 0
    assert list(samples.index) == list(sent.index)
    assert np.array_equal(samples.to_numpy().astype(np.float32), sent.to_numpy().astype(np.float32))
    assert told[-1] == (20, 20)


def test_a_csv_of_measured_trends_is_replayed_with_its_own_points(tmp_path):
    sent = trends(8, 3)
    sent.index = sent.index.tz_localize(None)
    sent.rename_axis("Timestamp").to_csv(tmp_path / "trends.csv")
    known = [listed.Point(55, "AV", 9, "Supply air", "point 1", "degC", "Supply", 0.1, 10.0, 20.0)]
    listed.write(known, tmp_path / "points.csv")
    points = replay.derive(replay.read(tmp_path / "trends.csv"), known)
    assert not any(point.writable for point in points)
    with Served(
        tmp_path / "trends.csv", "--points", tmp_path / "points.csv", "--zone", "Asia/Shanghai", *STEPPED
    ) as served:
        samples = walk(f"127.0.0.1:{served.port}", points)
    assert samples["point 1"].to_numpy() == pytest.approx(sent["point 1"].to_numpy(), rel=1e-6)
    assert samples.index[0] == pd.Timestamp("2019-07-01", tz="Asia/Shanghai")


def test_a_step_that_is_none_is_refused(tmp_path):
    sent = trends(5, 2)
    sent.to_parquet(tmp_path / "trends.parquet")
    strangers = ("--stepped", "--allow-writes-from", "127.0.0.9")
    with Served(tmp_path / "trends.parquet", *strangers) as served, pytest.raises(BacnetError, match="write-access"):
        walk(f"127.0.0.1:{served.port}", replay.derive(sent))
    with Served(tmp_path / "trends.parquet") as served, pytest.raises(BacnetError, match="stepped"):
        walk(f"127.0.0.1:{served.port}", replay.derive(sent))


def test_a_stepped_site_goes_forward_alone(tmp_path):
    (tmp_path / "site.yaml").write_text(SMALL)
    port = free_port("127.0.0.1")
    command = [sys.executable, "-m", "twin", "bacnet", "serve", str(tmp_path), "--port", str(port), *STEPPED]
    command += ["--start", "2026-07-01T08:00:00", "--step", "300"]

    async def act():
        client = Client.on("127.0.0.1", 8)
        router, step = Address(f"127.0.0.1:{port}"), ObjectIdentifier(("analog-value", 1))
        room = Address(f"{NETWORK}:0x{FIRST_DEVICE:06x}@127.0.0.1:{port}")

        async def read(address, identifier, name):
            return await client.timed(client.read_property(address, ObjectIdentifier(identifier), name), "read")

        async def write(value):
            await client.timed(client.write_property(router, step, "present-value", Real(value)), "write", 20.0)

        try:
            found = [await read(router, ("analog-value", 2), "present-value")]
            for tick in (0.0, 12.0, 12.0):
                await write(tick)
                clock = await read(room, ("device", FIRST_DEVICE), "local-time")
                found.append((await read(router, step, "present-value"), tuple(clock)[:2]))
            refused = []
            for wrong in (11.0, 12.5, 1e6, float("nan")):
                with pytest.raises(BacnetError, match="value-out-of-range"):
                    await write(wrong)
                refused.append(await read(router, step, "present-value"))
            return found, refused
        finally:
            await client.stop()

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout.readline().strip().endswith("waits to be stepped; Ctrl-C stops")
            found, refused = asyncio.run(asyncio.wait_for(act(), 60.0))
        finally:
            served.send_signal(signal.SIGTERM)
    assert found == [0.0, (0.0, (8, 0)), (12.0, (9, 0)), (12.0, (9, 0))]
    assert refused == [12.0] * 4
    assert served.returncode == 0


def test_measured_trends_of_an_air_handling_unit_are_served(shared_data):
    files = sorted(shared_data("openfdd_ahu_vav").glob("*.parquet"))
    frame = replay.read(files[0])
    assert len(frame.columns) >= 4
    short = frame.iloc[:12]
    played = replay.Replay(short)
    places = played.places(list(short.columns))
    for row in range(12):
        np.testing.assert_array_equal(played.values(places), short.iloc[row].to_numpy())
        played.advance()
    assert played.tick == 11


def test_the_measured_trends_are_read_back_over_the_network(tmp_path, shared_data):
    files = sorted(shared_data("openfdd_ahu_vav").glob("*.parquet"))
    replay.read(files[0]).iloc[:10].to_parquet(tmp_path / "part.parquet")
    frame = replay.read(tmp_path / "part.parquet")  # without columns that have no number here
    assert frame.isna().to_numpy().any()
    with Served(tmp_path / "part.parquet", *STEPPED) as served:
        samples = walk(f"127.0.0.1:{served.port}", replay.derive(frame))
    np.testing.assert_allclose(samples.to_numpy(), frame.to_numpy(), rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("time,a\nyesterday,1\n", "is no time"),
        ("time,a\n2026-01-01,x\n", "no numbers"),
        ("a\n1\n", "no numbers"),
    ],
)
def test_a_wrong_file_gets_one_message(tmp_path, text, said):
    (tmp_path / "trends.csv").write_text(text)
    with Served(tmp_path / "trends.csv") as served:
        pass
    with pytest.raises(BacnetError, match=said):
        replay.read(tmp_path / "trends.csv")
    assert served.process.returncode in (1, 2)
    assert not served.ready


def test_points_without_a_column_are_told():
    known = [listed.Point(55, "AI", 9, "x", "nowhere", "degC", "", 0.1, float("nan"), float("nan"))]
    with pytest.raises(BacnetError, match="no column nowhere"):
        replay.derive(trends(3, 2), known)
