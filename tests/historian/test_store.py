"""The historian: what it acknowledged comes back bit for bit, also after a kill, and bad frames are refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import StoreError
from twin.historian.store import Historian


def frame(values, start="2019-07-01", step="15min", names=("room",)):
    index = pd.date_range(start, periods=len(values), freq=step, name="time")
    return pd.DataFrame(np.asarray(values, dtype=float).reshape(len(values), -1), index=index, columns=list(names))


@given(st.lists(st.floats(allow_nan=False, width=64), min_size=1, max_size=20))
def test_numbers_come_back_bit_for_bit(values):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        store = Historian(Path(folder))
        store.append(frame(values, step="7h"))
        read = store.read(["room"])
        assert read["room"].to_numpy().tobytes() == np.asarray(values, dtype=float).tobytes()
        assert str(read.index.tz) == "UTC"


def test_a_new_point_needs_no_new_schema_and_a_gap_is_not_a_zero(tmp_path):
    store = Historian(tmp_path)
    store.append(frame([1.0, np.nan]))
    store.append(frame([5.0, 6.0], names=("load",)))
    read = store.read(["load", "room"])
    assert list(read.columns) == ["load", "room"]
    assert np.isnan(read["room"].iloc[1])
    listed = store.points().set_index("name")
    assert list(store.points().columns) == ["name", "first", "last", "count"]
    assert listed["count"].to_dict() == {"load": 2, "room": 1}
    assert listed.loc["load", "last"] == pd.Timestamp("2019-07-01T00:15Z")


def test_the_latest_append_wins_whatever_the_clock_or_the_day(tmp_path):
    for value in range(12):
        Historian(tmp_path).append(frame([float(value)]))
    assert Historian(tmp_path).read(["room"])["room"].tolist() == [11.0]
    assert Historian(tmp_path).points()["count"].tolist() == [1]


def test_the_end_is_not_included_and_aware_times_are_converted(tmp_path):
    store = Historian(tmp_path)
    samples = frame(range(96 * 3))
    store.append(samples.tz_localize("Asia/Shanghai"))
    start, end = pd.Timestamp("2019-07-02", tz="Asia/Shanghai"), pd.Timestamp("2019-07-03", tz="Asia/Shanghai")
    assert store.read(["room"], start, end)["room"].tolist() == list(range(96, 192))
    assert store.read(["room"], end=pd.Timestamp("2019-06-30T16:15"))["room"].tolist() == [0.0]
    assert store.read(["room"], start=pd.Timestamp("2030-01-01")).empty


def test_an_empty_store_and_an_unknown_point_are_told_apart(tmp_path):
    store = Historian(tmp_path)
    assert store.points().empty
    assert store.read().empty
    with pytest.raises(StoreError, match="never stored ghost"):
        store.read(["ghost"])


def test_every_problem_of_a_frame_is_told_at_once(tmp_path):
    bad = pd.DataFrame([[1.0, "x", 2.0]], columns=["a", "b", "a"])
    with pytest.raises(StoreError, match=r"no times.*'a' stands twice.*'b' is"):
        Historian(tmp_path).append(bad)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="choose another folder"):
        Historian(tmp_path / "file" / "history")


WRITER = """
import sys, pathlib, pandas as pd, numpy as np
from twin.historian.store import Historian
store = Historian(pathlib.Path(sys.argv[1]))
for k in range(10_000):
    index = pd.date_range("2019-07-01", periods=2000, freq="s") + pd.Timedelta(seconds=2000 * k)
    store.append(pd.DataFrame({"a": np.full(2000, float(k)), "b": np.full(2000, float(k))}, index=index))
    sys.stdout.write(f"{k}\\n"); sys.stdout.flush()
"""


@pytest.mark.parametrize("wait", [0.05, 0.15, 0.3])
def test_a_kill_loses_nothing_acknowledged_and_leaves_nothing_half_written(tmp_path, wait):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    told = [int(writer.stdout.readline())]
    time.sleep(wait)
    os.kill(writer.pid, signal.SIGKILL)
    told += [int(line) for line in writer.communicate()[0].split()]
    assert writer.returncode == -signal.SIGKILL
    read = Historian(tmp_path).read(["a", "b"])
    counts = read["a"].value_counts()
    assert set(counts) == {2000}
    assert set(told) <= set(counts.index.astype(int))
    assert read["a"].equals(read["b"].rename("a"))
    Historian(tmp_path).append(frame([1.0], names=("after",)))
    assert "after" in set(Historian(tmp_path).points()["name"])
