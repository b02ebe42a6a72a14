"""Terms of an appraisal: horizon, discounting, how prices grow, and what a tonne of carbon dioxide costs; read from `economics.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from twin.site.form import known_fields, number, read_form
from twin.site.problems import Problems
from twin.site.provenance import Quantity
from twin.site.site import Site
from twin.study.economics import DISCOUNT

FILE = "economics.yaml"
LONGEST = 100
CARRIERS = ("electricity", "feed_in", "demand", "gas", "heat", "water", "contracts", "other")
"""What yearly costs are told by."""
SCOPES = ("scope1", "scope2", "scope3")
UNITS = {"discount": "1", "inflation": "1", "carbon_growth": "1", "payback_limit": "1", "horizon": "1"}
WORDS = {"basis": ("real", "nominal"), "scope2": ("market", "location")}
FIELDS = ("schema_version", *UNITS, *WORDS, "escalation", "carbon_price")


@dataclass(frozen=True)
class Terms:
    """Terms of an appraisal.

    Attributes
    ----------
    horizon : years of the study, the same for all scenarios; 0 takes the life of each scenario's measures. discount : rate a year, by the basis.
    basis : `real`, all in today's prices, or `nominal`, prices and costs grow with `inflation` as well. inflation : a year.
    escalation : growth of each carrier's price a year over inflation. payback_limit : years whose probability is told.
    carbon_price : of each scope [CNY/kg]; carbon_growth : a year over inflation; scope2 : `market` or `location`.
    numbers : those that the file states, by what they are.
    """

    horizon: int = 0
    discount: float = DISCOUNT
    basis: str = "real"
    inflation: float = 0.0
    escalation: Mapping[str, float] = field(default_factory=dict)
    carbon_price: Mapping[str, float] = field(default_factory=dict)
    carbon_growth: float = 0.0
    scope2: str = "market"
    payback_limit: float = 5.0
    numbers: Mapping[str, Quantity] = field(default_factory=dict)

    @property
    def real_discount(self) -> float:
        """Discount rate over inflation."""
        return (1.0 + self.discount) / (1.0 + self.inflation) - 1.0 if self.basis == "nominal" else self.discount

    def uncertain(self) -> list[Quantity]:
        """Numbers with a range."""
        return [each for each in self.numbers.values() if each.uncertain]

    def drawn(self, values: Mapping[str, float]) -> Terms:
        """The same terms with other numbers: place in the file -> value."""
        moved = {what: values[q.place] for what, q in self.numbers.items() if q.place in values}
        return self._with(moved) if moved else self

    def _with(self, found: Mapping[str, float]) -> Terms:
        plain: dict[str, Any] = {what: value for what, value in found.items() if what in UNITS and what != "horizon"}
        grows = {what.partition(".")[2]: value for what, value in found.items() if what.startswith("escalation.")}
        prices = {what.partition(".")[2]: value for what, value in found.items() if what.startswith("carbon_price.")}
        return replace(
            self, **plain, escalation={**self.escalation, **grows}, carbon_price={**self.carbon_price, **prices}
        )

    def shown(self) -> dict[str, object]:
        """The terms in stable keys."""
        return {
            "horizon_years": self.horizon or None, "discount": self.discount, "basis": self.basis, "inflation": self.inflation,
            "real_discount": self.real_discount, "escalation": dict(self.escalation),
            "carbon_price_cny_t": {scope: price * 1e3 for scope, price in self.carbon_price.items()},
            "carbon_growth": self.carbon_growth, "scope2": self.scope2, "payback_limit_years": self.payback_limit,
            "sources": {what: f"{q.text} {q.kind} {q.source}".strip() for what, q in self.numbers.items()},
        }  # fmt: skip


def terms_of(site: Site, path: Path | None = None) -> Terms:
    """Terms in a file, by default `economics.yaml` beside the site, where there is one; else the usual ones.

    Raises
    ------
    SiteError
        With every problem of the file.
    """
    beside = site.path.parent / FILE
    return read_terms(path or beside) if path or beside.is_file() else Terms()


def read_terms(path: Path) -> Terms:
    """Terms in a file.

    Raises
    ------
    SiteError
        With every problem of the file.
    """
    problems = Problems()
    _, top = read_form(path, FIELDS, problems)
    stated = [(name, unit, top[name]) for name, unit in UNITS.items() if name in top]
    for block, known, unit in (("escalation", CARRIERS, "1"), ("carbon_price", SCOPES, "CNY/kg")):
        fields = known_fields(top.get(block), known, problems, block)
        stated += [(f"{block}.{name}", unit, each) for name, each in fields.items() if name in known]
    given = {name: number(node, name, unit, problems) for name, unit, node in stated}
    numbers = {name: each for name, each in given.items() if each}
    words = {name: (top[name].text or "") for name in WORDS if name in top}
    for name, word in words.items():
        if word not in WORDS[name]:
            problems.add(top[name].place, f"{name}: {word!r}: must be {' or '.join(WORDS[name])}")
    _check(numbers, problems)
    problems.check()
    horizon = int(numbers["horizon"].value) if "horizon" in numbers else Terms().horizon
    found = {what: each.value for what, each in numbers.items()}
    return replace(Terms(**words), horizon=horizon, numbers=numbers)._with(found)  # type: ignore[arg-type]


def _check(numbers: Mapping[str, Quantity], problems: Problems) -> None:
    """Refuse what no appraisal can mean."""
    for name, each in numbers.items():
        if name == "horizon":
            if each.value != int(each.value) or not 1 <= each.value <= LONGEST or each.uncertain:
                problems.add(each.place, f"horizon: {each.text}: must be a whole number of years from 1 to {LONGEST}, without a range")  # fmt: skip
        elif name.startswith("carbon_price.") and each.low < 0.0:
            problems.add(each.place, f"{name}: {each.text}: must not be below 0")
        elif name == "payback_limit" and each.low <= 0.0:
            problems.add(each.place, f"{name}: {each.text}: must be greater than 0 years")
        elif (
            not name.startswith("carbon_price.") and name != "payback_limit" and not -0.5 < each.low <= each.high < 1.0
        ):
            problems.add(each.place, f"{name}: {each.text}: must be from -50 % to 100 % a year; write for instance '3 %'")  # fmt: skip
