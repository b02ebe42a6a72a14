"""Write files whole or not at all: under a temporary name first, so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import StoreError, TwinError

if TYPE_CHECKING:
    import pandas as pd


def write_text(text: str, path: Path, encoding: str = "utf-8", error: type[TwinError] = StoreError) -> None:
    """Write a text; the old file stays until the new one is whole.

    Parameters
    ----------
    error : what to raise.

    Raises
    ------
    StoreError
        Or another error, when the file cannot be written.
    """
    _write(lambda part: part.write_bytes(text.encode(encoding)), path, error)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file made in memory, such as a workbook.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    _write(lambda part: part.write_bytes(content), path, StoreError)


def write_frame(frame: pd.DataFrame, path: Path, label: str | None = None) -> None:
    """Write a frame as .parquet or .csv.

    Parameters
    ----------
    label : of the index in a .csv; its own name when left out.

    Raises
    ------
    StoreError
        For another ending, or a file that cannot be written.
    """
    if path.suffix not in (".parquet", ".csv"):
        raise StoreError(f"{path}: write a .parquet or .csv file")
    as_text = path.suffix == ".csv"
    _write(lambda part: frame.to_csv(part, index_label=label) if as_text else frame.to_parquet(part), path, StoreError)


def _write(write: Callable[[Path], object], path: Path, error: type[TwinError]) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        os.replace(part, path)
    except OSError as problem:
        raise error(f"{path}: cannot be written ({problem.strerror or problem}); choose another place") from problem
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
