"""Net present value, internal rates and cash flows beside textbooks and hand-made tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import SiteError
from twin.study.appraisal import spread
from twin.study.cash_flow import CashFlow, Item, Yearly
from twin.study.economics import annuity, internal_rate, net_present_value, nominal, payback, recovery
from twin.study.terms import Terms, read_terms


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        # NumPy 1.13 manual, numpy.irr, after Gitman, Principles of Managerial Finance, Brief, 3rd ed. 2003, p. 348
        ([-100, 39, 59, 55, 20], 0.28095),
        ([-100, 0, 0, 74], -0.0955),
        ([-100, 100, 0, 7], 0.06206),
    ],
)
def test_internal_rates_are_those_of_the_numpy_manual(flows, rate):
    assert internal_rate(flows).value == pytest.approx(rate, abs=5e-6)


def test_net_present_values_are_those_of_the_numpy_financial_manual():
    # numpy-financial, npv, recalled: 3065.22 at 8 %, and almost nothing at 28.1 %
    assert net_present_value([-40_000, 5_000, 8_000, 12_000, 30_000], 0.08) == pytest.approx(3065.22267, abs=1e-5)
    assert net_present_value([-100, 39, 59, 55, 20], 0.281) == pytest.approx(-0.00848, abs=1e-5)


def test_the_oil_pump_of_lorie_and_savage_has_two_rates_and_so_none():
    # Journal of Business 28(4), 1955: -1,600, +10,000, -10,000 has 25 % and 400 %
    found = internal_rate([-1_600, 10_000, -10_000])
    assert found.value is None
    assert found.roots == pytest.approx((0.25, 4.0))
    assert found.why == "several rates make the net present value nothing"


def test_several_changes_of_sign_with_one_root_have_a_rate():
    # NumPy 1.13 manual: -5, 10.5, 1, -8, 1 has 8.86 %; its other root, -29 %, is not told there
    flows = [-5, 10.5, 1, -8, 1]
    assert any(root == pytest.approx(0.0886, abs=5e-5) for root in internal_rate(flows).roots)
    # -100 now, 60 a year, one repair of 10 in year 2 that cannot turn the sum: one root
    assert internal_rate([-100, 60, -10, 60, 60]).value is not None


def test_flows_that_never_pay_or_cost_have_no_rate():
    assert internal_rate([-10, -1]).why == "the flows never change sign"
    assert internal_rate([0, 5, 5]).value is None
    assert internal_rate([0, 0]).roots == ()
    assert internal_rate([-1, 50]).why == "no rate from -99 % to 1000 % makes the net present value nothing"


@given(
    st.floats(1.0, 1e7),
    st.lists(st.floats(0.0, 1e6), min_size=1, max_size=30).filter(lambda gains: sum(gains) > 1.0),
)
def test_at_the_internal_rate_the_present_value_is_nothing(capital, gains):
    flows = [-capital, *gains]
    found = internal_rate(flows)
    if found.value is not None:
        scale = sum(abs(f) * (1 + found.value) ** -k for k, f in enumerate(flows))
        assert abs(net_present_value(flows, found.value)) <= 1e-9 * scale


def test_a_uniform_series_has_the_tabulated_present_worth():
    # Uniform present value factors at 3 %, Handbook 135 table A-2, recalled: 10 years 8.53, 20 years 14.88, 25 years 17.41
    assert [round(annuity(n, 0.03), 2) for n in (10, 20, 25)] == [8.53, 14.88, 17.41]


def test_paybacks_are_told_within_the_year_and_none_where_nothing_is_paid_back():
    assert payback(100.0, 25.0) == 4.0
    assert recovery([-100.0, 60.0, 60.0]) == pytest.approx(1 + 40 / 60)
    assert recovery([-100.0, 10.0]) is None
    assert recovery([0.0, 10.0]) == 0.0


HVAC = Terms(horizon=20, discount=0.03)
OLD = Yearly({"electricity": 20_000.0}, {}, 250_000.0)
NEW = Yearly({"electricity": 13_000.0}, {}, 162_500.0)


def test_a_life_cycle_cost_is_the_hand_computed_one_of_an_hvac_system():
    # A case in the form of the HVAC examples of NIST Handbook 135 (1995), inputs recalled, arithmetic by hand: 103,000 to buy,
    # a fan of 12,000 after 12 years (so 1/3 of its second life is left after 20), 7,000 a year of upkeep, 250,000 kWh
    # at 0.08, over 20 years at 3 % real: factors (1.03)^-12 = 0.701380, (1.03)^-20 = 0.553676, (1 - 0.553676)/0.03 = 14.877475.
    # 103,000 + 12,000 + 12,000 x 0.701380 - (12,000 x 4/12) x 0.553676 + (7,000 + 20,000) x 14.877475 = 522,893.68
    flow = CashFlow([Item("plant", 103_000, 20, maintenance=7_000), Item("fan", 12_000, 12)], OLD, OLD, HVAC)
    by_hand = 103_000 + 12_000 + 12_000 * 0.701380 - 12_000 * 4 / 12 * 0.553676 + 27_000 * 14.877475
    assert by_hand == pytest.approx(522_893.68, abs=0.02)
    assert flow.lcc == pytest.approx(by_hand, abs=0.1)
    assert flow.baseline_lcc == pytest.approx(20_000 * 14.877475, abs=0.1)


def test_a_net_saving_is_the_difference_of_life_cycle_costs():
    flow = CashFlow([Item("plant", 40_000, 15, maintenance=500, salvage=2_000)], OLD, NEW, HVAC)
    assert flow.npv == pytest.approx(flow.baseline_lcc - flow.lcc)
    table = flow.table()
    assert table[15]["replacement"] == pytest.approx(-40_000 * 0.95)
    # 10 of 15 years are left after 20: salvage 5 % and 2/3 of the rest
    assert table[20]["residual"] == pytest.approx(40_000 * (0.05 + 0.95 * 2 / 3))
    assert sum(row["discounted"] for row in table) == pytest.approx(flow.npv)
    assert table[-1]["cumulative_discounted"] == pytest.approx(flow.npv)


def test_a_saved_kilowatt_hour_costs_what_meier_says():
    # capital recovery factor at 6 %, 10 years: 0.135868; 10,000 x 0.135868 / 20,000 kWh = 0.067934 a kWh
    flow = CashFlow([Item("lamp", 10_000, 10)], Yearly({}, {}, 50_000), Yearly({}, {}, 30_000), Terms(discount=0.06))
    assert flow.cost_of_saved_energy == pytest.approx(0.067934, abs=1e-6)
    assert CashFlow([], OLD, OLD, HVAC).cost_of_saved_energy is None


@given(st.floats(0.0, 0.1), st.floats(0.0, 0.08), st.floats(0.0, 0.05), st.integers(1, 40), st.floats(0.6, 40.0))
def test_real_and_nominal_terms_agree(discount, inflation, growth, horizon, life):
    # Fisher: a nominal rate with inflated prices is worth what the real rate is with today's
    shared = {"horizon": horizon, "escalation": {"electricity": growth}, "carbon_price": {"scope2": 0.1}}
    real = Terms(discount=discount, **shared)
    told = Terms(discount=nominal(discount, inflation), basis="nominal", inflation=inflation, **shared)
    base, own = (Yearly({"electricity": c}, {"scope2": t}, e) for c, t, e in ((9e3, 60.0, 9e4), (5e3, 40.0, 5e4)))
    one, other = (CashFlow([Item("a", 30_000, life, 100.0)], base, own, terms) for terms in (real, told))
    assert one.npv == pytest.approx(other.npv, rel=1e-9, abs=1e-3)
    assert one.lcc == pytest.approx(other.lcc, rel=1e-9)
    assert one.cost_of_saved_energy == pytest.approx(other.cost_of_saved_energy, rel=1e-9, abs=1e-9)


def test_prices_grow_by_carrier_and_carbon_has_its_price():
    terms = Terms(horizon=2, discount=0.0, escalation={"gas": 0.1}, carbon_price={"scope1": 0.1}, carbon_growth=0.5)
    base = Yearly({"gas": 100.0, "electricity": 10.0}, {"scope1": 3.0}, 0.0)
    own = Yearly({"gas": 0.0, "electricity": 10.0}, {"scope1": 1.0}, 0.0)
    rows = CashFlow([Item("pump", 150.0, 2)], base, own, terms).table()
    assert [row["energy"]["gas"] for row in rows] == pytest.approx([0.0, 110.0, 121.0])
    assert [row["energy"]["electricity"] for row in rows] == [0.0, 0.0, 0.0]
    # 2 t saved at 100 a tonne, growing by half each year
    assert [row["carbon"] for row in rows] == pytest.approx([0.0, 300.0, 450.0])


def test_without_a_horizon_a_scenario_is_judged_over_its_own_life():
    flow = CashFlow([Item("a", 100.0, 8.5)], Yearly({"electricity": 20.0}, {}), Yearly({}, {}), Terms(discount=0.0))
    assert flow.horizon == 8.5
    assert flow.npv == pytest.approx(8.5 * 20 - 100)
    assert flow.figures()["discounted_payback_years"] == pytest.approx(5.0)


def test_samples_without_a_value_stand_at_the_bad_end():
    assert spread([None, 1.0, 2.0, 3.0, 4.0]) == {"p10": None, "p50": 2.0, "p90": pytest.approx(3.6)}
    assert spread([1.0, 2.0, 3.0]) == {"p10": 1.2, "p50": 2.0, "p90": 2.8}


def terms(tmp_path, text):
    path = tmp_path / "economics.yaml"
    path.write_text(f"schema_version: 1\n{text}\n", encoding="utf-8")
    return read_terms(path)


def test_terms_are_read_with_units_and_ranges(tmp_path):
    found = terms(
        tmp_path,
        "horizon: 20\ndiscount: 8 % [6 .. 10] assumed\nbasis: nominal\ninflation: 2 % assumed\n"
        'escalation: {gas: 3 % assumed}\ncarbon_price: {scope1: "90 CNY/t [60 .. 150] assumed"}\nscope2: location',
    )
    assert (found.horizon, found.discount, found.basis, found.scope2) == (20, 0.08, "nominal", "location")
    assert found.carbon_price["scope1"] == pytest.approx(0.09)
    assert found.real_discount == pytest.approx(1.08 / 1.02 - 1)
    assert len(found.uncertain()) == 2
    place = found.numbers["carbon_price.scope1"].place
    assert found.drawn({place: 0.12}).carbon_price == {"scope1": 0.12}
    assert found.shown()["carbon_price_cny_t"] == {"scope1": pytest.approx(90)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("horizn: 20", "did you mean 'horizon'"),
        ("horizon: 0", "whole number of years from 1 to 100"),
        ("discount: 8", "must be from -50 % to 100 % a year"),
        ("basis: both", "must be real or nominal"),
        ("carbon_price: {scope1: -5 CNY/t}", "must not be below 0"),
        ("carbon_price: {scope4: 5 CNY/t}", "did you mean 'scope"),
        ("carbon_price: {scope1: 5 USD/t}", "USD"),
        ("escalation: {gass: 3 %}", "did you mean 'gas'"),
        ("payback_limit: 0", "greater than 0 years"),
    ],
)
def test_terms_that_mean_nothing_are_refused_at_their_place(tmp_path, text, told):
    with pytest.raises(SiteError, match=told) as problem:
        terms(tmp_path, text)
    assert "economics.yaml:2:" in str(problem.value)


def test_terms_of_another_version_are_refused(tmp_path):
    (tmp_path / "economics.yaml").write_text("schema_version: 2\n", encoding="utf-8")
    with pytest.raises(SiteError, match="this program reads version 1"):
        read_terms(tmp_path / "economics.yaml")
