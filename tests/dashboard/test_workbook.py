"""The workbook: every formula comes to the study's figure, and follows when an input is changed."""

from __future__ import annotations

import copy

import pytest
from twin.dashboard.language import words
from twin.dashboard.report.book_inputs import FIRST
from twin.dashboard.report.content import Content
from twin.dashboard.report.workbook import workbook

from tests.dashboard.spreadsheet import Spreadsheet
from tests.dashboard.studies import make_study
from twin.study.cash_flow import CashFlow, Item, Yearly
from twin.study.terms import Terms


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return make_study(tmp_path_factory.mktemp("site"))


@pytest.fixture
def book(study):
    return Spreadsheet(workbook(study, "en"))


def cell(book, sheet, label, column):
    row = min(at[1] for at, found in book.given.items() if at[0] == sheet and at[2] == 0 and found == label)
    return (sheet, row, column)


def npv_cell(book, scenario):
    """The net present value stands two rows below the scenario's title."""
    row, column = book.find("Cash flow", scenario)
    return ("Cash flow", row + 2, column)


def figures(book, scenario):
    _, row, _ = npv_cell(book, scenario)
    names = ("npv", "irr", "payback_years", "discounted_payback_years", "lcc_baseline", "lcc", "cost_of_saved_energy", "horizon_years", "capital", "first_year")  # fmt: skip
    return {name: book.value(("Cash flow", row, column)) for column, name in enumerate(names)}


def expected(study, name, capital=1.0, price=1.0, saving=1.0, **terms):
    """The same scenario by the program's own cash flow, with other numbers."""
    content, shown = Content(study), study["terms"]
    row = next(each for each in content.sound if each["name"] == name)
    bought = [content.detail["measures"][each] for each in row["measures"]]
    items = [Item("", b["capital_cny"] * capital, b["life_years"], b["maintenance_cny"], b["salvage_cny"]) for b in bought]  # fmt: skip
    base, own = content.base, row["central"]

    def year(costs, emissions):
        kept = {"scope1": emissions["scope1"], "scope2": emissions["scope2_market"], "scope3": emissions["scope3"]}
        return costs, kept

    before, first = year(base["costs"], base["emissions"])
    after, second = year(own["costs"], own["emissions"])
    left = {c: (before[c] - (before[c] - after[c]) * saving) * price for c in before}
    mass = {s: first[s] - (first[s] - second[s]) * saving for s in first}
    own_terms = Terms(**{
        "horizon": shown["horizon_years"] or 0, "discount": shown["discount"], "basis": shown["basis"], "inflation": shown["inflation"],
        "escalation": shown["escalation"], "carbon_price": {s: v / 1e3 for s, v in shown["carbon_price_cny_t"].items()},
        "carbon_growth": shown["carbon_growth"], **terms,
    })  # fmt: skip
    energy = base["energy"] - (base["energy"] - own["energy"]) * saving
    return CashFlow(
        items, Yearly({c: v * price for c, v in before.items()}, first, base["energy"]), Yearly(left, mass, energy), own_terms
    )  # fmt: skip


def near(value):
    return "–" if value is None else pytest.approx(value, rel=1e-9, abs=1e-6)


def close(flow, found):
    wanted = flow.figures() | {
        "capital": flow.capital,
        "first_year": flow.first_year,
        "lcc_baseline": flow.baseline_lcc,
    }
    for name, value in found.items():
        assert value == near(wanted[name]), name


def test_every_formula_comes_to_what_the_file_says(book):
    assert len(book.formulas) > 1000
    for at, told in book.cached.items():
        found = book.value(at)
        assert found == (told if isinstance(told, str) else pytest.approx(told, rel=1e-9, abs=1e-6)), (at, book.formulas[at])  # fmt: skip


def test_its_figures_are_the_studys(book, study):
    for row in study["scenarios"]:
        found = figures(book, row["title"]["en"])
        assert found["npv"] == pytest.approx(row["cash_flow"][-1]["cumulative_discounted"])
        for name in ("irr", "payback_years", "discounted_payback_years", "lcc", "lcc_baseline", "cost_of_saved_energy"):
            assert found[name] == near(row[name]), name
        for name in ("saving_kwh", "npv", "irr", "payback_years"):
            spread = row[name] if name == "saving_kwh" else row["money"][name]
            assert percentiles(book, row["title"]["en"], name) == pytest.approx(list(spread.values()))


