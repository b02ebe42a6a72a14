"""Fixtures that several test packages share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from twin.cli import main

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


@pytest.fixture
def twin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command of the twin as if it had a process of its own; a traceback fails the test."""

    def run(*told: object) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["twin", *map(str, told)])
        with pytest.raises(SystemExit) as end:
            main()
        return subprocess.CompletedProcess(sys.argv, end.value.code, *capsys.readouterr())

    return run
