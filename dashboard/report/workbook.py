"""The workbook of a study: inputs that may be changed, and every figure of money as a formula that follows them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twin.dashboard.report.book import Book, Cell, Page
from twin.dashboard.report.book_carbon import write_abatement, write_carbon
from twin.dashboard.report.book_cash import Block, write_cash_flows
from twin.dashboard.report.book_inputs import write_inputs
from twin.dashboard.report.book_spread import write_samples, write_spread
from twin.dashboard.report.content import Content, compared, flat, summary
from twin.dashboard.report.figures import waterfall_steps

from twin.files import write_bytes


def write_workbook(study: Mapping[str, Any], path: Path, language: str = "both") -> None:
    """Write the workbook whole or not at all.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    write_bytes(workbook(study, language), path)


def workbook(study: Mapping[str, Any], language: str = "both") -> bytes:
    """The workbook as the bytes of an .xlsx file."""
    import xlsxwriter

    content, memory = Content(study), io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(memory, options) as made:
        made.set_properties({"title": study["site"].get("en", "")})
        book = Book(made, language)
        front = book.sheet("summary", [46, 20, 20, 20, 14], tall=True)
        if content.sound:
            measures = book.sheet("measures", [44, *[16] * 12], (2, 1))
            inputs = write_inputs(book, content)
            flows, blocks = write_cash_flows(book, content, inputs)
            if content.steps:
                _waterfall(book, content)
            if content.curve:
                write_abatement(book, content)
            write_carbon(book, content, inputs)
            spread = book.sheet("uncertainty", [40, 34, *[16] * 5], (3, 2))
            chances = write_spread(book, spread, content, write_samples(book, content), inputs)
            _measures(book, content, measures, blocks, chances)
            _front(book, content, front, flows, blocks, measures)
        else:
            _sentences(book, content, front)
        _further(book, content)
        _numbers(book, content)
        _manifest(book, content)
        front.sheet.activate()
    return memory.getvalue()


def _sentences(book: Book, content: Content, page: Page) -> int:
    """What a manager reads in one minute, as the study found it; the next free row."""
    row = 0
    for language in book.languages:
        site = content.study["site"]
        page.text(row, 0, site.get(language) or site.get("en", ""), "title")
        row += 1
        for place, sentence in enumerate(summary(content, language)):
            page.sheet.merge_range(row, 0, row, 4, "")
            page.text(row, 0, sentence, "wrap" if place else "lead")
            page.sheet.set_row(row, 32 if len(sentence) > 95 else 18)
            row += 1
        row += 1
    return row


def _front(
    book: Book, content: Content, page: Page, flows: Page, blocks: Mapping[str, Block], measures: Page
) -> None:  # fmt: skip
    """The sentences, then live figures of the best scenario and its cash flow as a chart."""
    row, count, best = _sentences(book, content, page), len(content.sound), content.best
    assert best is not None
    page.heads(row, 0, [book.say("live_figures"), book.say("value")])
    names, worth = f"'{measures.name}'!$A$3:$A${count + 2}", f"'{measures.name}'!$F$3:$F${count + 2}"
    place = f"MATCH(MAX({worth}),{worth},0)"
    middle = [each["cash_flow"][-1]["cumulative_discounted"] for each in content.sound]
    highest = content.sound[middle.index(max(middle))]
    page.text(row + 1, 0, book.say("best_live"))
    page.formula(row + 1, 1, f"=INDEX({names},{place})", book.title(highest), "bold")
    lines = (("figure_capital", "E", "money"), ("figure_npv", "F", "money"), ("figure_irr", "G", "rate"), ("figure_payback_years", "H", "years"), ("figure_chance_payback", "J", "share"))  # fmt: skip
    now = {"E": -highest["cash_flow"][0]["capital"], "F": max(middle), "G": highest["irr_why"] if highest["irr"] is None else highest["irr"], "H": highest["payback_years"], "J": highest["money"]["probability"]["payback"]}  # fmt: skip
    for offset, (key, letter, style) in enumerate(lines, 2):
        page.text(row + offset, 0, book.say(key))
        page.formula(row + offset, 1, f"=INDEX('{measures.name}'!${letter}$3:${letter}${count + 2},{place})", now[letter], style)  # fmt: skip
    row += len(lines) + 3
    page.heads(row, 0, [book.say("compare"), book.say("base_case"), book.say("best_case"), book.say("change"), "%"])
    tables = [compared(content, language) for language in book.languages]
    for place_of, lines_of in enumerate(zip(*tables, strict=True), row + 1):
        page.text(place_of, 0, " / ".join(dict.fromkeys(line[0] for line in lines_of)))
        for column in range(1, 5):
            page.text(place_of, column, lines_of[0][column])
    _flow_chart(book, page, flows, blocks[best["name"]], best, row + len(tables[0]) + 2)
    page.sheet.fit_to_pages(1, 1)


