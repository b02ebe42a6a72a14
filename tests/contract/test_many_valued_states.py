"""States with many values: a bar of layers that conducts heat, against the exact solution and its own balance."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated

import numpy as np
import pytest

from twin.core import Component, Field, inlet, kernel, output, state
from twin.errors import RunError
from twin.sim.balance import components
from twin.sim.plan import Plan
from twin.sim.scene import Clock
from twin.sim.simulation import Simulation
from twin.site.wiring import Wiring
from twin.units import Unit, WattPerKelvin


class HeatBar(Component):
    """Heat capacities in a row, insulated but for the heat brought to the first."""

    capacities: Annotated[tuple[float, ...], Unit("J/K")] = (1e4, 1e4)
    """Heat capacity of each layer."""
    between: WattPerKelvin = Field(10.0, gt=0)
    """Conductance between neighbours."""
    brought = inlet("W", "Heat brought", start=100.0)
    temperature = state("degC", "Temperature of each layer", start=20.0, length="capacities", store="capacities")
    heat = output("W", "Heat taken", medium="heat", energy="in")

    @kernel(tells=("heat",))
    def step(dt, temperature, temperature_next, capacities, between, brought):
        """Explicit steps, stable for capacities well above conductance times dt."""
        last = len(temperature) - 1
        for i in range(last + 1):
            flow = brought if i == 0 else between * (temperature[i - 1] - temperature[i])
            if i < last:
                flow -= between * (temperature[i] - temperature[i + 1])
            temperature_next[i] = temperature[i] + dt * flow / capacities[i]
        return brought


def simulation(bars, more=()):
    plan = Plan(bars, Wiring())
    return Simulation(plan, Clock(datetime(2019, 1, 1, tzinfo=UTC), 240, 60.0), None, more=more)


def test_bars_of_different_length_each_keep_their_own_layers_and_close_their_first_law():
    short = HeatBar(name="short", capacities=(1e4, 2e4))
    long = HeatBar(name="long", capacities=(1e4,) * 7)
    run = simulation([short, long], more=("short.temperature[1]", "long.temperature[6]", "long.temperature[0]"))
    record = run.advance()
    assert max(components(run.plan, record, 60.0).values()) < 1e-12
    # two bodies: mean rises by 100 W / 30 kJ/K, difference relaxes to q C2 / (G (C1 + C2))
    seconds, pole = 240 * 60.0, 10.0 * (1 / 1e4 + 1 / 2e4)
    difference = 100.0 / 1e4 / pole * (1.0 - math.exp(-pole * seconds))
    mean = 20.0 + 100.0 * seconds / 3e4
    assert run.read("short.temperature[1]") == pytest.approx(mean - difference / 3.0, abs=0.05)
    last = record.ticks[:, record.places["long", "temperature[6]"]]
    assert (np.diff(last) >= 0.0).all()
    assert last[-1] < record.ticks[-1, record.places["long", "temperature[0]"]]


def test_a_snapshot_holds_every_layer():
    run = simulation([HeatBar(name="bar", capacities=(1e4,) * 5)], more=("bar.temperature[4]",))
    run.advance(100)
    kept = run.snapshot()
    first = run.advance().ticks.copy()
    run.restore(kept)
    assert np.array_equal(run.advance().ticks, first, equal_nan=True)


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(RunError, match=r"bar.temperature\[2\]: no such signal"):
        simulation([HeatBar(name="bar")], more=("bar.temperature[2]",))


def test_a_kernel_cannot_return_many_values():
    with pytest.raises(TypeError, match="'level' has many values; write them into 'level_next'"):

        class Wrong(Component):
            """A mistake."""

            n: float = 3.0
            level = state("degC", "Levels", length="n")

            @kernel(tells=("level",))
            def step(level):
                """Return a view."""
                return level
