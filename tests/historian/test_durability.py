"""What was acknowledged is there, whatever happens to the writers, the disk and the files."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from twin.errors import StoreError
from twin.historian.embedded import Embedded
from twin.historian.files import RAW
from twin.historian.samples import EARLIEST, LATEST
from twin.historian.tidy import Keeper, retain, tidy

START = pd.Timestamp("2019-07-01", tz="UTC")
YEARS = (START - pd.Timedelta("400D"), START + pd.Timedelta("4000D"))


def samples(first=0, rows=4, every="15min", **columns):
    index = pd.date_range(START + pd.Timedelta(days=first), periods=rows, freq=every)
    return pd.DataFrame(columns or {"ahu/supply": np.arange(rows, dtype=float)}, index=index)


def _write(folder, number):
    with Embedded(folder) as store:
        for day in range(20):
            store.append(samples(day, **{f"point{number}": np.full(4, float(day))}))
            tidy(store, hot=10)


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Embedded(tmp_path) as store:
        assert store.points()["samples"].tolist() == [80, 80, 80]
        assert len(store.query([f"point{number}" for number in range(3)], *YEARS)) == 240


WRITER = """
import sys
from pathlib import Path
import numpy as np
from twin.historian.embedded import Embedded
from twin.historian.samples import Samples
from twin.historian.tidy import Keeper
store = Embedded(Path(sys.argv[1]))
Keeper(store, period=0.002, hot=300).start()
count = int(sys.argv[2])
points = np.array(list(store.numbers([f"p{i}" for i in range(count)], make=True).values()), dtype=np.int32)
k = int(sys.argv[3])
while True:
    time = np.full(count, 1_561_939_200_000_000 + k * 3_600_000_000)
    store.append_samples(Samples(points, time, np.full(count, float(k)), np.zeros(count, dtype=np.uint8)))
    print(k, flush=True)
    k += 1
"""
"""Ingests hours of some points and tidies all the time; prints each hour once it is acknowledged."""


def _killed(folder, count, first, wait):
    """Newest hour that a writer acknowledged before it was killed."""
    command = [sys.executable, "-c", WRITER, str(folder), str(count), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        lines = [writer.stdout.readline()]
        time.sleep(wait)
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
    return int([line for line in lines if line.endswith("\n")][-1])


def _survives(folder, kills, seed):
    random = np.random.default_rng(seed)
    done = -1
    for _ in range(kills):
        done = _killed(folder, 5, done + 1, random.uniform(0.05, 0.5))
        with Embedded(folder) as store:
            back = store.query([f"p{i}" for i in range(5)], *YEARS)
            hours = back.pivot(index="time", columns="point", values="value")
            assert hours.notna().all().all(), "half an acknowledgement was kept"
            assert hours["p0"].to_numpy()[: done + 1].tolist() == [float(k) for k in range(done + 1)]
            done = len(hours) - 1  # an hour may have been written and its acknowledgement killed
            found = tidy(store, hot=0)
            assert found["moved"] == 0 or store.tail.size()[0] == 0
            on_disk = {path.relative_to(folder).as_posix() for path in folder.glob("*/*/*")}
            assert on_disk == store.ledger.paths(), "files that count and files that exist differ"
            assert len(store.query(["p0"], *YEARS)) == len(hours)


@pytest.mark.parametrize(("kills", "seed"), [(4, 1), pytest.param(50, 2, marks=pytest.mark.nightly)])
def test_kills_at_random_moments_lose_nothing(tmp_path, kills, seed):
    _survives(tmp_path, kills, seed)


FULL = """
import subprocess, sys
from pathlib import Path
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", sys.argv[1]], check=True)
import numpy as np
from twin.historian.embedded import Embedded
from twin.historian.samples import Samples
from twin.historian.tail import StoreFullError
from twin.historian.tidy import tidy
ballast = Path(sys.argv[1]) / "ballast"
ballast.write_bytes(bytes(3 * 2**20))
store = Embedded(Path(sys.argv[1]) / "store", reserve=int(sys.argv[2]))
store.numbers(["p"], make=True)
kept = 0
def append():
    time = 1_561_939_200_000_000 + (kept + np.arange(1000)) * 1_000_000
    store.append_samples(Samples(np.ones(1000, np.int32), time, np.random.default_rng(kept).random(1000), np.zeros(1000, np.uint8)))
try:
    for _ in range(10_000):
        append()
        kept += 1000
except StoreFullError as problem:
    assert store.alarm == str(problem)
    print("full:", problem)
