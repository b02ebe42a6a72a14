"""Restate a ledger: the same activities with factors of another year, place or table, beside what was stated before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from twin.errors import SiteError
from twin.site.factors import Factor, find, table
from twin.study.ledger import Ledger, Row

YEAR = re.compile(r"(?:(?P<place>.*\S) )?(?P<year>\d{4})")
GRID = "grid"
RESIDUAL = "residual"


@dataclass(frozen=True)
class Restated:
    """A ledger before and after; `changed` holds pairs of rows, `notes` what kept its factor and why."""

    before: Ledger
    after: Ledger
    changed: tuple[tuple[Row, Row], ...]
    notes: tuple[str, ...]

    def answer(self, method: str) -> dict[str, Any]:
        """The restatement as `twin ledger --factors ... --json` adds it."""
        was, now = self.before.answer(method), self.after.answer(method)
        totals = [key for key in was if key.endswith("_t")]
        listed = self.before.listed(method)
        return {
            "before": {key: was[key] for key in totals},
            "after": {key: now[key] for key in totals},
            "difference": {key: now[key] - was[key] for key in totals},
            "rows": [
                {
                    "activity": new.short()["activity"], "factor_before": old.factor, "factor_after": new.factor,
                    "factor_source": new.factor_source, "co2_t_before": old.co2 / 1e3, "co2_t_after": new.co2 / 1e3,
                }
                for old, new in self.changed if old in listed
            ],
            "notes": list(self.notes),
        }  # fmt: skip


def restate(stated: Ledger, wanted: Sequence[str]) -> Restated:
    """The same activities with other factors.

    Parameters
    ----------
    wanted : years (`2023`) or places with years (`Guangdong 2023`) for electricity of the grid, and tables (`ar6`, `ipcc2006`) whose
        rows replace those of the same name.

    Raises
    ------
    SiteError
        For a year, place or table that the library does not have, or when no figure is from a factor that it could replace.
    """
    rows, notes = list(stated.rows), []
    for text in wanted:
        before = list(rows)
        found = YEAR.fullmatch(text.strip())
        if found:
            rows, told = _grid(rows, found["place"] or "", found["year"])
        else:
            rows, told = _table(rows, text.strip())
        notes += told
        if all(row.name == old.name for row, old in zip(rows, before, strict=True)):
            kept = "; ".join(dict.fromkeys(row.name or f"{row.component}'s own" for row in rows if row.co2))
            raise SiteError(
                f"--factors {text}: no figure of this ledger is from a factor that it could replace; {'; '.join(told) or f'its factors: {kept}'}"
            )
    pairs = tuple((old, new) for old, new in zip(stated.rows, rows, strict=True) if old.name != new.name)
    return Restated(stated, replace(stated, rows=tuple(rows)), pairs, tuple(dict.fromkeys(notes)))


def _grid(rows: list[Row], place: str, year: str) -> tuple[list[Row], list[str]]:
    """Electricity with the factors of another year or place, as a grid with `factors: PLACE YEAR` would book it."""
    notes, fresh = [], []
    homes = {row.component: find(row.name).region for row in rows if row.account == "scope2" and _of(row) == GRID}
    if not any(name.startswith(f"{GRID}/") and name.endswith(f"/{year}") for name in table()):
        find(f"{GRID}/China/{year}")  # says which years there are
    residual = table().get(f"{GRID}/{RESIDUAL}/{year}")
    for row in rows:
        named = find(row.name).region if _of(row) == GRID else ""
        home = place or (named if named != RESIDUAL else homes.get(row.component, ""))
        own = row.account in ("scope2", "scope2_market") and row.unit == "kWh" and row.signal in ("bought", RESIDUAL)
        if home and (named or (own and place)):
            fresh.append(
                row.restated(residual if row.signal == RESIDUAL and residual else find(f"{GRID}/{home}/{year}"))
            )
            continue
        if own:
            notes.append(
                f"{row.component}: its factor is no row of the table, so {year} says nothing of it; write --factors 'PLACE {year}'"
            )
        fresh.append(row)
    return fresh, notes


def _table(rows: list[Row], label: str) -> tuple[list[Row], list[str]]:
    """Figures with the rows of the same name of another table."""
    tables = sorted({name.partition("/")[0] for name in table()} - {GRID})
    if label not in tables:
        raise SiteError(
            f"--factors {label}: is no year, no place with a year, and no table; tables: {', '.join(tables)}"
        )
    notes, fresh = [], []
    for row in rows:
        other = table().get(f"{label}/{row.name.partition('/')[2]}") if row.name and _of(row) != label else None
        if other and not _fits(other, row):
            notes.append(
                f"{row.component}: {other.name} is in {other.unit} and its activity in {row.unit}; kept {row.name}"
            )
            other = None
        fresh.append(row.restated(other) if other else row)
    return fresh, notes


def _of(row: Row) -> str:
    return row.name.partition("/")[0]


def _fits(other: Factor, row: Row) -> bool:
    try:
        other.per(f"kg/({row.unit})")
    except SiteError:
        return False
    return True
