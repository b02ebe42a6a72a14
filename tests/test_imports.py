"""Importing and checking stay light: heavy packages are loaded only where they work."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"numba", "pvlib", "pandas", "dash", "plotly"}
CHECK = "import sys; sys.argv = ['twin', 'check', 'binhai', '--json']\ntry:\n import twin.cli; twin.cli.main()\nexcept SystemExit: pass\n"


@pytest.mark.parametrize("code", ["import twin", CHECK], ids=["import twin", "twin check"])
def test_heavy_packages_are_not_loaded(code):
    tail = "\nimport sys; print('LOADED', *sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rsplit("LOADED", 1)[1].split())
    assert "twin" in loaded
    assert loaded & HEAVY == set()
