"""Kernels are emitted whole and refuse what cannot be compiled or would mean two things."""

from __future__ import annotations

from math import exp

import pytest

from twin.core import kernel
from twin.sim.emit import batch_text

FACTOR = 2.0
TABLE = {"a": 1.0}


def doubled(x):
    return FACTOR * x


def test_a_kernel_carries_its_callees_and_constants():
    @kernel(tells=("y",))
    def step(x):
        return exp(doubled(x))

    text = batch_text(step, frozenset())
    assert text.index("FACTOR = 2.0") < text.index("def doubled") < text.index("def scalar")
    assert "from math import exp as exp" in text


def test_a_kernel_that_raises_is_refused():
    @kernel(tells=("y",))
    def step(x):
        assert x > 0.0
        return x

    with pytest.raises(TypeError, match="kernels do not raise"):
        batch_text(step, frozenset())


def test_a_kernel_that_reaches_for_a_dictionary_is_refused():
    @kernel(tells=("y",))
    def step(x):
        return TABLE["a"] * x

    with pytest.raises(TypeError, match="uses 'TABLE', a dict; kernels see numbers and functions only"):
        batch_text(step, frozenset())
