"""House style: short modules and functions, one noun a file, a first sentence in each, nothing about machines or registries."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(p for folder in ("twin", "dashboard", "tests", "benchmarks") for p in (ROOT / folder).rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60
VAGUE = re.compile(r"^(utils?|helpers?|misc|common)\.py$")
LEAKS = re.compile(
    "|".join(
        [
            "/wor" + "k/",
            "/tm" + "p/",
            "pypi" + r"\.org",
            "pythonhosted" + r"\.org",
            "npmjs" + r"\.",
            "debian" + r"\.org",
        ]
    )
)


def faults(name: str, text: str) -> list[str]:
    """What is wrong with one module."""
    tree = ast.parse(text)
    found = [] if len(text.splitlines()) <= LONGEST_MODULE else ["module too long"]
    if VAGUE.match(name):
        found.append("file without a noun")
    if not re.match(r"[A-Z].*[.:]$", (ast.get_docstring(tree) or "").split("\n\n")[0].replace("\n", " ")):
        found.append("no first sentence")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            kernel = any("kernel" in ast.unparse(d) for d in node.decorator_list)
            if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION and not kernel:
                found.append(f"function {node.name} too long")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_follows_the_house_style(path):
    assert faults(path.name, path.read_text(encoding="utf-8")) == []


def test_the_checks_can_fail():
    long = '"""Fine."""\n' + "def f():\n" + "    x = 1\n" * 61
    assert faults("utils.py", long) == ["file without a noun", "function f too long"]
    assert faults("noun.py", "x = 1\n" * 401) == ["module too long", "no first sentence"]
    assert LEAKS.search("cd /wor" + "k/main")


def test_no_tracked_file_names_a_machine_or_a_registry():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = [n for n in listed.stdout.splitlines() if not n.endswith((".png", ".json", "LICENSE"))]
    assert len(names) > 20
    leaking = [n for n in names if (ROOT / n).is_file() and LEAKS.search((ROOT / n).read_text(encoding="utf-8"))]
    assert leaking == []
