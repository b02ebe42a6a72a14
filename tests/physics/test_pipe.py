"""Plug flow in buried pipes, held to a measured district-heating network and to the first law."""

from __future__ import annotations

from math import log, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.air import WATER_HEAT
from twin.physics.pipe import buried_conductance, pipe_capacity, pipe_cell, pipe_leaving

TRUNK = 1.0 / (log(0.18 / 0.0899) / (2.0 * pi * 0.024) + log(2.0 / 0.18) / (2.0 * pi * 2.4))
BRANCH = 1.0 / (log(0.07 / 0.0337) / (2.0 * pi * 0.024) + log(2.0 / 0.07) / (2.0 * pi * 2.4))
PIPES = {
    "first": (115.0, 0.0825, TRUNK), "second": (20.0, 0.0825, TRUNK),
    2: (76.0, 0.0273, BRANCH), 3: (38.0, 0.0273, BRANCH), 4: (29.0, 0.0273, BRANCH),
}  # fmt: skip
"""Length, inner diameter and conductance of the pipes of the Austrian network (van der Heijde et al. 2017)."""


def through(cells, name, inlet, flow, ground):
    """Temperature at a pipe's end over a quarter of an hour."""
    length, diameter, conductance = PIPES[name]
    capacity = pipe_capacity(length, diameter)
    travel, fade = flow * WATER_HEAT * 900.0 / capacity, length * conductance * 900.0 / capacity
    left = pipe_leaving(cells[name], travel, inlet, ground, fade)
    cells[name] = [pipe_cell(cells[name], place, travel, inlet, ground, fade) for place in range(len(cells[name]))]
    return left


def test_a_measured_network_is_met_within_two_kelvin_where_no_delay_and_no_loss_err_by_ten(shared_data):
    import pandas as pd

    table = pd.read_csv(shared_data("modelica_measured") / "district_heating_ait_15min.csv.gz")
    measured = {k: table[f"t_p{k}_k"].to_numpy() - 273.15 for k in (1, 2, 3, 4)}
    flow = {k: table[f"m_flow_p{k}_kg_s"].to_numpy() for k in (2, 3, 4)}
    outdoor = table.t_outdoor_k.to_numpy() - 273.15
    cells = {name: [70.0] * 20 for name in PIPES}
    found = {2: [], 3: [], 4: []}
    for n in range(len(table)):
        ends, entering, cold = {k: flow[k][n] for k in found}, measured[1][n], outdoor[n]
        fork = through(cells, "first", entering, sum(ends.values()), cold)
        far = through(cells, "second", fork, ends[2] + ends[3], cold)
        for k, ended in found.items():
            ended.append(through(cells, k, fork if k == 4 else far, ends[k], cold))
    settled = slice(12, None)  # the first 10,000 s are the start's

    def rmse(told, k):
        return float(np.sqrt(np.mean((np.asarray(told)[settled] - measured[k][settled]) ** 2)))

    errors = {k: rmse(found[k], k) for k in found}
    naive = {k: rmse(measured[1], k) for k in found}
    assert naive == {2: pytest.approx(9.4, abs=0.1), 3: pytest.approx(11.1, abs=0.1), 4: pytest.approx(45.2, abs=0.1)}
    assert errors[2] < 1.8
    assert errors[3] < 1.8
    assert errors[4] < 11.0  # its flow is often nil or below the meter's threshold


@given(
    st.lists(st.floats(10.0, 90.0), min_size=1, max_size=12), st.floats(0.0, 4.0), st.floats(10.0, 90.0), st.floats(0.0, 0.2),
)  # fmt: skip
def test_a_pipe_without_loss_keeps_its_heat_and_one_with_loss_loses_some(cells, travel, inlet, fade):
    many = len(cells)
    for loss in (0.0, fade):
        after = [pipe_cell(cells, place, travel, inlet, 10.0, loss) for place in range(many)]
        left = pipe_leaving(cells, travel, inlet, 10.0, loss) if travel > 0.0 else 0.0
        lost = (sum(cells) - sum(after)) / many + travel * (inlet - left)
        assert lost == pytest.approx(0.0, abs=1e-9) if loss == 0.0 else lost > -1e-9
        assert all(10.0 - 1e-9 <= each <= max([*cells, inlet]) + 1e-9 for each in after)


def test_water_that_stays_for_a_day_cools_as_the_insulation_lets_it():
    conductance = buried_conductance(0.0889, 0.0456, 0.027, 1.5, 1.0)
    capacity = pipe_capacity(1.0, 0.0825)
    fade = conductance * 86400.0 / capacity
    assert pipe_cell([80.0], 0, 0.0, 80.0, 10.0, fade) == pytest.approx(10.0 + 70.0 * np.exp(-fade))
    assert 40.0 < pipe_cell([80.0], 0, 0.0, 80.0, 10.0, fade) < 45.0  # DN 80 at rest, 27 kJ/m/K and 0.22 W/m/K


def test_a_thicker_insulation_and_a_deeper_trench_lose_less():
    first = buried_conductance(0.1143, 0.04, 0.027, 1.5, 0.8)
    assert buried_conductance(0.1143, 0.08, 0.027, 1.5, 0.8) < first
    assert buried_conductance(0.1143, 0.04, 0.027, 1.5, 1.6) < first
