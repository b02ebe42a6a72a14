"""Compile kernels once per text, machine and compiler, keep them in the user's cache folder, and hand out their addresses."""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
import sys
from collections.abc import Callable
from ctypes import CFUNCTYPE, c_int64
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_dir

from twin.core.kernel import Kernel
from twin.errors import RunError
from twin.sim.emit import batch_text

TOLERANCE = 1e-9
"""Largest relative difference between a compiled kernel and plain Python that is put down to rounding."""

_loaded: dict[str, int] = {}


def cache_folder() -> Path:
    """Where compiled kernels are kept; the environment variable `TWIN_CACHE` moves it."""
    return Path(os.environ.get("TWIN_CACHE") or user_cache_dir("campus-twin")) / "kernels"


def is_cached(kernel: Kernel, series: frozenset[str] = frozenset()) -> bool:
    """Tell whether this kernel's text has been compiled on this machine before."""
    return _path(batch_text(kernel, series)).exists()


def address(kernel: Kernel, series: frozenset[str] = frozenset()) -> int:
    """Address of the compiled batch of a kernel.

    Notes
    -----
    The generated file is named after its content and never rewritten: Numba's own disk cache is keyed by the file and its
    time stamp, so it stays valid for ever. Two processes may write the same file at once; each renames a finished copy.
    """
    text = batch_text(kernel, series)
    path = _path(text)
    if path.stem not in _loaded:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}")
            part.write_text(text, encoding="utf-8")
            os.replace(part, path)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        if spec is None or spec.loader is None:
            raise RunError(f"{path}: cannot be imported; remove the folder {path.parent} and try again")
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        _loaded[path.stem] = int(module.batch.address)
    return _loaded[path.stem]


def _path(text: str) -> Path:
    key = hashlib.sha256(f"{text}|{numba.__version__}|{np.__version__}".encode()).hexdigest()[:20]
    return cache_folder() / f"kernel_{key}.py"


def check(
    label: str,
    kernel: Kernel,
    series: frozenset[str],
    row: npt.NDArray[np.int32],
    vector: npt.NDArray[np.float64],
    at: int,
) -> None:
    """Run one instance compiled and as plain Python on the same numbers.

    Raises
    ------
    RunError
        When they differ: the cached code is not what the source says.
    """
    compiled, plain = vector.copy(), vector.copy()
    call: Callable[[int, int, int], None] = CFUNCTYPE(None, c_int64, c_int64, c_int64)(at)
    call(compiled.ctypes.data, row.ctypes.data, 1)
    told: list[float | npt.NDArray[np.float64]] = []
    arrays: list[tuple[int, int]] = []
    place = 0
    for name in kernel.told:
        if name in series:
            arrays.append((row[place], row[place + 1]))
            told.append(plain[row[place] : row[place] + row[place + 1]])
            place += 2
        else:
            told.append(float(plain[row[place]]))
            place += 1
    try:
        answer = kernel.function(*told)
    except (ZeroDivisionError, OverflowError, ValueError):
        return  # IEEE arithmetic of the compiled kernel has an answer where Python has none
    for first, count in arrays:
        if not np.allclose(
            compiled[first : first + count], plain[first : first + count], TOLERANCE, TOLERANCE, equal_nan=True
        ):
            raise RunError(f"{label} writes other values compiled than in Python; empty {cache_folder()}")
    answers = answer if isinstance(answer, tuple) else (answer,)
    for name, slot, value in zip(kernel.tells, row[place:], answers, strict=True):
        got = float(compiled[slot])
        if not (math.isclose(got, value, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (got != got and value != value)):
            raise RunError(f"{label} tells {name} = {got!r} compiled but {value!r} in Python; empty {cache_folder()}")
