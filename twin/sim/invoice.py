"""The energy bill of a run that shows its work: every amount with its formula, its tariff and the kilowatt-hours behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.core.component import Component
from twin.sim.bill import ALLOWED, LEAST, demand
from twin.sim.costs import CARRIER
from twin.sim.results import KWH, Run
from twin.site.tariffs import PERIODS

Floats = npt.NDArray[np.float64]
KW = 1e3
PRICED = {
    "boiler": (("burned", "price"),), "district_heat": (("heat", "price"),), "mains_water": (("drawn", "price"),),
    "gas_engine": (("fuel", "gas_price"),), "green_power": (("matched", "premium"),),
    "green_certificate": (("matched", "price"),),
}  # fmt: skip
"""What other components are paid by: amount and price."""
WATER = 1000.0
"""Water is priced by the cubic metre and counted in kilograms. [kg/m3]"""
CLOSES = 1e-9
"""Relative difference between a bill and its run that is no more than rounding."""


def invoice(run: Run) -> dict[str, Any]:
    """Bills of all grid connections, and what else the site pays for; the total is the run's cost.

    Returns
    -------
    `site, start, end, measures, currency, connections[], others[], total, run_cost, closes`; each row has `formula` and `tariff`.
    """
    connections = [_connection(run, each) for each in run.plan.components if type(each).kind == "grid"]
    others = [row for each in run.plan.components if type(each).kind != "grid" for row in _other(run, each)]
    total = sum(each["total"] for each in connections) + sum(each["amount"] for each in others)
    return {
        "site": run.site.name.get("en", run.site.path.parent.name),
        "start": run.clock.start.isoformat(), "end": run.clock.at(run.clock.ticks).isoformat(),
        "step_s": run.clock.step, "measures": list(run.site.applied), "currency": "CNY",
        "connections": connections, "others": others, "total": total, "run_cost": run.cost,
        "closes": abs(total - run.cost) <= CLOSES * max(abs(total), 1.0),
        "manifest": run.manifest(),
    }  # fmt: skip


def _connection(run: Run, grid: Component) -> dict[str, Any]:
    """The bill of one grid connection."""
    edition = run.site.tariffs.get(grid.name)
    tariff = _tariff(run, grid)
    months = [_month(run, grid, place, tariff) for place in range(len(run.clock.months))]
    total = sum(month["total"] for month in months)
    return {
        "connection": grid.name, "copies": grid.multiplier, "tariff": tariff,
        "edition": vars(edition) if edition else None,
        "prices": {name: _stated(run, grid, name) for name in ("energy_price", "adders", "feed_in", "demand_charge")},
        "months": months, "total": total, "formula": " + ".join(f"{month['total']:,.2f}" for month in months) + " CNY",
    }  # fmt: skip


def _tariff(run: Run, grid: Component) -> str:
    """The tariff's edition, and where a measure has put another price in its place."""
    edition, home = run.site.tariffs.get(grid.name), str(run.site.path)
    told = str(edition) if edition else f"prices at {grid.name} itself"
    stated = [
        run.site.quantities.get((grid.name, name)) for name in ("energy_price", "adders", "feed_in", "demand_charge")
    ]
    others = [each.place for each in stated if each and not each.place.startswith(home)]
    return f"{told}; changed by {', '.join(run.site.applied)} at {', '.join(others)}" if others else told


def _stated(run: Run, grid: Component, name: str) -> dict[str, Any]:
    """A price with the text and place that state it."""
    scale, unit = (KW, "CNY/kW") if name == "demand_charge" else (KWH, "CNY/kWh")
    stated = run.site.quantities.get((grid.name, name))
    where = {"text": stated.text, "kind": stated.kind, "source": stated.source, "place": stated.place} if stated else {}
    return {"value": vars(grid)[name] * scale, "unit": unit, **where}


