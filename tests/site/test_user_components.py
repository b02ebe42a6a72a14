"""Kinds of a user's own, from a folder or an installed plug-in, without a change to the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.site.test_bad_input import GOOD

BOILER = '''
"""A kind of a user's own."""
from twin.core import Component, Field, inlet, kernel, needs, output, serves
from twin.units import Watt


class {name}(Component):
    """Passes on what it is asked for, with its own heat on top."""

    own: Watt = Field(1.0, ge=0)
    """Heat of its own."""
    users = serves("warmth", heat="asked")
    source = needs("warmth", heat="wanted")
    asked = inlet("W", "Heat asked of it")
    wanted = output("W", "Heat it asks for")

    @kernel(tells=("wanted",))
    def step(asked, own):
        """One on top of the other."""
        return asked + own
'''


def twin(*arguments, path=""):
    environment = {**os.environ, "PYTHONPATH": str(path)}
    command = [sys.executable, "-m", "twin", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_a_loop_without_storage_is_found_by_check_and_named(tmp_path):
    (tmp_path / "relay.py").write_text(BOILER.format(name="Relay"))
    site = tmp_path / "site.yaml"
    site.write_text(GOOD + "  first: {kind: relay, source: second}\n  second: {kind: relay, source: first}\n")
    done = twin("check", site, "--components", tmp_path)
    assert done.returncode == 2
    assert "energy loop without storage: " in done.stderr
    assert "first.step" in done.stderr
    assert "put a storage component in it" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_component_file_is_told_with_its_path(tmp_path):
    (tmp_path / "relay.py").write_text(BOILER.format(name="Relay").replace("asked, own", "askd, own"))
    done = twin("catalogue", "--components", tmp_path)
    assert done.returncode == 2
    assert "relay.py" in done.stderr
    assert "did you mean 'asked'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_installed_plug_in_adds_its_kind(tmp_path):
    (tmp_path / "warm_plugin.py").write_text(BOILER.format(name="PluggedRelay"))
    folder = tmp_path / "warm_plugin-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: warm-plugin\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[twin.components]\nwarm = warm_plugin\n")
    listed = json.loads(twin("catalogue", "--json", path=tmp_path).stdout)
    assert "plugged_relay" in {each["kind"] for each in listed}


def test_a_plug_in_that_cannot_be_loaded_is_named(tmp_path):
    folder = tmp_path / "warm_plugin-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: warm-plugin\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[twin.components]\nwarm = warm_plugin\n")
    done = twin("catalogue", path=tmp_path)
    assert done.returncode == 2
    assert "plug-in warm (warm_plugin): ModuleNotFoundError" in done.stderr
    assert "Traceback" not in done.stderr
