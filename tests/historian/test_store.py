"""The historian keeps what it acknowledged, whatever happens to its writers."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from twin.errors import StoreError
from twin.historian.store import Historian


def samples(first=0, rows=4, **columns):
    index = pd.date_range("2019-07-01", periods=rows, freq="15min", tz="Asia/Shanghai") + pd.Timedelta(days=first)
    return pd.DataFrame(columns or {"ahu/supply": np.arange(rows, dtype=float)}, index=index)


def test_what_was_written_is_read_back_with_its_time_zone(tmp_path):
    store = Historian(tmp_path / "it's here")
    store.append(samples(a=[1.0, 2.0, np.nan, 4.0], b=[5.0, 6.0, 7.0, 8.0]))
    back = Historian(tmp_path / "it's here").read(["b", "a"])
    assert back["b"].tolist() == [5.0, 6.0, 7.0, 8.0]
    assert back["a"].isna().tolist() == [False, False, True, False]
    assert back.index[0] == pd.Timestamp("2019-07-01", tz="Asia/Shanghai")
    assert store.points().set_index("point")["samples"].to_dict() == {"a": 3, "b": 4}


def test_a_time_written_twice_keeps_its_latest_value(tmp_path):
    store = Historian(tmp_path)
    store.append(samples())
    store.append(samples(rows=1, **{"ahu/supply": [9.0]}))
    assert store.read()["ahu/supply"].tolist() == [9.0, 1.0, 2.0, 3.0]


def test_times_without_zone_are_refused(tmp_path):
    with pytest.raises(StoreError, match="localise the index first"):
        Historian(tmp_path).append(samples().tz_localize(None))


def test_an_empty_store_says_so(tmp_path):
    with pytest.raises(StoreError, match="holds no samples yet"):
        Historian(tmp_path).read()


def _write(folder, number):
    store = Historian(folder)
    for day in range(20):
        store.append(samples(day, **{f"point{number}": np.full(4, float(day))}))


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert Historian(tmp_path).points()["samples"].tolist() == [80, 80, 80]


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.historian.test_store import samples
from twin.historian.store import Historian
store = Historian(Path(sys.argv[1]))
for day in range(100_000):
    store.append(samples(day))
    print(day, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill_in_mid_write(tmp_path):
    code = WRITER.format(root=os.getcwd())
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        lines = [writer.stdout.readline() for _ in range(20)]
        time.sleep(0.013)
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
    acknowledged = int([line for line in lines if line.endswith("\n")][-1])
    back = Historian(tmp_path).read()
    assert len(back) >= 4 * (acknowledged + 1)
    assert len(back) % 4 == 0
    Historian(tmp_path).append(samples(200_000))
    assert len(Historian(tmp_path).read()) == len(back) + 4