assert kept > 10_000, kept
assert store.status()["alarm"]
assert len(store.query(["p"], "2019-01-01T00:00Z", "2030-01-01T00:00Z")) == kept
ballast.unlink()
append()
kept += 1000
assert not store.status()["alarm"]
tidy(store, hot=0)
assert len(store.query(["p"], "2019-01-01T00:00Z", "2030-01-01T00:00Z")) == kept
print("kept", kept)
"""


@pytest.mark.parametrize("reserve", [0, 2**20])
def test_a_full_disk_stops_ingestion_with_an_alarm_and_it_goes_on_once_there_is_room(tmp_path, reserve):
    alone = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-Urm"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk of their own")
    done = subprocess.run(
        [*alone, sys.executable, "-c", FULL, str(tmp_path), str(reserve)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "full:" in done.stdout
    assert "free some room" in done.stdout


def test_files_are_merged_by_the_month_and_summed_by_the_hour(tmp_path):
    with Embedded(tmp_path) as store:
        for day in range(40):
            store.append(
                samples(day, rows=288, every="5min", a=np.repeat(np.arange(24.0), 12) + day, b=np.full(288, 1.0))
            )
            tidy(store, hot=0)
        names = sorted(path.name.split("_")[0] for path in tmp_path.glob("raw/*/*"))
        assert names[0] == "2019-07"
        assert set(names[1:]) <= {f"2019-08-{day:02d}" for day in range(1, 10)}
        assert len(list(tmp_path.glob("hour/*/2019-07_*"))) == 1
        days = store.query(["a", "b"], START, START + pd.Timedelta("40D"), every="1D")
        assert days["a"].tolist() == [11.5 + day for day in range(40)]
        assert days["b"].tolist() == [1.0] * 40


def test_late_samples_in_a_closed_month_count_at_once_and_after_merging(tmp_path):
    with Embedded(tmp_path) as store:
        store.append(samples(rows=288 * 40, every="5min", a=np.ones(288 * 40)))
        tidy(store, hot=0)
        assert list(tmp_path.glob("hour/*/2019-07_*"))
        store.append(samples(3, rows=288, every="5min", a=np.full(288, 5.0)))
        for _ in range(2):
            days = store.query(["a"], START, START + pd.Timedelta("31D"), every="1D")["a"]
            assert days.iloc[3] == 5.0
            assert days.drop(days.index[3]).unique().tolist() == [1.0]
            tidy(store, hot=0)
        assert len(list(tmp_path.glob("raw/*/2019-07*"))) == 1
        assert len(list(tmp_path.glob("hour/*/2019-07*"))) == 1


def test_old_samples_leave_their_sums_by_the_hour(tmp_path):
    with Embedded(tmp_path) as store:
        store.append(samples(rows=4 * 24 * 70, every="15min", a=np.tile([1.0, 2.0, 3.0, 6.0], 24 * 70)))
        tidy(store, hot=0)
        now = START + pd.Timedelta("70D")
        assert retain(store, raw="30D", now=now)["samples"] == 4 * 24 * 31
        assert store.query(["a"], START, START + pd.Timedelta("31D")).empty
        hours = store.query(["a"], START, now, every="1h")
        assert hours["a"].tolist() == [3.0] * 24 * 70
        assert store.query(["a"], START, now, every="1D", how="max")["a"].tolist() == [6.0] * 70
        assert store.query(["a"], START, now, every="MS", how="count")["a"].tolist() == [2976.0, 2976.0, 768.0]
        assert retain(store, raw="30D", hourly="35D", now=now)["hours"] == 1
        assert store.query(["a"], START, START + pd.Timedelta("31D"), every="1D")["a"].isna().all()
        with pytest.raises(StoreError, match="no length of time"):
            retain(store, raw="a while")


def test_a_reader_is_not_disturbed_by_merging(tmp_path):
    with Embedded(tmp_path) as store, Embedded(tmp_path) as reader:
        for day in range(30):
            store.append(samples(day, rows=24, every="1h", a=np.ones(24)))
        with Keeper(store, period=0.001, hot=0) as keeper:
            for day in range(30, 60):
                store.append(samples(day, rows=24, every="1h", a=np.ones(24)))
                assert len(reader.query(["a"], *YEARS)) == (day + 1) * 24
                assert reader.query(["a"], *YEARS, every="MS", how="count")["a"].sum() == (day + 1) * 24
        assert not keeper.alarm


def test_a_damaged_file_is_named(tmp_path):
    with Embedded(tmp_path) as store:
        store.append(samples())
        tidy(store, hot=0)
        (file,) = store.ledger.files(RAW, None, EARLIEST, LATEST)
        (tmp_path / file.path).write_bytes(b"PAR1 and nothing else PAR1")
        with pytest.raises(StoreError, match="cannot be read"):
            store.query(["ahu/supply"], *YEARS)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="choose another folder"):
        Embedded(tmp_path / "file" / "store")


def test_a_store_of_a_newer_version_is_left_alone(tmp_path):
    with Embedded(tmp_path) as store, store.tail.changing() as tables:
        tables.execute("pragma user_version = 99")
    with pytest.raises(StoreError, match="newer version"):
        Embedded(tmp_path)
