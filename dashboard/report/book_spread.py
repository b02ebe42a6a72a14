"""The sheets of uncertainty: the samples, and percentiles and probabilities as formulas over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from twin.dashboard.report.book import NEVER, Book, Cell, Page
from twin.dashboard.report.book_inputs import Inputs
from twin.dashboard.report.content import Content
from xlsxwriter.utility import xl_range_abs

Row = Mapping[str, Any]
QUANTITIES = (
    ("saving_kwh", "whole", 1), ("saving_cost_cny", "money", 1), ("saving_co2_t", "tonnes", 1), ("npv", "money", 1),
    ("irr", "rate", 1), ("payback_years", "years", -1), ("discounted_payback_years", "years", -1), ("lcc", "money", 1),
    ("cost_of_saved_energy", "cost", -1),
)  # fmt: skip
"""What is sampled, how it is shown, and whether much of it is good (1) or little (-1)."""
POINTS = (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))


def values(each: Row, name: str, good: int) -> list[float]:
    """A scenario's samples; one that has no value stands at the bad end."""
    found: Sequence[float | None] = each["samples"].get(name) or each["money"]["samples"][name]
    return [-good * NEVER if value is None else value for value in found]


def write_samples(book: Book, content: Content) -> dict[tuple[str, str], str]:
    """One column a scenario and quantity; the stretches of cells by scenario and quantity."""
    count = len(content.sound) * len(QUANTITIES)
    page = book.sheet("samples", [10, *[15] * count], (3, 1))
    page.text(0, 0, book.say("sheet_samples"), "title")
    page.text(1, 0, book.say("samples_note"), "quiet")
    stretches, column, longest = {}, 1, 0
    heads = [book.say("sample")]
    for each in content.sound:
        for name, style, good in QUANTITIES:
            drawn = values(each, name, good)
            for place, value in enumerate(drawn, 3):
                page.number(place, column, value, style)
            stretches[each["name"], name] = f"'{page.name}'!{xl_range_abs(3, column, 2 + len(drawn), column)}"
            heads.append(f"{book.title(each)}: {book.say(f'figure_{name}')}")
            longest, column = max(longest, len(drawn)), column + 1
    page.heads(2, 0, heads)
    page.sheet.set_row(2, 80)
    for place in range(longest):
        page.number(3 + place, 0, place + 1, "year")
    return stretches


def write_spread(
    book: Book, page: Page, content: Content, stretches: Mapping[tuple[str, str], str], inputs: Inputs
) -> dict[str, Cell]:
    """P10, P50, P90 and probabilities; the cells of the probability of payback by scenario."""
    page.text(0, 0, book.say("sheet_uncertainty"), "title")
    page.text(1, 0, book.say("spread_rule"), "quiet")
    page.heads(2, 0, [book.say("scenario"), book.say("figure"), "P10", "P50", "P90", book.say("sample_count")])
    row, chances, nets = 3, {}, []
    for each in content.sound:
        for name, style, good in QUANTITIES:
            stretch, drawn = stretches[each["name"], name], values(each, name, good)
            page.text(row, 0, book.title(each))
            page.text(row, 1, book.say(f"figure_{name}"))
            for place, (_, share) in enumerate(POINTS):
                now = float(np.percentile(drawn, share * 100.0))
                page.formula(row, 2 + place, f"=_xlfn.PERCENTILE.INC({stretch},{share:g})", now, style)
            page.formula(row, 5, f"=COUNT({stretch})", float(len(drawn)), "year")
            if name == "npv":
                nets.append(row)
            row += 1
        row = _chances(book, content, page, each, stretches, inputs, row, chances)
    _chart(book, page, nets, row + 1)
    page.sheet.repeat_rows(2)
    return chances


def _chances(
    book: Book, content: Content, page: Any, each: Row, stretches: Mapping[tuple[str, str], str], inputs: Inputs, row: int,
    chances: dict[str, Cell],
) -> int:  # fmt: skip
    """Probabilities of a scenario: that it is paid back in time, and that it is worth something."""
    known, limit = each["money"]["probability"], inputs.terms["payback_limit"]
    paid, worth = stretches[each["name"], "payback_years"], stretches[each["name"], "npv"]
    lines = (
        ("figure_chance_payback", f'=COUNTIF({paid},"<="&{limit})/COUNT({paid})', known["payback"]),
        ("figure_chance_npv", f'=COUNTIF({worth},">0")/COUNT({worth})', known["npv_positive"]),
    )
    for key, text, now in lines:
        page.text(row, 0, book.title(each))
        page.text(row, 1, book.say(key))
        cell = page.formula(row, 3, text, now, "share")
        chances.setdefault(each["name"], cell)
        row += 1
    return row


def _chart(book: Book, page: Any, rows: Sequence[int], at: int) -> None:
    """P10, P50 and P90 of every scenario's net present value beside each other."""
    chart = book.book.add_chart({"type": "bar"})
    names = "=(" + ",".join(f"'{page.name}'!$A${row + 1}" for row in rows) + ")"
    for place, (label, colour) in enumerate((("P10", "#B9C2CB"), ("P50", "#1A7F4B"), ("P90", "#0072B2"))):
        letter = "CDE"[place]
        cells = "=(" + ",".join(f"'{page.name}'!${letter}${row + 1}" for row in rows) + ")"
        chart.add_series({"name": label, "categories": names, "values": cells, "fill": {"color": colour}})
    chart.set_title({"name": book.say("spread_money"), "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"name": "CNY", "num_format": "#,##0"})
    chart.set_size({"width": 900, "height": 140 + 44 * len(rows)})
    page.sheet.insert_chart(at, 0, chart)
