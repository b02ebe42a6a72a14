"""Heat pumps from one rated point, held to laboratory points of models that were never fitted and to measured days."""

from __future__ import annotations

import hashlib
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.heat_pump import (
    FROST_HUMIDITY,
    USUAL_PART,
    air_heat_pump_cop,
    cycling_share,
    frost_share,
    heat_pump_capacity,
    lorenz,
    running_sink,
    water_heat_pump_cop,
)

RATED = ("low", "7")
OTHERS = [("low", "-7"), ("low", "2"), ("low", "12"), ("med", "-7"), ("med", "2"), ("med", "7"), ("med", "12")]
SINK = {"low": {"-7": 34.0, "2": 30.0, "7": 27.0, "12": 24.0}, "med": {"-7": 52.0, "2": 42.0, "7": 36.0, "12": 30.0}}
"""Outlet water of EN 14825, average climate, variable outlet, for 35 and 55 degC. [degC]"""
SPAN = {"low": 5.0, "med": 8.0}
"""Water span of the rating conditions of EN 14511-2. [K]"""


def points(folder, kinds):
    """Tables of COP, heat and wanted heat by point, and which models are held out: every second model series, by hash."""
    import pandas as pd

    table = pd.read_parquet(folder / "keymark_en14825_points.parquet")
    table = table[table.types.isin(kinds)]
    table["regime"], table["point"] = table.regime.str[:3], table.point.replace({"minus7": "-7"})
    flat = table.set_index(["regime", "point"], append=True)
    cop, heat = flat.cop.unstack([1, 2]), flat.p_th_kw.unstack([1, 2])
    about = table[~table.index.duplicated()].loc[cop.index]
    held = (about.manufacturers + "|" + about.models).map(lambda n: hashlib.sha256(n.encode()).digest()[0] % 2 == 1)
    wanted = {
        (r, p): heat[r, "tbiv"] * 26.0 / (16.0 - about.t_biv) * (16.0 - float(p)) / 26.0 for r, p in [RATED, *OTHERS]
    }
    return cop, heat, wanted, about, held.to_numpy()


def medians(cop, held):
    """Errors of the predictor by population medians: each point's median COP over that of the rated point, times the rating."""
    ratio = cop[~held].div(cop[~held][RATED], axis=0).median()
    return np.abs(np.column_stack([cop[held][RATED] * ratio[p] / cop[held][p] - 1.0 for p in OTHERS]))


def test_air_source_beats_the_population_medians_by_a_quarter_on_models_never_fitted(shared_data):
    cop, heat, wanted, _, held = points(shared_data("heat_pump_keymark"), ["Outdoor Air/Water"])
    everyone = np.abs(np.column_stack([cop[RATED] * (cop[p] / cop[RATED]).median() / cop[p] - 1.0 for p in OTHERS]))
    assert np.median(everyone) == pytest.approx(0.061, abs=5e-4)
    naive = np.median(medians(cop, held))
    frost = {p: exp(-(((float(p) - 2.0) / 4.0) ** 2)) for p in ("-7", "2", "7", "12")}
    errors = [
        abs(
            air_heat_pump_cop(
                float(p), SINK[r][p], USUAL_PART * heat[r, p][i] / heat[RATED][i],
                min(wanted[r, p][i] / heat[r, p][i], 1.0), frost[p], cop[RATED][i], 7.0, 27.0, USUAL_PART, 1e3 * heat[RATED][i],
            ) / cop[r, p][i] - 1.0
        )
        for i in cop.index[held] for r, p in OTHERS
    ]  # fmt: skip
    assert len(errors) == 7 * 2988
    assert np.median(errors) < 0.046
    assert np.median(errors) < 0.75 * naive


def test_water_source_beats_the_population_medians_by_a_quarter_on_models_never_fitted(shared_data):
    kinds = ["Brine/Water", "Brine/Water and Water/Water", "Water/Water"]
    cop, heat, wanted, about, held = points(shared_data("heat_pump_keymark"), kinds)
    errors = []
    for i in cop.index[held]:
        leaving = 7.0 if about.types[i] == "Water/Water" else -3.0  # EN 14511-2: entering 10 or 0 degC, span 3 K
        share = {(r, p): min(wanted[r, p][i] / heat[r, p][i], 1.0) for r, p in [RATED, *OTHERS]}
        sink = {(r, p): running_sink(SINK[r][p], SPAN[r], share[r, p]) for r, p in share}
        for at in OTHERS:
            part = USUAL_PART * heat[at][i] / heat[RATED][i]
            found = water_heat_pump_cop(leaving, sink[at], part, cop[RATED][i], leaving, sink[RATED], USUAL_PART)
            errors.append(abs(found / cop[at][i] - 1.0))
    assert len(errors) == 7 * 198
    assert np.median(errors) < 0.031
    assert np.median(errors) < 0.65 * np.median(medians(cop, held))


def test_fixed_speed_water_source_machines_keep_the_capacity_that_is_told(shared_data):
    kinds = ["Brine/Water", "Brine/Water and Water/Water", "Water/Water"]
    _, heat, wanted, _, held = points(shared_data("heat_pump_keymark"), kinds)
    fixed = heat.index[held & (heat["low", "12"] > 0.85 * heat["low", "-7"]).to_numpy()]
    errors = []
    for i in fixed:
        sink = {
            (r, p): running_sink(SINK[r][p], SPAN[r], min(wanted[r, p][i] / heat[r, p][i], 1.0))
            for r, p in [RATED, *OTHERS]
        }
        for at in OTHERS:
            told = heat_pump_capacity(0.0, sink[at], 0.0, sink[RATED])
            errors.append(abs(told * heat[RATED][i] / heat[at][i] - 1.0))
    assert np.median(errors) < 0.011


