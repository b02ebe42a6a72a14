"""A small spreadsheet program for tests: reads an .xlsx file and works out the formulas that the project's workbooks use."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import numpy as np
from scipy.optimize import brentq

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)|"(?P<text>(?:[^"]|"")*)"|(?P<sheet>'[^']+'!)?(?P<ref>\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"""
    r"""|(?P<name>[A-Za-z_][A-Za-z_.0-9]*)\(|(?P<sign><=|>=|<>|[-+*/^&<>=(),]))"""
)
POWER = {"^": 5, "*": 4, "/": 4, "+": 3, "-": 3, "&": 2, "=": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "<>": 1}


class FormulaError(Exception):
    """What a spreadsheet shows as an error, such as #N/A."""


def place(text):
    """Row and column of an address such as $B$3, from 0."""
    letters, digits = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", text).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


class Spreadsheet:
    """Cells of a workbook; `value` works formulas out, `cached` is what the file says they come to."""

    def __init__(self, content):
        self.given, self.formulas, self.cached, self.known = {}, {}, {}, {}
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            shared = ElementTree.fromstring(file.read("xl/sharedStrings.xml"))
            self.texts = ["".join(t.text or "" for t in si.iter(f"{MAIN}t")) for si in shared.iter(f"{MAIN}si")]
            book = ElementTree.fromstring(file.read("xl/workbook.xml"))
            self.sheets = [sheet.get("name") for sheet in book.iter(f"{MAIN}sheet")]
            for number, name in enumerate(self.sheets, 1):
                self._read(name, ElementTree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml")))

    def _read(self, sheet, root):
        for cell in root.iter(f"{MAIN}c"):
            at = (sheet, *place(cell.get("r")))
            formula, value = cell.find(f"{MAIN}f"), cell.find(f"{MAIN}v")
            if value is None or value.text is None:
                continue
            kind = cell.get("t")
            found = self.texts[int(value.text)] if kind == "s" else value.text if kind == "str" else float(value.text)
            if formula is not None:
                self.formulas[at], self.cached[at] = formula.text, found
            else:
                self.given[at] = found

    def find(self, sheet, text):
        """Where a text stands first on a sheet, as row and column."""
        return min(at[1:] for at, found in self.given.items() if at[0] == sheet and found == text)

    def change(self, at, value):
        """Type another number into a cell; all formulas are worked out anew."""
        assert at in self.given, at
        self.given[at], self.known = value, {}

    def value(self, at):
        """What a cell shows; None where it is empty."""
        if at in self.formulas:
            if at not in self.known:
                self.known[at] = Formula(self, at[0], self.formulas[at]).result()
            return self.known[at]
        return self.given.get(at)


class Formula:
    """One formula on a sheet."""

    def __init__(self, book, sheet, text):
        self.book, self.sheet, self.tokens, self.at = book, sheet, [], 0
        end = 0
        while end < len(text):
            found = TOKEN.match(text, end)
            assert found, text[end:]
            self.tokens.append(found)
            end = found.end()

    def result(self):
        """What it comes to."""
        found = self.expression()
        assert self.at == len(self.tokens)
        if isinstance(found, np.ndarray) and found.size == 1:
            return found.flat[0]
        return found

    def sign(self):
        return self.tokens[self.at].group("sign") if self.at < len(self.tokens) else None

    def expression(self, least=0):
        left = self.operand()
        while (sign := self.sign()) in POWER and POWER[sign] > least:
            self.at += 1
            left = combined(sign, left, self.expression(POWER[sign]))
        return left

    def operand(self):
        token = self.tokens[self.at]
        self.at += 1
        if token["number"]:
            return float(token["number"])
        if token["text"] is not None:
            return token["text"]
        if token["ref"]:
            return self.cells((token["sheet"] or f"'{self.sheet}'!")[1:-2], token["ref"])
        if token["name"]:
            return self.call(token["name"].removeprefix("_xlfn."))
        if token["sign"] == "-":
            return -self.operand()
        assert token["sign"] == "("
        found = self.expression()
        self.at += 1
        return found

    def cells(self, sheet, ref):
        first, _, last = ref.partition(":")
        (top, left), (bottom, right) = place(first), place(last or first)
        if not last:
            return self.book.value((sheet, top, left))
        return np.array(
            [
                self.book.value((sheet, row, column))
                for row in range(top, bottom + 1)
                for column in range(left, right + 1)
            ],
            dtype=object,
        )

    def call(self, name):
        arguments = []
        while self.sign() != ")":
            start = self.at
            try:
                arguments.append(self.expression())
            except (FormulaError, ZeroDivisionError) as problem:
                if name not in ("IFERROR", "IF"):
                    raise
                arguments.append(problem)
                self.at = self.skip(start)
            if self.sign() == ",":
                self.at += 1
        self.at += 1
        found = FUNCTIONS[name](*arguments)
        if isinstance(found, Exception) and name != "IFERROR":
            raise found
        return found

    def skip(self, start):
        """The end of an argument that could not be worked out."""
        depth, at = 0, start
        while depth or self.tokens[at]["sign"] not in (",", ")"):
            depth += (1 if self.tokens[at]["name"] or self.tokens[at]["sign"] == "(" else 0) - (
                self.tokens[at]["sign"] == ")"
            )
            at += 1
        return at


def numbers(value):
    """An array, blanks as nothing."""
    if isinstance(value, np.ndarray):
        return np.array([0.0 if each is None else each for each in value], dtype=float)
    return 0.0 if value is None else value


def combined(sign, left, right):
    if sign == "&":
        return f"{left}{right:g}" if isinstance(right, float) else f"{left}{right}"
    if isinstance(left, str) or isinstance(right, str):
        return {"=": left == right, "<>": left != right}[sign]
    left, right = numbers(left), numbers(right)
    if sign == "/" and np.isscalar(right) and right == 0.0:
        raise FormulaError("#DIV/0!")
    return {
        "+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right, "/": lambda: left / right,
        "^": lambda: left**right, "=": lambda: left == right, "<>": lambda: left != right, "<": lambda: left < right,
        ">": lambda: left > right, "<=": lambda: left <= right, ">=": lambda: left >= right,
    }[sign]()  # fmt: skip


def told(*arguments):
    """Numbers among arguments; words and blanks do not count."""
    parts = [each for a in arguments for each in (a if isinstance(a, np.ndarray) else [a])]
    return [float(each) for each in parts if each is not None and not isinstance(each, str)]


def rounded_up(value, digits):
    value = np.asarray(value, dtype=float)
    return np.sign(value) * np.ceil(np.abs(value) * 10.0**digits) / 10.0**digits


def match(wanted, cells, kind):
    assert kind == 0.0
    for number, each in enumerate(cells, 1):
        if each == wanted:
            return float(number)
    raise FormulaError("#N/A")


def internal_rate(cells, guess=0.1):
    flows = np.array(told(cells))

    def worth(rate):
        return float(flows @ (1.0 + rate) ** -np.arange(flows.size))

    if worth(-0.9) * worth(50.0) > 0.0:
        raise FormulaError("#NUM!")
    return brentq(worth, -0.9, 50.0, xtol=1e-14)


def count_if(cells, rule):
    sign, limit = re.fullmatch(r"(<=|>)(.*)", rule).groups()
    return float(sum(each <= float(limit) if sign == "<=" else each > float(limit) for each in told(cells)))


FUNCTIONS = {
    "SUM": lambda *a: sum(told(*a)), "MAX": lambda *a: max(told(*a)), "MIN": lambda *a: min(told(*a)),
    "COUNT": lambda *a: float(len(told(*a))), "N": lambda v: v if isinstance(v, float) else 0.0,
    "IF": lambda test, yes, no: test if isinstance(test, Exception) else yes if test else no,
    "IFERROR": lambda value, other: other if isinstance(value, Exception) else value,
    "SUMPRODUCT": lambda *a: float(np.sum(np.prod([np.atleast_1d(numbers(each)) for each in a], axis=0))),
    "NPV": lambda rate, cells: sum(v / (1.0 + rate) ** i for i, v in enumerate(told(cells), 1)),
    "IRR": internal_rate, "ROUNDUP": rounded_up, "MATCH": match, "COUNTIF": count_if,
    "INDEX": lambda cells, number: cells[int(number) - 1],
    "PERCENTILE.INC": lambda cells, share: float(np.percentile(told(cells), share * 100.0)),
}  # fmt: skip