def _flow_chart(book: Book, page: Page, flows: Page, block: Block, best: Mapping[str, Any], at: int) -> None:
    """Net flow of each year as columns, and what they have come to as lines."""
    last = block.top + len(best["cash_flow"]) - 1
    columns = list(block.letters)

    def cells(name: str) -> list[Any]:
        return [flows.name, block.top, columns.index(name), last, columns.index(name)]

    chart, line = book.book.add_chart({"type": "column"}), book.book.add_chart({"type": "line"})
    chart.add_series({"name": book.say("net"), "categories": cells("year"), "values": cells("net"), "fill": {"color": "#56B4E9"}})  # fmt: skip
    for name, colour in (("cumulative", "#1F2933"), ("cumulative_discounted", "#D55E00")):
        line.add_series({"name": book.say(name), "categories": cells("year"), "values": cells(name), "line": {"color": colour, "width": 2.25}})  # fmt: skip
    chart.combine(line)
    chart.set_title({"name": f"{book.say('cash_flow')}: {book.title(best)}", "name_font": {"size": 12}})
    chart.set_x_axis({"name": book.say("year"), "label_position": "low"})
    chart.set_y_axis({"name": "CNY", "num_format": "#,##0"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 860, "height": 380})
    page.sheet.insert_chart(at, 0, chart)


def _measures(book: Book, content: Content, page: Page, blocks: Mapping[str, Block], chances: Mapping[str, Cell]) -> None:  # fmt: skip
    """Every scenario in a row; what is money is read from its cash flow."""
    page.text(0, 0, book.say("sheet_measures"), "title")
    heads = [
        book.say("measure"), book.say("saving") + " [kWh/a] P50", book.say("saved_cost") + " [CNY/a] P50", book.say("co2") + " [t/a] P50",
        book.say("figure_capital"), book.say("figure_npv"), book.say("figure_irr"), book.say("figure_payback_years"), book.say("figure_discounted_payback_years"),
        book.say("figure_chance_payback"), book.say("figure_lcc"), book.say("comfort") + " [h]", book.say("unmet") + " [h]",
    ]  # fmt: skip
    page.heads(1, 0, heads)
    page.sheet.set_row(1, 64)
    for row, each in enumerate(content.sound, 2):
        at = blocks[each["name"]].figures
        page.text(row, 0, book.title(each))
        page.number(row, 1, each["saving_kwh"]["p50"], "whole")
        page.number(row, 2, each["saving_cost_cny"]["p50"], "money")
        page.number(row, 3, each["saving_co2_t"]["p50"], "tonnes")
        flow = each["cash_flow"]
        page.formula(row, 4, f"={at['capital']}", -flow[0]["capital"])
        page.formula(row, 5, f"={at['npv']}", flow[-1]["cumulative_discounted"])
        page.formula(row, 6, f"={at['irr']}", each["irr"] if each["irr"] is not None else each["irr_why"], "rate")
        page.formula(row, 7, f"={at['payback_years']}", each["payback_years"], "years")
        page.formula(row, 8, f"={at['discounted_payback_years']}", each["discounted_payback_years"], "years")
        page.formula(row, 9, f"={chances[each['name']]}", each["money"]["probability"]["payback"], "share")
        page.formula(row, 10, f"={at['lcc']}", each["lcc"])
        page.number(row, 11, each["comfort_hours_outside"], "tonnes")
        page.number(row, 12, each["unmet_hours"], "tonnes")
    row = len(content.sound) + 3
    for each in content.told:
        page.text(row, 0, f"{book.title(each)}: {each['failed_samples']}/{content.study['samples']}: {each['problem']}")
        row += 1


