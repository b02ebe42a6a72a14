"""Fixtures that several test packages share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """A folder of measured data beside the project; the test is skipped where it is absent."""
    folder = Path(os.environ.get("TWIN_SHARED_DATA") or ROOT.parent / "shared" / "data")

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"the data set {name!r} is not beside the project; set TWIN_SHARED_DATA to its folder")
        return path

    return find
