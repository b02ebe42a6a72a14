"""Units are worked out once and kept: the next process has the same factors, and the same refusals, without pint."""

from __future__ import annotations

import os
import subprocess
import sys

ASKED = """
import sys
from twin.errors import UnitError
from twin.units import factor
print(factor("degF", "degC"), factor("RT", "W"))
for text, target in (("kWh", "W"), ("USD/kWh", "CNY/J")):
    try:
        factor(text, target)
    except UnitError as problem:
        print(problem)
print("pint" in sys.modules)
"""


def told(folder):
    """What a process of its own says, line by line."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED], capture_output=True, text=True, check=True, env={**os.environ, "TWIN_CACHE": str(folder)}
    )  # fmt: skip
    return done.stdout.splitlines()


def test_a_process_that_meets_no_new_unit_starts_without_pint_and_says_the_same(tmp_path):
    first, second = told(tmp_path), told(tmp_path)
    assert first[:-1] == second[:-1]
    assert first[0].startswith("(0.555555555555")
    assert first[1] == "'kWh' is not a unit of 'W'; write for instance '1 W'"
    assert first[2].startswith("'USD/kWh' is in USD, and the site counts in CNY")
    assert (first[-1], second[-1]) == ("True", "False")


def test_a_factor_that_was_damaged_on_disk_is_worked_out_again(tmp_path):
    first = told(tmp_path)
    for each in (tmp_path / "factors").iterdir():
        each.write_bytes(each.read_bytes()[:-3])
    assert told(tmp_path) == first
