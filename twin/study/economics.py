"""What a row of yearly cash flows is worth: net present value, internal rate of return and paybacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DISCOUNT = 0.06
"""Real discount rate; the usual social rate of Chinese project appraisal is 6..8 % (NDRC and MOHURD, Economic Evaluation
Methods and Parameters for Construction Projects, 3rd ed. 2006: 8 %, lower for long horizons). An assumption: change it freely."""
LOWEST, HIGHEST = -0.99, 10.0
"""Internal rates that are looked for. [1/year]"""
GRID = 1.0 + np.concatenate([np.linspace(LOWEST, 1.0, 400), np.linspace(1.01, HIGHEST, 200)])
"""Growth factors between which the roots of flows with several changes of sign are bracketed."""


def annuity(years: float, rate: float = DISCOUNT) -> float:
    """Present value of one yuan a year, paid at each year's end.

    >>> round(annuity(10.0, 0.06), 3)
    7.36
    """
    return years if rate == 0.0 else (1.0 - (1.0 + rate) ** -years) / rate


def nominal(real: float, inflation: float) -> float:
    """Nominal rate of a real one (Fisher).

    References
    ----------
    NIST Handbook 135 (1995), section 3: D = (1 + d)(1 + I) - 1, recalled.

    >>> round(nominal(0.03, 0.02), 4)
    0.0506
    """
    return (1.0 + real) * (1.0 + inflation) - 1.0


def present_value(capital: float, saving: float, years: float, rate: float = DISCOUNT) -> float:
    """Net present value of a saving that lasts `years`, in real terms.

    >>> round(present_value(100.0, 20.0, 10.0), 1)
    47.2
    """
    return saving * annuity(years, rate) - capital


def net_present_value(flows: Sequence[float] | Floats, rate: float) -> float:
    """Present value of flows at the ends of years 0, 1, 2 and so on.

    >>> round(net_present_value([-40_000, 5_000, 8_000, 12_000, 30_000], 0.08), 2)
    3065.22
    """
    values = np.asarray(flows, dtype=np.float64)
    return float(values @ (1.0 + rate) ** -np.arange(values.size, dtype=np.float64))


@dataclass(frozen=True)
class InternalRate:
    """The internal rate of return where there is exactly one, else None and why; `roots` are all that were found. [1/year]"""

    value: float | None
    why: str
    roots: tuple[float, ...]


def internal_rate(flows: Sequence[float] | Floats) -> InternalRate:
    """Internal rate of return of yearly flows.

    The rule: flows that never change sign have none; with one change of sign there is one (Descartes), unless it lies beyond
    -99 % or 1000 % a year; with several changes it is given only where exactly one root lies between these, and else none is
    given, since no single one of several roots is a return. The roots are then told.

    References
    ----------
    Lorie and Savage, Three Problems in Rationing Capital, Journal of Business 28(4), 1955; roots by scipy.optimize.brentq.

    >>> round(internal_rate([-100, 39, 59, 55, 20]).value, 5), internal_rate([-100, -1]).why
    (0.28095, 'the flows never change sign')
    """
    from scipy.optimize import brentq

    values = np.asarray(flows, dtype=np.float64)
    signs = np.sign(values[values != 0.0])
    changes = int((signs[1:] != signs[:-1]).sum())
    if not changes:
        return InternalRate(None, "the flows never change sign", ())
    falling = values[::-1]
    edges = np.array([1.0 + LOWEST, 1.0 + HIGHEST]) if changes == 1 else GRID
    worth = np.polyval(falling, 1.0 / edges)
    found = [float(edge) - 1.0 for edge, at in zip(edges, worth, strict=True) if at == 0.0]
    for place in np.flatnonzero(worth[1:] * worth[:-1] < 0.0):
        root = brentq(
            lambda growth: float(np.polyval(falling, 1.0 / growth)), edges[place], edges[place + 1], xtol=1e-13
        )
        found.append(float(root) - 1.0)
    roots = tuple(sorted(found))
    if len(roots) == 1:
        return InternalRate(roots[0], "", roots)
    why = "several rates make the net present value nothing" if roots else "no rate from -99 % to 1000 % makes the net present value nothing"  # fmt: skip
    return InternalRate(None, why, roots)


def payback(capital: float, saving: float) -> float | None:
    """Years until the savings have paid the capital; None where there is no saving.

    >>> payback(100.0, 20.0), payback(100.0, -1.0)
    (5.0, None)
    """
    return capital / saving if saving > 0.0 else None


def recovery(flows: Sequence[float] | Floats) -> float | None:
    """Years until flows, discounted or not, have first paid back what went before, even within a year; None where they never do.

    >>> recovery([-100.0, 40.0, 40.0, 40.0])
    2.5
    """
    summed = np.cumsum(np.asarray(flows, dtype=np.float64))
    paid = np.flatnonzero(summed >= 0.0)
    if not paid.size:
        return None
    first = int(paid[0])
    return 0.0 if first == 0 else float(first - summed[first] / (summed[first] - summed[first - 1]))