def _waterfall(book: Book, content: Content) -> None:
    """The waterfall as stacked columns; the interaction is what the package saves beyond the sum of its measures."""
    page = book.sheet("waterfall", [44, *[18] * 4], (3, 1))
    parts = [waterfall_steps(content, language) for language in book.languages]
    labels = [" / ".join(dict.fromkeys(line[0] for line in lines)) for lines in zip(*parts, strict=True)]
    steps = parts[0]
    page.text(0, 0, book.say("waterfall"), "title")
    page.text(1, 0, book.say("waterfall_note"), "quiet")
    page.heads(2, 0, ["", "kWh/a", book.say("hidden"), book.say("less"), book.say("more")])
    last = 2 + len(steps)
    for row, (label, (_, start, end)) in enumerate(zip(labels, steps, strict=True), 3):
        page.text(row, 0, label)
        own, ends = row + 1, row in (3, last)
        if row == last - 1:  # the interaction closes the gap to what the package leaves
            page.formula(row, 1, f"=B{last + 1}-SUM(B4:B{last - 1})", end - start, "whole")
        else:
            page.number(row, 1, end if ends else end - start, "whole", given=True)
        page.formula(row, 2, "=0" if ends else f"=MIN(SUM(B$4:B{own - 1}),SUM(B$4:B{own}))", 0.0 if ends else min(start, end), "whole")  # fmt: skip
        page.formula(row, 3, f"=B{own}" if ends else f"=MAX(-B{own},0)", end if ends else max(start - end, 0.0), "whole")  # fmt: skip
        page.formula(row, 4, "=0" if ends else f"=MAX(B{own},0)", 0.0 if ends else max(end - start, 0.0), "whole")
    chart = book.book.add_chart({"type": "column", "subtype": "stacked"})
    fills: tuple[dict[str, Any], ...] = ({"none": True}, {"color": "#1A7F4B"}, {"color": "#B3261E"})
    for column, fill in enumerate(fills, 2):
        grey = [{"fill": {"color": "#6B7280"}} if row in (3, last) else None for row in range(3, last + 1)]
        chart.add_series({"name": [page.name, 2, column], "categories": [page.name, 3, 0, last, 0], "values": [page.name, 3, column, last, column], "fill": fill, "gap": 40, **({"points": grey} if column == 3 else {})})  # fmt: skip
    lowest = min(end for _, _, end in steps)
    highest = max(start for _, start, _ in steps)
    chart.set_y_axis({"name": "kWh/a", "num_format": "#,##0", "min": max(0.0, round(lowest - (highest - lowest), -4))})
    chart.set_title({"name": book.say("waterfall"), "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 980, "height": 460})
    page.sheet.insert_chart(last + 2, 0, chart)


def _further(book: Book, content: Content) -> None:
    """Search, sensitivities, conditions and interactions, where the study has them, as plain tables."""
    study = content.study
    parts = {
        "search": (study.get("search") or {}).get("front") or [],
        "sensitivity": [{"output": part["output"], **row} for part in content.sensitivities for row in part["rows"]],
        "conditions": [
            {**{key: each.get(key) for key in ("weather", "tariff", "carbon_year")}, **{key: row.get(key) for key in ("name", "saving_kwh", "saving_cost_cny", "npv")}}
            for each in study.get("conditions") or [] for row in each["scenarios"]
        ],
        "interactions": content.interactions,
    }  # fmt: skip
    for name, found in parts.items():
        if found:
            rows = [_scalars(each) for each in found]
            heads = list(dict.fromkeys(key for row in rows for key in row))
            page = book.sheet(name, [24] * len(heads), (1, 1))
            page.table(0, heads, [[row.get(head) for head in heads] for row in rows])


def _scalars(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Numbers and words of a row, those of its parts under the names of both; lists of words joined."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= _scalars(value, f"{before}{name}.")
        elif isinstance(value, list):
            if all(isinstance(each, str) for each in value):
                found[before + name] = ", ".join(value)
        else:
            found[before + name] = value
    return found


def _numbers(book: Book, content: Content) -> None:
    """Every number with its value, range, kind, source and place."""
    page = book.sheet("assumptions", [44, 18, 26, 14, 14, 14, 12, 12, 50, 40, 26], (1, 1))
    heads = [book.say("parameter"), book.say("value"), book.say("limits"), book.say("value") + " (SI)", book.say("low"), book.say("high"), book.say("unit"), book.say("kind"), book.say("source"), book.say("remark"), book.say("place")]  # fmt: skip
    keys = ("what", "stated", "range", "value", "low", "high", "unit", "kind", "source", "note", "place")
    page.table(0, heads, [[each[key] for key in keys] for each in content.detail["numbers"]], "any")


def _manifest(book: Book, content: Content) -> None:
    """What it takes to make the study again, its notes and its energy balance."""
    page = book.sheet("manifest", [34, 100])
    rows = [(name, str(value)) for name, value in flat(content.study["manifest"])]
    rows += [(book.say("notes"), note) for note in content.study["notes"]]
    rows += [(f"{book.say('balance')}: {medium}", f"{error:.1e}") for medium, error in content.study["balance"].items()]
    page.table(0, [book.say("manifest"), ""], rows)
