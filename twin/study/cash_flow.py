"""The yearly cash flow of a retrofit: capital, replacements, salvage, maintenance, energy by carrier and carbon, discounted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.study.economics import internal_rate, payback, recovery
from twin.study.terms import Terms

Floats = npt.NDArray[np.float64]
ROUNDING = 1e-9
"""Years that are no more than rounding."""


@dataclass(frozen=True)
class Item:
    """Something bought: its capital [CNY], life [years], maintenance [CNY/year], and what it is worth at its end [CNY]."""

    name: str
    capital: float
    life: float
    maintenance: float = 0.0
    salvage: float = 0.0


@dataclass(frozen=True)
class Yearly:
    """A year of running: costs by carrier in today's prices [CNY], emissions by scope [t], energy bought [kWh]."""

    costs: Mapping[str, float]
    emissions: Mapping[str, float]
    energy: float = 0.0


@dataclass(frozen=True)
class CashFlow:
    """What a scenario costs and saves against its baseline, at the ends of years 0 to the horizon; expenses are negative.

    A thing is bought again when its life ends within the horizon, in the nearest whole year; at the horizon its rest of life
    counts straight-line, as residual values in NIST Handbook 135 (1995), section 2, recalled. Without a horizon in the terms
    it is the mean life of what is bought, weighted by cost; of a last year that is not whole its share counts.

    Attributes
    ----------
    items : what is bought; base, own : a year of the baseline and of the scenario; terms : of the appraisal.
    """

    items: Sequence[Item]
    base: Yearly
    own: Yearly
    terms: Terms

    @cached_property
    def horizon(self) -> float:
        """Years that count."""
        if self.terms.horizon:
            return float(self.terms.horizon)
        weights = [i.capital for i in self.items] if self.capital > 0.0 else [1.0] * len(self.items)
        lives = [i.life for i in self.items]
        return sum(w * life for w, life in zip(weights, lives, strict=True)) / sum(weights) if weights else 1.0

    @cached_property
    def years(self) -> Floats:
        """Years from 0 to the horizon."""
        return np.arange(math.ceil(self.horizon - ROUNDING) + 1, dtype=np.float64)

    @cached_property
    def shares(self) -> Floats:
        """Share of each year that counts: nothing of year 0, and of the last what lies within the horizon."""
        return np.clip(self.horizon - self.years + 1.0, 0.0, 1.0) * (self.years > 0.0)

    @cached_property
    def _prices(self) -> Floats:
        """General price level: today's prices in real terms, inflation in nominal ones."""
        return (1.0 + (self.terms.inflation if self.terms.basis == "nominal" else 0.0)) ** self.years

    @cached_property
    def factors(self) -> Floats:
        """Discount factors."""
        return (1.0 + self.terms.discount) ** -self.years

    @cached_property
    def _equipment(self) -> dict[str, Floats]:
        """Capital, replacement, residual and maintenance, in today's prices."""
        last = self.years.size - 1
        parts = {name: np.zeros(last + 1) for name in ("capital", "replacement", "residual", "maintenance")}
        for each in self.items:
            parts["capital"][0] -= each.capital
            parts["maintenance"] -= each.maintenance * self.shares
            times = 1
            while times * each.life < self.horizon - ROUNDING:
                parts["replacement"][min(int(times * each.life + 0.5), last)] -= each.capital - each.salvage
                times += 1
            left = max(times - self.horizon / each.life, 0.0)
            parts["residual"][last] += each.salvage + (each.capital - each.salvage) * left
        return parts

    def _running(self, year: Yearly) -> dict[str, Floats]:
        """Running costs by carrier over the years, in today's prices grown by their escalation; positive."""
        return {
            c: cost * self.shares * (1.0 + self.terms.escalation.get(c, 0.0)) ** self.years
            for c, cost in year.costs.items()
        }

    def _carbon(self, year: Yearly) -> Floats:
        price = sum(year.emissions.get(scope, 0.0) * 1e3 * each for scope, each in self.terms.carbon_price.items())
        return self.shares * price * (1.0 + self.terms.carbon_growth) ** self.years

    @cached_property
    def parts(self) -> dict[str, Floats]:
        """Every column of the table, in the prices of the basis; carriers as `energy.NAME`."""
        base, own = self._running(self.base), self._running(self.own)
        zero = np.zeros_like(self.years)
        carriers = [c for c in dict.fromkeys((*base, *own)) if (base.get(c, zero) != 0.0).any() or (own.get(c, zero) != 0.0).any()]  # fmt: skip
        saved = {f"energy.{c}": base.get(c, zero) - own.get(c, zero) for c in carriers}
        carbon = self._carbon(self.base) - self._carbon(self.own)
        return {name: part * self._prices for name, part in {**self._equipment, **saved, "carbon": carbon}.items()}

    @cached_property
    def net(self) -> Floats:
        """Sum of all columns."""
        return np.asarray(sum(self.parts.values()), dtype=np.float64)

    @property
    def npv(self) -> float:
        """Net present value. [CNY]"""
        return float(self.net @ self.factors)

    @property
    def baseline_lcc(self) -> float:
        """Life-cycle cost of the baseline: present value of its running costs and carbon. [CNY]"""
        costs = sum(self._running(self.base).values()) + self._carbon(self.base)
        return float((costs * self._prices) @ self.factors)

    @property
    def lcc(self) -> float:
        """Life-cycle cost of the scenario: capital, replacements less residuals, maintenance, running costs and carbon. [CNY]"""
        bought = sum(self.parts[name] for name in ("capital", "replacement", "residual", "maintenance"))
        running = (sum(self._running(self.own).values()) + self._carbon(self.own)) * self._prices
        return float((running - bought) @ self.factors)

    @property
    def annuity(self) -> float:
        """Present value of one yuan of today a year over the horizon."""
        return float(self.shares @ (1.0 + self.terms.real_discount) ** -self.years)

    @property
    def cost_of_saved_energy(self) -> float | None:
        """Levelised cost of a saved kilowatt-hour in today's prices [CNY/kWh]; None where nothing is saved.

        References
        ----------
        Meier, The Cost of Conserved Energy as an Investment Statistic, LBL 1982: annualised cost over yearly saving.
        """
        saved = self.base.energy - self.own.energy
        if saved <= 0.0:
            return None
        bought = sum(self.parts[name] for name in ("capital", "replacement", "residual", "maintenance"))
        return float(-(bought @ self.factors) / (saved * self.annuity))

    @property
    def capital(self) -> float:
        """What is paid at the start. [CNY]"""
        return sum(each.capital for each in self.items)

    @property
    def first_year(self) -> float:
        """What a year saves in today's prices, less maintenance. [CNY]"""
        saved = sum(self.base.costs.values()) - sum(self.own.costs.values()) - sum(i.maintenance for i in self.items)
        tonnes = {s: self.base.emissions.get(s, 0.0) - self.own.emissions.get(s, 0.0) for s in self.terms.carbon_price}
        return float(saved + sum(tonnes[s] * 1e3 * price for s, price in self.terms.carbon_price.items()))

    def figures(self) -> dict[str, Any]:
        """What the table comes to, in the keys of a study."""
        rate = internal_rate(self.net)
        return {
            "npv": self.npv, "irr": rate.value, "irr_why": rate.why,
            "payback_years": payback(self.capital, self.first_year),
            "discounted_payback_years": recovery(self.net * self.factors),
            "lcc": self.lcc, "lcc_baseline": self.baseline_lcc, "horizon_years": self.horizon, "cost_of_saved_energy": self.cost_of_saved_energy,
        }  # fmt: skip

    def table(self) -> list[dict[str, Any]]:
        """Rows by year. [CNY]"""
        discounted = self.net * self.factors
        summed, present = np.cumsum(self.net), np.cumsum(discounted)
        plain = ("capital", "replacement", "residual", "maintenance", "carbon")
        return [
            {
                "year": year,
                **{name: float(self.parts[name][year]) for name in plain},
                "energy": {n[7:]: float(part[year]) for n, part in self.parts.items() if n.startswith("energy.")},
                "net": float(self.net[year]), "factor": float(self.factors[year]), "discounted": float(discounted[year]),
                "cumulative": float(summed[year]), "cumulative_discounted": float(present[year]),
            }
            for year in range(self.years.size)
        ]  # fmt: skip
