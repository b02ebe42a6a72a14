"""The sheets of carbon: the abatement curve, and emissions by scope of the base case and every scenario."""

from __future__ import annotations

from typing import Any

from twin.dashboard.report.book import Book, Page
from twin.dashboard.report.book_inputs import SAID, SCOPES, Inputs, tonnes
from twin.dashboard.report.content import Content
from xlsxwriter.utility import xl_rowcol_to_cell

CORNERS = 4
"""Points that draw one bar of the curve."""


def write_abatement(book: Book, content: Content) -> None:
    """The curve from left to right: tonnes in all and the cost of a tonne are formulas, and so are the corners of its bars."""
    curve = content.curve
    assert curve is not None
    page = book.sheet("abatement", [5, 44, *[16] * 7, 4, 12, 12], (3, 2))
    page.text(0, 0, book.say("macc"), "title")
    page.sheet.set_row(1, 62)
    page.sheet.merge_range(1, 0, 1, 8, book.say("macc_note"), book.formats["quiet"])
    heads = ["#", book.say("measure"), book.say("abated") + " [t/a]", book.say("annual_cost") + " [CNY/a]", book.say("cumulative") + " [t/a]", "CNY/t", book.say("alone") + " [t/a]", book.say("capex") + " [CNY]", book.say("figure_npv")]  # fmt: skip
    page.heads(2, 0, heads)
    page.text(2, 10, "t", "head")
    page.text(2, 11, "CNY/t", "head")
    rows = curve["rows"]
    for place, each in enumerate(rows):
        row = 3 + place
        page.number(row, 0, place + 1, "year")
        page.text(row, 1, book.title(each))
        page.number(row, 2, each["abated_t"], "tonnes", given=True)
        page.number(row, 3, each["cost_cny"], "money", given=True)
        page.formula(row, 4, f"=SUM($C$4:$C${row + 1})", each["cumulative_t"], "tonnes")
        page.formula(row, 5, f'=IF(C{row + 1}>0.000001,D{row + 1}/C{row + 1},"–")', each["cost_per_t"], "money")
        page.number(row, 6, each["alone_t"], "tonnes")
        page.number(row, 7, each["capital_cny"], "money")
        page.number(row, 8, each["npv"], "money")
        _corners(page, place, each)
    last = 3 + len(rows)
    page.text(last, 1, book.say("together"), "bold")
    page.formula(last, 2, f"=SUM(C4:C{last})", curve["total_t"], "tonnes")
    page.formula(last, 3, f"=SUM(D4:D{last})", curve["total_cost_cny"], "money")
    page.formula(last, 6, f"=SUM(G4:G{last})", curve["alone_t"], "tonnes")
    page.text(last + 1, 1, book.say("interaction"), "bold")
    page.formula(last + 1, 2, f"=C{last + 1}-G{last + 1}", curve["interaction_t"], "tonnes")
    _curve_chart(book, page, len(rows), last + 3)


def _corners(page: Page, place: int, each: Any) -> None:
    """Four points that go around a bar, for the chart."""
    row, own = 3 + place * CORNERS, 4 + place
    start = f"$E${own}-$C${own}"
    height = 0.0 if each["cost_per_t"] is None else each["cost_per_t"]
    points = ((start, "0"), (start, f"N($F${own})"), (f"$E${own}", f"N($F${own})"), (f"$E${own}", "0"))
    for corner, (x, y) in enumerate(points):
        now_x = each["cumulative_t"] - (each["abated_t"] if corner < 2 else 0.0)
        page.formula(row + corner, 10, f"={x}", now_x, "tonnes")
        page.formula(row + corner, 11, f"={y}", height if corner in (1, 2) else 0.0, "money")


def _curve_chart(book: Book, page: Page, count: int, at: int) -> None:
    chart = book.book.add_chart({"type": "scatter", "subtype": "straight"})
    for place in range(count):
        first = 3 + place * CORNERS
        last = first + CORNERS - 1
        chart.add_series(
            {
                "name": [page.name, 3 + place, 1], "categories": [page.name, first, 10, last, 10],
                "values": [page.name, first, 11, last, 11], "line": {"width": 2.25},
            }
        )  # fmt: skip
    chart.set_title({"name": book.say("macc"), "name_font": {"size": 12}})
    chart.set_x_axis({"name": book.say("abated") + " [t CO2e/a]", "num_format": "#,##0", "label_position": "low"})
    chart.set_y_axis({"name": "CNY/t", "num_format": "#,##0"})
    chart.set_size({"width": 980, "height": 460})
    page.sheet.insert_chart(at, 1, chart)


def write_carbon(book: Book, content: Content, inputs: Inputs) -> None:
    """Emissions by scope: base from the inputs, savings times what of them comes true, and what is left."""
    found = content.sound
    page = book.sheet("carbon", [44, 18, *[18] * len(found)], (3, 1))
    page.text(0, 0, book.say("sheet_carbon"), "title")
    page.text(1, 0, f"{book.say('scope2')}: {book.say(content.study['terms']['scope2'])}", "quiet")
    page.heads(2, 0, ["t CO2e/a", book.say("baseline"), *(book.title(each) for each in found)])
    scope2 = content.study["terms"]["scope2"]
    base = tonnes(content.base["emissions"], scope2)
    for place, name in enumerate(SCOPES):
        page.text(3 + place, 0, book.say(SAID[name]))
        at = inputs.columns["base_tonnes"]
        page.formula(3 + place, 1, f"='{at.sheet}'!{xl_rowcol_to_cell(at.row + place, at.column, True, True)}", base[place], "tonnes")  # fmt: skip
    for column, each in enumerate(found, 2):
        own = tonnes(each["central"]["emissions"], scope2)
        for place, name in enumerate(SCOPES):
            text = f"=$B{4 + place}-{inputs.of(column - 2, f'tonnes.{name}')}*{inputs.of(column - 2, 'fulfilled')}"
            page.formula(3 + place, column, text, own[place], "tonnes")
    for column in range(1, len(found) + 2):
        letter = xl_rowcol_to_cell(0, column)[:-1]
        own = base if column == 1 else tonnes(found[column - 2]["central"]["emissions"], scope2)
        page.formula(6, column, f"=SUM({letter}4:{letter}6)", sum(own), "tonnes")
        if column > 1:
            page.formula(7, column, f"=$B7-{letter}7", sum(base) - sum(own), "tonnes")
            page.formula(8, column, f"=IF($B7=0,0,{letter}8/$B7)", (sum(base) - sum(own)) / sum(base) if sum(base) else 0.0, "share")  # fmt: skip
    for row, key in ((6, "total"), (7, "saved"), (8, "saved_share")):
        page.text(row, 0, book.say(key), "bold")
    chart = book.book.add_chart({"type": "column", "subtype": "stacked"})
    for place, colour in enumerate(("#D55E00", "#0072B2", "#999999")):
        chart.add_series({"name": [page.name, 3 + place, 0], "categories": [page.name, 2, 1, 2, len(found) + 1], "values": [page.name, 3 + place, 1, 3 + place, len(found) + 1], "fill": {"color": colour}, "gap": 60})  # fmt: skip
    chart.set_title({"name": book.say("sheet_carbon"), "name_font": {"size": 12}})
    chart.set_y_axis({"name": "t CO2e/a", "num_format": "#,##0"})
    chart.set_size({"width": 980, "height": 400})
    page.sheet.insert_chart(11, 0, chart)
