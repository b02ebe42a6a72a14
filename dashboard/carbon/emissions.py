"""The inventory of a year as a page needs it: its accounts with their rows, what was reported of it, and what other factors make of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import SiteError
from twin.site.factors import Factor, table
from twin.site.site import Site
from twin.study.ledger import Ledger, Row, ledger
from twin.study.ledger_files import write_csv, write_xlsx
from twin.study.restate import Restated, restate

if TYPE_CHECKING:
    from twin.sim.results import Run

GRID = "grid"
ACCOUNTS = ("scope1", "scope2", "scope2_market", "scope3")
"""Accounts in the order of a table; scope 2 is counted by both methods."""
MATCHED = "matched"
MASS = ("tCO2e", "kgCO2e", "t", "kg")
"""Units of reported figures that are masses of carbon dioxide, where the figure is one of the ledger's."""


@dataclass(frozen=True)
class Claim:
    """A figure of the inventory that somebody reported, beside the twin's own of the same accounts. [in `unit`]"""

    account: str
    what: str
    reported: float
    own: float
    unit: str
    source: str


@dataclass(frozen=True)
class Inventory:
    """The ledger of a run, the province whose grid it is on, and what was reported of the same year."""

    ledger: Ledger
    province: str
    claims: tuple[Claim, ...]

    def total(self, method: str) -> float:
        """All scopes, scope 2 by one method: `location` or `market`. [t]"""
        return self.ledger.total("scope1", {"market": "scope2_market", "location": "scope2"}[method], "scope3")

    def rows(self, account: str) -> list[Row]:
        """What an account is made of; what contracts match stands with the market-based figure."""
        wanted = (account, MATCHED) if account == "scope2_market" else (account,)
        return [row for row in self.ledger.rows if row.account in wanted]

    @cached_property
    def categories(self) -> dict[str, list[Row]]:
        """Rows of scope 3 by category, in the ledger's order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows("scope3"):
            found.setdefault(row.category, []).append(row)
        return found

    def claim(self, account: str) -> Claim | None:
        """What was reported of an account, where it was."""
        return next((each for each in self.claims if each.account == account), None)

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """Years, or the province with years where the grid's factor is the site's own, and tables whose factors could replace some."""
        heads = sorted({name.partition("/")[0] for name in table()} - {GRID})
        years = sorted({row.year for name, row in table().items() if name.startswith(f"{GRID}/")})
        placed = any(row.name.startswith(f"{GRID}/") for row in self.ledger.rows)
        texts = [f"{year}" if placed else f"{self.province} {year}" for year in years]
        return tuple(text for text in (*texts, *heads) if self._changes(text))

    def _changes(self, text: str) -> bool:
        try:
            return bool(restate(self.ledger, [text]).changed)
        except SiteError:
            return False


def inventory_of(run: Run) -> Inventory:
    """The inventory of a finished year, with what the site's file says was reported of it without any measure."""
    found = []
    for each in run.site.reported:
        if each.claim is None or each.claim.scenario or each.unit not in MASS or not each.comparable:
            continue
        own = each.claim.figure.value(run.figure) / each.claim.scale
        if not isnan(own):
            found.append(Claim(_account(each.claim.figure.text), each.what, each.value, own, each.unit, each.source))
    return Inventory(ledger(run), run.site.location.province, tuple(found))


def _account(text: str) -> str:
    """The account that a figure is, or the total that it is, or nothing."""
    names = frozenset(part.strip() for part in text.split("+"))
    if names in (frozenset({"scope1", "scope2_market", "scope3"}), frozenset({"scope1", "scope2", "scope3"})):
        return "total_market" if "scope2_market" in names else "total_location"
    return text if text in ACCOUNTS else ""


def again(found: Inventory, text: str) -> Restated:
    """The inventory with the factors of another year, place or table.

    Raises
    ------
    SiteError
        When there are none, or they replace nothing.
    """
    return restate(found.ledger, [text])


def used(rows: Iterable[Row]) -> list[tuple[Row, Factor | None]]:
    """Factors of some rows, each once, with the row of the library's table that it is from, where it is from one.

    Activities that are stated as carbon dioxide need none.
    """
    found = {(row.name or row.source, row.factor, row.unit): row for row in rows if row.name or (row.factor and row.unit not in MASS)}  # fmt: skip
    return [(row, table().get(row.name)) for row in found.values()]


def file(found: Inventory, ending: str, text: str = "") -> bytes:
    """The ledger as the octets of a `csv` or an `xlsx`, restated where a text says with what.

    Raises
    ------
    SiteError
        When it cannot be restated so.
    """
    other = again(found, text) if text else None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"ledger.{ending}"
        {"csv": write_csv, "xlsx": write_xlsx}[ending](found.ledger, path, other)
        return path.read_bytes()


def quality(rows: Iterable[Row]) -> float | None:
    """Data quality of some rows weighted by what they emit: 1 is best, 5 poorest."""
    rows = list(rows)
    weight = sum(abs(row.co2) for row in rows)
    return sum(row.quality * abs(row.co2) for row in rows) / weight if weight else None


def beside(site: Site) -> dict[str, tuple[float, str]]:
    """The reported inventory of a portfolio: value in t and source by account."""
    found: dict[str, tuple[float, str]] = {}
    for each in site.reported:
        if each.claim is None or each.claim.scenario or each.unit != "tCO2e":
            continue
        account = _account(each.claim.figure.text)
        if account:
            found[account] = (each.value, each.source)
    return found
