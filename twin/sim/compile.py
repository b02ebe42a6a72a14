"""Compile kernels once per text, machine and compiler, keep them in the user's cache folder, and hand out their addresses."""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from ctypes import CFUNCTYPE, c_int64
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt

from twin.core.kernel import Kernel
from twin.errors import RunError
from twin.stock import cache_folder

TOLERANCE = 1e-9
"""Largest relative difference between a compiled kernel and plain Python that is put down to rounding."""

MOST_HELPERS, FEWEST = 3, 4
"""Processes that help to compile, and new kernels from which on each is worth its start."""
Places = int | tuple[int, int, int]
Call = Callable[[npt.NDArray[np.float64]], None]
_loaded: dict[str, int] = {}


def address(text: str) -> int:
    """Address of the compiled batch of a kernel, by the text of its loop.

    Notes
    -----
    The generated file is named after its content and never rewritten: Numba's own disk cache is keyed by the file and its
    time stamp, so it stays valid for ever. Two processes may write the same file at once; each renames a finished copy.
    """
    path = _written(text)
    if path.stem not in _loaded:
        _loaded[path.stem] = _load(path)
    return _loaded[path.stem]


def compile_new(texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> None:
    """Compile what was never compiled on this machine, on several cores.

    Parameters
    ----------
    progress : told (texts done, texts in all).
    """
    new = [text for text in texts if not _path(text).exists()]
    shares = 1 + min((os.cpu_count() or 1) - 1, MOST_HELPERS, len(new) // FEWEST)
    command = [sys.executable, "-m", "twin.sim.compile"]
    helpers = [
        subprocess.Popen([*command, *(str(_written(text)) for text in new[share::shares])], stderr=subprocess.DEVNULL)
        for share in range(1, shares)
    ]
    for done, text in enumerate(new[::shares]):
        address(text)
        if progress:
            progress(min(len(texts) - len(new) + (done + 1) * shares, len(texts)), len(texts))
    for helper in helpers:
        helper.wait()


def _written(text: str) -> Path:
    path = _path(text)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    return path


def _load(path: Path) -> int:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise RunError(f"{path}: cannot be imported; remove the folder {path.parent} and try again")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return int(module.batch.address)


def _path(text: str) -> Path:
    key = hashlib.sha256(f"{text}|{numba.__version__}|{np.__version__}".encode()).hexdigest()[:20]
    return cache_folder() / "kernels" / f"kernel_{key}.py"


def check(
    label: str, kernel: Kernel, told: list[Places], tells: list[int], vector: npt.NDArray[np.float64], call: Call
) -> None:
    """Run one instance compiled and as plain Python on the same numbers.

    Parameters
    ----------
    told : place of each argument; arrays give first place, length and stride.
    tells : place of each answer.
    call : runs the compiled batch on a vector.

    Raises
    ------
    RunError
        When they differ: the cached code is not what the source says.
    """
    compiled, plain = vector.copy(), vector.copy()
    call(compiled)
    arrays = [slice(at[0], at[0] + at[1] * at[2], at[2]) for at in told if isinstance(at, tuple)]
    seen = [plain[at[0] : at[0] + at[1] * at[2] : at[2]] if isinstance(at, tuple) else float(plain[at]) for at in told]
    try:
        answer = kernel.function(*seen)
    except (ZeroDivisionError, OverflowError, ValueError):
        return  # IEEE arithmetic of the compiled kernel has an answer where Python has none
    for each in arrays:
        if not np.allclose(compiled[each], plain[each], TOLERANCE, TOLERANCE, equal_nan=True):
            raise RunError(f"{label} writes other values compiled than in Python; empty {cache_folder()}")
    answers = answer if isinstance(answer, tuple) else (answer,)
    for name, slot, value in zip(kernel.tells, tells, answers, strict=True):
        got = float(compiled[slot])
        if not (math.isclose(got, value, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (got != got and value != value)):
            raise RunError(f"{label} tells {name} = {got!r} compiled but {value!r} in Python; empty {cache_folder()}")


def caller(at: int, index: npt.NDArray[np.int32], place: int, count: int) -> Call:
    """What runs a compiled batch on a vector, outside the tick loop."""
    function: Callable[[int, int, int], None] = CFUNCTYPE(None, c_int64, c_int64, c_int64)(at)
    return lambda vector: function(vector.ctypes.data, index[place:].ctypes.data, count)


if __name__ == "__main__":
    for each in sys.argv[1:]:
        _load(Path(each))
