"""Demand charges of a grid connection: what each month's highest power costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

ALLOWED = 1.05
"""Demand over the contract that is still billed once."""
LEAST = 0.4
"""Smallest contract over installed capacity that is billed."""


def demand(grid: Any, peaks: Sequence[float]) -> float:
    """Demand charge of some months. [CNY]

    Parameters
    ----------
    grid : a grid connection: its `demand_charge` [CNY/W], `demand_mode`, `contract` and `capacity` [W].
    peaks : highest mean power bought in each month. [W]

    References
    ----------
    China's two-part tariff: the user chooses capacity or demand; with a contract, demand up to 105 % of it is billed as contracted
    and the excess twice; the contract is at least 40 % of the installed capacity (NDRC, fa gai ban jia ge [2016] 1583, as quoted
    by a grid company's price notes of 2026, second-hand).

    >>> from types import SimpleNamespace as Grid
    >>> demand(Grid(demand_charge=1.0, demand_mode="contract", contract=100.0, capacity=200.0), [90.0, 110.0])
    210.0
    """
    if grid.demand_mode == "capacity":
        return float(grid.demand_charge * grid.capacity * len(peaks))
    if grid.demand_mode == "actual":
        return float(grid.demand_charge * sum(peaks))
    contract = max(grid.contract, LEAST * grid.capacity)
    over = sum(2.0 * (peak - ALLOWED * contract) for peak in peaks if peak > ALLOWED * contract)
    return float(grid.demand_charge * (contract * len(peaks) + over))
