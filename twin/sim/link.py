"""Object code of kernels, kept in the user's cache folder under a hash of text, processor and compiler, and linked without Numba."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from ctypes import CFUNCTYPE, c_int64
from functools import cache
from importlib.metadata import version
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt

from twin import stock

NAME = "batch"
"""What every text calls the function it is compiled for, and its name in the object code."""
MOST_HELPERS, FEWEST = 3, 4
"""Processes that help to compile, and new kernels from which on each is worth its start."""
Call = Callable[[npt.NDArray[np.float64]], None]
_linked: dict[str, int] = {}
_held: list[Any] = []
"""Libraries whose addresses were handed out must outlive them."""


def address(text: str) -> int:
    """Address of the compiled function of a text.

    Notes
    -----
    Linking what is kept takes half a millisecond, loading the compiler half a second. Where the code cannot be kept, or
    the platform's linker refuses it, the compiler's own address is handed out.
    """
    key = _key(text)
    if key not in _linked:
        kept = stock.take_octets("kernels", key)
        code = _made(text) if kept is None else kept
        _linked[key] = _link(key, code) or _in_process(text)
    return _linked[key]


def compile_new(texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> None:
    """Compile what was never compiled on this machine, on several cores.

    Parameters
    ----------
    progress : told (texts done, texts in all).
    """
    new = [text for text in texts if _key(text) not in _linked and stock.take_octets("kernels", _key(text)) is None]
    shares = 1 + min((os.cpu_count() or 1) - 1, MOST_HELPERS, len(new) // FEWEST)
    helpers = [_helper(new[share::shares]) for share in range(1, shares)]
    for done, text in enumerate(new[::shares]):
        _made(text)
        if progress:
            progress(min(len(texts) - len(new) + (done + 1) * shares, len(texts)), len(texts))
    for helper in helpers:
        helper.wait()


def caller(at: int, index: npt.NDArray[np.int32], place: int, count: int) -> Call:
    """What runs a compiled batch on a vector, outside the tick loop."""
    function: Callable[[int, int, int], None] = CFUNCTYPE(None, c_int64, c_int64, c_int64)(at)
    return lambda vector: function(vector.ctypes.data, index.ctypes.data + place * index.itemsize, count)


def machine() -> Any:
    """The target machine: this processor with all it can do, position-independent code."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    return target.create_target_machine(cpu=cpu, features=features, opt=3, reloc="pic", codemodel="small")


@cache
def _linker() -> Any:
    return llvm.create_lljit_compiler(machine(), use_jit_link=True)


def _link(key: str, code: bytes) -> int:
    """Address of object code; zero where the platform's linker refuses it."""
    if not code:
        return 0
    builder = llvm.JITLibraryBuilder().add_object_img(code).add_current_process().export_symbol(NAME)
    try:
        library = builder.link(_linker(), key)
    except RuntimeError:
        return 0
    _held.append(library)
    return int(library[NAME])


def _in_process(text: str) -> int:
    from twin.sim import compile as compiler  # half a second

    return compiler.address(text)


@cache
def _platform() -> str:
    """What object code depends on besides its text."""
    found = [version("numba"), version("llvmlite"), llvm.get_process_triple(), llvm.get_host_cpu_name()]
    return "|".join([*found, llvm.get_host_cpu_features().flatten()])


@cache
def _key(text: str) -> str:
    return hashlib.sha256(f"{_platform()}|{text}".encode()).hexdigest()[:24]


def _made(text: str) -> bytes:
    from twin.sim import compile as compiler  # half a second

    code = compiler.object_code(text)
    stock.keep_octets("kernels", _key(text), code)
    return code


def _helper(texts: Sequence[str]) -> subprocess.Popen[bytes]:
    helper = subprocess.Popen([sys.executable, "-m", "twin.sim.link"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert helper.stdin
    with contextlib.suppress(BrokenPipeError), helper.stdin as told:
        told.write(json.dumps(list(texts)).encode())
    return helper


if __name__ == "__main__":
    for each in json.load(sys.stdin):
        _made(each)
