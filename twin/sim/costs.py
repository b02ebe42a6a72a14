"""The cost of a run by what was paid for: power, feed-in, demand, gas, heat, water, contracts."""

from __future__ import annotations

from twin.sim.bill import demand
from twin.sim.results import Run

CARRIER = {
    "boiler": "gas", "gas_engine": "gas", "district_heat": "heat", "mains_water": "water", "green_power": "contracts",
    "green_certificate": "contracts",
}  # fmt: skip
"""What each kind that books a cost is paid for; other kinds count as `other`."""


def costs(run: Run) -> dict[str, float]:
    """Cost by carrier [CNY]; what the grid pays for power is negative. Their sum is the run's cost."""
    found: dict[str, float] = {}

    def add(carrier: str, amount: float) -> None:
        found[carrier] = found.get(carrier, 0.0) + amount

    for each in run.plan.components:
        cls = type(each)
        booked = [name for name, signal in cls.signals.items() if signal.ledger == "cost"]
        amount = sum(run.total(each, name) for name in booked) * each.multiplier
        if cls.kind == "grid":
            paid = run.total(each, "sold") * float(vars(each)["feed_in"]) * each.multiplier
            add("electricity", amount + paid)
            add("feed_in", -paid)
            add("demand", demand(each, monthly_peaks(run, each.name)) * each.multiplier)
        elif booked:
            add(CARRIER.get(cls.kind, "other"), amount)
    return found


def monthly_peaks(run: Run, grid: str) -> list[float]:
    """Highest mean power over a tick that a grid connection gave in each month. [W]"""
    power = run.series(f"{grid}.power")
    return [max(float(power[first:last].max()), 0.0) for first, last in run.clock.months]


def heat_bought(run: Run) -> float:
    """Heat taken from district networks. [J]"""
    return sum(run.total(c, "heat") * c.multiplier for c in run.plan.components if type(c).kind == "district_heat")
