"""Heat networks and the buildings behind them: delay, loss, shortage and balance."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from tests.components.heating import MUNICIPAL, district, energy
from twin.components.heat_network import HeatNetwork
from twin.components.heated_buildings import HeatedBuildings
from twin.study.runner import simulate


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    return simulate(district(tmp_path_factory.mktemp("year"), "municipal", MUNICIPAL))


def test_offices_need_what_the_north_of_china_needs(year):
    # P-40 (Tsinghua BERC 2024): 5.95 bn GJ on 15.6 bn m2 is 0.381 GJ/m2; 0.30..0.45 in offices
    assert 0.28e9 < year.ledger["heat"] / 9200.0 < 0.45e9
    assert year.notes == []


def test_bought_heat_is_priced_and_counted(year):
    bought = energy(year, "municipal.heat")
    assert bought == pytest.approx(energy(year, "offices.heat") + energy(year, "pipes.loss"), rel=0.01)
    # 0.11 t/GJ (NDRC), and the pumps by Tianjin's grid of 2022
    assert year.ledger["scope2"] == pytest.approx(bought * 3.6e6 * 1.1e-7 + year.end_uses["pumps"] * 0.7041, rel=1e-6)


def test_nothing_is_lost(year):
    assert max(year.balance.values()) < 1e-9


def test_pipes_lose_a_few_per_cent_and_longer_ones_about_as_much_more(year, tmp_path):
    longer = simulate(district(tmp_path, "municipal", MUNICIPAL, length="900 m"), step=3600.0)
    assert 0.02 < energy(year, "pipes.loss") / energy(year, "municipal.heat") < 0.08
    assert energy(longer, "pipes.loss") == pytest.approx(3.0 * energy(year, "pipes.loss"), rel=0.15)


def test_an_hour_and_a_quarter_give_the_same_year(year, tmp_path):
    hourly = simulate(district(tmp_path, "municipal", MUNICIPAL), step=3600.0)
    for account in ("heat", "scope2", "cost"):
        assert hourly.ledger[account] == pytest.approx(year.ledger[account], rel=1e-3)


def test_a_source_that_is_too_small_leaves_the_offices_cold_and_says_so(tmp_path):
    run = simulate(district(tmp_path, "municipal", MUNICIPAL.replace("2 MW", "150 kW")), step=3600.0)
    assert any("the heat sources could not give all the heat wanted" in note for note in run.notes)
    assert run.series("offices.indoor").min() < 16.0
    told = next(note for note in run.notes if "below 16 degC" in note)
    assert 0.0 < float(told.rpartition("(")[2].partition("%")[0]) < 100.0
    assert max(run.balance.values()) < 1e-9


def network(**told):
    """Ask a network with warm pipes."""
    usual = {
        "dt": 900.0, "load": 300e3, "outdoor": 0.0, "soil_now": 10.0, "going": [60.0] * 4, "coming": [40.0] * 4, "supply_wanted": 60.0,
        "cells": 4.0, "holding": 5e6, "losing": 100.0, "design": 1e6, "supply_design": 70.0, "back": 40.0, "outdoor_mild": 8.0,
        "circulation": 0.05, "pump": 5e3,
    }  # fmt: skip
    return HeatNetwork.kernels["ask"](**{**usual, **told})


def test_the_flow_is_the_least_that_brings_the_heat():
    flow, entering, returning, wanted, power, choked = network()
    assert entering == pytest.approx(40.0, abs=1e-6)
    assert 300e3 < wanted + power < 320e3
    assert (choked, returning < entering) == (0.0, True)
    assert network(load=600e3)[0] == pytest.approx(2.0 * flow, rel=0.01)


def test_cold_pipes_are_warmed_with_all_the_flow_and_warm_weather_stops_it():
    assert network(going=[20.0] * 4)[0] == pytest.approx(1e6 / (4186.0 * 30.0))
    assert network(load=0.0)[0] == pytest.approx(0.05 * 1e6 / (4186.0 * 30.0))
    assert network(load=0.0, outdoor=20.0)[0] == 0.0
    assert network(load=4e6, going=[60.0] * 4)[5] > 0.0


@pytest.mark.parametrize(("holding", "dt"), [(5e6, 60.0), (5e6, 900.0), (5e6, 3600.0), (5e4, 3600.0)])
@pytest.mark.parametrize("short", [0.0, 0.5])
def test_the_loss_told_is_that_of_the_water_s_temperatures(holding, dt, short):
    # told as what is missing at the other end; here by conductance and mean temperature of both pipes
    chance, kept = (
        np.random.default_rng(1),
        {"soil_now": 10.0, "holding": holding, "losing": 100.0, "cells": 6.0, "dt": dt},
    )
    going, coming, told, expected = [60.0] * 6, [40.0] * 6, [], []
    for _ in range(200):
        load = chance.uniform(0.0, 1e6)
        flow, entering, returning, wanted, power, _ = network(load=load, going=going, coming=coming, **kept)
        expected.append(100.0 * (np.mean(going) + np.mean(coming) - 20.0))
        after, back = [0.0] * 6, [0.0] * 6
        told.append(
            HeatNetwork.kernels["step"](
                load=load, rest=short * chance.random() * wanted, wanted=wanted, power=power, flow=flow, entering=entering,
                returning=returning, going=going, going_next=after, coming=coming, coming_next=back, supply=60.0, **kept,
            )[4]
        )  # fmt: skip
        going, coming = after, back
    assert min(told) > 0.0
    assert np.mean(told) == pytest.approx(np.mean(expected), rel=0.01)


def test_temperatures_in_the_wrong_order_are_refused():
    usual = {"name": "pipes", "design": 1e6, "length": 100.0, "diameter": 0.1, "pump": 1e3}
    for wrong, why in (
        ({"back": 55.0}, "back must be below"),
        ({"outdoor_mild": -8.0}, "outdoor_design must be below"),
        ({"cells": 7.5}, "whole number"),
    ):
        with pytest.raises(ValidationError, match=why):
            HeatNetwork(**usual, **wrong)


def test_design_weather_warmer_than_the_rooms_is_refused():
    with pytest.raises(ValidationError, match="outdoor_design must be below setpoint"):
        HeatedBuildings(name="offices", area=1e3, outdoor_design=20.0)


def test_water_wanted_follows_the_weather():
    plan = HeatNetwork.kernels["plan"].function
    told = [plan(outdoor, 75.0, 55.0, -8.0, 8.0) for outdoor in (-15.0, -8.0, 0.0, 8.0, 20.0)]
    assert told == [75.0, 75.0, 65.0, 55.0, 55.0]


def test_windows_are_open_in_summer_and_no_heat_is_wanted_outside_the_season():
    ask = HeatedBuildings.kernels["ask"].function
    assert ask(900.0, 10.0, 0.0, 0.0, 0.0, 100.0, 100.0, 165e3, 1.3, 4.0, 0.02, 20.0) == (0.0, 400.0)
    step = HeatedBuildings.kernels["step"].function
    after, heat, lost, unmet, cold = step(900.0, 26.0, 20.0, 0.0, 1.0, 5e4, 100.0, 100.0, 165e3, 26.0)
    assert (after, heat, unmet, cold) == (26.0, 0.0, 0.0, 0.0)
    assert lost == pytest.approx(5e4)
