"""Kernels that work on four instances at a time give each the very numbers they would give it alone."""

from __future__ import annotations

import numpy as np
import pytest

from twin.core import catalogue
from twin.sim import link
from twin.sim.batches import follows
from twin.sim.emit import batch_text
from twin.sim.lanes import Told, fits, lane_text

COUNT, STRIDE, MANY = 6, 8, 2
KERNELS = [(cls, label) for cls in catalogue.kinds().values() for label in cls.kernels]


def series_of(cls, label):
    return frozenset(n for n in cls.kernels[label].told if n != "dt" and cls.is_series(n))


FITTING = [(cls, label) for cls, label in KERNELS if fits(cls.kernels[label], series_of(cls, label))]


def test_most_kernels_can_work_on_four_instances_at_a_time():
    assert len(FITTING) > 0.7 * len(KERNELS)
    assert {"wall.ask", "wall.step", "window.ask", "window.step", "enclosure.ask"} <= {
        f"{c.kind}.{n}" for c, n in FITTING
    }


@pytest.mark.parametrize(("cls", "label"), FITTING, ids=lambda each: getattr(each, "kind", each))
def test_four_at_a_time_is_one_after_the_other(cls, label):
    kernel, series = cls.kernels[label], series_of(cls, label)
    place, size = {}, 0
    for name in (*kernel.told, *(f"{n} told" for n in kernel.tells)):
        place[name], size = size, size + STRIDE * (MANY if name in series else 1)
    shared = frozenset([name for name in kernel.told if name not in series][:2])
    own = frozenset(kernel.told) - shared
    following = frozenset(name for name in series if follows(cls, name))
    told = Told(own, shared, tuple((name, MANY) for name in sorted(series)), following)
    tells = [place[f"{name} told"] for name in kernel.tells]
    wide = [STRIDE, *(place[n] for n in kernel.told if n in own and n not in following), *tells]
    wide += [*(place[n] for n in sorted(following)), *(place[n] for n in kernel.told if n in shared)]
    narrow = []
    for k in range(COUNT):
        for name in kernel.told:
            at = place[name] + (0 if name in shared else k)
            narrow += [at, MANY, STRIDE] if name in series else [at]
        narrow += [at + k for at in tells]
    alone = link.caller(link.address(batch_text(kernel, series)), np.array(narrow, dtype=np.int32), 0, COUNT)
    together = link.caller(link.address(lane_text(kernel, told)), np.array(wide, dtype=np.int32), 0, COUNT)
    random = np.random.default_rng(1)
    for _ in range(20):
        one = random.uniform(0.1, 40.0, size)
        two = one.copy()
        alone(one)
        together(two)
        for at in range(0, size, STRIDE):
            np.testing.assert_array_equal(one[at : at + COUNT], two[at : at + COUNT])
