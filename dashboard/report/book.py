"""A workbook being written: its formats, its words in one language or both, and sheets whose cells know their own addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.dashboard.language import LANGUAGES, words
from twin.dashboard.report.content import titled
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

NEVER = 1e9
"""Stands for years that never come, or for a rate that does not exist, so that the order of the samples is right."""
FORMATS: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "head": {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E8EDF2", "bottom": 1},
    "text": {"valign": "top"},
    "wrap": {"text_wrap": True, "valign": "top"},
    "lead": {"bold": True, "font_size": 12, "text_wrap": True, "valign": "top"},
    "bold": {"bold": True},
    "quiet": {"font_color": "#5B6670", "text_wrap": True, "valign": "top"},
    "whole": {"num_format": "#,##0"},
    "money": {"num_format": "#,##0;[Red]-#,##0"},
    "tonnes": {"num_format": "#,##0.00"},
    "price": {"num_format": "#,##0.0000"},
    "plain": {"num_format": "#,##0.00####"},
    "years": {"num_format": '[>=1000000]"–";#,##0.0'},
    "rate": {"num_format": '[<=-1000]"–";0.0%'},
    "cost": {"num_format": '[>=1000000]"–";#,##0.0000'},
    "share": {"num_format": "0.0%"},
    "year": {"num_format": "0"},
    "any": {"num_format": "General"},
}
INPUT = {"font_color": "#0000C0", "bg_color": "#FFF9DB", "border": 1, "border_color": "#D9CFA0"}


@dataclass
class Cell:
    """Where something was written: a sheet's name, a row and a column, from 0."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"'{self.sheet}'!{xl_rowcol_to_cell(self.row, self.column, True, True)}"

    def down(self, count: int) -> str:
        """The stretch of cells that begins here and goes down."""
        return f"'{self.sheet}'!{xl_range_abs(self.row, self.column, self.row + count - 1, self.column)}"


class Book:
    """A workbook with its formats and words.

    Parameters
    ----------
    book : of XlsxWriter. language : `en`, `zh` or `both`.
    """

    def __init__(self, book: Any, language: str) -> None:
        self.book, self.language = book, language
        self.languages = LANGUAGES if language == "both" else (language,)
        self.formats = {name: book.add_format(dict(each)) for name, each in FORMATS.items()}
        self.inputs = {name: book.add_format({**each, **INPUT}) for name, each in FORMATS.items()}

    def say(self, key: str, **values: object) -> str:
        """A text in the workbook's language, or in both."""
        found = dict.fromkeys(words(each)[key].format(**values) for each in self.languages)
        return " / ".join(found)

    def known(self, key: str, otherwise: str) -> str:
        """A text where there is one, else what it is called."""
        return self.say(key) if key in words("en") else otherwise

    def title(self, row: Mapping[str, Any], otherwise: str = "") -> str:
        """A title in the workbook's language, or in both."""
        return " / ".join(dict.fromkeys(titled(row, each, otherwise) for each in self.languages))

    def sheet(self, key: str, widths: Sequence[float], frozen: tuple[int, int] = (0, 0), tall: bool = False) -> Page:
        """A new sheet, set up for A4 paper as wide as one page."""
        name = " ".join(dict.fromkeys(words(each)[f"sheet_{key}"] for each in self.languages))[:31]
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        if frozen != (0, 0):
            sheet.freeze_panes(*frozen)
        sheet.set_paper(9)
        if not tall:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.hide_gridlines(2)
        return Page(self, name, sheet)


@dataclass
class Page:
    """One sheet of a workbook."""

    book: Book
    name: str
    sheet: Any

    def text(self, row: int, column: int, words: object, style: str = "text") -> None:
        """Words, never taken for a formula, a number or an address."""
        self.sheet.write_string(row, column, str(words), self.book.formats[style])

    def heads(self, row: int, column: int, texts: Sequence[str]) -> None:
        """Headings beside each other."""
        for place, each in enumerate(texts):
            self.text(row, column + place, each, "head")
        self.sheet.set_row(row, 48)

    def number(self, row: int, column: int, value: float | None, style: str = "money", given: bool = False) -> Cell:
        """A number; `given` marks one that the reader may change. Nothing is left blank."""
        chosen = (self.book.inputs if given else self.book.formats)[style]
        if value is None:
            self.sheet.write_string(row, column, "–", chosen)
        else:
            self.sheet.write_number(row, column, value, chosen)
        return Cell(self.name, row, column)

    def formula(self, row: int, column: int, text: str, value: float | str | None, style: str = "money") -> Cell:
        """A formula with the value that it has now."""
        self.sheet.write_formula(row, column, text, self.book.formats[style], "–" if value is None else value)
        return Cell(self.name, row, column)

    def table(self, row: int, heads: Sequence[str], rows: Sequence[Sequence[object]], style: str = "any") -> None:
        """A table of numbers and words under its headings, with a filter."""
        self.heads(row, 0, heads)
        for place, cells in enumerate(rows, row + 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    self.number(place, column, float(cell), style)
                else:
                    self.text(place, column, "" if cell is None else cell, "wrap")
        if rows:
            self.sheet.autofilter(row, 0, row + len(rows), len(heads) - 1)
        self.sheet.repeat_rows(row)
