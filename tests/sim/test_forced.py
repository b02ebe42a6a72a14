"""Given series reach the kernels as the numbers they are, whatever type holds them."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from tests.contract import plants as p
from twin.sim.plan import Plan
from twin.sim.scene import Clock
from twin.sim.simulation import Simulation
from twin.site.wiring import wire


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64])
def test_a_given_series_of_any_type_is_read_as_numbers(kind):
    told = ("boiler", "wanted")
    parts = [p.PlainBoiler(name="boiler")]
    series = np.arange(8).astype(kind) * 1000
    plan = Plan(parts, wire(parts, {}, {}), frozenset({told}))
    run = Simulation(plan, Clock(datetime(2019, 1, 1), 8, 900.0), None, {told: series}, more=("boiler.heat",))
    record = run.advance()
    assert record.ticks[:, record.places["boiler", "heat"]].tolist() == series.tolist()


def test_every_other_value_of_a_series_may_be_given():
    told = ("boiler", "wanted")
    parts = [p.PlainBoiler(name="boiler")]
    series = (np.arange(16.0) * 1000.0)[::2]
    plan = Plan(parts, wire(parts, {}, {}), frozenset({told}))
    run = Simulation(plan, Clock(datetime(2019, 1, 1), 8, 900.0), None, {told: series}, more=("boiler.heat",))
    record = run.advance()
    assert record.ticks[:, record.places["boiler", "heat"]].tolist() == series.tolist()