def measured(folder):
    """Steady minutes of stage 1, cooling: outdoor air, supply air [degC] and COP of the refrigerant circuit, indoor fan apart."""
    import pandas as pd

    table = pd.read_parquet(folder / "ashp_1min_atlanta.parquet")
    celsius = {n: (table[n] - 32.0) / 1.8 for n in ("oa_temp", "zn_temp", "sa_temp", "zn_temp_dp", "sa_temp_dp")}
    pressure = table.local_pres * 3386.39  # labelled inches of water, is inches of mercury

    def enthalpy(dry, dew):
        vapour = 610.94 * np.exp(17.625 * dew / (dew + 243.04))
        return 1006.0 * dry + 0.62198 * vapour / (pressure - vapour) * (2.501e6 + 1860.0 * dry)

    flow = table.sa_flow * 0.000471947 * 1.2014
    cooling = flow * (
        enthalpy(celsius["zn_temp"], celsius["zn_temp_dp"]) - enthalpy(celsius["sa_temp"], celsius["sa_temp_dp"])
    )
    start = (table.stg != table.groupby("case").stg.shift()).cumsum()
    steady = (table.groupby(start).cumcount() >= 15) & (table.stg == 1) & (cooling > 0.0)
    whole, gross = cooling / (table.id_power + table.od_power), (cooling + table.id_power) / table.od_power
    return celsius["oa_temp"][steady], celsius["sa_temp"][steady], whole[steady], gross[steady]


def test_measured_cooling_days_follow_one_rated_point(shared_data):
    outdoor, supply, whole, gross = measured(shared_data("nist_heat_pump"))
    bins = {f: (outdoor * 1.8 + 32.0 - f).abs() < 2.5 for f in (70, 80, 90, 100)}
    assert [round(float(whole[at].median()), 1) for at in bins.values()] == [4.4, 3.7, 3.2, 2.6]
    rated, cold, warm = (float(each[bins[90]].median()) for each in (gross, supply, outdoor))
    told = [
        water_heat_pump_cop(each, air + 8.0, 1.0, rated + 1.0, cold, warm + 8.0, 1.0) - 1.0
        for each, air in zip(supply, outdoor, strict=True)
    ]  # condensing 10 K above outdoor air, assumed; cooling COP is heating COP less one
    errors = np.array(told) / gross - 1.0
    assert len(errors) > 2500
    assert errors.abs().median() < 0.06
    # A cooling machine of 41..46 % of Carnot falls faster with lift than the heating machines of the fit: worst at 100 degF.
    assert {f: round(float(errors[at].median()), 2) for f, at in bins.items()} == {
        70: pytest.approx(-0.14, abs=0.02), 80: pytest.approx(-0.08, abs=0.02), 90: pytest.approx(0.0, abs=0.02), 100: pytest.approx(0.18, abs=0.03),
    }  # fmt: skip


@given(st.floats(-15.0, 20.0), st.floats(24.0, 60.0), st.floats(0.1, 1.2), st.floats(2.0, 8.0))
def test_no_machine_beats_carnot_and_its_rated_point_is_met(source, sink, part, cop):
    for told in (
        air_heat_pump_cop(source, sink, part, 1.0, 0.0, cop, 7.0, 35.0, 1.0, 8e3),
        water_heat_pump_cop(source, sink, part, cop, 7.0, 35.0, 1.0),
    ):
        assert 0.5 < told < (sink + 273.15) / max(sink - source, 1.0)
    assert air_heat_pump_cop(7.0, 35.0, 1.0, 1.0, 0.0, cop, 7.0, 35.0, 1.0, 8e3) == pytest.approx(cop)
    assert water_heat_pump_cop(7.0, 35.0, 1.0, cop, 7.0, 35.0, 1.0) == pytest.approx(cop)


@given(
    st.floats(-6.0, 20.0), st.floats(30.0, 60.0), st.floats(0.2, 0.9), st.floats(-6.0, 20.0), st.floats(20.0, 60.0), st.floats(0.1, 1.2),
)  # fmt: skip
def test_wherever_a_machine_is_rated_it_stays_below_carnot(low, high, share, source, sink, part):
    cop = share * (high + 273.15) / (high - low)
    for told in (
        air_heat_pump_cop(source, sink, part, 1.0, 0.0, cop, low, high, 1.0, 8e3),
        water_heat_pump_cop(source, sink, part, cop, low, high, 1.0),
    ):
        assert 0.0 < told <= 0.9 * (sink + 273.15) / max(sink - source, 1.0) * (1 + 1e-12)


@given(st.floats(-6.0, 20.0), st.floats(26.0, 59.0))
def test_warmer_water_wanted_costs_more_power_and_gives_less(source, sink):
    first = water_heat_pump_cop(source, sink, 1.0, 5.0, 7.0, 35.0, 1.0)
    assert water_heat_pump_cop(source, sink + 1.0, 1.0, 5.0, 7.0, 35.0, 1.0) < first
    assert heat_pump_capacity(source, sink + 1.0, 7.0, 35.0) < heat_pump_capacity(source, sink, 7.0, 35.0)
    assert lorenz(source, sink) > first


def test_cycling_loses_as_the_standard_has_it_and_dry_air_never_frosts():
    assert cycling_share(1.0, 0.9) == pytest.approx(1.0)
    assert cycling_share(0.1, 0.9) == pytest.approx(0.1 / 0.19)
    wet = frost_share(np.array([2.0, 2.0, 14.0]), np.array([2.0, 0.5, 2.0]) * FROST_HUMIDITY, np.zeros(3))
    assert wet.round(3).tolist() == [2.0, 0.5, 0.0]
