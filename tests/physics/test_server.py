"""Servers and conversion paths against measured machines and published bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.server import conversion_loss, server_power

SHARE = st.floats(0.0, 1.0)


@settings(deadline=None)
@given(SHARE, st.floats(10.0, 300.0), st.floats(0.0, 500.0), st.floats(1.0, 2.0))
def test_power_lies_between_idle_and_peak_and_never_falls_with_use(use, idle, more, exponent):
    here = server_power(use, idle, idle + more, exponent)
    assert idle - 1e-9 <= here <= idle + more + 1e-9
    assert server_power(min(use + 0.01, 1.0), idle, idle + more, exponent) >= here - 1e-9


def test_the_papers_curve_is_above_a_straight_line_by_at_most_thirteen_percent_of_the_dynamic_range():
    # Fan, Weber and Barroso 2007 with r = 1.4: 2u - u^1.4 - u is largest at u = 1.4^(-2.5)
    over = [server_power(u, 0.0, 1.0, 1.4) - u for u in np.linspace(0.0, 1.0, 1001)]
    assert max(over) == pytest.approx(1.4**-2.5 * (1.0 - 1.0 / 1.4), abs=1e-4)
    assert over[0] == over[-1] == 0.0


def test_a_server_of_2017_draws_less_in_the_middle_than_the_paper_says():
    # SPECpower_ssj2008, Dell PowerEdge R740, result of August 2017: active idle, then 10 % .. 100 % of target load [W]
    measured = np.array([52.3, 129, 147, 170, 195, 224, 255, 292, 344, 408, 457])
    said = np.array([server_power(u, 52.3, 457.0, 1.4) for u in np.linspace(0.0, 1.0, 11)])
    straight = np.array([server_power(u, 52.3, 457.0, 1.0) for u in np.linspace(0.0, 1.0, 11)])
    assert np.abs(said - measured).max() / 457.0 == pytest.approx(0.187, abs=0.005)
    assert np.abs(straight - measured).max() / 457.0 < 0.12


def test_graphics_servers_of_a_laboratory_follow_a_curve_between_the_line_and_the_papers(shared_data):
    import pandas as pd

    rows = pd.read_parquet(shared_data("gpu_servers") / "gpu_server_hourly.parquet").dropna()
    for _, machine in rows.groupby("name"):
        if len(machine) < 5000:
            continue
        steady = machine[(machine.utilmax - machine.utilmin) < 25]
        idle = steady[steady.utilave < 1].powerave.median()
        tenth = steady.groupby((steady.utilave / 10).round().astype(int)).powerave.median()
        if not {3, 5, 7, 10} <= set(tenth.index):
            continue
        bent = [server_power(k / 10, idle, tenth[10], 1.2) for k in (3, 5, 7)]
        assert np.mean(np.abs(np.array(bent) - tenth[[3, 5, 7]])) / tenth[10] < 0.2


def test_a_path_that_loses_three_percent_at_full_load_loses_more_of_a_small_load():
    # 240 V HVDC lines: efficiency above 97 % (third-generation TMDC of Tencent, as said in 2019)
    share = [conversion_loss(100.0 * x, 100.0, 0.008, 0.012, 0.010) / (100.0 * x) for x in (1.0, 0.8, 0.5, 0.2)]
    assert share == pytest.approx([0.030, 0.030, 0.033, 0.054], abs=6e-4)


@settings(deadline=None)
@given(st.floats(0.0, 1.0), st.floats(0.0, 0.05), st.floats(0.0, 0.05), st.floats(0.0, 0.05))
def test_losses_grow_with_the_load_and_scale_with_the_size(load, fixed, proportional, square):
    one = conversion_loss(load, 1.0, fixed, proportional, square)
    assert conversion_loss(min(load + 0.1, 1.1), 1.0, fixed, proportional, square) >= one >= fixed - 1e-12
    assert conversion_loss(7.0 * load, 7.0, fixed, proportional, square) == pytest.approx(7.0 * one)
    assert conversion_loss(0.0, 0.0, fixed, proportional, square) == 0.0
