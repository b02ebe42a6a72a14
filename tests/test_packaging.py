"""The wheel carries sites, report template and climate tables, and works in an empty folder."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_wheel_lists_its_sites_in_an_empty_folder(tmp_path):
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    wheel = next(tmp_path.glob("campus_twin-*.whl"))
    home = tmp_path / "home"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(home), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    ours = {each.parent.relative_to(ROOT).as_posix() for each in ROOT.glob("twin/**/__init__.py")}
    assert ours <= {each.parent.relative_to(home).as_posix() for each in home.glob("twin/**/__init__.py")}
    empty = tmp_path / "empty"
    empty.mkdir()
    packages = sysconfig.get_paths()["purelib"]
    code = (
        f"import sys; sys.meta_path = [m for m in sys.meta_path if 'editable' not in str(m).lower()]; sys.path[:0] = [{str(home)!r}, {packages!r}]\n"
        "import twin, twin.cli; from twin.dashboard.report.page import render; from twin.dashboard.language import words; assert words('zh')\n"
        "assert twin.__file__.startswith(sys.path[0]), twin.__file__\n"
        "sys.argv = ['twin', 'sites', '--json']; twin.cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=empty, capture_output=True, text=True, check=True)
    assert '"name": "binhai"' in done.stdout