def _month(run: Run, grid: Component, place: int, tariff: str) -> dict[str, Any]:
    """Rows of one month."""
    first, last = run.clock.months[place]
    prices, month = vars(grid), run.clock.at(first).month - 1
    power = run.series(f"{grid.name}.power")[first:last] * grid.multiplier
    clock = run.clock.start.hour * 3600.0 + np.arange(first, last) * run.clock.step
    hours = ((clock + 1e-6) // 3600.0).astype(int) % 24
    periods = np.array(prices["periods"], dtype=int).reshape(12, 24)[month][hours]
    bought = np.maximum(power, 0.0) * run.clock.step / KWH
    base, share, adders = prices["energy_price"] * KWH, prices["float_by_month"][month], prices["adders"] * KWH
    rows = []
    for period, name in enumerate(PERIODS):
        chosen = periods == period
        ratio, kwh = prices["ratios"][month * len(PERIODS) + period], float(bought[chosen].sum())
        price = base * share * ratio + adders
        if chosen.any():
            formula = (
                f"{kwh:,.2f} kWh x ({base:.6g} x {share:g} x {ratio:g} + {adders:.6g}) CNY/kWh = {kwh * price:,.2f} CNY"
            )
            rows.append({
                "period": name, "hours": int(chosen.sum()) * run.clock.step / 3600.0, "kwh": kwh, "floating": base * share,
                "ratio": ratio, "adders": adders, "price": price, "amount": kwh * price, "formula": formula, "tariff": tariff,
            })  # fmt: skip
    sold = float(np.maximum(-power, 0.0).sum()) * run.clock.step / KWH
    back = prices["feed_in"] * KWH
    feed = {
        "kwh": sold, "price": back, "amount": -sold * back, "tariff": tariff,
        "formula": f"-{sold:,.2f} kWh x {back:.6g} CNY/kWh = {-sold * back:,.2f} CNY",
    }  # fmt: skip
    needed = _demand(run, grid, place, tariff)
    energy = sum(row["amount"] for row in rows)
    total = energy + needed["amount"] + feed["amount"]
    return {
        "month": run.clock.at(first).strftime("%Y-%m"), "rows": rows, "demand": needed, "feed_in": feed, "energy": energy,
        "kwh": float(bought.sum()), "total": total, "tariff": tariff,
        "formula": f"{energy:,.2f} energy + {needed['amount']:,.2f} demand + {feed['amount']:,.2f} feed-in = {total:,.2f} CNY",
    }  # fmt: skip


def _demand(run: Run, grid: Component, place: int, tariff: str) -> dict[str, Any]:
    """The demand row of one month; of one copy, times the copies."""
    first, last = run.clock.months[place]
    power = run.series(f"{grid.name}.power")[first:last]
    prices, top = vars(grid), int(power.argmax())
    peak, charge = max(float(power[top]), 0.0), prices["demand_charge"] * KW
    least = max(prices["contract"], LEAST * prices["capacity"])
    excess = max(peak - ALLOWED * least, 0.0) if prices["demand_mode"] == "contract" else 0.0
    billed = {"actual": peak, "capacity": prices["capacity"], "contract": least + 2.0 * excess}[prices["demand_mode"]]
    amount = demand(grid, [peak]) * grid.multiplier
    words = {
        "actual": f"{peak / KW:,.2f} kW highest mean power",
        "capacity": f"{billed / KW:,.2f} kVA installed",
        "contract": f"({least / KW:,.2f} kW contract + 2 x max({peak / KW:,.2f} - {ALLOWED:g} x {least / KW:,.2f}, 0) kW)",
    }[prices["demand_mode"]]
    copies = f"{grid.multiplier:g} x " if grid.multiplier != 1 else ""
    return {
        "mode": prices["demand_mode"], "peak_kw": peak / KW, "peak_time": run.clock.at(first + top).isoformat(),
        "contract_kw": least / KW, "capacity_kw": prices["capacity"] / KW, "excess_kw": excess / KW, "billed_kw": billed / KW,
        "charge": charge, "amount": amount, "tariff": tariff,
        "formula": f"{copies}{words} x {charge:.6g} CNY/kW = {amount:,.2f} CNY",
    }  # fmt: skip


def _other(run: Run, each: Component) -> list[dict[str, Any]]:
    """What another component books under cost: fuel, heat, water and contracts, by what it takes and its price."""
    cls = type(each)
    booked = [name for name, signal in cls.signals.items() if signal.ledger == "cost"]
    whole = sum(run.total(each, name) for name in booked) * each.multiplier
    rows, shown = [], 0.0
    for signal, label in PRICED.get(cls.kind, ()):
        taken = run.total(each, signal) * each.multiplier
        scale, unit = (WATER, "m3") if cls.signals[signal].unit == "kg/s" else (KWH, "kWh")
        price = vars(each)[label] * (1.0 if unit == "m3" else scale)
        amount = taken / scale * price
        shown += amount
        rows.append(_row(run, each, label, amount, f"{taken / scale:,.2f} {unit} x {price:.6g} CNY/{unit}"))
    if booked and abs(whole - shown) > CLOSES * max(abs(whole), 1.0):
        rows.append(_row(run, each, "other", whole - shown, f"{whole:,.2f} booked less {shown:,.2f} above"))
    return rows


def _row(run: Run, each: Component, label: str, amount: float, formula: str) -> dict[str, Any]:
    stated = run.site.quantities.get((each.name, label))
    return {
        "component": each.name, "carrier": CARRIER.get(type(each).kind, "other"), "what": label, "amount": amount,
        "formula": f"{formula} = {amount:,.2f} CNY", "tariff": f"{stated.text} ({stated.place})" if stated else each.name,
    }  # fmt: skip
