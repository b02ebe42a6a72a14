"""Arrays kept between processes: parsed weather, typical years and forcing, each under a key of all that it depends on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_dir, user_data_dir

Arrays = dict[str, npt.NDArray[np.float64]]
MOST = 2**28
"""Octets kept of each sort; the oldest files go first."""
LARGEST = 2**25
"""Largest file that is kept: of very large sites, working it out again costs less than the place. [octets]"""
DIGEST = hashlib.sha256().digest_size
LIBRARIES = ("numpy", "pvlib", "holidays", "chinesecalendar")
"""What is kept depends on these, too."""


def cache_folder() -> Path:
    """Where kernels and arrays are kept; the environment variable `TWIN_CACHE` moves it."""
    return Path(os.environ.get("TWIN_CACHE") or user_cache_dir("campus-twin"))


def data_folder() -> Path:
    """Where accounts, studies and all else is kept that nobody can make again; the environment variable `TWIN_DATA` moves it."""
    return Path(os.environ.get("TWIN_DATA") or user_data_dir("campus-twin"))


@cache
def code() -> str:
    """Hash of the program's own sources, so that nothing outlives the code that made it."""
    found = hashlib.sha256("|".join(version(name) for name in LIBRARIES).encode())
    here = Path(__file__).resolve().parent
    for folder in ("physics", "weather", "components", "sim"):
        for path in sorted((here / folder).glob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def key(*parts: object) -> str:
    """Name of what depends on some values and on the code."""
    return hashlib.sha256("|".join([code(), *map(str, parts)]).encode()).hexdigest()[:24]


def take(sort: str, name: str) -> Arrays | None:
    """What was kept, or nothing; a damaged file counts as nothing."""
    path = cache_folder() / sort / f"{name}.npz"
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as held:
            return {label: held[label] for label in held.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None


def keep(sort: str, name: str, arrays: Mapping[str, npt.NDArray[np.float64]]) -> None:
    """Keep arrays for the next process; where nothing can be written, nothing is kept."""
    if sum(each.nbytes for each in arrays.values()) <= LARGEST:
        _keep(sort, f"{name}.npz", lambda stream: np.savez(stream, **arrays))  # type: ignore[arg-type]  # names for its options


def take_octets(sort: str, name: str) -> bytes | None:
    """What was kept, or nothing; a damaged file counts as nothing."""
    with contextlib.suppress(OSError):
        held = (cache_folder() / sort / name).read_bytes()
        if hashlib.sha256(held[DIGEST:]).digest() == held[:DIGEST]:
            return held[DIGEST:]
    return None


def keep_octets(sort: str, name: str, octets: bytes) -> None:
    """Keep octets for the next process; where nothing can be written, nothing is kept."""
    _keep(sort, name, lambda stream: stream.write(hashlib.sha256(octets).digest() + octets))


def _keep(sort: str, name: str, write: Callable[[BinaryIO], object]) -> None:
    """Rename a finished copy, so that readers never see half a file; the oldest files go first where too much is kept."""
    folder = cache_folder() / sort
    part = folder / f"{name}.{os.getpid()}"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            write(stream)
        os.replace(part, folder / name)
        newest = sorted(((s.st_mtime, s.st_size, p) for p in folder.iterdir() for s in [p.stat()]), reverse=True)
        for place, (_, _, path) in enumerate(newest):
            if sum(size for _, size, _ in newest[: place + 1]) > MOST:
                path.unlink(missing_ok=True)
