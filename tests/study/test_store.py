"""What a study has finished is there, whatever happens to the study, the disk and the file."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest

from twin.errors import StoreError
from twin.study.store import FILE, SpoiltError, Store

WRITER = """
import sys
from pathlib import Path
from twin.study.store import Store
store, number = Store(Path(sys.argv[1])), sys.argv[2]
for batch in range(100_000):
    store.keep({f"{number} {batch} {each}": "x" * 2000 for each in range(5)}, "m")
    print(batch, flush=True)
"""


def test_a_run_comes_back_as_it_was_kept(tmp_path):
    store = Store(tmp_path)
    store.keep({"a": '{"outcome": 0.1}', "b": "温度"}, "m")
    assert store.known(["a", "b", "c"]) == ({"a", "b"}, set())
    assert [store.body("a"), store.body("b")] == ['{"outcome": 0.1}', "温度"]
    with pytest.raises(SpoiltError, match="run c was kept and is gone or spoilt; run the same command again"):
        store.body("c")
    store.close()


def test_writers_killed_at_random_moments_lose_nothing_that_was_acknowledged(tmp_path):
    for round_ in range(3):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(tmp_path), f"{round_}{number}"], stdout=subprocess.PIPE, text=True
            )
            for number in range(2)
        ]
        assert all(writer.stdout.readline() == "0\n" for writer in writers)
        time.sleep(0.5 + round_ * 0.37)
        for number, writer in enumerate(writers):
            writer.send_signal(signal.SIGKILL)
            told = ["0", *(line for line in writer.communicate()[0].split("\n") if line)]
            keys = [f"{round_}{number} {batch} {each}" for batch in range(len(told)) for each in range(5)]
            store = Store(tmp_path)
            assert store.known(keys) == (set(keys), set())
            store.close()


def test_a_run_that_was_changed_counts_as_spoilt(tmp_path):
    store = Store(tmp_path)
    store.keep({"a": "one", "b": "two", "c": "three"}, "m")
    with sqlite3.connect(tmp_path / FILE) as tables:
        tables.execute("update runs set body = 'other' where key = 'a'")
        tables.execute("update runs set body = cast(x'ff00fe' as text) where key = 'b'")
    tables.close()
    assert store.known(["a", "b", "c"]) == ({"c"}, {"a", "b"})
    with pytest.raises(SpoiltError):
        store.body("a")
    store.keep({"a": "one"}, "m")
    assert store.body("a") == "one"
    store.close()


def test_a_file_that_is_no_store_is_set_aside_and_told(tmp_path):
    (tmp_path / FILE).write_bytes(np.random.default_rng(1).bytes(5000))
    store = Store(tmp_path)
    assert "cannot be read any more; set aside as spoilt-" in store.remarks[0]
    store.keep({"a": "one"}, "m")
    assert store.body("a") == "one"
    assert len(list(tmp_path.glob("spoilt-*"))) == 1
    store.close()


def test_a_folder_that_cannot_be_made_and_a_newer_store_are_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"no store can be made here .*choose another folder"):
        Store(tmp_path / "file" / "store")
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as tables:
        tables.execute("pragma user_version = 99")
    tables.close()
    with pytest.raises(StoreError, match="newer version of the twin"):
        Store(tmp_path)


FULL = """
import subprocess, sys
from pathlib import Path
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", sys.argv[1]], check=True)
from twin.historian.tail import StoreFullError
from twin.study.store import Store
folder = Path(sys.argv[1])
(folder / "ballast").write_bytes(bytes(2**20))
store, kept = Store(folder / "store"), 0
try:
    while kept < 10_000:
        store.keep({str(kept): "x" * 5000}, "m")
        kept += 1
except StoreFullError as problem:
    print("full:", problem)
assert 20 < kept < 10_000, kept
keys = [str(each) for each in range(kept)]
assert store.known(keys) == (set(keys), set())
(folder / "ballast").unlink()
store.keep({str(kept): "x" * 5000}, "m")
again = Store(folder / "store")
assert len(again.known([*keys, str(kept)])[0]) == kept + 1
"""


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path):
    alone = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-Urm"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk of their own")
    done = subprocess.run(
        [*alone, sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "no room left" in done.stdout
    assert "free some room" in done.stdout
