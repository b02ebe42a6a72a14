"""Powers made of plain arithmetic are those of the C library."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.core import kernel
from twin.sim import link
from twin.sim.emit import batch_text

exp, log = math.exp, math.log


@kernel(tells=("cube", "broken", "grown", "logarithm"))
def powers(x):
    return x ** (1.0 / 3.0), x**2.2984755, exp(x), log(x)


def compiled(x):
    vector = np.array([x, 0.0, 0.0, 0.0, 0.0])
    link.caller(link.address(batch_text(powers, frozenset())), np.arange(5, dtype=np.int32), 0, 1)(vector)
    return vector[1:]


@settings(deadline=None)
@given(st.floats(1e-30, 600.0))
def test_powers_are_those_of_the_library(x):
    assert compiled(x) == pytest.approx([math.cbrt(x), x**2.2984755, math.exp(x), math.log(x)], rel=2e-13, abs=1e-15)


@settings(deadline=None)
@given(st.floats(-700.0, 0.0, exclude_max=True))
def test_below_zero_only_the_exponential_is_a_number(x):
    answer = compiled(x)
    assert np.isnan(answer[[0, 1, 3]]).all()
    assert answer[2] == pytest.approx(math.exp(x), rel=1e-12)


def test_zero_and_no_number():
    assert compiled(0.0).tolist() == [0.0, 0.0, 1.0, -math.inf]
    assert np.isnan(compiled(math.nan)).all()
