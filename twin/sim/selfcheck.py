"""Compare a compiled kernel with plain Python on the same numbers before a run relies on it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.core.kernel import Kernel
from twin.errors import RunError
from twin.sim.link import Call
from twin.stock import cache_folder

TOLERANCE = 1e-9
"""Largest relative difference that is put down to rounding."""
Places = int | tuple[int, int, int]


def check(
    label: str, kernel: Kernel, told: list[Places], tells: list[int], vector: npt.NDArray[np.float64], call: Call
) -> None:
    """Run one instance compiled and as plain Python on the same numbers.

    Parameters
    ----------
    told : place of each argument; arrays give first place, length and stride.
    tells : place of each answer.
    call : runs the compiled batch on a vector.

    Raises
    ------
    RunError
        When they differ: the cached code is not what the source says.
    """
    compiled, plain = vector.copy(), vector.copy()
    call(compiled)
    arrays = [slice(at[0], at[0] + at[1] * at[2], at[2]) for at in told if isinstance(at, tuple)]
    seen = [plain[at[0] : at[0] + at[1] * at[2] : at[2]] if isinstance(at, tuple) else float(plain[at]) for at in told]
    try:
        answer = kernel.function(*seen)
    except (ZeroDivisionError, OverflowError, ValueError):
        return  # IEEE arithmetic of the compiled kernel has an answer where Python has none
    for each in arrays:
        if not np.allclose(compiled[each], plain[each], TOLERANCE, TOLERANCE, equal_nan=True):
            raise RunError(f"{label} writes other values compiled than in Python; empty {cache_folder()}")
    answers = answer if isinstance(answer, tuple) else (answer,)
    for name, slot, value in zip(kernel.tells, tells, answers, strict=True):
        got = float(compiled[slot])
        if not (math.isclose(got, value, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (got != got and value != value)):
            raise RunError(f"{label} tells {name} = {got!r} compiled but {value!r} in Python; empty {cache_folder()}")
