"""The sheet of inputs: terms, what measures cost, and what scenarios save; every other sheet of money is computed from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twin.dashboard.report.book import Book, Cell, Page
from twin.dashboard.report.content import Content
from xlsxwriter.utility import xl_range_abs

SCOPES = ("scope1", "scope2", "scope3")
SAID = {"scope1": "scope1", "scope2": "scope2_name", "scope3": "scope3"}
"""Words of the scopes."""
FIRST = 5
"""Column of the first scenario."""
Row = Mapping[str, Any]


@dataclass
class Inputs:
    """Where each input stands.

    Attributes
    ----------
    terms : cells by name. carriers : in the order of their rows. levels, escalations, saved, base_cost : first cell of the
    carriers' column. prices, base_tonnes : first cell of the scopes' column. measures : how many; capital, life, upkeep, salvage :
    first cell of their column.
    """

    page: Page
    terms: dict[str, Cell] = field(default_factory=dict)
    carriers: list[str] = field(default_factory=list)
    columns: dict[str, Cell] = field(default_factory=dict)
    measures: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

    def stretch(self, name: str) -> str:
        """A whole column of carriers, scopes or measures."""
        counts = {"prices": len(SCOPES), "base_tonnes": len(SCOPES)}
        measured = ("capital", "life", "upkeep", "salvage")
        return self.columns[name].down(len(self.measures) if name in measured else counts.get(name, len(self.carriers)))

    def of(self, scenario: int, name: str, count: int = 1) -> str:
        """A row, or the stretch that begins with it, in the column of a scenario."""
        row, column = self.rows[name], FIRST + scenario
        if count == 1:
            return str(Cell(self.page.name, row, column))
        return f"'{self.page.name}'!{xl_range_abs(row, column, row + count - 1, column)}"


def tonnes(emissions: Row, scope2: str) -> list[float]:
    """Emission by scope as the terms count it. [t]"""
    return [emissions["scope1"], emissions["scope2_market" if scope2 == "market" else "scope2"], emissions["scope3"]]


def used_carriers(content: Content) -> list[str]:
    """What is paid for in the baseline or in a scenario."""
    found = dict(content.base["costs"])
    for row in content.sound:
        found |= {c: found.get(c) or v for c, v in row["central"]["costs"].items()}
    return [name for name, value in found.items() if value] or ["electricity"]


def write_inputs(book: Book, content: Content) -> Inputs:
    """Write the sheet; inputs are blue on yellow."""
    page = book.sheet("inputs", [44, 15, 15, 15, 15, *[16] * len(content.sound)], (0, 1))
    inputs = Inputs(page, carriers=used_carriers(content), measures=list(content.detail["measures"]))
    page.text(0, 0, book.say("sheet_inputs"), "title")
    page.text(1, 0, book.say("inputs_note"), "quiet")
    page.sheet.set_row(1, 46)
    row = _terms(book, content, inputs, 3)
    row = _carriers(book, content, inputs, row + 1)
    row = _measures(book, content, inputs, row + 1)
    _savings(book, content, inputs, row + 1)
    return inputs


def _terms(book: Book, content: Content, inputs: Inputs, row: int) -> int:
    terms, page = content.study["terms"], inputs.page
    page.heads(row, 0, [book.say("terms"), book.say("value"), book.say("source")])
    nominal = terms["basis"] == "nominal"
    rows: list[tuple[str, str, float, str]] = [
        ("discount", book.say("discount"), terms["discount"], "share"),
        ("inflation", f"{book.say('inflation')} ({book.say(terms['basis'])})", terms["inflation"] if nominal else 0.0, "share"),
        ("carbon_growth", book.say("carbon_growth"), terms["carbon_growth"], "share"),
        ("horizon", f"{book.say('horizon')} [a]; 0 = {book.say('own_life')}", float(terms["horizon_years"] or 0), "year"),
        ("payback_limit", f"{book.say('payback_limit')} [a]", terms["payback_limit_years"], "years"),
    ]  # fmt: skip
    for place, (name, label, value, style) in enumerate(rows, row + 1):
        page.text(place, 0, label)
        inputs.terms[name] = page.number(place, 1, value, style, given=True)
        page.text(place, 2, terms["sources"].get(name, book.say("default")), "quiet")
    return row + len(rows) + 1


def _carriers(book: Book, content: Content, inputs: Inputs, row: int) -> int:
    """Price level and growth of each carrier, price of each scope, and a year of the baseline."""
    terms, page, base = content.study["terms"], inputs.page, content.base
    page.heads(row, 0, [book.say("carrier"), book.say("price_level"), book.say("escalation"), "", book.say("base_cost") + " [CNY/a]"])  # fmt: skip
    first = row + 1
    for place, name in enumerate(inputs.carriers, first):
        page.text(place, 0, book.known(f"carrier_{name}", name))
        page.number(place, 1, 1.0, "share", given=True)
        page.number(place, 2, terms["escalation"].get(name, 0.0), "share", given=True)
        page.number(place, 4, base["costs"].get(name, 0.0), "money", given=True)
    for name, column in (("levels", 1), ("escalations", 2), ("base_cost", 4)):
        inputs.columns[name] = Cell(page.name, first, column)
    row = first + len(inputs.carriers) + 1
    page.heads(row, 0, [book.say("scope"), book.say("carbon_price") + " [CNY/t]", "", "", book.say("base_tonnes") + " [t/a]"])  # fmt: skip
    for place, (name, mass) in enumerate(zip(SCOPES, tonnes(base["emissions"], terms["scope2"]), strict=True), row + 1):
        page.text(place, 0, book.say(SAID[name]))
        page.number(place, 1, terms["carbon_price_cny_t"].get(name, 0.0), "money", given=True)
        page.number(place, 4, mass, "tonnes", given=True)
    inputs.columns |= {"prices": Cell(page.name, row + 1, 1), "base_tonnes": Cell(page.name, row + 1, 4)}
    return row + len(SCOPES) + 1


def _measures(book: Book, content: Content, inputs: Inputs, row: int) -> int:
    """What each measure costs over its life, and in which scenarios it is."""
    page, names = inputs.page, ("capital", "life", "upkeep", "salvage")
    heads = [book.say("measure"), book.say("capex") + " [CNY]", book.say("life") + " [a]", book.say("upkeep") + " [CNY/a]", book.say("salvage") + " [CNY]"]  # fmt: skip
    page.heads(row, 0, [*heads, *(book.title(each) for each in content.sound)])
    for place, name in enumerate(inputs.measures, row + 1):
        one = content.detail["measures"][name]
        page.text(place, 0, book.title(one, name))
        values = (one["capital_cny"], one["life_years"], one["maintenance_cny"], one["salvage_cny"])
        for column, value in enumerate(values, 1):
            page.number(place, column, value, "years" if column == 2 else "money", given=True)
        for scenario, each in enumerate(content.sound):
            page.number(place, FIRST + scenario, float(name in each["measures"]), "year", given=True)
    inputs.columns |= {name: Cell(page.name, row + 1, column) for column, name in enumerate(names, 1)}
    inputs.rows["members"] = row + 1
    return row + len(inputs.measures) + 1


def _savings(book: Book, content: Content, inputs: Inputs, row: int) -> None:
    """What each scenario saves in a year: by carrier, by scope, and energy."""
    page, scope2, base = inputs.page, content.study["terms"]["scope2"], content.base
    page.heads(row, 0, [book.say("saved_a_year"), "", "", "", "", *(book.title(each) for each in content.sound)])
    labels = [
        ("fulfilled", book.say("fulfilled")), ("kwh", book.say("bought_kwh") + " [kWh/a]"), ("kwh_value", book.say("kwh_value") + " [CNY/kWh]"),
        *((f"saved.{c}", book.known(f"carrier_{c}", c) + " [CNY/a]") for c in inputs.carriers),
        *((f"tonnes.{s}", book.say(SAID[s]) + " [t/a]") for s in SCOPES), ("energy", book.say("bought_energy") + " [kWh/a]"),
    ]  # fmt: skip
    for place, (name, label) in enumerate(labels, row + 1):
        page.text(place, 0, label)
        inputs.rows[name] = place
    for scenario, each in enumerate(content.sound):
        own, column = each["central"], FIRST + scenario
        kwh = base["bought"] - own["bought"]
        money = {c: base["costs"].get(c, 0.0) - own["costs"].get(c, 0.0) for c in inputs.carriers}
        priced = abs(kwh) > 1.0 and "electricity" in money
        page.number(inputs.rows["fulfilled"], column, 1.0, "share", given=True)
        page.number(inputs.rows["kwh"], column, kwh, "whole", given=True)
        page.number(
            inputs.rows["kwh_value"], column, money["electricity"] / kwh if priced else 0.0, "price", given=True
        )
        for name, value in money.items():
            at = inputs.rows[f"saved.{name}"]
            if name == "electricity" and priced:
                page.formula(at, column, f"={inputs.of(scenario, 'kwh')}*{inputs.of(scenario, 'kwh_value')}", value)
            else:
                page.number(at, column, value, "money", given=True)
        mass = zip(SCOPES, tonnes(base["emissions"], scope2), tonnes(own["emissions"], scope2), strict=True)
        for name, before, after in mass:
            page.number(inputs.rows[f"tonnes.{name}"], column, before - after, "tonnes", given=True)
        page.number(inputs.rows["energy"], column, base["energy"] - own["energy"], "whole", given=True)


def spans(scenarios: Sequence[Row]) -> int:
    """Years that the cash flow has rows for: the longest horizon, and at least twenty."""
    return max(20, *(len(each["cash_flow"]) - 1 for each in scenarios))
