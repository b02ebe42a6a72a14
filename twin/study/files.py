"""Write result files whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import StoreError

if TYPE_CHECKING:
    import pandas as pd


def write_text(text: str, path: Path) -> None:
    """Write a text file under a temporary name and rename it, so that nobody ever sees half of it.

    Raises
    ------
    StoreError
        When the folder cannot be written.
    """
    part = _part(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as problem:
        raise StoreError(f"{path}: cannot be written ({problem.strerror}); choose another folder") from problem
    finally:
        part.unlink(missing_ok=True)


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as .parquet or .csv, whole or not at all.

    Raises
    ------
    StoreError
        For another ending, or a folder that cannot be written.
    """
    if path.suffix not in (".parquet", ".csv"):
        raise StoreError(f"{path}: write a .parquet or .csv file")
    part = _part(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".csv":
            frame.to_csv(part, index_label="time")
        else:
            frame.to_parquet(part)
        os.replace(part, path)
    except OSError as problem:
        raise StoreError(f"{path}: cannot be written ({problem.strerror}); choose another folder") from problem
    finally:
        part.unlink(missing_ok=True)


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
