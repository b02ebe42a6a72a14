"""Docs that are built from the code are current, and the README's Python runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from twin.core import catalogue
from twin.core.describe import page

ROOT = Path(__file__).resolve().parent.parent


def test_the_catalogue_page_is_current():
    shipped = [cls for cls in catalogue.kinds().values() if cls.__module__.startswith("twin.components")]
    expected = "\n".join([*(page(cls) for cls in shipped), ""])
    assert (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8") == expected, (
        "run: twin catalogue > docs/catalogue.md"
    )


def test_the_readme_python_runs():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", text, flags=re.S)[0]
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "balance closes to" in done.stdout


def test_every_command_is_documented():
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command in ("sites", "check", "run", "study", "schema", "catalogue"):
        assert f"`twin {command}" in text
