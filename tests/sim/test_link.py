"""Compiled kernels are kept as object code: later processes link them without the compiler, and damage is noticed."""

import os
import subprocess
import sys

import numpy as np
import pytest

from twin.sim import link
from twin.sim.emit import BATCH, HEAD
from twin.sim.link import NAME

ADD = f"{HEAD}{BATCH}\ndef {NAME}(v, x, n):\n    for i in range(n):\n        v[x[i]] += {{amount}}\n"
AGAIN = """
import sys
import numpy as np
from twin.sim import link
vector = np.zeros(3)
link.caller(link.address(sys.argv[1]), np.array([2, 0], dtype=np.int32), 0, 2)(vector)
print(vector.tolist(), "numba" in sys.modules)
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path))
    return tmp_path


def run(text):
    vector = np.zeros(3)
    link.caller(link.address(text), np.array([2, 0], dtype=np.int32), 0, 2)(vector)
    return vector.tolist()


def test_a_second_process_links_what_the_first_compiled_without_the_compiler(cache):
    answers = [
        subprocess.run(
            [sys.executable, "-c", AGAIN, ADD.format(amount="1.5")], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    ]
    assert answers == ["[1.5, 0.0, 1.5] True\n", "[1.5, 0.0, 1.5] False\n"]


def test_new_kernels_are_compiled_together_and_progress_is_told(cache):
    texts = [ADD.format(amount=f"{amount}.25") for amount in range(3)]
    told = []
    link.compile_new(texts, lambda *each: told.append(each))
    assert told[-1] == (3, 3)
    assert len(list((cache / "kernels").iterdir())) == 3
    assert [run(text)[0] for text in texts] == [0.25, 1.25, 2.25]


@pytest.mark.parametrize("harm", [lambda held: held[:-9], lambda held: held[:40] + b"!" + held[41:], lambda held: b""])
def test_damaged_object_code_is_compiled_anew(cache, harm):
    text = ADD.format(amount=f"{len(harm(bytes(99)))}.5")
    link.compile_new([text])
    (kept,) = (cache / "kernels").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(harm(whole))
    assert run(text)[0] > 0.0
    assert len(kept.read_bytes()) == len(whole)


def test_a_kernel_that_needs_the_compiler_while_it_runs_works_in_the_process_that_compiled_it(cache):
    text = f"import numpy as np\n{HEAD}{BATCH}\ndef {NAME}(v, x, n):\n    v[0] = np.sort(np.arange(3.0 * n)[::-1])[1]\n"
    assert run(text) == [1.0, 0.0, 0.0]


def test_where_nothing_can_be_written_kernels_still_run(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("TWIN_CACHE", os.fspath(blocked))
    assert run(ADD.format(amount="7.0")) == [7.0, 0.0, 7.0]
