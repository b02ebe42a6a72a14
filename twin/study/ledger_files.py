"""Write a ledger as CSV or as an Excel workbook with live formulas."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from twin.files import write_bytes, write_text
from twin.site.factors import table, version
from twin.study.ledger import Ledger, Row
from twin.study.restate import Restated

COLUMNS = ("scope", "category", "component", "signal", "activity", "amount", "unit", "factor", "factor_unit", "co2_t", "method", "quality", "factor_row", "factor_source")  # fmt: skip
AGAIN = ("restated_factor", "restated_factor_row", "restated_co2_t")
AMOUNT, FACTOR, CO2 = (COLUMNS.index(name) for name in ("amount", "factor", "co2_t"))
SCOPES = ("1", "2 location-based", "2 market-based", "3")
TOTALS = {"market": ("1", "2 market-based", "3"), "location": ("1", "2 location-based", "3")}
FACTOR_COLUMNS = ("name", "value", "unit", "region", "year", "kind", "source")


def write_csv(ledger: Ledger, path: Path, again: Restated | None = None) -> None:
    """All rows, scope 2 by both methods; with a restatement also the other factor and its emission.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, (*COLUMNS, *(AGAIN if again else ())), lineterminator="\n")
    writer.writeheader()
    for row, other in zip(ledger.rows, (again.after if again else ledger).rows, strict=True):
        values = (other.factor, other.name, other.co2 / 1e3) if again else ()
        writer.writerow({**row.full(), **dict(zip(AGAIN, values, strict=False))})
    write_text(text.getvalue(), path, encoding="utf-8-sig")  # with a mark, or Excel reads Chinese names wrongly


def write_xlsx(ledger: Ledger, path: Path, again: Restated | None = None) -> None:
    """A workbook: a summary of formulas over the rows, the rows, a restatement, the factors used, and the run's manifest.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    import xlsxwriter

    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.0"})
        _summary(book.add_worksheet("summary"), ledger, bold, number)
        sheet = book.add_worksheet("rows")
        sheet.write_row(0, 0, COLUMNS, bold)
        for place, row in enumerate(ledger.rows, 1):
            _write_row(sheet, place, row, number)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(ledger.rows), len(COLUMNS) - 1)
        sheet.set_column(0, len(COLUMNS) - 1, 18)
        if again:
            _restated(book.add_worksheet("restated"), again, bold, number)
        factors = book.add_worksheet("factors")
        factors.write_row(0, 0, FACTOR_COLUMNS, bold)
        rows = (*ledger.rows, *(again.after.rows if again else ()))
        used = dict.fromkeys(row.name for row in rows if row.name)
        for place, name in enumerate(used, 1):
            factors.write_row(place, 0, [getattr(table()[name], each) for each in FACTOR_COLUMNS])
        _manifest(book.add_worksheet("manifest"), ledger)
    write_bytes(memory.getvalue(), path)


def _write_row(sheet: Any, place: int, row: Row, number: Any) -> None:
    """One row; its carbon dioxide is the formula amount x factor."""
    values = row.full()
    for column, name in enumerate(COLUMNS):
        if name == "co2_t":
            formula = f"={chr(65 + AMOUNT)}{place + 1}*{chr(65 + FACTOR)}{place + 1}/1000"
            sheet.write_formula(place, column, formula, number, values[name])
        else:
            sheet.write(place, column, values[name])


def _summary(sheet: Any, ledger: Ledger, bold: Any, number: Any) -> None:
    """Scopes, totals and categories as sums over the rows' sheet."""
    last, letter = len(ledger.rows) + 1, chr(65 + CO2)
    sheet.set_column(0, 0, 44)
    sheet.write_row(0, 0, ("figure", "tCO2e"), bold)
    cells: dict[str, str] = {}
    sums = {"1": ledger.total("scope1"), "2 location-based": ledger.total("scope2"), "2 market-based": ledger.total("scope2_market"), "3": ledger.total("scope3")}  # fmt: skip
    for place, scope in enumerate(SCOPES, 1):
        sheet.write(place, 0, f"scope {scope}")
        sheet.write_formula(place, 1, f'=SUMIFS(rows!${letter}$2:${letter}${last},rows!$A$2:$A${last},"{scope}")', number, sums[scope])  # fmt: skip
        cells[scope] = f"B{place + 1}"
    place = len(SCOPES) + 1
    for method, parts in TOTALS.items():
        sheet.write(place, 0, f"total, {method}-based", bold)
        sheet.write_formula(place, 1, "=" + "+".join(cells[part] for part in parts), number, sum(sums[part] for part in parts))  # fmt: skip
        place += 1
    for category, value in ledger.answer()["scope3_categories"].items():
        place += 1
        sheet.write(place, 0, category)
        sheet.write_formula(place, 1, f'=SUMIFS(rows!${letter}$2:${letter}${last},rows!$A$2:$A${last},"3",rows!$B$2:$B${last},A{place + 1})', number, value)  # fmt: skip


def _restated(sheet: Any, again: Restated, bold: Any, number: Any) -> None:
    """Figures with another factor: before, after and the difference as formulas."""
    sheet.write_row(0, 0, ("scope", "activity", "amount", "unit", "factor before", "factor after", "tCO2e before", "tCO2e after", "difference", "from"), bold)  # fmt: skip
    sheet.set_column(0, 9, 18)
    for place, (old, new) in enumerate(again.changed, 1):
        row = place + 1
        sheet.write_row(place, 0, (old.scope, old.short()["activity"], old.amount, old.unit, old.factor, new.factor))
        sheet.write_formula(place, 6, f"=C{row}*E{row}/1000", number, old.co2 / 1e3)
        sheet.write_formula(place, 7, f"=C{row}*F{row}/1000", number, new.co2 / 1e3)
        sheet.write_formula(place, 8, f"=H{row}-G{row}", number, (new.co2 - old.co2) / 1e3)
        sheet.write(place, 9, new.factor_source)


def _manifest(sheet: Any, ledger: Ledger) -> None:
    sheet.set_column(0, 0, 20)
    rows = {"year": ledger.year, "factor tables": version(), **ledger.manifest}
    for place, (name, value) in enumerate(rows.items()):
        sheet.write_row(place, 0, (name, str(value)))
    for place, note in enumerate(ledger.notes, len(rows) + 1):
        sheet.write_row(place, 0, ("note", note))