def percentiles(book, title, name):
    label = words("en")[f"figure_{name}"]
    rows = {at[1] for at, v in book.given.items() if at[0] == "Uncertainty" and at[2] == 0 and v == title}
    row = next(r for r in rows if book.value(("Uncertainty", r, 1)) == label)
    return [book.value(("Uncertainty", row, column)) for column in (2, 3, 4)]


@pytest.mark.parametrize("name", ["smaller", "less", "both"])
def test_a_changed_input_recomputes_everything_as_the_program_would(book, study, name):
    title = next(row["title"]["en"] for row in study["scenarios"] if row["name"] == name)
    close(expected(study, name), figures(book, title))
    book.change(cell(book, "Inputs", "Discount rate", 1), 0.05)
    close(expected(study, name, discount=0.05), figures(book, title))
    for label in ("=1+1 smaller fans", "Fewer fans"):
        at = cell(book, "Inputs", label, 1)
        book.change(at, book.value(at) * 1.5)
    close(expected(study, name, discount=0.05, capital=1.5), figures(book, title))
    for label in ("Electricity", "Demand charge"):
        book.change(cell(book, "Inputs", label, 1), 1.2)
    close(expected(study, name, discount=0.05, capital=1.5, price=1.2), figures(book, title))
    place = [row["name"] for row in study["scenarios"]].index(name)
    book.change(cell(book, "Inputs", words("en")["fulfilled"], FIRST + place), 0.7)
    close(expected(study, name, discount=0.05, capital=1.5, price=1.2, saving=0.7), figures(book, title))
    book.change(("Inputs", book.find("Inputs", "Discount rate")[0] + 3, 1), 20.0)
    close(expected(study, name, discount=0.05, capital=1.5, price=1.2, saving=0.7, horizon=20), figures(book, title))


def test_the_summary_follows_the_inputs(book, study):
    row, _ = book.find("Summary", words("en")["best_live"])
    assert book.value(("Summary", row, 1)) in [each["title"]["en"] for each in study["scenarios"]]
    before = book.value(("Summary", row + 2, 1))
    book.change(cell(book, "Inputs", words("en")["carrier_electricity"], 1), 2.0)
    assert book.value(("Summary", row + 2, 1)) > before


def test_a_horizon_by_the_life_of_what_is_bought_is_computed(tmp_path):
    study = make_study(tmp_path, "schema_version: 1\n")
    book = Spreadsheet(workbook(study, "en"))
    for row in study["scenarios"]:
        close(expected(study, row["name"]), figures(book, row["title"]["en"]))


def test_words_that_look_like_formulas_stay_words(book):
    assert ("=Fans <1>" in book.given.values()) or any("=Fans" in str(v) for v in book.given.values())
    assert "=1+1 smaller fans" in book.given.values()
    assert all("smaller fans" not in formula for formula in book.formulas.values())


@pytest.mark.parametrize("language", ["zh", "both"])
def test_other_languages_hold_the_same_figures(study, book, language):
    other = Spreadsheet(workbook(study, language))
    assert len(other.sheets) == len(book.sheets)
    assert [round(v, 6) for v in other.cached.values() if isinstance(v, float)] == [round(v, 6) for v in book.cached.values() if isinstance(v, float)]  # fmt: skip
    assert any("现金流" in name for name in other.sheets)


def test_a_scenario_without_a_rate_says_why(study):
    odd = copy.deepcopy(study)
    odd["scenarios"][0] |= {"irr": None, "irr_why": "the flows never change sign"}
    found = figures(Spreadsheet(workbook(odd, "en")), odd["scenarios"][0]["title"]["en"])
    assert found["irr"] == "the flows never change sign"


def test_a_study_without_a_sound_scenario_still_makes_a_workbook(study):
    broken = copy.deepcopy(study)
    for row in broken["scenarios"]:
        row |= {"central": None, "problem": "below nothing"}
    assert Spreadsheet(workbook(broken, "en")).sheets == ["Summary", "Assumptions", "Manifest"]


def test_further_parts_of_a_study_have_their_sheets(study):
    more = {
        **study,
        "search": {"front": [{"measures": ["less"], "cost_cny": 1.0, "co2_t": 2.0, "npv": {"p50": 3.0}}]},
        "sensitivity": {"method": "morris", "output": "npv", "rows": [{"parameter": "fans", "mu_star": 1.0}]},
        "interactions": {"measures": [{"measure": "less", "alone_kwh": 1.0, "last_kwh": 2.0}]},
    }
    sheets = Spreadsheet(workbook(more, "en")).sheets
    assert {"Search", "Sensitivity", "Interactions"} <= set(sheets)
